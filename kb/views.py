"""What single commands print: one claim, one finding, the derivations, attributes and checks."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from kb import checks, figures
from kb.errors import Ambiguous, NotFound, mistyped
from kb.interval import SLACK, Interval
from kb.knowledge import Corpus, Knowledge, unit_name
from kb.lists import value_of
from kb.marks import Derivation
from kb.model import Claim, Entity, Finding, Status
from kb.outcomes import UNSURE
from kb.pipeline import Examination
from kb.sideeffects import in_words
from kb.tape import show
from kb.texts import Originals, printed
from kb.uses import uses
from kb.verdicts import POWERLESS
from kb.vocabulary import Attribute, Vocabulary

MOST_CLAIMS = 24  # of one finding
NO_TEXTS = Originals()


def claim_ids(examination: Examination) -> list[str]:
    """The ids of all claims, in the order of their numbers."""
    return [examination.evidence.claim(number).id for number in range(len(examination.verdicts))]


def claim_named(ids: Collection[str], name: str) -> str:
    """The claim with that id, or with that end of an id if only one has it; raises NotFound, Ambiguous."""
    if name in ids:
        return name
    found = [claim for claim in ids if claim.partition(":")[2] == name]
    if len(found) > 1:
        raise Ambiguous(name, found)
    if not found:
        raise NotFound("claim", name, [*ids, *(claim.partition(":")[2] for claim in ids)], "kb list")
    return found[0]


def finding(examination: Examination, name: str) -> Finding:
    """The finding with that id; raises NotFound."""
    under = (each for origins in examination.ran.origins.values() for each in origins)
    by_id = {each.id: each for each in (*examination.findings, *under)}
    if name not in by_id:
        raise NotFound("finding", name, mistyped(name, by_id), "kb report")
    return by_id[name]


# ------------------------------------------------------------------------------------------------ lists


def derivation_records(found: Iterable[Derivation]) -> list[dict[str, str]]:
    """One record for each derivation: what it gives, its formula, its reference."""
    return [
        {
            "name": each.name,
            "topic": each.topic,
            "gives": each.relation.limit + slot(each.gives.attribute, each.gives.pins),
            "formula": show(each.formula, {s.name: slot(s.attribute, s.pins) for s in each.takes}),
            "where": ", ".join(f"{key} = {value}" for key, value in each.where.items()),
            "unless": each.unless or "",
            "says": each.title,
            "reference": each.reference,
        }
        for each in found
    ]


def slot(attribute: str, pins: dict[str, str]) -> str:
    """``data.tokens{counted=seen}``."""
    inside = ", ".join(f"{key}={value}" for key, value in pins.items())
    return f"{attribute}{{{inside}}}" if inside else attribute


def attribute_records(vocabulary: Vocabulary) -> list[dict[str, str]]:
    """One record for each attribute of the vocabulary."""
    return [
        {
            "name": each.id,
            "about": each.about,
            "type": each.type.value,
            "unit": each.unit,
            "scope": ", ".join(_key(each, key) for key in each.keys),
            "says": each.meaning,
        }
        for each in vocabulary.attributes.values()
    ]


def _key(attribute: Attribute, key: str) -> str:
    silent = attribute.keys[key].silent
    if silent is None:
        return key
    how = "together" if silent.together else "either" if silent.either else "first"
    return f"{key} (silent: {how} {', '.join(silent.values)})"


def entity_records(entities: Iterable[Entity], kind: str) -> list[dict[str, str]]:
    """One record for each entity, or for those of one kind: the names under which a claim may speak of it."""
    return [
        {
            "id": each.id,
            "kind": each.kind,
            "names": "; ".join(
                dict.fromkeys(name for names in each.names.values() for name in names if name != each.id)
            ),
        }
        for each in entities
        if kind in ("", each.kind)
    ]


def check_records() -> list[dict[str, str]]:
    """One record for each check: its code and what its findings mean."""
    return [{"code": code, "says": checks.sentence(function)} for code, function in sorted(checks.discovered().items())]


def described(records: Sequence[dict[str, str]], width: int) -> str:
    """Attributes, each as a few lines: of what, in which unit, what it asks, which scope keys it has."""
    lines: list[str] = []
    for record in records:
        unit = f", {record['unit']}" if record["unit"] else ""
        lines.append(f"{record['name']}   ({record['type']} of a {record['about']}{unit})")
        for text in (record["says"], f"scope: {record['scope']}" if record["scope"] else ""):
            lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="      ")
    return "\n".join(lines) + "\n"


def entries(records: Sequence[dict[str, str]], width: int) -> str:
    """Derivations, each as a few lines: what it gives by which formula, what it says, where it is from."""
    lines: list[str] = []
    for record in records:
        condition = "".join(f", {word} {record[word]}" for word in ("where", "unless") if record[word])
        lines.append(f"{record['name']}   ({record['topic']})")
        for text in (f"{record['gives']} = {record['formula']}{condition}", record["says"], record["reference"]):
            lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="      ")
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------------------ one claim


def claim_text(examination: Examination, number: int, width: int, originals: Originals = NO_TEXTS) -> str:
    """Everything about one claim: what it says, where, who holds it, its verdict, every application it stands in."""
    evidence = examination.evidence
    claim = evidence.claim(number)
    lines = [claim.id, *_folded("", claim.statement, width)]
    fields = {
        "verdict": examination.verdicts[number].value,
        "because": examination.why(number) if examination.verdicts[number] in UNSURE else "",
        "subject": claim.subject,
        "attribute": f"{claim.attribute}: {evidence.vocabulary.attribute(claim.attribute).meaning}",
        "value": printed_value(claim),
        "stands for": " or ".join(_readings(examination, number)),
        "checked": _checked(examination, number),
        "all else": _left(examination, number),
        "scope": ", ".join(
            f"{key} = {value}{' (inferred)' if key in claim.inferred else ''}" for key, value in claim.scope.items()
        ),
        "mode": f"{claim.mode.value}, {claim.firmness.value}",
        "held by": " > ".join(claim.holders),
        "source": f"{claim.source.cite} {claim.source.at}"
        + (f", characters {claim.source.span[0]} to {claim.source.span[1]}" if claim.source.span else ""),
        "in the source": originals.words(claim.source),
        "sentence": originals.sentence(claim.source),
        "rests on": ", ".join(f"{rest.claim} ({rest.role.value})" for rest in claim.rests_on),
        "standing": claim.standing.value if claim.standing else "",
        "worked out": f"{claim.working} = {claim.value.text}" if claim.working else "",
        "note": claim.note or "",
    }
    for label, text in fields.items():
        if text:
            lines += _folded(label, text, width)
    lines += _uses(examination, number, width)
    found = [each for each in examination.findings if claim.id in each.claims]
    for each in found:
        lines += _folded(each.severity.name.lower(), f"{each.id}: {each.message}", width)
    return "\n".join(lines) + "\n"


def _checked(examination: Examination, number: int) -> str:
    """How much of the rounding its checks take, and which error they would notice."""
    stretch, power = float(examination.stretch[number]), float(examination.power[number])
    if not stretch >= 0:
        return ""
    used = (
        "fits as written"
        if stretch == 0
        else f"fits with {100 * stretch:.0f} % of the rounding allowed"
        if stretch <= 1
        else f"would fit if all rounding were {figures.times(stretch)} times as wide"
        if math.isfinite(stretch)
        else "no rounding excuses it"
    )
    return f"{used}; an error by a factor of {figures.times(power)} would show" if power < POWERLESS else used


def _left(examination: Examination, number: int) -> str:
    """What everything else leaves of a claim, and how strong a check of it that is."""
    evidence = examination.evidence
    left = evidence.left(number)
    if left is None:
        return ""
    low, high = float(left.interval.lo), float(left.interval.hi)
    if evidence.attribute_of(left.row).integer and evidence.columns.claims.than[number] < 0:  # only whole numbers are
        low = math.ceil(low * (1 - SLACK))
        high = math.floor(high * (1 + SLACK)) if math.isfinite(high) else high
    inside = ", inside what it stands for: entailed" if left.entailed else ""
    power = f"; an error by a factor of {figures.times(left.power)} or more would show" if left.power else ""
    return f"leaves {evidence.say(left.row, Interval(low, high))}{inside}{power}"


def printed_value(claim: Claim) -> str:
    """A claim's value as printed, in plain digits, too, where it is printed in others."""
    return value_of(claim).replace(claim.value.text, printed(claim.value), 1) if claim.value.text else value_of(claim)


