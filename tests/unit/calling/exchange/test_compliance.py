"""A party under compliance recording: the service records by itself, and everybody in the call is told."""

from __future__ import annotations

import pytest

from harness.calling.exchange.directory import Directory
from harness.calling.exchange.outcome import Admitted, Answered, Deed
from harness.calling.policy.transitions import record_tenant, record_user
from tests.unit.calling.exchange.world import BOB, CEM, DORA, World, ringing, tenant


def recorded(deeds: tuple[Deed, ...]) -> list[bool]:
    return [one.recorded for one in deeds if isinstance(one, Answered | Admitted)]


@pytest.mark.parametrize("who", [None, BOB])
def test_a_call_of_a_recorded_party_is_recorded_from_the_start_and_both_are_told(who: str | None) -> None:
    made = tenant(on=False)
    world = World(Directory(record_tenant(made, True) if who is None else record_user(made, who, True)))
    for one in ("alice-pc", "bob-pc"):
        world.join(one)
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    assert world.say("bob-pc", "accept", call=call)["mode"] == "service"
    assert recorded(world.deeds) == [True]
    told = {"type": "recorded", "call": call}
    assert world.heard("recorded") == [("alice-pc", told), ("bob-pc", told)]


def test_that_somebody_else_is_recorded_keeps_a_call_from_encryption_and_does_not_record_it() -> None:
    world, call = ringing()
    world.change(record_user(world.directory.tenants[0], DORA, True))
    assert world.say("bob-pc", "accept", call=call)["mode"] == "service"
    assert recorded(world.deeds) == [False]
    assert world.heard("recorded") == []


def test_with_a_guest_who_is_recorded_the_recording_begins() -> None:
    world, call = ringing()
    world.change(record_user(world.directory.tenants[0], CEM, True))
    world.say("bob-pc", "accept", call=call)
    world.say("alice-pc", "offer", call=call, sdp="keys")
    world.say("bob-pc", "answer", call=call, sdp="keys")
    assert world.say("bob-pc", "feature", call=call, feature="add-participant", on=True, argument=CEM) == {}
    assert recorded(world.deeds) == []
    world.say("cem-pc", "accept", call=call)
    assert recorded(world.deeds) == [True]
    assert {session for session, _ in world.heard("recorded")} == {"alice-pc", "bob-pc", "cem-pc"}


def test_what_is_said_to_the_voicemail_of_a_recorded_user_is_recorded_as_well() -> None:
    world, call = ringing()
    world.change(record_user(tenant(on=False), BOB, True))
    assert world.say("bob-pc", "feature", call=call, feature="voicemail", on=True) == {}
    assert recorded(world.deeds) == [True]
    assert world.heard("recorded") == [("alice-pc", {"type": "recorded", "call": call})]
