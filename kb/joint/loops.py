"""Which parts of the network have loops: contraction alone decides those that have none.

Where no two quantities are tied in two ways, each value that contraction leaves to one fits some values of its
neighbours, of theirs, and so on to the ends: nothing is left undiscovered.
"""

from __future__ import annotations

import numpy as np

from kb.columns import Ints
from kb.joint.network import Network
from kb.joint.part import FIXED
from kb.joint.rows import Template


def looped(net: Network) -> Ints:
    """The components in which some quantities are tied in two ways; what is known exactly ties nothing."""
    known = (net.high - net.low <= FIXED) & (net.below + net.above <= FIXED)
    ties = [block.variables[:, list(touched)] for block in net.blocks for touched in laws(block.template)]
    label = np.arange(len(net.rows))
    while True:
        before = label.copy()
        for variables in ties:
            open_ = ~known[variables]
            least = np.where(open_, label[variables], len(label)).min(axis=1)
            line, place = np.nonzero(open_)
            np.minimum.at(label, variables[line, place], least[line])
        label = label[label]
        if (label == before).all():
            break
    spare = -np.bincount(label[~known], minlength=len(label))  # ties that are more than it takes to hold all together
    for variables in ties:
        open_ = ~known[variables]
        line, place = np.nonzero(open_)
        mine = np.full(len(variables), len(label))
        mine[line] = label[variables[line, place]]
        tied = mine < len(label)
        np.add.at(spare, mine[tied], open_.sum(axis=1)[tied] - 1)
    top = np.unique(label[~known])
    return np.unique(net.component[top[spare[top] + 1 > 0]])


def laws(template: Template) -> list[tuple[int, ...]]:
    """The places of a template that each of its laws ties."""
    products = [tuple(place for place, _ in law.powers) for law in template.products]
    return [*products, *((law.whole, law.left, law.right) for law in template.sums)]
