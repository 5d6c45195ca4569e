"""Certificates as plain data and back: fractions as "3/7", so that whoever has the data can check it again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from kb.joint.certificate import (
    AtMost,
    Bound,
    Certificate,
    Chord,
    Combined,
    Law,
    Line,
    Powers,
    Premise,
    Step,
    Tangent,
    verified,
)
from kb.joint.rows import Product, Sum

Data = dict[str, Any]


def exported(certificate: Certificate) -> Data:
    """A certificate as plain data."""
    return {
        "laws": [law_data(law) for law in certificate.laws],
        "premises": [bound_data(premise.bound) for premise in certificate.premises],
        "lines": [line_data(line) for line in certificate.lines],
        "end": certificate.end,
        "uses": list(certificate.uses),
    }


def certificate_from(data: Mapping[str, Any]) -> Certificate:
    """The certificate that plain data is; raises what reading wrong data raises."""
    premises = [Premise(bound_from(each), number) for number, each in enumerate(data["premises"])]
    laws: list[Product | Sum] = []
    for each in data["laws"]:
        law = law_from(each)
        if isinstance(law, AtMost):
            raise ValueError("a law that is given as an inequality")
        laws.append(law)
    lines = tuple(line_from(each) for each in data["lines"])
    return Certificate(tuple(laws), tuple(premises), lines, data["end"], tuple(data["uses"]))


def holds(data: Mapping[str, Any]) -> bool:
    """Whether the certificate that plain data is holds up, and those of its other readings."""
    try:
        mine = verified(certificate_from(data))
        return mine and all(verified(certificate_from(each)) for each in data.get("other_readings", ()))
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False


# ------------------------------------------------------------------------------------------------ pieces


def bound_data(bound: Bound) -> Data:
    """A bound as plain data."""
    return {"number": bound.variable, "side": "at most" if bound.upper else "at least", "value": str(bound.value)}


def bound_from(data: Mapping[str, Any]) -> Bound:
    """The bound that plain data is."""
    sides = {"at least": False, "at most": True}
    return Bound(data["number"], sides[data["side"]], Fraction(data["value"]))


def law_data(law: Law) -> Data:
    """A law as plain data: a product of powers with what it equals or is at most, or a whole with its two parts."""
    if isinstance(law, Sum):
        return {"whole": law.whole, "parts": [law.left, law.right]}
    powers = [[variable, str(power)] for variable, power in law.powers]
    return {"product": powers, "equals" if isinstance(law, Product) else "at_most": str(law.constant)}


def law_from(data: Mapping[str, Any]) -> Law:
    """The law that plain data is."""
    if "whole" in data:
        left, right = data["parts"]
        return Sum(data["whole"], left, right)
    powers: Powers = tuple((variable, Fraction(power)) for variable, power in data["product"])
    return Product(powers, Fraction(data["equals"])) if "equals" in data else AtMost(powers, Fraction(data["at_most"]))


def line_data(line: Line) -> Data:
    """A line as plain data: what follows, and from what."""
    if isinstance(line, Step):
        return {"kind": "step", "bound": bound_data(line.bound), "law": line.law, "uses": list(line.uses)}
    if isinstance(line, Combined):
        return {"kind": "multiplied", "factors": [list(each) for each in line.factors], "gives": law_data(line.law)}
    mean = {"sum": line.sum, "p": line.p, "q": line.q, "gives": law_data(line.law)}
    return (
        {"kind": "chord", **mean, "uses": list(line.uses)} if isinstance(line, Chord) else {"kind": "tangent", **mean}
    )


def line_from(data: Mapping[str, Any]) -> Line:
    """The line that plain data is."""
    if data["kind"] == "step":
        return Step(bound_from(data["bound"]), data["law"], tuple(data["uses"]))
    law = law_from(data["gives"])
    if data["kind"] == "multiplied" and not isinstance(law, Sum):
        return Combined(tuple((number, power) for number, power in data["factors"]), law)
    if data["kind"] not in {"chord", "tangent"} or not isinstance(law, AtMost):
        raise ValueError(f"a line of kind {data['kind']!r}")
    if data["kind"] == "tangent":
        return Tangent(data["sum"], data["p"], data["q"], law)
    return Chord(data["sum"], data["p"], data["q"], tuple(data["uses"]), law)
