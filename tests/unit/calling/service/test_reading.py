"""The shape of what comes in is bounded before it is validated, so that no refusal costs more than it should."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from harness.calling.exchange.refusal import Refusal
from harness.calling.exchange.said import SAID
from harness.calling.service.bodies import Members
from harness.calling.service.reading import MOST_FIELDS, MOST_ITEMS, read

CALL = "0" * 32


def test_what_is_a_message_is_read() -> None:
    assert read(SAID, '{"type":"accept","id":1,"call":"' + CALL + '"}').type == "accept"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (json.dumps({str(number): 1 for number in range(MOST_FIELDS + 1)}), "at most 32 fields"),
        (json.dumps([{}] * MOST_ITEMS + [{}]), "a document 20000"),
        (json.dumps({"type": "chat", "more": {str(number): 1 for number in range(100)}}), "at most 32 fields"),
        ('{"type":"chat","type":"chat"}', "twice"),
        ('{"a":{"b":1,"b":2}}', "twice"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 10_000, "no JSON"),
        ("", "no JSON"),
        (b"\xff", "no JSON"),
    ],
)
def test_what_has_no_such_shape_is_refused_before_it_is_validated(text: str | bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        read(SAID, text)
    assert refused.value.reason == "malformed"


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (SAID, {"type": "candidates", "id": 1, "call": CALL, "candidates": [1] * 1000}),
        (SAID, {"type": "invite", "id": 1, "to": "bob", "media": ["x"] * 1000}),
        (TypeAdapter(Members), {"members": [1] * 1000}),
    ],
)
def test_of_a_long_list_not_every_fault_is_named(kind: TypeAdapter[object], document: object) -> None:
    with pytest.raises(ValidationError) as refused:
        read(kind, json.dumps(document))
    assert refused.value.error_count() <= 2
