"""A certificate in words: what is given, what follows from it by which law, and where nothing is left."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from kb import figures
from kb.evidence import Evidence
from kb.joint.certificate import AtMost, Bound, Chord, Combined, Law, Step, Tangent
from kb.joint.clashes import Clash
from kb.joint.proof import variables
from kb.joint.rows import Product, Sum
from kb.model import Step as Told
from kb.rowtable import NONE


def lines(evidence: Evidence, clash: Clash) -> Iterator[Told]:
    """Every line of a proof, as a pocket calculator redoes it."""
    proof = clash.certificate
    bounds: list[Bound] = []
    for premise in proof.premises:
        yield given(evidence, clash, premise.bound, premise.by)
        bounds.append(premise.bound)
    laws: list[Law] = list(proof.laws)
    for line in proof.lines:
        if isinstance(line, Step):
            used = [bounds[number] for number in line.uses]
            follows = f"{bound(evidence, clash, line.bound)} = {due(laws[line.law], line.bound, used)}"
            yield Told(text=f"{follows}   [{of(evidence, clash, laws, line.law)}]")
            bounds.append(line.bound)
        else:
            laws.append(line.law)
            yield Told(text=f"{equation(evidence, clash, line.law)}   [{reason(evidence, clash, laws, line)}]")
    yield Told(text=f"so {ending(evidence, clash)}, which nothing is")


def of(evidence: Evidence, clash: Clash, laws: Sequence[Law], number: int) -> str:
    """The derivation that a law of a proof is of; one that the proof made is the line above it."""
    taken = clash.certificate.taken
    law = laws[number]
    return by(clash, taken[number]) if number < len(taken) or isinstance(law, Sum) else equation(evidence, clash, law)


def equation(evidence: Evidence, clash: Clash, law: Product | AtMost) -> str:
    """``run.devices of Alder/training x run.duration of Alder/training / run.cost of Alder/training = 1``."""
    above = [power_of(name(evidence, clash, variable), power) for variable, power in law.powers if power > 0]
    below = [power_of(name(evidence, clash, variable), -power) for variable, power in law.powers if power < 0]
    side = "is" if isinstance(law, Product) else "is at most"
    return f"{' / '.join([' x '.join(above) or '1', *below])} {side} {number(law.constant)}"


def power_of(text: str, power: Fraction) -> str:
    """Something to a power; that of 1 is not written."""
    return text if power == 1 else f"{text}^{power}" if power.denominator == 1 else f"{text}^({power})"


def reason(evidence: Evidence, clash: Clash, laws: Sequence[Law], line: Combined | Tangent | Chord) -> str:
    """Why a law that a proof makes holds."""
    if isinstance(line, Combined):
        factors = [(of(evidence, clash, laws, law), power) for law, power in line.factors]
        return "multiplied: " + " x ".join(power_of(law, Fraction(power)) for law, power in factors)
    sum_ = of(evidence, clash, laws, line.sum)
    if line.p in (0, line.q) and isinstance(line, Tangent):
        return f"{sum_}: a part is at most the whole"
    if isinstance(line, Tangent):
        return f"{sum_}: a weighted geometric mean is at most the arithmetic one"
    return f"{sum_}: the most that the whole can be beside its parts, within the bounds above"


def given(evidence: Evidence, clash: Clash, premise: Bound, number: int) -> Told:
    """What a statement says of a number, and who says it."""
    statement = clash.part.statements[number]
    text = bound(evidence, clash, premise)
    if statement.row == NONE:
        return Told(text=f"{text}   [counted in whole numbers]")
    claim = evidence.claim(int(evidence.table.claim[statement.row]))
    return Told(text=f"{text}: {claim.value.text}   [{claim.source.cite} {claim.source.at}]", claims=(claim.id,))


def bound(evidence: Evidence, clash: Clash, each: Bound) -> str:
    """``run.devices of Alder/training at least 950 device``."""
    side = "at most" if each.upper else "at least"
    value = figures.with_unit(number(each.value), unit(evidence, clash, each.variable))
    return f"{name(evidence, clash, each.variable)} {side} {value}"


def number(value: Fraction) -> str:
    """A fraction in calculator digits."""
    return figures.exact(float(value))


def name(evidence: Evidence, clash: Clash, variable: int) -> str:
    """What a number is: an attribute of something, or a step of a formula."""
    row = row_of(clash, variable)
    if row != NONE:
        return evidence.named(row)
    law = next(n for n, each in enumerate(clash.part.laws) if variable in variables(each))
    return f"step {variable} of {by(clash, law)}"


def unit(evidence: Evidence, clash: Clash, variable: int) -> str:
    """The unit of a number; none for a step of a formula."""
    row = row_of(clash, variable)
    return "" if row == NONE else evidence.unit_of(row).removeprefix("1")


def row_of(clash: Clash, variable: int) -> int:
    """The row that a number is of, or one that bounds it."""
    whole = int(clash.part.variables[variable])
    row = int(clash.net.rows[whole])
    return row if row != NONE else int(clash.net.by[whole])


def by(clash: Clash, law: int) -> str:
    """The derivation that a law is of."""
    block, _ = clash.part.origin[law]
    return clash.net.derivation(block)


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


def ending(evidence: Evidence, clash: Clash) -> str:
    """Where it ends: a number, or a product of numbers, that cannot be."""
    proof = clash.certificate
    bounds = [*(each.bound for each in proof.premises), *(line.bound for line in proof.lines if isinstance(line, Step))]
    used = [bounds[number] for number in proof.uses]
    if proof.end is None:
        least, most = used
        values = f"at least {number(least.value)} and at most {number(most.value)}"
        return f"{name(evidence, clash, least.variable)} would have to be {values}"
    law = [*proof.laws, *(line.law for line in proof.lines if not isinstance(line, Step))][proof.end]
    assert not isinstance(law, Sum)
    value = math.prod(float(each.value) ** float(dict(law.powers)[each.variable]) for each in used)
    side = "at least" if value > law.constant else "at most"
    due_ = number(law.constant) if isinstance(law, Product) else f"at most {number(law.constant)}"
    return f"that product, which has to be {due_}, would be {side} {figures.exact(value)}"
