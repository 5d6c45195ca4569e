"""A small knowledge base of bakeries, as the text of a file; more claims of the same kind; and a store laid open."""

import sqlite3
from pathlib import Path

from kb.corpus import Corpus, read
from kb.knowledge import Knowledge

BAKERY = """
units: ["gram = [mass] = g", "kilo- = 1e3 = k", "loaf = [loaf]", "hour = [time] = h"]
kinds:
  - {id: bakery, meaning: Bakes., links: {owner: {to: party}, within: {to: bakery, wider: true}}}
  - id: shift
    meaning: A bakery at work for some hours.
    links: {of: {to: bakery, defining: true}}
    own: [time]
    named: {link: of, key: time}
  - {id: party, meaning: Somebody.}
keys:
  - {id: time, meaning: When., values: {day: {morning: , night: }}}
  - {id: grain, meaning: Of what., values: {all: {rye: , wheat: }}}
  - {id: counted, meaning: How., values: {baked: , sold: }}
attributes:
  - id: bakery.bread
    about: bakery
    meaning: Bread of a day.
    unit: g
    positive: true
    keys:
      grain: {parts: sum, silent: {together: [all, rye]}}
      counted: {parts: own, silent: {either: [baked, sold]}}
  - {id: shift.loaves, about: shift, meaning: How many., unit: loaf, count: true, integer: true}
  - {id: bakery.famous, about: bakery, meaning: Whether people know it., type: yes-no}
sources:
  - {id: ledger, kind: data set, title: The books}
  - {id: gossip, kind: statement, title: What people say, retells: ledger}
entities:
  - {id: Rye and Sons, kind: bakery, names: {en: [Rye and Sons, Rye]}, links: {owner: Old Rye}}
  - {id: Corner Shop, kind: bakery, links: {within: Rye}}
  - {id: Old Rye, kind: party}
defaults: {cite: ledger, holders: [Old Rye]}
claims:
  - {id: bread, statement: It bakes., subject: Rye, attribute: bakery.bread, value: about 120 kg,
     source: {at: r1.bread}}
  - {id: sold, statement: It sells., subject: Rye, attribute: bakery.bread, scope: {counted: sold, grain: rye},
     value: 90 to 100 kg, source: {at: r1.sold}, rests_on: [{claim: bread, as: input}]}
  - {id: ratio, statement: It is bigger., subject: Rye, attribute: bakery.bread, value: 3, than: Corner Shop,
     source: {at: r2}, holders: [Old Rye, her cook]}
  - {id: night, statement: Loaves at night., subject: Rye/night, attribute: shift.loaves, value: 800 loaf,
     source: {at: r3}, standing: hard}
  - {id: famous, statement: Everybody knows it., subject: Rye, attribute: bakery.famous, value: true,
     source: {cite: gossip, at: p1}, mode: opinion}
  - {id: owner, statement: Somebody else has it., subject: Corner Shop, attribute: bakery.owner, value: The Miller,
     source: {cite: gossip, at: p2}}
  - {id: rules, statement: The rule., subject: Corner Shop, attribute: bakery.bread, value: 5 kg, standing: soft,
     slack: 1.5, source: {at: r5}}
"""
PLAIN = """
defaults: {cite: ledger, holders: [Old Rye]}
claims:
"""
NEW = """
  - {{id: {id}, statement: It bakes., subject: {subject}, attribute: bakery.bread, value: {value},
     source: {{at: {id}}}}}
"""


def corpus(text: str, base: Knowledge | None = None) -> Corpus:
    """What a text says on top of what is known."""
    return read([("x.yaml", text.encode())], base)


def new_claim(id_: str, value: str = "7 kg", subject: str = "Corner Shop") -> str:
    """The text of one more claim."""
    return PLAIN + NEW.format(id=id_, value=value, subject=subject)


FIRST = corpus(BAKERY)


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of a store, but for those behind the index of words: they tell how it grew, not what it holds."""
    with sqlite3.connect(path) as db:
        names = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'wording_*'"
            )
        ]
        found = {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    db.close()
    return found


def tamper(path: Path, *statements: str) -> None:
    """Writes into a store as nobody should, after whatever keeps its record is out of the way."""
    with sqlite3.connect(path) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            db.execute(statement)
    db.close()
