"""Knowledge bases made at random: tiny vocabularies, entities, links, sources, claims and derivations."""

from __future__ import annotations

from random import Random

from kb.marks import Derivation, Relation, Slot
from kb.model import Claim, Entity, Locator, Mode, Source, SourceKind, Standing, Value, ValueKind
from kb.plan import CannotBind, plan
from kb.units import Units
from kb.vocabulary import Attribute, Key, KeyRule, Kind, Link, Parts, Silence, Vocabulary
from tests.small import Small

KINDS = [
    Kind(
        id="mill",
        meaning="Grinds.",
        links={
            "heir": Link(to="mill"),
            "kin": Link(to="mill", many=True),
            "within": Link(to="mill", wider=True),
        },
    ),
    Kind(
        id="shift",
        meaning="A mill at work.",
        links={
            "of": Link(to="mill", defining=True),
            "on": Link(to="stone"),
            "within": Link(to="shift", wider=True),
        },
        own=("phase",),
    ),
    Kind(id="stone", meaning="A millstone.", links={"within": Link(to="stone", wider=True)}),
    Kind(id="law", meaning="A constant.", everywhere=True),
]
KEYS = [
    Key(
        id="phase",
        meaning="When.",
        values={"life": {"work": {"early": None, "noon": None, "late": None}, "rest": None}},
    ),
    Key(id="part", meaning="Which part.", values={"all": {"husk": None, "germ": None}}),
    Key(id="grain", meaning="Which grain.", values={"rye": None, "oats": None}),
    Key(id="heat", meaning="How warm.", values={"hot": None, "cold": None}),
]
SILENT = {
    "phase": [None, Silence(together=("work", "early")), Silence(together=("work", "early"))],
    "part": [None, Silence(together=("all", "husk"))],
    "grain": [None, Silence(either=("rye", "oats")), Silence(first=("rye", "oats"))],
    "heat": [None, Silence(first=("hot", "cold")), Silence(first=("hot",)), Silence(either=("hot", "cold"))],
}
PARTS = {"phase": list(Parts), "part": [Parts.SUM, Parts.MEAN], "grain": [Parts.OWN], "heat": [Parts.OWN, Parts.SAME]}
BOUNDS = [Relation.AT_MOST, Relation.AT_LEAST]
SUBJECTS = {
    "mill": ["Alder", "Birch", "Cedar"],
    "shift": ["Alder/a", "Alder/b", "Birch/a"],
    "stone": ["S", "SX", "SXL"],
}


def case(seed: int) -> Small:
    """The knowledge base of that number."""
    return Maker(Random(seed)).case()


