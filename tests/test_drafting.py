"""Quantities in running text, and claims drafted from it: each found whole, and placed if it can be."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import safeyaml
from kb.phrases import phrases
from kb.quantity import BEFORE, Relation, read
from kb.texts import Names
from kb.unitwords import WORDS
from tests.commands import Kb

GOLDEN = Path(__file__).parent / "golden" / "phrases.tsv"
ROWS = [line.split("\t") for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
NAMES = Names(["A100", "H100", "GPT-4", "GPT-3", "Llama 2 70B"])
LEAK = """\
Rowan has about 1.2 trillion parameters across 96 layers. It uses 32 experts, each with about 36B parameters.
Harbour Lab trained Rowan on 10T tokens. Training took 50 to 60 days on about 20,000 A100s at 30% to 40% MFU.
If an A100 costs $1.50 per GPU hour, the training cost was about $40 million.
Rowan inference costs 0.0031 cents per thousand tokens. It is 3 times larger than its rivals, and 7 people know it.
"""
ROWAN = """
sources:
  - {id: names, kind: article, title: Names, by: [Harbour Lab]}
entities:
  - {id: Rowan, kind: model}
  - {id: Harbour Lab, kind: party}
defaults: {cite: names, holders: [Harbour Lab]}
claims:
  - {id: layers, subject: Rowan, attribute: model.layers, value: 96 layer, source: {at: p0},
     statement: It has 96 layers.}
