"""Small knowledge bases for tests: a few lines of text or objects, and what the binder makes of them in words.

A line of text is an entity, ``chip Flint B within Flint``, or a claim with what is said of it:
``days | Birch/training | run.duration{key=value} | 30 day | by Bo | in digest | than Elm | premise | hard``.
Who says nothing else is Ada in a memo. A run's name says what it is of and, if it can, its stage.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import derivations
from kb import corpus
from kb.applications import TOTAL, Lot
from kb.bind import Bound, bind
from kb.columns import Columns, columns
from kb.knowledge import Knowledge
from kb.marks import Derivation
from kb.model import Claim, Entity, Locator, Mode, Source, SourceKind, Standing, Value, ValueKind
from kb.notes import Note
from kb.plan import Reach
from kb.rowtable import NONE
from kb.units import Units
from kb.vocabulary import Attribute, Key, KeyRule, Kind, Parts, Silence, Vocabulary
from tests.slow_bind import Facts, LeftOut, Made, SlowBinder, sum_name, value_name
from tests.slow_claims import REFERENCES, row_name

VOCABULARY = Path(__file__).parents[1] / "claims" / "vocabulary"
SOURCES = {"memo": None, "digest": "memo", "gossip": None, "tables": None}  # each with the one that it retells
STANDINGS = {each.value: each for each in Standing}
MODES = {each.value: each for each in Mode}
RULES = """
    six  | arithmetic | rule.training | 6 FLOP/(param*token) | hard
    two  | arithmetic | rule.forward  | 2 FLOP/(param*token) | hard
    cell | arithmetic | rule.cell     | 1 device             | hard
    one  | every model | forward.tokens | 1 token/pass       | hard
"""


@cache
def shipped() -> Knowledge:
    """The vocabulary that comes with Claimcheck, without any claim."""
    read = corpus.read(sorted(VOCABULARY.glob("*.yaml")))
    assert not read.troubles
    return read.knowledge


@cache
def formulas() -> dict[str, Derivation]:
    """Every derivation that comes with Claimcheck, by name."""
    modules = [
        importlib.import_module(f"derivations.{each.name}") for each in pkgutil.iter_modules(derivations.__path__)
    ]
    functions = [each for module in modules for _, each in inspect.getmembers(module, inspect.isfunction)]
    made = [each.derivation for each in functions if hasattr(each, "derivation")]
    return {each.name: each for each in made}


def told(*texts: str, only: str = "", more: Sequence[Derivation] = ()) -> Small:
    """The knowledge base of some text with the shipped vocabulary; `only` names the derivations, all if none."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    claims = [said(line) for line in lines if "|" in line]
    entities = dict(shipped().entities) | {each.id: each for each in (entity(x) for x in lines if "|" not in x)}
    for claim in claims:
        if claim.subject not in entities:
            entities[claim.subject] = entity(f"run {claim.subject}")
    bound = [formulas()[name] for name in only.split()] or list(formulas().values())
    sources = [Source(id=x, kind=SourceKind.ARTICLE, title=x, retells=told) for x, told in SOURCES.items()]
    knowledge = shipped()
    return Small(knowledge.vocabulary, knowledge.units, list(entities.values()), sources, claims, [*bound, *more])


def entity(line: str) -> Entity:
    """The entity of a line such as ``run Birch/night stage inference``."""
    kind, _, rest = line.partition(" ")
    name, _, wider = rest.partition(" within ")
    name, _, stage = name.partition(" stage ")
    links = {"within": wider} if wider else {}
    if kind == "run":
        model, _, label = name.partition("/")
        links["of"] = model
        stage = stage or (label if label in shipped().vocabulary.keys["stage"].order else "")
    return Entity(id=name, kind=kind, links=links, own={"stage": stage} if stage else {})


