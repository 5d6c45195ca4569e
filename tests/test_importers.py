"""Importers: foreign tables become claims, row by row, and whatever cannot be read is told with its place."""

import csv
import io
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import corpus, importers
from kb.fingerprints import ROOM
from kb.importers._notes import counted_in, has_experts
from kb.importers._table import Table
from kb.importers._workings import has_base, is_one_of_several, is_peak, is_rough, other_share, other_total
from kb.knowledge import Corpus, Knowledge, Trouble
from kb.model import Claim, Entity, Mode, Severity, Source, SourceKind, Standing, ValueKind
from tests.drawn import draws

if TYPE_CHECKING:
    from kb.pipeline import Examination

NUMBERS = [
    "Parameters",
    "Training compute (FLOP)",
    "Training dataset size (datapoints)",
    "Epochs",
    "Training time (hours)",
    "Hardware quantity",
    "Hardware utilization",
    "Finetune compute (FLOP)",
    "Batch size",
]
ALDER = {
    "Model": "Alder",
    "Parameters": "2000000000.0",
    "Training compute (FLOP)": "6e+20",
    "Training dataset size (datapoints)": "50000000000.0",
    "Dataset size notes": "50B tokens",
    "Epochs": "1.0",
    "Training time (hours)": "100.0",
    "Hardware quantity": "16.0",
    "Hardware utilization": "0.334",
    "Training hardware": "NVIDIA A100",
    "Publication date": "2031-05-02",
    "Confidence": "Confident",
}


@pytest.fixture(scope="module")
def base() -> Knowledge:
    """The vocabulary and the references, without any corpus."""
    return corpus.read([path for path in corpus.shipped() if path.parent != ROOM]).knowledge


def table(*rows: dict[str, str]) -> bytes:
    header = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def read(base: Knowledge, *rows: dict[str, str], name: str = "trees.csv") -> Corpus:
    return importers.importers()["epoch"](table(*rows), name, base)


def claims(read: Corpus) -> dict[str, Claim]:
    return {id_.partition(":")[2]: read.knowledge.claims[id_] for id_ in read.new.claims}


def examined(read: Corpus) -> "Examination":
    from kb.desk import examine_claims

    known = read.knowledge
    kept = [claim for claim in known.claims.values() if claim.standing is not None or claim.id in read.new.claims]
    return examine_claims(known, kept, read)


def accused(read: Corpus) -> set[str]:
    return {
        claim.partition(":")[2]
        for finding in examined(read).findings
        if finding.code in {"recompute", "bound", "single-value"}
        for claim in finding.claims[:1]
    }


def only_trouble(read: Corpus) -> Trouble:
    assert len(read.troubles) == 1, read.troubles
    return read.troubles[0]


# ------------------------------------------------------------------------------------------------ discovery


