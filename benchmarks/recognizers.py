"""`python -m benchmarks.recognizers FOLDER`: how many cases of Recognizers-Text the reader of running text passes.

The cases (Microsoft, MIT licence, `Specs/` of microsoft/Recognizers-Text) are no part of this project; those taken are
of numbers, percentages, ranges and currencies. A case passes if every figure expected in its text is found with its
value, and its currency, and if nothing is found where nothing is expected. What is no quantity of a leak by the rules
of this project is left out, each kind with its reason; everything else counts.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb import currencies
from kb.phrases import Phrase, phrases
from kb.texts import flat

Case = Mapping[str, Any]
CLOSE = 1e-9
LISTED = 40  # characters of a case that is listed

ELSEWHERE: Sequence[tuple[str, re.Pattern[str]]] = (  # why a case is none of quantities in a leak
    ("a power is a calculation, read as one (kb.calculations)", re.compile(r"[\d.]\^")),
    ("an address, or digits of a telephone", re.compile(r"https?:|phone number", re.IGNORECASE)),
    ("'over 3' is more than three, '2 out of 16' are two figures", re.compile(r"\bover\b|\bout of\b")),
    ("groups that can be read in two ways are refused", re.compile(r"\b40 000|\b1,3\b|\b\d\d,\d\d,\d\d|^1, 234")),
    ("a figure with a unit is a quantity here, whatever the unit", re.compile(r"\d(?:ml|km|m)\b")),
    ("a date or a place in an order is no quantity", re.compile(r"年.*月|第十|^\.\.\.")),
    (
        "denominators of several words",
        re.compile(r"twenty-firsts?$|(?:hundred|thousand|twenty)[\w -]* fifths?$|illionths$"),
    ),
    ("'percent of 10' names no percentage", re.compile(r"^per ?cent of", re.IGNORECASE)),
    ("fractions above one", re.compile(r"\b4 6/3|\b1 4/3")),
    ("digits that are spoken one by one", re.compile(r"-nought-")),
    ("a fraction that is not finished", re.compile(r"二分之。")),
)
MISSED: Sequence[tuple[str, re.Pattern[str]]] = (  # why a case that counts is not passed
    ("how it is said, not how it is written", re.compile("百三|千三|五十千|kuai|十几万多亿")),
    ("打, a dozen, is mostly a verb", re.compile("打")),
    ("a word or letters that mean other things as well", re.compile("10G|1.2b|2mil|dozs", re.IGNORECASE)),
    ("hundredths behind a currency need cents, or the end of the sentence", re.compile("15 usd 50")),
    ("a scale glued to a code, before the figure", re.compile("maud")),
    ("what is expected is that it is not read; it is read as what it says", re.compile("五百分之2.2|對折|两美刀")),
    ("spaces between digits could part two numbers", re.compile("七成 六|7 2 折|- 1 4/5")),
    ("a scale word without a number before it", re.compile("'hundred thousand")),
)
ONE = re.compile("(?:negative )?(?:一|one)", re.IGNORECASE)  # an article where it stands alone
BARE = "a bare one is an article"


@dataclass(slots=True)
class Tally:
    """What became of the cases of one file."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def meaningful(self) -> int:
        """The cases that count."""
        return self.passed + len(self.failed)


def judged(case: Case, kind: str) -> str:
    """Nothing if a case passes, else what was found instead."""
    text = flat(case["Input"])
    found = list(phrases(case["Input"]))
    wanted = [each for each in case["Results"] if (each.get("Resolution") or {}).get("value") not in (None, "null")]
    if not wanted:
        told = [each for each in found if kind != "CurrencyModel" or unit_of(each) in currencies.ALL]
        return f"found {[each.text for each in told]}" if told else ""
    for each in wanted:
        span = place(each, text)
        here = [one for one in found if one.start < span[1] and span[0] < one.end]
        if not any(means(one, each, kind) for one in here) and not between(here, each, kind):
            return f"{each['Text']!r} = {each['Resolution']['value']}: found {[one.value for one in here]}"
    return ""


def place(result: Case, text: str) -> tuple[int, int]:
    """Where a figure stands that is expected."""
    if "Start" in result:
        return result["Start"], result["End"] + 1
    start = max(text.lower().find(result["Text"].lower()), 0)
    return start, start + len(result["Text"])


