"""Findings that somebody has accepted: what an acceptance pins, and whether that is still as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from pydantic import ValidationError

from kb.errors import KbError, did_you_mean, mistyped
from kb.knowledge import Corpus, Knowledge, New
from kb.model import Acceptance, Claim, Finding, Pin, Status
from kb.pipeline import Examination

WORDS = {"reason": "--reason", "by": "--by"}


class Unacceptable(KbError):
    """A reason or a name that cannot be kept."""

    exit_code = 2

    def __init__(self, option: str, text: str) -> None:
        super().__init__(f"{option} {text[:60]!r}; expected one line of 1 to 500 characters; write another")


class NotAccepted(KbError):
    """A finding that nobody has accepted, or whose acceptance was revoked."""

    exit_code = 4

    def __init__(self, finding: str, known: Mapping[str, Acceptance]) -> None:
        accepted = [id_ for id_, each in known.items() if each.revoked is None]
        super().__init__(
            f"no accepted finding {finding!r}{did_you_mean(finding, mistyped(finding, accepted))}; "
            "expected one that 'kb accept --list' prints; correct it"
        )


def digest(claim: Claim) -> str:
    """A digest of what a claim says of what; its words, place and holders may change without another one."""
    said = {
        "subject": claim.subject,
        "attribute": claim.attribute,
        "scope": dict(sorted(claim.scope.items())),
        "value": claim.value.model_dump(mode="json", exclude_defaults=True),
        "than": claim.than,
    }
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def acceptance(examination: Examination, finding: Finding, reason: str, by: str | None, day: str) -> Acceptance:
    """That a finding is accepted, with its claims as they are; raises Unacceptable."""
    claims = claims_of(examination, finding)
    try:
        return Acceptance(
            id=finding.id,
            code=finding.code,
            reason=reason,
            by=by,
            at=day,
            claims=tuple(Pin(claim=id_, digest=digest(claim)) for id_, claim in claims.items()),
        )
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise Unacceptable(WORDS[field], reason if field == "reason" else str(by)) from None


def revoked(known: Mapping[str, Acceptance], finding: str, day: str) -> Acceptance:
    """The acceptance of a finding, revoked; raises NotAccepted."""
    if finding not in known or known[finding].revoked is not None:
        raise NotAccepted(finding, known)
    return known[finding].model_copy(update={"revoked": day})


def as_corpus(made: Acceptance) -> Corpus:
    """One acceptance as what the store takes."""
    return Corpus(Knowledge(acceptances={made.id: made}), New(acceptances=(made.id,)))


def judged(examination: Examination, known: Mapping[str, Acceptance]) -> Examination:
    """The same, each finding with what has been done about it."""
    if not any(each.revoked is None for each in known.values()):
        return examination

    def told(finding: Finding) -> Finding:
        made = known.get(finding.id)
        return finding if made is None or made.revoked is not None else with_status(examination, finding, made)

    ran = examination.ran
    origins = {id_: tuple(map(told, under)) for id_, under in ran.origins.items()}
    return replace(examination, ran=replace(ran, findings=tuple(map(told, ran.findings)), origins=origins))


def with_status(examination: Examination, finding: Finding, made: Acceptance) -> Finding:
    """A finding that was accepted: it is still, or stale when some claim says something else by now."""
    claims, pins = claims_of(examination, finding), {pin.claim: pin.digest for pin in made.claims}
    changed = [id_ for id_ in (*pins, *claims) if id_ not in claims or pins.get(id_) != digest(claims[id_])]
    told = told_of(made) + (f", but {changed[0]} has changed since" if changed else "")
    return finding.model_copy(update={"status": Status.STALE if changed else Status.ACCEPTED, "accepted": told})


def told_of(made: Acceptance) -> str:
    """When, by whom and why a finding was accepted."""
    by = f" by {made.by}" if made.by else ""
    return f"accepted on {made.at}{by} because {made.reason}"


def claims_of(examination: Examination, finding: Finding) -> dict[str, Claim]:
    """The claims that a finding is about, by id."""
    numbers = examination.evidence.numbers
    return {id_: examination.evidence.claim(numbers[id_]) for id_ in finding.claims if id_ in numbers}


def listed(known: Mapping[str, Acceptance], examination: Examination) -> list[dict[str, str]]:
    """One record for each acceptance: what has become of it, when, by whom, why."""
    status = {finding.id: finding.status.value for finding in examination.findings}
    return [
        {
            "id": each.id,
            "status": "revoked" if each.revoked else status.get(each.id, "no longer found"),
            "at": each.at,
            "by": each.by or "",
            "reason": each.reason,
        }
        for each in known.values()
    ]
