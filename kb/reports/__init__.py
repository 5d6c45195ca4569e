"""Reports: one form of output a file, found by looking; each has one function `render`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from kb.pipeline import Examination
from kb.texts import Originals


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report says of itself: when, of what, and on what history it rests."""

    title: str
    date: str
    history: str
    sources: Mapping[str, Any]  # id -> Source
    width: int = 126
    originals: Originals = field(default_factory=Originals)  # the words of claims, where the user has attached texts


Render = Callable[[Examination, Heading], str]


@cache
def formats() -> dict[str, Render]:
    """Every form of report by its name, which is that of its file."""
    found: dict[str, Render] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "render"):
            found[module.name] = loaded.render
    return found
