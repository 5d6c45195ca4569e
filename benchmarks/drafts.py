"""Claims to be: what is true, how it is written, and which of them must agree."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from kb.model import Claim, Entity, Locator, Mode, Rest, Role, Source, Value, ValueKind
from kb.quantity import Meaning, read

SCALES = {"zh": ((1e12, "万亿"), (1e8, "亿")), "en": ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))}
FULL = 100_000  # numbers below are written out
LARGEST, SMALLEST = 9e14, 1e-3  # numbers beyond are written with an exponent


@dataclass(slots=True)
class Style:
    """How a figure is printed."""

    unit: str
    digits: int = 3
    hedged: bool = False
    count: bool = False  # a number of things: in full unless hedged, and then exact
    language: str = "en"
    width: float = 0.0  # half of a range, as a share of the figure

    def write(self, value: float) -> str:
        """The figure with its hedge and unit."""
        figure = self.number(value)
        if self.width:
            each = " %" if self.unit == "%" else ""
            figure = f"{self.number(value * (1 - self.width))}{each} to {self.number(value * (1 + self.width))}"
        return f"{'about ' if self.hedged else ''}{figure} {self.unit}".rstrip()

    def number(self, value: float) -> str:
        """The digits, rounded."""
        if self.count and not self.hedged:
            return f"{round(value):,}"
        exact, value = value, float(f"{value:.{self.digits - 1}e}")
        if value >= LARGEST or value < SMALLEST:
            return f"{value:.{self.digits - 1}e}".replace("e+", "e")
        scale, word = next((each for each in SCALES[self.language] if value >= max(each[0], FULL)), (1.0, ""))
        places = self.digits - 1 - math.floor(math.log10(value / scale) + 1e-12)
        if self.count and not word:
            return f"{value:,.0f}"
        if word and self.language == "en" and places < 0:  # digits before a scale word count: 240 billion has three
            return f"{exact / scale:,.0f}{word}"
        return f"{value / scale:,.{max(places, 0)}f}{word}"


@dataclass(slots=True, eq=False)
class Draft:
    """One claim to be."""

    name: str  # ends the claim's id
    subject: str
    attribute: str
    style: Style | None = None  # of a quantity
    truth: float = math.nan
    kind: ValueKind = ValueKind.QUANTITY
    text: str = ""
    terms: tuple[str, ...] = ()
    scope: dict[str, str] = field(default_factory=dict)
    than: str | None = None
    mode: Mode = Mode.STATEMENT
    rests: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.style is not None:
            self.text = self.style.write(self.truth)

    def tolerance(self) -> float:
        """How far, as a logarithm, what is written may be from what is meant."""
        meant = meanings(self)
        low, high = min(float(each.lo) for each in meant), max(float(each.hi) for each in meant)
        return math.log(high / low) + max(each.below for each in meant) + max(each.above for each in meant)

    def claim(self, source: str, holders: tuple[str, ...], line: int) -> Claim:
        """The claim."""
        said = self.text or ", ".join(self.terms)
        return Claim(
            id=f"{source}:{self.name}",
            statement=f"The {self.attribute} of {self.subject} is said to be {said}.",
            subject=self.subject,
            attribute=self.attribute,
            scope=self.scope,
            value=Value(kind=self.kind, text=said, terms=self.terms),
            than=self.than,
            mode=self.mode,
            holders=holders,
            source=Locator(cite=source, at=f"p{line}"),
            rests_on=tuple(Rest(claim=f"{source}:{name}", role=Role.PREMISE) for name in self.rests),
        )


def meanings(draft: Draft) -> tuple[Meaning, ...]:
    """What the engine takes a draft's words for."""
    count = draft.style is not None and draft.style.count
    return read(draft.text, count=count, exact=draft.mode is Mode.PREMISE).meanings


@dataclass(slots=True)
class Agreement:
    """Claims whose product, with these exponents, one check looks at."""

    powers: dict[Draft, float]
    suspects: tuple[Draft, ...]  # those in which an error can be put
    passes: tuple[tuple[float, float], ...] = ((0.0, 0.0),)  # where the logarithm of the product goes unnoticed
    slack: float = 0.0  # logarithm, of the rules of thumb in it

    def notices(self, draft: Draft, factor: float) -> bool:
        """Whether the check must fail if this draft alone is wrong by that factor.

        Twice the tolerances: rounding may have gone the error's way, and the check allows for as much again.
        """
        room = self.slack + 2 * sum(abs(power) * each.tolerance() for each, power in self.powers.items())
        shift = self.powers[draft] * math.log(factor)
        return all(shift > high + room or shift < low - room for low, high in self.passes)


@dataclass(slots=True)
class Work:
    """A source to be, with what it says."""

    source: Source
    holders: tuple[str, ...]
    drafts: list[Draft] = field(default_factory=list)

    def claims(self) -> Iterable[Claim]:
        """Its claims."""
        return (draft.claim(self.source.id, self.holders, line) for line, draft in enumerate(self.drafts))


@dataclass(slots=True)
class Scene:
    """What is said of one model, of its runs, and of what it is compared with."""

    works: list[Work]
    entities: list[Entity]
    agreements: list[Agreement]
