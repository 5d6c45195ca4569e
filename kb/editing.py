"""One claim as a command's options give it, or as it is known with some fields changed: read as a file would be.

Whatever is wrong is told of the option, which is where it has to be mended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kb import corpus as corpora
from kb import quantity
from kb.knowledge import Corpus, Knowledge, Trouble
from kb.model import Claim, Value, ValueKind
from kb.numerals import Numeral
from kb.proofs import printed
from kb.texts import NO_NAMES, Names, figures, same

FILE = "options"
REVISE = "revise"  # how what is said of a change begins that was made by options
FIRST = 2  # the line of the first field
WORDED = {ValueKind.LINK, ValueKind.TERM, ValueKind.DATE}  # values that stand in a statement as they are written
LISTS = "[", "{"  # how a value begins that is written as in a file, not as text
OPTIONS = {"holders": "--holder", "source": "--cite, --at"}  # the others are named like their fields

TEMPLATE = """\
# A file of claims. Fill in what stands in capitals, delete what you do not need, and then:
#   kb add THIS-FILE --dry-run    shows what it would change, and stores nothing
#   kb add THIS-FILE              shows it and asks
# 'kb attributes' lists what can be asked of what, 'kb entities' what claims can be about.

sources:                         # the works that are cited and not known yet
  - id: SOURCE                   # a short name without spaces
    kind: article                # article, paper, statement, data sheet, data set, definition
    title: TITLE
    # by: [AUTHOR]
    # published: "2031-05-10"    # or "2031-05", "2031"; in quotes
    # language: en
    # address: WHERE IT CAN BE READ
    # retells: SOURCE            # the source that it only repeats

# entities:                      # what claims are about and is not known yet
#   - {id: NAME, kind: KIND, names: {en: [OTHER NAME]}, links: {LINK: ENTITY}}

# attributes:                    # questions that cannot be asked yet
#   - {id: KIND.QUESTION, about: KIND, meaning: WHAT IT ASKS., unit: UNIT}

defaults:                        # said once for all claims of the file
  cite: SOURCE
  holders: [WHO PUBLISHES, WHO SAYS SO]   # from who publishes to who asserts

claims:
  - id: NAME                     # unique in its source
    statement: WHAT IT SAYS, IN YOUR OWN WORDS.
    subject: ENTITY
    attribute: ATTRIBUTE
    value: VALUE                 # digits as printed, then the unit: 3.0 trillion token, about 40 kg, 5 to 7 day
    source: {at: p1.s0}          # paragraph and sentence, or table row and column
    # scope: {KEY: VALUE}
    # than: ENTITY               # when the value is a factor of what that has
    # mode: estimate             # statement, estimate, premise, conditional, prediction, rumour, opinion, inference
    # firmness: hedged           # hedged, plain, emphatic
    # rests_on: [{claim: OTHER NAME, as: input}]   # premise, input, evidence, computed-from
    # note: WHAT A READER SHOULD KNOW
"""


@dataclass(frozen=True)
class Edit:
    """What is to be stored on top of what is known, if the history is still the one that it was read on top of."""

    corpus: Corpus
    base: Knowledge
    history: str  # digest
    what: str  # to be said of the change


def changed(claim: Claim, given: Mapping[str, Any], scope: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a claim with those that are given in their place; an empty one is taken out.

    A place that changes takes the span and the digest of the old one with it.
    """
    fields = fields_of(claim)
    source, moved = fields["source"], {name: given[name] for name in ("cite", "at") if name in given}
    if any(source[name] != value for name, value in moved.items()):
        fields["source"] = {"cite": source["cite"], "at": source["at"]} | moved
    fields |= {name: value for name, value in given.items() if name not in moved}
    fields["scope"] = {key: value for key, value in {**fields.get("scope", {}), **dict(scope)}.items() if value}
    fields["inferred"] = [key for key in fields.get("inferred", ()) if key not in dict(scope)]
    return {name: value for name, value in fields.items() if value not in ("", {}, [], ())}


