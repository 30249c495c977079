"""The schema of the lines says what the harness writes and takes, as far as a schema can."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from harness.endpoint_worker import _OPERATIONS
from harness.model.base import Asset, Party
from harness.model.call import AudioKind
from harness.model.endpoint_events import LINE
from harness.model.endpoint_protocol import SPEECH, MediaForm, OpenArguments, Operation, Request
from harness.model.statement import EndpointStatement
from harness.schema import schema_text
from tests.unit.model.test_endpoint_protocol import LINES


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(schema_text("endpoint-protocol"))


@pytest.fixture(scope="module")
def line(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema)


def part(schema: Any, name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def test_every_operation_is_spoken_of_and_our_own_program_does_them_all() -> None:
    assert set(SPEECH) == set(Operation) == set(_OPERATIONS)


@pytest.mark.parametrize("name", LINES)
def test_what_a_program_may_say_fits(line: jsonschema_rs.Draft202012Validator, name: str) -> None:
    line.validate(LINES[name][0])


@pytest.mark.parametrize(
    "said",
    [
        {"event": "applause"},
        {"outward": True, "local": "127.0.0.1:1", "remote": "127.0.0.1:2", "time": 1.0, "data": ""},
        {"id": 1},
        {"id": 1, "ok": True, "more": 1},
        {"id": 1, "op": "applaud", "arguments": {}},
        {"id": 1, "op": "connect", "arguments": {}},
        {"event": "sound", "rate": 8000, "data": "AAA="},
    ],
)
def test_what_nobody_says_does_not(line: jsonschema_rs.Draft202012Validator, said: Any) -> None:
    assert not line.is_valid(said)
    with pytest.raises(ValueError):
        LINE.validate_json(json.dumps(said))


def test_a_request_as_the_harness_writes_it_fits(line: jsonschema_rs.Draft202012Validator) -> None:
    asked = OpenArguments(
        party=Party.BOB,
        peer_name="Alice",
        media=(Asset.AUDIO,),
        markers={Asset.AUDIO: "0123456789abcdef"},
        address="127.0.2.18",
        code_digits=20,
        voice=AudioKind.CHORD,
        first_sequence=None,
        replay_window=None,
        pieces={Asset.AUDIO: ("AAAA",)},
    )
    request = Request(id=3, op=Operation.OPEN, arguments=asked.model_dump(mode="json"))
    line.validate(json.loads(request.model_dump_json()))


def test_the_result_of_an_operation_has_a_schema(schema: Any) -> None:
    hello = part(schema, "result-of-hello")
    hello.validate({"protocol": 1, "software": "client/1"})
    hello.validate({"software": "client/1", "tells_packets": True, "sends": MediaForm.RAW, "receives": "markers"})
    assert not hello.is_valid({"protocol": 2, "software": "client/1"})
    stats = part(schema, "result-of-stats")
    stats.validate({"statement": {}})
    stats.validate({"statement": {"connected": True, "packets": {"rtp_sent": 3}, "presented_certificate": None}})
    assert not stats.is_valid({"statement": {"party": "bob"}})
    assert not stats.is_valid({"statement": {"heard": 1}})
    assert not stats.is_valid({"statement": {"local_certificate": "-----BEGIN CERTIFICATE-----"}})
    assert set(schema["$defs"]["Stats"]["properties"]["statement"]["properties"]) < set(EndpointStatement.model_fields)
