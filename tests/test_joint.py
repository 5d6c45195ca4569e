"""What cannot all be true: no consistent set is accused, every conflict is needed and proven, no false proof passes."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import corpus, views
from kb.desk import examine_claims
from kb.joint import linear
from kb.joint.certificate import AtMost, Bound, Certificate, Chord, Combined, Premise, Step, Tangent, verified
from kb.joint.conflicts import conflict, correction
from kb.joint.engines import Engines
from kb.joint.farkas import combined
from kb.joint.linear import GAP, Program
from kb.joint.part import Part, Statement
from kb.joint.proof import Search
from kb.joint.rest import Rest
from kb.joint.rows import Product, Signed, Sum, compiled
from kb.model import Verdict
from kb.pipeline import ALONE, Examination
from kb.rowtable import NONE
from kb.tape import record
from tests.random_parts import EXACT, STYLES, part_of, with_error


@pytest.mark.parametrize("seed", range(200))
def test_what_can_be_true_is_never_accused(seed: int) -> None:
    part = part_of(random.Random(seed), 4 + seed % 12)
    assert part.possible()
    assert Search(part, None).certificate() is None


@pytest.mark.parametrize("seed", range(200))
def test_exact_figures_are_never_proven_wrong(seed: int) -> None:
    """Floats may differ in the last place, and a small part of a large whole is all error; fractions are not fooled."""
    part = part_of(random.Random(seed), 4 + seed % 12, EXACT)
    assert Search(part, None).certificate() is None


@pytest.mark.parametrize("seed", range(200))
def test_a_conflict_is_needed_whole_and_proven(seed: int) -> None:
    dice = random.Random(seed)
    part = part_of(dice, 5 + seed % 10)
    wrong = with_error(part, dice)
    engines = Engines(part)
    found = engines.conflict(part.claims)
    if found is None:
        assert engines.possible()
        return
    assert wrong in found  # without the error there is none
    assert not engines.possible(frozenset(found))
    assert all(engines.possible(frozenset(found) - {each}) for each in found)
    proof = engines.certificate(found)
    assert proof is not None
    assert verified(proof)
    assert {part.statements[each.by].claim for each in proof.premises} == set(found)
    best = correction(part.claims, engines.conflict, {})
    assert best is not None
    assert best.cost == 1
    assert any(each == {wrong} for each in best.ways)
    assert all(engines.possible(frozenset(part.claims) - each) for each in best.ways)


def test_most_errors_make_a_conflict() -> None:
    """So that the tests above have looked at something."""
    seeds = range(200)
    found = 0
    for seed in seeds:
        dice = random.Random(seed)
        part = part_of(dice, 5 + seed % 10)
        with_error(part, dice)
        found += conflict(part.claims, part.possible) is not None
    assert found > len(seeds) / 2


def test_one_error_among_many_routes_is_told_at_once() -> None:
    """Forty conflicts that share one claim: it is the cheapest correction, and no time goes into what costs more."""
    conflicts = [frozenset({0, *range(1 + 6 * each, 7 + 6 * each)}) for each in range(40)]
    asked = 0

    def possible(on: frozenset[int]) -> bool:
        nonlocal asked
        asked += 1
        return not any(each <= on for each in conflicts)

    every = range(241)
    best = correction(every, lambda open_: conflict(open_, possible), {})
    assert best is not None
    assert best.statements == {0}
    assert not best.ties
    assert best.margin == 2  # or more: nobody looks
    assert asked < 2_000


def test_the_next_best_costs_more_and_what_is_worded_alike_is_corrected_together() -> None:
    """Three claims against one each of a pair: {0} and {1, 2} resolve it, worded alike both at the price of one."""
    conflicts = [frozenset({0, 1}), frozenset({0, 2})]

    def find(open_: Sequence[int]) -> Sequence[int] | None:
        return conflict(open_, lambda on: not any(each <= on for each in conflicts))

    alone = correction(range(4), find, {})
    assert alone is not None
    assert (alone.ways, alone.cost, alone.margin) == ((frozenset({0}),), 1, 1)
    alike = correction(range(4), find, {1: "kg", 2: "kg", 3: "g"})
    assert alike is not None
    assert (set(alike.ways), alike.cost) == ({frozenset({0}), frozenset({1, 2})}, 1)


# ------------------------------------------------------------------------------------------ what contraction misses


def tied_twice(last: float) -> Part:
    """X y = 10 and its square, which is 100 then; of x and y nobody says anything."""
    one, two = Fraction(1), Fraction(2)
    laws = [Product(((0, one), (1, one), (2, -one))), Product(((0, two), (1, two), (3, -one)))]
    part = Part(np.arange(4), [*laws])
    for variable, value in [(2, 10), (3, last)]:
        end = math.log(value)
        part.statements.append(Statement(variable, end, end, 0.01, 0.01, NONE, variable, False))
    part.believed = tuple(part.claims)
    return part


def test_the_linear_program_finds_what_no_single_law_shows() -> None:
    assert Engines(tied_twice(100)).possible()
    part = tied_twice(200)
    engines = Engines(part)
    assert part.possible()  # to contraction
    assert not engines.possible()
    assert engines.conflict(part.claims) == (2, 3)
    proof = combined(part, (2, 3))
    assert proof is not None
    assert verified(proof)
    [line] = proof.lines
    assert isinstance(line, Combined)
    assert sorted(dict(line.law.powers)) == [2, 3]  # x and y are gone
    # 200 against the square of 10: a gap of log(2), of which tolerances give 0.01, and the square twice that
    assert engines.stretch((2, 3)) == pytest.approx(math.log(2) / 0.03, rel=0.01)


@pytest.mark.parametrize(("whole", "possible"), [(25.001, True), (24.999, False)])
def test_sums_lie_between_tangents_and_chords(whole: float, possible: bool) -> None:
    """Z = x + y with x y = 156.25, each between 5 and 30: z is 25 at the least."""
    one = Fraction(1)
    part = Part(np.arange(4), [Sum(2, 0, 1), Product(((0, one), (1, one), (3, -one)))])
    for variable, (low, high) in enumerate([(5, 30), (5, 30), (whole, whole), (156.25, 156.25)]):
        part.statements.append(Statement(variable, math.log(low), math.log(high), 1e-6, 1e-6, NONE, variable, False))
    part.believed = tuple(part.claims)
    engines = Engines(part)
    assert part.possible()
    assert engines.possible() is possible
    if not possible:
        found = engines.conflict(part.claims)
        assert found is not None
        assert {2, 3} <= set(found)
        assert engines.certificate(found) is not None


def test_a_solver_that_gives_up_accuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(linear.OPTIONS, "simplex_iteration_limit", 0)
    engines = Engines(tied_twice(200))
    assert engines.possible()
    assert "limit" in engines.trouble.lower()


def test_where_a_solver_gives_up_verdicts_are_unknown_and_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = corpus.read(corpus.shipped()).knowledge
    fine = examine_claims(shipped, list(shipped.claims.values()))
    monkeypatch.setitem(linear.OPTIONS, "simplex_iteration_limit", 0)
    found = examine_claims(shipped, list(shipped.claims.values()))
    assert found.evidence.trouble
    assert not fine.evidence.trouble
    assert Verdict.UNKNOWN in found.tally
    assert all(
        one is other for one, other in zip(fine.verdicts, found.verdicts, strict=True) if other is not Verdict.UNKNOWN
    )
    assert any("gave up" in each.reason for each in found.unchecked)


def test_bounds_that_cross_by_an_error_of_rounding_are_no_conflict() -> None:
    """63.7 billion in 32 experts and 5.21 billion in two of them, beside what all share: 1.95 each, and 1.31."""
    one = Fraction(1)
    laws: list[Product | Sum] = [
        Product(((4, -one), (0, one), (2, one))),
        Sum(6, 4, 3),
        Product(((5, -one), (1, one), (2, one))),
        Sum(7, 5, 3),
        Product(((8, -one), (1, one))),
        Product(((9, one), (8, -one), (0, one))),
    ]
    part = Part(np.arange(10), laws)
    for variable, low, high in [(0, 2, 2), (1, 32, 32), (6, 5.205e9, 5.215e9), (7, 6.36e10, 6.38e10), (9, 1, 1e100)]:
        part.statements.append(Statement(variable, math.log(low), math.log(high), 0.0, 0.0, NONE, variable, False))
    part.believed = tuple(part.claims)
    assert part.possible()
    assert Engines(part).possible()


@pytest.mark.parametrize("seed", range(60))
def test_where_nothing_is_tied_twice_contraction_alone_decides(seed: int) -> None:
    """The linear program finds nothing more in a part without loops."""
    dice = random.Random(seed)
    part = part_of(dice, 4 + seed % 6, STYLES["sparse"])
    if seed % 2 and part.claims:
        with_error(part, dice)
    low, high = part.box()
    laws = part.tied(low, high)
    if laws and part.contract(low, high) and part.is_forest(laws, low, high):
        assert Program(part, laws, low, high).apart(low, high).least <= GAP


# ------------------------------------------------------------------------------------------------ proofs


def proofs() -> list[Certificate]:
    found = []
    for seed in range(60):
        dice = random.Random(seed)
        part = part_of(dice, 8)
        with_error(part, dice)
        claims = conflict(part.claims, part.possible)
        if claims is not None and (proof := Search(part, frozenset(claims)).certificate()) is not None:
            found.append(proof)
    return found


def wider(bound: Bound) -> Bound:
    return replace(bound, value=bound.value * Fraction(10) ** (60 if bound.upper else -60))


def test_a_proof_that_is_changed_is_none() -> None:
    """A bound a little narrower than what follows, a law left out or another one, an end that does not clash."""
    tried = 0
    for proof in proofs():
        for number, line in enumerate(proof.lines):
            assert isinstance(line, Step)
            off = Fraction(999, 1000) if line.bound.upper else Fraction(1001, 1000)
            narrower = replace(line, bound=replace(line.bound, value=line.bound.value * off))
            lines = (*proof.lines[:number], narrower, *proof.lines[number + 1 :])
            assert not verified(replace(proof, lines=lines))
            flipped = replace(line, bound=replace(line.bound, upper=not line.bound.upper))
            assert not verified(replace(proof, lines=(*proof.lines[:number], flipped, *proof.lines[number + 1 :])))
            assert not verified(
                replace(proof, lines=(*proof.lines[:number], replace(line, uses=()), *proof.lines[number + 1 :]))
            )
            tried += 1
        wide = tuple(
            replace(
                each,
                bound=replace(each.bound, value=each.bound.value * (Fraction(10) ** (60 if each.bound.upper else -60))),
            )
            for each in proof.premises
        )
        assert not verified(replace(proof, premises=wide))
    assert tried > 50


def test_laws_multiplied_say_what_each_does() -> None:
    one = Product(((0, Fraction(1)), (1, Fraction(1)), (2, Fraction(-1))))  # x0 x1 = x2
    other = Product(((2, Fraction(1)), (3, Fraction(-1))))  # x2 = x3
    whole = Product(((0, Fraction(1)), (1, Fraction(1)), (3, Fraction(-1))))
    premises = tuple(
        Premise(Bound(variable, upper, Fraction(value)), number)
        for number, (variable, upper, value) in enumerate([(0, False, 2), (1, False, 3), (3, True, 5)])
    )
    proof = Certificate((one, other), premises, (Combined(((0, 1), (1, 1)), whole),), 2, (0, 1, 2))
    assert verified(proof)
    assert not verified(replace(proof, lines=(Combined(((0, 1), (1, 2)), whole),)))
    assert not verified(replace(proof, lines=(Combined(((0, 1), (1, 1)), replace(whole, constant=Fraction(2))),)))
    possible = replace(premises[2], bound=Bound(3, True, Fraction(6)))
    assert not verified(replace(proof, premises=(*premises[:2], possible)))


def test_a_law_that_names_a_number_twice_or_in_vain_proves_nothing() -> None:
    """A bound on one power of a number is none on the number, if there is another power of it, or if it is the 0th."""
    within = (Premise(Bound(0, False, Fraction(3)), 0), Premise(Bound(0, True, Fraction(5)), 0))
    four = Product(((0, Fraction(1)),), Fraction(4))  # x0 = 4
    forged = Product(((0, Fraction(5)), (0, Fraction(1))), Fraction(4))  # the last word on x0 is right
    assert not verified(Certificate((four,), within, (Combined(((0, 1),), forged),), 1, (0,)))
    low = Step(Bound(0, True, Fraction(1)), 0, ())
    for powers in [((0, Fraction(1)), (0, Fraction(-1))), ((0, Fraction(0)),)]:  # 1 = 1, whatever x0 is
        assert not verified(Certificate((Product(powers),), within, (low,), None, (0, 2)))


def test_a_sum_is_at_least_its_weighted_mean_and_at_most_its_chord() -> None:
    total = Sum(2, 0, 1)
    half = AtMost(((0, Fraction(1)), (1, Fraction(1)), (2, Fraction(-2))), Fraction(1, 4))  # x y <= z^2 / 4
    premises = tuple(
        Premise(Bound(variable, upper, Fraction(value)), number)
        for number, (variable, upper, value) in enumerate([(0, False, 4), (1, False, 4), (2, True, 7)])
    )
    proof = Certificate((total,), premises, (Tangent(0, 1, 2, half),), 1, (0, 1, 2))
    assert verified(proof)
    assert not verified(replace(proof, lines=(Tangent(0, 1, 2, replace(half, constant=Fraction(1, 5))),)))
    sides = tuple(
        Premise(Bound(variable, upper, Fraction(value)), number)
        for number, (variable, upper, value) in enumerate(
            [(0, False, 1), (0, True, 2), (1, False, 1), (1, True, 2), (2, False, 9)]
        )
    )
    # (1 + r)^2 / r is 9/2 at both ends of r = y/x in [1/2, 2]: z^2 <= 9/2 x y <= 18 < 81
    over = AtMost(((0, Fraction(-1)), (1, Fraction(-1)), (2, Fraction(2))), Fraction(9, 2))
    high = Certificate((total,), sides, (Chord(0, 1, 2, (1, 2, 0, 3), over),), 1, (1, 3, 4))
    assert verified(high)
    assert not verified(replace(high, lines=(Chord(0, 1, 2, (1, 2, 0, 3), replace(over, constant=Fraction(4))),)))


# ------------------------------------------------------------------------------------------------ formulas


@given(st.lists(st.floats(0.01, 100), min_size=3, max_size=3))
@settings(max_examples=50, deadline=None)
def test_rows_say_what_the_formula_does(values: list[float]) -> None:
    a, b, c = values
    template = compiled(record(lambda x, y, z: (x * y / z + z) * x**0.5, ["x", "y", "z"]), ["x", "y", "z"])
    known = {0: a, 1: b, 2: c}
    for law in sorted(template.sums, key=lambda each: each.whole):
        assert law.whole not in known
    step = a * b / c
    whole = step + c
    known |= {template.result: whole * math.sqrt(a)}
    inner = {each.whole: whole for each in template.sums} | {
        next(v for v in (each.left, each.right) if v not in known): step for each in template.sums
    }
    for row in template.products:
        product = math.prod((known | inner)[variable] ** float(power) for variable, power in row.powers)
        assert product == pytest.approx(float(row.constant))


def test_what_cancels_is_gone_and_what_is_signed_is_refused() -> None:
    template = compiled(record(lambda x, y: x * y / x, ["x", "y"]), ["x", "y"])
    assert template.products == (Product(((1, Fraction(1)), (2, Fraction(-1)))),) or template.products == (
        Product(((1, Fraction(-1)), (2, Fraction(1)))),
    )
    with pytest.raises(Signed, match="difference"):
        compiled(record(lambda x, y: x - y, ["x", "y"]), ["x", "y"], positive=False)
    whole = compiled(record(lambda x, y: x - y, ["x", "y"]), ["x", "y"])
    assert whole.sums == (Sum(0, 2, 1),)


# ------------------------------------------------------------------------------------------------ as it is told


def examined(name: str) -> Examination:
    """An example beside the shipped references."""
    shipped = corpus.read(corpus.shipped()).knowledge
    read = corpus.read([Path(__file__).parent / "examples" / f"{name}.yaml"], shipped)
    known = read.knowledge.claims
    references = [claim for claim in known.values() if claim.standing is not None]
    return examine_claims(read.knowledge, [*references, *(known[id_] for id_ in read.new.claims)], read)


def test_a_clash_tells_its_proof_and_what_it_takes_for_granted() -> None:
    found = examined("joint")
    [clash] = [finding for finding in found.findings if finding.code == "joint"]
    told = found.explained(clash)
    assert told.arithmetic[-1].text.startswith("so run.devices of Spruce/training would have to be at least 1,074.81")
    assert told.assumed == ("a premise of Harbour Note is used: chip.price of 20,000 USD/device (harbour-note p1.s3)",)
    assert [each.claim.partition(":")[2] for each in told.resolutions] == ["bought", "days", "time", "price"]


def test_what_is_checked_alone_is_named() -> None:
    shipped = corpus.read(corpus.shipped()).knowledge
    found = examine_claims(shipped, list(shipped.claims.values()))
    alone = {each.what: each.reason for each in found.unchecked if each.reason.startswith(ALONE)}
    assert alone.keys() == found.evidence.alone.keys()
    assert "a difference" in alone["idle_experts"]
    assert "mean of parts" in alone["hull"]


# ------------------------------------------------------------------------------------------------ what is left


def test_a_claim_that_leaves_what_all_others_leave_of_it_is_found() -> None:
    """An error by the factor that is told to show does show, either way; and the claim as it is fits."""
    shipped = corpus.read(corpus.shipped()).knowledge
    evidence = examine_claims(shipped, list(shipped.claims.values())).evidence
    rest = evidence.rest
    assert isinstance(rest, Rest)
    tried = 0
    for claim in range(len(evidence.columns.claims.kind)):
        left = evidence.left(claim)
        if left is None or left.power is None:
            continue
        tried += 1
        variable = rest.variables[claim]
        part = rest.part(int(rest.net.component[variable]))
        on = frozenset(each for each in part.claims if rest.believed[each]) | {claim}
        assert part.possible(on)
        place = next(number for number, each in enumerate(part.statements) if each.claim == claim)
        old = part.statements[place]
        for off in (math.log(left.power) + 1e-6, -math.log(left.power) - 1e-6):
            part.statements[place] = replace(old, low=old.low + off, high=old.high + off)
            assert not part.possible(on)
        part.statements[place] = old
        low, high = (math.log(end) for end in (left.interval.lo, left.interval.hi))
        inside = old.low - old.below <= low + 1e-9 and high <= old.high + old.above + 1e-9
        assert left.entailed is inside
    assert tried > 5


def test_what_is_left_of_a_count_is_told_in_whole_numbers() -> None:
    examination = examined("joint.silent")
    texts = [views.claim_text(examination, number, 200) for number in range(len(examination.verdicts))]
    lines = [line for text in texts for line in text.splitlines() if "all else" in line and "run.devices" in text]
    told = [line for line in lines if "device" in line and "*h" not in line and "/" not in line]
    assert told
    assert all(re.search(r"leaves [0-9,]+ to [0-9,]+ device,", line) for line in told)