def test_every_file_is_a_format_by_its_name() -> None:
    folder = Path(importers.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert set(importers.importers()) == files
    assert "epoch" in files


# ------------------------------------------------------------------------------------------------ one row


def test_a_row_becomes_a_claim_for_each_cell(base: Knowledge) -> None:
    made = read(base, ALDER)
    assert made.troubles == ()
    said = {word: (c.subject, c.attribute, c.scope, c.value.text) for word, c in claims(made).items()}
    run = "Alder/training"
    assert said == {
        "r1.parameters": ("Alder", "parameters.total", {}, "2000000000.0 param"),
        "r1.compute": ("Alder", "training.compute", {"stage": "training"}, "6e+20 FLOP"),
        "r1.data": ("Alder", "data.tokens", {}, "50000000000.0 token"),
        "r1.epochs": ("Alder", "data.epochs", {}, "1.0"),
        "r1.hours": (run, "run.duration", {}, "100.0 h"),
        "r1.devices": (run, "run.devices", {}, "16.0 device"),
        "r1.mfu": (run, "run.mfu", {}, "0.334"),
        "r1.chip": (run, "run.on", {}, "A100"),
        "r1.released": ("Alder", "model.released", {}, "2031-05-02"),
    }


def test_a_claim_names_its_source_its_place_and_its_holder(base: Knowledge) -> None:
    made = read(base, {"Model": "Birch"}, ALDER)
    claim = claims(made)["r2.compute"]
    assert (claim.id, claim.source.cite, claim.source.at) == ("epoch-trees:r2.compute", "epoch-trees", "r2.compute")
    assert (claim.holders, claim.inferred) == (("Epoch AI",), ())
    assert claim.statement == "Alder took 6e+20 FLOP to train (row 2)."
    assert made.knowledge.sources["epoch-trees"].kind is SourceKind.DATASET
    assert made.places[claim.id] == "trees.csv:2:3"


def test_the_run_is_of_the_model_and_in_training(base: Knowledge) -> None:
    run = read(base, ALDER).knowledge.entities["Alder/training"]
    assert (run.kind, run.links, run.own) == ("run", {"of": "Alder"}, {"stage": "training"})


def test_columns_are_found_by_name_in_any_order(base: Knowledge) -> None:
    turned = {name: ALDER[name] for name in reversed(ALDER)}
    assert claims(read(base, turned)) == claims(read(base, ALDER))


def test_missing_columns_are_no_trouble(base: Knowledge) -> None:
    made = read(base, {"Model": "Alder", "Some other column": "7", "Parameters": "7e9"})
    assert (list(claims(made)), made.troubles) == (["r1.parameters"], ())


def test_names_of_columns_that_exports_differ_in(base: Knowledge) -> None:
    row = {"Model": "Alder", "Training dataset size (total)": "9e9", "Hardware utilization (MFU)": "0.4"}
    assert set(claims(read(base, row))) == {"r1.data", "r1.mfu"}
    assert claims(read(base, {"Model": "Alder", "Hardware utilization (HFU)": "0.6"})) == {}


def test_mark_of_byte_order_line_ends_and_line_ends_in_quotes(base: Knowledge) -> None:
    quoted = b'"Al\r\nder","two\nlines, quoted ""so""",7e9\r\n'
    data = b"\xef\xbb\xbfModel,Parameters notes,Parameters\r\n" + quoted + b"\r\nBirch,,8e9\r\n"
    made = importers.importers()["epoch"](data, "trees.csv", base)
    assert made.troubles == ()
    assert {word: c.subject for word, c in claims(made).items()} == {
        "r1.parameters": "Al der",
        "r3.parameters": "Birch",
    }


def test_a_table_without_rows_says_nothing(base: Knowledge) -> None:
    made = importers.importers()["epoch"](b"Model,Parameters\n", "trees.csv", base)
    assert (made.new.claims, made.troubles) == ((), ())


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        ("Confident", Mode.STATEMENT),
        ("Unknown", Mode.STATEMENT),
        ("", Mode.STATEMENT),
        ("Likely", Mode.ESTIMATE),
        ("Speculative", Mode.ESTIMATE),
    ],
)
def test_confidence_is_the_mode_of_the_figures(base: Knowledge, word: str, mode: Mode) -> None:
    made = claims(read(base, {**ALDER, "Confidence": word}))
    assert {made["r1.parameters"].mode, made["r1.compute"].mode, made["r1.data"].mode} == {mode}
    assert made["r1.chip"].mode is Mode.STATEMENT


