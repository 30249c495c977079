"""A scenario cannot ask for what makes no sense: positions, roles and media that do not fit are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from harness.model.adversary import Adversary, Position
from harness.model.base import Asset, Party
from harness.model.call import AskedFeature, Call
from harness.model.feature import Feature
from harness.model.keying import Keying
from harness.model.scenario import Scenario

ADVERSARY: TypeAdapter[Adversary] = TypeAdapter(Adversary)
PROCESSES = {"alice": "aiortc-process", "bob": "aiortc-process"}
RELAYED = {
    "id": "relayed",
    "family": "control",
    "title": "T",
    "why": "W",
    "network": "turn-udp",
    "expect": {"outcome": "SECURE"},
}


def read(**described: Any) -> Adversary:
    return ADVERSARY.validate_json(json.dumps(described))


@pytest.mark.parametrize(
    ("described", "complaint"),
    [
        ({"kind": "bystander", "position": []}, "needs the position 'path'"),
        ({"kind": "recorder", "position": ["signalling"]}, "'signalling' is of no use"),
        ({"kind": "service-processor", "position": ["path"]}, "needs the position 'signalling'"),
        ({"kind": "service-processor", "position": ["signalling"]}, "needs the position 'path'"),
        ({"kind": "dtls-mitm", "position": ["signalling"]}, "needs the position 'path'"),
        ({"kind": "e2ee-strip", "position": ["signalling"]}, "needs the position 'path'"),
        ({"kind": "second-device", "answers": "late", "position": ["signalling"]}, "needs the position 'off-path'"),
        ({"kind": "chat-reader", "position": ["signalling", "path"]}, "'path' is of no use"),
        ({"kind": "feature-insertion", "feature": "park", "holder": "device"}, "'signalling' and 'off-path'"),
        (
            {"kind": "feature-insertion", "feature": "park", "position": ["signalling", "path"]},
            "with the holder 'nobody' this adversary has the position 'signalling'",
        ),
        ({"kind": "feature-insertion", "feature": "applause"}, "Input should be 'captions'"),
        ({"kind": "dtls-mitm", "position": ["path"], "swap": ["caller"]}, "needs the position 'signalling'"),
        ({"kind": "dtls-mitm", "position": ["path", "path"]}, "named twice"),
        ({"kind": "sdp-rewrite", "position": ["path"], "rewrite": "hash-md5"}, "'path' is of no use"),
        ({"kind": "plaintext-injection", "position": []}, "at least 1 item"),
        ({"kind": "roc-poisoning", "position": ["signalling"]}, "from the position 'path' or from 'off-path'"),
        ({"kind": "srtp-flood", "position": ["path", "off-path"]}, "from the position 'path' or from 'off-path'"),
        ({"kind": "rtp-bleed", "position": ["path"]}, "'path' is of no use"),
        ({"kind": "turn-tamper", "fault": "redirect"}, "'redirect' needs the position 'off-path'"),
        ({"kind": "turn-tamper", "position": ["path", "off-path"], "fault": "drop"}, "and nothing else does"),
        ({"kind": "candidate-injection", "position": ["path"]}, "needs the position 'signalling'"),
        ({"kind": "candidate-injection", "position": ["signalling"], "how": "replace"}, "needs the position 'path'"),
        ({"kind": "srtp-bitflip", "field": "payload", "every": 0}, "greater than or equal to 1"),
        ({"kind": "nobody"}, "does not match any of the expected tags"),
    ],
)
def test_a_position_that_does_not_fit_is_refused(described: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        read(**described)


def test_positions_that_fit_are_taken() -> None:
    assert read(kind="bystander").position == (Position.PATH,)
    assert read(kind="plaintext-injection", position=["off-path"]).position == (Position.OFF_PATH,)
    assert read(kind="dtls-mitm", position=["signalling", "path"], swap=["caller"]).kind == "dtls-mitm"


@pytest.mark.parametrize("media", [[], ["audio", "audio"], ["smell"]])
def test_media_are_named_once_and_known(media: list[str]) -> None:
    with pytest.raises(ValidationError):
        Call.model_validate_json(json.dumps({"media": media}))


def call(**described: Any) -> Call:
    return Call.model_validate_json(json.dumps(described))


def test_a_feature_can_be_asked_for_by_its_name_alone() -> None:
    asked = call(features=["recording", {"feature": "park", "by": "bob", "on": False, "after": 0.3}]).features
    assert asked == (
        AskedFeature(feature=Feature.RECORDING),
        AskedFeature(feature=Feature.PARK, by=Party.BOB, on=False, after=0.3),
    )


@pytest.mark.parametrize(
    ("described", "complaint"),
    [
        ({"features": ["applause"]}, "Input should be 'captions'"),
        ({"features": [{"feature": "park", "after": 2}], "seconds": 1}, "after the end of the call"),
        ({"chat": [{"text": "hello", "after": 2}], "seconds": 1}, "after the end of the call"),
        ({"chat": [{"text": ""}]}, "at least 1 character"),
        ({"chat": [{"text": "x" * 1001}]}, "at most 1000 characters"),
        ({"features": ["park"] * 17}, "at most 16 items"),
        ({"media": ["chat"]}, "'chat' is no medium"),
        ({"media": ["audio", "screen"]}, "who shares one is named in call.screen"),
        ({"screen": ["caller", "caller"]}, "who shares a screen is named twice"),
        ({"screen": ["alice"]}, "Input should be 'caller' or 'callee'"),
        ({"ring": -1}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_asked_for_or_written_is_refused(described: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        call(**described)


def test_a_screen_is_negotiated_when_anybody_shares_one() -> None:
    assert call().negotiated == (Asset.AUDIO, Asset.VIDEO)
    assert call().sharing == ()
    assert call(media=["audio"], screen=["callee"]).negotiated == (Asset.AUDIO, Asset.SCREEN)
    assert call(screen=["callee"]).sharing == (Party.BOB,)
    assert call(screen=["callee", "caller"]).sharing == (Party.ALICE, Party.BOB)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"endpoints": {"bob": "chromium-clear"}}, "'chromium-clear' cannot be forced through a TURN server"),
        ({"endpoints": {"alice": "program"}}, "'program' cannot be forced through a TURN server"),
        ({"call": {"mode": "service"}}, "an ordinary one goes through the service's processor"),
        ({"tenant": {}}, "an ordinary one goes through the service's processor"),
        ({"adversary": {"kind": "candidate-injection", "position": ["signalling"]}}, "needs no candidates"),
        ({"network": "turn"}, "Input should be 'loopback'"),
    ],
)
def test_what_cannot_go_through_a_turn_server_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Scenario.model_validate_json(json.dumps(RELAYED | changes))


@pytest.mark.parametrize(
    ("adversary", "by_coturn"),
    [
        (None, True),
        ({"kind": "sdp-rewrite", "position": ["signalling"], "rewrite": "hash-md5"}, True),
        ({"kind": "bystander", "position": ["path"]}, False),
    ],
)
def test_who_is_on_the_path_of_a_relayed_call_is_the_relay(adversary: Any, by_coturn: bool) -> None:
    relayed = Scenario.model_validate_json(json.dumps(RELAYED | {"adversary": adversary}))
    assert relayed.relayed_by_coturn is by_coturn
    assert not Scenario.model_validate_json(json.dumps(RELAYED | {"network": "loopback"})).relayed_by_coturn


def test_our_relay_is_a_process_of_its_own_where_its_memory_is_searched() -> None:
    adversary = {"kind": "bystander", "position": ["path"]}
    plain = RELAYED | {"endpoints": PROCESSES, "network": "loopback", "adversary": adversary}
    assert not Scenario.model_validate_json(json.dumps(plain)).relay_apart
    assert Scenario.model_validate_json(json.dumps(plain | {"memory": True})).relay_apart
    relayed = plain | {"memory": True, "adversary": None, "network": "turn-udp"}
    assert not Scenario.model_validate_json(json.dumps(relayed)).relay_apart


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"network": "loopback"}, "in a process between the two: coturn, a media server"),
        ({"adversary": {"kind": "bystander", "position": ["path"]}}, "in a process between the two"),
        ({"network": "loopback", "adversary": {"kind": "recorder"}}, "a relay of ours that forwards or intercepts"),
        ({"endpoints": {}}, "the search must find the keys in an endpoint"),
        ({"call": {"earlier": 1}}, "in one encrypted call with media"),
        ({"call": {"seconds": 0}}, "in one encrypted call with media"),
    ],
)
def test_memory_that_cannot_be_searched_with_both_controls_is_refused(changes: dict[str, Any], complaint: str) -> None:
    searched = RELAYED | {"endpoints": PROCESSES, "memory": True}
    assert Scenario.model_validate_json(json.dumps(searched)).memory
    with pytest.raises(ValidationError, match=complaint):
        Scenario.model_validate_json(json.dumps(searched | changes))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({}, "'aiortc' cannot live in a network namespace: use 'aiortc-process'"),
        ({"endpoints": {"alice": "chromium", "bob": "clear"}}, "'clear' cannot live"),
        ({"endpoints": PROCESSES, "call": {"earlier": 1}}, "without earlier ones"),
        ({"endpoints": PROCESSES, "call": {"mode": "service"}}, "encrypted calls only"),
        (
            {"endpoints": PROCESSES, "adversary": {"kind": "candidate-injection", "position": ["signalling"]}},
            "who is the router needs no candidates",
        ),
    ],
)
def test_what_cannot_be_in_namespaces_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Scenario.model_validate_json(json.dumps(RELAYED | {"network": "namespaces"} | changes))


JANUS_PUT_IN = {"kind": "media-server", "program": "janus", "handling": "terminate"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"call": {"mode": "e2ee"}}, "opens the media of ordinary calls"),
        ({"tenant": {}}, "opens the media of ordinary calls"),
        ({"adversary": {"kind": "recorder"}}, "with nobody else between"),
        ({"call": {"mode": "service", "screen": ["caller"]}}, "no screen, no features"),
        ({"call": {"mode": "service", "features": ["recording"]}}, "no screen, no features"),
        ({"call": {"mode": "service", "restart_after": 0.5}}, "no screen, no features"),
        ({"endpoints": {"bob": "clear"}}, "'clear' makes no DTLS with janus"),
    ],
)
def test_what_janus_cannot_do_for_the_service_is_refused(changes: dict[str, Any], complaint: str) -> None:
    opened = {"network": "loopback", "endpoints": {}, "call": {"mode": "service"}, "processor": "janus"}
    ordinary = Scenario.model_validate_json(json.dumps(RELAYED | opened))
    assert set(ordinary.keyings.values()) == {Keying.DTLS}
    with pytest.raises(ValidationError, match=complaint):
        Scenario.model_validate_json(json.dumps(RELAYED | opened | changes))


@pytest.mark.parametrize(
    ("adversary", "call", "complaint"),
    [
        (JANUS_PUT_IN | {"handling": "relay"}, {}, "only rtpengine can relay"),
        (JANUS_PUT_IN, {"screen": ["caller"]}, "no screen, no restart"),
        (JANUS_PUT_IN, {"restart_after": 0.5}, "no screen, no restart"),
        (JANUS_PUT_IN, {"earlier": 1}, "no screen, no restart"),
    ],
)
def test_what_janus_cannot_do_behind_the_users_backs_is_refused(adversary: Any, call: Any, complaint: str) -> None:
    placed = RELAYED | {"network": "loopback", "endpoints": {}}
    Scenario.model_validate_json(json.dumps(placed | {"adversary": JANUS_PUT_IN}))
    with pytest.raises(ValidationError, match=complaint):
        Scenario.model_validate_json(json.dumps(placed | {"adversary": adversary, "call": call}))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"call": {"media": ["audio", "video"]}}, "bundles nothing"),
        ({"call": {"media": ["audio"], "restart_after": 0.5}}, "bundles nothing"),
        ({"network": "turn-udp"}, "on the loopback interface"),
        ({"call": {"media": ["audio"], "mode": "service"}}, "encrypted calls on the loopback"),
    ],
)
def test_what_no_media_server_carries_is_refused(changes: dict[str, Any], complaint: str) -> None:
    served = {
        "network": "loopback",
        "call": {"media": ["audio"]},
        "adversary": {"kind": "media-server", "handling": "relay"},
    }
    Scenario.model_validate_json(json.dumps(RELAYED | served))
    with pytest.raises(ValidationError, match=complaint):
        Scenario.model_validate_json(json.dumps(RELAYED | served | changes))
