"""Sources and their texts: what a proof finds, the sentence table, attached texts, and the commands about them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from kb import corpus, sourceviews, updating
from kb.cli import main
from kb.desk import examine_claims
from kb.knowledge import Corpus, Knowledge
from kb.model import Source
from kb.proofs import Mismatch, Proof, coverage, held, names_of, prove
from kb.store import Store
from kb.storehistory import SHIPPED
from kb.texts import decoded, digest, sentences
from kb.unread import unread
from tests.bakery import dump

ENGLISH = """\
The Linden mill

The Linden mill was built with two wheels. It grinds about 1,250 kg a day, says its owner.
It is the third mill of the valley. An M40 stone was bought.
"""
CHINESE = "磨坊的产量\n菩提磨坊每天磨约1.2万斤，是旧磨坊的三倍以上。据说有数百万只老鼠！\n"
SILENT = {"p0.s0": "heading that only names its topic"}


def row(text: str, at: str, span: tuple[int, int]) -> str:
    silent = f", silent: {SILENT[at]}" if at in SILENT else ""
    return f"      - {{at: {at}, span: {list(span)}, digest: {digest(text[slice(*span)])!r}{silent}}}\n"


def located(text: str, at: str, words: str) -> str:
    start = text.index(words)
    return f"{{at: {at}, span: [{start}, {start + len(words)}], digest: {digest(words)!r}}}"


def source(id_: str, language: str, text: str, claims: list[tuple[str, str, str, str]]) -> str:
    """A file about one source: claims are name, attribute, value, and sentence with the words that say it."""
    rows = "".join(row(text, each.at, each.span) for each in sentences(text))
    told = "".join(
        f"  - {{id: {name}, statement: Paraphrased., subject: Linden mill, attribute: {attribute}, value: {value!r},\n"
        f"     source: {located(text, *where.split(' ', 1))}}}\n"
        for name, attribute, value, where in claims
    )
    return (
        f"sources:\n  - id: {id_}\n    kind: article\n    title: Linden\n    language: {language}\n"
        f"    sentences:\n{rows}"
        f"defaults: {{cite: {id_}, holders: [Owner]}}\nclaims:\n{told}"
    )


VOCABULARY = """
units: ["gram = [mass] = g", "kilo- = 1e3 = k", "jin = 500 g", "day = [time]", "thing = [thing]"]
kinds: [{id: mill, meaning: Grinds.}, {id: party, meaning: Somebody.}, {id: stone, meaning: Lies.}]
attributes:
  - {id: mill.wheels, about: mill, meaning: How many., unit: thing, count: true}
  - {id: mill.flour, about: mill, meaning: How much a day., unit: g/day}
  - {id: mill.mice, about: mill, meaning: How many., unit: thing}
  - {id: mill.stone, about: mill, meaning: Which., type: term, terms: [M40, M50]}
entities:
  - {id: Linden mill, kind: mill}
  - {id: Old mill, kind: mill}
  - {id: Owner, kind: party}
  - {id: M40 stone, kind: stone, names: {en: [M40], zh: [M40号石]}}