# ------------------------------------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("n/a", "is not a quantity"),
        ("1e999", "is not a quantity"),
        ("6,7", "decimal"),
        ("7e9 or 8e9", "or 8e9"),
        ("7e9 apples", "apple"),
        ("-7e9", "more than 0"),
        ("0.0", "more than 0"),
        ("\x1b[2J", "is not a quantity"),
        ("9" * 600, "characters"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_and_the_rest_goes_on(base: Knowledge, cell: str, reason: str) -> None:
    made = read(base, {**ALDER, "Parameters": cell}, {**ALDER, "Model": "Birch"})
    trouble = only_trouble(made)
    assert trouble.place == "trees.csv:1:2"
    assert trouble.message.startswith("row 1, Parameters: ")
    assert reason in trouble.message
    assert trouble.message.isprintable()
    assert trouble.severity is Severity.ERROR
    assert set(claims(made)) == {f"r{row}.{word}" for row in (1, 2) for word in WORDS} - {"r1.parameters"}


WORDS = ["parameters", "compute", "data", "epochs", "hours", "devices", "mfu", "chip", "released"]


@pytest.mark.parametrize("cell", ["~7e9", ">7e9", "7B", "at least 7 billion", "7,000,000,000"])
def test_words_beside_a_figure_are_read(base: Knowledge, cell: str) -> None:
    made = read(base, {"Model": "Alder", "Parameters": cell})
    assert (claims(made)["r1.parameters"].value.text, made.troubles) == (f"{cell} param", ())


def test_a_date_that_is_none_is_told(base: Knowledge) -> None:
    trouble = only_trouble(read(base, {"Model": "Alder", "Publication date": "last spring"}))
    assert trouble.message.startswith("row 1, Publication date: 'last spring'")


def test_no_devices_means_not_recorded(base: Knowledge) -> None:
    made = read(base, {**ALDER, "Hardware quantity": "0.0"})
    assert made.troubles == ()
    assert "r1.devices" not in claims(made)


@pytest.mark.parametrize(
    ("notes", "attribute"),
    [
        ("2T tokens", "data.tokens"),
        ("trained on ~2 trillion multilingual tokens of text", "data.tokens"),
        ("3 * 10¹¹ sentences, in all 2 x 10¹² tokens", "data.tokens"),
        ("2,000,000,000,000 image/text tokens", "data.tokens"),
        ("2048 * 512 tokens per tile, so 2e12", "data.tokens"),
        ("167M words/tokens per GB", "data.tokens"),
        ("2T words, or 2.7T tokens", "data.items"),
        ("2.7T tokens", "data.items"),
        ("2T image-text pairs, 77 tokens per pair", "data.items"),
        ("2T frames", "data.items"),
        ("words and tokens", "data.items"),
        ("3e9 rows at 667 tokens per row", "data.items"),
        ("see table 2", "data.items"),
        ("", "data.items"),
    ],
)
def test_data_are_tokens_only_if_the_notes_count_tokens(base: Knowledge, notes: str, attribute: str) -> None:
    row = {"Model": "Alder", "Domain": "Language", "Training dataset size (datapoints)": "2000000000000.0"}
    made = claims(read(base, {**row, "Dataset size notes": notes}))
    assert made["r1.data"].attribute == attribute


def test_a_batch_counts_only_in_tokens(base: Knowledge) -> None:
    row = {"Model": "Alder", "Batch size": "4000000.0"}
    assert claims(read(base, {**row, "Batch size notes": "4M tokens"}))["r1.batch"].value.text == "4000000.0 token/step"
    assert claims(read(base, {**row, "Batch size notes": "4M images"})) == {}
    assert claims(read(base, row)) == {}


def test_a_lower_suffix_and_other_prints_of_one_figure() -> None:
    assert counted_in("10500000000.0", "10.5b tokens") == "token"
    assert counted_in("56000000001.00008", "110 M sequences * 512 tokens/sequence = 56,320,000,000 tokens") == "token"
    assert counted_in("1e10", "1e10 tokens/sample") == "item"


# ------------------------------------------------------------------------------------------------ scope and bases


def test_with_a_base_model_the_table_does_not_say_whose_compute_it_is(base: Knowledge) -> None:
    made = claims(read(base, {**ALDER, "Base model": "Oak", "Finetune compute (FLOP)": "2e19"}))
    assert (made["r1.compute"].scope, made["r1.compute"].inferred) == ({"stage": "training"}, ())
    assert made["r1.finetune"].scope == {"base": "excluded", "stage": "training"}
    assert made["r1.finetune"].inferred == ()


def test_notes_can_name_a_base_too(base: Knowledge) -> None:
    notes = {"Training compute notes": "Initialized from a pruned 6B model."}
    made = claims(read(base, {**ALDER, **notes}))
    assert made["r1.compute"].scope == {"stage": "training"}
    assert (made["r1.base"].value.kind, made["r1.base"].mode) == (ValueKind.UNDISCLOSED, Mode.INFERENCE)
    assert "r1.base" not in claims(read(base, ALDER))
    assert not has_base("Trained from scratch, without a teacher.")


@pytest.mark.parametrize(("compute", "found"), [("6.5e20", set()), ("9.5e20", {"r2.compute"})])
def test_the_compute_of_a_base_row_counts_in_what_is_made_from_it(
    base: Knowledge, compute: str, found: set[str]
) -> None:
    column = "Training compute (FLOP)"
    birch = {"Model": "Birch", "Base model": "Alder", "Finetune compute (FLOP)": "5e19", column: compute}
    assert accused(read(base, {"Model": "Alder", column: "6e20"}, birch)) == found


def test_bases_are_rows_known_models_or_names_that_dangle(base: Knowledge) -> None:
    known = base.plus(entities=[Entity(id="Oak", kind="model", names={"en": ("Quercus",)})])
    made = read(known, {"Model": "Alder", "Base model": "Birch,quercus, Holly"}, {"Model": "Birch"})
    links = [claims(made)[word].value.text for word in ("r1.base", "r1.base2", "r1.base3")]
    assert links == ["Birch", "Oak", "Holly"]
    trouble = only_trouble(made)
    assert (trouble.code, trouble.severity, trouble.place) == ("dangling", Severity.NOTE, "trees.csv:1:2")
    assert "'Holly'" in trouble.message


def test_a_comma_in_a_name_does_not_part_it(base: Knowledge) -> None:
    made = read(base, {"Model": "Alder", "Base model": "Birch, large"}, {"Model": "Birch, large"})
    assert [claim.value.text for claim in claims(made).values()] == ["Birch, large"]


def test_a_base_that_is_the_model_itself_or_one_of_two_is_no_link(base: Knowledge) -> None:
    made = read(base, {"Model": "Alder", "Base model": "Alder"})
    assert claims(made) == {}
    assert "the model itself" in only_trouble(made).message
    made = read(base, {"Model": "Oak", "Base model": "Alder"}, {"Model": "Alder"}, {"Model": "Alder"})
    assert claims(made) == {}
    assert "rows 2, 3" in only_trouble(made).message


def test_several_chips_are_several_links(base: Knowledge) -> None:
    made = read(base, {"Model": "Alder", "Training hardware": "NVIDIA A100,NVIDIA V100,NVIDIA A100"})
    assert {word: c.value.text for word, c in claims(made).items()} == {"r1.chip": "A100", "r1.chip2": "V100"}


def test_an_unknown_chip_is_never_a_near_one(base: Knowledge) -> None:
    made = read(base, {"Model": "Alder", "Training hardware": "NVIDIA A101"})
    claim = claims(made)["r1.chip"]
    assert (claim.value.kind, claim.value.text) == (ValueKind.LINK, "NVIDIA A101")
    assert "NVIDIA A101" not in made.knowledge.entities
    assert only_trouble(made).severity is Severity.NOTE


# ------------------------------------------------------------------------------------------------ names


def test_one_name_in_two_rows_is_two_models(base: Knowledge) -> None:
    made = read(base, {"Model": "Alder", "Parameters": "1e9"}, {"Model": "ALDER", "Parameters": "9e9"})
    assert [claim.subject for claim in claims(made).values()] == ["Alder", "ALDER (row 2 of epoch-trees)"]
    assert accused(made) == set()


def test_a_known_model_is_the_one_meant(base: Knowledge) -> None:
    known = base.plus(entities=[Entity(id="Oak", kind="model", names={"en": ("Quercus",)})])
    made = read(known, {"Model": "quercus", "Parameters": "1e9"})
    assert (claims(made)["r1.parameters"].subject, made.new.entities) == ("Oak", ())


def test_who_holds_it_is_a_party_even_if_nobody_knew_it(base: Knowledge) -> None:
    others = {id_: entity for id_, entity in base.entities.items() if id_ != "Epoch AI"}
    made = read(replace(base, entities=others), {"Model": "Alder", "Parameters": "1e9"})
    assert made.troubles == ()
    assert made.knowledge.entities["Epoch AI"].kind == "party"


@pytest.mark.parametrize("name", ["Google", "V100", "every model", "Every Model"])
def test_a_name_that_means_something_else_is_not_shared(base: Knowledge, name: str) -> None:
    made = read(base, {**ALDER, "Model": name})
    subject = claims(made)["r1.parameters"].subject
    assert made.troubles == ()
    assert made.knowledge.entities[subject].kind == "model"
    assert subject not in base.entities
    assert claims(made)["r1.hours"].subject == f"{subject}/training"


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Alder/14", "Alder/14"),
        ("Alder/training", "Alder - training"),
        ("Alder / inference", "Alder - inference"),
        ("Alder, the\tsecond\x1b[2J\u202e!", "Alder, the second [2J !"),
        ("赤杨-9B", "赤杨-9B"),
    ],
)
def test_names_with_odd_characters(base: Knowledge, name: str, id_: str) -> None:
    made = read(base, {**ALDER, "Model": name}, {**ALDER, "Model": "Birch", "Base model": name})
    assert made.troubles == () or "," in name
    assert made.knowledge.entities[id_].kind == "model"
    assert made.knowledge.entities[f"{id_}/training"].links == {"of": id_}
    assert claims(made)["r2.base"].value.text == id_


