"""Laws that every derivation obeys from the day it is added; nothing here names one.

The laws that could be satisfied by looking away (units, literals, names, examples) are functions that list what is
wrong, and are themselves tested on formulas that are wrong on purpose.
"""

import doctest
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import derivations as room
from kb import corpus, marks, tape
from kb.interval import Branching, Interval
from kb.knowledge import Knowledge
from kb.marks import BadMark, Derivation, Relation, Slot, check, derivation
from kb.pipeline import derivations
from kb.plan import plan
from kb.units import Units
from kb.vocabulary import Vocabulary
from tests.drawn import draws

EACH = pytest.mark.parametrize("formula", derivations(), ids=lambda formula: formula.name)
LAW = draws(15)
SMALL = 4  # the largest integer a formula may hold: beyond it are days in a week, bits in a byte, hours, months
DEFINITION = "@derivation" + "("


@cache
def shipped() -> Knowledge:
    """The vocabulary that comes with Claimcheck."""
    read = corpus.read(path for path in corpus.shipped() if path.parent.name == "vocabulary")
    assert not read.troubles
    return read.knowledge


def made(function: Callable[..., Any], gives: str, **takes: str) -> Derivation:
    """A derivation that stands in no room."""
    found: Derivation = derivation(gives, **takes)(function).derivation  # type: ignore[attr-defined]  # functions take attributes
    return found


def names(formula: Derivation) -> list[str]:
    return [slot.name for slot in formula.takes]


def test_every_derivation_is_found() -> None:
    (folder,) = room.__path__
    written = sum(path.read_text(encoding="utf-8").count(DEFINITION) for path in Path(folder).glob("*.py"))
    assert len(derivations()) == written > 0


# ------------------------------------------------------------------------------------------------ many readings

# Numbers of any size, and numbers near enough to each other that a sum keeps the digits of all its terms.
ANY_SIZE = st.floats(-6, 15).map(lambda power: 10**power)
NEAR = st.floats(1, 100)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Interval, float, Interval]:
    """An interval, a number in it, and an interval around it, perhaps without ends."""
    inside, below, above = draw(ANY_SIZE), draw(st.floats(1, 3)), draw(st.floats(1, 3))
    inner = Interval(inside / below, inside * above)
    low = draw(st.sampled_from([0.0, inner.lo, inner.lo / 2]))
    high = draw(st.sampled_from([inner.hi, inner.hi * 2, math.inf]))
    return inner, inside, Interval(low, high)


def arguments(data: st.DataObject, formula: Derivation, each: st.SearchStrategy[Any]) -> dict[str, Any]:
    return {name: data.draw(each, label=name) for name in names(formula)}


def holds(outer: Interval, inner: Interval) -> bool:
    """Whether no number of the inner interval is outside of the outer one, but for rounding."""
    low = outer.lo <= inner.lo or math.isclose(outer.lo, inner.lo)
    return low and bool(inner.hi <= outer.hi or math.isclose(inner.hi, outer.hi))


@EACH
@LAW
@given(data=st.data())
def test_the_interval_holds_the_float(formula: Derivation, data: st.DataObject) -> None:
    taken = arguments(data, formula, spans())
    found = formula.function(**{name: inside for name, (_, inside, _) in taken.items()})
    assert found in formula.function(**{name: inner for name, (inner, _, _) in taken.items()})


@EACH
@LAW
@given(data=st.data())
def test_wider_input_gives_wider_output(formula: Derivation, data: st.DataObject) -> None:
    taken = arguments(data, formula, spans())
    narrow = formula.function(**{name: inner for name, (inner, _, _) in taken.items()})
    wide = formula.function(**{name: outer for name, (_, _, outer) in taken.items()})
    assert holds(wide, narrow)


@EACH
@LAW
@given(data=st.data())
def test_columns_give_what_scalars_give(formula: Derivation, data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.tuples(*(spans() for _ in formula.takes)), min_size=1, max_size=4))
    wide = data.draw(st.booleans(), label="without ends")  # one line of them sends a whole column the longer way
    taken = [[outer if wide else inner for inner, _, outer in line] for line in lines]
    columns = [
        Interval(np.array([i.lo for i in column]), np.array([i.hi for i in column]))
        for column in zip(*taken, strict=True)
    ]
    found = formula.function(*columns)
    single = [formula.function(*line) for line in taken]
    np.testing.assert_allclose(found.lo, [one.lo for one in single], rtol=1e-12)
    np.testing.assert_allclose(found.hi, [one.hi for one in single], rtol=1e-12)


