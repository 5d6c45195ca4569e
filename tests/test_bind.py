"""Which claims fill which derivations: six bindings by hand, and each pitfall that a binder can fall into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from math import prod
from random import Random

import numpy as np
import pytest

from kb import corpus
from kb.applications import TOTAL, Lot
from kb.bind import Bound
from kb.evaluate import Evaluator
from kb.marks import Derivation, Relation, Slot
from kb.model import Claim, Verdict
from kb.notes import WEAK, Note
from kb.verdicts import judge
from tests.small import RULES, Small, formulas, mills, shipped, told

BIRCH = """
    model Birch
    model Birch-dense
    model Elm
    chip Slate
    chip Flint
    chip Flint A within Flint
    chip Flint B within Flint
    run Birch/rerun stage pretraining
    run Birch/slate stage inference
    run Birch/flint stage inference
    total         | Birch | parameters.total   | 96e9 param
    experts       | Birch | moe.experts        | 12 expert
    expert        | Birch | parameters.expert  | 7.5e9 param/expert
    shared        | Birch | parameters.shared  | 6e9 param
    routed        | Birch | moe.routed         | 2 expert
    active        | Birch | parameters.active  | 21e9 param
    forward       | Birch | forward.flop       | 42 GFLOP/pass
    dense-total   | Birch-dense | parameters.total | 96e9 param
    dense-forward | Birch-dense | forward.flop     | 192 GFLOP/pass
    tokens        | Birch | data.tokens                | 2e12 token
    epochs-text   | Birch | data.epochs{modality=text} | 2
    epochs-code   | Birch | data.epochs{modality=code} | 4
    rows          | Birch | data.items                 | 3e6 item
    late          | Birch | data.tokens{stage=vision}  | 1e11 token
    beside        | Birch | parameters.total{component=language} | 96e9 param
    vision        | Birch | parameters.total{component=vision}   | undisclosed
    elm           | Elm   | parameters.total   | 9.6e9 param
    elm-times     | Birch | parameters.total   | 10 | than Elm
    on         | Birch/training | run.on       | Slate
    devices    | Birch/training | run.devices  | 2000 device
    days       | Birch/training | run.duration | 40 day
    mfu        | Birch/training | run.mfu      | 40 %
    rent       | Slate          | chip.rent    | 1 USD/(device*h) | premise
    cost       | Birch/training | run.cost     | 1.9e6 USD
    re-on      | Birch/rerun    | run.on       | Flint
    re-devices | Birch/rerun    | run.devices  | 1000 device
    re-days    | Birch/rerun    | run.duration | 30 day
    re-rent    | Flint          | chip.rent    | 2 USD/(device*h) | premise
    re-cost    | Birch/rerun    | run.cost     | 1.4e6 USD
    s-on       | Birch/slate | run.on             | Slate
    s-devices  | Birch/slate | run.devices        | 16 device
    s-cost     | Birch/slate | run.cost_per_token | 0.004 cent/ktoken
    f-on       | Birch/flint | run.on             | Flint
    f-devices  | Birch/flint | run.devices        | 16 device
    f-cost     | Birch/flint | run.cost_per_token | 0.002 cent/ktoken
    good       | Birch/slate | run.mfu.side       | high
    window     | Birch/slate | run.context        | 8000 token
    peak    | Slate   | chip.peak{precision=tensor16, sparsity=dense}  | 300 TFLOP/(s*device) | hard in scope
    sparse  | Slate   | chip.peak{precision=tensor16, sparsity=sparse} | 600 TFLOP/(s*device) | hard in scope
    fp32    | Slate   | chip.peak{precision=fp32, sparsity=dense}      | 20 TFLOP/(s*device)  | hard in scope
    peak-a  | Flint A | chip.peak{precision=tensor16, sparsity=dense}  | 900 TFLOP/(s*device) | hard in scope
    peak-b  | Flint B | chip.peak{precision=tensor16, sparsity=dense}  | 700 TFLOP/(s*device) | hard in scope
"""
PLAIN = """
    model Birch
    chip Slate
    total   | Birch | parameters.total{component=all} | 20e9 param
    active  | Birch | parameters.active{component=all} | 20e9 param
    tokens  | Birch | data.tokens{stage=training, counted=seen, modality=all} | 1e12 token
    compute | Birch | training.compute{stage=training, base=excluded} | 1.2e23 FLOP
    on      | Birch/training | run.on       | Slate
    devices | Birch/training | run.devices  | 1000 device
    days    | Birch/training | run.duration | 10 day
    mfu     | Birch/training | run.mfu{precision=tensor16} | 46 %
    rent    | Slate | chip.rent | 2 USD/(device*h)
    cost    | Birch/training | run.cost | 480000 USD
    peak    | Slate | chip.peak{precision=tensor16, sparsity=dense} | 300 TFLOP/(s*device)
    epochs  | Birch | data.epochs{stage=training, modality=all} | 1
    warm    | Birch/pretraining | run.duration | 8 day