def test_long_names_stay_apart(base: Knowledge) -> None:
    made = read(base, *({**ALDER, "Model": "Alder" * 60 + end} for end in ("1", "2")))
    one, two = (claims(made)[f"r{row}.parameters"].subject for row in (1, 2))
    assert made.troubles == ()
    assert one != two
    assert max(len(one), len(two)) <= 140
    assert "Alder" * 60 + "1" in (made.knowledge.entities[one].note or "")


def test_the_same_table_again_adds_no_model(base: Knowledge) -> None:
    rows = [ALDER, {**ALDER, "Parameters": "3e9"}, {"Model": "Alder/training"}, {"Model": "x" * 200}, {"Model": "V100"}]
    first = read(base, *rows)
    again = read(first.knowledge, *rows)
    assert again.new.entities == ()
    assert claims(again) == claims(first)
    assert again.troubles == ()


def test_no_claim_speaks_of_another_row(base: Knowledge) -> None:
    rows = [{**ALDER, "Model": name, "Base model": "Alder"} for name in ("Birch", "Oak", "Alder", "Oak")]
    made = read(base, *rows)
    owner = {"Birch": 1, "Oak": 2, "Alder": 3, "Oak (row 4 of epoch-trees)": 4}
    for word, claim in claims(made).items():
        assert owner[claim.subject.removesuffix("/training")] == int(word.partition(".")[0][1:])


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("trees.csv", "epoch-trees"),
        ("some/where/trees.csv", "epoch-trees"),
        ("epoch_trees-2031.csv", "epoch_trees-2031"),
        ("my trees.csv", "epoch-my-trees-"),
        ("树.csv", "epoch-"),
        ("t" * 200 + ".csv", "epoch-" + "t" * 60 + "-"),
    ],
)
def test_one_file_is_one_source(base: Knowledge, name: str, id_: str) -> None:
    cite = read(base, ALDER, name=name).new.sources[0]
    assert cite == id_ or (id_.endswith("-") and cite.startswith(id_) and len(cite) == len(id_) + 6)


