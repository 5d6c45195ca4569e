"""Columns put together, and put in groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.columns import Ints
from kb.rowtable import NONE


def joined(parts: Sequence[np.ndarray], kind: type[np.generic]) -> np.ndarray:
    """Some columns as one; an empty one when there are none."""
    return np.concatenate(parts) if parts else np.empty(0, kind)


def stacked(tables: Sequence[Ints]) -> Ints:
    """Some tables padded with -1 as one, as wide as the widest."""
    whole = np.full((sum(map(len, tables)), max((table.shape[1] for table in tables), default=1)), NONE, np.int64)
    start = 0
    for table in tables:
        whole[start : start + len(table), : table.shape[1]] = table
        start += len(table)
    return whole


def grouped(*keys: Ints) -> tuple[Ints, Ints, Ints]:
    """The group of each position, numbered by the keys, the last one first; positions by group; where groups begin."""
    order = np.lexsort(keys)
    new = np.zeros(len(order), bool)
    for key in keys:
        new[1:] |= np.diff(key[order]) != 0
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(new)
    starts = np.concatenate([[0], np.flatnonzero(new), [len(order)]]) if len(order) else np.zeros(1, np.int64)
    return group, order, starts
