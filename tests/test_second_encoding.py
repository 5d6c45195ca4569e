"""A second encoding of ten paragraphs of the shipped text, made from the vocabulary and the text alone.

Whoever made it had not seen the shipped claims. The wording, the ids, and how statements were split differ; what is
found in them must not.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kb import corpus
from kb.desk import examine_claims
from kb.knowledge import Knowledge
from kb.model import Claim, Severity, Verdict
from kb.pipeline import Examination

FILE = Path(__file__).parent / "second_encoding" / "claims.yaml"
FIRST, SECOND = "gpt4-digest", "second-encoding"
PARAGRAPHS = {2, 3, 4, 7, 8, 9, 16, 19, 22, 27}
COMPARED = (Verdict.HOLDS, Verdict.ROUNDING, Verdict.OFF, Verdict.IMPOSSIBLE)
MOST_ALIKE = 10
Told = tuple[str, Severity, frozenset[str]]  # the check, how grave it is, and the sentences that it is about


@cache
def knowledge() -> Knowledge:
    shipped = corpus.read(corpus.shipped())
    read = corpus.read([FILE], shipped.knowledge)
    assert (*shipped.errors, *read.errors) == ()
    return read.knowledge


@cache
def encoded(source: str) -> tuple[Claim, ...]:
    """The claims of one encoding about the ten paragraphs."""
    return tuple(c for c in knowledge().claims.values() if c.source.cite == source and _paragraph(c) in PARAGRAPHS)


def _paragraph(claim: Claim) -> int:
    return int(claim.source.at.split(".")[0].removeprefix("p"))


@cache
def examined(source: str) -> Examination:
    references = [claim for claim in knowledge().claims.values() if claim.standing is not None]
    return examine_claims(knowledge(), [*references, *encoded(source)])


def told(source: str) -> set[Told]:
    at = {claim.id: claim.source.at for claim in encoded(source)}
    found = examined(source).findings
    return {(each.code, each.severity, frozenset(at[claim] for claim in each.claims)) for each in found}


def test_both_encodings_give_the_same_findings() -> None:
    assert told(SECOND) == told(FIRST)
    assert {code for code, _, _ in told(FIRST)} >= {"bound", "recompute", "direction", "opposites", "readings"}


def test_both_encodings_give_the_figures_the_same_verdicts() -> None:
    assert verdicts(SECOND) == verdicts(FIRST)


def verdicts(source: str) -> dict[Verdict, list[str]]:
    """The sentences whose claims have each verdict, once for each claim."""
    of = examined(source)
    claims = [(verdict, of.evidence.claim(number)) for number, verdict in enumerate(of.verdicts)]
    return {
        wanted: sorted(c.source.at for verdict, c in claims if verdict is wanted and c.standing is None)
        for wanted in COMPARED
    }


def test_the_encodings_are_two() -> None:
    first, second = ({claim.id for claim in encoded(source)} for source in (FIRST, SECOND))
    words = [{claim.statement for claim in encoded(source)} for source in (FIRST, SECOND)]
    assert first.isdisjoint(second)
    assert len(words[0] & words[1]) < len(words[1]) / MOST_ALIKE  # short ones can be put in one way only
    assert len(second) == sum(claim.source.cite == SECOND for claim in knowledge().claims.values())


def test_every_claim_stands_in_the_sentence_that_it_names() -> None:
    """The spans of both encodings are of one text, whose sentences the shipped file lists."""
    spans = {sentence.at: sentence.span for sentence in knowledge().sources[FIRST].sentences}
    assert {_paragraph(claim) for claim in encoded(SECOND)} == PARAGRAPHS
    for claim in encoded(SECOND):
        start, end = spans[claim.source.at]
        assert claim.source.span is not None
        assert start <= claim.source.span[0] < claim.source.span[1] <= end
        assert claim.source.digest is not None
