"""The JSON Schema of the lines between the harness and a program: every request, answer and event.

`harness schema endpoint-protocol` prints it. A line is one of `anyOf`; what an operation gives stands in `$defs` as
"result-of-OPERATION", because an answer does not name what it answers.
"""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from .model.endpoint_events import Event
from .model.endpoint_protocol import OF_THE_HARNESS, SPEECH, Answer, Stats
from .model.statement import EndpointStatement

Schema = dict[str, Any]
_REF: Final = "#/$defs/{model}"


def protocol_schema(generator: type[GenerateJsonSchema]) -> Schema:
    """Of both directions: requests as the harness writes them, lines of a program as they are read."""
    events: tuple[type[BaseModel], ...] = get_args(Event)
    spoken = {model for pair in SPEECH.values() for model in pair}
    every: set[type[BaseModel]] = {Answer, EndpointStatement, *events, *spoken}
    models = sorted(every, key=lambda model: model.__name__)
    inputs: list[tuple[type[BaseModel], Literal["validation"]]] = [(model, "validation") for model in models]
    _, made = models_json_schema(inputs, schema_generator=generator, ref_template=_REF)
    parts = made["$defs"]
    for event in events:
        _as_told(parts[event.__name__])
    parts[Stats.__name__]["properties"]["statement"] = _statement(parts.pop(EndpointStatement.__name__))
    for operation, (_, result) in SPEECH.items():
        parts[f"result-of-{operation}"] = _reference(result)
    return {
        "title": "EndpointProtocol",
        "description": "One line between the harness and a program that is an endpoint (docs/endpoint-protocol.md).",
        "anyOf": [
            *(_request(operation.value, arguments) for operation, (arguments, _) in SPEECH.items()),
            _reference(Answer),
            *(_reference(event) for event in events),
        ],
        "$defs": parts,
    }


def _as_told(event: Schema) -> None:
    """Its name is what makes a line an event; and the bytes of a text in base64 are not its characters."""
    event["required"] = ["event", *event["required"]]
    for name, part in event["properties"].items():
        if part.get("format") == "base64url":
            event["properties"][name] = {"type": "string", "contentEncoding": "base64"}


def _reference(model: type[BaseModel]) -> Schema:
    return {"$ref": _REF.format(model=model.__name__)}


def _request(operation: str, arguments: type[BaseModel]) -> Schema:
    return {
        "title": f"request {operation}",
        "type": "object",
        "properties": {
            "id": {"type": "integer", "minimum": 0},
            "op": {"const": operation},
            "arguments": _reference(arguments),
        },
        "required": ["id", "op", "arguments"],
        "additionalProperties": False,
    }


def _statement(whole: Schema) -> Schema:
    """What a program may say of its call, nothing of which it must."""
    fields = {name: part for name, part in whole["properties"].items() if name not in OF_THE_HARNESS}
    return {"type": "object", "properties": fields, "additionalProperties": False}
