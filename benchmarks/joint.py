"""`python -m benchmarks.joint`: how fast claims are examined together, in many small parts and in ever larger ones.

Parts are random: numbers that are tied by products and sums, each stated by a claim that is right within its rounding;
then one claim of every tenth part is made wrong. z3 is asked about some of the same parts.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, TypeVar, cast

import numpy as np

from benchmarks.bases import generate
from benchmarks.measure import Measured
from benchmarks.page import WIDTH, seconds, table
from kb.desk import examine_claims
from kb.joint.clashes import Clash, in_part
from kb.joint.contraction import box, contracted
from kb.joint.engines import Engines
from kb.joint.linear import GAP, GaveUp, Program
from kb.joint.loops import looped
from kb.joint.network import LIMIT, Block, Network
from kb.joint.part import Part
from kb.joint.rows import Product, Sum, Template
from kb.rowtable import NONE
from tests.oracle import can_be_true
from tests.random_parts import STYLES, WRONG, part_of, with_error

CLAIMS = 100_000
SIZE = 30  # numbers of a part
INCONSISTENT = 10  # one part of so many has an error
RUNS = 5
SIZES = (10, 30, 100, 300, 1000)
EACH = 12  # parts of a size, half of them with an error
EDITS = 300
ASKED = 60  # parts that z3 is asked about, of each kind
STYLE = STYLES["usual"]
FIRST = 5_000_000  # seeds from here on

Result = TypeVar("Result")
Shape = tuple[Any, ...]


def parts(count: int, size: int, every: int) -> list[Part]:
    """So many parts; one of every so many has an error."""
    made = []
    for number in range(count):
        dice = Random(FIRST + size * 1_000_000 + number)
        part = part_of(dice, size, STYLE)
        if number % every == 0:
            with_error(part, dice, WRONG)
        made.append(part)
    return made


def together(made: Sequence[Part]) -> Network:
    """All parts as one network: laws of one shape are one block, as those of one derivation are."""
    starts = np.cumsum([0, *(len(part.variables) for part in made)])
    count = int(starts[-1])
    low, high, below, above = np.full(count, -LIMIT), np.full(count, LIMIT), np.zeros(count), np.zeros(count)
    shapes: dict[Shape, list[list[int]]] = {}
    for part, start in zip(made, starts.tolist(), strict=False):
        for law in part.laws:
            shape, variables = shaped(law)
            shapes.setdefault(shape, []).append([start + each for each in variables])
        for each in part.statements:
            place = start + each.variable
            low[place], high[place], below[place], above[place] = each.low, each.high, each.below, each.above
    blocks = [
        Block(template(shape), np.array(lines), 0, np.arange(len(lines)))
        for shape, lines in sorted(shapes.items(), key=str)
    ]
    nothing = np.full(count, NONE)
    bounds = low, high, below, above, nothing, np.full(count, -LIMIT), np.full(count, LIMIT), nothing
    return Network(cast(Any, None), blocks, nothing, *bounds, {})


def shaped(law: Product | Sum) -> tuple[Shape, tuple[int, ...]]:
    """What a law is but for its variables, and these."""
    if isinstance(law, Sum):
        return (), (law.whole, law.left, law.right)
    powers = sorted(law.powers, key=lambda pair: (pair[1], pair[0]))
    return (law.constant, *(power for _, power in powers)), tuple(variable for variable, _ in powers)


def template(shape: Shape) -> Template:
    """The rows of a law of that shape."""
    if not shape:
        return Template(3, 0, (), (Sum(0, 1, 2),))
    constant, *powers = shape
    return Template(len(powers), 0, (Product(tuple(enumerate(powers)), constant),), ())


# ------------------------------------------------------------------------------------------------ many parts


def many(claims: int, runs: int) -> Measured:
    """Contraction of all, the linear program on what passes it and has loops, and all about what does not fit."""
    found = Measured(SIZE, {})
    made = parts(round(claims / SIZE / STYLE.stated), SIZE, INCONSISTENT)
    found.counts["claims"] = sum(len(part.claims) for part in made)
    found.counts["parts"] = len(made)
    for _ in range(runs):
        net = together(made)
        starts = np.cumsum([0, *(len(part.variables) for part in made)])
        _, dead = found.take("contraction", lambda: contracted(net, box(net)))  # noqa: B023  # called at once
        loops = found.take("loops", lambda: looped(net))  # noqa: B023
        label = net.component
        of = np.repeat(np.arange(len(made)), np.diff(starts))
        killed = set(of[dead].tolist())
        with_loops = set(of[np.isin(label, loops)].tolist())
        passed = sorted(with_loops - killed)
        unfit = found.take("linear program", lambda: [n for n in passed if apart(made[n])])  # noqa: B023
        wrong = sorted(killed | set(unfit))
        clashes = found.take("corrections", lambda: [clash for n in wrong for clash in explained(made[n])])  # noqa: B023
        found.counts |= {"dead": len(killed), "passed": len(passed), "unfit": len(unfit), "clashes": len(clashes)}
    return found


def apart(part: Part) -> bool:
    """Whether the linear program finds something against a part that contraction has nothing against."""
    low, high = part.box()
    laws = part.tied(low, high)
    if not part.contract(low, high, laws):
        return True
    try:
        return Program(part, laws, low, high).apart(low, high).least > GAP
    except GaveUp:
        return False


def explained(part: Part) -> Iterator[Clash]:
    """The clashes of a part, with proofs, stretches and the fewest claims that have to be wrong."""
    for clash in in_part(cast(Network, None), Engines(part)):
        assert clash.least is not None
        yield clash


# ------------------------------------------------------------------------------------------------ growth, and z3


def grown(size: int) -> Measured:
    """The work on single parts of a size."""
    found = Measured(SIZE, {})
    for part in parts(EACH, size, 2):
        engines = Engines(part)
        fits = found.take("contraction", part.possible)
        if fits:
            found.take("linear program", lambda: apart(part))  # noqa: B023
        if not engines.possible():
            found.take("corrections", lambda: list(explained(part)))  # noqa: B023
    return found


def beside_z3(errors: bool) -> Measured:
    """Both engines on the same parts of the usual size: whether all can be true."""
    found = Measured(SIZE, {})
    for part in parts(ASKED * (1 if errors else 2), SIZE, 1 if errors else ASKED * 4):
        found.take("ours", Engines(part).possible)
        answer = found.take("z3", lambda: can_be_true(part))  # noqa: B023
        found.counts["gave up"] = found.counts.get("gave up", 0) + (answer is None)
    return found


# ------------------------------------------------------------------------------------------------ one edit


def edits(size: int) -> list[float]:
    """Seconds of each edit of a knowledge base in memory: one figure changed, what rests on it checked again.

    What fails then and what fits, alone and in the part of the network around it.
    """
    known = generate(size).corpus.knowledge
    evidence = examine_claims(known, list(known.claims.values())).evidence
    rows = evidence.columns.rows
    compared = {*evidence.judged.comparisons.past.ravel().tolist()} - {NONE}
    able = [
        row for row in sorted(compared) if rows.lo[row] > 0 and evidence.columns.claims.standing[rows.claim[row]] < 0
    ]
    dice, taken = Random(FIRST), []
    for number in range(EDITS + 1):
        claim = int(rows.claim[dice.choice(able)])
        by = math.log(dice.choice(WRONG))
        start = perf_counter()
        evidence.moving.by(dict.fromkeys(evidence.rows_of(claim), by))
        part = evidence.rest.around(claim) if evidence.rest is not None else None
        if part is not None:
            Engines(part.shifted({claim}, by)).possible()
        if number:  # the first one makes the indices
            taken.append(perf_counter() - start)
    return taken


# ------------------------------------------------------------------------------------------------ the page


def page(claims: int, runs: int) -> str:
    """The whole page, in Markdown."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    tell(f"{claims:,} claims in parts of {SIZE}, {runs} runs")
    whole = many(claims, runs)
    return "\n".join([heading(whole, runs), first(whole), fourth(claims), second(), third()])


