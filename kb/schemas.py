"""The JSON Schemas: of claim files, for editors, and of reports, for whoever reads their JSON.

The first is what an editor needs to complete fields and to mark what cannot be read. It is made from the nouns
themselves. What only the reader can know (names, units, figures) is left to `kb check`. The second is written by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from kb.assertions import Given
from kb.model import Acceptance, Claim, Entity, Noun, Source
from kb.vocabulary import Attribute, Key, Kind

SECTIONS: dict[str, type[Noun]] = {
    "kinds": Kind,
    "keys": Key,
    "attributes": Attribute,
    "sources": Source,
    "entities": Entity,
    "claims": Claim,
    "acceptances": Acceptance,
}
SCALAR = {"type": ["string", "number", "boolean"]}  # digits without quotes are digits all the same
VALUE = {
    "description": "What is asserted: a figure with its unit as printed, an entity's name, terms, true or false, "
    "a date, none, undisclosed, {terms: [...]}, or an effect such as {lowers: ATTRIBUTE}.",
    "anyOf": [SCALAR, {"type": "array", "items": SCALAR}, {"type": "object"}],
}
LOCAL = {"type": "string", "minLength": 1}  # an id without its source's is completed by the reader
REPORT = Path(__file__).parent / "reports" / "report-1.schema.json"


def report() -> dict[str, Any]:
    """The JSON Schema of a report and, under `$defs`, of what other commands print; draft 2020-12, frozen."""
    found: dict[str, Any] = json.loads(REPORT.read_text(encoding="utf-8"))
    return found


def claim_file() -> dict[str, Any]:
    """The JSON Schema of a claim file, draft 2020-12."""
    models: list[type[Noun]] = [*SECTIONS.values(), Given]
    wanted: list[Any] = [(model, "validation") for model in models]
    _, made = models_json_schema(wanted, by_alias=True, ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = made["$defs"]
    as_written(definitions)
    sections = {
        name: {"type": "array", "items": {"$ref": f"#/$defs/{model.__name__}"}} for name, model in SECTIONS.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A claim file of Claimcheck",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "defaults": {"anyOf": [{"$ref": "#/$defs/Given"}, {"type": "null"}]},
            "units": {"type": "array", "items": {"type": "string"}},
            **sections,
        },
        "$defs": definitions,
    }


def as_written(definitions: dict[str, Any]) -> None:
    """Turns the schemas of nouns into those of what a person writes, which the reader completes."""
    claim = definitions["Claim"]
    claim["properties"] |= {"value": VALUE, "id": LOCAL}
    claim["required"] = ["id", "statement", "subject", "attribute", "value", "source"]
    definitions["Locator"]["required"] = ["at"]
    definitions["Rest"]["properties"]["claim"] = LOCAL
    for unused in ("Value", "ValueKind", "Effect", "Direction"):
        definitions.pop(unused, None)