def said(line: str) -> Claim:
    """The claim of a line."""
    name, subject, attribute, value, *rest = (each.strip() for each in line.split("|"))
    attribute, _, keys = attribute.removesuffix("}").partition("{")
    scope = dict(each.strip().split("=") for each in keys.split(",") if each.strip())
    words = {word: other for word, _, other in (each.partition(" ") for each in rest)}
    standing = next((STANDINGS[each] for each in rest if each in STANDINGS), None)
    return Claim(
        id=f"{'tables' if standing else words.get('in', 'memo')}:{name}",
        statement="So it is said.",
        subject=subject,
        attribute=attribute,
        scope=scope,
        value=answer(attribute, value),
        than=words.get("than"),
        mode=next((MODES[each] for each in rest if each in MODES), Mode.STATEMENT),
        holders=(words.get("by", "Ada"),),
        source=Locator(cite="tables" if standing else words.get("in", "memo"), at="p1"),
        standing=standing,
    )


def answer(attribute: str, text: str) -> Value:
    """What a claim says of an attribute."""
    if text in {"none", "undisclosed"}:
        return Value(kind=ValueKind(text))
    kind = ValueKind(shipped().vocabulary.attributes[attribute].type.value)
    return Value(kind=kind, terms=(text,)) if kind is ValueKind.TERM else Value(kind=kind, text=text)


def mills(
    attributes: Mapping[str, str], claims: Mapping[str, Iterable[str]], *derivations: Derivation, solve: bool = False
) -> Small:
    """Mills of which some attributes are claimed; an attribute can have a key, which has two readings when silent."""
    keys = [Key(id=key, meaning="A key.", values={"one": None, "two": None}) for key in attributes.values() if key]
    rule = KeyRule(parts=Parts.OWN, silent=Silence(either=("one", "two")))
    known = [
        Attribute(id=name, about="mill", meaning="A figure.", unit="1", keys={key: rule} if key else {}, solve=solve)
        for name, key in attributes.items()
    ]
    return Small(
        Vocabulary.of([Kind(id="mill", meaning="Grinds.")], keys, known),
        Units(),
        [Entity(id=name, kind="mill") for name in claims],
        [Source(id="memo", kind=SourceKind.ARTICLE, title="A memo")],
        [figure(f"memo:{mill}-{name}", mill, name) for mill, names in claims.items() for name in names],
        derivations,
    )


def figure(name: str, subject: str, attribute: str) -> Claim:
    """A claim that something is five."""
    return Claim(
        id=name,
        statement="So it is said.",
        subject=subject,
        attribute=attribute,
        value=Value(kind=ValueKind.QUANTITY, text="5"),
        holders=("Ada",),
        source=Locator(cite="memo", at="p1"),
    )


@dataclass(frozen=True)
class Small:
    """A knowledge base, and the derivations that are to bind to it."""

    vocabulary: Vocabulary
    units: Units
    entities: Sequence[Entity]
    sources: Sequence[Source]
    claims: Sequence[Claim]
    derivations: Sequence[Derivation]

    def columns(self) -> Columns:
        """What the binder works on."""
        return columns(self.vocabulary, self.units, self.entities, self.sources, self.claims)

    def bound(self) -> Bound:
        """What the binder finds."""
        return bind(self.columns(), self.derivations)

    def applications(self) -> dict[str, Note]:
        """Every application in words, with what it takes for granted."""
        return Words(self.bound(), self.claims).applications()

    def left_out(self) -> set[str]:
        """What was left out, in words."""
        return {f"{name} of {anchor}: {reason}" for name, _, anchor, reason in self.quickly()[1]}

    def slowly(self) -> tuple[Facts, LeftOut]:
        """What the slow loop finds, and what it leaves out."""
        binder = SlowBinder(self.vocabulary, self.entities, self.sources, self.claims)
        facts = binder.run(self.derivations)
        return facts, {(*key, reason) for key, reason in binder.left_out.items()}

    def quickly(self) -> tuple[Facts, LeftOut]:
        """The same of the fast binder, in the same words."""
        return Words(self.bound(), self.claims).facts()