def heading(whole: Measured, runs: int) -> str:
    """What was measured, and on what."""
    text = (
        f"Written by `python -m benchmarks.joint --write docs/joint.md`: one core, Python {platform.python_version()}, "
        f"numpy {np.__version__}; medians of {runs} runs. Parts are random: products and sums of two earlier numbers, "
        f"{STYLE.stated:.0%} of the numbers stated, each within its rounding; one claim of every "
        f"{INCONSISTENT}th part is wrong by a factor of {min(WRONG):g} to {max(WRONG):g}. "
        f"{whole.counts['claims']:,} claims in {whole.counts['parts']:,} parts of {SIZE} numbers."
    )
    return f"# Claims examined together: how fast\n\n{textwrap.fill(text, WIDTH)}\n"


def first(whole: Measured) -> str:
    """Everything, part by part of the work."""
    c = whole.counts
    rows = [
        ["contraction of all (aim 0.5)", seconds(whole.median("contraction"))],
        ["which parts have loops", seconds(whole.median("loops"))],
        [
            f"linear program on the {c['passed']:,} parts that pass and have loops",
            seconds(whole.median("linear program")),
        ],
        [
            f"conflicts, proofs, stretches, corrections of the {c['dead'] + c['unfit']:,} others",
            seconds(whole.median("corrections")),
        ],
        ["everything (aim 15)", seconds(sum(map(whole.median, whole.seconds)))],
    ]
    text = (
        f"Contraction finds something against {c['dead']:,} parts, the linear program against {c['unfit']:,} more; "
        f"{c['clashes']:,} clashes are proven, each with its cheapest correction."
    )
    return f"{table(['seconds', ''], rows)}\n{textwrap.fill(text, WIDTH)}\n"