@EACH
@LAW
@given(data=st.data())
def test_the_tape_evaluates_to_the_function(formula: Derivation, data: st.DataObject) -> None:
    taken = arguments(data, formula, spans())
    floats = {name: inside for name, (_, inside, _) in taken.items()}
    assert tape.evaluate(formula.formula, floats) == formula.function(**floats)
    intervals = {name: outer for name, (_, _, outer) in taken.items()}
    played, called = tape.evaluate(formula.formula, intervals), formula.function(**intervals)
    assert (played.lo, played.hi) == (called.lo, called.hi)


@EACH
def test_every_argument_matters(formula: Derivation) -> None:
    assert set(tape.variables(formula.formula)) == set(names(formula))


@EACH
def test_an_argument_that_may_be_solved_stands_once(formula: Derivation) -> None:
    """The binder solves for attributes marked so; only where they stand once is there a formula for them."""
    solved = [slot.name for slot in formula.takes if shipped().vocabulary.attribute(slot.attribute).solve]
    assert [name for name in solved if tape.variables(formula.formula).count(name) != 1] == []


@EACH
@LAW
@given(data=st.data())
def test_the_inverse_gives_each_argument_back(formula: Derivation, data: st.DataObject) -> None:
    floats = arguments(data, formula, NEAR)
    result = formula.function(**floats)
    once = [name for name in floats if tape.variables(formula.formula).count(name) == 1]
    assert once
    for name in once:
        back = tape.evaluate(tape.inverse(formula.formula, name, "result"), {**floats, "result": result})
        assert back == pytest.approx(floats[name], rel=1e-9)


@EACH
@LAW
@given(data=st.data())
def test_the_inverse_on_intervals_holds_the_argument(formula: Derivation, data: st.DataObject) -> None:
    taken = {name: inner for name, (inner, _, _) in arguments(data, formula, spans()).items()}
    result = formula.function(**taken)
    once = [name for name in taken if tape.variables(formula.formula).count(name) == 1]
    for name in once:
        back = tape.evaluate(tape.inverse(formula.formula, name, "result"), {**taken, "result": result})
        assert taken[name].lo in back
        assert taken[name].hi in back


@EACH
@LAW
@given(data=st.data())
def test_the_printed_form_evaluates_to_the_same(formula: Derivation, data: st.DataObject) -> None:
    floats = arguments(data, formula, NEAR)
    result = formula.function(**floats)
    once = [name for name in floats if tape.variables(formula.formula).count(name) == 1]
    printed = [formula.formula, *(tape.inverse(formula.formula, name, "result") for name in once)]
    for recorded in printed:
        values = {**floats, "result": result}
        assert calculated(tape.show(recorded), values) == tape.evaluate(recorded, values)


def calculated(text: str, values: Mapping[str, float]) -> float:
    """What Python makes of a printed formula."""
    found: float = eval(
        text.replace(" x ", " * "), {"__builtins__": {}, "sqrt": lambda value: value**0.5}, dict(values)
    )
    return found


# ------------------------------------------------------------------------------------------------ units and literals


def unit_trouble(formula: Derivation, declared: Mapping[str, str], given: Mapping[str, str], units: Units) -> list[str]:
    """Where numbers converted at the edge and pint's own quantities disagree; both start from the units given.

    Ones, and primes too: a difference of ones is 0 whatever it is multiplied by.
    """
    primes = [2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0][: len(formula.takes)]
    trouble = []
    for start in ([1.0] * len(formula.takes), primes):
        taken = [
            (number, given[slot.attribute], declared[slot.attribute])
            for number, slot in zip(start, formula.takes, strict=True)
        ]
        by_hand = formula.function(*(number * units.factor(unit, into) for number, unit, into in taken))
        try:
            by_pint = formula.function(*(units.quantity(number, unit) for number, unit, _ in taken))
        except TypeError as error:  # pint's error of dimensions is one
            return [str(error)]
        over = by_pint / units.quantity(1.0, declared[formula.gives.attribute])
        if not over.dimensionless:
            return [f"gives {by_pint.dimensionality}, against {declared[formula.gives.attribute]} of what is given"]
        if not math.isclose(by_hand, over.to_root_units().magnitude, rel_tol=1e-9):
            trouble.append(f"numbers give {by_hand:.9g}, pint gives {over.to_root_units().magnitude:.9g}")
    return trouble