"""


def found(small: Small, *names: str) -> dict[str, Note]:
    """The applications of some derivations at any anchor, or of all."""
    return {app: note for app, note in small.applications().items() if not names or app.partition(" ")[0] in names}


def at(applications: dict[str, Note], anchor: str) -> set[str]:
    """What the applications at an anchor say, without its name."""
    return {app.partition(f" of {anchor}: ")[2] for app in applications if f" of {anchor}: " in app}


def lots(bound: Bound) -> Iterator[Lot]:
    """The batches of applications, sums of groups left out."""
    return (lot for lot in bound.made.lots if lot.plan != TOTAL)


def formula(name: str, gives: str, **takes: str) -> Derivation:
    """A product for one test; an upper bound if it gives ``at most`` something."""
    slots = tuple(Slot.read(parameter, text, name) for parameter, text in takes.items())
    relation = Relation.AT_MOST if gives.startswith("at most ") else Relation.EQUALS
    output = Slot.read("gives", gives.removeprefix("at most "), name)
    return Derivation(name, "test", lambda *values: prod(values), output, slots, relation)


# ------------------------------------------------------------------------------------------------ six bindings by hand


@pytest.fixture(scope="module")
def birch() -> dict[str, Note]:
    return told(BIRCH, RULES).applications()


def by(applications: dict[str, Note], name: str) -> dict[str, Note]:
    return {app: note for app, note in applications.items() if app.startswith(f"{name} ")}


def test_each_run_costs_by_its_own_devices_days_and_chip(birch: dict[str, Note]) -> None:
    assert by(birch, "run_cost") == {
        "run_cost of Birch/training: device_time(devices, days), rent = cost": Note.BORROWED,
        "run_cost of Birch/rerun: device_time(re-devices, re-days), re-rent = re-cost": Note.BORROWED,
    }


def test_hardware_gives_compute_at_the_usual_peak_and_solves_what_the_rerun_leaves_open(birch: dict[str, Note]) -> None:
    compute = by(birch, "compute_by_hardware")
    unique = "tokens_seen(tokens[unique], hull(epochs-text, epochs-code))"
    assert at(compute, "Birch/training") == {
        f"device_time(devices, days), mfu, peak = compute_by_counting(active, {tokens}, six)"
        for tokens in ("tokens[seen]", unique)
    }
    solved = at(compute, "Birch/rerun")  # each variant of the family, each reading of the tokens
    assert {app.split(", ")[2] for app in solved} == {"?"}
    assert {app.split(", ")[3].split(" = ")[0] for app in solved} == {"peak-a", "peak-b"}
    assert len(solved) == 4
    assert not at(compute, "Birch/slate")


def test_counting_reads_the_tokens_as_seen_and_as_unique(birch: dict[str, Note]) -> None:
    unique = "tokens_seen(tokens[unique], hull(epochs-text, epochs-code))"
    assert at(by(birch, "compute_by_counting"), "Birch") == {
        "active, tokens[seen], six = ?",
        f"active, {unique}, six = ?",
        "active, late[seen], six = ?",  # of another stage: compared with nothing
    }
    assert not at(by(birch, "compute_by_counting"), "Birch-dense")


def test_a_pass_is_of_its_own_model_and_its_tokens_come_from_a_reference(birch: dict[str, Note]) -> None:
    passes = by(birch, "forward_pass")
    assert at(passes, "Birch") == {"forward_per_token(active, two), one = forward"}
    assert at(passes, "Birch-dense") == {"forward_per_token(dense_active(dense-total), two), one = dense-forward"}
    assert all(note & Note.REFERENCE for note in passes.values())


def test_experts_add_up_to_the_whole_and_to_what_is_called_the_language_part(birch: dict[str, Note]) -> None:
    assert at(by(birch, "total_from_experts"), "Birch") == {
        "experts, expert, shared[once] = total",
        "experts, expert, shared[once] = beside",
    }
    assert not any("shared[per-expert]" in app for app in by(birch, "total_from_experts"))
    assert at(by(birch, "ratio"), "Birch") == {"total, elm = elm-times", "beside, elm = elm-times"}
    assert birch["ratio of Birch: beside, elm = elm-times"] & Note.PART


def test_cost_per_token_solves_throughput_and_that_the_utilisation(birch: dict[str, Note]) -> None:
    assert set(by(birch, "cost_per_token")) == {
        "cost_per_token of Birch/slate: s-devices, rent, ? = s-cost",
        "cost_per_token of Birch/flint: f-devices, re-rent, ? = f-cost",
    }
    per_token = "forward_per_token(active, two)"
    flint = "cost_per_token(f-devices, re-rent, ? = f-cost)"
    slate = "cost_per_token(s-devices, rent, ? = s-cost)"
    served = by(birch, "inference_throughput")
    assert at(served, "Birch/slate") == {f"s-devices, ?, peak, {per_token} = {slate}"}
    assert at(served, "Birch/flint") == {
        f"f-devices, ?, {peak}, {per_token} = {flint}" for peak in ("peak-a", "peak-b")
    }


def test_words_and_other_attributes_take_no_part(birch: dict[str, Note]) -> None:
    for name in ("good", "window", "rows", "vision", "sparse", "fp32"):
        assert not [app for app in birch if re.search(rf"\b{name}\b(?!-)", app.partition(": ")[2])], name


# ------------------------------------------------------------------------------------------------ silence


@pytest.mark.parametrize(
    ("claim", "key", "opens"),
    [
        ("tokens", "stage", "training_throughput of Birch/pretraining: tokens, warm = ?"),
        ("tokens", "counted", "tokens_seen of Birch: tokens[unique], epochs = ?"),
        ("compute", "base", ""),  # the other reading is of another cell
        ("compute", "stage", ""),
        ("total", "component", ""),
        ("active", "component", ""),
        ("mfu", "precision", ""),
        ("peak", "precision", ""),
        ("peak", "sparsity", ""),
    ],
)
def test_a_dropped_key_opens_only_what_the_vocabulary_lists_and_says_so(claim: str, key: str, opens: str) -> None:
    line = next(each for each in PLAIN.splitlines() if each.strip().startswith(f"{claim} "))
    bare = re.sub(rf"{key}=[\w-]+(, )?", "", line)
    before, after = told(PLAIN, RULES), told(PLAIN.replace(line, bare), RULES)
    unread = {re.sub(r"\[[^]]*]", "", app) for app in before.applications()}
    new = {app: note for app, note in after.applications().items() if re.sub(r"\[[^]]*]", "", app) not in unread}
    assert all(note & Note.SILENCE for note in new.values())
    assert not opens or opens in new
    silent = shipped().vocabulary.attributes[line.split("|")[2].strip().partition("{")[0]].keys[key].silent
    assert silent is not None
    for said in re.findall(rf"memo:{claim} (\[.*?\)\])", str(list(after.quickly()[0]))):
        values = re.search(rf"\(\W*{key}\W*, \[(.*?)\]\)", said)
        assert values is not None
        assert set(re.findall(r"[\w-]+", values[1])) <= set(silent.values)


def test_a_value_that_nobody_lists_for_silence_stays_out() -> None:
    sparse = "sparse | Slate | chip.peak{precision=tensor16, sparsity=sparse} | 600 TFLOP/(s*device)"
    eight = "eight | Slate | chip.peak{precision=fp8, sparsity=dense} | 900 TFLOP/(s*device)"
    plain = told(PLAIN, RULES).applications()
    assert told(PLAIN, RULES, sparse, eight).applications() == plain


def test_what_is_said_of_another_value_is_used_when_all_say_so() -> None:
    eight = PLAIN.replace("precision=tensor16", "precision=fp8")
    assert set(told(eight, RULES).applications()) == set(told(PLAIN, RULES).applications())


def test_of_several_usual_values_the_first_is_taken() -> None:
    fp32 = "fp32 | Slate | chip.peak{precision=fp32, sparsity=dense} | 20 TFLOP/(s*device)"
    silent = PLAIN.replace("run.mfu{precision=tensor16}", "run.mfu")
    compute = found(told(silent, RULES, fp32), "compute_by_hardware")
    assert list(compute) == ["compute_by_hardware of Birch/training: device_time(devices, days), mfu, peak = compute"]
    without = re.sub(r"\n *peak .*", "", silent)  # then the second
    compute = found(told(without, RULES, fp32), "compute_by_hardware")
    assert list(compute) == ["compute_by_hardware of Birch/training: device_time(devices, days), mfu, fp32 = compute"]


def test_of_several_usual_values_the_first_is_taken_when_nothing_else_decides() -> None:
    packed = formula("packed", "run.weights_per_device", mfu="run.mfu")
    bound = told("mfu | Birch/training | run.mfu | 40 %", only="device_time", more=[packed]).quickly()[0]
    assert [scope for scope, _ in bound.values()] == [{"precision": frozenset({"tensor16"})}]


def test_said_beats_silent() -> None:
    silent = "compute | Birch | training.compute{stage=training} | 1e23 FLOP"
    own = "own | Birch | training.compute{stage=finetuning, base=excluded} | 1e21 FLOP"
    inputs = "active | Birch | parameters.active | 1e10 param\ntokens | Birch | data.tokens{counted=seen} | 1e12 token"
    open_ = found(told(inputs, silent, "model Birch", RULES), "compute_by_counting")
    assert at(open_, "Birch") == {"active, tokens, six = compute[excluded/included]"}  # no base
    said = found(told(inputs, silent, own, "model Birch", RULES), "compute_by_counting")
    assert at(said, "Birch") == {"active, tokens, six = ?"}


# ------------------------------------------------------------------------------------------------ rows of a table


def table(count: int, chance: Random) -> str:
    """A table of models: each with a run on some chip, some on the weights of an earlier one."""
    lines = ["chip Slate", "chip Flint", "chip Flint A within Flint"]
    for i in range(count):
        lines += [
            f"model M{i}",
            f"total-{i} | M{i} | parameters.total | {chance.randint(1, 9)}e9 param",
            f"tokens-{i} | M{i} | data.tokens | {chance.randint(1, 9)}e11 token",
            f"on-{i} | M{i}/training | run.on | {chance.choice(['Slate', 'Flint', 'Flint A'])}",
            f"devices-{i} | M{i}/training | run.devices | 64 device",
            f"days-{i} | M{i}/training | run.duration | 9 day",
        ]
        if chance.random() < 0.5:
            lines.append(f"compute-{i} | M{i} | training.compute{{base=excluded}} | {chance.randint(1, 9)}e21 FLOP")
        else:  # on what an earlier row was computed with
            lines.append(f"with-base-{i} | M{i} | training.compute{{base=included}} | {chance.randint(1, 9)}e21 FLOP")
        lines += [f"base-{i} | M{i} | model.base | M{chance.randrange(i)}"] if i and chance.random() < 0.5 else []
        lines += [f"cost-{i} | M{i}/training | run.cost | 9e4 USD"] if chance.random() < 0.5 else []
        lines += [f"mfu-{i} | M{i}/training | run.mfu | 40 %"] if chance.random() < 0.7 else []
    lines += [
        "rent-a | Slate | chip.rent | 2 USD/(device*h) | soft",
        "rent-b | Flint | chip.rent | 3 USD/(device*h) | soft",
        "slate-peak | Slate | chip.peak{precision=tensor16, sparsity=dense} | 300 TFLOP/(s*device) | hard in scope",
        "flint-peak | Flint A | chip.peak{precision=tensor16, sparsity=dense} | 700 TFLOP/(s*device) | hard in scope",
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(5))
def test_the_history_of_an_application_holds_one_row_its_chip_and_its_bases(seed: int) -> None:
    small = told(table(14, Random(seed)), RULES)
    bound = small.bound()
    bases: dict[str, set[str]] = {}
    for claim in small.claims:
        if claim.attribute == "model.base":
            bases.setdefault(claim.subject, set()).update({claim.value.text, *bases.get(claim.value.text, ())})
    looked_at = 0
    for lot in lots(bound):
        for line in range(len(lot)):
            anchor = small.entities[lot.anchor[line]].id.partition("/")[0]
            rows = [int(row) for row in (*lot.past[line], lot.slots[line, -1]) if 0 <= row < bound.table.stated]
            subjects = {small.claims[bound.table.claim[row]].subject.partition("/")[0] for row in rows}
            models = {subject for subject in subjects if re.fullmatch(r"M\d+", subject)}
            assert models <= {anchor, *bases.get(anchor, ())}
            assert len(subjects - models - {"arithmetic", "every model"}) <= 1  # the chip
            looked_at += len(models)
    assert looked_at > 100


def test_nothing_is_solved_for_what_others_share() -> None:
    only = "device_time run_cost compute_by_counting compute_by_hardware"
    lines = PLAIN.replace("rent ", "price ").replace("chip.rent", "chip.price").replace("USD/(device*h)", "USD/device")
    applications = told(re.sub(r"\n *(peak|price) .*", "", lines), RULES, only=only).applications()
    assert applications
    assert not [app for app in applications if app.startswith(("run_cost", "compute_by_hardware"))]


# ------------------------------------------------------------------------------------------------ loops


def exponents(bound: Bound, row: int) -> np.ndarray:
    """How the logarithm of a row's value depends on the claims, when all formulas are products."""
    size = len(bound.table.columns.claims.kind)
    if row < bound.table.stated:
        return np.asarray(np.eye(size)[bound.table.claim[row]])
    lot, line = bound.made.lot_of(int(bound.table.maker[row]))
    derivation = bound.plans[lot.plan].derivation
    rows = lot.slots[line]
    powers = product_powers(derivation)
    known = sum(
        (power * exponents(bound, int(each)) for power, each in zip(powers, rows, strict=False) if each >= 0),
        np.zeros(size),
    )
    if lot.solved < 0:
        return known
    return np.asarray((exponents(bound, int(rows[-1])) - known) / powers[lot.solved])


