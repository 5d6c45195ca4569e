"""Binding as a slow, plain loop over the fifteen lines of the rule: what kb.bind must find, on small knowledge bases.

Where the lines leave a choice, the choice is made here and said so at its place; the chief ones:

- All references are one world: they are looked up, and beat silence, as if one source said them all.
- A slot finds the nearest tier whose rows meet and use no claim twice; a claim already used fills no other slot, nor is
  its other reading an answer.
- A derivation can be as silent as a claim: a `first` key that only one of its slots has takes a value of that list.
- Fillings are counted once their silent keys and holders are decided; the output is not counted. While slots are still
  being filled, more than 256 are too many.
- *The same holder* is about a whole filling, not one slot: if any filling of an anchor has one holder for all that its
  own source says, mixed ones are dropped; an output prefers the holder of its inputs. What is implied is held by those
  whose claims it came from.
- *Empty output*: an implied value can answer a part of the output; what it leaves, along the first key that it does not
  exhaust, is implied as well. A stated value leaves nothing.
- Derivations take turns in an order that depends on names alone, so one of several routes to a value implies it and the
  others are compared with it; of several anchors that give one value (two runs of one model), the first by name does.
- *Came from*: an application is a derivation at an anchor, whichever rows fill it.
- A silent key of an implied value holds all values of its list at once, `either` too: it is one value, not readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, product

from kb.marks import Derivation, Relation, Slot
from kb.model import Claim, Entity, Mode, Source, ValueKind
from kb.notes import Note
from kb.vocabulary import Attribute, Key, Parts, Type, Vocabulary
from tests.slow_claims import NOTHING, REFERENCES, SEVERAL, Place, Row, Scope, once
from tests.slow_signatures import Signature, Signatures, family, in_turn

MOST_FILLINGS = 16
MOST_UNDECIDED = 256
MOST_BEHIND = 24
MOST_PARTS = 8
ROUNDS = 8

Made = tuple[str, str, str, str, int | None, tuple[str | None, ...]]  # what tells applications apart
Facts = dict[Made, tuple[dict[str, frozenset[str]], Note]]  # with scope and assumptions
LeftOut = set[tuple[str, str, str, str]]  # derivation, world, anchor, reason


@dataclass(frozen=True)
class Filling:
    """A derivation at an anchor, with some slots filled."""

    world: str
    anchor: str
    scope: Scope
    rows: dict[int, Row] = field(default_factory=dict)
    notes: Note = NOTHING
    factor: Row | None = None

    @property
    def at(self) -> Place:
        """The anchor in its world."""
        return self.world, self.anchor


class SlowBinder(Signatures):
    """One binding run, a loop at a time."""

    def __init__(
        self, vocabulary: Vocabulary, entities: Iterable[Entity], sources: Iterable[Source], claims: Sequence[Claim]
    ) -> None:
        super().__init__(vocabulary, entities, sources, claims)
        self.facts: Facts = {}
        self.left_out: dict[tuple[str, str, str], str] = {}
        self.signatures: list[Signature] = []

    def run(self, derivations: Iterable[Derivation]) -> Facts:
        """Every application, forward until nothing is new, then one step backward, and again."""
        self.signatures = [
            *in_turn([self.signature(derivation) for derivation in derivations]),
            *self.families(),
        ]
        for _ in range(ROUNDS):
            self.forward()
            if not self.backward():
                break
        return self.facts

    # ------------------------------------------------------------------------------------------ what claims can mean

    # ------------------------------------------------------------------------------------------ links

    # ------------------------------------------------------------------------------------------ 1 anchor

    def anchors(self, signature: Signature) -> list[Filling]:
        """3 start: every entity of the anchor's kind of which a source speaks, with its own keys and `where`."""
        if signature.factor:
            gives = signature.derivation.gives.attribute
            factors = [row for row in self.rows if row.claim and row.claim.than and row.attribute == gives]
            return [Filling(row.world, row.subject, row.scope, factor=row) for row in factors]
        found = []
        for world, name in sorted(self.spoken_of):
            entity = self.entities[name]
            if entity.kind == signature.kind and self.where(signature.derivation.where, entity):
                unless = self.unless(signature.derivation.unless, name)  # 9 unless
                if unless is not None:
                    own = {key: frozenset({value}) for key, value in entity.own.items()}
                    usual = {key: frozenset(values) for key, values in signature.usual.items()}
                    found.append(Filling(world, name, {**usual, **own}, notes=unless))
        return found

    def where(self, where: Mapping[str, str], entity: Entity) -> bool:
        """Whether the entity's own keys are within what the signature asks for."""
        return all(
            key in entity.own and value in self.vocabulary.keys[key].above(entity.own[key])
            for key, value in where.items()
        )

    def unless(self, attribute: str | None, entity: str) -> Note | None:
        """What the absence of an attribute amounts to: weak, or nothing if it is said outright; None if it is there."""
        if attribute is None:
            return NOTHING
        kinds = [c.value.kind for c in self.claims if c.attribute == attribute and c.subject == entity]
        if any(kind is not ValueKind.NONE for kind in kinds):
            return None
        return NOTHING if kinds else Note.UNLESS

    # ------------------------------------------------------------------------------------------ 2 locate

    def locate(self, signature: Signature, slot: Slot, filling: Filling) -> str | None:
        """The subject of a slot, or None; a doubled link is left out with its reason."""
        if signature.factor and slot.name == "slot 1":
            assert filling.factor is not None
            assert filling.factor.claim is not None
            return filling.factor.claim.than
        if self.vocabulary.kinds[self.vocabulary.attributes[slot.attribute].about].everywhere:
            return min({r.subject for r in self.rows if r.fills and r.attribute == slot.attribute}, default=None)
        subject: str | None = filling.anchor
        for link in () if slot.each else signature.ways[slot.name]:
            subject = self.follow(link, filling.world, subject) if subject else None
            if subject == SEVERAL:
                self.leave_out(signature, filling, "a link leads to several, or to a name that is not known")
                return None
        return subject

    # ------------------------------------------------------------------------------------------ 4 to 10: filling

    def fill(
        self, signature: Signature, start: Filling, slots: Mapping[int, Slot], own: int | None = None
    ) -> list[Filling]:
        """Every way to fill some slots of an anchor; `own` is a slot that only the own source fills."""
        lines = [start] if all(self.spoken(signature, slot) for slot in slots.values()) else []
        for position, slot in slots.items():
            lines = [
                self.joined(line, position, slot, row, note)
                for line in lines
                for row, note in self.meeting(signature, line, slot, position == own)
            ]
            lines = self.capped(signature, lines, MOST_UNDECIDED)
        for key, order in signature.usual.items():
            best = min((rank(line.scope.get(key), order) for line in lines), default=len(order))
            lines = [
                replace(line, scope={**line.scope, key: frozenset({order[best]})})
                for line in lines
                if rank(line.scope.get(key), order) == best < len(order)
            ]
        for position, slot in slots.items():
            lines = self.first_values(lines, slot, position)
        lines = [
            line for line in lines if all(whole in line.scope.get(k, {whole}) for k, whole in signature.wholes.items())
        ]
        return [self.noted(line, slots) for line in self.one_holder(lines)]

    def spoken(self, signature: Signature, slot: Slot) -> bool:
        """Whether there is any row for a slot; else the signature is not tried, and nothing is left out."""
        factor = signature.factor and slot is signature.derivation.gives
        return factor or any(row.fills and row.attribute == slot.attribute for row in self.rows)

    def capped(self, signature: Signature, lines: list[Filling], most: int = MOST_FILLINGS) -> list[Filling]:
        """15 record: the fillings of one anchor, unless they are too many."""
        if len(lines) > most:
            self.leave_out(signature, lines[0], f"{len(lines)} fillings, more than {MOST_FILLINGS}")
            return []
        return lines

    def meeting(
        self, signature: Signature, line: Filling, slot: Slot, own_only: bool = False
    ) -> list[tuple[Row, Note]]:
        """4 fill: the rows that a slot can take."""
        if signature.factor and slot is signature.derivation.gives:
            return [(line.factor, NOTHING)] if line.factor and once([*line.rows.values(), line.factor]) else []
        if slot.each:
            return [(row, note) for row, note in self.group(signature, line, slot) if once([*line.rows.values(), row])]
        subject = self.locate(signature, slot, line)
        if subject is None:
            return []
        found = self.tiers(line, slot, [subject], own_only)
        travels = self.vocabulary.attributes[slot.attribute].travels and not own_only
        return found if found or not travels else self.travelled(line, slot, subject)

    def travelled(self, line: Filling, slot: Slot, subject: str) -> list[tuple[Row, Note]]:
        """7 travel: the nearest wider entity's, else those of the narrower ones, if nothing is said of the subject."""
        places = (line.world, REFERENCES, self.retells.get(line.world))
        if any(self.look(slot.attribute, place, subject) for place in places):
            return []
        wider = self.wider(subject)
        while wider:
            if found := self.tiers(line, slot, [wider]):
                return [(row, note | Note.WIDER) for row, note in found]
            wider = self.wider(wider)
        return [(row, note | Note.NARROWER) for row, note in self.tiers(line, slot, self.narrower(subject))]

    def tiers(self, line: Filling, slot: Slot, subjects: list[str], own_only: bool = False) -> list[tuple[Row, Note]]:
        """6 tiers: the rows about some subjects from the nearest tier in which any of them meets."""
        every = f"every {self.vocabulary.attributes[slot.attribute].about}"
        places: list[tuple[str | None, list[str], Note]] = [(line.world, subjects, NOTHING)]
        if not own_only:
            places.append((REFERENCES, subjects, Note.REFERENCE))
            places.append((REFERENCES, [every], Note.REFERENCE))
            places.append((self.retells.get(line.world), subjects, Note.RETOLD))
        for world, about, note in places:
            found = [
                row
                for name in about
                for row in self.look(slot.attribute, world, name)
                if self.meets(line, slot, row) and once([*line.rows.values(), row])  # 8 once
            ]
            if found:
                return [(row, note) for row in found]
        return []

    @staticmethod
    def meets(line: Filling, slot: Slot, row: Row) -> bool:
        """5 meet: the sets of values intersect on every key; a pinned key is matched inside the slot."""
        return all(
            slot.pins[key] in values if key in slot.pins else values & line.scope.get(key, values)
            for key, values in row.scope.items()
        )

    @staticmethod
    def joined(line: Filling, position: int, slot: Slot, row: Row, note: Note) -> Filling:
        """The line with one more slot filled."""
        rows = {**line.rows, position: row}
        scope = {
            **line.scope,
            **{k: values & line.scope.get(k, values) for k, values in row.scope.items() if k not in slot.pins},
        }
        return replace(line, scope=scope, rows=rows, notes=line.notes | note)

    def first_values(self, lines: list[Filling], slot: Slot, position: int) -> list[Filling]:
        """A silent `first` key takes the first value that any line with the same row, or with none, can meet."""
        for key, rule in self.vocabulary.attributes[slot.attribute].keys.items():
            if slot.each or key in slot.pins or rule.silent is None or not rule.silent.first:
                continue
            ranks = [rank(line.scope.get(key), rule.silent.first) for line in lines]
            kept = []
            for line, mine in zip(lines, ranks, strict=True):
                row = line.rows.get(position)
                rivals = [r for r, other in zip(ranks, lines, strict=True) if other.rows.get(position) is row]
                if row is not None and row.lists.get(key) != "first":
                    kept.append(line)
                elif mine == min(rivals) < len(rule.silent.first):
                    kept.append(replace(line, scope={**line.scope, key: frozenset({rule.silent.first[mine]})}))
            lines = kept
        return lines

    @staticmethod
    def one_holder(lines: list[Filling]) -> list[Filling]:
        """6 tiers: lines with one holder if there are any, else all, marked."""
        plain = [line for line in lines if holder(line) != SEVERAL]
        return plain or [replace(line, notes=line.notes | Note.HOLDERS) for line in lines]

    def noted(self, line: Filling, slots: Mapping[int, Slot]) -> Filling:
        """15 record: what the rows in some slots take for granted."""
        notes = line.notes
        for position, slot in slots.items():
            row = line.rows[position]
            notes |= row.notes
            if row.claim and row.claim.mode is Mode.PREMISE:
                notes |= Note.BORROWED
            for key in row.lists:
                whole = self.main_and_whole(row, key)
                taken = frozenset({slot.pins[key]}) if key in slot.pins else line.scope.get(key, row.scope[key])
                if whole is None:
                    notes |= Note.SILENCE
                elif whole not in taken:
                    notes |= Note.PART if self.part_is_named(row, key) else Note.SILENCE
        return replace(line, notes=notes)

    def group(self, signature: Signature, line: Filling, slot: Slot) -> list[tuple[Row, Note]]:
        """A group slot takes all linked entities, each with one value of the own source, and sums them."""
        ends = self.ends(signature.ways[slot.name][0], line.world, line.anchor)
        rows = []
        for end in sorted(ends):
            found = [row for row in self.look(slot.attribute, line.world, end) if self.meets(line, slot, row)]
            if len(found) != 1:
                self.leave_out(signature, line, "a linked entity has no stated value, or several")
                return []
            rows += found
        if not rows:
            return []
        scope = {key: frozenset.intersection(*(row.scope[key] for row in rows)) for key in rows[0].scope}
        summed = Filling(line.world, line.anchor, scope, dict(enumerate(rows)))
        if not once(rows) or not all(scope.values()):
            self.leave_out(signature, line, "the linked entities' values have different scopes or readings")
            return []
        summed = self.noted(summed, dict.fromkeys(summed.rows, slot))
        if self.too_long(signature, summed):
            return []
        return [(implied(summed, sum_name([row.name for row in rows]), slot.attribute, line.anchor, ()), NOTHING)]

    # ------------------------------------------------------------------------------------------ 11 forward, 14 compare

    def forward(self) -> None:
        """Every derivation in turn, until no value is new."""
        known = -1
        while known < len(self.rows):
            known = len(self.rows)
            for signature in self.signatures:
                self.apply(signature)
            for name in self.vocabulary.attributes:
                for key in self.vocabulary.attributes[name].keys:
                    self.parts_and_wholes(name, key)

    def apply(self, signature: Signature) -> None:
        """Compare every filling with what the own source has for the output; imply what nobody has."""
        lines = [
            line
            for start in self.anchors(signature)
            for line in self.capped(signature, self.fill(signature, start, signature.takes))
        ]
        output, gives = len(signature.takes), signature.derivation.gives
        answers = [self.stated_first(self.meeting(signature, line, gives, own_only=True)) for line in lines]
        for line, rows in zip(lines, answers, strict=True):
            full = [self.joined(line, output, gives, row, NOTHING) for row in rows]
            for each in self.one_holder(self.first_values(full, gives, output)):
                self.record(signature, self.noted(each, {output: gives}))
        if signature.derivation.relation is Relation.EQUALS and not signature.factor:
            rest = [self.unanswered(gives, line, rows) for line, rows in zip(lines, answers, strict=True)]
            self.imply(signature, [each for each in rest if each is not None], None)

    @staticmethod
    def stated_first(found: list[tuple[Row, Note]]) -> list[Row]:
        """What is stated; what is implied elsewhere only if nothing is."""
        return [row for row, _ in found if row.claim] or [row for row, _ in found]

    def unanswered(self, gives: Slot, line: Filling, rows: list[Row]) -> Filling | None:
        """The line with the scope of what it implies, or None when the output is answered."""
        scope = self.empty_scope(gives, line.scope)
        if not rows or scope is None:
            return replace(line, scope=scope) if scope is not None else None
        if any(row.claim for row in rows):
            return None
        for key in self.vocabulary.attributes[gives.attribute].keys:
            left = scope[key] - frozenset[str]().union(*(row.scope[key] for row in rows))
            if left and key not in gives.pins:
                behind = [each for row in line.rows.values() for each in row.behind()]
                named = any(key in each.scope and self.part_is_named(each, key) for each in behind)
                note = Note.PART if named else Note.SILENCE
                return replace(line, scope={**scope, key: left}, notes=line.notes | note)
        return None

    def empty_scope(self, slot: Slot, scope: Scope) -> dict[str, frozenset[str]] | None:
        """What the other slots leave for the keys of an empty one; a key they do not speak of is silent."""
        attribute = self.vocabulary.attributes[slot.attribute]
        found = {}
        for key in attribute.keys:
            if key in slot.pins:
                found[key] = frozenset({slot.pins[key]})
            elif key in scope:
                found[key] = scope[key] & frozenset(self.allowed(attribute, key))
            else:
                found[key] = self.silence(attribute, key)
        return found if all(found.values()) else None

    # ------------------------------------------------------------------------------------------ 12 solve

    def backward(self) -> bool:
        """One step: what may be solved, from the values known before it; whether anything came of it."""
        found = [
            (signature, position, self.solved(signature, position))
            for signature in self.signatures
            for position in signature.takes
            if self.may_be_solved(signature, position)
        ]
        known = len(self.rows)
        for signature, position, lines in found:
            slot = signature.takes[position]
            left = [line for line in lines if not self.meeting(signature, line, slot)]  # or it was solved a moment ago
            scopes = [self.empty_scope(slot, line.scope) for line in left]
            fine = [replace(line, scope=scope) for line, scope in zip(left, scopes, strict=True) if scope is not None]
            self.imply(signature, fine, position)
        return len(self.rows) > known

    def solved(self, signature: Signature, position: int) -> list[Filling]:
        """10 gaps: fillings of all slots but one that nothing fills."""
        slots = {len(signature.takes): signature.derivation.gives, **signature.takes}
        missing = slots.pop(position)
        lines = []
        for start in self.anchors(signature):
            here = self.first_values(self.fill(signature, start, slots, own=len(signature.takes)), missing, position)
            lines += [line for line in self.capped(signature, here) if not self.meeting(signature, line, missing)]
        return lines

    # ------------------------------------------------------------------------------------------ parts and wholes

    def parts_and_wholes(self, name: str, key_name: str) -> None:
        """Along one key: a part is at most what holds it, and all parts make the whole."""
        attribute, key = self.vocabulary.attributes[name], self.vocabulary.keys[key_name]
        if attribute.keys[key_name].parts not in {Parts.SUM, Parts.MEAN, Parts.MAX}:
            return
        if attribute.type is not Type.QUANTITY or self.vocabulary.kinds[attribute.about].everywhere:
            return
        rows = [row for row in self.rows if row.fills and row.attribute == name]
        for place in sorted({(row.world, row.subject) for row in rows}):
            mine = [row for row in rows if (row.world, row.subject) == place]
            for value in key.order:
                self.one_whole(attribute, key, value, mine)

    def one_whole(self, attribute: Attribute, key: Key, value: str, rows: list[Row]) -> None:
        """The parts and wholes of one value of a key, about one subject."""
        rule = attribute.keys[key.id].parts
        children = [child for child, parent in key.parent.items() if parent == value]
        parts = [[row for row in rows if row.scope[key.id] == {child}] for child in children]
        wholes = [row for row in rows if row.scope[key.id] <= set(key.above(value))]
        named = [part for part in parts if part]
        if rule is not Parts.MEAN and attribute.positive:
            ceiling = family("part_at_most_whole", attribute, [attribute.id], Relation.AT_MOST)
            for part in chain.from_iterable(named):
                pairs = [together(key.id, [whole, part]) for whole in wholes if whole.claim or part.claim]
                self.record_all(ceiling, attribute, [pair for pair in pairs if pair], 1)
        if rule is Parts.MAX or not 1 < len(named) <= MOST_PARTS or (len(named) < len(children) and rule is Parts.SUM):
            return
        exact = [whole for whole in wholes if value in whole.scope[key.id]]
        note = NOTHING if len(named) == len(children) else Note.INCOMPLETE
        name = "parts" if rule is Parts.SUM else "hull"
        signature = family(name, attribute, [attribute.id] * len(named))
        ways = [Filling(row.world, row.subject, {}, {0: row}) for row in named[0] for _ in product(*named[1:])]
        if not self.capped(signature, ways, MOST_UNDECIDED):
            return
        lines = [line for each in product(*named) if (line := together(key.id, list(each)))]
        lines = self.one_holder(lines)
        lines = self.capped(signature, lines)
        for line in (self.noted(replace(line, notes=line.notes | note), signature.takes) for line in lines):
            picked = list(line.rows.values())
            answers = [(w, NOTHING) for w in exact if overlap(line.scope, w.scope, key.id) and once([*picked, w])]
            full = [together(key.id, [*picked, whole]) for whole in self.stated_first(answers)]
            same = [replace(filling, notes=line.notes) for filling in full if filling]
            self.record_all(signature, attribute, same, len(named))
            if not answers:
                self.imply(signature, [replace(line, scope={**line.scope, key.id: frozenset({value})})], None)

    def record_all(self, signature: Signature, attribute: Attribute, lines: list[Filling], output: int) -> None:
        """Comparisons of parts and wholes; the scope is that of the output."""
        slots = {position: Slot(str(position), attribute.id) for position in range(output + 1)}
        for line in self.one_holder(lines):
            noted = self.noted(line, slots)
            self.record(signature, replace(noted, scope=noted.rows[output].scope))

    # ------------------------------------------------------------------------------------------ 13 no echo, 15 record

    def record(self, signature: Signature, line: Filling) -> None:
        """Keep a comparison."""
        scope = self.empty_scope(signature.derivation.gives, line.scope)
        made = self.made(signature, line, None)
        if scope is not None and not self.echo(signature, line) and not self.too_long(signature, line):
            self.facts.setdefault(made, (scope, line.notes))

    def imply(self, signature: Signature, lines: list[Filling], position: int | None) -> None:
        """Keep applications with one slot empty, and the values that they imply."""
        slot = signature.derivation.gives if position is None else signature.takes[position]
        new = [
            (line, subject)
            for line in lines
            if (subject := self.locate(signature, slot, line))
            and not self.echo(signature, line)
            and not self.too_long(signature, line)
            and self.made(signature, line, position) not in self.facts
        ]
        for line, subject in new:
            first = min(other.anchor for other, about in new if (other.world, about) == (line.world, subject))
            if line.anchor == first:
                made = self.made(signature, line, position)
                self.facts[made] = (dict(line.scope), line.notes)
                code = (*signature.code, *line.at)
                row = implied(line, value_name(made), slot.attribute, subject, code)
                self.rows.append(replace(row, solved=row.solved or position is not None))

    def made(self, signature: Signature, line: Filling, position: int | None) -> Made:
        """What tells an application from all others."""
        width = len(signature.takes) + 1
        names = tuple(line.rows[i].name if i in line.rows else None for i in range(width))
        return signature.derivation.name, signature.derivation.gives.attribute, *line.at, position, names

    def echo(self, signature: Signature, line: Filling) -> bool:
        """13: a value enters what it came from, or completes what holds a claim that it was solved from.

        So does an input made from the output it is compared with; and a bound with something in common on both sides
        is no evidence.
        """
        code, output = (*signature.code, *line.at), len(signature.takes)
        for position, row in line.rows.items():
            if code in row.came_from:
                return True
            if len(line.rows) <= output or row.claim:
                continue
            others = frozenset[Row]().union(*(r.behind() for p, r in line.rows.items() if p != position))
            shared = bool(row.behind() & others)
            bound = signature.derivation.relation is not Relation.EQUALS
            if (shared and (row.solved or bound)) or (position != output and line.rows[output] in row.behind()):
                return True
        return False

    def too_long(self, signature: Signature, line: Filling) -> bool:
        """Whether a chain rests on more than can be kept; it is left out."""
        behind = frozenset[Row]().union(*(row.behind() for row in line.rows.values()))
        came_from = {(*signature.code, *line.at)}.union(*(row.came_from for row in line.rows.values()))
        if len(behind) <= MOST_BEHIND and len(came_from) <= MOST_BEHIND:
            return False
        self.leave_out(signature, line, f"it rests on more than {MOST_BEHIND} readings or applications")
        return True

    def leave_out(self, signature: Signature, line: Filling, reason: str) -> None:
        """Keep why an anchor has no application."""
        self.left_out[(signature.derivation.name, *line.at)] = reason


