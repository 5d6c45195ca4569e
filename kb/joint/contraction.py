"""Contraction: every row narrows each of its variables from the others, forward and backward, until nothing moves.

Hull consistency as in Benhamou, Goualard, Granvilliers and Puget, "Revising hull and box consistency", ICLP 1999 (HC4),
on logarithms. Sound: what it calls impossible is. It finds almost every conflict, but none of statements that are fine
one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kb.columns import Floats, Ints
from kb.interval import SLACK
from kb.joint.network import LIMIT, Block, Network
from kb.joint.rows import Product

SWEEPS = 60
MOVED = 1e-6  # of a logarithm: less is no news


class Box(NamedTuple):
    """Bounds of all variables, as logarithms."""

    low: Floats
    high: Floats


def box(net: Network, stretch: float = 1.0, free: np.ndarray | None = None) -> Box:
    """The bounds that claims, references and definitions set; `free`: the variables whose claim is left aside."""
    low, high = net.low - stretch * net.below, net.high + stretch * net.above
    if free is not None:
        low[free], high[free] = -LIMIT, LIMIT
    return Box(np.maximum(low, net.least), np.minimum(high, net.most))


def contracted(net: Network, start: Box) -> tuple[Box, np.ndarray]:
    """The narrowest bounds that are found, and which variables have none left, so that nothing fits there."""
    low, high = start.low.copy(), start.high.copy()
    blocks = [(block, np.arange(len(block))) for block in net.blocks]
    dead = np.zeros(len(low), bool)
    for _ in range(SWEEPS):
        before = low.copy(), high.copy()
        for block, lines in blocks:
            if len(lines):
                sweep(low, high, block, block.variables[lines])
        low, high = np.where(crossed := (low > high) & (low <= high + SLACK), high, low), np.where(crossed, low, high)
        empty = low > high + SLACK  # what only crosses by an error of rounding would drift apart from sweep to sweep
        dead |= empty
        low[empty], high[empty] = start.low[empty], start.high[empty]
        moved = (low > before[0] + MOVED) | (high < before[1] - MOVED)
        moved &= ~gone(net, dead)
        if not moved.any():
            break
        blocks = [(block, np.flatnonzero(moved[block.variables].any(axis=1))) for block, _ in blocks]
    return Box(low, high), dead


def gone(net: Network, dead: np.ndarray) -> np.ndarray:
    """The variables of components in which one variable has nothing left."""
    lost = np.zeros(len(dead), bool)
    lost[net.component[dead]] = True
    return np.asarray(lost[net.component])


def sweep(low: Floats, high: Floats, block: Block, variables: Ints) -> None:
    """One look at every row of some applications."""
    for row in block.template.products:
        narrow_product(low, high, row, [variables[:, each] for each, _ in row.powers])
    for each in block.template.sums:
        narrow_sum(low, high, *(variables[:, i] for i in (each.whole, each.left, each.right)))


def narrow_product(low: Floats, high: Floats, row: Product, variables: Sequence[Ints]) -> None:
    """Each factor of a product is what the others leave of the constant."""
    exponents = [float(exponent) for _, exponent in row.powers]
    constant = float(np.log(float(row.constant)))
    ends = [
        (e * low[v], e * high[v]) if e > 0 else (e * high[v], e * low[v])
        for e, v in zip(exponents, variables, strict=True)
    ]
    least, most = sum(end[0] for end in ends), sum(end[1] for end in ends)
    for e, v, (near, far) in zip(exponents, variables, ends, strict=True):
        down, up = (constant - (most - far)) / e, (constant - (least - near)) / e
        if e < 0:
            down, up = up, down
        np.maximum.at(low, v, np.maximum(down, -LIMIT))
        np.minimum.at(high, v, np.minimum(up, LIMIT))


def narrow_sum(low: Floats, high: Floats, whole: Ints, left: Ints, right: Ints) -> None:
    """A whole is the sum of its parts, and a part what the other one leaves of the whole."""
    np.maximum.at(low, whole, np.logaddexp(low[left], low[right]))
    np.minimum.at(high, whole, np.logaddexp(high[left], high[right]))
    for part, other in ((left, right), (right, left)):
        np.minimum.at(high, part, less(high[whole] + SLACK, low[other] - SLACK))
        np.maximum.at(low, part, less(low[whole] - SLACK, high[other] + SLACK))  # what is nearly as large leaves error


def less(whole: Floats, part: Floats) -> Floats:
    """The logarithm of a whole less a part; nothing, as far down as it goes, where the part is as large."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = whole + np.log1p(-np.exp(np.minimum(part - whole, 0.0)))
    return np.where(part < whole, np.maximum(rest, -LIMIT), -LIMIT)
