"""JSON Schemas (draft 2020-12), made from the models: of the scenario file, and of every document that we write.

They are committed below reports/schema/, and a test makes them again. The schema of a scenario file differs from its
model in what only a file has: no `family` (the folder says it), an `id` without brackets, and a `matrix`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from .matrix import ADVERSARIES, MAX_VARIANTS, PATHS
from .model.cost import Cost
from .model.endpoint_check import EndpointCheck
from .model.ground_truth import GroundTruth
from .model.inspection import Inspection
from .model.interop import Interop
from .model.policy_audit import PolicyAudit
from .model.recording import Recording, SignalEntry
from .model.scenario import Scenario
from .model.search import SearchDocument
from .model.statement import EndpointStatement
from .model.tenant import Tenant
from .model.verdict import RunDocument
from .protocol_schema import protocol_schema
from .scenario_file import BASE_ID

FOLDER: Final = Path("reports/schema")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """Without titles made from the names of fields; and every field of a document that we write is really there."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


def schema_text(name: str) -> str:
    """The schema called `name` as it is committed: two spaces, one final line end. Raises KeyError."""
    return json.dumps({"$schema": DIALECT} | SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


def file_name(name: str) -> str:
    return f"{name}.schema.json"


def write(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write every schema into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in SCHEMAS:
        path = folder / file_name(name)
        path.write_text(schema_text(name), encoding="utf-8")
        written.append(path)
    return tuple(written)


def _written(model: type[BaseModel]) -> Callable[[], Schema]:
    """Of a document that we write: every field is there."""
    return lambda: model.model_json_schema(schema_generator=_Generator, mode="serialization")


def _scenario_file() -> Schema:
    schema = Scenario.model_json_schema(schema_generator=_Generator)
    fields, parts = schema["properties"], schema["$defs"]
    del fields["family"], parts["Family"]
    fields["id"]["pattern"] = BASE_ID
    fields["matrix"] = _matrix(fields, parts)
    schema["required"] = ["schema_version", *(name for name in schema["required"] if name != "family")]
    schema["allOf"] = _required_unless_varied(parts)
    return schema


def _matrix(fields: Schema, parts: Schema) -> Schema:
    """For each path that may be varied: a list of what may stand there."""
    return {
        "description": f"Runs the product of these lists: at most {MAX_VARIANTS} variants of the same expectation.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            path: {"type": "array", "minItems": 1, "uniqueItems": True, "items": _value_at(path, fields, parts)}
            for path in PATHS
        },
    }


def _value_at(path: str, fields: Schema, parts: Schema) -> Schema:
    section, _, member = path.rpartition(".")
    if section == "adversary":
        holders = [parts[model.__name__]["properties"] for model in ADVERSARIES.values()]
        return _any_of(holder[member] for holder in holders if member in holder)
    holder = fields if not section else parts[section.capitalize()]["properties"]
    return _any_of([holder[member]])


def _any_of(schemas: Iterable[Schema]) -> Schema:
    """One of these, each named once; a default has no meaning in a list of values to try."""
    distinct: list[Schema] = []
    for schema in schemas:
        bare = {key: value for key, value in schema.items() if key != "default"}
        if bare not in distinct:
            distinct.append(bare)
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _required_unless_varied(parts: Schema) -> list[Schema]:
    """What an adversary needs stands either in the file or in its matrix."""
    conditions = []
    for kind, model in ADVERSARIES.items():
        part = parts[model.__name__]
        for member in part["required"]:
            if member != "kind":
                conditions.append(_needs(kind, member))
        part["required"] = ["kind"]
    return conditions


def _needs(kind: str, member: str) -> Schema:
    varied = {"required": ["matrix"], "properties": {"matrix": {"required": [f"adversary.{member}"]}}}
    of_kind = {"required": ["kind"], "properties": {"kind": {"const": kind}}}
    return {
        "if": {"required": ["adversary"], "properties": {"adversary": of_kind}, "not": varied},
        "then": {"properties": {"adversary": {"required": [member]}}},
    }


SCHEMAS: Final[dict[str, Callable[[], Schema]]] = {
    "scenario": _scenario_file,
    "recording": _written(Recording),
    "signalling": _written(SignalEntry),
    "endpoint": _written(EndpointStatement),
    "ground-truth": _written(GroundTruth),
    "results": _written(RunDocument),
    "interop": _written(Interop),
    "inspection": _written(Inspection),
    "search": _written(SearchDocument),
    "cost": _written(Cost),
    "tenant": _written(Tenant),
    "policy-audit": _written(PolicyAudit),
    "endpoint-check": _written(EndpointCheck),
    "endpoint-protocol": lambda: protocol_schema(_Generator),
}
"""Every schema by its name: the file is `<name>.schema.json`."""
