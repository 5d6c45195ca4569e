"""What a search asks besides the index: attributes by their ids and meanings, the words of attached texts, other names.

It is made in memory for each search and gone with it: the words of a text that somebody attached are nowhere else than
in that text, so that nothing is left of them when it is detached or forgotten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from kb.filters import stands_in
from kb.model import Claim, Locator
from kb.wording import phrase, spaced

TOKENS = "tokenize = 'unicode61 remove_diacritics 2'"
MOST_NAMES = 200  # in which one word is looked for

MADE = (
    f"CREATE VIRTUAL TABLE temp.{{0}} USING fts5(text, {TOKENS})",
    "INSERT INTO temp.{0} (rowid, text) VALUES (?, ?)",
)
ATTRIBUTES = (
    "SELECT w.number, w.text || ' ' || coalesce((SELECT json_extract(r.body, '$.meaning') FROM latest l "
    "JOIN revision r ON r.id = l.revision WHERE l.part = 'attribute' AND l.name = w.text), '') "
    "FROM word w WHERE w.number IN (SELECT attribute FROM claimrow)"
)
TEXTS = "SELECT source, body FROM attachedtext"
CITED = (
    "SELECT c.number, r.body FROM latest s JOIN claimrow c ON c.source = s.number "
    "JOIN latest l ON l.part = 'claim' AND l.number = c.number JOIN revision r ON r.id = l.revision "
    "WHERE s.part = 'source' AND s.name = ?"
)
NAMED = (
    "SELECT l.name FROM (SELECT rowid AS id FROM wording WHERE wording MATCH ?) "
    "JOIN latest l ON l.part = 'entity' AND l.number = id / 3 WHERE id % 3 = 1 LIMIT ?"
)


def prepare(db: sqlite3.Connection) -> None:
    """Makes the tables `attribute` (by the number of its word) and `original` (by the number of a claim)."""
    db.execute("PRAGMA temp_store = MEMORY")  # no word of a text goes into a file
    for name, rows in (("attribute", attributes(db)), ("original", originals(db))):
        make, fill = (line.format(name) for line in MADE)
        db.execute(make)
        db.executemany(fill, [(number, spaced(text)) for number, text in rows])


def attributes(db: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """The id and the meaning of each attribute that claims answer to."""
    yield from db.execute(ATTRIBUTES)


def originals(db: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """The sentence in which each claim stands, where the text of its source is attached."""
    texts = dict(db.execute(TEXTS).fetchall())
    if not texts:
        return
    from kb.texts import Originals  # noqa: PLC0415  # few have attached a text, and reading one takes more than asking

    at = Originals(texts.get)
    known: dict[Locator, str] = {}
    for source in texts:
        for number, body in db.execute(CITED, (source,)):
            place = Claim.model_validate_json(body).source
            if place not in known:
                known[place] = at.around(place)
            yield number, known[place]


def or_held(db: sqlite3.Connection, word: str) -> str:
    """What the index is asked for a word: that, or a holder who has a name with it and is written under another."""
    asked, stem = phrase(word), word.rstrip("*").casefold()
    found = (name for (name,) in db.execute(NAMED, (f"name : {asked}", MOST_NAMES)) if any(map(str.isalnum, name)))
    other = [
        name for name in found if not (stands_in(word, name) if stem == word.casefold() else stem in name.casefold())
    ]
    return " OR ".join([asked, *(f"holder : {phrase(name)}" for name in other)])