def product_powers(derivation: Derivation) -> list[float]:
    """The exponent of each input of a product."""
    ones = np.ones(len(derivation.takes))
    return [float(np.log2(derivation.function(*(ones + np.eye(len(ones))[i])))) for i in range(len(ones))]


def loops(bound: Bound) -> np.ndarray:
    """For each comparison the exponents of the claims whose product it says is one."""
    found = []
    for lot in lots(bound):
        derivation = bound.plans[lot.plan].derivation
        for line in range(len(lot)) if not lot.implying and derivation.relation is Relation.EQUALS else ():
            powers = product_powers(derivation)
            inputs = [p * exponents(bound, int(r)) for p, r in zip(powers, lot.slots[line], strict=False)]
            found.append(sum(inputs) - exponents(bound, int(lot.slots[line, -1])))
    return np.array(found).reshape(len(found), len(bound.table.columns.claims.kind))


PRODUCTS = "device_time run_cost compute_by_counting compute_by_hardware training_throughput run_energy"


@pytest.mark.parametrize("seed", range(30))
def test_no_equation_is_found_again_as_its_own_inverse(seed: int) -> None:
    chance = Random(seed)
    more = """
        power  | Slate          | chip.power      | 400 W/device
        energy | Birch/training | run.energy      | 1e11 J
        speed  | Birch/training | run.throughput  | 1e6 token/s
        hours  | Birch/training | run.device_time | 2.4e5 device*h
    """
    lines = [line for line in (PLAIN + more).splitlines() if "|" not in line or chance.random() < 0.75]
    found = loops(told("\n".join([*lines, "model Birch"]), RULES, only=PRODUCTS).bound())
    assert len(found) == (np.linalg.matrix_rank(found) if len(found) else 0)


