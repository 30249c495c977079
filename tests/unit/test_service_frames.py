"""Frames of the service and messages of the signalling say the same, in both directions."""

from __future__ import annotations

from typing import Any

import pytest

from harness.calling.exchange.said import SAID
from harness.model.alarms import FAILURES
from harness.model.base import Party
from harness.model.feature import LOCKED, NOT_NOW, FeatureRefusal, FeatureRequest
from harness.model.recording import MAX_BODY, SignalKind, SignalMessage
from harness.service_frames import heard, refused, said, sayable, told

CALL = "0" * 32
BOB = "bob@contoso.example"
ASKED = FeatureRequest.model_validate({"feature": "transfer", "argument": "carol"}).model_dump_json()

TOLD = [
    ({"type": "incoming", "media": ["audio", "video"], "display": "Alice"}, SignalKind.INVITE, "audio video"),
    ({"type": "ringing"}, SignalKind.RINGING, ""),
    ({"type": "accepted", "mode": "e2ee", "display": "Bob", "device": "desktop"}, SignalKind.ACCEPT, "e2ee"),
    ({"type": "declined", "why": "declined"}, SignalKind.DECLINE, "declined"),
    ({"type": "cancelled", "why": "no-answer"}, SignalKind.CANCEL, "no-answer"),
    ({"type": "offer", "sdp": "v=0"}, SignalKind.OFFER, "v=0"),
    ({"type": "answer", "sdp": "v=0"}, SignalKind.ANSWER, "v=0"),
    ({"type": "hung-up", "reason": "user"}, SignalKind.HANGUP, "user"),
    ({"type": "feature", "feature": "transfer", "on": True, "by": BOB, "argument": "carol"}, SignalKind.FEATURE, ASKED),
    ({"type": "chat", "from": BOB, "text": "hello"}, SignalKind.CHAT, "hello"),
    ({"type": "policy", "policy": "Global"}, SignalKind.POLICY, "Global"),
    ({"type": "presence", "user": BOB, "presence": "away"}, SignalKind.PRESENCE, "away"),
]
SAYS = [
    (SignalKind.INVITE, "audio video"),
    (SignalKind.RINGING, ""),
    (SignalKind.ACCEPT, ""),
    (SignalKind.DECLINE, "failed"),
    (SignalKind.CANCEL, ""),
    (SignalKind.OFFER, "v=0"),
    (SignalKind.ANSWER, "v=0"),
    (SignalKind.HANGUP, "media-failed"),
    (SignalKind.FEATURE, ASKED),
    (SignalKind.CHAT, "hello"),
    (SignalKind.PRESENCE, "away"),
]


@pytest.mark.parametrize(("frame", "kind", "body"), TOLD)
def test_what_the_service_tells_alice_comes_from_bob(frame: dict[str, Any], kind: SignalKind, body: str) -> None:
    message = told(frame | {"call": CALL}, Party.ALICE, "Alice@contoso.example")
    assert message is not None
    assert (message.kind, message.sender, message.body) == (kind, Party.BOB, body)
    assert message.name == frame.get("display")


@pytest.mark.parametrize("own", ["from", "by"])
def test_what_she_has_said_herself_and_is_told_again_comes_from_her(own: str) -> None:
    frame = {"type": "chat", "text": "hello", own: "ALICE@contoso.example"}
    message = told(frame, Party.ALICE, "alice@contoso.example")
    assert message is not None and message.sender is Party.ALICE


@pytest.mark.parametrize("type_", ["toggle", "welcome", "bye", "caption", "unheard-of"])
def test_what_is_no_part_of_a_call_is_no_message(type_: str) -> None:
    assert told({"type": type_}, Party.ALICE, "alice") is None
    assert heard({"type": type_}, Party.ALICE) is None


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "offer"},
        {"type": "offer", "sdp": "v" * (MAX_BODY + 1)},
        {"type": "feature", "on": True},
        {"type": "incoming", "media": 5},
        {"type": "incoming", "media": None},
    ],
)
def test_a_frame_that_lacks_something_or_holds_too_much_is_refused(frame: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        told(frame, Party.ALICE, "alice")


@pytest.mark.parametrize(("kind", "body"), SAYS)
def test_what_a_party_says_is_a_frame_that_the_service_takes_and_reads_as_the_same(kind: SignalKind, body: str) -> None:
    message = SignalMessage(kind=kind, sender=Party.ALICE, body=body)
    type_, fields = said(message, BOB)
    call = {} if kind in (SignalKind.INVITE, SignalKind.CHAT, SignalKind.PRESENCE) else {"call": CALL}
    taken = SAID.validate_python({"type": type_, "id": 1, **fields, **call}, strict=False)
    assert heard(taken.model_dump(mode="json"), Party.ALICE) == message


def test_a_client_never_says_what_only_the_service_can() -> None:
    for kind in (SignalKind.POLICY, SignalKind.FEATURE_REFUSED):
        with pytest.raises(ValueError, match="a client never says"):
            said(SignalMessage(kind=kind, sender=Party.ALICE, body=""), BOB)


def test_a_refusal_names_the_feature_and_says_why() -> None:
    asked = SignalMessage(kind=SignalKind.FEATURE, sender=Party.ALICE, body=ASKED, name="Alice")
    refusal = refused(asked, "locked-feature", "Transfer is not available in an end-to-end encrypted call.")
    assert (refusal.kind, refusal.sender, refusal.name) == (SignalKind.FEATURE_REFUSED, Party.ALICE, None)
    said_why = FeatureRefusal.model_validate_json(refusal.body)
    assert (said_why.feature.value, said_why.detail[:8], said_why.reason) == ("transfer", "Transfer", LOCKED)
    for other in ("not-now", "unavailable", "busy"):
        assert FeatureRefusal.model_validate_json(refused(asked, other, "no").body).reason == NOT_NOW


@pytest.mark.parametrize("kind", [SignalKind.DECLINE, SignalKind.HANGUP])
@pytest.mark.parametrize("reason", sorted(FAILURES))
def test_whatever_ends_a_call_has_a_reason_that_the_service_takes(kind: SignalKind, reason: str) -> None:
    """A hang-up that was refused would leave the other one in the call."""
    message = sayable(SignalMessage(kind=kind, sender=Party.ALICE, body=reason))
    type_, fields = said(message, BOB)
    SAID.validate_python({"type": type_, "id": 1, "call": CALL, **fields}, strict=False)


def test_a_client_that_refused_a_certificate_says_so_in_the_service_s_words() -> None:
    refused_one = SignalMessage(kind=SignalKind.HANGUP, sender=Party.ALICE, body="fingerprint-mismatch")
    assert sayable(refused_one).body == "dtls-failed"
    kept = refused_one.model_copy(update={"body": "sdp-rejected"})
    assert sayable(kept) == kept
