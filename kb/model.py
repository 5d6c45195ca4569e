"""The nouns: what a source says, about what, where, how firmly, and what Claimcheck makes of it.

Every type is a frozen pydantic model: strict, extra fields forbidden, strings and lists bounded. Nothing here computes.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_LIST = 200
MAX_SENTENCES = 20_000

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\x00-\x1f\x7f]*$", strip_whitespace=True)
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z][A-Za-z0-9_.\-]*$")]
ClaimId = Annotated[str, StringConstraints(max_length=240, pattern=r"^[^\s:]+:[^\s:]+$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Names = Annotated[tuple[Name, ...], Field(max_length=MAX_LIST)]


class Noun(BaseModel):
    """Base of all nouns: immutable, strict, closed."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


# ------------------------------------------------------------------------------------------------ sources and entities


class SourceKind(StrEnum):
    """What sort of work says something."""

    ARTICLE = "article"
    PAPER = "paper"
    STATEMENT = "statement"
    DATASHEET = "data sheet"
    DATASET = "data set"
    DEFINITION = "definition"


class SilentFigure(Noun):
    """Digits or a numeral word of a sentence that no claim states, and why not: an ordinal, a part of a unit."""

    span: tuple[int, int]
    silent: Text


class Sentence(Noun):
    """Where one sentence of a source stands, with a digest of its words, so that nobody has to pass them on."""

    at: Annotated[str, StringConstraints(pattern=r"^p[0-9]{1,7}\.s[0-9]{1,7}$")]
    span: tuple[int, int]
    digest: Digest
    silent: Text | None = None  # why it says nothing that could be claimed
    figures: Annotated[tuple[SilentFigure, ...], Field(max_length=MAX_LIST)] = ()

    @model_validator(mode="after")
    def _figures_lie_within(self) -> Self:
        (start, end), inner = self.span, [figure.span for figure in self.figures]
        if not 0 <= start < end or not all(start <= low < high <= end for low, high in inner):
            raise ValueError(
                f"spans {[list(each) for each in (self.span, *inner)]} of sentence {self.at}; "
                "expected [start, end) with 0 <= start < end, and those of its figures within its own; "
                "take the rows that 'kb source sentences' prints"
            )
        return self

    @property
    def place(self) -> tuple[int, int]:
        """Its paragraph, and its number within that."""
        paragraph, _, number = self.at[1:].partition(".s")
        return int(paragraph), int(number)


class Source(Noun):
    """A work that says things; two sources that retell the same third are one origin, not two witnesses."""

    id: Word
    kind: SourceKind
    title: Text
    by: Names = ()
    published: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    address: Text | None = None
    retells: Word | None = None
    unsaid: Annotated[tuple[Word, ...], Field(max_length=MAX_LIST)] = ()  # attributes on which it says nothing
    verified: bool = True
    note: Text | None = None
    sentences: Annotated[tuple[Sentence, ...], Field(max_length=MAX_SENTENCES)] = ()  # of its text, all in order

    @model_validator(mode="after")
    def _sentences_are_in_order(self) -> Self:
        for before, after in pairwise(self.sentences):
            (paragraph, number), (at, of) = before.place, after.place
            following = (at == paragraph and of == number + 1) or (at > paragraph and of == 0)
            if not following or before.span[1] > after.span[0]:
                raise ValueError(
                    f"sentence {after.at} behind {before.at}; expected every sentence once, in the order of the text; "
                    "take the rows that 'kb source sentences' prints"
                )
        return self


class Entity(Noun):
    """What claims are about: a model, a run, a chip, a party ... with its names and its defining links."""

    id: Name
    kind: Word
    names: dict[Word, Names] = Field(default_factory=dict, max_length=20)
    links: dict[Word, Name] = Field(default_factory=dict, max_length=20)
    own: dict[Word, Word] = Field(default_factory=dict, max_length=20)
    hypothetical: bool = False
    note: Text | None = None


