"""The shipped corpora as users get them: applications, the verdict of each claim, what is not reached.

`golden/article.txt` was reviewed line by line with a pocket calculator; a line that changes is a decision, not noise.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from kb import corpus
from kb.applications import TOTAL
from kb.desk import examine_claims
from kb.model import Claim, Firmness, Mode, Role, ValueKind, Verdict
from kb.pipeline import Examination

GOLDEN = Path(__file__).parent / "golden" / "article.txt"
READINGS_SHOWN = 1  # of one comparison, the reading that fits best
LEAST_REACHED = 0.8
LEAST_CLAIMS = 120


@cache
def examined() -> Examination:
    read = corpus.read(corpus.shipped())
    assert read.errors == ()
    return examine_claims(read.knowledge, list(read.knowledge.claims.values()))


def lines() -> list[str]:
    """One line for each comparison and each implied value, then one for each verdict."""
    found = sorted({*comparisons(examined()), *implied(examined())})
    verdicts = [
        f"{examined().evidence.claim(number).id}: {verdict.value}"
        for number, verdict in enumerate(examined().verdicts)
        if examined().columns.claims.standing[number] < 0 and verdict is not Verdict.NOT_NUMERIC
    ]
    return [*found, "", *verdicts]


def comparisons(examination: Examination) -> list[str]:
    evidence, judged = examination.evidence, examination.evidence.judged
    found = []
    for member in judged.best:
        lot, line = evidence.member(int(member))
        name = judged.bound.plans[lot.plan].derivation.name
        output = int(judged.comparisons.output[member])
        said = evidence.claim(int(evidence.table.claim[output])).id if evidence.table.claim[output] >= 0 else "implied"
        fits = "fits" if judged.comparisons.stretch[member] <= 1 else "fails"
        inputs = ", ".join(sorted(evidence.claim(int(evidence.table.claim[r])).id for r in evidence.past(int(member))))
        due = evidence.say(output, evidence.due(lot, line, 0.0))
        found.append(f"{name}: {said} {fits}, due {due} [{evidence.cell(output)}] < {inputs}")
    return found


def implied(examination: Examination) -> list[str]:
    evidence = examination.evidence
    found = []
    for lot in evidence.judged.bound.made.lots:
        for line in range(len(lot)) if lot.implying and lot.plan != TOTAL else ():
            name = evidence.judged.bound.plans[lot.plan].derivation.name
            row = int(lot.result[line])
            how = "solves" if lot.solved >= 0 else "gives"
            found.append(f"{name} {how} {evidence.cell(row)} = {evidence.written(row)}")
    return found


def test_the_article_binds_and_is_judged_as_reviewed() -> None:
    assert "\n".join(lines()) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_most_numeric_claims_are_reached_and_the_others_say_why() -> None:
    columns, reached = examined().columns, examined().reached
    numeric = examined().numeric & (columns.claims.source == columns.source_ids.index(article()))
    assert (numeric & reached).sum() >= LEAST_REACHED * numeric.sum()
    silent = {each.what for each in examined().unchecked if each.reason}
    missed = [examined().evidence.claim(int(n)).id for n in (numeric & ~reached).nonzero()[0]]
    assert missed
    assert set(missed) <= silent


def told() -> list[Claim]:
    """The claims of the article, which is the corpus whose sentences are all listed."""
    return [
        claim for claim in corpus.read(corpus.shipped()).knowledge.claims.values() if claim.source.cite == article()
    ]


@cache
def article() -> str:
    [found] = [id_ for id_, source in corpus.read(corpus.shipped()).knowledge.sources.items() if source.sentences]
    return found


def test_every_claim_has_a_place_with_a_span_and_its_digest() -> None:
    assert len(told()) >= LEAST_CLAIMS
    for claim in told():
        assert claim.source.span is not None, claim.id
        assert claim.source.digest is not None, claim.id
        assert claim.source.at.startswith("p"), claim.id


def test_a_span_has_one_digest() -> None:
    digests = {claim.source.span: claim.source.digest for claim in told()}
    assert all(digests[claim.source.span] == claim.source.digest for claim in told())
    assert len(set(digests.values())) > LEAST_CLAIMS / 2


def test_spans_follow_the_sentences_that_they_are_in() -> None:
    """Sentence after sentence of the text, with no span of one reaching into another."""
    reach: dict[tuple[int, int], list[int]] = {}
    for claim in told():
        found = re.fullmatch(r"p(\d+)\.s(\d+)", claim.source.at)
        assert found, claim.id
        assert claim.id.partition(":")[2].startswith(f"p{found[1]}."), claim.id
        reach.setdefault((int(found[1]), int(found[2])), []).extend(claim.source.span or ())
    ends = [end for sentence in sorted(reach) for end in (min(reach[sentence]), max(reach[sentence]))]
    assert ends == sorted(ends)


def test_the_article_is_encoded_as_varied_as_it_is() -> None:
    claims = told()
    assert {claim.mode for claim in claims} == set(Mode)
    assert {claim.firmness for claim in claims} == set(Firmness)
    assert {claim.value.kind for claim in claims} == set(ValueKind)
    assert {rest.role for claim in claims for rest in claim.rests_on} >= {Role.PREMISE, Role.INPUT, Role.EVIDENCE}
    assert {len(claim.holders) for claim in claims} == {1, 2, 3}
    assert len({claim.holders for claim in claims}) > 5  # the digest, its authors, whom they quote, rumours
    assert {claim.holders[0] for claim in claims} == {claims[0].holders[0]}  # who publishes it
