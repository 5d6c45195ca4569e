"""Laws that show a rule to be general: names, order and units do not matter to it, causes and holders do.

Each law runs on the shipped corpora and on examples about invented things; nothing here knows what any of them says.
"""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb import checks, corpus, pipeline
from kb.bind import Bound
from kb.columns import Floats
from kb.desk import examine_claims
from kb.knowledge import Corpus, Knowledge
from kb.model import SUPPOSED, Claim, Entity, Finding, Value, ValueKind
from kb.pipeline import Examination
from kb.verdicts import Judged, judge
from kb.vocabulary import Part, Single, Type

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "examples"
SHIPPED = "what is shipped"
EXAMPLES = [
    "bound.served",
    "direction",
    "direction.bakery",
    "integrality.solved",
    "jump",
    "premise",
    "readings",
    "readings.times",
    "recompute.consequence",
    "recompute.parts",
    "single_value.rivals",
    "tied_ranges",
    "undisclosed_value.bakery",
]


@dataclass(frozen=True)
class Given:
    """Claims with all they refer to."""

    knowledge: Knowledge
    claims: tuple[Claim, ...]

    def examined(self) -> Examination:
        return examine_claims(self.knowledge, list(self.claims))

    def with_claims(self, claims: Iterable[Claim]) -> "Given":
        """The same with some claims replaced, by id, or added."""
        return replace(self, claims=tuple({claim.id: claim for claim in (*self.claims, *claims)}.values()))


@cache
def shipped() -> Corpus:
    return corpus.read(corpus.shipped())


@cache
def given(name: str) -> Given:
    """The shipped corpora, or an example beside the shipped references."""
    known = shipped().knowledge
    if name == SHIPPED:
        return Given(known, tuple(known.claims.values()))
    return beside(FOLDER / f"{name}.yaml")


@cache
def examined(name: str) -> Examination:
    """What is found out about them as they are."""
    return given(name).examined()


def beside(file: Path | tuple[str, bytes]) -> Given:
    """What a file says, beside the shipped references."""
    read = corpus.read([file], shipped().knowledge)
    assert read.errors == ()
    claims = [read.knowledge.claims[id_] for id_ in read.new.claims]
    references = [claim for claim in shipped().knowledge.claims.values() if claim.standing is not None]
    return Given(read.knowledge, (*references, *claims))


everywhere = pytest.mark.parametrize("name", [SHIPPED, *EXAMPLES])


@everywhere
def test_there_is_something_to_lose(name: str) -> None:
    assert examined(name).findings


# ------------------------------------------------------------------------------------------------ names and order


@everywhere
@pytest.mark.parametrize("seed", [1, 2])
def test_neither_names_nor_order_matter(name: str, seed: int) -> None:
    before = given(name)
    names = {
        id_: f"thing {number}"
        for number, id_ in enumerate(before.knowledge.entities)
        if not id_.startswith("every ")  # a word of the vocabulary: what holds for each
    }
    words = (word for each in before.knowledge.entities.values() for mine in each.names.values() for word in mine)
    aliases = {word: f"name {number}" for number, word in enumerate(dict.fromkeys(map(str.casefold, words)))}
    after = shuffled(renamed(before, names, aliases), random.Random(seed))
    assert told(after.examined(), {}) == told(examined(name), names)


def renamed(of: Given, names: Mapping[str, str], aliases: Mapping[str, str]) -> Given:
    """The same about things of other ids and other names; terms that are such names go with them."""
    entities = {names.get(id_, id_): with_name(entity, names, aliases) for id_, entity in of.knowledge.entities.items()}
    glosses = {each.id for each in of.knowledge.vocabulary.attributes.values() if each.plays is Part.GLOSS}
    words = {**names, **aliases}
    claims = tuple(
        with_terms(each, words) if each.attribute in glosses else each
        for each in (about(claim, names) for claim in of.claims)
    )
    sources = {
        id_: source.model_copy(update={"by": tuple(names.get(each, each) for each in source.by)})
        for id_, source in of.knowledge.sources.items()
    }
    return Given(replace(of.knowledge, entities=entities, sources=sources), claims)


def with_name(entity: Entity, names: Mapping[str, str], aliases: Mapping[str, str]) -> Entity:
    links = {link: names.get(target, target) for link, target in entity.links.items()}
    others = {language: tuple(aliases[word.casefold()] for word in mine) for language, mine in entity.names.items()}
    return entity.model_copy(update={"id": names.get(entity.id, entity.id), "names": others, "links": links})


