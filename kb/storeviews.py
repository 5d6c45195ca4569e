"""The views of the store: the record and what is derived from it under the names that docs/store.md gives them.

They are what `kb query` is for. What an examination found is empty in them once the record has grown past it.
"""

from __future__ import annotations

from kb.model import Firmness, Mode

REFERENCE = "reference"  # in the place of a verdict: who decides is not judged
RECORD = "latest l JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name"  # what it says now
FRESH = (  # by the record; whether by the code, only the code knows: see kb.query
    "(SELECT text FROM stamp WHERE name = 'judged history') = (SELECT digest FROM change ORDER BY id DESC LIMIT 1)"
)


def _field(name: str, default: str = "NULL") -> str:
    """A column of the record's JSON, in which a field that has its default is left out."""
    return f"coalesce(json_extract(r.body, '$.{name}'), {default})"


def _fields(*names: str) -> str:
    """Several such columns under their own names."""
    return ", ".join(f"{_field(name)} AS {name}" for name in names)


def _name(part: str, number: str) -> str:
    """The name of the thing of that number."""
    return f"(SELECT l.name FROM latest l WHERE l.part = '{part}' AND l.number = {number})"


def _listed(name: str) -> str:
    """Texts of a list, in one."""
    return f"(SELECT group_concat(value, ', ') FROM json_each(r.body, '$.{name}'))"


PRINTED = (
    f"coalesce(nullif({_field('value.text')}, ''), {_field('value.kind')}) "
    f"|| coalesce(' compared with ' || {_field('than')}, '')"
)
JUDGED = {
    "verdicts": (
        f"SELECT {_name('claim', 'v.claim')} AS claim, iif(c.standing < 0, v.verdict, '{REFERENCE}') AS verdict, "
        f"iif(c.standing < 0, v.reason, NULL) AS reason FROM verdictrow v JOIN claimrow c ON c.number = v.claim "
        f"WHERE {FRESH}"
    ),
    "applications": (
        f"SELECT a.number, a.derivation, {_name('entity', 'a.anchor')} AS anchor, "
        f"{_name('source', 'a.source')} AS source, a.outcome, a.ratio, a.stretch, a.power, "
        f"{_name('claim', 'a.output')} AS output, a.implied, a.attribute, {_name('entity', 'a.subject')} AS subject "
        f"FROM applicationrow a WHERE {FRESH}"
    ),
    "inputs": (
        f"SELECT i.application, i.position, i.slot, {_name('claim', 'i.claim')} AS claim, i.implied "
        f"FROM inputrow i WHERE {FRESH}"
    ),
    "findings": (
        "SELECT f.id, f.position, f.code, f.severity, f.message, f.factor, "
        f"(SELECT json_group_array(name) FROM (SELECT {_name('claim', 'n.claim')} AS name FROM findingclaimrow n "
        f"WHERE n.finding = f.id ORDER BY n.position)) AS claims FROM findingrow f WHERE {FRESH}"
    ),
}
VIEWS = {
    "claims": (
        f"SELECT l.number, l.name AS id, {_fields('statement', 'subject', 'attribute')}, {PRINTED} AS value, "
        f"{_field('value.kind')} AS kind, {_field('than')} AS than, "
        f"{_field('mode', repr(Mode.STATEMENT.value))} AS mode, "
        f"{_field('firmness', repr(Firmness.PLAIN.value))} AS firmness, {_field('standing')} AS standing, "
        f"{_field('scope', repr('{}'))} AS scope, {_field('source.cite')} AS source, {_field('source.at')} AS at, "
        f"{_field('note')} AS note FROM {RECORD} WHERE l.part = 'claim'"
    ),
    "sources": (
        f"SELECT l.number, l.name AS id, {_fields('kind', 'title')}, {_listed('by')} AS by, {_fields('published')}, "
        f"{_field('language', repr('en'))} AS language, {_fields('address', 'retells')}, "
        f"{_field('verified', '1')} AS verified, {_fields('note')} FROM {RECORD} WHERE l.part = 'source'"
    ),
    "entities": (
        f"SELECT l.number, l.name AS id, {_fields('kind')}, {_field('names', repr('{}'))} AS names, "
        f"{_field('links', repr('{}'))} AS links, {_field('hypothetical', '0')} AS hypothetical, {_fields('note')} "
        f"FROM {RECORD} WHERE l.part = 'entity'"
    ),
    "holders": (
        "SELECT l.name AS claim, h.key AS position, h.value AS holder "
        f"FROM {RECORD} JOIN json_each(r.body, '$.holders') h WHERE l.part = 'claim'"
    ),
    "readings": (
        "SELECT l.name AS claim, g.position, g.lo, g.hi, "
        "(SELECT json_extract(t.body, '$.unit') FROM latest m JOIN revision t ON t.id = m.revision "
        "WHERE m.part = 'attribute' AND m.name = json_extract(r.body, '$.attribute')) AS unit "
        f"FROM {RECORD} JOIN readingrow g ON g.claim = l.number WHERE l.part = 'claim'"
    ),
    **JUDGED,
}
