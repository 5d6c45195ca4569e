"""Who looks on while long work goes on: it is done through what he gives back, and nothing is known of him here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Watch(Protocol):
    """Gives back the same things in the same order, and sees each of them go by."""

    def __call__(self, things: Iterable[T], what: str, /) -> Iterable[T]:
        """The things; `what` is done with them."""


def unwatched(things: Iterable[T], _what: str, /) -> Iterable[T]:
    """The things, seen by nobody."""
    return things