def with_terms(claim: Claim, words: Mapping[str, str]) -> Claim:
    terms = tuple(words.get(term, words.get(term.casefold(), term)) for term in claim.value.terms)
    return claim.model_copy(update={"value": claim.value.model_copy(update={"terms": terms})})


def about(claim: Claim, names: Mapping[str, str]) -> Claim:
    change: dict[str, Any] = {
        "subject": names.get(claim.subject, claim.subject),
        "than": names.get(claim.than or "", claim.than),
        "holders": tuple(names.get(holder, holder) for holder in claim.holders),
        "statement": in_words(claim.statement, names),
    }
    if claim.value.kind is ValueKind.LINK:
        change["value"] = claim.value.model_copy(update={"text": names.get(claim.value.text, claim.value.text)})
    if (effect := claim.value.effect) is not None:
        named = effect.model_copy(update={"of": names.get(effect.of or "", effect.of)})
        change["value"] = claim.value.model_copy(update={"effect": named})
    return claim.model_copy(update=change)


def shuffled(of: Given, chance: random.Random) -> Given:
    """The same in another order."""
    claims, entities = list(of.claims), list(of.knowledge.entities.items())
    sources = list(of.knowledge.sources.items())
    for things in (claims, entities, sources):
        chance.shuffle(things)
    return Given(replace(of.knowledge, entities=dict(entities), sources=dict(sources)), tuple(claims))


def told(examination: Examination, names: Mapping[str, str]) -> dict[str, object]:
    """What was found out, whatever the order: the verdict of each claim and each finding by its id."""
    evidence = examination.evidence
    verdicts = {evidence.claim(number).id: verdict for number, verdict in enumerate(examination.verdicts)}
    return {
        **verdicts,
        **{finding.id: content(examination.explained(finding), names) for finding in examination.findings},
    }


def content(finding: Finding, names: Mapping[str, str]) -> tuple[object, ...]:
    factor = None if finding.factor is None else float(f"{finding.factor:.9g}")
    return (
        finding.severity,
        factor,
        frozenset((each.claim, in_any_order(in_words(each.needed, names))) for each in finding.resolutions),
        frozenset((each.code, each.text) for each in finding.explanations),
        frozenset(in_words(each, names) for each in finding.consequences),
    )


def in_any_order(text: str) -> tuple[str, ...]:
    """The words of a text: things are listed in the order in which they became known."""
    return tuple(sorted(re.split(r", | and ", re.sub("^if it were said of one of these instead of .*?: ", "", text))))


def in_words(text: str, names: Mapping[str, str]) -> str:
    """A text in which things have their other names."""
    longest = sorted((name for name in names if name), key=len, reverse=True)
    pattern = "|".join(map(re.escape, longest))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda found: names[found[0]], text) if longest else text


# ------------------------------------------------------------------------------------------------ numbers


@everywhere
def test_a_changed_input_changes_what_depends_on_it_and_nothing_else(name: str) -> None:
    of = given(name)
    before = examined(name)
    bound = before.evidence.judged.bound
    used, circles = list(uses(before)), list(applied_together(before))
    for claim in np.flatnonzero(before.numeric):
        after = judge(multiplied(bound, np.where(before.columns.rows.claim == claim, 70.0, 1.0)))
        assert moved(before.evidence.judged, after) == {place for place, claims in enumerate(used) if claim in claims}
        changed = {n for n, (a, b) in enumerate(zip(before.verdicts, after.verdict, strict=True)) if a is not b}
        near = {int(claim)}.union(*(circle for circle in circles if claim in circle))
        assert changed <= near.union(*(circle for circle in circles if near & circle)), of.claims[claim].id


def multiplied(bound: Bound, factor: Floats) -> Bound:
    """The same applications with each reading's figure multiplied: what is bound to what depends on no figure."""
    table = copy(bound.table)
    rows = table.columns.rows
    table.columns = replace(table.columns, rows=replace(rows, lo=rows.lo * factor, hi=rows.hi * factor))
    return replace(bound, table=table)


def uses(examination: Examination) -> Iterator[set[int]]:
    """The claims in each comparison, the one it is about among them."""
    evidence = examination.evidence
    for place in range(len(evidence.judged.comparisons.ratio)):
        yield {int(evidence.table.claim[row]) for row in evidence.behind(place)}