def test_comparisons_are_as_many_as_independent_loops() -> None:
    bound = told(PLAIN, RULES, only=PRODUCTS).bound()
    assert len(loops(bound)) == 3  # cost; compute by counting and by hardware
    without = re.sub(r"\n *compute .*", "", PLAIN)
    assert len(loops(told(without, RULES, only=PRODUCTS).bound())) == 2  # cost; counting against hardware
    neither = re.sub(r"\n *mfu .*", "", without)
    bound = told(neither, RULES, only=PRODUCTS).bound()
    assert len(loops(bound)) == 1  # cost; the utilisation follows


def products(chance: Random) -> list[Derivation]:
    """Random products of a few attributes, none of which follows from the others."""
    found: list[Derivation] = []
    powers: list[np.ndarray] = []
    for number in range(chance.randint(2, 6)):
        gives, *takes = chance.sample(range(7), chance.randint(2, 4))
        row = np.eye(7)[takes].sum(axis=0) - np.eye(7)[gives]
        if np.linalg.matrix_rank([*powers, row]) == len(powers) + 1:
            powers.append(row)
            slots = {f"x{i}": f"mill.a{each}" for i, each in enumerate(takes)}
            found.append(formula(f"d{number}", f"mill.a{gives}", **slots))
    return found


@pytest.mark.parametrize("seed", range(100))
def test_what_one_loop_says_no_others_say_together(seed: int) -> None:
    chance = Random(seed)
    stated = [f"mill.a{i}" for i in range(7) if chance.random() < 0.6]
    attributes = {f"mill.a{i}": "" for i in range(7)}
    found = loops(mills(attributes, {"Mill": stated}, *products(chance), solve=True).bound())
    assert len(found) == (np.linalg.matrix_rank(found) if len(found) else 0)


