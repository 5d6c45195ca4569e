"""The report for a terminal, worst first, each line redone with a pocket calculator, silence explained."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

import numpy as np

from kb.figures import times
from kb.marks import Relation
from kb.model import Claim, Finding, Severity, Status, Verdict
from kb.pipeline import LATER, Examination
from kb.reports import Heading
from kb.rowtable import NONE

LABEL = 14
MOST_STEPS = 14
MOST_HOLDS = 40
MOST_REASONS = 12
MOST_IMPLIED = 80
LEAST_POWER = 1.005  # below this a factor would print as 1
WHEN_READ = ("cycle", "duplicate", "malformed", "orphan", "unit")  # these look at files, before anything is stored
ANY = {Relation.EQUALS: "any difference", Relation.AT_MOST: "any excess", Relation.AT_LEAST: "any shortfall"}
ORDER = (
    Verdict.HOLDS,
    Verdict.ROUNDING,
    Verdict.OFF,
    Verdict.IMPOSSIBLE,
    Verdict.SUSPENDED,
    Verdict.UNDETERMINED,
    Verdict.NOT_NUMERIC,
)


def render(examination: Examination, heading: Heading) -> str:
    """The whole report as text, no wider than the heading says."""
    page = Page(examination, heading)
    return "\n".join(page.lines()) + "\n"


class Page:
    """One report being written."""

    def __init__(self, examination: Examination, heading: Heading) -> None:
        self.examination = examination
        self.heading = heading
        self.numbers = count(1)

    def lines(self) -> Iterator[str]:
        """Every line, top to bottom."""
        yield from self.head()
        yield from self.sections()
        yield from self.good_news()
        yield from self.implied()
        yield from self.not_checked()
        yield from self.accepted()

    def head(self) -> Iterator[str]:
        """What was examined, when, and the tally of verdicts."""
        ordinary = int((self.examination.columns.claims.standing == NONE).sum())
        works = {
            int(source)
            for source in self.examination.columns.claims.source[self.examination.columns.claims.standing == NONE]
        }
        origins = {self._origin(work) for work in works}
        parts = [
            "Claimcheck report",
            self.heading.title,
            f"{plural(ordinary, 'claim')}, {plural(len(works), 'source')} ({plural(len(origins), 'origin')})",
            f"checked {self.heading.date}",
            f"history {self.heading.history}",
        ]
        yield from self.fold(" · ".join(part for part in parts if part), "", "  ")
        yield ""
        tally = self.examination.tally
        yield from self.fold(
            "   ".join(f"{tally[verdict]} {words(verdict, tally[verdict])}" for verdict in ORDER if tally[verdict]),
            "  ",
            "  ",
        )
        yield ""

    def _origin(self, work: int) -> int:
        seen = {work}
        while self.examination.columns.retells[work] >= 0 and int(self.examination.columns.retells[work]) not in seen:
            work = int(self.examination.columns.retells[work])
            seen.add(work)
        return work

    # ------------------------------------------------------------------------------------------ findings

    def sections(self) -> Iterator[str]:
        """The findings, worst first, under headings that say what they are."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.examination.findings:
            if finding.status is Status.ACCEPTED:
                continue
            groups.setdefault(self.section(finding), []).append(finding)
        for name in sorted(groups, key=lambda n: self.rank(n, groups[n])):
            yield name
            short = name == "NOTES"
            for finding in groups[name]:
                yield from self.entry(finding, brief=short)
            yield ""

    def section(self, finding: Finding) -> str:
        """The heading under which a finding stands."""
        verdict = self.verdict(finding)
        if finding.severity is Severity.NOTE:
            return "NOTES"
        if verdict is Verdict.IMPOSSIBLE and finding.code in {"bound", "recompute"}:
            return "IMPOSSIBLE"
        if verdict is Verdict.OFF and finding.code == "recompute" and finding.factor:
            return f"OFF BY {times(max(finding.factor, 1 / finding.factor))}"
        return "CANNOT BE AS WRITTEN" if finding.severity is Severity.ERROR else "CONFLICTS"

    def verdict(self, finding: Finding) -> Verdict | None:
        """The verdict of the claim that a finding is first of all about."""
        if finding.code not in {"bound", "recompute"} or not finding.claims:
            return None
        number = self.examination.evidence.numbers.get(finding.claims[0])
        return self.examination.verdicts[number] if number is not None else None

    @staticmethod
    def rank(name: str, findings: list[Finding]) -> tuple[int, float]:
        """Impossible first, then by how far off, notes last."""
        order = {"IMPOSSIBLE": 0, "CANNOT BE AS WRITTEN": 1, "CONFLICTS": 3, "NOTES": 4}
        return order.get(name, 2), -max((f.factor or 0) for f in findings)

    def entry(self, finding: Finding, brief: bool) -> Iterator[str]:
        """One finding: statement and place, what is wrong, the arithmetic, what would fit, and at what cost."""
        finding, number = self.examination.explained(finding), next(self.numbers)
        claim = self.claim(finding.claims[0]) if finding.claims else None
        if claim is not None:
            place = f"{claim.source.at}   {claim.source.cite}, {claim.mode.value}"
            yield from self.fold_beside(f"{number:3}  {claim.statement}", place)
        else:
            yield from self.fold(f"{number:3}  {finding.place or ''}", "", "     ")
        yield from self.labelled("as written" if not brief else finding.code, finding.message)
        if finding.accepted:
            yield from self.labelled("stale", finding.accepted)
        if not brief or finding.severity > Severity.NOTE:
            yield from self.block("because", (step.text for step in finding.arithmetic[:MOST_STEPS]))
            yield from self.block("would fit", (f"{r.needed} {r.note}" for r in finding.resolutions))
            yield from self.block("assuming", finding.assumed)
        yield from self.block("mentioned", (e.text for e in finding.explanations))
        yield from self.block("follows", finding.consequences)
        yield from self.labelled("explain", f"kb explain {finding.id}")

    def claim(self, claim_id: str) -> Claim | None:
        """The claim of that id, if it has one that could be read."""
        number = self.examination.evidence.numbers.get(claim_id)
        return self.examination.evidence.claim(number) if number is not None else None

    # ------------------------------------------------------------------------------------------ good news

    def good_news(self) -> Iterator[str]:
        """What holds, against what, and how strong a check that was."""
        judged = self.examination.evidence.judged
        c = judged.comparisons
        best = [
            int(m)
            for m in judged.best
            if c.stretch[m] <= 1 and self._verdict_of(int(m)) in {Verdict.HOLDS, Verdict.ROUNDING}
        ]
        if not best:
            return
        yield "HOLDS"
        seen: set[tuple[int, str]] = set()
        shown = 0
        for member in sorted(best, key=lambda m: (float(c.power[m]), m)):
            text = self.holding(member)
            key = (int(c.output[member]), text.partition(";")[0])
            if key in seen or float(c.power[member]) > 10:
                continue
            seen.add(key)
            if shown < MOST_HOLDS:
                yield from self.fold(f"{next(self.numbers):3}  {text}", "", "     ")
            shown += 1
        if shown > MOST_HOLDS:
            yield f"     and {shown - MOST_HOLDS} more (kb list --verdict holds)"
        yield ""

    def _verdict_of(self, member: int) -> Verdict | None:
        judged = self.examination.evidence.judged
        claim = int(self.examination.evidence.table.claim[judged.comparisons.output[member]])
        return self.examination.verdicts[claim] if claim >= 0 else Verdict.HOLDS

    def holding(self, member: int) -> str:
        """One comparison that fits: what is stated, what is due, what slack it took, what error it would notice."""
        evidence = self.examination.evidence
        c = evidence.judged.comparisons
        lot, line = evidence.member(member)
        output = int(c.output[member])
        claim = int(evidence.table.claim[output])
        name = evidence.judged.bound.plans[lot.plan].derivation.name
        relation = evidence.judged.bound.plans[lot.plan].derivation.relation
        due = f"{relation.limit}{evidence.say(output, evidence.due(lot, line, 0.0))}"
        said = (
            f"{evidence.claim(claim).attribute} {evidence.quoted(claim)}"
            if claim >= 0
            else f"{evidence.named(output)}, {evidence.written(output)} by another route"
        )
        slack = f"; takes {100 * c.stretch[member]:.0f} % of the tolerance allowed" if c.stretch[member] > 0 else ""
        power = float(c.power[member])
        notices = f"a factor of {times(power)}" if power >= LEAST_POWER else ANY[relation]
        return f"{said}: {name} gives {due}{slack}; would notice {notices}"

    def implied(self) -> Iterator[str]:
        """Quantities that follow and that nobody states, in the readings that the numbers leave."""
        evidence = self.examination.evidence
        table = evidence.table
        rows = np.arange(table.stated, len(table))
        gone = {int(row) for breach in evidence.breaches for row in breach.rows}
        out = np.array(sorted(evidence.ruled_out), np.int64)
        left = (
            rows[~np.isin(table.past(rows), out).any(axis=1) & (table.attribute[rows] != NONE)] if len(rows) else rows
        )
        cells: dict[str, list[str]] = {}
        several = len(np.unique(table.world[left])) > 1
        for row in (int(r) for r in left[:MOST_IMPLIED] if int(r) not in gone):
            by = f" ({evidence.columns.source_ids[int(table.world[row])]})" if several else ""
            values = cells.setdefault(f"{evidence.cell(row)}{by}{self.norm(evidence.attribute_of(row).id)}", [])
            if (value := evidence.written(row)) not in values:
                values.append(value)
        if cells:
            yield "IMPLIED, STATED BY NOBODY"
        for cell, values in sorted(cells.items()):
            yield from self.fold(f"     {cell}: {' or '.join(values)}", "", "       ")
        if len(left) > MOST_IMPLIED:
            yield f"     and {len(left) - MOST_IMPLIED} more (kb report --format json lists all)"
        if cells:
            yield ""

    def norm(self, attribute: str) -> str:
        """A recommended value to set beside an implied one."""
        evidence = self.examination.evidence
        columns = evidence.columns
        number = evidence.vocabulary.attribute_order[attribute]
        mine = np.flatnonzero((columns.claims.attribute == number) & (columns.claims.standing == 3))
        return "".join(
            f" (for comparison: {evidence.claim(int(c)).value.text}, {evidence.claim(int(c)).source.cite})"
            for c in mine
        )

    def not_checked(self) -> Iterator[str]:
        """What was not checked, and why; never silent."""
        examination = self.examination
        numeric, reached = examination.numeric, examination.reached
        total = int(numeric.sum())
        share = (
            f"{int((numeric & reached).sum())} of {total} numeric claims are reached by some derivation"
            if total
            else "no claim is numeric"
        )
        yield "NOT CHECKED"
        yield from self.fold(
            f"     {share}; {examination.tally[Verdict.UNDETERMINED]} stay undetermined "
            "(kb list --verdict undetermined)",
            "",
            "       ",
        )
        reasons = Counter(each.reason for each in examination.unchecked)
        for each in examination.unchecked[:MOST_REASONS] if len(reasons) > MOST_REASONS else examination.unchecked:
            yield from self.fold(f"     {each.what}: {each.reason}", "", "       ")
        rest = len(examination.unchecked) - MOST_REASONS
        if len(reasons) > MOST_REASONS and rest > 0:
            yield f"     and {rest} more (kb report --format json lists all)"
        idle = [code for code, count in examination.examined.items() if not count and code not in WHEN_READ]
        if idle:
            yield from self.fold(f"     checks that found nothing to look at: {', '.join(idle)}", "", "       ")
        yield from self.fold(f"     checks that this version does not have: {'; '.join(LATER.values())}", "", "       ")

    def accepted(self) -> Iterator[str]:
        """Findings that somebody has accepted, and that are as they were then: one line each, with the reason."""
        found = [each for each in self.examination.findings if each.status is Status.ACCEPTED]
        if found:
            yield ""
            yield "ACCEPTED"
        for each in found:
            yield from self.fold(f"     {each.id}: {each.accepted}", "", "       ")

    # ------------------------------------------------------------------------------------------ layout

    def fold(self, text: str, first: str, rest: str) -> Iterator[str]:
        """Text in lines no wider than the page."""
        yield from textwrap.wrap(
            text,
            self.heading.width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]

    def fold_beside(self, text: str, place: str) -> Iterator[str]:
        """Text with its place at the right edge."""
        room = self.heading.width - len(place) - 2
        if room < 40:  # a narrow terminal: the place stands below
            yield from self.fold(text, "", "     ")
            yield from self.fold(place, "     ", "     ")
            return
        lines = textwrap.wrap(text, room, subsequent_indent="     ")
        yield f"{lines[0]:<{room}}  {place}"
        yield from lines[1:]

    def labelled(self, label: str, text: str) -> Iterator[str]:
        """A label and its text, folded beside it."""
        indent = " " * (5 + LABEL)
        yield from self.fold(text, f"     {label:<{LABEL}}", indent)

    def block(self, label: str, texts: Iterable[str]) -> Iterator[str]:
        """Several texts under one label."""
        for text in texts:
            yield from self.labelled(label, text)
            label = ""


def words(verdict: Verdict, number: int) -> str:
    """A verdict as the tally says it."""
    return (
        "hold"
        if verdict is Verdict.HOLDS and number != 1
        else verdict.value.replace("holds", "hold")
        if number != 1
        else verdict.value
    )


def plural(number: int, thing: str) -> str:
    """``1 claim``, ``2 claims``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
