"""The ten locked features: refused by name where the call is encrypted, done where it is not."""

from __future__ import annotations

import pytest

from harness.calling.exchange.exchange import say
from harness.calling.exchange.features import WHILE_RINGING
from harness.calling.exchange.outcome import Asked
from harness.calling.exchange.refusal import Refusal
from harness.calling.exchange.said import UseFeature
from harness.model.feature import NAMES, Feature
from harness.model.tenant import ClientKind
from tests.unit.calling.exchange.world import BOB, CEM, DORA, World, ordinary, ringing, tenant, up


@pytest.mark.parametrize("feature", Feature)
@pytest.mark.parametrize("session", ["alice-pc", "bob-pc"])
def test_in_an_encrypted_call_each_is_refused_by_its_name(feature: Feature, session: str) -> None:
    world, call = up()
    before = world.exchange
    for on in (True, False):
        asked = UseFeature(type="feature", id=1, call=call, feature=feature, on=on)
        with pytest.raises(Refusal) as refused:
            say(world.exchange, world.directory, session, asked, "0" * 32, 0.0)
        assert refused.value.reason == "locked-feature"
        assert refused.value.detail == f"{NAMES[feature]} is not available in an end-to-end encrypted call."
    assert world.exchange == before


def test_every_feature_has_a_name() -> None:
    assert set(NAMES) == set(Feature)


@pytest.mark.parametrize("feature", ["captions", "transcription", "recording"])
@pytest.mark.parametrize("on", [True, False])
def test_in_a_service_call_the_service_is_asked_for_it_and_both_are_told(feature: str, on: bool) -> None:
    world, call = ordinary()
    assert world.say("bob-pc", "feature", call=call, feature=feature, on=on) == {}
    told = {"type": "feature", "call": call, "feature": feature, "on": on, "by": BOB, "argument": None}
    assert world.heard() == [("alice-pc", told), ("bob-pc", told)]
    assert world.deeds == (Asked(call, Feature(feature), on, "bob-pc"),)
    assert world.exchange.calls[call].parties == ("alice-pc", "bob-pc")


@pytest.mark.parametrize("feature", Feature)
@pytest.mark.parametrize(("session", "answered"), [("alice-pc", {"refused": "not-the-callee"}), ("bob-pc", {})])
def test_while_it_rings_who_is_called_can_ask_for_two_and_then_the_mode_is_what_it_would_be(
    feature: Feature, session: str, answered: dict[str, str]
) -> None:
    for on in (True, False):
        world, call = ringing()
        world.change(tenant(on=on))
        answer = world.say(session, "feature", call=call, feature=feature, on=True, argument=CEM)
        if feature not in WHILE_RINGING:
            assert answer == {"refused": "out-of-order"}
        else:
            assert answer == ({"refused": "locked-feature"} if on else answered)


@pytest.mark.parametrize("session", ["alice-pc", "cem-pc"])
@pytest.mark.parametrize("feature", sorted(WHILE_RINGING))
def test_nobody_but_who_is_called_stops_the_ringing_or_rings_others(feature: Feature, session: str) -> None:
    """Neither the caller, nor somebody at whom it rings besides."""
    world, call = ringing()
    world.change(tenant(on=False))
    assert world.say("bob-pc", "feature", call=call, feature="simultaneous-ring", on=True, argument=CEM) == {}
    world.join("dora-pc")
    answer = world.say(session, "feature", call=call, feature=feature, on=True, argument=DORA)
    assert answer == {"refused": "not-the-callee"}
    assert world.exchange.calls[call].rung == ("bob-pc", "cem-pc")


def test_to_the_caller_a_call_that_rings_is_encrypted_if_any_device_could_make_it_so() -> None:
    world = World()
    world.join("alice-pc")
    world.join("bob-browser", ClientKind.WEB)
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    assert world.say("alice-pc", "feature", call=call, feature="voicemail", on=True) == {"refused": "not-the-callee"}
    world.say("alice-pc", "cancel", call=call)
    world.join("bob-pc")
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    assert world.say("alice-pc", "feature", call=call, feature="voicemail", on=True) == {"refused": "locked-feature"}
    assert world.say("bob-browser", "feature", call=call, feature="voicemail", on=True) == {}