# ------------------------------------------------------------------------------------------------ claims


class ValueKind(StrEnum):
    """How the value of a claim is to be understood."""

    QUANTITY = "quantity"
    LINK = "link"
    TERM = "term"
    YES_NO = "yes-no"
    DATE = "date"
    NONE = "none"
    UNDISCLOSED = "undisclosed"
    EFFECT = "effect"


class Direction(StrEnum):
    """Which way something moves a quantity."""

    RAISES = "raises"
    LOWERS = "lowers"
    LEAVES = "leaves"


class Effect(Noun):
    """That something raises, lowers or leaves a quantity; the claim's `than` says compared with what."""

    direction: Direction
    on: Word  # an attribute, or a family of them such as parameters
    of: Name | None = None  # of what, where the words say it


class Value(Noun):
    """What is asserted: digits as printed with a unit, another entity's name, terms, yes / no, a date, an effect."""

    kind: ValueKind
    text: Annotated[str, StringConstraints(max_length=500)] = ""
    terms: Names = ()
    complete: bool | None = None  # whether the terms are all there are
    announced: Annotated[str, StringConstraints(pattern=r"^(many|[1-9][0-9]{0,2})$")] | None = (
        None  # how many there are
    )
    effect: Effect | None = None


class Mode(StrEnum):
    """What kind of assertion it is."""

    STATEMENT = "statement"
    ESTIMATE = "estimate"
    PREMISE = "premise"
    CONDITIONAL = "conditional"
    PREDICTION = "prediction"
    RUMOUR = "rumour"
    OPINION = "opinion"
    INFERENCE = "inference"


SUPPOSED = frozenset({Mode.PREMISE, Mode.CONDITIONAL})  # said for the sake of an argument


class Firmness(StrEnum):
    """How firmly it is put."""

    HEDGED = "hedged"
    PLAIN = "plain"
    EMPHATIC = "emphatic"


class Standing(StrEnum):
    """What a reference may decide: see CHECKING, section 3."""

    HARD = "hard"
    HARD_IN_SCOPE = "hard in scope"
    SOFT = "soft"
    COMPARISON = "comparison only"


class Role(StrEnum):
    """In which role one claim rests on another."""

    PREMISE = "premise"
    INPUT = "input"
    EVIDENCE = "evidence"
    COMPUTED_FROM = "computed-from"


class Rest(Noun):
    """One thing that the source says a claim rests on."""

    claim: ClaimId
    role: Role = Field(alias="as")

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)


class Locator(Noun):
    """Where in the source it stands: a paragraph and sentence with a character span, or a table row and column."""

    cite: Word
    at: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    span: tuple[int, int] | None = None
    digest: Digest | None = None

    @model_validator(mode="after")
    def _span_is_ordered(self) -> Self:
        if self.span is not None and not 0 <= self.span[0] < self.span[1]:
            raise ValueError(
                f"span {list(self.span)}; expected [start, end) with 0 <= start < end; "
                "count code points from the start of the file"
            )
        return self


class Claim(Noun):
    """One atomic assertion, paraphrased, with its place in the source."""

    id: ClaimId
    statement: Text
    subject: Name
    attribute: Word
    scope: dict[Word, Word] = Field(default_factory=dict, max_length=20)
    inferred: tuple[Word, ...] = Field(default=(), max_length=20)
    value: Value
    than: Name | None = None
    mode: Mode = Mode.STATEMENT
    firmness: Firmness = Firmness.PLAIN
    holders: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    source: Locator
    rests_on: Annotated[tuple[Rest, ...], Field(max_length=MAX_LIST)] = ()
    standing: Standing | None = None
    slack: Annotated[float, Field(gt=1, le=1000, allow_inf_nan=False)] | None = None
    working: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)] | None = (
        None  # the calculation that the source prints for its value
    )
    note: Text | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        loose = [key for key in self.inferred if key not in self.scope]
        if loose:
            raise ValueError(
                f"inferred names {', '.join(loose)}; expected keys of this claim's scope; "
                "add the key to scope or drop it"
            )
        if self.slack is not None and self.standing not in {None, Standing.SOFT}:
            raise ValueError(
                f"slack on a reference that is {self.standing}; expected it on a soft one or on a claim; "
                "drop one of the two"
            )
        return self


