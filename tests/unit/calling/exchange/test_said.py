"""What is no message is refused before anybody looks at it: unknown words, wrong types, every bound."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from harness.calling.exchange.said import SAID, Hello

CALL = "0" * 32
GOOD: dict[str, dict[str, Any]] = {
    "invite": {"to": "bob", "media": ["audio", "video", "screen"]},
    "ringing": {"call": CALL},
    "accept": {"call": CALL},
    "decline": {"call": CALL, "why": "no-microphone"},
    "cancel": {"call": CALL},
    "offer": {"call": CALL, "sdp": "x" * 200_000},
    "answer": {"call": CALL, "sdp": "x"},
    "candidates": {"call": CALL, "candidates": ["x" * 512] * 64},
    "hang-up": {"call": CALL, "reason": "codes-differ"},
    "feature": {"call": CALL, "feature": "merge", "on": False, "argument": None},
    "chat": {"to": "bob", "text": "🙂" * 4000},
    "presence": {"presence": "away"},
}


def frame(type_: str, **changed: Any) -> str:
    return json.dumps({"type": type_, "id": 1, **GOOD[type_], **changed})


@pytest.mark.parametrize("type_", GOOD)
def test_each_message_is_taken_and_nothing_beside_it(type_: str) -> None:
    assert SAID.validate_json(frame(type_)).type == type_
    for bad in (
        frame(type_, more=1),
        frame(type_, id="1"),
        frame(type_, id=0),
        frame(type_, id=1.5),
        frame(type_, id=True),
        frame(type_, id=2**60),
        frame(type_, type="hello"),
        *(json.dumps({k: v for k, v in json.loads(frame(type_)).items() if k != gone}) for gone in ("type", "id")),
        *(frame(type_, **{name: [1]}) for name in GOOD[type_]),
    ):
        with pytest.raises(ValidationError):
            SAID.validate_json(bad)


@pytest.mark.parametrize(
    ("type_", "changed"),
    [
        ("invite", {"to": ""}),
        ("invite", {"to": "b" * 129}),
        ("invite", {"to": "bob\u0000"}),
        ("invite", {"media": []}),
        ("invite", {"media": ["audio", "audio"]}),
        ("invite", {"media": ["smell"]}),
        ("ringing", {"call": "0" * 31}),
        ("ringing", {"call": "G" * 32}),
        ("ringing", {"call": "0" * 32 + "\n"}),
        ("decline", {"why": "user-removed"}),
        ("decline", {"why": "__proto__"}),
        ("decline", {"why": ""}),
        ("hang-up", {"reason": "user-removed"}),
        ("hang-up", {"reason": "constructor"}),
        ("hang-up", {"reason": "disconnected"}),
        ("hang-up", {"reason": "USER"}),
        ("offer", {"sdp": ""}),
        ("candidates", {"candidates": []}),
        ("candidates", {"candidates": ["x"] * 65}),
        ("candidates", {"candidates": ["x" * 513]}),
        ("feature", {"feature": "levitation"}),
        ("feature", {"on": "yes"}),
        ("feature", {"argument": "x" * 129}),
        ("chat", {"text": ""}),
        ("chat", {"text": "x" * 4001}),
        ("chat", {"text": "bell \u0007"}),
        ("presence", {"presence": "offline"}),
    ],
)
def test_every_bound_holds(type_: str, changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SAID.validate_json(frame(type_, **changed))


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "1", "{", '{"type": "chat"}', "[" * 200_000, '{"type":' * 50_000, '"\\ud800"', "NaN", "{}"],
)
def test_what_is_no_object_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        SAID.validate_json(text)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValidationError):
        SAID.validate_json('{"type":"chat","id":1,"to":"bob","text":"\\ud800"}')


def test_a_hello_is_a_token_and_no_more() -> None:
    assert Hello.model_validate_json('{"type":"hello","token":"x"}').token == "x"
    for bad in ('{"type":"hello"}', '{"type":"hello","token":""}', '{"type":"hello","token":"x","id":1}'):
        with pytest.raises(ValidationError):
            Hello.model_validate_json(bad)