def fourth(claims: int) -> str:
    """One edit of knowledge bases of several sizes."""
    sizes = [claims // 100, claims // 10, claims]
    measured = []
    for size in sizes:
        tell(f"edits of {size:,} claims")
        measured.append(sorted(edits(size)))
    rows = [
        ["median (aim 5)", *(f"{1e3 * statistics.median(each):.2f}" for each in measured)],
        ["of 100, the slowest but one", *(f"{1e3 * each[len(each) * 98 // 100]:.2f}" for each in measured)],
    ]
    text = (
        f"{EDITS} claims of a generated knowledge base, as in `docs/benchmarks.md`, changed in memory by a factor: "
        "the comparisons and bounds that rest on it are evaluated again, and the part of the network around it is "
        "examined. Binding stays. Findings are not written anew."
    )
    head = ["milliseconds an edit", *(f"{size:,}" for size in sizes)]
    return f"## One edit\n\n{table(head, rows)}\n{textwrap.fill(text, WIDTH)}\n"


def second() -> str:
    """How the work grows with the size of a part."""
    made = {}
    for size in SIZES:
        tell(f"parts of {size}")
        made[size] = grown(size)
    rows = []
    for name in ("contraction", "linear program", "corrections"):
        figures = [each.median(name) * 1e3 if name in each.seconds else math.nan for each in made.values()]
        growth = math.log(figures[-1] / figures[-2]) / math.log(SIZES[-1] / SIZES[-2])
        rows.append([name, *(f"{figure:.3g}" for figure in figures), f"{growth:.2f}"])
    head = ["milliseconds a part", *(f"{size:,}" for size in SIZES), "growth"]
    text = "Growth is the exponent between the two largest sizes: 1 is linear. Half of the parts have an error."
    return f"## One part, by its size\n\n{table(head, rows)}\n{text}\n"


def third() -> str:
    """z3 beside it."""
    rows = []
    for errors, name in ((False, "consistent"), (True, "with an error")):
        tell(f"z3, {name}")
        found = beside_z3(errors)
        ours, other = found.median("ours") * 1e3, found.median("z3") * 1e3
        count = len(found.seconds["z3"])
        rows.append(
            [name, f"{count}", f"{ours:.3g}", f"{other:.3g}", f"{other / ours:.0f}", str(found.counts["gave up"])]
        )
    head = [f"parts of {SIZE}", "asked", "ours, ms", "z3, ms", "z3 / ours", "z3 gave up"]
    return f"## Beside z3\n\nThe question whether all can be true, of the same parts.\n\n{table(head, rows)}"


def tell(what: str) -> None:
    """Says how far it is."""
    print(what, file=sys.stderr)


def main(words: list[str] | None = None) -> None:
    """Measure what the options say; the page goes to standard output, or into a file."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.joint", description=__doc__)
    made.add_argument("--claims", type=int, default=CLAIMS, metavar="N", help=f"claims in all ({CLAIMS:,})")
    made.add_argument("--runs", type=int, default=RUNS, metavar="N", help=f"runs, of which the median counts ({RUNS})")
    made.add_argument("--write", type=Path, metavar="FILE", help="write the page there instead of printing it")
    options = made.parse_args(words)
    text = page(options.claims, options.runs)
    if options.write is None:
        print(text)
    else:
        options.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
