"""What a claim answers: a value of the attribute's type from what a file says, or why that cannot be one."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor
from typing import Any

from kb.dates import is_date
from kb.errors import KbError, Unreadable, a, did_you_mean
from kb.model import Claim, Direction, Severity, ValueKind
from kb.quantity import Meaning
from kb.readings import exact, meanings
from kb.records import Fault, among, excerpt, plain
from kb.roster import Roster
from kb.safeyaml import Node
from kb.units import UnitMismatch, Units, UnknownUnit
from kb.vocabulary import Attribute, Type, Vocabulary

ALWAYS = {kind.value for kind in (ValueKind.NONE, ValueKind.UNDISCLOSED)}
SIDES = ("high", "low")  # what words without a figure can say of a quantity
KINDS = {type_: ValueKind(type_).value for type_ in Type}  # as JSON takes them: an enum takes it four times as long
YES_NO = {"true": "yes", "yes": "yes", "false": "no", "no": "no"}
WANTED = {
    Type.QUANTITY: "a figure with its unit, or {terms: [high]} or {terms: [low]}",
    Type.LINK: "an entity or one of its names",
    Type.TERM: "a term, a list of terms, or {terms: [...], complete: true, announced: many}",
    Type.YES_NO: "true or false",
    Type.DATE: "a date such as 2023, 2023-07 or 2023-07-10, or '1 day before publication'",
    Type.EFFECT: "{raises: ATTRIBUTE}, {lowers: ATTRIBUTE} or {leaves: ATTRIBUTE}, with of: ENTITY if need be",
}

Fields = dict[str, Any]  # of a Value, as JSON takes them


class Answers:
    """Reads the values of claims; `report` takes what is worth a note."""

    def __init__(self, vocabulary: Vocabulary, units: Units, roster: Roster) -> None:
        self.vocabulary = vocabulary
        self.kinds = vocabulary.kinds
        self.units = units
        self.roster = roster
        self.wanted: dict[
            tuple[object, ...], str
        ] = {}  # instead of each figure that could be read; nothing if it can be

    def value(self, attribute: Attribute, node: Node, report: Callable[[Fault], None]) -> Fields:
        """The fields of the value that is written; raises Fault."""
        if node.text in ALWAYS:
            return {"kind": node.text, "text": node.text}
        if attribute.type is Type.TERM or (attribute.type is Type.QUANTITY and isinstance(node.value, dict)):
            return {"kind": ValueKind.TERM, **terms(node, attribute)}
        if attribute.type is Type.EFFECT:
            return self.effect(attribute, node)
        text = (node.text or "").strip()
        if isinstance(node.value, list | dict) or node.value is None or not text:
            found = "a list or mapping" if node.text is None else "no value"
            raise wanted(attribute, node, found, "write one value, as the source has it")
        if attribute.type is Type.LINK:
            text = self.target(attribute, text, node, report)
        elif attribute.type is Type.YES_NO:
            text = YES_NO.get(text.lower(), "")
        elif attribute.type is Type.DATE:
            text = text if is_date(text) else ""
        elif isinstance(node.value, bool):
            text = ""
        if not text:
            raise wanted(attribute, node, excerpt(node.text or ""), "write it in that form")
        return {"kind": KINDS[attribute.type], "text": text}

    def effect(self, attribute: Attribute, node: Node) -> Fields:
        """Which way something moves a quantity, or a family of them; raises Fault."""
        fields = node.value if isinstance(node.value, dict) else {}
        told = [direction for direction in Direction if direction in fields]
        if len(told) != 1 or set(fields) - {told[0], "of"}:
            raise wanted(attribute, node, "another effect" if fields else excerpt(node.text or ""), "write it so")
        on, target = fields[told[0]], fields.get("of")
        family = (on.text or "").strip()
        if not self.vocabulary.family(family):
            found = f"{excerpt(family)}{did_you_mean(family, self.vocabulary.attributes)}"
            raise Fault(on.place, (found, "expected a quantity or a family of them", "name one of 'kb attributes'"))
        of = self.roster.entity(target.text or "", None, target.place).id if target is not None else None
        text = f"{told[0]} {family}{f' of {of}' if of else ''}"
        return {
            "kind": ValueKind.EFFECT,
            "text": text,
            "effect": {"direction": told[0], "on": family, **({"of": of} if of else {})},
        }

    def target(self, attribute: Attribute, text: str, node: Node, report: Callable[[Fault], None]) -> str:
        """The id of the entity that a link names; a name that nobody has stays as it is, with a warning."""
        link = self.kinds[attribute.about].links.get(attribute.id.removeprefix(f"{attribute.about}."))
        try:
            entity = self.roster.entity(text, link.to if link else None, node.place)
        except Fault as fault:
            remedy = f"{fault.remedy} (until then nothing is computed across this link)"
            report(Fault(fault.place, (fault.found, fault.expected, remedy), fault.code, Severity.WARNING))
            return text
        if link is not None and entity.kind != link.to:
            found = f"{attribute.id} leads to {a(link.to)}; {entity.id} is {a(entity.kind)}"
            raise Fault(node.place, (found, f"expected {a(link.to)}", "name another entity"))
        return entity.id

    def examine(self, claim: Claim, attribute: Attribute, node: Node) -> None:
        """Raises Fault for words that are no quantity of its dimension, or that cannot be true of such a thing."""
        key = claim.value.text, attribute.id, exact(claim), claim.than is None
        if key not in self.wanted:
            try:
                meant = meanings(claim, attribute, self.units)
            except (UnknownUnit, UnitMismatch) as error:
                line = unitless(claim, attribute) if error.unit in {"", "1"} else line_of(error)
                raise Fault(node.place, line, "unit") from None
            except Unreadable as error:
                raise Fault(node.place, line_of(error)) from None
            self.wanted[key] = impossible(attribute, meant, factor=claim.than is not None)
        if wrong := self.wanted[key]:
            line = f"{excerpt(claim.value.text)} for {attribute.id}", f"expected {wrong}", "correct the figure"
            raise Fault(node.place, line)


def unitless(claim: Claim, attribute: Attribute) -> tuple[str, str, str]:
    """What to say of a figure without a unit where there should be one."""
    found = f"{excerpt(claim.value.text)} for {attribute.id}, without a unit"
    return found, f"expected a unit such as {attribute.unit}", f"write {claim.value.text} {attribute.unit}"


def wanted(attribute: Attribute, node: Node, found: str, remedy: str) -> Fault:
    """What to say of a value that is not of the attribute's type."""
    return Fault(node.place, (f"{found} for {attribute.id}", f"expected {WANTED[attribute.type]}", remedy))