def test_of_two_equations_that_solve_one_value_the_second_is_a_comparison() -> None:
    lines = """
        cost  | Birch/slate | run.cost_per_token | 0.004 cent/ktoken
        units | Birch/slate | run.devices        | 16 device
        rent  | Slate       | chip.rent          | 1 USD/(device*h)
        on    | Birch/slate | run.on             | Slate
        batch | Birch/slate | run.batch          | 9 sequence
        hours | Birch/slate | run.duration       | 9 h
        model Birch
        run Birch/slate stage inference
    """
    other = formula("batched", "run.batch", speed="run.throughput", hours="run.duration")
    assert set(told(lines, only="cost_per_token", more=[other]).applications()) == {
        "batched of Birch/slate: ?, hours = batch",
        "cost_per_token of Birch/slate: units, rent, batched(?, hours = batch) = cost",
    }


def test_of_two_runs_that_give_one_value_the_first_by_name_implies_it() -> None:
    second = """
        on-2 | Birch/again | run.on | Slate
        days-2 | Birch/again | run.duration | 20 day
        devices-2 | Birch/again | run.devices | 500 device
        mfu-2 | Birch/again | run.mfu{precision=tensor16} | 46 %
        run Birch/again stage training
    """
    lines = re.sub(r"\n *compute .*", "", PLAIN)
    for text in ((lines, second), (second, lines)):
        found = at(
            found_compute := told(*text, RULES, only="device_time compute_by_hardware").applications(), "Birch/again"
        )
        assert "device_time(devices-2, days-2), mfu-2, peak = ?" in found
        again = "compute_by_hardware(device_time(devices-2, days-2), mfu-2, peak)"
        assert f"device_time(devices, days), mfu, peak = {again}" in at(found_compute, "Birch/training")


def test_a_bound_is_never_solved() -> None:
    limit = formula("limit", "at most run.cost", mfu="run.mfu")
    lines = "cost | Birch/training | run.cost | 5 USD"
    assert told(lines, more=[limit], only="device_time").applications() == {}


# ------------------------------------------------------------------------------------------------ order


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_claims_rows_files_and_signatures_does_not_matter(seed: int) -> None:
    chance = Random(seed)
    lines = [*BIRCH.splitlines(), *RULES.splitlines(), *table(5, Random(seed)).splitlines()[3:]]
    first = told("\n".join(lines))
    chance.shuffle(lines)
    again = told("\n".join(lines))
    derivations = list(formulas().values())
    chance.shuffle(derivations)
    entities = list(again.entities)
    chance.shuffle(entities)
    shuffled = Small(again.vocabulary, again.units, entities, again.sources[::-1], again.claims, derivations)
    assert shuffled.applications() == first.applications()
    assert shuffled.left_out() == first.left_out()


# ------------------------------------------------------------------------------------------------ parts and wholes


def verdicts(small: Small) -> dict[str, Verdict]:
    """What judging makes of each claim."""
    judged = judge(small.bound())
    return {claim.id.partition(":")[2]: each for claim, each in zip(small.claims, judged.verdict, strict=True)}


def test_a_later_stage_is_not_held_against_all_training() -> None:
    late = "late | Birch | data.tokens{stage=vision} | 9e12 token"
    silent = "tokens | Birch | data.tokens | 2e12 token"
    small = told(silent, late, "model Birch", RULES, only="compute_by_counting tokens_seen")
    assert small.applications() == {}


def test_a_part_larger_than_the_whole_fails_and_a_smaller_one_fits() -> None:
    whole = "whole | Birch | training.compute{stage=training, base=excluded} | 1e23 FLOP"
    part = "part | Birch | training.compute{stage=finetuning, base=excluded} | {} FLOP"
    for size, fits in (("3e23", False), ("3e21", True)):
        small = told(whole, part.replace("{}", size), "model Birch", only="device_time")
        assert list(small.applications()) == ["part_at_most_whole of Birch: whole = part"]
        bound = small.bound()
        [lot] = list(lots(bound))
        assert (Evaluator(bound).stretch(lot)[0] <= 1) is np.bool_(fits)


def test_parts_make_their_own_whole_and_not_what_holds_that() -> None:
    lines = """
        model Birch
        training | Birch | training.steps{stage=training} | 900 step
        tuning   | Birch | training.steps{stage=finetuning} | 60 step
        first    | Birch | training.steps{stage=instruction} | 10 step
        second   | Birch | training.steps{stage=long-context} | 20 step
        third    | Birch | training.steps{stage=vision} | 30 step
    """
    found_parts = by(told(lines, only="device_time").applications(), "parts")
    assert set(found_parts) == {"parts of Birch: first, second, third = tuning"}


def test_readings_of_parts_are_added_each_by_itself() -> None:
    lines = """
        model Birch
        text  | Birch | data.tokens{stage=training, modality=text}  | 1e12 token
        code  | Birch | data.tokens{stage=training, modality=code}  | 2e12 token
        image | Birch | data.tokens{stage=training, modality=image} | 3e12 token
        audio | Birch | data.tokens{stage=training, modality=audio} | 4e12 token
        all   | Birch | data.tokens{stage=training, modality=all}   | 1e13 token
    """
    assert set(by(told(lines, only="device_time").applications(), "parts")) == {
        f"parts of Birch: text[{x}], code[{x}], image[{x}], audio[{x}] = all[{x}]" for x in ("unique", "seen")
    }