def stated(given: Mapping[str, Any], scope: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a new claim."""
    source = {name: given[name] for name in ("cite", "at") if name in given}
    others = {name: value for name, value in given.items() if name not in source}
    return {**others, **({"source": source} if source else {}), **({"scope": dict(scope)} if scope else {})}


def read(fields: Mapping[str, Any], base: Knowledge) -> Corpus:
    """The claim of these fields on top of what is known, or what is wrong with them, each told of its option."""
    lines = [
        "claims:",
        *(f"{'    ' if i else '  - '}{name}: {text(each)}" for i, (name, each) in enumerate(fields.items())),
    ]
    found = corpora.read([(FILE, "\n".join(lines).encode())], base)
    return replace(found, troubles=tuple(replace(each, place=option(each, list(fields))) for each in found.troubles))


def text(value: Any) -> str:
    """A field as a file has it: everything is quoted, except a value that is a list or mapping already."""
    if isinstance(value, str) and value.lstrip().startswith(LISTS):
        return " ".join(value.split())
    return json.dumps(value, ensure_ascii=False)


def option(trouble: Trouble, fields: list[str]) -> str:
    """The option that a trouble is about."""
    _, line, column = trouble.place.rsplit(":", 2)
    number = int(line) - FIRST
    if not 0 <= number < len(fields) or (number == 0 and int(column) < len("  - id")):
        return FILE
    return OPTIONS.get(fields[number], f"--{fields[number]}")


# ------------------------------------------------------------------------------------------------ what words still say


def still_says(old: Claim, new: Claim, names: Names = NO_NAMES) -> list[str]:
    """What a claim's statement says of its old value, in the words that stand there, if it does not say the new one.

    A figure is found in whatever form it stands there; names with figures in them are no figures.
    """
    if new.value.kind in WORDED and old.value.kind in WORDED:
        return words_left(old.value, new.value, new.statement)
    was, now = (numerals(printed(claim.value)) for claim in (old, new))
    gone = [each for each in was if not known(each, now)]
    come = [each for each in now if not known(each, was)]
    said = [(new.statement[each.start : each.end], each.numeral) for each in figures(new.statement, names)]
    if come and all(known(each, [numeral for _, numeral in said]) for each in come):
        return []
    if was and now and not gone and not come:
        return units_left(old.value, new.value, new.statement, was, names)
    return list(dict.fromkeys(words for words, numeral in said if known(numeral, gone)))


def numerals(text: str) -> list[Numeral]:
    """The numbers of a text."""
    return [each.numeral for each in figures(text) if each.numeral is not None]


def known(one: Numeral | None, others: Iterable[Numeral | None]) -> bool:
    """Whether a number is among others."""
    return any(same(one, other) for other in others)


def units_left(old: Value, new: Value, statement: str, was: list[Numeral], names: Names) -> list[str]:
    """The same of values that differ in their units alone: the figure with the old unit behind it."""
    units = [quantity.read(each.text).unit for each in (old, new)]
    if units[0] == units[1] or "" in units:
        return []
    before, after = (re.compile(rf"[\s-]?{re.escape(unit)}s?(?!\w)", re.IGNORECASE) for unit in units)
    found = [each for each in figures(statement, names) if known(each.numeral, was)]
    ends = [(each.start, before.match(statement, each.end)) for each in found if not after.match(statement, each.end)]
    return [statement[start : end.end()] for start, end in ends if end]


def words_left(old: Value, new: Value, statement: str) -> list[str]:
    """The same of names, terms and dates, as they are written."""
    was, now = ({text for text in (each.text, *each.terms) if text} for each in (old, new))
    there = {word for word in was | now if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", statement, re.IGNORECASE)}
    return [] if now - was and now - was <= there else sorted((was - now) & there)


# ------------------------------------------------------------------------------------------------ as a file has it


def fields_of(claim: Claim) -> dict[str, Any]:
    """A claim as a file has it."""
    fields = claim.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    return {**fields, "value": value_of(claim.value)}


def value_of(value: Value) -> Any:
    """A value as a file has it."""
    if value.kind is ValueKind.TERM:
        told = {"terms": list(value.terms), "complete": value.complete, "announced": value.announced}
        return {name: each for name, each in told.items() if each is not None}
    if value.effect is not None:
        target = {"of": value.effect.of} if value.effect.of else {}
        return {value.effect.direction.value: value.effect.on, **target}
    return value.text or value.kind.value