def terms(node: Node, attribute: Attribute) -> Fields:
    """One term or several, and whether they are all; raises Fault."""
    complete, announced, items = None, None, node
    if isinstance(node.value, dict):
        items = node.value.get("terms", node)
        if set(node.value) - {"terms", "complete", "announced"} or not isinstance(items.value, list):
            raise wanted(attribute, node, "another mapping", "write it in that form")
        complete = plain(node.value["complete"]) if "complete" in node.value else None
        announced = node.value["announced"].text if "announced" in node.value else None
    words = [term(item, attribute) for item in (items.value if isinstance(items.value, list) else [items])]
    return {"text": ", ".join(words), "terms": words, "complete": complete, "announced": announced}


def term(node: Node, attribute: Attribute) -> str:
    """One term, which must be one of the attribute's if it names any; raises Fault."""
    word = (node.text or "").strip()
    if not word or node.value is None:
        raise Fault(node.place, ("no text", "expected a term", "write each term as text"))
    known = SIDES if attribute.type is Type.QUANTITY else attribute.terms
    if known and word not in known:
        raise Fault(node.place, (f"{excerpt(word)}{did_you_mean(word, known)}", among(known, "term"), "correct it"))
    return word


def impossible(attribute: Attribute, meant: list[tuple[Meaning, float]], *, factor: bool) -> str:
    """What was expected instead of figures that such a thing cannot have, whichever way they are read; else nothing."""
    if attribute.positive and all(meaning.hi <= 0 for meaning, _ in meant):
        return "more than 0"
    if attribute.integer and not factor and all(between_integers(meaning, unit) for meaning, unit in meant):
        return "a whole number"
    return ""


def between_integers(meaning: Meaning, unit: float) -> bool:
    """Whether one figure, with all the rounding of its digits, leaves no whole number."""
    if meaning.lo != meaning.hi or abs(meaning.lo) >= 10**15:
        return False
    low, high = (end * unit for end in meaning.at(1.0))
    slack = 1e-9 * max(1.0, abs(high))  # units are floats
    return ceil(low - slack) > floor(high + slack)


def line_of(error: KbError) -> tuple[str, str, str]:
    """The three parts of an error's message."""
    *found, expected, remedy = str(error).split("; ")
    return "; ".join(found), expected, remedy
