"""A draft as a claim file, for somebody to correct: the proposals with their evidence, and what was not placed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.drafting import MOST_OTHERS, Drafted, Proposal
from kb.model import Firmness, Mode
from kb.saidwords import holds
from kb.texts import digest, flat
from kb.yamlout import Tree, written

MODES = {
    "rumour": "reportedly|rumour|rumor|rumoured|it is said|is said to|are said to|said to have|insider|insiders|leaked"
    "|据说|传闻|据传|有消息称|透露|爆料|知情人士",
    "estimate": "estimate|estimated|估计|估算",
    "prediction": "will be|expected to|预计|将会",
    "conditional": "if|suppose|assuming|如果|假设|假如|按每|以每",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a claim file says before its claims."""

    source: str
    title: str
    by: str
    models: tuple[str, ...] = ()  # that are new
    remarks: str = ""  # comments that follow the first


def text_of(found: Drafted, heading: Heading) -> str:
    """A claim file: the proposals with places and evidence, and what was not placed as comments; raises Unwritable."""
    source, by = heading.source, heading.by
    entities: list[Tree] = [{"id": by, "kind": "party"}]
    entities += [{"id": name, "kind": "model"} for name in heading.models]
    tree: Tree = {
        "sources": [{"id": source, "kind": "article", "title": heading.title, "by": [by]}],
        "entities": entities,
        "defaults": {"cite": source, "holders": [by]},
        "claims": list(claims(found)),
    }
    count = len(found.proposals)
    head = f"# A draft of {counted(count)}: correct what is wrong, and put each statement in your own words.\n"
    left = (f"{each.sentence.at}: {' '.join(each.phrase.text.split())}: {each.why}" for each in found.unplaced)
    return head + heading.remarks + written(tree) + "".join(f"# not placed, {line}\n" for line in left)


def counted(number: int) -> str:
    """``1 claim``, ``12 claims``."""
    return "1 claim" if number == 1 else f"{number:,} claims"


def claims(found: Drafted) -> Iterator[Tree]:
    """Each proposal as a claim; of devices that are called by the name of a chip also that the run is on that chip."""
    on: set[tuple[str, str]] = set()
    for number, each in enumerate(found.proposals, 1):
        yield claim(found, each, f"d{number}")
        if each.phrase.named and (link := (each.subject, each.phrase.named)) not in on:
            on.add(link)
            made = {"id": f"d{number}.on", "statement": f"{each.subject} was on the {each.phrase.named}."}
            span: list[Tree] = [*each.phrase_and_name]
            place: Tree = {"at": each.sentence.at, "span": span, "digest": each.digest(found.text)}
            yield {**made, "subject": each.subject, "attribute": "run.on", "value": each.phrase.named, "source": place}


def claim(found: Drafted, proposal: Proposal, name: str) -> Tree:
    """One proposal as a claim."""
    phrase, value = proposal.phrase, valued(proposal)
    made: dict[str, Tree] = {
        "id": name,
        "statement": f"{proposal.attribute.id} of {proposal.subject} is {value}.",
        "subject": proposal.subject,
        "attribute": proposal.attribute.id,
        "value": value,
    }
    firmness = Firmness.HEDGED if phrase.written.hedged else Firmness.PLAIN
    if (said := proposal.suggested) is not None:
        made |= {"statement": said.statement} if said.statement else {}
        made |= {"scope": dict(said.scope)} if said.scope else {}
        mode: str = said.mode if said.mode is not Mode.STATEMENT else ""
        firmness = firmness if firmness is Firmness.HEDGED else said.firmness
    else:
        made |= {"scope": {key: value for key, value, _ in proposal.scope}} if proposal.scope else {}
        mode = mode_of(flat(found.text[slice(*proposal.sentence.span)]).casefold())
    made |= {"mode": str(mode)} if mode else {}
    made |= {"firmness": str(firmness)} if firmness is not Firmness.PLAIN else {}
    span: list[Tree] = [phrase.start, phrase.end]
    made["source"] = {"at": proposal.sentence.at, "span": span, "digest": digest(phrase.text)}
    made["note"] = noted(proposal)
    return made


def noted(proposal: Proposal) -> str:
    """Why a quantity is proposed for what it is proposed for."""
    if (said := proposal.suggested) is not None:
        left = f"; left out: {', '.join(f'{key} {value}' for key, value in said.left.items())}" if said.left else ""
        return f"draft: suggested by {said.by}, the figure read from the text{left}"
    others = f"; as likely: {', '.join(proposal.others[:MOST_OTHERS])}" if proposal.others else ""
    words = f" and {', '.join(proposal.words)}" if proposal.words else ""
    told = "".join(f"; {key} {value} by {word!r}" for key, value, word in proposal.scope)
    return f"draft: by its unit{words}{others}; subject {proposal.how}{told}"


def valued(proposal: Proposal) -> str:
    """The value as a claim writes it: with the unit that it was placed by, or that of the attribute if it has none."""
    phrase, unit = proposal.phrase, proposal.unit
    if phrase.written.unit:
        return phrase.value if unit == phrase.written.unit else phrase.value.replace(phrase.written.unit, unit)
    own = proposal.attribute.unit
    return f"{phrase.value} {unit or (own if own != '1' else '')}".rstrip()


def mode_of(said: str) -> str:
    """What kind of assertion a sentence is by its words; nothing for a plain statement."""
    return next((mode for mode, words in MODES.items() if any(holds(said, each) for each in words.split("|"))), "")
