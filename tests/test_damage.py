"""Stores into which somebody else has written: healed from the record, or told in one line; never a traceback."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.store import Store, StoreUnavailable
from tests.bakery import FIRST, corpus, dump, new_claim, tamper

TOLD = (
    r"store '[^\n]+' is damaged \([^\n]+\); expected tables as Claimcheck makes and fills them; restore a copy, or name"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "kb.sqlite"
    with Store.open(made) as store:
        store.add(FIRST, "bakery.yaml")
    return made


DERIVED = {
    "a table is gone": "DROP TABLE readingrow",
    "the table of numbers is gone": "DROP TABLE latest",
    "a column is gone": "ALTER TABLE claimrow DROP COLUMN kind",
    "a text for an integer": "UPDATE claimrow SET subject = 'Rye'",
    "a text for a figure": "UPDATE readingrow SET lo = 'much'",
    "an integer that is too long": "UPDATE claimrow SET mode = 1099511627776",
    "a range that ends before it begins": "UPDATE readingrow SET lo = 3, hi = 2",
    "a subject that is nothing": "UPDATE claimrow SET subject = 99",
    "an attribute that is no word": "UPDATE claimrow SET attribute = 99",
    "an attribute that is a holder": "UPDATE claimrow SET attribute = holder",
    "a target that is nothing": "UPDATE claimrow SET target = -2",
    "a claim is missing": "DELETE FROM claimrow WHERE number = 3",
    "a claim too many": "UPDATE claimrow SET number = 77 WHERE number = 6",
    "a reading of no claim": "UPDATE readingrow SET claim = 77 WHERE claim = 0",
    "a blob that is short": "UPDATE readingrow SET bits = x'00'",
    "a blob that is long": "UPDATE readingrow SET bits = zeroblob(99)",
    "a blob that is text": "UPDATE readingrow SET bits = 'twenty-four bytes or so.'",
    "keys of another width": "UPDATE entityrow SET own = x'0000'",
    "a kind that nobody knows": "UPDATE entityrow SET kind = 'cake'",
    "an entity is missing": "DELETE FROM entityrow WHERE number = 1",
    "a source is missing": "DELETE FROM sourcerow",
    "a link of no entity": "UPDATE linkrow SET entity = 99 WHERE target = 'Old Rye'",
    "a number is missing": "DELETE FROM latest WHERE part = 'entity' AND number = 0",
    "a record that there is not": "UPDATE latest SET revision = 9999 WHERE part = 'attribute' AND number = 0",
}


@pytest.mark.parametrize("what", DERIVED)
def test_derived_tables_are_filled_again_from_the_record(path: Path, what: str) -> None:
    whole = dump(path)
    tamper(path, DERIVED[what])
    assert dump(path) != whole
    with Store.open(path) as store:
        store.columns()
    assert dump(path) == whole


def claims(store: Store) -> object:
    return store.claims(range(7))


def known(store: Store) -> object:
    return store.knowledge(claims=True)


def more(store: Store) -> object:
    return store.add(corpus(new_claim("a"), FIRST.knowledge), "more")


OTHER_CODE = "UPDATE stamp SET text = 'an older Claimcheck'"
RECORD: dict[str, tuple[Callable[[Store], object], tuple[str, ...]]] = {
    "a claim that is no JSON": (claims, ("UPDATE revision SET body = '{' WHERE part = 'claim'",)),
    "a claim that is no claim": (known, ("UPDATE revision SET body = '{}' WHERE part = 'claim'",)),
    "a body that is no text": (known, ("UPDATE revision SET body = x'ff' WHERE part = 'entity'",)),
    "text that is no text": (known, ("UPDATE revision SET body = CAST(x'ff' AS TEXT) WHERE part = 'source'",)),
    "an attribute that is no JSON": (Store.columns, ("UPDATE revision SET body = '' WHERE part = 'attribute'",)),
    "a unit that is a number": (Store.columns, ("UPDATE revision SET body = '5' WHERE part = 'unit'",)),
    "a part that nobody knows": (known, ("UPDATE revision SET part = 'cake' WHERE part = 'source'",)),
    "a part that nobody knows, to be derived": (known, ("UPDATE revision SET part = 'cake' WHERE id = 1", OTHER_CODE)),
    "another name": (claims, ("UPDATE revision SET name = name || '*' WHERE part = 'claim'",)),
    "no revisions": (known, ("DROP TABLE revision",)),
    "no changes": (Store.digest, ("DROP TABLE change",)),
    "no changes to add to": (more, ("DROP TABLE change",)),
    "no words": (Store.columns, ("DROP TABLE word",)),
    "no stamp": (known, ("DROP TABLE stamp",)),
    "a number that is taken": (more, ("UPDATE latest SET number = 7 WHERE part = 'claim' AND number = 3",)),
}


@pytest.mark.parametrize("what", RECORD)
def test_a_record_that_somebody_has_rewritten_is_told_in_one_line(path: Path, what: str) -> None:
    action, statements = RECORD[what]
    tamper(path, *statements)
    with pytest.raises(StoreUnavailable) as caught, Store.open(path) as store:
        action(store)
    assert re.match(TOLD, str(caught.value)), str(caught.value)
    assert caught.value.exit_code == 5


def test_what_cannot_be_healed_is_left_as_it_is(path: Path) -> None:
    tamper(path, "UPDATE claimrow SET subject = 99", "UPDATE revision SET body = '{' WHERE part = 'claim'")
    before = dump(path)
    with Store.open(path) as store, pytest.raises(StoreUnavailable, match="a subject has a number of nothing"):
        store.columns()
    assert dump(path) == before