def _readings(examination: Examination, number: int) -> list[str]:
    """The intervals that a value can stand for, with the scope of each where it was left open."""
    evidence = examination.evidence
    low, high = np.searchsorted(evidence.columns.rows.claim, [number, number + 1])
    found = []
    for row in range(int(low), int(high)):
        value = evidence.value(row)
        unit = evidence.unit_of(row)
        ends = figures.interval(float(value.lo), float(value.hi), unit, 4)
        open_ = f" with {evidence.scope_of(row)}" if evidence.columns.rows.open[row] else ""
        claims = evidence.columns.claims
        if evidence.table.usable[row] or claims.than[number] >= 0 or claims.standing[number] >= 0:
            found.append(f"{ends}{open_}")  # others are said elsewhere outright, or not open to this subject
    return list(dict.fromkeys(found))


def _uses(examination: Examination, number: int, width: int) -> Iterator[str]:
    """The calculations that a claim stands in or behind, each with what it takes for granted where it decides."""
    for each in uses(examination.evidence, number):
        yield from _folded(each.label, each.text, width)
        if each.assumed:
            yield from _folded("", f"assuming {'; '.join(each.assumed)}", width)


def _folded(label: str, text: str, width: int) -> list[str]:
    """A label and its text, folded beside it."""
    size = max(12, len(label) + 2)
    return textwrap.wrap(
        text, width, initial_indent=f"  {label:<{size}}", subsequent_indent=" " * (size + 2), break_long_words=False
    )


