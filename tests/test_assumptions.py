"""What applications take for granted, told with the claim, key, premise or variant that it is about."""

from __future__ import annotations

import pytest

from kb.assumptions import Assumptions
from kb.model import Claim
from kb.notes import WORDS, Note
from kb.rowtable import NONE
from tests.small import RULES, Small, told

RUN = """
    model Birch
    chip Flint
    chip Flint A within Flint
    chip Flint B within Flint
    devices | Birch/training | run.devices  | 1,000 device
    days    | Birch/training | run.duration | 10 day
"""
COUNTED = """
    model Birch
    size  | Birch | parameters.active{component=all} | 20 billion param
    seen  | Birch | data.tokens{stage=training, modality=all} | 1.0 trillion token
    work  | Birch | training.compute{stage=training, base=excluded} | 1.2e23 FLOP
"""
TIMED = f"""{RUN}
    on      | Birch/training | run.on  | Flint
    mfu     | Birch/training | run.mfu | 46 %
    compute | Birch | training.compute{{stage=training, base=excluded}} | 1.2e23 FLOP
    a | Flint A | chip.peak{{precision=tensor16, sparsity=dense}} | 300 TFLOP/(s*device)
    b | Flint B | chip.peak{{precision=tensor16, sparsity=dense}} | 700 TFLOP/(s*device)
"""
PAID = f"""{RUN}
    on   | Birch/training | run.on   | Flint A
    rent | Flint          | chip.rent | 2 USD/(device*h)
    cost | Birch/training | run.cost | 480000 USD
"""
REPEATED = """
    model Birch
    text   | Birch | data.epochs{modality=text} | 2
    code   | Birch | data.epochs{modality=code} | 4
    unique | Birch | data.tokens{counted=unique, modality=all} | 1.0 trillion token
    seen   | Birch | data.tokens{counted=seen, modality=all} | 3.0 trillion token
"""
STAGED = """
    model Birch
    epochs | Birch | data.epochs{stage=pretraining, modality=all} | 3
    unique | Birch | data.tokens{counted=unique, modality=all} | 1.0 trillion token
    seen   | Birch | data.tokens{counted=seen, modality=all} | 3.0 trillion token
"""


def lines(small: Small, derivation: str, note: Note) -> set[str]:
    """What is said of one note by all applications of a derivation that have it."""
    bound = small.bound()
    found = Assumptions(bound.table, bound.links, lambda number: placed(small.claims[number]))
    return {
        line
        for lot in bound.made.lots
        for notes, past in zip(lot.notes, lot.past, strict=True)
        if lot.plan != NONE and bound.plans[lot.plan].derivation.name == derivation and int(notes) & note
        for line in found.words(note, past)
        if line != "So it is said. (tables)"
    }


def placed(claim: Claim) -> Claim:
    """The claim with its name as its place in the source."""
    name = claim.id.partition(":")[2]
    return claim.model_copy(update={"source": claim.source.model_copy(update={"at": name})})


