"""A certificate in words: what is given, what follows from it by which law, and where nothing is left."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from kb import figures
from kb.evidence import Evidence
from kb.joint.alone import Proof, Unproven, impossible, proofs
from kb.joint.certificate import AtMost, Bound, Certificate, Chord, Combined, Law, Step, Tangent
from kb.joint.exchange import exported
from kb.joint.network import LIMIT
from kb.joint.part import Statement
from kb.joint.proof import variables
from kb.joint.rows import Product, Sum, log
from kb.model import Step as Told
from kb.rowtable import NONE
from kb.verdicts import Breach, Group


def alone(evidence: Evidence, failure: Group | Breach, first: int) -> dict[str, Any]:
    """What proves that something is impossible by itself, for `Why`; the reason where it is checked by intervals alone.

    first: the reading that is printed, a member of the group or a row of the breach.
    """
    if not impossible(failure):
        return {}
    try:
        mine, *less_near = proofs(evidence.judged, failure, first)
    except Unproven as why:
        return {"by_intervals": str(why)}
    others = [data(evidence, each) for each in less_near]
    more = [Told(text=f"proven likewise of every other reading and figure: {len(others)} more")] if others else []
    return {
        "proof": (*lines(evidence, mine), *more),
        "certificate": {**data(evidence, mine), **({"other_readings": others} if others else {})},
    }


def data(evidence: Evidence, proof: Proof) -> dict[str, Any]:
    """A certificate as plain data, with what its numbers are, and the claims and derivations that it is from."""
    made = exported(proof.certificate)
    for law, number in zip(made["laws"], proof.certificate.taken, strict=True):
        law["of"] = proof.of[number]
    for each, premise in zip(made["premises"], proof.certificate.premises, strict=True):
        row = proof.part.statements[premise.by].row
        each["claim"] = None if row == NONE else evidence.id_of(int(evidence.table.claim[row]))
    used = {each.variable for each in proof.bounds} | {v for law in proof.certificate.laws for v in variables(law)}
    told = [
        {"number": each, "is": name(evidence, proof, each), "unit": unit(evidence, proof, each)}
        for each in sorted(used)
    ]
    return {"numbers": told, **made}


# ------------------------------------------------------------------------------------------------ in words


def lines(evidence: Evidence, proof: Proof) -> Iterator[Told]:
    """Every line of a proof, as a pocket calculator redoes it."""
    certificate = proof.certificate
    laws: list[Law] = list(certificate.laws)
    names = [proof.of[number] for number in certificate.taken]
    bounds: list[Bound] = []
    for premise in certificate.premises:
        yield given(evidence, proof, premise.bound, proof.part.statements[premise.by])
        bounds.append(premise.bound)
    for line in certificate.lines:
        if isinstance(line, Step):
            used = [bounds[number] for number in line.uses]
            follows = f"{bound(evidence, proof, line.bound)} = {due(laws[line.law], line.bound, used)}"
            yield Told(text=f"{follows}   [{names[line.law]}]")
            bounds.append(line.bound)
        else:
            yield Told(text=f"{said(evidence, proof, line.law)}   [{reason(names, line)}]")
            laws.append(line.law)
            by = [number for number, _ in line.factors] if isinstance(line, Combined) else [line.sum]
            names.append(" and ".join(dict.fromkeys(names[number] for number in by)))
    yield Told(text=f"so {ending(evidence, proof)}, which nothing is")


def reason(names: Sequence[str], line: Combined | Tangent | Chord) -> str:
    """Why a law that a proof makes holds; names: of the derivation of each law before it."""
    if isinstance(line, Combined):
        return "multiplied: " + " x ".join(power_of(names[law], Fraction(power)) for law, power in line.factors)
    if isinstance(line, Chord):
        return f"{names[line.sum]}: the most that the whole can be beside its parts, within the bounds above"
    if line.p in (0, line.q):
        return f"{names[line.sum]}: a part is at most the whole"
    return f"{names[line.sum]}: a weighted geometric mean is at most the arithmetic one"


def power_of(text: str, power: Fraction) -> str:
    """Something to a power; that of 1 is not written."""
    return text if power == 1 else f"{text}^{power}" if power.denominator == 1 else f"{text}^({power})"


def given(evidence: Evidence, proof: Proof, premise: Bound, statement: Statement) -> Told:
    """What a statement says of a number, and who says it."""
    text = bound(evidence, proof, premise)
    if statement.row == NONE:
        limit = statement.low == 0 and statement.high >= LIMIT
        return Told(text=f"{text}   [{'what is due is a limit' if limit else 'counted in whole numbers'}]")
    claim = evidence.claim(int(evidence.table.claim[statement.row]))
    return Told(text=f"{text}: {claim.value.text}   [{claim.source.cite} {claim.source.at}]", claims=(claim.id,))


def bound(evidence: Evidence, proof: Proof, each: Bound) -> str:
    """``run.devices of Alder/training at least 950 device``."""
    side = "at most" if each.upper else "at least"
    value = figures.with_unit(number(each.value), unit(evidence, proof, each.variable))
    return f"{name(evidence, proof, each.variable)} {side} {value}"


def said(evidence: Evidence, proof: Proof, law: Product | AtMost) -> str:
    """``run.devices of Alder/training x run.duration of Alder/training / run.cost of Alder/training is 1``."""
    above = [power_of(name(evidence, proof, variable), power) for variable, power in law.powers if power > 0]
    below = [power_of(name(evidence, proof, variable), -power) for variable, power in law.powers if power < 0]
    side = "is" if isinstance(law, Product) else "is at most"
    return f"{' / '.join([' x '.join(above) or '1', *below])} {side} {number(law.constant)}"


def number(value: Fraction) -> str:
    """A fraction in calculator digits."""
    return figures.exact(float(value))


def name(evidence: Evidence, proof: Proof, variable: int) -> str:
    """What a number is: an attribute of something, or a step of a formula."""
    row = proof.rows[variable]
    if row != NONE and evidence.table.attribute[row] != NONE:
        return evidence.named(row)
    law = next(n for n, each in enumerate(proof.part.laws) if variable in variables(each))
    return f"step {variable} of {proof.of[law]}"


def unit(evidence: Evidence, proof: Proof, variable: int) -> str:
    """The unit of a number; none for a step of a formula."""
    row = proof.rows[variable]
    return "" if row == NONE or evidence.table.attribute[row] == NONE else evidence.unit_of(row).removeprefix("1")


def due(law: Law, bound: Bound, used: Sequence[Bound]) -> str:
    """What gives a bound: the others multiplied, divided, added or taken away, with their numbers."""
    if isinstance(law, Sum):
        values = {each.variable: number(each.value) for each in used}
        if bound.variable == law.whole:
            return " + ".join(values.get(part, "0") for part in (law.left, law.right))
        other = law.right if bound.variable == law.left else law.left
        return f"{values[law.whole]} - {values.get(other, '0')}"
    own = dict(law.powers)[bound.variable]
    above: list[str] = []
    below: list[str] = []
    if law.constant != 1:
        (above if own > 0 else below).append(number(law.constant))
    values = {each.variable: number(each.value) for each in used}
    for variable, power in law.powers:
        if variable != bound.variable:
            exponent = -power / own
            raised = values[variable] if abs(exponent) == 1 else f"{values[variable]}^{abs(exponent)}"
            (above if exponent > 0 else below).append(raised)
    return " / ".join([" x ".join(above) or "1", *below])


def ending(evidence: Evidence, proof: Proof) -> str:
    """Where it ends: a number, or a product of numbers, that cannot be."""
    used = [proof.bounds[number] for number in proof.certificate.uses]
    if proof.certificate.end is None:
        least, most = used
        values = f"at least {number(least.value)} and at most {number(most.value)}"
        return f"{name(evidence, proof, least.variable)} would have to be {values}"
    law = laws_of(proof.certificate)[proof.certificate.end]
    if isinstance(law, Sum):
        return f"{name(evidence, proof, law.whole)} would not be the sum of its parts"
    found = sum(log(each.value) * float(dict(law.powers)[each.variable]) for each in used)
    due_ = number(law.constant) if isinstance(law, Product) else f"at most {number(law.constant)}"
    side = "at least" if found > log(law.constant) else "at most"
    value = figures.exact(math.exp(found)) if abs(found) < LIMIT else f"10^{found / math.log(10):.0f}"
    product = said(evidence, proof, law).rpartition(" is ")[0]
    return f"{product}, which has to be {due_}, would be {side} {value}"


def laws_of(certificate: Certificate) -> list[Law]:
    """The laws of a certificate: those that it takes, and those that its lines add."""
    return [*certificate.laws, *(line.law for line in certificate.lines if not isinstance(line, Step))]
