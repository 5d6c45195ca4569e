"""A two-character Chinese word in generated sentences: the index of words beside LIKE, in one database."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import TypeVar

from kb.storewords import INDEX
from kb.wording import phrase, spaced

Result = TypeVar("Result")
Take = Callable[[str, Callable[[], Result]], Result]

FIRST, COUNT = 0x4E00, 3000  # characters, about as many as a newspaper uses
SHORTEST, LONGEST = 12, 40  # of a sentence
WORD = "参数"
SHARE = 0.002  # of the sentences that have it


def search(take: Take[list[tuple[int, ...]]], size: int, runs: int) -> None:
    """Takes the time of both in as many sentences; both find the same."""
    with closing(sqlite3.connect("")) as db:  # a file that nobody sees
        db.execute(INDEX)
        db.execute("CREATE TABLE sentence (number INTEGER PRIMARY KEY, text TEXT)")
        for number, text in enumerate(sentences(random.Random(size), size)):
            db.execute("INSERT INTO sentence VALUES (?, ?)", (number, text))
            db.execute("INSERT INTO wording (rowid, statement) VALUES (?, ?)", (number, spaced(text)))
        like = "SELECT number FROM sentence WHERE text LIKE ?", (f"%{WORD}%",)
        match = "SELECT rowid FROM wording WHERE wording MATCH ?", (phrase(WORD),)
        for _ in range(runs):
            plain = take("like", partial(answer, db, *like))
            assert take("search", partial(answer, db, *match)) == plain


def answer(db: sqlite3.Connection, question: str, values: tuple[str, ...]) -> list[tuple[int, ...]]:
    """All rows of an answer."""
    return db.execute(question, values).fetchall()


def sentences(dice: random.Random, size: int) -> Iterator[str]:
    """Sentences of characters that are the rarer the later they come."""
    for _ in range(size):
        length = dice.randint(SHORTEST, LONGEST)
        text = "".join(chr(FIRST + min(int(dice.paretovariate(0.5)), COUNT)) for _ in range(length))
        yield text[:5] + WORD + text[5:] if dice.random() < SHARE else text
