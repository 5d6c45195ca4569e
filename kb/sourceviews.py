"""What `kb source` prints: the sources, a proof with its problems, a sentence table, what each sentence holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from kb.model import Sentence, Source
from kb.proofs import Coverage, Held, Proof

INDENT = "      "  # of a row, within a source of a list
MOST_NAMES = 12


def source_records(
    sources: Mapping[str, Source], claims: Mapping[str, int], attached: Collection[str]
) -> list[dict[str, str]]:
    """One record for each source."""
    return [
        {
            "id": each.id,
            "kind": each.kind.value,
            "published": each.published or "",
            "language": each.language,
            "claims": str(claims.get(each.id, 0)),
            "text": "attached" if each.id in attached else "",
            "retells": each.retells or "",
            "title": each.title,
        }
        for each in sources.values()
    ]


# ------------------------------------------------------------------------------------------------ a proof


def proof_text(source: str, proof: Proof) -> Iterator[str]:
    """One line for each problem, in the order of the text."""
    for problem in proof.problems:
        yield f"{source} {problem.at}: {problem.says}\n"


def proof_summary(source: str, proof: Proof) -> str:
    """One line with the counts, and the names apart."""
    sentences, figures = proof.sentences, proof.figures
    total = sum(proof.names.values())
    listed = [f"{name} {count}" for name, count in sorted(proof.names.items(), key=lambda pair: (-pair[1], pair[0]))]
    more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    names = f" ({', '.join(listed[:MOST_NAMES])}{more})" if listed else ""
    return (
        f"{source}: {len(proof.problems)} problem{'' if len(proof.problems) == 1 else 's'}; "
        f"{sum(sentences.values())} sentences: {sentences['covered']} covered, {sentences['silent']} saying nothing, "
        f"{sentences['missing']} missing; "
        f"{sum(figures.values())} figures: {figures['claimed']} claimed, {figures['silent']} listed apart, "
        f"{figures['missing']} missing; {total} in names{names}\n"
    )


def held(found: Held) -> str:
    """What a text has to show that it is the one of a source."""
    if found.digests:
        return f"{found.good} of {found.digests} digests of it hold"
    if found.figures:
        return f"no digest of it is known; {found.standing} of {found.figures} figures of its claims stand in it"
    return "nothing tells whether it is its text: no digest of it is known, and its claims state no figure"


def proof_record(source: str, proof: Proof) -> dict[str, Any]:
    """The same as plain data."""
    problems = [{"at": each.at, "start": each.start, "code": each.code, "says": each.says} for each in proof.problems]
    return {
        "source": source,
        "proven": not proof.problems,
        "sentences": dict(proof.sentences),
        "figures": dict(proof.figures),
        "names": dict(proof.names),
        "problems": problems,
    }


# ------------------------------------------------------------------------------------------------ sentences


def table(known: Source, found: Sequence[Sentence], held: Coverage) -> Iterator[str]:
    """The sentence table of a text as YAML; what was said of a sentence stays with its words."""
    said = {row.digest: row for row in known.sentences}
    claims = {sentence.at: ids for sentence, ids in held.rows}
    yield "    sentences:\n"
    for sentence in found:
        row = said.get(sentence.digest)
        open_ = not claims.get(sentence.at) and (row is None or row.silent is None)
        yield f"{INDENT}- {{{', '.join(_fields(sentence, row))}}}{'  # no claim' if open_ else ''}\n"


def _fields(sentence: Sentence, row: Sentence | None) -> Iterator[str]:
    yield f"at: {sentence.at}"
    yield f"span: {list(sentence.span)}"
    yield f"digest: {json.dumps(sentence.digest) if _looks_like_a_number(sentence.digest) else sentence.digest}"
    if row is not None and row.silent is not None:
        yield f"silent: {json.dumps(row.silent, ensure_ascii=False)}"
    if row is not None and row.figures:
        shift = sentence.span[0] - row.span[0]
        figures = (
            f"{{span: {[each.span[0] + shift, each.span[1] + shift]}, "
            f"silent: {json.dumps(each.silent, ensure_ascii=False)}}}"
            for each in row.figures
        )
        yield f"figures: [{', '.join(figures)}]"


def _looks_like_a_number(digits: str) -> bool:
    """Whether YAML would read hexadecimal digits as a number."""
    return digits.isdecimal() or digits.replace("e", "", 1).isdecimal()


def coverage_record(source: str, found: Coverage) -> dict[str, Any]:
    """The sentences with the claims that they hold and why they say nothing, and the claims that stand in none."""
    rows = [
        {"at": each.at, "span": list(each.span), "claims": list(claims), "silent": each.silent}
        for each, claims in found.rows
    ]
    return {"source": source, "sentences": rows, "astray": list(found.strays)}


def coverage_rows(found: Coverage) -> list[dict[str, str]]:
    """The same for a terminal, with the claims that stand in no sentence last."""
    rows = [
        {"at": each.at, "holds": ", ".join(claims) or (f"says nothing: {each.silent}" if each.silent else "no claim")}
        for each, claims in found.rows
    ]
    return [*rows, *({"at": "astray", "holds": claim} for claim in found.strays)]
