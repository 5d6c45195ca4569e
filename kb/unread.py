"""What of the sources no claim captures: sentences without a claim, and those said to say nothing, with the reason.

Their sentence tables tell it, without any text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kb.limits import shown
from kb.model import Source
from kb.pipeline import Examination
from kb.proofs import Coverage, coverage

MOST_PLACES = 4  # of one reason
MOST_REASON = 60  # characters


def coverages(examination: Examination, sources: Mapping[str, Source]) -> dict[str, Coverage]:
    """What each sentence table tells of the claims that were examined."""
    columns, library = examination.columns, examination.evidence.library
    found = {}
    for number, id_ in enumerate(columns.source_ids):
        if id_ in sources and sources[id_].sentences:
            mine = np.flatnonzero(columns.claims.source == number).tolist()
            found[id_] = coverage(sources[id_], library.claims(mine).values())
    return found


def unread(examination: Examination, sources: Mapping[str, Source]) -> Iterator[str]:
    """Lines for a report: of each source with a sentence table, what is in no claim."""
    if examination.only is not None:
        sources = {id_: sources[id_] for id_ in shown(examination) if id_ in sources}
    for id_, found in coverages(examination, sources).items():
        missing, total = len(found.missing), len(found.rows)
        verb = "is" if missing == 1 else "are"
        told = (
            f"{missing} of {total} sentences {verb} in no claim"
            if missing
            else f"every sentence is in a claim or listed as saying nothing ({total})"
        )
        yield f"{id_}: {told} (kb source coverage {id_})"
        if found.silent:
            yield f"{id_}: said to say nothing: {'; '.join(reasons(found))}"
    if untold := [id_ for id_ in judged(examination) if id_ in sources and not sources[id_].sentences]:
        more = f" and {len(untold) - MOST_PLACES} more" if len(untold) > MOST_PLACES else ""
        yield f"no sentence table tells what no claim captures of {', '.join(untold[:MOST_PLACES])}{more}"


def judged(examination: Examination) -> list[str]:
    """The sources whose claims are judged: not data sheets and other references."""
    claims = examination.columns.claims
    return [examination.columns.source_ids[int(n)] for n in np.unique(claims.source[examination.ordinary])]


def reasons(found: Coverage) -> Iterator[str]:
    """The places of silent sentences, by the reason that is given."""
    places: dict[str, list[str]] = {}
    for sentence in found.silent:
        places.setdefault(sentence.silent or "", []).append(sentence.at)
    for reason, at in places.items():
        more = f" and {len(at) - MOST_PLACES} more" if len(at) > MOST_PLACES else ""
        short = reason if len(reason) <= MOST_REASON else f"{reason[:MOST_REASON]}…"
        yield f"{', '.join(at[:MOST_PLACES])}{more} ({short})"