# ------------------------------------------------------------------------------------------------ what is made of them


class Verdict(StrEnum):
    """What the evidence makes of a claim; see CHECKING, section 2."""

    MALFORMED = "malformed"
    SUSPENDED = "suspended"
    IMPOSSIBLE = "impossible"
    JOINT = "jointly impossible"
    UNDETERMINED = "undetermined"
    OFF = "off"
    ROUNDING = "holds with rounding"
    HOLDS = "holds"
    UNKNOWN = "unknown"
    NOT_NUMERIC = "not numeric"


class Severity(IntEnum):
    """How bad a finding is; ordered, so that a threshold can be given."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


class Status(StrEnum):
    """What an analyst has done about a finding."""

    OPEN = "open"
    ACCEPTED = "accepted"
    STALE = "stale"


class Certainty(StrEnum):
    """How sure an explanation is; the report uses these three words as such."""

    PROVEN = "proven"
    ASSERTED = "asserted"
    MENTIONED = "mentioned"


Line = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*$",
        strip_whitespace=True,
    ),
]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Pin(Noun):
    """A claim as it was, by a digest of what it said of what."""

    claim: ClaimId
    digest: Digest


class Acceptance(Noun):
    """That somebody knows of a finding and leaves it at that, as long as its claims say what they said."""

    id: Annotated[str, StringConstraints(max_length=120, pattern=r"^[a-z][a-z-]*-[0-9a-f]{6}$")]  # of the finding
    code: Word
    reason: Line
    by: Line | None = None
    at: Day
    claims: Annotated[tuple[Pin, ...], Field(max_length=10_000)] = ()
    revoked: Day | None = None


class Explanation(Noun):
    """Why a finding may be as it is: a unit slip by k, tied ranges, a wrong reading."""

    code: Word
    certainty: Certainty
    text: str
    claims: tuple[str, ...] = ()  # of which one, or the word that they share, would be wrong
    factor: float | None = None  # by which; of one story only


class Step(Noun):
    """One line of arithmetic that a pocket calculator can redo."""

    text: str
    claims: tuple[str, ...] = ()


class SideEffect(Noun):
    """A claim that fits now, and would not after a change."""

    claim: str
    effect: str  # ``fails run_cost by a factor of 3``


class Resolution(Noun):
    """One change that would make it fit, and what that would cost."""

    claim: str
    needed: str
    strain: float | None = None
    note: str = ""
    side_effects: tuple[SideEffect, ...] = ()
    mends: tuple[str, ...] = ()  # other claims that would not fail any more


class Bar(Noun):
    """An interval to be drawn beside others: as written, and with all rounding; None where it has no end."""

    label: str
    unit: str
    written: tuple[float | None, float | None]
    tolerated: tuple[float | None, float | None]


class Finding(Noun):
    """What an analyst acts on: one event, one sentence, the arithmetic, and what would make it fit."""

    id: str
    code: str
    severity: Severity
    status: Status = Status.OPEN
    accepted: str = ""  # when, by whom and why; and what has changed since, if it is stale
    claims: tuple[str, ...]
    message: str
    factor: float | None = None
    arithmetic: tuple[Step, ...] = ()
    proof: tuple[Step, ...] = ()  # of what is impossible by itself
    certificate: dict[str, Any] | None = None  # a proof as data that a verifier reads
    by_intervals: str = ""  # why something impossible has none
    resolutions: tuple[Resolution, ...] = ()
    bars: tuple[Bar, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    assumed: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()
    place: str | None = None