def test_a_source_that_is_another_work_is_not_replaced(base: Knowledge) -> None:
    other = Source(id="epoch-trees", kind=SourceKind.DATASHEET, title="Trees, a data sheet")
    made = read(base.plus(sources=[other]), ALDER)
    assert made.knowledge.sources["epoch-trees"] == other
    assert made.new.sources[0].startswith("epoch-trees-")


# ------------------------------------------------------------------------------------------------ what notes say


@pytest.mark.parametrize(
    ("notes", "found"),
    [
        ("A mixture-of-experts model with 64 experts.", True),
        ("We are told it is a MoE model.", True),
        ("Each fourth block has a Sparsely Gated layer.", True),
        ("It is not a mixture of experts.", False),
        ("A non-MoE model. MoE may be introduced later.", False),
        ("Trained on moves of human experts, and a visual expert module.", False),
        ("As in 'A Sparsely-Gated Mixture-of-Experts Layer' by others.", False),
        ("", False),
    ],
)
def test_experts_are_inferred_from_plain_words_only(base: Knowledge, notes: str, found: bool) -> None:
    assert has_experts(notes) is found
    made = claims(read(base, {**ALDER, "Parameters notes": notes}))
    assert ("r1.experts" in made) is found
    if found:
        claim = made["r1.experts"]
        assert (claim.attribute, claim.value.kind, claim.mode) == ("moe.experts", ValueKind.UNDISCLOSED, Mode.INFERENCE)


@pytest.mark.parametrize(
    ("column", "cell", "notes", "value"),
    [
        ("Training time (hours)", "1270.0", "~53 days", "about 1270.0 h"),
        ("Training time (hours)", "1272.0", "53 days", "1272.0 h"),
        ("Parameters", "7e9", "around 7 billion", "about 7e9 param"),
        ("Parameters", "~7e9", "around 7 billion", "~7e9 param"),
        ("Hardware quantity", "16384.0", "up to 16K H100 GPUs", "at most 16384.0 device"),
        ("Hardware quantity", "16384.0", "on 16K H100 GPUs", "16384.0 device"),
        ("Training compute (FLOP)", "1.2e+23", "= 1.2e23; by hardware = 1.13e23", "about 1.2e+23 FLOP"),
        ("Training compute (FLOP)", "1.2e+23", "6ND = 1.2e23", "1.2e+23 FLOP"),
    ],
)
def test_a_figure_is_as_firm_as_its_notes(base: Knowledge, column: str, cell: str, notes: str, value: str) -> None:
    told_in = {"Hardware quantity": "Training time"}.get(column, column.partition(" (")[0])
    made = claims(read(base, {"Model": "Alder", column: cell, f"{told_in} notes": notes}))
    assert [claim.value.text for claim in made.values()] == [value]


def test_peaks_and_shares_in_words() -> None:
    assert is_peak("64.0", "64 TPUv4 for 12 hours + 32 TPUv4 for 8 hours")
    assert not is_peak("64.0", "64 TPUv4 for 12 hours; others used up to 128 GPUs")
    assert not is_peak("32.0", "64 TPUv4 for 12 hours + 32 TPUv4 for 8 hours")
    assert other_share("0.5", "at 30% utilization") == pytest.approx(0.3)
    assert other_share("0.31", "at 30% utilization") is None
    assert other_share("0.5", "no word of it") is None
    assert other_total("3e22", "4e22 FLOP / 1e14 FLOP/s") == pytest.approx(4e22)
    assert other_total("4.01e22", "4e22 FLOP / 1e14 FLOP/s") is None
    assert not is_rough("64.0", "about 65 days and 64 hours")
    assert not is_one_of_several("1e23", "3e14 FLOP/s and 1e23 in all")


def test_a_cell_that_its_notes_work_differently_is_left_aside(base: Knowledge) -> None:
    row = {**ALDER, "Hardware utilization": "0.5", "Training compute notes": "1.8e21 * 0.334 (utilization assumption)"}
    made = read(base, row)
    assert "r1.mfu" not in claims(made)
    trouble = only_trouble(made)
    assert (trouble.severity, trouble.place) == (Severity.NOTE, "trees.csv:1:9")
    assert "0.334" in trouble.message
    made = read(base, {**ALDER, "Training time notes": "9e20 FLOP on 16 chips"})
    assert "r1.hours" not in claims(made)
    made = read(base, {**ALDER, "Training time notes": "The HFU is meant."})
    assert "r1.mfu" not in claims(made)