def test_the_whole_must_survive_where_the_output_has_no_parts() -> None:
    part = PLAIN.replace("modality=all", "modality=text")
    found_ratio = found(told(part, RULES), "tokens_per_parameter", "training_throughput")
    assert not found_ratio
    assert len(found(told(PLAIN, RULES), "tokens_per_parameter", "training_throughput")) == 2


# ------------------------------------------------------------------------------------------------ runs and chips


def test_an_inference_run_gives_no_training_compute() -> None:
    served = PLAIN.replace("Birch/training", "Birch/inference")
    assert not found(told(served, RULES), "compute_by_hardware")
    assert found(told(PLAIN, RULES), "compute_by_hardware")


FAMILY = (
    PLAIN.replace("run.on       | Slate", "run.on       | Flint").replace("peak    | Slate", "peak    | Flint A")
    + """
    chip Flint
    chip Flint A within Flint
    chip Flint B within Flint
    other | Flint B | chip.peak{precision=tensor16, sparsity=dense} | 900 TFLOP/(s*device)
"""
)


def test_each_variant_of_a_family_is_a_reading_and_fails_only_with_all_the_others() -> None:
    small = told(FAMILY, RULES, only="device_time compute_by_hardware")
    compute = by(small.applications(), "compute_by_hardware")
    assert at(compute, "Birch/training") == {
        "device_time(devices, days), mfu, peak = compute",
        "device_time(devices, days), mfu, other = compute",
    }
    assert set(compute.values()) == {Note.NARROWER}
    assert verdicts(small)["compute"] in {Verdict.HOLDS, Verdict.ROUNDING}
    wrong = FAMILY.replace("300 TFLOP", "500 TFLOP")
    assert verdicts(told(wrong, RULES, only="device_time compute_by_hardware"))["compute"] is Verdict.OFF


def test_a_variant_borrows_from_the_nearest_family_and_that_is_weak() -> None:
    lines = (
        PLAIN.replace("run.on       | Slate", "run.on       | Flint A 40")
        + """
        chip Flint
        chip Flint A within Flint
        chip Flint A 40 within Flint A
        near | Flint A | chip.rent | 3 USD/(device*h)
        far  | Flint   | chip.rent | 4 USD/(device*h)
    """
    )
    cost = by(told(lines).applications(), "run_cost")
    assert cost == {"run_cost of Birch/training: device_time(devices, days), near = cost": Note.WIDER}
    assert Note.WIDER & WEAK


def test_a_figure_of_the_variant_itself_keeps_the_family_out() -> None:
    lines = FAMILY + "own | Flint | chip.peak{precision=fp8, sparsity=dense} | 1 PFLOP/(s*device)"
    assert not found(told(lines), "compute_by_hardware")  # said of the family, though of another precision


def test_references_do_not_fill_in_where_the_source_speaks_of_some_variant() -> None:
    rents = "a | Flint A | chip.rent | 3 USD/(device*h)\nb | Flint B | chip.rent | 4 USD/(device*h) | soft"
    cost = by(told(FAMILY, rents).applications(), "run_cost")
    assert set(cost) == {"run_cost of Birch/training: device_time(devices, days), a = cost"}


def test_two_chips_or_an_unknown_one_are_left_out_with_the_reason() -> None:
    for more in ("and | Birch/training | run.on | Flint\nchip Flint", "and | Birch/training | run.on | Flnt"):
        small = told(PLAIN, RULES, more)
        assert not found(small, "run_cost", "compute_by_hardware")
        reason = "a link leads to several, or to a name that is not known"
        assert f"run_cost of Birch/training: {reason}" in small.left_out()


def test_what_any_source_speaks_of_forbids_and_what_one_denies_makes_sure() -> None:
    dense = "total | Birch | parameters.total | 2e10 param\nmodel Birch"
    said = "experts | Birch | moe.experts | {} | in gossip"
    assert by(told(dense).applications(), "dense_active") == {"dense_active of Birch: total = ?": Note.UNLESS}
    assert Note.UNLESS & WEAK
    assert not by(told(dense, said.format("undisclosed")).applications(), "dense_active")
    assert not by(told(dense, said.format("8 expert")).applications(), "dense_active")
    sure = by(told(dense, said.format("none")).applications(), "dense_active")
    assert sure == {"dense_active of Birch: total = ?": Note(0)}


def test_a_written_link_is_followed() -> None:
    lines = """
        model Birch
        model Elm
        small | Elm   | parameters.total | 1e9 param
        large | Birch | parameters.total | 1e10 param
        after | Birch | model.predecessor | Elm
        on    | Birch/training | run.on | Slate
        chip Slate
    """
    growth = formula("growth", "model.width", now="parameters.total", then="predecessor>parameters.total")
    run = formula("run_growth", "run.devices", then="of>predecessor>parameters.total")
    assert set(told(lines, only="device_time", more=[growth, run]).applications()) == {
        "growth of Birch: large, small = ?",
        "run_growth of Birch/training: small = ?",
    }
    lost = formula("lost", "model.width", x="on>parameters.total")
    [unfit] = told(lines, only="device_time", more=[lost]).bound().unfit
    assert "lost" in str(unfit)
    assert "one kind from which" in str(unfit)


# ------------------------------------------------------------------------------------------------ units and items


def test_units_change_values_and_never_the_binding() -> None:
    same = [("2 USD/(device*h)", "48 USD/(device*day)"), ("1e12 token", "1e9 ktoken"), ("1000 device", "1000 device")]
    other = PLAIN
    for one, two in same:
        other = other.replace(one, two)
    assert other != PLAIN
    assert told(other, RULES).applications() == told(PLAIN, RULES).applications()
    assert verdicts(told(other, RULES)) == verdicts(told(PLAIN, RULES))