CASES = {
    "a key with readings": (
        (COUNTED, RULES),
        ("compute_by_counting", Note.SILENCE),
        {'"counted" of memo seen is left open: read as seen'},
    ),
    "a key that is not disclosed": (
        (COUNTED.replace("stage=training, modality", "counted=undisclosed, stage=training, modality"), RULES),
        ("compute_by_counting", Note.SILENCE),
        {'"counted" of memo seen is not disclosed: read as seen'},
    ),
    "a key that hangs on a link": (
        (COUNTED.replace("modality=all}", "modality=all, counted=seen}").replace(", base=excluded", ""), RULES),
        ("compute_by_counting", Note.SILENCE),
        {'"base" of memo work is left open: read as excluded or included, since no base is named'},
    ),
    "the main part for the whole, of two claims": (
        (STAGED,),
        ("tokens_seen", Note.SILENCE),
        {'"stage" of memo unique and seen is left open: read as its main part (pretraining), not the whole (training)'},
    ),
    "the main part beside another part": (
        (STAGED, "late | Birch | data.tokens{counted=seen, stage=vision, modality=all} | 1 billion token"),
        ("tokens_seen", Note.PART),
        {
            '"stage" of memo unique and seen is left open: read as its main part (pretraining), not the whole '
            "(training), although another part is named"
        },
    ),
    "the first of a list": (
        (TIMED,),
        ("compute_by_hardware", Note.SILENCE),
        {'"precision" of memo mfu is left open: read as tensor16, the first of tensor16, fp32 that fits'},
    ),
    "the second of a list": (
        (TIMED.replace("=tensor16", "=fp32"),),
        ("compute_by_hardware", Note.SILENCE),
        {'"precision" of memo mfu is left open: read as fp32, the first of tensor16, fp32 that fits'},
    ),
    "a premise": (
        (PAID.replace("| 2 USD/(device*h)", "| 2 USD/(device*h) | premise | by Bo"),),
        ("run_cost", Note.BORROWED),
        {"a premise of Bo is used: chip.rent of 2 USD/(device*h) (memo rent)"},
    ),
    "two premises of one holder": (
        (PAID.replace("/(device*h)", "/(device*h) | premise").replace("10 day", "10 day | premise"),),
        ("run_cost", Note.BORROWED),
        {"premises of Ada are used: run.duration of 10 day (memo days) and chip.rent of 2 USD/(device*h) (memo rent)"},
    ),
    "the variants of a family": (
        (TIMED,),
        ("compute_by_hardware", Note.NARROWER),
        {
            "Flint is a family: chip.peak is that of Flint A; each variant was tried (Flint A and Flint B)",
            "Flint is a family: chip.peak is that of Flint B; each variant was tried (Flint A and Flint B)",
        },
    ),
    "a family in the place of a variant": (
        (PAID,),
        ("run_cost", Note.WIDER),
        {"chip.rent of Flint stands in for that of Flint A"},
    ),
    "holders": (
        (PAID.replace("480000 USD", "480000 USD | by Bo"),),
        ("run_cost", Note.HOLDERS),
        {"inputs come from different holders: Ada (memo devices, days and rent) and Bo (memo cost)"},
    ),
    "a source that is retold": (
        (PAID, "again | Birch/training | run.cost | 480000 USD | in digest"),
        ("run_cost", Note.RETOLD),
        {
            "run.devices is from memo devices, which the source retells",
            "run.duration is from memo days, which the source retells",
            "chip.rent is from memo rent, which the source retells",
        },
    ),
    "parts": (
        (REPEATED,),
        ("tokens_seen", Note.INCOMPLETE),
        {'the parts named by "modality" of data.epochs (text and code) are taken for all'},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_assumption_names_what_it_is_about(case: str) -> None:
    texts, (derivation, note), said = CASES[case]
    assert lines(told(*texts), derivation, note) == said


def test_the_number_of_cases() -> None:
    assert len(CASES) == 14


def test_every_note_is_told_in_general_where_nothing_behind_it_is_known() -> None:
    bound = told(COUNTED, RULES).bound()
    found = Assumptions(bound.table, bound.links, lambda number: pytest.fail(f"looked for claim {number}"))
    for note, general in WORDS.items():
        assert found.words(note, [NONE]) == (() if note is Note.REFERENCE else (general,))


def test_references_are_told_in_their_own_words_after_the_assumptions() -> None:
    small = told(COUNTED, RULES, only="compute_by_counting")
    bound = small.bound()
    [past] = [lot.past[0] for lot in bound.made.lots if not lot.implying and lot.plan != NONE and len(lot.past) == 1][
        :1
    ]
    found = Assumptions(bound.table, bound.links, lambda number: placed(small.claims[number])).words(Note.SILENCE, past)
    assert found == ('"counted" of memo seen is left open: read as seen', "So it is said. (tables)")