class Maker:
    """Makes one knowledge base, from one stream of chances."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.vocabulary = Vocabulary.of(KINDS, KEYS, self.attributes())
        self.spares = self.often(0.3)  # whether something is said of every stone

    def often(self, share: float) -> bool:
        """True in that share of all cases."""
        return self.chance.random() < share

    def case(self) -> Small:
        """All parts of it."""
        derivations = [d for i in range(self.chance.randint(2, 6)) if (d := self.derivation(i))]
        names = [name for name, each in self.vocabulary.attributes.items() if each.unit]
        claims = [*self.links(), *(self.claim(self.chance.choice(names)) for _ in range(self.chance.randint(5, 22)))]
        grouped = [each for each in derivations if any(slot.each for slot in each.takes)]
        claims += [claim for each in grouped for slot in each.takes for claim in self.fillers(slot)]
        return Small(
            self.vocabulary,
            Units(),
            self.entities(),
            self.sources(),
            [claim.model_copy(update={"id": f"{claim.source.cite}:{i}"}) for i, claim in enumerate(claims)],
            derivations,
        )

    # ------------------------------------------------------------------------------------------ vocabulary

    def attributes(self) -> list[Attribute]:
        """A few attributes of each kind."""
        number = {"mill": self.chance.randint(2, 3), "shift": self.chance.randint(1, 3), "stone": 1, "law": 1}
        return [self.attribute(f"{kind}.a{i}", kind) for kind, count in number.items() for i in range(count)]

    def attribute(self, name: str, kind: str) -> Attribute:
        """One attribute with random keys."""
        ceiling = self.often(0.2) and not name.endswith("0") and kind != "law"
        return Attribute(
            id=name,
            about=kind,
            meaning="Something.",
            unit="1",
            at_most=f"{kind}.a0" if ceiling else None,
            positive=self.often(0.7),
            solve=self.often(0.5),
            travels=self.often(0.5),
            keys={key.id: self.rule(key.id) for key in KEYS if self.often(0.3)},
        )

    def rule(self, key: str) -> KeyRule:
        """How an attribute treats a key."""
        only = "work" if key == "phase" and self.often(0.5) else None
        return KeyRule(parts=self.chance.choice(PARTS[key]), silent=self.chance.choice(SILENT[key]), only=only)

    def derivation(self, number: int) -> Derivation | None:
        """A derivation that fits the vocabulary, if chance finds one."""
        for _ in range(9):
            takes = tuple(self.slot(f"x{i}") for i in range(self.chance.randint(1, 3)))
            relation = self.chance.choice(BOUNDS) if self.often(0.15) else Relation.EQUALS
            where = {"phase": self.chance.choice(["work", "rest", "life"])} if self.often(0.2) else {}
            gives = self.slot("gives")
            unless = f"{self.vocabulary.attributes[gives.attribute].about}.a0" if self.often(0.1) else None
            made = Derivation(f"d{number}", "random", max, gives, takes, relation, where, unless)
            if gives.each or gives.links or gives.attribute.startswith("law"):
                continue
            try:
                plan(made, self.vocabulary)
            except CannotBind:
                continue
            return made
        return None

    def slot(self, name: str) -> Slot:
        """A slot, now and then with pins, a written link, or a group."""
        attribute = self.chance.choice([each for each in self.vocabulary.attributes.values() if each.unit])
        pins = {key: self.value(attribute, key) for key in attribute.keys if self.often(0.25)}
        if attribute.about == "mill" and self.often(0.25):
            return Slot(name, attribute.id, *((("kin",), pins, True) if self.often(0.7) else (("heir",), pins)))
        return Slot(name, attribute.id, (), pins)

    def value(self, attribute: Attribute, key: str) -> str:
        """A value that the attribute allows for a key."""
        only, all_values = attribute.keys[key].only, self.vocabulary.keys[key]
        return self.chance.choice(
            [value for value in all_values.order if only is None or only in all_values.above(value)]
        )

    # ------------------------------------------------------------------------------------------ what is spoken of

    def entities(self) -> list[Entity]:
        """Mills, their shifts, and stones, some within others."""
        made = [Entity(id="nature", kind="law")]
        if self.spares:
            made.append(Entity(id="every stone", kind="stone"))
        for kind, names in SUBJECTS.items():
            for number, name in enumerate(names):
                links = {"of": name.partition("/")[0]} if kind == "shift" and self.often(0.95) else {}
                if number and self.often(0.5):
                    links["within"] = names[number - 1]
                phase = self.chance.choice(["work", "early", "rest"])
                own = {"phase": phase} if kind == "shift" and self.often(0.7) else {}
                made.append(Entity(id=name, kind=kind, links=links, own=own))
        return made

    @staticmethod
    def sources() -> list[Source]:
        """Two that speak, one of which retells the other, and one of references."""
        known = {"memo": None, "digest": "memo", "tables": None}
        return [Source(id=id_, kind=SourceKind.ARTICLE, title=id_, retells=told) for id_, told in known.items()]

    def links(self) -> list[Claim]:
        """Claims that link shifts to stones, and mills to mills."""
        found = []
        for shift in SUBJECTS["shift"]:
            found += [self.link(shift, "shift.on", "stone") for _ in range(self.chance.choice([0, 1, 1, 1, 2]))]
        for mill in SUBJECTS["mill"]:
            found += [self.link(mill, "mill.heir", "mill")] if self.often(0.3) else []
            found += [self.link(mill, "mill.kin", "mill") for _ in range(self.chance.choice([0, 0, 1, 2]))]
        return found

    def fillers(self, slot: Slot) -> list[Claim]:
        """Values for most of what a derivation with a group slot takes, which chance alone would seldom give."""
        about = self.vocabulary.attributes[slot.attribute].about
        if about != "mill" or (slot.links and not slot.each):
            return []
        five, here = Value(kind=ValueKind.QUANTITY, text="5"), {"source": Locator(cite="memo", at="p1")}
        kin = [self.link("Alder", "mill.kin", "mill") for _ in range(self.chance.randint(1, 2) if slot.each else 0)]
        names = SUBJECTS["mill"][1:] if slot.each else SUBJECTS["mill"][:1]
        values = [self.said(name, slot.attribute, five) for name in names if self.often(0.9)]
        told = [each.model_copy(update={"scope": slot.pins}) for each in values]
        return [each.model_copy(update=here) for each in [*kin, *told]]

    def link(self, subject: str, attribute: str, kind: str) -> Claim:
        """One such claim; now and then to a name that nobody knows."""
        end = "nobody" if self.often(0.05) else self.chance.choice(SUBJECTS[kind])
        return self.said(subject, attribute, Value(kind=ValueKind.LINK, text=end))

    def claim(self, name: str) -> Claim:
        """A claim about an attribute."""
        attribute = self.vocabulary.attributes[name]
        subjects = {**SUBJECTS, "law": ["nature"]}[attribute.about]
        subjects = [*subjects, "every stone"] if attribute.about == "stone" and self.spares else subjects
        scope = {key: self.value(attribute, key) for key in attribute.keys if self.often(0.5)}
        scope |= {key: "undisclosed" for key in attribute.keys if self.often(0.04)}
        kind = self.chance.choices(
            [ValueKind.QUANTITY, ValueKind.NONE, ValueKind.UNDISCLOSED], weights=[20, 1, 1], k=1
        )[0]
        value = Value(kind=kind, text="about 5" if kind is ValueKind.QUANTITY else "")
        made = self.said(self.chance.choices(subjects, [3, 2, 1, 1][: len(subjects)])[0], name, value).model_copy(
            update={"scope": scope}
        )
        than = self.chance.choice(subjects)
        factor = kind is ValueKind.QUANTITY and than != made.subject and self.often(0.12)
        made = made.model_copy(update={"than": than if factor else None})
        return self.reference(made) if attribute.about == "law" or self.often(0.15) else made

    def reference(self, claim: Claim) -> Claim:
        """The claim as one that a table makes of it, now and then of all such things."""
        changes: dict[str, object] = {
            "standing": self.chance.choice(list(Standing)),
            "source": Locator(cite="tables", at="p1"),
        }
        if self.often(0.1) and claim.value.kind is ValueKind.QUANTITY:
            changes["value"] = Value(kind=ValueKind.QUANTITY, text="at least 5")
        return claim.model_copy(update=changes)

    def said(self, subject: str, attribute: str, value: Value) -> Claim:
        """A claim that somebody makes somewhere."""
        return Claim(
            id="memo:0",
            statement="Something is so.",
            subject=subject,
            attribute=attribute,
            value=value,
            mode=Mode.PREMISE if self.often(0.1) else Mode.STATEMENT,
            holders=(self.chance.choice(["Ada", "Ada", "Bo"]),),
            source=Locator(cite=self.chance.choice(["memo", "memo", "digest"]), at="p1"),
        )