def value_name(made: Made) -> str:
    """An implied value, by what implies it."""
    name, attribute, world, anchor, solved, slots = made
    return f"{name}:{attribute} of {anchor} in {world}, slot {solved} of ({'; '.join(map(str, slots))})"


def sum_name(names: Iterable[str]) -> str:
    """The sum of a group slot."""
    return " + ".join(sorted(names))


def rank(values: frozenset[str] | None, order: Sequence[str]) -> int:
    """The place of the first value of a list that is possible; the list's length if none is."""
    return next((i for i, value in enumerate(order) if values is None or value in values), len(order))


def holder(line: Filling) -> str | None:
    """Who holds what the own source says in a line; SEVERAL if it is not one."""
    held = {row.holder for row in line.rows.values() if row.world == line.world and row.holder}
    return SEVERAL if len(held) > 1 else next(iter(held), None)


def overlap(one: Scope, other: Scope, but: str) -> bool:
    """Whether two scopes meet on every key but one."""
    return all(key == but or values & other[key] for key, values in one.items())


def together(key: str, rows: list[Row]) -> Filling | None:
    """Rows side by side, if their scopes meet on every key but one; that one is left open."""
    scope = {name: frozenset.intersection(*(row.scope[name] for row in rows)) for name in rows[0].scope}
    open_scope = {name: values for name, values in scope.items() if name != key}
    if not all(open_scope.values()) or not once(rows):
        return None
    return Filling(rows[0].world, rows[0].subject, open_scope, dict(enumerate(rows)))


def implied(line: Filling, name: str, attribute: str, subject: str, code: tuple[str, ...]) -> Row:
    """The value that the rows of a line imply."""
    rows = list(line.rows.values())
    return Row(
        name=name,
        attribute=attribute,
        subject=subject,
        world=line.world,
        scope=line.scope,
        holder=holder(line),
        notes=line.notes,
        came_from=frozenset({code} - {()}).union(*(row.came_from for row in rows)),
        solved=any(row.solved for row in rows),
        rests_on=frozenset[Row]().union(*(row.behind() for row in rows)),
    )