def literal_trouble(formula: Derivation) -> list[str]:
    """Numbers in a formula that may hide a unit, and powers that are not of a half or a whole."""
    powers = [n.right for n in tape.walk(formula.formula) if isinstance(n, tape.Step) and n.sign == "**"]
    exponents = [power.value for power in powers if isinstance(power, tape.Literal)]
    return [
        *(f"literal {n:g}" for n in tape.literals(formula.formula) if n != int(n) or abs(n) > SMALL),
        *(f"power {n:g}" for n in exponents if 2 * n != int(2 * n) or abs(n) > SMALL),
    ]


@EACH
@pytest.mark.parametrize("unit", ["declared", "shown"])
def test_ones_agree_with_ones_through_pint(formula: Derivation, unit: str) -> None:
    attributes = shipped().vocabulary.attributes
    declared = {name: attribute.unit for name, attribute in attributes.items()}
    shown = {name: attribute.shown or attribute.unit for name, attribute in attributes.items()}
    assert unit_trouble(formula, declared, shown if unit == "shown" else declared, shipped().units) == []


@EACH
def test_no_literal_but_small_integers(formula: Derivation) -> None:
    assert literal_trouble(formula) == []


BAKERY = Units(
    ["second = [time] = s", "hour = 3600 s = h", "day = 24 h", "oven = [oven]", "loaf = [loaf]", "dollar = [money]"]
)
COHERENT = {
    "oven.count": "oven",
    "oven.time": "s",
    "oven.work": "oven*s",
    "oven.rate": "loaf/(oven*s)",
    "bread.all": "loaf",
}
PEOPLE = {**COHERENT, "oven.time": "day", "oven.work": "oven*h", "oven.rate": "loaf/(oven*h)"}


def oven_work(function: Callable[..., Any]) -> Derivation:
    return made(function, "oven.work", ovens="oven.count", time="oven.time")


def test_a_sound_formula_has_no_trouble() -> None:
    sound = oven_work(lambda ovens, time: ovens * time)
    assert unit_trouble(sound, COHERENT, COHERENT, BAKERY) == []
    assert unit_trouble(sound, COHERENT, PEOPLE, BAKERY) == []
    assert literal_trouble(sound) == []


@pytest.mark.parametrize(
    ("function", "declared"),
    [
        (lambda ovens, time: ovens * time * 24, PEOPLE),  # right in those units, and wrong in any other
        (lambda ovens, time: ovens * time, PEOPLE),  # the units do not go together
        (lambda ovens, time: ovens + time, COHERENT),
        (lambda ovens, time: ovens / time, COHERENT),
        (lambda ovens, time: ovens, COHERENT),
    ],
)
def test_a_formula_with_a_hidden_unit_fails(function: Callable[..., Any], declared: Mapping[str, str]) -> None:
    assert unit_trouble(oven_work(function), declared, declared, BAKERY)


def test_a_factor_of_a_difference_does_not_hide() -> None:
    kept = made(lambda all_, sold: 12 * (all_ - sold), "bread.all", all_="bread.dozens", sold="bread.dozens")
    declared = {"bread.all": "loaf", "bread.dozens": "dozen"}
    units = Units(["loaf = [loaf]", "dozen = 12 loaf"])
    assert unit_trouble(kept, declared, declared, units) == ["numbers give -12, pint gives -144"]


@pytest.mark.parametrize(
    ("function", "trouble"),
    [
        (lambda ovens, time: ovens * time * 24, ["literal 24"]),
        (lambda ovens, time: ovens * time / 3600, ["literal 3600"]),
        (lambda ovens, time: 60 * 60 * ovens * time, ["literal 3600"]),
        (lambda ovens, time: ovens * (time + 0.5), ["literal 0.5"]),
        (lambda ovens, time: ovens * time * 1e3 + 1e9, ["literal 1000", "literal 1e+09"]),
        (lambda ovens, time: ovens * time**7, ["power 7"]),
        (lambda ovens, time: ovens * time**0.3, ["power 0.3"]),
        (lambda ovens, time: (1 - ovens) * time / 4, []),
    ],
)
def test_a_large_literal_fails(function: Callable[..., Any], trouble: list[str]) -> None:
    assert literal_trouble(oven_work(function)) == trouble


# ------------------------------------------------------------------------------------------------ names