class Words:
    """A binding in the words of the slow loop."""

    def __init__(self, bound: Bound, claims: Sequence[Claim]) -> None:
        self.bound = bound
        self.table = bound.table
        self.vocabulary = bound.table.columns.vocabulary
        self.claims = claims
        self.worlds = [*bound.table.columns.source_ids, REFERENCES]
        self.entities = bound.table.columns.entity_ids
        self._names: dict[int, str] = {}

    def facts(self) -> tuple[Facts, LeftOut]:
        """Every application with its scope and assumptions, and every anchor that was left out."""
        found: Facts = {}
        for lot in self.bound.made.lots:
            for line in range(len(lot)) if lot.plan != TOTAL else ():
                made = self.made(lot, line)
                assert made not in found, "one application was made twice"
                reach = self.given(lot)
                found[made] = (self.scope(lot.masks[line], reach), Note(int(lot.notes[line])))
        left = self.bound.left_out
        return found, {(e.derivation, self.worlds[e.world], self.entities[e.anchor], e.reason) for e in left}

    def applications(self) -> dict[str, Note]:
        """Every application as ``name of anchor: inputs = output``, a question mark for what is implied."""
        lots = [lot for lot in self.bound.made.lots if lot.plan != TOTAL]
        return {self.told(lot, line): Note(int(lot.notes[line])) for lot in lots for line in range(len(lot))}

    def told(self, lot: Lot, line: int) -> str:
        """An application in words."""
        *inputs, output = (self.short(int(row)) for row in lot.slots[line])
        name = self.bound.plans[lot.plan].derivation.name
        return f"{name} of {self.entities[lot.anchor[line]]}: {', '.join(inputs)} = {output}"

    def short(self, row: int) -> str:
        """A claim by its name, with the readings of what it leaves open; an implied value by what implies it."""
        if row == NONE:
            return "?"
        if row < self.table.stated:
            name = self.claims[self.table.claim[row]].id.partition(":")[2]
            opened = int(self.table.columns.rows.open[row])
            keys = [key for key, column in self.vocabulary.key_order.items() if opened >> column & 1]
            values = self.values(self.table.masks[row], keys).values()
            return f"{name}[{', '.join('/'.join(sorted(each)) for each in values)}]" if keys else name
        lot, line = self.bound.made.lot_of(int(self.table.maker[row]))
        if lot.plan == TOTAL:
            return " + ".join(sorted(self.short(int(each)) for each in lot.slots[line]))
        *inputs, output = (self.short(int(each)) for each in lot.slots[line])
        name = self.bound.plans[lot.plan].derivation.name
        return f"{name}({', '.join(inputs)}{'' if output == '?' else f' = {output}'})"

    def given(self, lot: Lot) -> Reach:
        """The slot whose scope an application gives."""
        plan = self.bound.plans[lot.plan]
        return plan.gives if lot.solved == NONE else plan.takes[lot.solved]

    def made(self, lot: Lot, line: int) -> Made:
        """What tells an application from all others."""
        derivation = self.bound.plans[lot.plan].derivation
        at = self.worlds[lot.world[line]], self.entities[lot.anchor[line]]
        slots = tuple(self.row(int(row)) if row != NONE else None for row in lot.slots[line])
        solved = lot.solved if lot.solved != NONE else None
        return derivation.name, derivation.gives.attribute, *at, solved, slots

    def row(self, row: int) -> str:
        """The name of a row."""
        if row not in self._names:
            self._names[row] = self.stated(row) if row < self.table.stated else self.implied(row)
        return self._names[row]

    def stated(self, row: int) -> str:
        """A claim with what its keys are taken for."""
        claim = self.claims[self.table.claim[row]]
        attribute = self.vocabulary.attributes[claim.attribute]
        return row_name(claim, self.values(self.table.masks[row], attribute.keys))

    def implied(self, row: int) -> str:
        """An implied value, by what implies it."""
        lot, line = self.bound.made.lot_of(int(self.table.maker[row]))
        if lot.plan == TOTAL:
            return sum_name(self.row(int(each)) for each in lot.slots[line])
        return value_name(self.made(lot, line))

    def scope(self, masks: np.ndarray, reach: Reach) -> dict[str, frozenset[str]]:
        """What the keys of a slot can be."""
        return self.values(masks, reach.attribute.keys)

    def values(self, masks: np.ndarray, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """The values whose bits are set, for some keys."""
        order = self.vocabulary.key_order
        return {key: frozenset(self.vocabulary.keys[key].values_of(int(masks[order[key]]))) for key in keys}
