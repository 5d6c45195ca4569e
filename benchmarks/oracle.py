"""`python -m benchmarks.oracle`: the joint engine and z3 on the same random claims: who accuses what, and how fast."""

from __future__ import annotations

import argparse
import statistics
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.page import WIDTH
from kb.joint.clashes import Clash
from kb.joint.part import Part
from tests.oracle import Seen, accusations, can_be_true, seen
from tests.random_parts import SLIGHTLY, STYLES, WRONG, part_of, with_error

COUNT = 10_000
SIZES = range(4, 13)  # numbers of a part
LARGE = range(13, 41)  # of those that z3 is not asked about
FIRST = 1_000_000  # seeds from here on: none that a test has looked at
TOLD = 500  # parts between two lines on how far it is


@dataclass
class Blame:
    """How often the claim that was made wrong is the one that is to be corrected."""

    accused: int = 0  # parts in which a conflict was found
    among: int = 0  # of those: it is one of the cheapest corrections
    alone: int = 0  # and there is no other
    routes: int = 0  # parts in which two conflicts share nothing but what is wrong
    decided: int = 0  # of those: it is the only cheapest correction

    def note(self, clash: Clash, culprit: int, routes: bool) -> None:
        """Counts the first clash of a part."""
        least = clash.least
        sets = () if least is None else least.ways
        alone = sets == (frozenset({culprit}),)
        self.accused += 1
        self.among += {culprit} in sets
        self.alone += alone
        self.routes += routes
        self.decided += routes and alone


@dataclass
class Measured:
    """What was seen of the parts of one style."""

    style: str
    fine: list[Seen] = field(default_factory=list)
    wrong: list[Seen] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)  # seeds of parts that z3 alone says cannot be true
    blame: Blame = field(default_factory=Blame)
    large: Blame = field(default_factory=Blame)


def parts(style: str, count: int, sizes: range) -> Iterator[tuple[int, Part, Random]]:
    """So many parts with a claim or more, each with its seed and the rest of its chances."""
    for seed in range(FIRST, FIRST + count):
        dice = Random(seed)
        part = part_of(dice, sizes[seed % len(sizes)], STYLES[style])
        if part.claims:
            yield seed, part, dice