@pytest.mark.parametrize(
    "notes",
    [
        "7 " * 10_000,
        "9" * 100_000,
        "non-" * 25_000,
        "about 1e9 up to 2 GPUs " * 5_000,
        "MFU" + " x" * 50_000,
        "MoE " * 30_000,
    ],
    ids=["figures", "digits", "denials", "hedges", "words", "experts"],
)
def test_long_notes_are_read_in_time_that_grows_with_their_length(base: Knowledge, notes: str) -> None:
    made = read(base, {**ALDER, **dict.fromkeys(NOTES, notes)})
    assert "r1.parameters" in claims(made)


NOTES = ["Parameters notes", "Training compute notes", "Dataset size notes", "Training time notes"]


# ------------------------------------------------------------------------------------------------ broken tables


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf", "an empty file"),
        (b"\n\nModel\nAlder\n", "an empty file"),
        (b"Name,Parameters\nAlder,7e9\n", "no column 'Model'"),
        (b"Model;Parameters\nAlder;7e9\n", "no column 'Model'"),
        (b"Model,Parameters, parameters \nAlder,7e9,8e9\n", "column 'parameters' 2 times"),
        (b"Model,Parameters\nAld\xe9r,7e9\n", "the byte 0xe9 at position 20"),
        ("Model\nAlder\n".encode("utf-16"), "the byte 0xff at position 0"),
        (b'Model,"Parameters\nAlder,7e9\n', "breaks off"),
        (b"Model\n" + b"A\n" * 20_001, "more than 20000 rows"),
    ],
)
def test_a_file_that_is_no_such_table_is_one_error(base: Knowledge, data: bytes, reason: str) -> None:
    made = importers.importers()["epoch"](data, "trees.csv", base)
    trouble = only_trouble(made)
    assert reason in trouble.message
    assert trouble.message.count("; ") >= 2
    assert trouble.severity is Severity.ERROR
    assert (made.new.claims, made.knowledge) == ((), base)


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        (b"Birch,1", "trees.csv:2:1", "row 2: 2 cells; expected 3"),
        (b"Birch,1,2,3", "trees.csv:2:1", "row 2: 4 cells; expected 3"),
        (b",8e9,4", "trees.csv:2:1", "row 2: a row without a name"),
        (b"\x00\x01,8e9,4", "trees.csv:2:1", "row 2: a row without a name"),
    ],
)
def test_half_a_row_is_told_and_the_others_are_read(base: Knowledge, line: bytes, place: str, reason: str) -> None:
    data = b"Model,Parameters,Hardware quantity\nAlder,7e9,4\n" + line + b"\n,,\n\nOak,7e9,4\n"
    made = importers.importers()["epoch"](data, "trees.csv", base)
    trouble = only_trouble(made)
    assert trouble.place == place
    assert reason in trouble.message
    assert set(claims(made)) == {"r1.parameters", "r1.devices", "r5.parameters", "r5.devices"}


@pytest.mark.parametrize(
    "cell", [b'"never closed', b'"closed" too early', b"x" * 200_000], ids=["open", "early", "long"]
)
def test_where_rows_cannot_be_told_apart_reading_ends(base: Knowledge, cell: bytes) -> None:
    data = b"Model,Parameters\nAlder,7e9\n" + cell + b",8e9\nOak,7e9\n"
    made = importers.importers()["epoch"](data, "trees.csv", base)
    assert "row 2: a row that breaks off" in only_trouble(made).message
    assert set(claims(made)) == {"r1.parameters"}


def test_too_many_rows_are_refused_before_any_is_made(base: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "most", 2)
    assert len(claims(read(base, ALDER, {"Model": "Birch"}))) == len(WORDS)
    assert "more than 2 rows" in only_trouble(read(base, ALDER, ALDER, ALDER)).message


def test_a_million_rows_are_never_all_in_memory(base: Knowledge) -> None:
    data = b"Model,Parameters,Parameters notes\n" + b"Alder,7000000000.0,some words about it\n" * 1_000_000
    tracemalloc.start()
    try:
        made = importers.importers()["epoch"](data, "trees.csv", base)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "more than 20000 rows" in only_trouble(made).message
    assert peak < 3 * len(data)  # the check of the encoding makes one copy


def test_rows_are_read_one_at_a_time() -> None:
    data = table(*({"Model": f"Alder {number}", "Parameters notes": "words " * 200} for number in range(5_000)))
    rows = Table(data, "trees.csv")
    tracemalloc.start()
    try:
        assert sum(1 for _ in rows.rows([])) == 5_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(data) / 5