def means(found: Phrase, result: Case, kind: str) -> bool:
    """Whether a figure that was found has the value and the unit that are expected."""
    resolution = result["Resolution"]
    ends = [(float(each.lo), float(each.hi)) for each in found.written.meanings]
    unit = unit_of(found)
    if kind == "NumberRangeModel":
        low, high = (float(end) if end else None for end in resolution["value"].strip("[]()").split(","))
        return any((low is None or near(lo, low)) and (high is None or near(hi, high)) for lo, hi in ends)
    wanted = resolution["value"]
    share = 0.01 if wanted.endswith("%") and unit != "%" else 1.0
    value = float(wanted.rstrip("%")) * share
    if kind == "CurrencyModel":
        code = resolution.get("isoCurrency", "")
        if code and unit != code:
            return False
    return any(near(lo, value) or near(hi, value) for lo, hi in ends)


def unit_of(found: Phrase) -> str:
    """The unit, without what it is told per."""
    return found.written.unit.partition("/")[0].strip()


def between(found: Sequence[Phrase], result: Case, kind: str) -> bool:
    """Whether the two ends of a range are found as two bounds: 大于10且小于20."""
    if kind != "NumberRangeModel" or len(found) != 2:
        return False
    low, high = (float(end) if end else math.nan for end in result["Resolution"]["value"].strip("[]()").split(","))
    (under, above) = (each.written.meanings[0] for each in found)
    return near(float(under.lo), low) and near(float(above.hi), high)


def near(one: float, other: float) -> bool:
    """Whether two numbers are the same but for the last digits."""
    return math.isclose(one, other, rel_tol=CLOSE)


def reason(case: Case) -> str:
    """Why a case does not count; nothing if it does."""
    if any(ONE.fullmatch(each["Text"].partition("-")[0]) for each in case["Results"]):
        return BARE
    return next((why for why, pattern in ELSEWHERE if pattern.search(flat(case["Input"]))), "")


def tallied(path: Path) -> Tally:
    """What becomes of the cases of a file."""
    made, kind = Tally(), path.stem.rpartition("_")[2]
    for case in json.loads(path.read_text(encoding="utf-8-sig")):
        instead = judged(case, kind)
        if not instead:
            made.passed += 1
        elif why := reason(case):
            made.left[why] += 1
        else:
            made.failed.append(f"{case['Input'][:LISTED]!r}: {instead}")
    return made


def page(tallies: Mapping[str, Tally]) -> Iterator[str]:
    """The shares in Markdown, then what was left out and what failed, each with its reason."""
    passed, count = (sum(getattr(each, name) for each in tallies.values()) for name in ("passed", "meaningful"))
    yield "# The reader of running text, by cases of others\n"
    yield "Written by `python -m benchmarks.recognizers FOLDER`. The cases are those of Microsoft's Recognizers-Text"
    yield "(MIT licence; `Specs/` of microsoft/Recognizers-Text) and no part of this project. One passes if every"
    yield "figure that is expected in its text is found with its value, and its currency."
    yield f"{passed} of {count} that count pass ({passed / count:.1%}).\n"
    yield "| cases | all | left out | count | passed |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, each in tallies.items():
        left = each.left.total()
        share = each.passed / each.meaningful if each.meaningful else 1.0
        yield f"| {name} | {left + each.meaningful} | {left} | {each.meaningful} | {each.passed} ({share:.1%}) |"
    yield "\nLeft out, because they are no quantities of a leak by the rules of this project:\n"
    total: Counter[str] = sum((each.left for each in tallies.values()), Counter())
    yield from (f"- {number}: {why}" for why, number in total.most_common())
    yield "\nNot passed:\n"
    for each in tallies.values():
        yield from (f"- {line} ({because(line)})" for line in each.failed)


def because(line: str) -> str:
    """Why a case is not passed."""
    return next((why for why, pattern in MISSED if pattern.search(line)), "to be looked into")


def main(words: list[str] | None = None) -> None:
    """Judge every file of a folder."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.recognizers", description=__doc__)
    made.add_argument("folder", type=Path, help="a folder of cases, *.json")
    folder = made.parse_args(words).folder
    print("\n".join(page({path.stem: tallied(path) for path in sorted(folder.glob("*.json"))})))


if __name__ == "__main__":
    main()
