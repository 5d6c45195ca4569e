"""Which parts of the network have loops: contraction alone decides those that have none.

Where no two quantities are tied in two ways, each value that contraction leaves to one fits some values of its
neighbours, of theirs, and so on to the ends: nothing is left undiscovered. What is known exactly ties nothing, and a
law holds by itself that has a quantity of its own of which nobody says anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.columns import Ints
from kb.joint.network import LIMIT, Network
from kb.joint.part import FIXED
from kb.joint.rows import Template


@dataclass
class Ties:
    """One law of all applications of a formula: the variables that it ties, line by line."""

    variables: Ints
    whole: int | None  # of a sum, the place of its whole


def looped(net: Network) -> Ints:
    """The components in which some quantities are tied in two ways."""
    ties = binding(net, [each for block in net.blocks for each in laws(block.template, block.variables)])
    known = (net.high - net.low <= FIXED) & (net.below + net.above <= FIXED)
    label = labels(ties, known)
    spare = np.zeros(len(label), np.int64)  # ties less what it takes at the least to hold all together
    held = np.zeros(len(label), bool)
    for tie in ties:
        open_ = ~known[tie.variables]
        line, place = np.nonzero(open_)
        held[tie.variables[line, place]] = True
        mine = np.zeros(len(open_), np.int64)
        mine[line] = label[tie.variables[line, place]]
        tied = open_.any(axis=1)
        np.add.at(spare, mine[tied], open_.sum(axis=1)[tied] - 1)
    np.subtract.at(spare, label[held], 1)
    tops = np.unique(label[held])
    return np.unique(net.component[tops[spare[tops] >= 0]])


def laws(template: Template, variables: Ints) -> list[Ties]:
    """Each law of a template, with the variables that it ties."""
    products = [Ties(variables[:, [place for place, _ in law.powers]], None) for law in template.products]
    return [*products, *(Ties(variables[:, [law.whole, law.left, law.right]], 0) for law in template.sums)]


def binding(net: Network, ties: list[Ties]) -> list[Ties]:
    """Those laws that do not hold by themselves."""
    loose = (net.low <= -LIMIT) & (net.high >= LIMIT) & (net.least <= -LIMIT) & (net.most >= LIMIT)
    while True:
        count = np.zeros(len(loose), np.int64)
        for tie in ties:
            np.add.at(count, tie.variables, 1)
        own = loose & (count == 1)
        gone = [own[tie.variables if tie.whole is None else tie.variables[:, [tie.whole]]].any(axis=1) for tie in ties]
        if not any(each.any() for each in gone):
            return ties
        ties = [Ties(tie.variables[~each], tie.whole) for tie, each in zip(ties, gone, strict=True) if not each.all()]


def labels(ties: list[Ties], known: np.ndarray) -> Ints:
    """For each variable the least one that it is tied to, over however many laws, but through none that is known."""
    label = np.arange(len(known))
    while True:
        before = label.copy()
        for tie in ties:
            open_ = ~known[tie.variables]
            least = np.where(open_, label[tie.variables], len(label)).min(axis=1)
            line, place = np.nonzero(open_)
            np.minimum.at(label, tie.variables[line, place], least[line])
        label = label[label]
        if (label == before).all():
            return label