# ------------------------------------------------------------------------------------------------ one finding


def finding_text(examination: Examination, found: Finding, width: int, originals: Originals = NO_TEXTS) -> str:
    """A finding in full: inputs with places, arithmetic step by step, and what each input would have to be."""
    sentence = checks.sentence(checks.discovered()[found.code])
    lines = [
        f"{found.id}   {found.severity.name.lower()}, {found.status.value}",
        *_folded("asks", sentence, width),
        *_folded("found", found.message, width),
        *(_folded("", found.accepted, width) if found.accepted else ()),
    ]
    found, numbers = examination.explained(found), examination.evidence.numbers
    for claim_id in found.claims[:MOST_CLAIMS]:
        if claim_id in numbers:
            claim = examination.evidence.claim(numbers[claim_id])
            lines += _folded(
                "claim",
                f"{claim.id}: {claim.statement} [{printed_value(claim)}; {claim.source.cite} {claim.source.at}]",
                width,
            )
            if words := originals.words(claim.source):
                lines += _folded("in the source", words, width)
    more = len(found.claims) - MOST_CLAIMS
    if more > 0:
        lines += _folded("", f"and {more:,} more claims (--format json lists all)", width)
    lines += _block("arithmetic", (step.text for step in found.arithmetic), width)
    lines += _block("proof", (step.text for step in found.proof), width)
    if found.by_intervals:
        lines += _folded("proof", f"checked by intervals alone: {found.by_intervals}", width)
    fits = zip(found.resolutions, in_words(found.resolutions), strict=True)
    lines += _block("would fit", (f"{each.claim}: {words}" for each, words in fits), width)
    lines += _block("assuming", found.assumed, width)
    lines += _block("explained", (f"{e.certainty.value}: {e.text}" for e in found.explanations), width)
    lines += _block("follows", found.consequences, width)
    if found.place:
        lines += _folded("place", found.place, width)
    return "\n".join(lines) + "\n"


def _block(label: str, texts: Iterable[str], width: int) -> Iterator[str]:
    for text in texts:
        yield from _folded(label, text, width)
        label = ""


def concerning(examination: Examination, corpus: Corpus) -> Examination:
    """The same with those findings alone that some files have a part in: a place or a claim of theirs."""
    mine = set(corpus.new.claims)
    findings = (found for found in examination.findings if found.place or not mine.isdisjoint(found.claims))
    return replace(examination, ran=replace(examination.ran, findings=tuple(findings)))


def still_open(examination: Examination) -> list[Finding]:
    """The findings that nobody has accepted, or whose claims have changed since."""
    return [found for found in examination.findings if found.status is not Status.ACCEPTED]


def revised(corpus: Corpus, known: Knowledge) -> dict[str, list[str]]:
    """What some files say in other words than it is known, claims left out: names by what they are names of."""
    old, new = known.vocabulary, corpus.knowledge.vocabulary
    units = {unit_name(line): line for line in known.unit_lines}
    parts: dict[str, tuple[Iterable[str], Mapping[str, object], Mapping[str, object]]] = {
        "unit": (corpus.new.units, units, {unit_name(line): line for line in corpus.knowledge.unit_lines}),
        "kind": (corpus.new.kinds, old.kinds, new.kinds),
        "key": (corpus.new.keys, old.keys, new.keys),
        "attribute": (corpus.new.attributes, old.attributes, new.attributes),
        "source": (corpus.new.sources, known.sources, corpus.knowledge.sources),
        "entity": (corpus.new.entities, known.entities, corpus.knowledge.entities),
    }
    return {
        what: [name for name in names if name in before and before[name] != after[name]]
        for what, (names, before, after) in parts.items()
    }


def placed(findings: Iterable[Finding], places: Mapping[str, str]) -> list[tuple[str, Finding]]:
    """Findings in the order of their places in files; what is about stored claims alone comes last, by their ids."""
    found = [
        (finding.place or next((places[claim] for claim in finding.claims if claim in places), ""), finding)
        for finding in findings
    ]
    ordered = sorted(found, key=lambda pair: (not pair[0], in_order(pair[0])))
    return [(place or (finding.claims[0] if finding.claims else "(stored)"), finding) for place, finding in ordered]


def in_order(place: str) -> tuple[str, int, int]:
    """What ``file:line:column`` is sorted by."""
    file, *numbers = place.rsplit(":", 2)
    return (file, int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (place, 0, 0)


def finding_line(found: Finding, place: str) -> str:
    """A finding for editors and build logs: ``file:line:column: severity: message [id]``."""
    return f"{place}: {found.severity.name.lower()}: {found.message} [{found.id}]"