def measure(style: str, count: int) -> Measured:
    """Asks both engines about parts in which all is true, and about parts in which one claim is not."""
    made = Measured(style)
    for number, (_, part, _) in enumerate(parts(style, count, SIZES)):
        tell(style, "consistent", number)
        made.fine.append(seen(part))
    for number, (seed, part, dice) in enumerate(parts(style, count, SIZES)):
        tell(style, "with an error", number)
        culprit = with_error(part, dice, (*WRONG, *SLIGHTLY))
        made.wrong.append(found := seen(part))
        if found.possible is False and not found.clashes:
            made.missed.append(seed)
        if found.clashes:
            rest = beside(part, found.clashes[0], culprit)
            made.blame.note(found.clashes[0], culprit, can_be_true(part, rest) is False)
    for number, (_, part, dice) in enumerate(parts(style, count // 10, LARGE)):
        tell(style, "large", number)
        culprit = with_error(part, dice, (*WRONG, *SLIGHTLY))
        if clashes := accusations(part):
            made.large.note(clashes[0], culprit, not part.possible(beside(part, clashes[0], culprit)))
    return made


def beside(part: Part, clash: Clash, culprit: int) -> frozenset[int]:
    """All claims but those that the culprit clashes with: if it clashes once more, two routes tell against it."""
    return frozenset(part.claims) - (set(clash.claims) - {culprit})


def tell(style: str, what: str, number: int) -> None:
    """Says how far it is."""
    if number % TOLD == 0:
        print(f"{style}, {what}: {number:,}", file=sys.stderr)


def heading(count: int) -> str:
    """What was measured."""
    small, large = f"{SIZES.start} to {SIZES.stop - 1}", f"{LARGE.start} to {LARGE.stop - 1}"
    text = (
        f"Written by `python -m benchmarks.oracle --count {count} --write docs/oracle.md`: {count:,} random parts of "
        f"each style, of {small} numbers (those without a claim are left out), once as they are, so that all can be "
        "true, and once with one claim made wrong. z3 knows real numbers and nothing of how our engines look for "
        f"conflicts; where it gives up, nothing is counted. Of a tenth as many parts, of {large} numbers, the blame "
        "alone is counted. The culprit is the claim that was made wrong; two routes are two conflicts that share "
        "nothing else."
    )
    return f"# The joint engine beside z3\n\n{textwrap.fill(text, WIDTH)}\n"


def lost(measured: list[Measured]) -> Iterator[str]:
    """The seeds of the parts of which z3 alone says that they cannot be true."""
    for each in measured:
        if each.missed:
            yield f"\nMissed, {each.style}: seeds {', '.join(map(str, each.missed))}\n"


def page(measured: list[Measured]) -> str:
    """A Markdown table with a column for each style."""
    heads = ["", *(each.style for each in measured)]
    lines = [heads, ["---", *("--:" for _ in measured)]]
    for name, figure in ROWS.items():
        lines.append([name, *(figure(each) for each in measured)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def share(some: int, every: int) -> str:
    """A share as a percentage, with what it is a share of."""
    return f"{100 * some / every:.2f} % of {every:,}" if every else "-"


def missed(made: Measured) -> str:
    """How much of what z3 says cannot be true was found."""
    wrong = [each for each in made.wrong if each.possible is False]
    return share(sum(bool(each.clashes) for each in wrong), len(wrong))


def times(found: list[Seen]) -> str:
    """Median milliseconds of the engine and of z3, and how many times longer z3 took."""
    if not found:
        return "-"
    engine, z3 = (statistics.median(times) * 1e3 for times in zip(*((s.engine, s.z3) for s in found), strict=True))
    return f"{engine:.2f}, {z3:.1f} ms: {z3 / engine:.0f}"


ROWS: dict[str, Callable[[Measured], str]] = {
    "consistent parts": lambda m: f"{len(m.fine):,}",
    "- accused (must be 0)": lambda m: str(sum(bool(each.clashes) for each in m.fine)),
    "- z3 contradicts (must be 0)": lambda m: str(sum(each.possible is False for each in m.fine)),
    "- z3 gave up": lambda m: str(sum(each.possible is None for each in m.fine)),
    "- engine, z3 (medians): ratio": lambda m: times(m.fine),
    "parts with an error": lambda m: f"{len(m.wrong):,}",
    "- conflicts": lambda m: f"{sum(len(each.clashes) for each in m.wrong):,}",
    "- that z3 satisfies (must be 0)": lambda m: str(sum(len(each.satisfied) for each in m.wrong)),
    "- of which z3 cannot tell": lambda m: str(sum(each.unknown for each in m.wrong)),
    "- impossible for z3: found (aim 99.5 %)": missed,
    "- z3 gave up on": lambda m: str(sum(each.possible is None for each in m.wrong)),
    "- engine, z3 (medians): ratio ": lambda m: times([each for each in m.wrong if each.clashes]),
    "blame: among the cheapest corrections (aim 100 %)": lambda m: share(m.blame.among, m.blame.accused),
    "- the only one": lambda m: share(m.blame.alone, m.blame.accused),
    "- the only one, of two routes": lambda m: share(m.blame.decided, m.blame.routes),
    "blame in large parts: among the cheapest": lambda m: share(m.large.among, m.large.accused),
    "- the only one ": lambda m: share(m.large.alone, m.large.accused),
    "- the only one, of two routes ": lambda m: share(m.large.decided, m.large.routes),
}


def main(words: list[str] | None = None) -> None:
    """Measure what the options say, print the table, and which parts were missed."""
    options = parser().parse_args(words)
    measured = [measure(style, options.count) for style in options.styles]
    text = f"{heading(options.count)}\n{page(measured)}\n{''.join(lost(measured))}"
    if options.write is None:
        print(text)
    else:
        options.write.write_text(text, encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.oracle", description=__doc__)
    made.add_argument("--count", type=int, default=COUNT, metavar="N", help=f"parts of each kind ({COUNT:,})")
    made.add_argument("--write", type=Path, metavar="FILE", help="write the page there instead of printing it")
    made.add_argument("--styles", nargs="+", default=list(STYLES), choices=list(STYLES), help="how parts are made")
    return made


if __name__ == "__main__":
    main()
