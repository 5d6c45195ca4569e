"""A draft of claims from a text: every quantity with what it most likely is about, and why; what could not be placed.

Nothing here decides: attribute, subject and scope are proposals with their evidence in a note, for somebody to correct.
An attribute is proposed if its unit fits, by the words of its name that the sentence says; where several fit equally
the first of the vocabulary is, and the others are named. A subject is a thing of the right kind that the sentence
names, else the last one named before.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.errors import KbError
from kb.knowledge import Knowledge
from kb.model import Entity, Firmness, Mode, Sentence
from kb.phrases import Phrase, phrases
from kb.quantity import TIMES
from kb.saidwords import SCOPES, says, spoken
from kb.texts import Names, digest, flat, sentences
from kb.vocabulary import Attribute, Single

JOINED = re.compile(r"[,;，；、和与及或]|\b(?:and|or|but|while|whereas)\b")
MOST_OTHERS = 3
NOBODY = "no {} is named that is known"
NAME = re.compile(r"(?<![\w.-])[A-Z][\w.-]*\w")
FIRST = re.compile(r"(?:^|[.!?:;]\s+|\n\s*)$")  # before the first word of a sentence
NEAR = 16  # characters around a figure in which words tell what it is of
NOUNS = ("", "param", "token", "expert", "layer", "device")  # units that are words for things, and go unsaid
STAGES = ("training", "inference")
COUNTED = ("expert", "device", "token")  # what "each" can mean
EACH = re.compile(r"(?:\b(?:each|every|per expert)\b|每一?个)[^.,;。，；]{0,16}$", re.IGNORECASE)  # before a figure
GENERAL = {"model", "run", "data", "chip", "moe"}  # first words of names, which say only of what
Named = tuple[int, str, str]  # where a thing is named, its kind, its id


@dataclass(frozen=True, slots=True)
class Suggested:
    """What somebody else suggested that a quantity is said of, and how."""

    by: str
    statement: str  # nothing if it has figures that the text has not
    scope: Mapping[str, str]
    left: Mapping[str, str]  # of the scope, what the vocabulary does not have
    mode: Mode
    firmness: Firmness


@dataclass(frozen=True, slots=True)
class Proposal:
    """One quantity with what it may be."""

    phrase: Phrase
    sentence: Sentence
    unit: str
    attribute: Attribute
    others: tuple[str, ...]  # attributes that fit as well
    words: tuple[str, ...]  # that the sentence says
    subject: str
    how: str  # why that subject
    scope: tuple[tuple[str, str, str], ...] = ()  # keys, their values, and the words for them
    suggested: Suggested | None = None

    @property
    def phrase_and_name(self) -> tuple[int, int]:
        """Where the quantity begins, and where the name in the place of its unit ends."""
        return self.phrase.start, self.phrase.named_until

    def digest(self, text: str) -> str:
        """The digest of the quantity with that name."""
        return digest(text[slice(*self.phrase_and_name)])


@dataclass(frozen=True, slots=True)
class Unplaced:
    """One quantity of which nothing fits."""

    phrase: Phrase
    sentence: Sentence
    why: str


@dataclass(frozen=True)
class Drafted:
    """Everything that was found in a text."""

    text: str
    proposals: tuple[Proposal, ...]
    unplaced: tuple[Unplaced, ...]


def drafted(text: str, known: Knowledge) -> Drafted:
    """The quantities of a text, each placed or with the reason why not."""
    return Drafter(text, known).run()


def with_models(known: Knowledge, names: Iterable[str]) -> tuple[Knowledge, tuple[str, ...]]:
    """What is known with models of these names, and those of them that are new; raises ValidationError."""
    new = [Entity(id=name, kind="model") for name in dict.fromkeys(names) if not known.find(name, "model")]
    return known.plus(entities=new), tuple(entity.id for entity in new)


def unknown(found: Drafted, known: Knowledge) -> str:
    """What to do if quantities could not be placed because the model is not known that a text is about."""
    if not any(each.why.endswith(NOBODY.format("model")) for each in found.unplaced):
        return ""
    often = [name for name, _ in Counter(candidates(found.text, known)).most_common(MOST_OTHERS)]
    likely = f", such as {', '.join(often)}" if often else ""
    return f"no model is known that this is about; if it names a new one{likely}, say so by --about NAME"


def candidates(text: str, known: Knowledge) -> Iterator[str]:
    """Names in a text that nobody knows; the first word of a sentence only with a figure in it, or if elsewhere too."""
    found = [(each[0], text[max(each.start() - 4, 0) : each.start()]) for each in NAME.finditer(text)]
    inside = {name for name, before in found if not FIRST.search(before)}
    for name, _ in found:
        sure = name in inside or any(map(str.isdigit, name))
        if sure and not known.find(name) and not known.find(name.removesuffix("s")):
            yield name


class Drafter:
    """One text being drafted."""

    def __init__(self, text: str, known: Knowledge) -> None:
        self.text, self.known = text, known
        self.plain = flat(text)
        self.beside = (0, 0)  # the part of the text that is told of one quantity alone, and near it
        self.between = (0, 0)  # the part of its sentence between the quantities before and after it
        self.stage = STAGES[0]  # of the run that a text is about so far
        self.last: dict[str, str] = {}  # the thing of each kind that was named last
        self._fitting: dict[str, list[Attribute]] = {}
        self._said: dict[str, set[str]] = {}  # of the sentence asked about last, the words of attributes that it says

    def run(self) -> Drafted:
        """Sentence by sentence."""
        placed: list[Proposal] = []
        unplaced: list[Unplaced] = []
        found = list(phrases(self.text, Names(self.names)))
        starts, every = [each.start for each in found], list(self.named())
        for sentence in sentences(self.text):
            low, high = sentence.span
            mine = found[bisect_left(starts, low) : bisect_left(starts, high)]
            self.stage = self.stage_of(self.plain[low:high].casefold())
            named = every[bisect_left(every, (low, "", "")) : bisect_left(every, (high, "", ""))]
            for number, phrase in enumerate(mine):
                before, after = (
                    mine[number - 1].end if number else low,
                    mine[number + 1].start if mine[number + 1 :] else high,
                )
                self.between = before, after
                self.beside = max(before, phrase.start - NEAR), min(after, phrase.end + NEAR)
                made = self.place(phrase, sentence, named)
                (placed if isinstance(made, Proposal) else unplaced).append(made)  # type: ignore[arg-type]
            for _, kind, entity in named:
                self.last[kind] = entity
        return Drafted(self.text, tuple(placed), tuple(unplaced))

    def stage_of(self, said: str) -> str:
        """Whether a sentence is about training or inference; of one that says neither, or both, as before."""
        stages = [stage for stage in STAGES if says(stage, said)]
        return stages[0] if len(stages) == 1 else self.stage

    # ------------------------------------------------------------------------------------------ things

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of each thing that is known, in any language, with its id; runs aside."""
        found: dict[str, str] = {}
        for entity in self.known.entities.values():
            if entity.kind != "run" and not entity.id.startswith("every "):
                for name in (entity.id, *(name for names in entity.names.values() for name in names)):
                    found.setdefault(name, entity.id)
        return found

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any of the names, the longest first, none of them in a longer word."""
        longest = sorted(self.names, key=len, reverse=True)
        first = "".join(sorted({re.escape(each[0]) for each in longest})) or "$"
        words = "|".join(map(re.escape, longest)) or "$^"
        return re.compile(rf"(?=[{first}])(?<![A-Za-z0-9-])(?:{words})(?![A-Za-z0-9]|-[0-9])")

    def named(self) -> Iterator[Named]:
        """The things that the text names: where, of what kind, and which."""
        for found in self.pattern.finditer(self.plain):
            entity = self.names[found[0]]
            yield found.start(), self.known.entities[entity].kind, entity

    def subject(self, attribute: Attribute, at: int, named: Sequence[Named]) -> tuple[str, str]:
        """What an attribute is most likely said of, and why; nothing if no thing of its kind is named."""
        kind = kind_of(attribute)
        here = [(abs(place - at), entity) for place, of, entity in named if of == kind]
        entity, how = (min(here)[1], "named in the sentence") if here else (self.last.get(kind, ""), "named before")
        return (f"{entity}/{self.stage}" if entity and attribute.about == "run" else entity), how

    # ------------------------------------------------------------------------------------------ what is said

    def place(self, phrase: Phrase, sentence: Sentence, named: Sequence[Named]) -> Proposal | Unplaced:
        """What a quantity most likely is."""
        said = self.plain[slice(*sentence.span)].casefold()
        if TIMES.search(phrase.value):
            return Unplaced(phrase, sentence, "a multiple; say of what, and compared with what (than)")
        unit, fitting = next(
            ((unit, found) for unit in self.units(phrase, sentence) if (found := self.fitting(unit))), ("", [])
        )
        if not phrase.written.unit and not phrase.named:
            unit, fitting = "", self.by_words(phrase, said)
        if not fitting:
            unit = phrase.written.unit
            what = (
                f"no attribute has the unit {unit!r}" if unit else "a figure without a unit, and no word tells of what"
            )
            return Unplaced(phrase, sentence, what)
        near = self.near(phrase)
        ranked = sorted(fitting, key=lambda each: (-len(told(each, near, "")), -len(told(each, said, unit))))
        best = told(ranked[0], said, unit)
        if not best and (unit == "%" or len(fitting) > MOST_OTHERS):
            return Unplaced(phrase, sentence, f"the unit {unit!r} fits many attributes, and no word tells which")
        nearest = told(ranked[0], near, "")
        others = tuple(
            each.id
            for each in ranked[1:]
            if len(told(each, said, unit)) == len(best) and len(told(each, near, "")) == len(nearest)
        )
        subject, how = self.subject(ranked[0], phrase.start, named)
        if not subject:
            return Unplaced(phrase, sentence, f"likely {ranked[0].id}, but {NOBODY.format(kind_of(ranked[0]))}")
        scope = tuple(self.scoped(ranked[0], phrase))
        return Proposal(phrase, sentence, unit, ranked[0], others, best, subject, how, scope)

    def near(self, phrase: Phrase) -> str:
        """The words around a quantity, in lower case: up to the quantities, commas and "and"s beside it."""
        low, high = self.between
        before, after = self.plain[low : phrase.start].casefold(), self.plain[phrase.end : high].casefold()
        joints = [each.end() for each in JOINED.finditer(before)]
        stop = JOINED.search(after)
        return f"{before[joints[-1] if joints else 0 :]} {after[: stop.start() if stop else len(after)]}"

    def scoped(self, attribute: Attribute, phrase: Phrase) -> Iterator[tuple[str, str, str]]:
        """The value of each key of an attribute that is said nearest to a quantity, with the words that say it."""
        low, high = self.between
        said = self.plain[low:high].casefold()
        start, end = phrase.start - low, phrase.end - low
        for name, allowed in values_of(attribute, self.known).items():
            found = [
                (max(each.start() - end, start - each.end()), value, each[0])
                for value, words in SCOPES.get(name, {}).items()
                if value in allowed
                for each in spoken(words).finditer(said)
                if not JOINED.search(said, min(end, each.end()), max(start, each.start()))
            ]
            if found:
                _, value, words = min(found)
                yield name, value, words

    def units(self, phrase: Phrase, sentence: Sentence) -> Iterator[str]:
        """The units that a quantity can have, the likeliest first."""
        unit = phrase.written.unit
        if phrase.named:
            unit = (
                "device"
                if any(self.known.entities[each].kind == "chip" for each in self.known.find(phrase.named))
                else ""
            )
        if unit.endswith("FLOP") and says("forward", self.plain[slice(*sentence.span)].casefold()):
            yield f"{unit}/pass"
        if unit.endswith("/h"):
            yield f"{unit.removesuffix('h')}(device*h)"
        if unit and EACH.search(self.plain, sentence.span[0], phrase.start):
            yield from (f"{unit}/{each}" for each in COUNTED)
        yield unit

    def by_words(self, phrase: Phrase, said: str) -> list[Attribute]:
        """The attribute that the words around a figure without a unit name, if they name one.

        said: the sentence, in lower case; what stands near the figure is a part of it.
        """
        near = self.plain[slice(*self.beside)].casefold()
        highest = phrase.written.meanings[0].hi
        if said not in self._said:
            self._said = {said: {word for _, words in self.asked for word in words if says(word, said)}}
        found = [
            (len(words), attribute)
            for attribute, words in self.asked
            if words <= self._said[said] and all(says(word, near) for word in words)
        ]
        shares = [each for each in found if each[1].shown == "%"] if highest <= 1 else []
        found = shares or [each for each in found if each[1].shown != "%" and highest >= 1]
        most = max((count for count, _ in found), default=0)
        best = [attribute for count, attribute in found if count == most]
        return best if len(best) == 1 else []

    @cached_property
    def asked(self) -> list[tuple[Attribute, frozenset[str]]]:
        """Each attribute of which a figure has no unit, with the words of its name that tell it from others."""
        counted = (each for each in self.quantities if each.count or any(self.fits(unit, each) for unit in NOUNS))
        return [(each, frozenset(each.id.split(".")) - GENERAL) for each in counted]

    def is_chip(self, name: str) -> bool:
        """Whether a name is one of a chip, which is said for devices that are so many of it."""
        return any(self.known.entities[each].kind == "chip" for each in self.known.find(name))

    def fitting(self, unit: str) -> list[Attribute]:
        """The attributes that a unit fits; a figure without a unit and a share fit those without a dimension."""
        if unit not in self._fitting:
            self._fitting[unit] = [each for each in self.quantities if self.fits(unit, each)]
        return self._fitting[unit]

    @cached_property
    def quantities(self) -> list[Attribute]:
        """The attributes that are quantities, in the order of the vocabulary."""
        return [each for each in self.known.attributes.values() if told_of(each)]

    def fits(self, unit: str, attribute: Attribute) -> bool:
        """Whether a unit is one of an attribute."""
        try:
            self.known.units.factor(unit, attribute.unit)
        except KbError:
            return False
        return True


def kind_of(attribute: Attribute) -> str:
    """The kind of thing that a text names where an attribute is asked of one: of a run it names the model."""
    return "model" if attribute.about == "run" else attribute.about


def told_of(attribute: Attribute) -> bool:
    """Whether a figure in a text can be the value of an attribute."""
    return bool(attribute.unit) and attribute.about != "rule" and attribute.single is not Single.MANY


def values_of(attribute: Attribute, known: Knowledge) -> dict[str, tuple[str, ...]]:
    """The values that each scope key of an attribute can have."""
    keys = known.vocabulary.keys
    rules = attribute.keys.items()
    return {name: keys[name].inside(rule.only) if rule.only else tuple(keys[name].order) for name, rule in rules}


def told(attribute: Attribute, said: str, unit: str) -> tuple[str, ...]:
    """The words of an attribute's name that a sentence says, or that its unit is named after."""
    stem = unit.partition("/")[0]
    words = dict.fromkeys(attribute.id.split("."))
    return tuple(word for word in words if says(word, said) or (len(stem) > 1 and word.startswith(stem)))