def test_items_are_not_tokens() -> None:
    images = re.sub(r"data.tokens(.*) token", r"data.items\1 item", PLAIN)
    assert images != PLAIN
    assert not found(told(images, RULES), "compute_by_counting", "training_throughput", "tokens_per_parameter")
    each = "each | Birch | data.tokens_per_item{modality=all} | 500 token/item"
    counted = found(told(images, RULES, each), "tokens_from_items", "compute_by_counting")
    assert "compute_by_counting of Birch: active, tokens_from_items(tokens, each), six = compute" in counted


# ------------------------------------------------------------------------------------------------ bases

TUNED = """
    model Birch
    model Elm
    model Fir
    base  | Birch | model.base | Elm
    own   | Birch | training.compute{stage=training, base=excluded} | 1e21 FLOP
    both  | Birch | training.compute{stage=training, base=included} | 1.01e23 FLOP
    elm   | Elm   | training.compute{stage=training, base=included} | 1e23 FLOP
"""
SECOND = """
    base-2 | Birch | model.base | Fir
    fir    | Fir | training.compute{stage=training, base=included} | 2e23 FLOP
"""


def test_the_work_on_a_base_counts_once_for_each_base() -> None:
    one = by(told(TUNED).applications(), "compute_with_base")
    assert set(one) == {"compute_with_base of Birch: own, elm = both"}
    two = by(told(TUNED, SECOND).applications(), "compute_with_base")
    assert set(two) == {"compute_with_base of Birch: own, elm + fir = both"}


def test_a_base_without_stated_compute_leaves_the_sum_out() -> None:
    small = told(TUNED, SECOND.splitlines()[1])
    assert not by(small.applications(), "compute_with_base")
    reason = "a linked entity has no stated value, or several"
    assert small.left_out() == {f"compute_with_base of Birch: {reason}"}


def test_bases_of_different_scopes_are_not_added() -> None:
    sizes = """
        model Birch
        model Elm
        model Fir
        base   | Birch | model.base | Elm
        base-2 | Birch | model.base | Fir
        elm    | Elm | parameters.total{component=all} | 1e9 param
        fir    | Fir | parameters.total{component=vision} | 2e9 param
    """
    summed = formula("summed", "forward.flop", base="each base>parameters.total")
    small = told(sizes, only="device_time", more=[summed])
    assert small.left_out() == {"summed of Birch: the linked entities' values have different scopes or readings"}
    same = told(sizes.replace("vision", "all"), only="device_time", more=[summed])
    assert set(same.applications()) == {"summed of Birch: elm + fir = ?"}


# ------------------------------------------------------------------------------------------------ rivals and decoys


def test_own_claims_come_before_those_of_a_rival() -> None:
    rival = """
        b-devices | Birch/training | run.devices  | 900 device   | by Bo
        b-days    | Birch/training | run.duration | 12 day       | by Bo
        b-cost    | Birch/training | run.cost     | 500000 USD   | by Bo
        b-rent    | Slate          | chip.rent    | 3 USD/(device*h) | by Bo
    """
    assert found(told(PLAIN, rival), "device_time", "run_cost") == {
        "device_time of Birch/training: devices, days = ?": Note(0),
        "device_time of Birch/training: b-devices, b-days = ?": Note(0),
        "run_cost of Birch/training: device_time(devices, days), rent = cost": Note(0),
        "run_cost of Birch/training: device_time(b-devices, b-days), b-rent = b-cost": Note(0),
    }


def test_another_holders_output_is_compared_only_where_there_is_no_own_and_marked() -> None:
    rival = "b-cost | Birch/training | run.cost | 500000 USD | by Bo"
    own = by(told(PLAIN, rival).applications(), "run_cost")
    assert own == {"run_cost of Birch/training: device_time(devices, days), rent = cost": Note(0)}
    other = by(told(re.sub(r"\n *cost .*", "", PLAIN), rival).applications(), "run_cost")
    assert other == {"run_cost of Birch/training: device_time(devices, days), rent = b-cost": Note.HOLDERS}


def test_a_second_corpus_with_rival_prices_changes_nothing_in_the_first() -> None:
    gossip = "\n".join(f"{line} | in gossip" if "|" in line else line for line in PLAIN.splitlines())
    gossip = re.sub(r"^( *)(\w+)( *\|)", r"\1g-\2\3", gossip.replace("2 USD", "9 USD"), flags=re.MULTILINE)
    both = told(PLAIN, gossip, RULES).applications()
    assert {app: note for app, note in both.items() if "g-" not in app} == told(PLAIN, RULES).applications()
    assert not [
        app for app in both if "g-" in app and re.search(r"[ (](?!g-|six|two|one|cell)\w+[,)]", app.partition(":")[2])
    ]


def test_a_retelling_borrows_what_it_leaves_out_and_that_is_weak() -> None:
    retold = "cost-2 | Birch/training | run.cost | 480000 USD | in digest"
    cost = by(told(PLAIN, retold, only="device_time run_cost").applications(), "run_cost")
    assert len(cost) == 2
    [weak] = [note for app, note in cost.items() if app.endswith("cost-2")]
    assert weak & Note.RETOLD
    assert Note.RETOLD & WEAK


FRAME = "model Elm\nchip Flint\nrun Birch/rerun stage training"


@cache
def plain() -> dict[str, Note]:
    return told(PLAIN, RULES, FRAME).applications()