def name_trouble(formula: Derivation, vocabulary: Vocabulary) -> list[str]:
    """Attributes, keys, values and links of the marks that the vocabulary does not have."""
    slots = (formula.gives, *formula.takes)
    wanted = [*(slot.attribute for slot in slots), *([formula.unless] if formula.unless else [])]
    known = [slot for slot in slots if slot.attribute in vocabulary.attributes]
    pins = [(slot, *pin) for slot in known for pin in slot.pins.items()]
    links = {link for kind in vocabulary.kinds.values() for link in kind.links}
    return [
        *(f"attribute {name}" for name in wanted if name not in vocabulary.attributes),
        *(
            f"key {key} of {slot.attribute}"
            for slot, key, _ in pins
            if key not in vocabulary.attribute(slot.attribute).keys
        ),
        *(f"value {key}={value}" for key, value in values(formula) if not has(vocabulary, key, value)),
        *(f"link {link}" for slot in slots for link in slot.links if link not in links),
    ]


def values(formula: Derivation) -> list[tuple[str, str]]:
    """Every key with a value that the marks name."""
    pinned = [pin for slot in (formula.gives, *formula.takes) for pin in slot.pins.items()]
    return [*pinned, *formula.where.items()]


def has(vocabulary: Vocabulary, key: str, value: str) -> bool:
    return key in vocabulary.keys and value in vocabulary.keys[key].order


@EACH
def test_its_names_are_in_the_shipped_vocabulary(formula: Derivation) -> None:
    assert name_trouble(formula, shipped().vocabulary) == []
    assert plan(formula, shipped().vocabulary).derivation is formula  # and its links reach all that it needs


@pytest.mark.parametrize(
    ("gives", "other", "trouble"),
    [
        ("run.devises", "run.devices", ["attribute run.devises"]),
        ("run.devices", "chip.peek", ["attribute chip.peek"]),
        ("run.devices", "run.ways{flow=input}", ["key flow of run.ways"]),
        ("run.devices{split=tensor}", "run.ways", ["key split of run.devices"]),
        ("run.devices", "run.ways{split=sideways}", ["value split=sideways"]),
        ("run.devices", "next>run.devices", ["link next"]),
    ],
)
def test_a_name_that_is_not_there_is_told(gives: str, other: str, trouble: list[str]) -> None:
    assert name_trouble(made(lambda other: other, gives, other=other), shipped().vocabulary) == trouble


# ------------------------------------------------------------------------------------------------ words


def example_trouble(formula: Derivation) -> list[str]:
    """What a docstring lacks: a sentence, an example that calls the function and runs, a reference."""
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    found = finder.find(formula.function, formula.name, globs={**vars(marks), formula.name: formula.function})
    examples = [example for test in found for example in test.examples]
    failed = sum(runner.run(test, out=lambda _: None).failed for test in found)
    return [
        *([] if formula.title.endswith((".", ":")) else ["no sentence"]),
        *([] if any(f"{formula.name}(" in example.source for example in examples) else ["no example"]),
        *(["an example that fails"] if failed else []),
        *([] if formula.reference else ["no reference"]),
    ]


@EACH
def test_it_has_an_example_and_a_reference(formula: Derivation) -> None:
    assert example_trouble(formula) == []


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ("Twice the ovens.\n\n>>> loaves(2.0)\n4.0\n\nReference: a baker.", []),
        ("Twice the ovens.\n\n>>> loaves(2.0)\n3.0\n\nReference: a baker.", ["an example that fails"]),
        ("Twice the ovens.\n\n>>> 2 + 2\n4\n\nReference: a baker.", ["no example"]),
        ("Twice the ovens.\n\n>>> loaves(2.0)\n4.0", ["no reference"]),
        ("Reference: a baker.", ["no example"]),
        (None, ["no sentence", "no example", "no reference"]),
    ],
)
def test_a_missing_or_false_example_is_told(words: str | None, trouble: list[str]) -> None:
    def loaves(ovens: Any) -> Any:
        return ovens * 2

    loaves.__doc__ = words
    assert example_trouble(made(loaves, "bread.all", ovens="oven.count")) == trouble


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("what", "function"),
    [
        ("a comparison", lambda a, b: a if a > b else 1 / b),
        ("a comparison", lambda a, b: a if a == b else b),
        ("a comparison", lambda a, b: a if a != 1 else b),
        ("a comparison", lambda a, b: a if a in (1, 2) else b),
        ("a comparison", lambda a, b: max(a, b, 1.0)),
        ("a comparison", lambda a, b: min(a, 1.0)),
        ("a truth test", lambda a, b: a or b),
        ("a truth test", lambda a, b: a if a - b else b),
        ("float()", lambda a, b: float(a) * b),
        ("float()", lambda a, b: math.sqrt(a * b)),
        ("float()", lambda a, b: math.log(a) + b),
        ("float()", lambda a, b: a**b),
        ("int()", lambda a, b: int(a) * b),
        ("round()", lambda a, b: round(a / b, 2)),
    ],
)
def test_a_function_that_branches_is_refused(what: str, function: Callable[..., Any]) -> None:
    with pytest.raises(Branching) as caught:
        made(function, "bread.all", a="oven.count", b="oven.rate")
    assert re.match(rf"a derivation used {re.escape(what)} on its argument; expected .+; use .*sqrt", str(caught.value))
    promised = re.findall(r"(\w+) from kb\.marks", str(caught.value))
    assert promised
    assert all(hasattr(marks, name) for name in promised)