"""
LEAFLET = source(
    "leaflet",
    "en",
    ENGLISH,
    [
        ("wheels", "mill.wheels", "two thing", "p2.s0 two wheels"),
        ("flour", "mill.flour", "about 1,250 kg/day", "p2.s1 about 1,250 kg a day"),
        ("valley", "mill.wheels", "none", "p3.s0 of the valley"),
        ("stone", "mill.stone", "M40", "p3.s1 An M40 stone"),
    ],
)
ZEITUNG = source(
    "gazette",
    "zh",
    CHINESE,
    [
        ("flour", "mill.flour", "约1.2万 jin/day", "p1.s0 约1.2万斤"),
        ("ratio", "mill.flour", "more than 三", "p1.s0 三倍以上"),
        ("mice", "mill.mice", "数百万 thing", "p1.s1 数百万只"),
    ],
).replace("'more than 三',", "'more than 三', than: Old mill,")


def read(*texts: str) -> Corpus:
    found = corpus.read(
        [("vocabulary.yaml", VOCABULARY.encode()), *((f"{n}.yaml", t.encode()) for n, t in enumerate(texts))]
    )
    assert found.errors == ()
    return found


def proven(file: str, text: str, name: str = "leaflet") -> Proof:
    known: Knowledge = read(file).knowledge
    return prove(known.sources[name], list(known.claims.values()), names_of(known.entities.values()), text)


def problems(file: str, text: str = ENGLISH, name: str = "leaflet") -> list[tuple[str, str, str]]:
    return [(each.at, each.code, each.says.partition(";")[0]) for each in proven(file, text, name).problems]


# ------------------------------------------------------------------------------------------------ proofs


def test_a_source_that_its_text_bears_out() -> None:
    proof = proven(LEAFLET, ENGLISH)
    assert proof.problems == ()
    assert proof.sentences == {"covered": 4, "silent": 1, "missing": 0}
    assert proof.figures == {"claimed": 2, "silent": 0, "missing": 0}
    assert proof.names == {"M40 stone": 1}


def test_a_chinese_source_with_numeral_words() -> None:
    proof = proven(ZEITUNG, CHINESE, "gazette")
    assert proof.problems == ()
    assert proof.figures == {"claimed": 3, "silent": 0, "missing": 0}


@pytest.mark.parametrize("copy", [ENGLISH.replace("\n", "\r\n"), "\ufeff" + ENGLISH, ENGLISH.removesuffix("\n")])
def test_copies_with_other_line_ends_are_the_same_text(copy: str) -> None:
    assert proven(LEAFLET, decoded(copy.encode(), "x")).problems == ()


def test_a_wrong_digest() -> None:
    wrong = LEAFLET.replace(digest("two wheels"), "0" * 64)
    assert problems(wrong) == [
        ("p2.s0", "digest", "leaflet:wheels has digest 00000000…"),
    ]
    assert digest("two wheels") in proven(wrong, ENGLISH).problems[0].says


def test_a_shifted_span() -> None:
    start = ENGLISH.index("two wheels")
    shifted = LEAFLET.replace(f"span: [{start}, {start + 10}]", f"span: [{start + 1}, {start + 11}]")
    assert problems(shifted) == [
        ("p2.s0", "figure", f'no claim states the figure "two" at [{start}, {start + 3}]'),
        ("p2.s0", "digest", f"leaflet:wheels has digest {digest('two wheels')[:8]}…"),
    ]


def test_a_span_across_sentences_and_one_at_another_place() -> None:
    words = "two wheels. It grinds"
    start = ENGLISH.index(words)
    across = LEAFLET.replace(located(ENGLISH, "p2.s0", "two wheels"), located(ENGLISH, "p2.s0", words))
    found = problems(across)
    assert ("p2.s0", "place", f"leaflet:wheels spans [{start}, {start + len(words)}], which no sentence holds") in found
    assert ("p2.s0", "sentence", 'no claim captures "The Linden mill was built with two wheels."') in found
    elsewhere = LEAFLET.replace("at: p2.s0, span: [" + str(start), "at: p2.s1, span: [" + str(start), 1)
    elsewhere = elsewhere if elsewhere != LEAFLET else ""
    assert problems(elsewhere) == [("p2.s1", "place", "leaflet:wheels is at p2.s1")]


def test_a_span_beyond_the_text() -> None:
    found = problems(LEAFLET, ENGLISH[: ENGLISH.index("An M40")])
    assert ("p3.s1", "digest", f"leaflet:stone ends at {ENGLISH.index(' was bought')} of 144 characters") in found
    assert ("p3.s1", "digest", found[-2][2]) in found, "the row of the table too"


def without(file: str, claim: str) -> str:
    head, _, rest = file.partition(f"  - {{id: {claim},")
    assert rest
    following = rest.find("\n  - {id:")
    return head + (rest[following + 1 :] if following >= 0 else "")


def test_an_uncovered_sentence_and_a_figure_in_no_claim() -> None:
    assert problems(without(LEAFLET, "flour")) == [
        ("p2.s1", "sentence", 'no claim captures "It grinds about 1,250 kg a day, says its owne…"'),
        (
            "p2.s1",
            "figure",
            f'no claim states the figure "1,250" at [{ENGLISH.index("1,250")}, {ENGLISH.index(" kg")}]',
        ),
    ]
    assert problems(without(ZEITUNG, "mice"), CHINESE, "gazette")[1][2].startswith(
        'no claim states the figure "数百万"'
    )


def test_a_claim_around_a_figure_with_another_value() -> None:
    [found] = problems(LEAFLET.replace("two thing", "three thing"))
    assert found[1:] == (
        "figure",
        f'no claim states the figure "two" at [{ENGLISH.index("two")}, {ENGLISH.index(" wheels")}]',
    )
    assert problems(LEAFLET.replace("two thing", "2 thing")) == [], "the same number in digits"


def test_a_figure_with_a_reason_why_nobody_states_it() -> None:
    start = ENGLISH.index("1,250")
    listed = f", figures: [{{span: [{start}, {start + 5}], silent: a year}}]}}"
    at = "at: p2.s1, span: "
    line = next(each for each in LEAFLET.splitlines() if at in each)
    told = LEAFLET.replace(line, line.removesuffix("}") + listed)
    assert problems(told) == [("p2.s1", "figure", f"no claim is said to state the figure at [{start}, {start + 5}]")]
    vague = told.replace("about 1,250 kg/day", "undisclosed")
    assert problems(vague) == []
    assert proven(vague, ENGLISH).figures == {"claimed": 1, "silent": 1, "missing": 0}


def test_a_sentence_that_says_nothing_and_yet_has_a_claim() -> None:
    line = next(each for each in LEAFLET.splitlines() if "at: p3.s1, span" in each)
    said = LEAFLET.replace(line, line.removesuffix("}") + ", silent: an aside}", 1)
    assert problems(said) == [("p3.s1", "sentence", "is said to say nothing")]


def test_names_are_figures_when_nothing_bears_them() -> None:
    other = VOCABULARY.replace("names: {en: [M40], zh: [M40号石]}", "names: {en: [Big stone]}")
    known = corpus.read([("v.yaml", other.encode()), ("0.yaml", LEAFLET.encode())]).knowledge
    proof = prove(known.sources["leaflet"], list(known.claims.values()), names_of(known.entities.values()), ENGLISH)
    assert proof.names == {"M40 stone": 1}, "its id is a name too"
    known.entities.pop("M40 stone")
    proof = prove(known.sources["leaflet"], list(known.claims.values()), names_of(known.entities.values()), ENGLISH)
    assert proof.names == {}
    assert proof.figures["claimed"] == 3, "a claim around it has the term M40 as its value"


def test_a_table_that_is_not_of_this_text() -> None:
    lines = LEAFLET.splitlines(keepends=True)
    short = "".join(line for line in lines if "at: p3.s1, span" not in line or "source:" in line)
    assert problems(short) == [("p3.s1", "table", "no row in the sentence table")]
    row_ = next(line for line in lines if "at: p3.s1, span" in line)
    other = LEAFLET.replace(row_, row_.replace(digest("An M40 stone was bought."), "f" * 64))
    assert [each[:2] for each in problems(other)] == [("p3.s1", "digest")]


# ------------------------------------------------------------------------------------------------ the table alone


def test_coverage_is_told_without_the_text() -> None:
    known = read(without(LEAFLET, "flour")).knowledge
    found = coverage(known.sources["leaflet"], known.claims.values())
    assert [claims for _, claims in found.rows] == [
        (),
        ("leaflet:wheels",),
        (),
        ("leaflet:valley",),
        ("leaflet:stone",),
    ]
    assert ([each.at for each in found.missing], [each.at for each in found.silent]) == (["p2.s1"], ["p0.s0"])
    moved = [
        claim.model_copy(update={"source": claim.source.model_copy(update={"at": "p9.s9"})})
        for claim in known.claims.values()
    ]
    assert coverage(known.sources["leaflet"], moved).strays == tuple(known.claims)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            ("at: p2.s1, span: [", "at: p2.s2, span: ["),
            "sentence p2.s2 behind p2.s0; expected every sentence once, in the",
        ),
        (("span: [0, 15]", "span: [0, 30]"), "sentence p2.s0 behind p0.s0; "),
        (("span: [0, 15]", "span: [15, 15]"), "spans [[15, 15]] of sentence p0.s0; expected [start, end)"),
        (("silent: heading", "quiet: heading"), "unknown field 'quiet'"),
        (("at: p0.s0, span", "at: p0, span"), "at 'p0'"),
    ],
)
def test_a_table_that_cannot_be_is_told_with_its_place(wrong: tuple[str, str], says: str) -> None:
    assert wrong[0] in LEAFLET
    files = [("v.yaml", VOCABULARY.encode()), ("0.yaml", LEAFLET.replace(*wrong, 1).encode())]
    first = next(each for each in corpus.read(files).errors if each.place.startswith("0.yaml"))
    assert first.message.startswith(says)


def test_the_shipped_claims_stand_in_the_sentences_of_their_tables() -> None:
    known = corpus.read(corpus.shipped()).knowledge
    tables: list[Source] = [each for each in known.sources.values() if each.sentences]
    assert tables
    for each in tables:
        found = coverage(each, [claim for claim in known.claims.values() if claim.source.cite == each.id])
        assert found.strays == ()
        assert [sentence.at for sentence, claims in found.rows if claims and sentence.silent] == []
        assert found.missing == []


# ------------------------------------------------------------------------------------------------ attached texts


def test_an_attached_text_is_no_part_of_the_history(tmp_path: Path) -> None:
    with Store.open(tmp_path / "kb.sqlite") as store:
        store.add(read(LEAFLET, ZEITUNG), "mill")
        before, history = dump(store.path), store.digest()
        assert store.attach("leaflet", ENGLISH) is False
        assert (store.text("leaflet"), store.text("gazette")) == (ENGLISH, None)
        assert store.attached() == {"leaflet"}
        after = dump(store.path)
        assert {name for name in after if after[name] != before[name]} == {"attachedtext"}
        assert store.digest() == history
        store.rebuild()
        assert store.text("leaflet") == ENGLISH
        assert store.attach("leaflet", None) is True
        assert store.attach("leaflet", None) is False
        assert dump(store.path) == before
        assert [claim.id for claim in store.claims_of("gazette")] == ["gazette:flour", "gazette:ratio", "gazette:mice"]
        assert store.claims_by_source() == {"leaflet": 4, "gazette": 3}


def test_only_another_text_is_refused() -> None:
    known = read(without(LEAFLET, "flour")).knowledge
    leaflet, claims = known.sources["leaflet"], list(known.claims.values())
    assert (found := held(leaflet, claims, ENGLISH)).wrong == ()
    assert (found.digests, found.good, found.is_another) == (8, 8, False)
    other = held(leaflet, claims, ENGLISH.replace("two", "six"))
    assert [each.at for each in other.wrong] == ["p2.s0", "p2.s0"]
    assert (other.good, other.is_another) == (6, True)
    line = str(Mismatch("f", "leaflet", other))
    assert "\n" not in line
    assert line.startswith("file 'f' is not the text of leaflet (p2.s0: the sentence table has span [17, 59], ")
    assert ", and 1 more; 6 of 8 digests hold); expected what they were made of; nothing was attached: " in line


def test_a_digest_without_a_span_holds_of_no_text() -> None:
    known = read(LEAFLET).knowledge
    bare = [
        claim.model_copy(update={"source": claim.source.model_copy(update={"span": None})})
        for claim in known.claims.values()
    ]
    leaflet = known.sources["leaflet"].model_copy(update={"sentences": ()})
    found = held(leaflet, bare, ENGLISH)
    assert (found.digests, found.good, found.wrong, found.is_another) == (len(bare), 0, (), True)
    assert f"(0 of {len(bare)} digests hold)" in str(Mismatch("f", "leaflet", found))


def test_for_want_of_digests_the_figures_tell() -> None:
    known = read(LEAFLET).knowledge
    bare = [
        claim.model_copy(update={"source": claim.source.model_copy(update={"span": None, "digest": None})})
        for claim in known.claims.values()
    ]
    leaflet = known.sources["leaflet"].model_copy(update={"sentences": ()})
    assert not held(leaflet, bare, "The mill has 2 wheels.").is_another
    found = held(leaflet, bare, "Quite another story, of 19 sailors.")
    assert found.is_another
    assert f"(none of the {found.figures} figures that its claims state stands in it)" in str(
        Mismatch("f", "leaflet", found)
    )
    silent = held(leaflet, [], "Quite another story.")
    assert not silent.is_another, "nothing tells"
    assert sourceviews.held(silent).startswith("nothing tells whether it is its text")


# ------------------------------------------------------------------------------------------------ the commands


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "leaflet.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "other.txt").write_text(ENGLISH.replace("two", "six"), encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "gbk.txt").write_bytes(CHINESE.encode("gb18030"))
    (folder / "big.txt").write_bytes(b"A mill. " * 1_250_000)
    with Store.open(folder / "kb.sqlite") as store:
        off = without(LEAFLET, "valley").replace("two thing", "2.5 thing")
        store.add(read(off, ZEITUNG), "mill")
        store.mark(SHIPPED, updating.shipped())
    return folder


@pytest.fixture
def kb(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*words: str) -> Done:
        monkeypatch.chdir(home)
        monkeypatch.setattr(sys, "argv", ["kb", "--db", "kb.sqlite", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return Done(int(left.value.code or 0), printed.out, printed.err)

    return run


def test_verify_prints_a_line_for_each_problem_and_counts(kb: Run) -> None:
    done = kb("source", "verify", "leaflet", "leaflet.txt")
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["leaflet p2.s0", "leaflet p3.s0", "leaflet"]
    assert done.stdout.splitlines()[-1] == (
        "leaflet: 2 problems; 5 sentences: 3 covered, 1 saying nothing, 1 missing; "
        "2 figures: 1 claimed, 0 listed apart, 1 missing; 1 in names (M40 stone 1)"
    )
    told = json.loads(kb("source", "verify", "leaflet", "leaflet.txt", "--format", "json").stdout)
    assert (told["proven"], [each["code"] for each in told["problems"]]) == (False, ["figure", "sentence"])


def test_sentences_prints_the_table_that_is_stored(kb: Run, home: Path) -> None:
    printed = kb("source", "sentences", "leaflet", "leaflet.txt").stdout
    head, _, rest = LEAFLET.partition("    sentences:\n")
    pasted = head + printed + rest[rest.index("defaults:") :]
    assert read(pasted).knowledge.sources == read(LEAFLET).knowledge.sources
    assert [line for line in printed.splitlines() if line.endswith("# no claim")] == [
        line for line in printed.splitlines() if "p3.s0" in line
    ]


def test_coverage_and_the_list_of_sources(kb: Run) -> None:
    assert "p3.s0  no claim\n" in kb("source", "coverage", "leaflet").stdout
    assert "p0.s0  says nothing: heading" in kb("source", "coverage", "leaflet").stdout
    told = json.loads(kb("source", "coverage", "gazette", "--format", "json").stdout)
    assert told["sentences"][1]["claims"] == ["gazette:flour", "gazette:ratio"]
    listed = json.loads(kb("source", "--format", "json").stdout)
    assert [(each["id"], each["claims"], each["language"]) for each in listed] == [
        ("leaflet", "3", "en"),
        ("gazette", "3", "zh"),
    ]
    assert kb("source").stdout.startswith("leaflet  article")


def test_the_report_says_what_no_claim_captures(kb: Run) -> None:
    report = kb("report").stdout.partition("NOT CHECKED")[2]
    assert "leaflet: 1 of 5 sentences is in no claim (kb source coverage leaflet)" in report
    assert "leaflet: said to say nothing: p0.s0 (heading that only names its topic)" in report


def test_a_text_of_which_nothing_is_left_is_said_to_be_whole() -> None:
    known = read(LEAFLET).knowledge
    examination = examine_claims(known, list(known.claims.values()))
    told = list(unread(examination, known.sources))
    assert "leaflet: every sentence is in a claim or listed as saying nothing" in "".join(told)


def test_the_original_words_stand_beside_claims_while_a_text_is_attached(kb: Run) -> None:
    assert "in the source" not in kb("show", "wheels").stdout
    assert kb("source", "attach", "leaflet", "leaflet.txt").stderr.startswith("attached to leaflet: 169 characters, 8 ")
    try:
        shown = kb("show", "wheels").stdout
        assert 'in the source  "two wheels"' in shown
        assert '"The Linden mill was built with two wheels."' in shown
        assert "attached" in kb("source").stdout
        report = kb("report").stdout
        [finding] = re.findall(r"^ +explain +kb explain (single-value-\w+)$", report, re.MULTILINE)
        quoted = r'^  1  Paraphrased\.(?:.*\n)+?     in the source "about 1,250 kg a day"$'
        assert re.search(quoted, report, re.MULTILINE)
        assert 'in the source  "about 1,250 kg a day"' in kb("explain", finding).stdout
        foot = "Quotes the attached text of leaflet; leave the quotes out with --no-quotes."
        for form in ("html", "markdown"):
            page, bare = (kb("report", "--format", form, *more).stdout for more in ((), ("--no-quotes",)))
            assert ("1,250 kg a day" in page, foot in page.replace("\\", "")) == (True, True)
            assert ("1,250 kg a day" in bare, "Quotes the attached" in bare) == (False, False)
        assert "two wheels" not in kb("report", "--format", "json").stdout, "which may be handed on"
        found = kb("search", "built", "--format", "csv").stdout.splitlines()
        assert [line.partition(",")[0] for line in found] == ["id", "leaflet:wheels"]
        assert ",original," in found[1]
        assert b"\x00built\x00" not in Path("kb.sqlite").read_bytes(), "no index has it"
    finally:
        assert kb("source", "detach", "leaflet").stderr == "detached from leaflet\n"
    assert "in the source" not in kb("show", "wheels").stdout
    assert "Quotes the attached" not in kb("report", "--format", "markdown").stdout
    assert kb("source", "detach", "leaflet").stderr == "nothing was attached to leaflet\n"
    assert kb("search", "built").stdout == "nothing\n"


def test_another_text_is_attached_by_force(kb: Run) -> None:
    refused = kb("source", "attach", "leaflet", "other.txt")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert refused.stderr.endswith("see 'kb source verify leaflet other.txt', or say --force\n")
    assert kb("source", "detach", "leaflet").stderr == "nothing was attached to leaflet\n"
    forced = kb("source", "attach", "leaflet", "other.txt", "--force")
    assert forced.returncode == 0
    assert "attached to leaflet: 169 characters, 6 of 8 digests of it hold; " in forced.stderr
    assert kb("source", "detach", "leaflet").returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("attach", "leaflet", "other.txt"), 3, "kb: file 'other.txt' is not the text of leaflet (p2.s0: "),
        (("attach", "leaflet", "empty.txt"), 2, "kb: file 'empty.txt' is empty; "),
        (("verify", "gazette", "gbk.txt"), 2, "kb: file 'gbk.txt' is not UTF-8 (byte 2 cannot be read); "),
        (("verify", "leaflet", "big.txt"), 2, "kb: file 'big.txt' has 10,000,000 bytes; "),
        (("verify", "leaflet", "none.txt"), 2, "kb: no file 'none.txt' "),
        (("verify", "leaflets", "leaflet.txt"), 4, "kb: no source 'leaflets'; did you mean 'leaflet'?; expected one "),
        (("coverage", "nothing"), 4, "kb: no source 'nothing'; expected one that 'kb source' prints; correct it"),
        (("detach", "gazete"), 4, "kb: no source 'gazete'; did you mean 'gazette'?"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(kb: Run, words: tuple[str, ...], code: int, says: str) -> None:
    done = kb("source", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1
