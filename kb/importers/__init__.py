"""Importers: one foreign format a file, found by looking; each has one function `read`, its name is that of its file.

`read(data, name, base, watch)` takes the bytes of a file, what to call the file, what is known already, and who looks
on while it goes through the rows. It gives a Corpus: what the file says on top of `base`, and a Trouble for each thing
in it that cannot be read. A file whose name starts with an underscore is no format but a part that several can share.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Protocol

from kb.knowledge import Corpus, Knowledge
from kb.watching import Watch, unwatched


class Importer(Protocol):
    """What reads files of one format."""

    def __call__(self, data: bytes, name: str, base: Knowledge, watch: Watch = unwatched, /) -> Corpus:
        """What a file says on top of what is known."""


@cache
def importers() -> Mapping[str, Importer]:
    """Every importer by the name of its format."""
    return {
        module.name: importlib.import_module(f"{__name__}.{module.name}").read
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_")
    }
