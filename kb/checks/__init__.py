"""Checks: one question a file, one function each, found by looking; one that crashes is named, the rest go on."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kb.checks._passed_on import Accused, line, passed_on
from kb.evidence import Case, Evidence, Looked, Why
from kb.model import Explanation, Finding, Severity, Step
from kb.watching import Watch, unwatched

Check = Callable[[Evidence], Iterable[Case | Looked]]


@cache
def discovered() -> dict[str, Check]:
    """Every check by its code, which is the name of its file."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if getattr(function, "check", False) and function.__module__ == loaded.__name__:
                found[name.replace("_", "-")] = function
    return found


Company = dict[int, list[tuple[str, Case]]]  # what explains or follows from the accusation of each claim


def sentence(check: Check) -> str:
    """What a check's finding means, in one sentence."""
    return (inspect.getdoc(check) or "").partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Ran:
    """What running all checks gave."""

    findings: tuple[Finding, ...]
    crashed: tuple[str, ...]
    examined: dict[str, int]  # how many things each check looked at
    why: Mapping[str, Callable[[], Why]]  # by the finding's id: what it rests on, for whoever asks
    origins: Mapping[str, tuple[Finding, ...]]  # by the finding's id: those that it stands for, of what it retells

    def explained(self, finding: Finding) -> Finding:
        """The finding with its arithmetic, with what would make it fit, and with what it takes for granted."""
        try:
            why = self.why[finding.id]()
        except Exception as error:  # a broken rule must not keep a report from being written
            text = f"this could not be worked out: {type(error).__name__}: {error}"
            why = Why(arithmetic=[Step(text=text)], by_intervals=text if finding.severity is Severity.ERROR else "")
        names = "arithmetic", "resolutions", "assumed", "bars", "proof"
        told = {name: tuple(getattr(why, name)) for name in names}
        proven = {"certificate": why.certificate, "by_intervals": why.by_intervals}
        return finding.model_copy(update={**told, **proven})


def run(evidence: Evidence, watch: Watch = unwatched) -> Ran:
    """Run every check; fold explanations and consequences under the findings they belong to."""
    cases: list[tuple[str, Case]] = []
    crashed: list[str] = []
    examined: dict[str, int] = {}
    for code, check in watch(sorted(discovered().items()), "running checks"):
        try:
            found = list(check(evidence))
        except Exception as error:  # a broken rule must not hide what the others found
            crashed.append(f"{code}: {type(error).__name__}: {error}")
            continue
        cases += [(code, case) for case in found if isinstance(case, Case)]
        examined[code] = sum(case.count for case in found if isinstance(case, Looked))
    why: dict[str, Callable[[], Why]] = {}
    origins: dict[str, tuple[Finding, ...]] = {}
    findings = tuple(_folded(evidence, cases, why, origins))
    return Ran(findings, tuple(crashed), examined, why, origins)


def finding_id(code: str, claims: Iterable[str]) -> str:
    """An id made of the code and the claims alone, so that it outlives a changed value."""
    text = "\n".join([code, *sorted(claims)])
    return f"{code}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _folded(
    evidence: Evidence,
    cases: list[tuple[str, Case]],
    why: dict[str, Callable[[], Why]],
    origins: dict[str, tuple[Finding, ...]],
) -> Iterator[Finding]:
    """One event, one finding: explanations, consequences and origins stand under what they belong to, worst first."""
    evidence.name(number for _, case in cases for number in case.claims)
    own = [(code, case) for code, case in cases if not case.explains and case.cause is None]
    accused = {case.accused for _, case in own if case.accused is not None}
    company, elsewhere = _company(cases), passed_on(evidence, own)
    told = _told_again(elsewhere, company)
    findings: dict[str, Finding] = {}
    under: dict[Accused, Finding] = {}
    for code, case in own:
        made = _finding(evidence, code, case)
        if case.accused is not None:
            made = _with_company(evidence, made, company.get(case.accused, []))
            if (code, case.accused) in elsewhere:
                under[code, case.accused] = made
                why[made.id] = case.why
                continue
        if findings.setdefault(made.id, made) is made:
            why[made.id] = case.why
    for code, case in own:
        if case.accused is not None and (passed := told.get((code, case.accused))):
            id_ = _finding(evidence, code, case).id
            findings[id_] = _with_origins(evidence, findings[id_], passed)
            origins[id_] = tuple(under[code, claim] for claim in passed)
    for code, case in cases:
        target = case.cause if case.cause is not None else case.accused
        if (case.explains or case.cause is not None) and target not in accused:
            made = _finding(evidence, code, case)
            if findings.setdefault(made.id, made) is made:  # what it belongs to was not reported: it stands for itself
                why[made.id] = case.why
    yield from sorted(findings.values(), key=lambda f: (-f.severity, -(abs_log(f.factor)), f.code, f.claims))


def abs_log(factor: float | None) -> float:
    """How far from 1 a factor is, either way."""
    return max(factor, 1 / factor) if factor else 0.0


def _company(cases: list[tuple[str, Case]]) -> Company:
    """What explains or follows from the accusation of each claim, in order."""
    company: Company = {}
    for code, case in cases:
        target = case.accused if case.explains else case.cause
        if target is not None:
            company.setdefault(target, []).append((code, case))
    return company


def _told_again(elsewhere: Mapping[Accused, list[int]], company: Company) -> dict[Accused, list[int]]:
    """The claims whose failure stands under that of another; what follows from them goes there too."""
    found: dict[Accused, list[int]] = {}
    for (code, claim), heads in elsewhere.items():
        for head in heads:
            found.setdefault((code, head), []).append(claim)
            company.setdefault(head, []).extend(each for each in company.get(claim, []) if not each[1].explains)
    return found


def _with_origins(evidence: Evidence, made: Finding, origins: list[int]) -> Finding:
    """The finding with the claims that it passes on; its id is that of the retelling alone."""
    evidence.fetch(origins)
    claims = (*made.claims, *(each for claim in origins if (each := evidence.id_of(claim)) not in made.claims))
    lines = (line(evidence, claim) for claim in origins)
    return made.model_copy(update={"claims": claims, "consequences": (*made.consequences, *lines)})


def _with_company(evidence: Evidence, made: Finding, company: list[tuple[str, Case]]) -> Finding:
    if not company:
        return made
    reasons = [_reason(evidence, code, case) for code, case in company if case.explains]
    follows = [f"{_names(evidence, case)}: {case.message}" for _, case in company if not case.explains]
    return made.model_copy(
        update={"explanations": (*made.explanations, *reasons), "consequences": tuple(dict.fromkeys(follows))}
    )


def _reason(evidence: Evidence, code: str, case: Case) -> Explanation:
    claims = tuple(evidence.id_of(claim) for claim in case.claims)
    return Explanation(code=code, certainty=case.certainty, text=case.message, claims=claims, factor=case.factor)


def _names(evidence: Evidence, case: Case) -> str:
    return evidence.id_of(case.accused if case.accused is not None else case.claims[0])


def _finding(evidence: Evidence, code: str, case: Case) -> Finding:
    claims = (*(evidence.id_of(number) for number in case.claims), *case.names)
    return Finding(
        id=finding_id(code, claims or [case.place or case.message]),
        code=code,
        severity=case.severity,
        claims=claims,
        message=case.message,
        factor=case.factor,
        explanations=tuple(case.explanations),
        place=case.place,
    )