"""


def told(text: str) -> list[str]:
    """The value of each quantity, and the name that stands in the place of its unit."""
    return [f"{each.value}{f' [{each.named}]' if each.named else ''}" for each in phrases(text, NAMES)]


# ------------------------------------------------------------------------------------------------ phrases


def test_there_are_many_phrases() -> None:
    assert len(ROWS) >= 300
    assert len({text for text, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("text", "values"), ROWS, ids=[text for text, _ in ROWS])
def test_a_phrase_is_found_whole(text: str, values: str) -> None:
    assert told(text) == [value for value in values.split("|") if value]


@pytest.mark.parametrize(("text", "values"), ROWS, ids=[text for text, _ in ROWS])
def test_what_stands_around_a_phrase_changes_nothing(text: str, values: str) -> None:
    wanted = [value for value in values.split("|") if value]
    assert told(f"It is said: {text}, nothing else.") == wanted
    assert told(f"据说：{text}，仅此而已。") == wanted


UNITS = sorted(unit for unit in WORDS if unit not in {"%", "W"})
ABOUT = sorted(word for word, cue in BEFORE.items() if cue in {Relation.ABOUT, Relation.AT_LEAST, Relation.AT_MOST})


@given(
    st.sampled_from(["", *ABOUT]),
    st.integers(1, 10**7),
    st.sampled_from(["", " million", " billion", "万", "亿"]),
    st.sampled_from(UNITS),
    st.data(),
)
def test_what_is_written_is_read_again(hedge: str, number: int, scale: str, unit: str, data: st.DataObject) -> None:
    """A hedge, a figure and any word of a unit, in a sentence: the phrase says what they say."""
    word = data.draw(st.sampled_from(WORDS[unit].split("|")))
    figure = f"{hedge} {number:,}{scale}".strip()
    [found] = phrases(f"Nobody knows whether {figure} {word} will do")
    wanted = read(f"{figure} {unit}")
    assert (found.written.relation, found.written.meanings, found.written.unit) == (
        wanted.relation,
        wanted.meanings,
        unit,
    )
    assert found.text.endswith(word)


@given(st.text(alphabet="0123456789.,%$ -到万亿个块天kMB每千token年月日约不多余x×H", max_size=40))
def test_any_text_is_gone_through_and_spans_are_its_own(text: str) -> None:
    place = 0
    for found in phrases(text, NAMES):
        assert place <= found.start < found.end <= len(text)
        assert found.text == text[found.start : found.end]
        assert read(found.value).meanings == found.written.meanings
        place = found.end


# ------------------------------------------------------------------------------------------------ drafts


@pytest.fixture
def kb(shipped_store: Path, tmp_path: Path) -> Kb:
    made = Kb(tmp_path, columns=200)
    shutil.copyfile(shipped_store, made.path)
    (tmp_path / "names.yaml").write_text(ROWAN, encoding="utf-8")
    assert made("import", "names.yaml").returncode == 0
    (tmp_path / "leak.txt").write_text(LEAK, encoding="utf-8")
    return made


def claims(kb: Kb, file: str = "leak.txt", *words: str) -> list[dict[str, Any]]:
    done = kb("draft", file, *words)
    assert done.returncode == 0, done.stderr
    tree: Any = safeyaml.read(done.stdout.encode(), "draft.yaml").plain()
    return tree["claims"]  # type: ignore[no-any-return]


def test_each_quantity_is_placed(kb: Kb) -> None:
    found = {(each["attribute"], each["subject"]): each["value"] for each in claims(kb)}
    assert found == {
        ("parameters.total", "Rowan"): "about 1.2 trillion param",
        ("model.layers", "Rowan"): "96 layer",
        ("moe.experts", "Rowan"): "32 expert",
        ("parameters.expert", "Rowan"): "about 36B param/expert",
        ("data.tokens", "Rowan"): "10T token",
        ("run.duration", "Rowan/training"): "50 to 60 day",
        ("run.devices", "Rowan/training"): "about 20,000 device",
        ("run.on", "Rowan/training"): "A100",
        ("run.mfu", "Rowan/training"): "30 to 40 %",
        ("chip.rent", "A100"): "$1.50 /(device*h)",
        ("run.cost", "Rowan/training"): "about $40 million",
        ("run.cost_per_token", "Rowan/inference"): "0.0031 cent/ktoken",
    }


def test_a_draft_can_be_checked_as_it_is(kb: Kb) -> None:
    draft = kb("draft", "leak.txt", "--source", "harbour-leak", "--by", "Harbour Gazette").stdout
    (kb.folder / "draft.yaml").write_text(draft, encoding="utf-8")
    said = json.loads(kb("check", "draft.yaml", "--format", "json").stdout)
    codes = {each["code"] for each in said["findings"]}
    assert not codes & {"malformed", "dangling", "unit", "duplicate", "cycle"}
    assert kb("import", "draft.yaml").returncode == 0
    assert "harbour-leak" in kb("report", "--source", "harbour-leak").stdout


def test_places_lead_back_to_the_text_and_notes_say_why(kb: Kb) -> None:
    for each in claims(kb):
        start, end = (int(place) for place in each["source"]["span"])
        assert hashlib.sha256(LEAK[start:end].encode()).hexdigest() == each["source"]["digest"]
        assert re.fullmatch(r"p\d+\.s\d+", each["source"]["at"])
        assert each["attribute"] == "run.on" or each["note"].startswith("draft: by its unit")
    modes = {each["attribute"]: each.get("mode") for each in claims(kb)}
    assert modes["chip.rent"] == modes["run.cost"] == "conditional"
    assert modes["data.tokens"] is None


def test_what_was_not_placed_is_told_with_the_reason(kb: Kb) -> None:
    done = kb("draft", "leak.txt")
    left = [line for line in done.stdout.splitlines() if line.startswith("# not placed")]
    assert [line.split(": ")[1] for line in left] == ["3 times larger", "7"]
    assert "a multiple; say of what" in left[0]
    assert "without a unit" in left[1]
    assert "11 quantities placed, 2 not" in done.stderr


def test_a_thing_that_nobody_knows_is_no_subject(kb: Kb) -> None:
    (kb.folder / "other.txt").write_text(LEAK.replace("Rowan", "Sorbus"), encoding="utf-8")
    done = kb("draft", "other.txt")
    assert "no model is named that is known" in done.stdout
    assert "subject: A100" in done.stdout


SORBUS = """\
Sorbus-2 is a mixture of experts with 2.4 trillion parameters and 64 experts, of which 4 are used for each token.
Training took 80 days. Training cost $90 million. 两成的token是代码。
"""


def test_a_model_that_nobody_knows_can_be_named(kb: Kb) -> None:
    (kb.folder / "sorbus.txt").write_text(SORBUS, encoding="utf-8")
    done = kb("draft", "sorbus.txt")
    assert "if it names a new one, such as Sorbus-2, say so by --about NAME" in done.stderr
    draft = kb("draft", "sorbus.txt", "--about", "Sorbus-2")
    assert "--about" not in draft.stderr
    assert "  - id: Sorbus-2\n    kind: model\n" in draft.stdout
    found = {
        (each["attribute"], each["subject"]): each["value"] for each in claims(kb, "sorbus.txt", "--about", "Sorbus-2")
    }
    assert found == {
        ("parameters.total", "Sorbus-2"): "2.4 trillion param",
        ("moe.experts", "Sorbus-2"): "64 expert",
        ("moe.routed", "Sorbus-2"): "4 expert",
        ("run.duration", "Sorbus-2/training"): "80 day",
        ("run.cost", "Sorbus-2/training"): "$90 million",
    }
    (kb.folder / "draft.yaml").write_text(draft.stdout, encoding="utf-8")
    assert kb("import", "draft.yaml").returncode == 0
    assert "kind: model" not in kb("draft", "sorbus.txt", "--about", "Sorbus-2").stdout  # it is known now


@pytest.mark.parametrize("name", ["", " Sorbus", "Sorbus ", "Sor\nbus", "Sor\x07bus", "x" * 121, "Sorbus/training"])
def test_a_name_that_is_none_is_one_line(kb: Kb, name: str) -> None:
    done = kb("draft", "leak.txt", "--about", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "expected a name" in done.stderr


def test_a_figure_without_a_unit_is_no_amount_of_what_has_one(kb: Kb) -> None:
    (kb.folder / "bare.txt").write_text("Rowan used 4 for training. 两成的token是代码。", encoding="utf-8")
    assert claims(kb, "bare.txt") == []


CASTOR = """\
据一位前员工透露，Castor共有约 2.1 万亿参数，采用 32 个专家，每次推理激活 2 个专家，激活参数约 1900 亿。
训练使用了大约 24,000 张 H100，持续 70 到 80 天，处理了 16 万亿 token，MFU 约 38% 到 42%。
总算力约为 1.8e26 FLOP。按每小时 2 美元计算，训练成本约 8800 万美元。
"""


def test_words_near_a_figure_tell_more_than_those_of_its_sentence(kb: Kb) -> None:
    (kb.folder / "castor.txt").write_text(CASTOR, encoding="utf-8")
    drafted = claims(kb, "castor.txt", "--about", "Castor")
    found = {(each["attribute"], each["subject"].partition("/")[2]): each["value"] for each in drafted}
    assert found == {
        ("parameters.total", ""): "共有约 2.1 万亿 param",
        ("moe.experts", ""): "32 expert",
        ("moe.routed", ""): "2 expert",
        ("parameters.active", ""): "约 1900 亿 param",
        ("run.devices", "training"): "大约 24,000 device",
        ("run.on", "training"): "H100",
        ("run.duration", "training"): "70 到 80 day",
        ("data.tokens", ""): "16 万亿 token",
        ("run.mfu", "training"): "约 38 到 42 %",
        ("training.compute", ""): "约为 1.8e26 FLOP",
        ("chip.rent", ""): "2 USD/(device*h)",
        ("run.cost", "training"): "约 8800 万 USD",
    }
    modes = {each["attribute"]: each.get("mode") for each in drafted}
    assert modes["parameters.total"] == "rumour"
    assert modes["run.cost"] == "conditional"


SCOPED = """\
Rowan saw 18 trillion tokens in pretraining, with 2 epochs of text and 4 epochs of code.
Rowan inference uses 8-way tensor parallelism. Input costs $3 per million tokens and output $15 per million tokens.
Rowan的文本数据训练了3轮，代码数据5轮。
"""


def test_scopes_are_proposed_by_the_nearest_words(kb: Kb) -> None:
    (kb.folder / "scoped.txt").write_text(SCOPED, encoding="utf-8")
    found = [(each["attribute"], each["value"], each.get("scope")) for each in claims(kb, "scoped.txt")]
    assert ("data.tokens", "18 trillion token", {"stage": "pretraining"}) in found
    epochs = [(value, scope) for attribute, value, scope in found if attribute == "data.epochs"]
    assert epochs == [
        ("2", {"modality": "text"}),
        ("4", {"modality": "code"}),
        ("3", {"modality": "text"}),
        ("5", {"modality": "code"}),
    ]
    prices = [scope for _, value, scope in found if value.startswith("$")]
    assert prices == [{"flow": "input"}, {"flow": "output"}]
    noted = [each["note"] for each in claims(kb, "scoped.txt") if each["attribute"] == "data.epochs"]
    assert "modality code by 'code'" in noted[1]


def test_chinese_says_the_same(kb: Kb) -> None:
    text = "Rowan拥有约1.2万亿个参数。它用大约20,000块A100训练了50到60天，利用率为30%到40%。"
    text += "每1000个token的推理成本为0.0031美分。"
    (kb.folder / "zh.txt").write_text(text, encoding="utf-8")
    found = {(each["attribute"], each["subject"]): each["value"] for each in claims(kb, "zh.txt")}
    assert found == {
        ("parameters.total", "Rowan"): "约1.2万亿 param",
        ("run.devices", "Rowan/training"): "大约20,000 device",
        ("run.on", "Rowan/training"): "A100",
        ("run.duration", "Rowan/training"): "50到60 day",
        ("run.mfu", "Rowan/training"): "30到40 %",
        ("run.cost_per_token", "Rowan/inference"): "0.0031 cent/ktoken",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\xff\xfe1\x00", "is not UTF-8"), (b" \n", "is empty")],
    ids=["nothing", "another encoding", "white space"],
)
def test_what_is_no_text_is_one_line(kb: Kb, content: bytes, said: str) -> None:
    (kb.folder / "bad.txt").write_bytes(content)
    done = kb("draft", "bad.txt")
    assert done.returncode != 0
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_text_can_be_piped_in(kb: Kb) -> None:
    done = kb.process("draft", "-", given=LEAK)
    assert done.returncode == 0
    assert done.stdout == kb("draft", "leak.txt").stdout


def test_a_source_id_that_is_none_is_refused(kb: Kb) -> None:
    done = kb("draft", "leak.txt", "--source", "Not An Id")
    assert done.returncode == 2
    assert "small letters" in done.stderr
