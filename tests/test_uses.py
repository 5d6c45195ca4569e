"""What a claim is used in, as `kb show` tells it: alike calculations in one line, and what stands behind a verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from kb import corpus, views
from kb.desk import examine_claims
from kb.model import Verdict
from kb.pipeline import Examination
from kb.uses import uses

SOUND = {Verdict.HOLDS, Verdict.ROUNDING}
ALDER = """
sources: [{id: alder-leak, kind: article, title: Notes on Alder, by: [A newsletter]}]
entities:
  - {id: Alder, kind: model}
  - {id: Quartz, kind: chip}
  - {id: Quartz S, kind: chip, links: {within: Quartz}}
  - {id: Quartz L, kind: chip, links: {within: Quartz}}
defaults: {cite: alder-leak, holders: [A newsletter]}
claims:
  - {id: size, statement: S., subject: Alder, attribute: parameters.total, value: 60 billion param, source: {at: p1}}
  - {id: chip, statement: S., subject: Alder/training, attribute: run.on, value: Quartz, source: {at: p2}}
  - {id: small, statement: S., subject: Quartz S, attribute: chip.memory, value: 40 GB/device, source: {at: p2}}
  - {id: large, statement: S., subject: Quartz L, attribute: chip.memory, value: 40 GB/device, source: {at: p3}}
  - {id: devices, statement: S., subject: Alder/training, attribute: run.devices, value: 12 device, source: {at: p3}}
"""


@cache
def shipped() -> Examination:
    known = corpus.read(corpus.shipped()).knowledge
    return examine_claims(known, list(known.claims.values()))


def alder() -> Examination:
    read = corpus.read([("leak.yaml", ALDER.encode())], corpus.read(corpus.shipped()).knowledge)
    references = [claim for claim in read.knowledge.claims.values() if claim.standing is not None]
    return examine_claims(read.knowledge, [*references, *(read.knowledge.claims[id_] for id_ in read.new.claims)], read)


def number_of(found: Examination, name: str) -> int:
    ids = views.claim_ids(found)
    return ids.index(views.claim_named(ids, name))


@pytest.mark.parametrize("examination", [shipped, alder])
def test_no_two_lines_are_alike_and_every_sound_verdict_shows_what_fits(examination: Callable[[], Examination]) -> None:
    found = examination()
    sound = 0
    for number in np.flatnonzero(found.ordinary).tolist():
        told = [(line.label, line.text) for line in uses(found.evidence, number)]
        assert len(told) == len(set(told)), found.evidence.id_of(number)
        if found.verdicts[number] in SOUND:
            sound += 1
            assert any("fits" in text for _, text in told), found.evidence.id_of(number)
            assert not any(text.startswith("fails") for _, text in told), found.evidence.id_of(number)
    assert sound


def test_calculations_that_give_the_same_are_one_line_that_names_the_variants() -> None:
    found = alder()
    lines = list(uses(found.evidence, number_of(found, "size")))
    mine = [line for line in lines if line.label == "devices_for_weights"]
    assert [line.text for line in mine][:2] == [
        "fits: run.devices of Alder/training, 12 device (alder-leak p3), due at least 6 device, with rule.bytes "
        "4 byte/param (precision = fp32) and chip.memory of Quartz S or of Quartz L (2 ways)",
        "fits: run.devices of Alder/training, 12 device (alder-leak p3), due at least 3 device, with rule.bytes "
        "2 byte/param (precision = tensor16) or 2 byte/param (precision = fp16) and chip.memory of Quartz S or of "
        "Quartz L (4 ways)",
    ]


def test_what_decides_says_what_it_takes_for_granted() -> None:
    found = alder()
    text = views.claim_text(found, number_of(found, "devices"), 2000)
    assert "assuming Quartz is a family" in text
    assert "A weight in 32 bits takes 4 bytes. (definitions)" in text
