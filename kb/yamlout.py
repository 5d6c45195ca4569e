"""The writer beside the safe reader: values as text that the reader gives back as they were, quoted only where it must.

Lists and mappings stand in lines down to a depth, and in brackets below it; nothing is ever folded.

>>> print(written({"claims": [{"id": "a:b", "value": "2.20", "scope": {"year": "no: 7"}, "slack": 1.5}]}), end="")
claims:
  - id: a:b
    value: "2.20"
    scope: {year: "no: 7"}
    slack: 1.5
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from kb import safeyaml
from kb.errors import KbError

Tree: TypeAlias = "str | bool | int | float | Decimal | list[Tree] | dict[str, Tree] | None"

LINES = 3  # depths in lines: sections, their records, the fields of each
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
ESCAPED = re.compile(r'["\\]')
BY_CODE = ((0x100, "x", 2), (0x10000, "u", 4), (0x110000, "U", 8))
# What plain text may not begin with, hold, or end with; inside brackets commas and brackets end it as well.
SPECIAL = re.compile(r"""^[-?:,\[\]{}#&*!|>'"%@`=<]|^\.\.\.|^ | $|:(?: |$)| #""")
IN_BRACKETS = re.compile(r"[,\[\]{}?]|:$")


class Unwritable(KbError):
    """Text with a character that no claim file may hold."""

    def __init__(self, text: str, character: str) -> None:
        super().__init__(
            f"{text[:40]!r} with the character U+{ord(character):04X}; expected printable text; revise what says it"
        )


def written(tree: Tree) -> str:
    """A value as the text of a file; raises Unwritable."""
    return "".join(f"{line}\n" for line in _lines(tree, LINES))


def _lines(tree: Tree, depth: int) -> Iterator[str]:
    """The lines of a value, without what indents them all."""
    if depth and isinstance(tree, dict) and tree:
        for key, inner in tree.items():
            if depth > 1 and isinstance(inner, list | dict) and inner:
                yield f"{_text(key, bracketed=False)}:"
                yield from (f"  {line}" for line in _lines(inner, depth - 1))
            else:
                yield f"{_text(key, bracketed=False)}: {_inline(inner)}"
    elif depth and isinstance(tree, list) and tree:
        for item in tree:
            first, *others = _lines(item, depth - 1)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)
    else:
        yield _inline(tree)


def _inline(tree: Tree, *, bracketed: bool = False) -> str:
    """A value on one line."""
    if isinstance(tree, dict):
        inner = (f"{_text(key, bracketed=True)}: {_inline(each, bracketed=True)}" for key, each in tree.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(tree, list):
        return f"[{', '.join(_inline(each, bracketed=True) for each in tree)}]"
    if isinstance(tree, str):
        return _text(tree, bracketed=bracketed)
    if tree is None or isinstance(tree, bool):
        return {None: "null", True: "true", False: "false"}[tree]
    return str(tree) if isinstance(tree, int | Decimal) else repr(tree)


@lru_cache(maxsize=1 << 12)  # keys and the names of things come again and again
def _text(text: str, *, bracketed: bool) -> str:
    """A text, in quotes if the reader would take it for something else or would not take it."""
    if unwanted := safeyaml.unwanted(text):
        raise Unwritable(text, unwanted)
    plain = text.isprintable() and not SPECIAL.search(text) and safeyaml.is_text(text)
    if plain and not (bracketed and IN_BRACKETS.search(text)):
        return text
    if text.isprintable() and not ESCAPED.search(text):
        return f'"{text}"'
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    """A character as it stands between quotes; what is not seen is spelt out."""
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    letter, digits = next((letter, digits) for end, letter, digits in BY_CODE if ord(character) < end)
    return f"\\{letter}{ord(character):0{digits}x}"