def applied_together(examination: Examination) -> Iterator[set[int]]:
    """The claims behind each application, at any depth."""
    table = examination.evidence.table
    for lot in examination.evidence.judged.bound.made.lots:
        for past, slots in zip(lot.past, lot.slots, strict=True):
            yield {int(table.claim[row]) for row in (*past, *slots) if 0 <= row < table.stated}


def moved(before: Judged, after: Judged) -> set[int]:
    """The comparisons whose outcome is another."""
    changed = ~np.isclose(before.comparisons.ratio, after.comparisons.ratio, rtol=1e-9)
    return set(np.flatnonzero(changed).tolist())


@everywhere
def test_the_size_of_a_unit_does_not_matter(name: str) -> None:
    """Scaling all that is counted in one thing by a common factor moves no ratio, no verdict and no finding."""
    of = given(name)
    before = examined(name)
    judged = before.evidence.judged
    dimensions = {dimension for claim in of.claims if claim.standing is None for dimension in powers(of, claim)}
    assert dimensions
    for dimension in sorted(dimensions):
        power = np.array([powers(of, claim).get(dimension, 0) for claim in of.claims])
        after = judge(multiplied(judged.bound, 3.0 ** power[before.columns.rows.claim]))
        assert moved(judged, after) == set(), dimension
        assert after.verdict == before.verdicts, dimension
        evidence = replace(before.evidence, judged=after, texts={})
        assert ids(checks.run(evidence).findings) == ids(before.findings), dimension


def powers(of: Given, claim: Claim) -> dict[str, int]:
    """With which power each dimension goes into the value of a claim; none for factors and words."""
    attribute = of.knowledge.vocabulary.attributes[claim.attribute]
    if attribute.type is not Type.QUANTITY or claim.than is not None:
        return {}
    return dict(of.knowledge.units.quantity(1.0, attribute.unit).dimensionality)


def ids(findings: Iterable[Finding]) -> set[str]:
    """The findings, but for those about whole numbers: thirds of a device are whole when three are one."""
    return {finding.id for finding in findings if finding.code != "integrality"}


@everywhere
def test_a_repaired_cause_leaves_no_finding(name: str) -> None:
    """Every change that a finding offers makes it go away."""
    of = given(name)
    known = {claim.id: claim for claim in of.claims}
    for finding in map(examined(name).explained, examined(name).findings):
        for offered in finding.resolutions if finding.code in {"recompute", "bound"} else ():
            text = re.sub(r"^at (?:least|most) ", "", offered.needed)
            value = Value(kind=ValueKind.QUANTITY, text=text)
            after = of.with_claims([known[offered.claim].model_copy(update={"value": value})]).examined()
            assert finding.id not in {each.id for each in after.findings}, f"{offered.claim} of {text}"


# ------------------------------------------------------------------------------------------------ what is about whom

DENSE = """
sources: [{id: quay-letter, kind: article, title: The making of Birch, by: [Quay Letter]}]
entities: [{id: Birch, kind: model}, {id: Quartz, kind: chip}, {id: Quay Letter, kind: party}]
defaults: {cite: quay-letter, holders: [Quay Letter]}
claims:
  - {id: dense, subject: Birch, attribute: moe.experts, value: none, source: {at: p1}, statement: Birch is dense.}
  - {id: total, subject: Birch, attribute: parameters.total, value: 20 billion param, source: {at: p1},
     statement: Birch has 20 billion weights.}
  - {id: active, subject: Birch, attribute: parameters.active, value: 20 billion param, source: {at: p1},
     statement: A token uses all of them.}
  - {id: share, subject: Birch, attribute: parameters.active_share, value: 100 %, source: {at: p1},
     statement: That is all there is.}
  - {id: tokens, subject: Birch, attribute: data.tokens, scope: {counted: seen}, value: 4.0 trillion token,
     source: {at: p2}, statement: Birch saw 4 trillion tokens.}
  - {id: compute, subject: Birch, attribute: training.compute, value: 4.8e23 FLOP, source: {at: p2},
     statement: Its training took 4.8e23 operations.}
  - {id: pass, subject: Birch, attribute: forward.flop_per_token, value: 40 GFLOP/token, source: {at: p3},
     statement: A token takes 40 billion operations.}
"""


def test_nothing_about_experts_is_said_of_a_dense_model() -> None:
    examination = beside(("dense.yaml", DENSE.encode())).examined()
    assert examination.findings == ()
    applied = {
        reach.attribute.id
        for plan in (examination.evidence.judged.bound.plans[lot.plan] for lot in lots(examination))
        for reach in (plan.gives, *plan.takes)
    }
    assert "parameters.active" in applied
    assert {attribute for attribute in applied if attribute.startswith("moe.") or "expert" in attribute} == set()