@draws(60)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"Model": st.text(max_size=200)},
            optional=dict.fromkeys(
                [*NUMBERS, *NOTES, "Base model", "Training hardware", "Publication date"], st.text()
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_stands_in_the_cells_is_a_claim_or_a_trouble(base: Knowledge, rows: list[dict[str, str]]) -> None:
    text = table(*rows).decode("utf-8", "surrogatepass").encode("utf-8", "replace")
    made = importers.importers()["epoch"](text, "trees.csv", base)
    assert all(trouble.message.isprintable() for trouble in made.troubles)
    assert all(claim.subject in made.knowledge.entities for claim in claims(made).values())


# ------------------------------------------------------------------------------------------------ examined


def test_a_row_that_agrees_with_itself_holds(base: Knowledge) -> None:
    made = read(base, ALDER)
    found = examined(made)
    assert accused(made) == set()
    assert found.reached[-len(made.new.claims) :].sum() >= 6  # parameters, compute, data, hours, devices, utilization


@pytest.mark.parametrize("column", ["Training compute (FLOP)", "Training time (hours)", "Hardware quantity"])
def test_a_cell_that_is_wrong_by_ten_is_found(base: Knowledge, column: str) -> None:
    assert accused(read(base, {**ALDER, column: str(float(ALDER[column]) * 10)})) == {"r1.compute"}


FINETUNED = {
    "Base model": "Oak",
    "Training compute (FLOP)": "9e+22",
    "Finetune compute (FLOP)": "6e+20",
}


@pytest.mark.parametrize(
    "change",
    [
        {"Dataset size notes": "50B words"},
        {"Dataset size notes": "50B words", "Epochs": "40.0"},
        FINETUNED,
        {**FINETUNED, "Finetune compute (FLOP)": ""},
        {"Training dataset size (datapoints)": "25000000000.0", "Dataset size notes": "25B tokens", "Epochs": "2.0"},
        {"Epochs": "2.0"},  # the tokens may be those seen
        {"Parameters": "3e10", "Parameters notes": "A mixture of experts."},
        {"Hardware quantity": "64.0", "Training time notes": "on up to 64 A100 GPUs"},
        {"Hardware utilization": "0.9", "Training compute notes": "* 0.334 (assumed utilization)"},
        {"Training hardware": "NVIDIA A100,NVIDIA V100", "Hardware quantity": "64.0"},
        {"Training hardware": "NVIDIA A101", "Hardware quantity": "64.0"},
        {"Hardware quantity": "", "Training time (hours)": "9.0"},
    ],
)
def test_what_a_row_explains_or_leaves_open_accuses_nobody(base: Knowledge, change: dict[str, str]) -> None:
    assert accused(read(base, {**ALDER, **change})) == set()


# ------------------------------------------------------------------------------------------------ calculations in notes


def off(made: Corpus) -> dict[str, str]:
    """What `calculation` finds, by the claim that it accuses."""
    found = examined(made).findings
    return {each.claims[0].partition(":")[2]: each.message for each in found if each.code == "calculation"}


def verdict(made: Corpus, word: str) -> str:
    result = examined(made)
    [found] = [v for n, v in enumerate(result.verdicts) if result.evidence.id_of(n).endswith(f":{word}")]
    return found.value


SUM = {"Model": "Alder", "Training compute notes": "6 * 7e9 * 2e12 = 8.4e22 FLOP. By hardware it is the same."}


@pytest.mark.parametrize(
    ("cell", "said"), [("8.4e22", "holds"), ("8.38e22", "holds with rounding"), ("8.4e21", "off"), ("5e22", "off")]
)
def test_a_calculation_in_the_notes_bears_a_column_out_or_does_not(base: Knowledge, cell: str, said: str) -> None:
    made = read(base, {**SUM, "Training compute (FLOP)": cell})
    assert verdict(made, "r1.compute") == said
    assert verdict(made, "r1.compute-sum") == "holds"
    assert set(off(made)) == ({"r1.compute"} if said == "off" else set())


def test_several_calculations_may_give_a_column_together(base: Knowledge) -> None:
    notes = "6 * 7e9 * 2e12 = 8.4e22. By hardware: 1e15 * 2.1e7 = 2.1e22. Geometric mean of the two"
    made = read(base, {"Model": "Alder", "Training compute notes": notes, "Training compute (FLOP)": "4.2e22"})
    assert verdict(made, "r1.compute") == "holds"


def test_a_figure_that_its_notes_print_is_not_held_against_their_calculations(base: Knowledge) -> None:
    notes = "Reported: 5.1e22. Our own estimate is 6 * 7e9 * 2e12 = 8.4e22"
    assert (
        off(read(base, {"Model": "Alder", "Training compute notes": notes, "Training compute (FLOP)": "5.1e22"})) == {}
    )


def test_a_calculation_that_is_wrong_itself_is_told(base: Knowledge) -> None:
    made = read(base, {**SUM, "Training compute notes": "6 * 7e9 * 2e12 = 1.4e23", "Training compute (FLOP)": "1.4e23"})
    assert set(off(made)) == {"r1.compute-sum"}


@pytest.mark.parametrize(
    ("cells", "notes", "word"),
    [
        (("Parameters", "437700000.0", "Parameters notes"), "a model with 473.7M parameters", "parameters"),
        (("Parameters", "1.7e9", "Parameters notes"), "it has 17 billion parameters", "parameters"),
        (("Training time (hours)", "53.0", "Training time notes"), "took 53 days", "hours"),
        (("Training dataset size (datapoints)", "1.5e12", "Dataset size notes"), "some 15 trillion tokens", "data"),
        (("Hardware quantity", "1280.0", "Training compute notes"), "128 A100 GPUs were used", "devices"),
    ],
)
def test_a_figure_in_the_notes_that_a_slip_parts_from_its_column_is_told(
    base: Knowledge, cells: tuple[str, str, str], notes: str, word: str
) -> None:
    column, cell, notes_column = cells
    made = read(base, {"Model": "Alder", column: cell, notes_column: notes})
    assert set(off(made)) == {f"r1.{word}"}
    if word != "hours":  # that stands there anyway
        cells_too = f"{notes}, and elsewhere {float(cell):,.0f} is given"
    else:
        cells_too = f"{notes}, that is 2.2 days of 24 hours, 53 hours"
    assert off(read(base, {"Model": "Alder", column: cell, notes_column: cells_too})) == {}


def test_a_share_above_one_is_read_whatever_the_notes_say(base: Knowledge) -> None:
    made = read(
        base, {"Model": "Alder", "Hardware utilization": "54.9", "Training compute notes": "utilization of 54.9%"}
    )
    assert accused(made) == {"r1.mfu"}


def test_newer_columns_are_read_too(base: Knowledge) -> None:
    made = read(
        base,
        {
            "System": "Alder",
            "Hardware quantity": "16",
            "Training time (hours)": "100",
            "Training chip-hours": "1600",
            "Training compute cost (2023 USD)": "3200",
            "Training power draw (W)": "6400",
            "Hardware utilization (MFU)": "0.4",
            "Numerical format": "BF16",
        },
    )
    said = {word: (c.attribute, c.scope, c.value.text) for word, c in claims(made).items()}
    assert said["r1.chip-hours"] == ("run.device_time", {}, "1600 device*h")
    assert said["r1.cost"] == ("run.cost", {}, "3200 USD")
    assert said["r1.power"] == ("run.power", {}, "6400 W")
    assert said["r1.mfu"] == ("run.mfu", {"precision": "tensor16"}, "0.4")
    assert verdict(made, "r1.chip-hours") == "holds"


# ------------------------------------------------------------------------------------------------ chips

CHIP = {
    "Hardware name": "Quartz 9",
    "Release date": "2031-02-03",
    "Release price (USD)": "9000",
    "Tensor-FP16/BF16 performance (FLOP/s)": "3.0e14",
    "FP32 (single precision) performance (FLOP/s)": "2e13",
    "FP16 (half precision) performance (FLOP/s)": "0",
    "Memory (bytes)": "80000000000",
    "Memory bandwidth (byte/s)": "2e12",
    "Internode bandwidth (bit/s)": "4e11",
    "TDP (W)": "400",
}


def test_a_row_of_hardware_is_a_chip_with_its_data_sheet(base: Knowledge) -> None:
    made = read(base, CHIP)
    assert made.troubles == ()
    said = {word: (c.attribute, c.scope, c.value.text) for word, c in claims(made).items()}
    assert said == {
        "r1.tensor16": ("chip.peak", {"precision": "tensor16", "sparsity": "dense"}, "3.0e14 FLOP/(s*device)"),
        "r1.fp32": ("chip.peak", {"precision": "fp32", "sparsity": "dense"}, "2e13 FLOP/(s*device)"),
        "r1.memory": ("chip.memory", {}, "80000000000 byte/device"),
        "r1.reads": ("chip.bandwidth", {"reach": "memory"}, "2e12 byte/(s*device)"),
        "r1.net": ("chip.bandwidth", {"reach": "internode"}, "4e11 bit/(s*device)"),
        "r1.power": ("chip.power", {}, "400 W/device"),
        "r1.price": ("chip.price", {}, "9000 USD/device"),
        "r1.released": ("chip.released", {}, "2031-02-03"),
    }


def test_a_chip_that_is_not_known_brings_its_references(base: Knowledge) -> None:
    made = read(base, CHIP)
    standing = {word: claim.standing for word, claim in claims(made).items()}
    assert standing["r1.tensor16"] == Standing.HARD_IN_SCOPE
    assert standing["r1.price"] == Standing.COMPARISON
    known = base.find("A100 SXM4 80 GB", "chip")[0]
    assert {c.standing for c in claims(read(base, {**CHIP, "Hardware name": known})).values()} == {None}


def test_a_chip_that_is_known_is_held_against_its_data_sheet(base: Knowledge) -> None:
    row = {"Hardware name": "A100 SXM4 80 GB", "TDP (W)": "400", "Memory (bytes)": "80000000000"}
    assert accused(read(base, row)) == set()
    assert accused(read(base, {**row, "TDP (W)": "4000"})) == {"r1.power"}