def two(ovens: Any, time: Any) -> Any:
    return ovens * time


@pytest.mark.parametrize(
    ("takes", "message"),
    [
        ({"ovens": "oven.count"}, r"two: parameters \['ovens', 'time'\] against marks \['ovens'\]"),
        ({"ovens": "oven.count", "times": "oven.time"}, r"did you mean 'times'\?; expected the same names in the same"),
        ({"time": "oven.time", "ovens": "oven.count"}, "the same names in the same order"),
        (
            {"ovens": "oven.count", "time": "oven.time", "more": "oven.rate"},
            r"against marks \[.+'more'\].*; expected the",
        ),
        (
            {"ovens": "ovens", "time": "oven.time"},
            r"two: ovens='ovens'; expected 'link>attribute\{key=value\}' such as",
        ),
        ({"ovens": "Oven.Count", "time": "oven.time"}, "ovens='Oven.Count'; expected"),
        ({"ovens": "oven.count{}", "time": "oven.time"}, r"ovens='oven.count\{\}'; expected"),
        ({"ovens": "oven.count{held}", "time": "oven.time"}, r"ovens='oven.count\{held\}'; expected"),
        ({"ovens": "oven.count{held=once", "time": "oven.time"}, r"ovens='oven.count\{held=once'; expected"),
        ({"ovens": "oven.count", "time": "at>"}, "time='at>'; expected"),
        ({"ovens": "oven.count", "time": ""}, "time=''; expected"),
        ({"ovens": "oven.count", "time": "every oven.time"}, "time='every oven.time'; expected"),
    ],
)
def test_marks_that_do_not_fit_are_refused(takes: dict[str, str], message: str) -> None:
    with pytest.raises(BadMark, match=message) as caught:
        derivation("oven.work", **takes)(two)
    assert str(caught.value).endswith("; correct the decorator or the parameters")


@pytest.mark.parametrize("gives", ["", "work", "at most", "most oven.work", "oven.work "])
def test_what_is_given_is_read_in_the_same_way(gives: str) -> None:
    with pytest.raises(BadMark, match="two: gives="):
        derivation(gives, ovens="oven.count", time="oven.time")(two)


def test_marks_that_fit_are_read() -> None:
    function = lambda base, peak: base + peak  # noqa: E731  (a function without a name of its own will do)
    mark = derivation(
        "at most run.cost{stage=life}",
        where="stage=training",
        unless="moe.experts",
        base="each base>run.cost{stage=training, flow=in-put}",
        peak="on>of>chip.peak",
    )
    mark(function)
    found: Derivation = function.derivation  # type: ignore[attr-defined]  # functions take attributes
    assert found.relation is Relation.AT_MOST
    assert found.gives == Slot("gives", "run.cost", pins={"stage": "life"})
    assert (found.where, found.unless) == ({"stage": "training"}, "moe.experts")
    assert found.takes == (
        Slot("base", "run.cost", ("base",), {"stage": "training", "flow": "in-put"}, each=True),
        Slot("peak", "chip.peak", ("on", "of")),
    )


def test_a_check_without_words_is_refused() -> None:
    with pytest.raises(BadMark, match="two: no docstring; expected a first line that says what the finding means; "):
        check(two)
    assert not hasattr(two, "check")
