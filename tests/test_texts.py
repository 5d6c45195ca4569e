"""Texts: where sentences begin and end, which characters are figures, and how words are quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.fractions import numeral
from kb.model import Locator, Value, ValueKind
from kb.texts import MOST_BYTES, Names, NotText, Originals, decoded, digest, figures, printed, quoted, same, sentences

NAMES = Names(["A100", "Osprey-4", "Osprey4", "ChatOsprey-4", "8x7B", "Three Sisters", "三号桥", "7"])


def parts(text: str) -> list[tuple[str, str]]:
    return [(each.at, text[slice(*each.span)]) for each in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一。二！三？四", [("p0.s0", "一。"), ("p0.s1", "二！"), ("p0.s2", "三？"), ("p0.s3", "四")]),
        ("It is 1.5 m. No! So?", [("p0.s0", "It is 1.5 m."), ("p0.s1", "No!"), ("p0.s2", "So?")]),
        ("\n\nA\n\nB.\n", [("p2.s0", "A"), ("p4.s0", "B.")]),
        ("  A.  B. \n", [("p0.s0", "A."), ("p0.s1", "B.")]),
        ("真的？！好。", [("p0.s0", "真的？！"), ("p0.s1", "好。")]),
        ("“好。”", [("p0.s0", "“好。”")]),
        ("Wait... what", [("p0.s0", "Wait..."), ("p0.s1", "what")]),
        ("See 3.Next", [("p0.s0", "See 3.Next")]),
        ("***\nA", [("p0.s0", "***"), ("p1.s0", "A")]),
        ("", []),
        (" \n ", []),
        ("A\u2028B\x0cC", [("p0.s0", "A\u2028B\x0cC")]),
    ],
)
def test_sentences(text: str, expected: list[tuple[str, str]]) -> None:
    assert parts(text) == expected


@given(st.text(alphabet="a。！.? \n7”", max_size=60))
def test_sentences_hold_every_word_once_and_in_order(text: str) -> None:
    found = sentences(text)
    inside = {place for each in found for place in range(*each.span)}
    assert sum(each.span[1] - each.span[0] for each in found) == len(inside)
    assert [each.span for each in found] == sorted(each.span for each in found)
    assert {place for place, character in enumerate(text) if not character.isspace()} <= inside
    for each in found:
        words = text[slice(*each.span)]
        assert words == words.strip()
        assert "\n" not in words
        assert each.digest == digest(words)
        assert each.place[0] == text.count("\n", 0, each.span[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25,000 machines at 32% to 36%", ["25,000", "32", "36"]),
        ("十倍以上，数百万本书，两个", ["十", "数百万", "两"]),
        ("三, 二十, 一亿二千万, 几十, 一半", ["三", "二十", "一亿二千万", "几十", "半"]),
        ("Three of twenty-two, dozens, half, twice", ["Three", "twenty-two", "dozens", "half", "twice"]),
        ("a million, A dozen, several thousand", ["a million", "A dozen", "several thousand"]),
        ("one of several, 一个, 几个, a few, 数据, 参数", []),
        ("often, attend, bone, 十分, 半导体", []),
        ("1 and 十分之一", ["1", "十分之一"]),
        ("3 1/2, ¾, two thirds of it, a third of it", ["3 1/2", "¾", "two thirds", "a third"]),
        ("24/7, 3/14, a third party, a fourth run", ["24", "7", "3", "14"]),
        ("3.6×10²⁴ and 10²⁴", ["3.6×10²⁴", "10²⁴"]),
        ("１，２３４ 台 and .5", ["１，２３４", ".5"]),
        ("8k, 2.5 万, 1\u202f750", ["8k", "2.5 万", "1\u202f750"]),
        ("v2 x86", ["2", "86"]),
        ("1" * 450, ["1" * 450]),
    ],
)
def test_figures(text: str, expected: list[str]) -> None:
    found = [text[each.start : each.end] for each in figures(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("15个A100运行", ["A100"], ["15"]),
        ("Ten A100s, not A1000 or A100x or BA100", ["A100"], ["Ten", "1000", "100", "100"]),
        ("osprey4 1750亿, ChatOsprey-4 与 Osprey-4", ["osprey4", "ChatOsprey-4", "Osprey-4"], ["1750亿"]),
        ("Osprey-4.5 and Osprey-4.", ["Osprey-4"], ["4.5"]),
        ("8x7B or 8x8B", ["8x7B"], ["8", "8B"]),
        ("the Three Sisters, three sisters, three", ["Three Sisters", "three sisters"], ["three"]),
        ("三号桥有三个", ["三号桥"], ["三"]),
        ("7 of 7", [], ["7", "7"]),
    ],
)
def test_names_with_figures_are_told_apart(text: str, names: list[str], left: list[str]) -> None:
    found = list(figures(text, NAMES))
    assert [each.name for each in found if each.name] == names
    assert [text[each.start : each.end] for each in found if not each.name] == left


def test_a_figure_is_the_same_in_another_script() -> None:
    assert same(numeral("两"), numeral("two"))
    assert same(numeral("8k"), numeral("8192"))
    assert same(numeral("dozens"), numeral("数十"))
    assert not same(numeral("数百万"), numeral("200万"))
    assert not same(numeral("12"), None)


def test_copies_that_differ_in_line_ends_and_byte_order_mark_are_one_text() -> None:
    text = "标题。\n\nTwo 2.\n"
    for copy in (text, "\ufeff" + text, text.replace("\n", "\r\n"), "\ufeff" + text.replace("\n", "\r")):
        assert decoded(copy.encode(), "x") == text


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "file 'x' is empty; expected the text of a source; name another file"),
        (b" \r\n", "file 'x' is empty; "),
        ("标题".encode("gb18030"), r"file 'x' is not UTF-8 \(byte 0 cannot be read\); expected text in UTF-8; convert"),
        (b"a" * 10_000_000, r"file 'x' has 10,000,000 bytes; expected a text of at most 4,000,000; "),
    ],
)
def test_what_is_no_text_is_told_in_one_line(raw: bytes, says: str) -> None:
    with pytest.raises(NotText, match=says) as caught:
        decoded(raw, "x")
    assert caught.value.exit_code == 2


def test_the_largest_text_is_read_whole() -> None:
    line = "The mill ground 1,250 kg in 三 days; nobody counted. "
    text = line * (MOST_BYTES // len(line.encode()))
    assert len(sentences(text)) == text.count(".")
    assert sum(1 for _ in figures(text[:200_000])) >= 2 * (200_000 // len(line))


# ------------------------------------------------------------------------------------------------ quoting

TEXT = "Title\nIt has 三 mills. It\tran\x1b[31m for 9 days.\n"


def place(words: str, **others: str) -> Locator:
    start = TEXT.index(words)
    return Locator(cite="note", at="p1.s0", span=(start, start + len(words)), digest=others.get("digest"))


def test_words_and_sentence_of_a_locator() -> None:
    originals = Originals({"note": TEXT}.get)
    mills = place("三 mills", digest=digest("三 mills"))
    assert (originals.words(mills), originals.sentence(mills)) == ('"三 mills"', '"It has 三 mills."')
    assert originals.sentence(place("Title")) == '"Title"'
    assert originals.sentence(place("mills. It")) == "", "a span that no sentence holds"


def test_words_that_are_not_the_cited_ones_are_not_shown() -> None:
    originals = Originals({"note": TEXT}.get)
    for other in (
        place("mills", digest="0" * 64),
        Locator(cite="else", at="p0", span=(0, 3)),
        Locator(cite="note", at="p0"),
    ):
        assert (originals.words(other), originals.sentence(other)) == ("", "")


def test_quoted_words_are_one_short_safe_line() -> None:
    assert quoted("It\tran\x1b[31m\n for \u202e9") == '"It ran\\x1b[31m for \\u202e9"'
    assert quoted("三四五六", 8) == '"三四…"'
    assert quoted("abcdef", 8) == '"abcdef"'
    assert quoted("abcdefg", 8) == '"abcde…"'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3.5万亿 param", "3.5万亿 param (3.5 trillion)"),
        ("about 1250万 USD", "about 1250万 USD (12.5 million)"),
        ("两 expert", "两 expert (2)"),
        ("90 to 100 day", "90 to 100 day"),
        ("1.8 trillion param", "1.8 trillion param"),
    ],
)
def test_a_figure_in_other_digits_gets_plain_ones_beside_it(text: str, told: str) -> None:
    assert printed(Value(kind=ValueKind.QUANTITY, text=text)) == told


def test_words_get_no_figures() -> None:
    assert printed(Value(kind=ValueKind.DATE, text="十月")) == "十月"