def decoys() -> Iterator[tuple[str, str]]:
    """Each claim of the plain corpus with one difference: subject, source, or a key; the original's name, the line."""
    others = {"Birch": "Elm", "Slate": "Flint", "Birch/training": "Birch/rerun", "Birch/pretraining": "Birch/rerun"}
    for line in PLAIN.splitlines():
        if line.count("|") < 3 or "run.on" in line:
            continue
        name, subject, attribute, value = (each.strip() for each in line.split("|"))
        yield name, f"decoy | {others[subject]} | {attribute} | {value}"
        yield name, f"decoy | {subject} | {attribute} | {value} | in gossip"
        bare, _, keys = attribute.removesuffix("}").partition("{")
        for key, said in (each.strip().split("=") for each in keys.split(",") if each):
            values = shipped().vocabulary.keys[key]
            only = shipped().vocabulary.attributes[bare].keys[key].only
            for other in values.order:
                if other != said and (only is None or only in values.above(other)):
                    yield name, f"decoy | {subject} | {attribute.replace(f'{key}={said}', f'{key}={other}')} | {value}"


@pytest.mark.parametrize(("name", "line"), list(decoys()))
def test_a_decoy_founds_its_own_cell_and_takes_no_place_in_another(name: str, line: str) -> None:
    before, after = plain(), told(PLAIN, RULES, FRAME, line).applications()
    assert {app: note for app, note in after.items() if "decoy" not in app} == before
    families = ("part_at_most_whole", "parts", "hull")
    assert not [
        app
        for app in after
        if "decoy" in app
        and not app.endswith("?")
        and not app.startswith(families)
        and app.replace("decoy", name) in before
    ]


# ------------------------------------------------------------------------------------------------ readings


def test_readings_are_never_mixed() -> None:
    lines = """
        model Birch
        active | Birch | parameters.active{component=all} | 2e10 param
        tokens | Birch | data.tokens{stage=training, modality=all} | 1e12 token
        epochs | Birch | data.epochs{stage=training, modality=all} | 2
    """
    both = formula("both", "model.width", seen="data.tokens{counted=seen}", unique="data.tokens{counted=unique}")
    chain = formula("chain", "model.layers", seen="data.tokens{counted=seen}", work="training.compute")
    found_all = told(lines, RULES, only="tokens_seen compute_by_counting", more=[both, chain]).applications()
    counted = "compute_by_counting(active, tokens[seen], six)"
    repeated = "tokens_seen(tokens[unique], epochs)"
    assert at(found_all, "Birch") == {
        "tokens[unique], epochs = ?",
        "active, tokens[seen], six = ?",
        f"active, {repeated}, six = ?",
        f"{repeated}, tokens[unique] = ?",
        f"tokens[seen], {counted} = ?",
        f"{repeated}, compute_by_counting(active, {repeated}, six) = ?",
    }


def silent_claims(count: int) -> Small:
    """So many claims that each have two readings, and a formula that takes them all."""
    names = [f"mill.k{i}" for i in range(count)]
    everything = formula("all", "mill.all", **{f"x{i}": name for i, name in enumerate(names)})
    return mills({"mill.all": "", **{name: name.partition(".")[2] for name in names}}, {"Mill": names}, everything)


def test_more_than_sixteen_fillings_are_left_out_and_counted() -> None:
    assert len(silent_claims(4).applications()) == 16
    assert silent_claims(5).applications() == {}
    assert silent_claims(5).left_out() == {"all of Mill: 32 fillings, more than 16"}


def test_fillings_are_counted_once_silence_is_decided() -> None:
    peaks = [
        f"p{i} | Flint {i} | chip.peak{{precision={precision}, sparsity={sparsity}}} | {i + 1}00 TFLOP/(s*device)"
        for i in range(5)
        for precision in ("tensor16", "fp32", "fp8", "int8")
        for sparsity in ("dense", "sparse")
    ]
    lines = re.sub(r"\n *peak .*", "", FAMILY).replace("run.mfu{precision=tensor16}", "run.mfu")
    frame = [f"chip Flint {i} within Flint" for i in range(5)]
    numbered = [line.replace("p", f"p{n}-", 1) for n, line in enumerate(peaks)]
    small = told(re.sub(r"\n *other .*", "", lines), RULES, "\n".join([*frame, *numbered]))
    assert len(by(small.applications(), "compute_by_hardware")) == 5


def test_a_chain_that_rests_on_too_much_is_left_out_and_nobody_else() -> None:
    steps = [formula(f"sum{i:02}", f"mill.z{i + 1}", before=f"mill.z{i}", more=f"mill.x{i}") for i in range(25)]
    attributes = {f"mill.{letter}{i}": "" for letter in "xz" for i in range(26)}
    more = [f"mill.x{i}" for i in range(25)]
    small = mills(attributes, {"Long": ["mill.z0", *more], "Short": ["mill.z20", *more]}, *steps)
    assert [len(by_anchor) for by_anchor in (at(small.applications(), "Long"), at(small.applications(), "Short"))] == [
        23,
        5,
    ]
    assert small.left_out() == {"sum23 of Long: it rests on more than 24 readings or applications"}


# ------------------------------------------------------------------------------------------------ hand wiring


def test_no_claim_names_a_derivation() -> None:
    assert not {"derivation", "derivations", "binds", "formula"} & set(Claim.model_fields)
    names = re.compile(rf"(?<![\w.])(?:{'|'.join(formulas())})(?![\w.])")
    for path in corpus.shipped():
        assert not names.findall(path.read_text(encoding="utf-8")), path.name