def lots(examination: Examination) -> list[Any]:
    return [lot for lot in examination.evidence.judged.bound.made.lots if lot.plan >= 0]


@pytest.mark.parametrize("name", [SHIPPED, "single_value.rivals", "recompute.parts", "jump"])
@pytest.mark.parametrize(
    ("holders", "event"), [(("somebody else",), "disagreement"), ((), "self-contradiction")], ids=["two", "one"]
)
def test_one_holder_contradicts_itself_where_two_disagree(name: str, holders: tuple[str, ...], event: str) -> None:
    of = given(name)
    claims = list(asserted(of, examined(name).evidence.several))
    assert claims
    rivals = {claim.id: contradicted(of, claim, holders or claim.holders) for claim in claims}
    found = of.with_claims(rivals.values()).examined().findings
    for id_, rival in rivals.items():
        [finding] = [each for each in found if {id_, rival.id} <= set(each.claims) and each.code == "single-value"]
        assert finding.message.partition(":")[0] == event


def asserted(of: Given, several: np.ndarray) -> Iterator[Claim]:
    """Claims of a quantity that has one value, that can be meant in one way only, and are not only supposed."""
    families = {entity.links.get("within") for entity in of.knowledge.entities.values()}
    for number, claim in enumerate(of.claims):
        attribute = of.knowledge.vocabulary.attributes[claim.attribute]
        plain = claim.standing is None and claim.than is None and claim.mode not in SUPPOSED
        plain &= not claim.value.text.startswith("more than")  # which the other figure is
        plain &= not (attribute.travels and claim.subject in families)  # each variant has its own
        if plain and claim.value.kind is ValueKind.QUANTITY and attribute.single is Single.ONE and not several[number]:
            yield claim


def contradicted(of: Given, claim: Claim, holders: tuple[str, ...]) -> Claim:
    """A claim that says another figure of the same."""
    unit = of.knowledge.vocabulary.attributes[claim.attribute].unit
    value = Value(kind=ValueKind.QUANTITY, text="7e40" if unit == "1" else f"7e40 {unit}")
    return claim.model_copy(update={"id": f"{claim.id}.rival", "value": value, "holders": holders})


# ------------------------------------------------------------------------------------------------ what nobody wired


def test_no_shipped_claim_names_a_derivation() -> None:
    """Subject, attribute and scope are all that binds."""
    names = {each.name for each in pipeline.derivations()}
    claims = [claim.model_dump(mode="json", exclude={"statement", "note"}) for claim in given(SHIPPED).claims]
    assert len(claims) > 50
    assert [claim["id"] for claim in claims if names & set(texts(claim))] == []


def texts(data: object) -> Iterator[str]:
    """Every text in plain data, the names of fields among them."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from texts(value)
    elif isinstance(data, list | tuple):
        for item in data:
            yield from texts(item)
    elif isinstance(data, str):
        yield data


def test_no_code_knows_a_shipped_corpus() -> None:
    """No thing that a corpus is about, no claim of it and no figure it prints stands in the source of the machine."""
    words = set(words_of_corpora())
    assert len(words) > 60
    code = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("kb", "derivations")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert code
    known = {
        (word, file)
        for word in words
        for file, text in code.items()
        if word in text and re.search(rf"(?<![\w.,]){re.escape(word)}(?!\w|[.,]\d)", text)
    }
    assert known == set()


def words_of_corpora() -> Iterator[str]:
    """Names, ids and figures of at least four characters in the corpora, not in vocabulary and references."""
    read = shipped()
    for path in sorted((ROOT / "claims").glob("*.yaml")):
        said = corpus.read([path], read.knowledge)
        assert said.new.claims
        for id_ in said.new.entities:
            entity = read.knowledge.entities[id_]
            yield from (entity.id, *(name for names in entity.names.values() for name in names))
        for id_ in said.new.claims:
            yield id_.partition(":")[2]
            yield from (word for word in figures(read.knowledge.claims[id_]) if len(word) > 3)


def figures(claim: Claim) -> list[str]:
    """The figures in the words of a quantity, and all its words before the unit."""
    if claim.value.kind is not ValueKind.QUANTITY:
        return []
    text = claim.value.text
    return [*re.findall(r"[\d.,]*\d[万亿]*", text), re.sub(r"\s[A-Za-z%/()*]+$", "", text)]
