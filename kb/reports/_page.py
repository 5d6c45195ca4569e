"""What a report says, in its order and words, before any form is given to it: every form prints the same page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from kb.arithmetic import steps
from kb.assumptions import listed
from kb.bearing import bearings, why
from kb.figures import times
from kb.marks import Relation
from kb.model import Bar, Certainty, Claim, Finding, Severity, Status, Verdict
from kb.pipeline import Examination
from kb.reports import MOST_LEFT, Heading, counted
from kb.reports._implied import lines as implied_lines
from kb.reports._words import Glossary, Work, legend, works
from kb.sidebyside import agreement_lines
from kb.sideeffects import in_words
from kb.unread import unread

MOST_CELLS = 90  # of words that are quoted
MOST_STEPS = 14
MOST_HOLDS, MOST_AGREEING = 40, 12
MOST_REASONS = 12
MOST_FIRST = 3  # claims to verify first
MOST_TITLES = 2  # of sources, as the title of a report
LEAST_POWER = 1.005  # below this a factor would print as 1
WHEN_READ = ("cycle", "duplicate", "malformed", "orphan", "unit")  # these look at files, before anything is stored
ANY = {Relation.EQUALS: "any difference", Relation.AT_MOST: "any excess", Relation.AT_LEAST: "any shortfall"}
ORDER = (
    Verdict.HOLDS,
    Verdict.ROUNDING,
    Verdict.OFF,
    Verdict.IMPOSSIBLE,
    Verdict.JOINT,
    Verdict.SUSPENDED,
    Verdict.UNDETERMINED,
    Verdict.NOT_NUMERIC,
)
SLIP = ", A UNIT SLIP (asserted)"
TOGETHER = "CANNOT ALL BE TRUE"
OF_OTHERS = "FOUND OF OTHERS, WITH A PART OF THESE"  # what a limited report's tally does not count
SOUND = {Verdict.HOLDS, Verdict.ROUNDING}


@dataclass(frozen=True, slots=True)
class Block:
    """Some texts under one label."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a section tells: a finding, what holds, what is implied, what was not checked."""

    text: str
    number: int | None = None
    place: str = ""
    blocks: tuple[Block, ...] = ()
    finding: str = ""  # its id
    bars: tuple[Bar, ...] = ()  # intervals on one axis


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report."""

    head: tuple[str, ...]  # what it is, of what, how much, when, on which history
    tally: tuple[tuple[Verdict, int], ...]
    sections: tuple[Section, ...]
    works: tuple[Work, ...]  # that it is about
    legend: tuple[tuple[str, str], ...]  # verdicts with what they mean
    glossary: Glossary
    quoted: tuple[str, ...]  # sources of whose attached texts it prints words

    def foot(self, heading: Heading) -> Iterator[str]:
        """What it can be made again from, and whose words it passes on with it."""
        yield from heading.foot()
        if self.quoted:
            yield f"Quotes the attached text of {listed(self.quoted)}; leave the quotes out with --no-quotes."

    @property
    def title(self) -> str:
        """What it is about: the titles of its sources if these are few."""
        titles = " · ".join(work.title for work in self.works)
        return titles if self.works and len(self.works) <= MOST_TITLES else "".join(self.head[1:2])

    @property
    def meta(self) -> tuple[str, ...]:
        """What it is and when, without what its title says."""
        return tuple(part for part in self.head if part != self.title)

    @property
    def words(self) -> Mapping[str, str]:
        """The ids that it uses, with what they mean."""
        entries = [entry for section in self.sections for entry in section.entries]
        texts = (text for entry in entries for block in entry.blocks for text in block.texts)
        return self.glossary.used([*(entry.text for entry in entries), *texts])


def page(examination: Examination, heading: Heading) -> Page:
    """What a report of an examination says, worst first."""
    return Writer(examination, heading).page()


class Writer:
    """One report being written."""

    def __init__(self, examination: Examination, heading: Heading) -> None:
        self.examination = examination
        self.heading = heading
        self.numbers = count(1)
        self.quoted: dict[str, None] = {}
        self.mine = examination.only  # the claims that the report is limited to

    def page(self) -> Page:
        """All of it."""
        tally = self.examination.tally
        told = [
            *self.findings(),
            self.holding(),
            self.agreeing(),
            self.implied(),
            self.not_checked(),
            self.accepted(),
            self.first(),
        ]
        return Page(
            head=tuple(self.head()),
            tally=tuple((verdict, tally[verdict]) for verdict in ORDER if tally[verdict]),
            sections=tuple(section for section in told if section.entries),
            works=works(self.examination, self.heading.sources),
            legend=legend(tally),
            glossary=Glossary(self.examination.evidence),
            quoted=tuple(self.quoted),
        )

    def head(self) -> Iterator[str]:
        """What was examined, and when."""
        claims, retells = self.examination.columns.claims, self.examination.columns.retells
        ordinary = self.examination.ordinary
        works = set(claims.source[ordinary].tolist())
        origins = {origin(work, retells.tolist()) for work in works}
        yield "Claimcheck report"
        yield from [self.heading.title] if self.heading.title else []
        yield from [str(self.heading.limit)] if self.heading.limit else []
        if works or self.mine is None:
            of = f"{counted(len(works), 'source')} ({counted(len(origins), 'origin')})"
            yield f"{counted(int(ordinary.sum()), 'claim')}, {of}"
        else:
            taken = counted(int((self.mine & ~ordinary).sum()), "reference")
            yield f"no claim that is judged, {taken} taken for granted"
        yield f"checked {self.heading.date}"
        yield f"history {self.heading.history}"

    # ------------------------------------------------------------------------------------------ findings

    def findings(self) -> list[Section]:
        """The findings, worst first, under headings that say what they are."""
        groups: dict[str, list[Finding]] = {}
        for finding in (each for each in self.examination.findings if each.status is not Status.ACCEPTED):
            groups.setdefault(self.title(finding), []).append(finding)
        return [
            Section(title, tuple(self.entry(finding, brief=title == "NOTES") for finding in groups[title]))
            for title in sorted(groups, key=lambda title: rank(title, groups[title]))
        ]

    def title(self, finding: Finding) -> str:
        """The heading under which a finding stands."""
        verdict = self.verdict(finding)
        if finding.severity is Severity.NOTE:
            return "NOTES"
        if verdict is not None and self.is_of_others(finding):
            return OF_OTHERS
        if finding.code == "joint":
            return TOGETHER
        if verdict is Verdict.IMPOSSIBLE:
            return "IMPOSSIBLE"
        off = verdict is Verdict.OFF and finding.code in {"recompute", "calculation"}
        if off and math.isfinite(factor := asserted_slip(finding) or finding.factor or math.inf):
            return f"OFF BY {times(max(factor, 1 / factor))}{SLIP if asserted_slip(finding) else ''}"
        return "CANNOT BE AS WRITTEN" if finding.severity is Severity.ERROR else "CONFLICTS"

    def verdict(self, finding: Finding) -> Verdict | None:
        """The verdict of the claim that a finding is first of all about."""
        if finding.code not in {"bound", "recompute", "calculation"} or not finding.claims:
            return None
        number = self.examination.evidence.numbers.get(finding.claims[0])
        return self.examination.verdicts[number] if number is not None else None

    def is_of_others(self, finding: Finding) -> bool:
        """Whether a finding gives its verdict to a claim beyond the limit, which the tally does not count."""
        number = self.examination.evidence.numbers.get(finding.claims[0])
        return self.mine is not None and number is not None and not self.mine[number]

    def entry(self, finding: Finding, *, brief: bool) -> Entry:
        """One finding: statement and place, what is wrong, the arithmetic, what would fit, and at what cost."""
        finding, number = self.examination.explained(finding), next(self.numbers)
        claim = self.claim(finding.claims[0]) if finding.claims else None
        words = self.heading.originals.words(claim.source, MOST_CELLS) if claim is not None else ""
        if words and claim is not None:
            self.quoted[claim.source.cite] = None
        blocks = [Block(finding.code if brief else "as written", (finding.message,))]
        blocks += [Block("said by", (asserted(claim),))] if claim is not None else []
        blocks += [Block("in the source", (words,))] if words else []
        blocks += [Block("stale", (finding.accepted,))] if finding.accepted else []
        if not brief:
            blocks += [
                Block("because", tuple(step.text for step in finding.arithmetic[:MOST_STEPS])),
                Block("would fit", tuple(in_words(finding.resolutions))),
                Block("assuming", finding.assumed),
            ]
        blocks += [
            *(Block(how.value, tuple(e.text for e in finding.explanations if e.certainty is how)) for how in Certainty),
            Block("follows", finding.consequences),
            Block("explain", (f"kb explain {finding.id}",)),
        ]
        return Entry(
            text=claim.statement if claim is not None else finding.place or "",
            number=number,
            place=f"{claim.source.at}   {claim.source.cite}" if claim is not None else "",
            blocks=tuple(block for block in blocks if block.texts),
            finding=finding.id,
            bars=finding.bars,
        )

    def claim(self, claim_id: str) -> Claim | None:
        """The claim of that id, if it has one that could be read."""
        number = self.examination.evidence.numbers.get(claim_id)
        return self.examination.evidence.claim(number) if number is not None else None

    # ------------------------------------------------------------------------------------------ good news

    def holding(self) -> Section:
        """What holds, against what, and how strong a check that was."""
        judged = self.examination.evidence.judged
        c = judged.comparisons
        best = [int(m) for m in judged.best if c.stretch[m] <= 1 and self.verdict_of(int(m)) in SOUND]
        best = [member for member in best if self.concerns(self.examination.evidence.behind(member))]
        seen, options = set[tuple[int, str]](), self.heading.limit.options
        entries: list[Entry] = []
        for member in sorted(best, key=lambda m: (float(c.power[m]), m)):
            said, notices = self.held(member)
            key = int(c.output[member]), said  # the error that would show does not count
            if key in seen or float(c.power[member]) > 10:
                continue
            seen.add(key)
            if len(entries) < MOST_HOLDS:
                entries.append(self.checked(member, f"{said}; {notices}"))
        for claim, text in self.worked_out():
            seen.add((claim, text))
            if len(entries) < MOST_HOLDS:
                entries.append(Entry(text, next(self.numbers)))
        if len(seen) > MOST_HOLDS:
            entries.append(Entry(f"and {len(seen) - MOST_HOLDS} more (kb list --verdict holds{options})"))
        return Section("HOLDS", tuple(entries))

    def worked_out(self) -> Iterator[tuple[int, str]]:
        """The calculations that sources print and that give what they say, and the claims that one of them gives."""
        evidence = self.examination.evidence
        worked, ordinary = evidence.worked, self.examination.ordinary
        alone = [claim for claim, again in worked.redone.items() if again.stretch <= 1]
        fits = {claim: (claim,) for claim in alone} | {
            c: one.bases for c, one in worked.drawn.items() if one.stretch <= 1
        }
        mine = [claim for claim in fits if ordinary[claim] and self.examination.verdicts[claim] in SOUND]
        evidence.fetch({each for claim in mine for each in (claim, *fits[claim])})
        for claim in mine:
            sums = (f"{worked.words[base]} = {evidence.claim(base).value.text}" for base in fits[claim])
            what = f"{evidence.claim(claim).attribute} {evidence.quoted(claim)}"
            yield claim, f"{what}: the calculation that is printed for it gives it, {'; '.join(sums)}"

    def checked(self, member: int, text: str) -> Entry:
        """One comparison that fits, with its arithmetic."""
        evidence = self.examination.evidence
        because = tuple(step.text for step in steps(evidence, *evidence.member(member))[:MOST_STEPS])
        notes = int(evidence.judged.comparisons.notes[member])
        blocks = [Block("because", because)]
        if assumed := evidence.assumed(notes, evidence.past(member)):
            blocks.append(Block("assuming", ("; ".join(assumed),)))  # it holds only as far as these do
        return Entry(text, next(self.numbers), blocks=tuple(blocks), bars=evidence.bars(member))

    def concerns(self, rows: Iterable[int]) -> bool:
        """Whether some stated rows are of a judged claim that the report is about: inputs hold with their output."""
        claims, ordinary = self.examination.evidence.columns.rows.claim, self.examination.ordinary
        return self.mine is None or any(ordinary[claims[row]] for row in rows)

    def verdict_of(self, member: int) -> Verdict:
        """The verdict of what a comparison is about; two values that nobody states hold if they agree."""
        judged = self.examination.evidence.judged
        claim = int(self.examination.evidence.table.claim[judged.comparisons.output[member]])
        return self.examination.verdicts[claim] if claim >= 0 else Verdict.HOLDS

    def held(self, member: int) -> tuple[str, str]:
        """One comparison that fits: what is stated, what is due, what slack it took; what error it would notice."""
        evidence = self.examination.evidence
        c = evidence.judged.comparisons
        lot, line = evidence.member(member)
        output = int(c.output[member])
        claim = int(evidence.table.claim[output])
        derivation = evidence.judged.bound.plans[lot.plan].derivation
        due = f"{derivation.relation.limit}{evidence.say(output, evidence.due(lot, line, 0.0))}"
        said = (
            f"{evidence.claim(claim).attribute} {evidence.quoted(claim)}"
            if claim >= 0
            else f"{evidence.named(output)}, {evidence.written(output)} by another route"
        )
        slack = f", using {100 * c.stretch[member]:.0f} % of the rounding allowed" if c.stretch[member] > 0 else ""
        power = float(c.power[member])
        notices = (
            f"an error by a factor of {times(power)} or more" if power >= LEAST_POWER else ANY[derivation.relation]
        )
        return f"{said}: {derivation.name} gives {due}{slack}", f"{notices} would show{self.entailed(claim)}"

    def entailed(self, claim: int) -> str:
        """That all else pins a claim inside of what it states, if it does."""
        evidence = self.examination.evidence
        if claim < 0 or len(self.examination.verdicts) > MOST_LEFT:
            return ""
        left = evidence.left(claim)
        if left is None or not left.entailed:
            return ""
        return f"; entailed: all else leaves {evidence.say(left.row, left.interval)}"

    def agreeing(self) -> Section:
        """What independent sources agree on."""
        found = list(agreement_lines(self.examination, self.mine))
        more = [f"and {len(found) - MOST_AGREEING} more"] if len(found) > MOST_AGREEING else []
        return Section("INDEPENDENT SOURCES AGREE", tuple(Entry(text) for text in (*found[:MOST_AGREEING], *more)))

    def implied(self) -> Section:
        """Quantities that follow and that nobody states, with what one must believe."""
        return Section("IMPLIED, STATED BY NOBODY", tuple(Entry(text) for text in implied_lines(self.examination)))

    # ------------------------------------------------------------------------------------------ not checked

    def not_checked(self) -> Section:
        """What was not checked, and why; never silent."""
        return Section("NOT CHECKED", tuple(Entry(text) for text in self.unchecked()))

    def accepted(self) -> Section:
        """Findings that somebody has accepted, and that are as they were then: one line each, with the reason."""
        found = [each for each in self.examination.findings if each.status is Status.ACCEPTED]
        return Section("ACCEPTED", tuple(Entry(f"{each.id}: {each.accepted}") for each in found))

    def first(self) -> Section:
        """What to verify first, and why."""
        evidence = self.examination.evidence
        found = bearings(self.examination, MOST_FIRST)
        evidence.fetch(each.claim for each in found)
        said = ((evidence.claim(each.claim), why(each)) for each in found)
        told = (
            f"{claim.statement.rstrip('.')} ({claim.source.cite} {claim.source.at}): {because}"
            for claim, because in said
        )
        return Section("VERIFY FIRST", tuple(Entry(f"{place}. {text}") for place, text in enumerate(told, 1)))

    def unchecked(self) -> Iterator[str]:
        """How much was reached, what stays open and why, which checks had nothing to look at."""
        examination = self.examination
        numeric, reached = examination.numeric, examination.reached
        total = int(numeric.sum())
        share = (
            f"{int((numeric & reached).sum())} of {total} numeric claims are reached by some derivation"
            if total
            else "no claim is numeric"
        )
        listed = f"kb list --verdict undetermined{self.heading.limit.options}"
        yield f"{share}; {examination.tally[Verdict.UNDETERMINED]} stay undetermined ({listed})"
        if self.mine is not None and (taken := int((self.mine & ~examination.ordinary).sum())):
            used = int((self.mine & ~examination.ordinary & examination.reached).sum())
            yield f"references are not judged: {used} of {taken} are taken up by some derivation"
        reasons = Counter(each.reason for each in examination.unchecked)
        few = len(reasons) <= MOST_REASONS
        for each in examination.unchecked if few else examination.unchecked[:MOST_REASONS]:
            yield f"{each.what}: {each.reason}"
        rest = len(examination.unchecked) - MOST_REASONS
        if not few and rest > 0:
            yield f"and {rest} more (kb report --format json lists all)"
        yield from unread(examination, self.heading.sources)
        idle = [code for code, count in examination.examined.items() if not count and code not in WHEN_READ]
        if idle:
            yield f"checks that found nothing to look at: {', '.join(idle)}"


def asserted_slip(finding: Finding) -> float | None:
    """The factor of a unit slip that is asserted."""
    sure = (each for each in finding.explanations if each.code == "slip" and each.certainty is Certainty.ASSERTED)
    return next((each.factor for each in sure), None)


def asserted(claim: Claim) -> str:
    """Who asserts a claim, how, and who passes that on: ``Ann, an estimate; told by Bo, retold by The News``."""
    *others, holder = claim.holders
    told = ", re".join(f"told by {other}" for other in reversed(others))
    article = "an" if claim.mode.value[0] in "aeiou" else "a"
    return f"{holder}, {article} {claim.mode.value}{f'; {told}' if told else ''}"


def origin(work: int, retells: list[int]) -> int:
    """The work that another retells, and so on to the first."""
    seen = {work}
    while retells[work] >= 0 and retells[work] not in seen:
        work = retells[work]
        seen.add(work)
    return work


def rank(title: str, findings: Iterable[Finding]) -> tuple[int, float]:
    """Impossible first, then by how far off, notes last."""
    order = {"IMPOSSIBLE": 0, "CANNOT BE AS WRITTEN": 1, TOGETHER: 1, "CONFLICTS": 3, OF_OTHERS: 4, "NOTES": 5}
    return order.get(title, 2), -max((f.factor or 0) for f in findings)


def words(verdict: Verdict, number: int) -> str:
    """A verdict as the tally says it."""
    return verdict.value if number == 1 else verdict.value.replace("holds", "hold")
