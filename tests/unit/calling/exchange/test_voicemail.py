"""What becomes of a call that nobody answers: the voicemail takes an ordinary one, where its user wants that."""

from __future__ import annotations

import pytest

from harness.calling.exchange.directory import Directory
from harness.calling.exchange.endings import RING_SECONDS
from harness.calling.exchange.outcome import Answered, Ended, Offered, Talker
from harness.calling.policy.transitions import take_unanswered
from tests.unit.calling.exchange.world import ALICE, BOB, CEM, World, tenant


def unanswered(*, on: bool, wanted: bool = True) -> tuple[World, str]:
    """Alice has called Bob for a minute; whether everybody encrypts, and whether he wants a voicemail."""
    world = World(Directory(take_unanswered(tenant(on=on), BOB, wanted)))
    for one in ("alice-pc", "bob-pc", "bob-phone"):
        world.join(one)
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    world.tick(RING_SECONDS - 0.1)
    assert world.heard() == []
    world.tick(RING_SECONDS)
    return world, call


def test_it_takes_the_call_and_every_device_is_told_why_it_stops_ringing() -> None:
    world, call = unanswered(on=False)
    (accepted,) = world.heard("accepted")
    assert accepted[0] == "alice-pc"
    assert (accepted[1]["mode"], accepted[1]["display"]) == ("service", "Voicemail of Bob")
    told = {"type": "feature", "call": call, "feature": "voicemail", "on": True, "by": BOB, "argument": None}
    assert world.heard("feature") == [("alice-pc", told)]
    stops = {"type": "cancelled", "call": call, "why": "voicemail"}
    assert world.heard("cancelled") == [("bob-pc", stops), ("bob-phone", stops)]
    assert list(world.deeds) == [Answered(call, Talker("alice-pc", ALICE), None)]
    assert world.say("alice-pc", "offer", call=call, sdp="keys") == {}
    assert list(world.deeds) == [Offered(call, "keys", "alice-pc")]
    assert world.say("bob-pc", "accept", call=call) == {"refused": "unknown-call"}
    assert world.say("alice-pc", "hang-up", call=call) == {}
    assert list(world.deeds) == [Ended(call)]


@pytest.mark.parametrize(("on", "wanted"), [(True, True), (False, False)])
def test_what_would_be_encrypted_or_is_not_wanted_there_ends_as_unanswered(on: bool, wanted: bool) -> None:
    world, call = unanswered(on=on, wanted=wanted)
    ends = {"type": "cancelled", "call": call, "why": "no-answer"}
    assert world.heard() == [(one, ends) for one in ("alice-pc", "bob-pc", "bob-phone")]
    assert world.deeds == (Ended(call),)
    assert not world.exchange.calls


def test_it_is_the_one_of_who_was_called_also_where_others_were_rung() -> None:
    world = World(Directory(take_unanswered(tenant(on=False), BOB, True)))
    for one in ("alice-pc", "bob-pc", "cem-pc"):
        world.join(one)
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    assert world.say("bob-pc", "feature", call=call, feature="simultaneous-ring", on=True, argument=CEM) == {}
    world.tick(RING_SECONDS)
    assert world.heard("accepted")[0][1]["display"] == "Voicemail of Bob"
    assert {session for session, _ in world.heard("cancelled")} == {"bob-pc", "cem-pc"}
