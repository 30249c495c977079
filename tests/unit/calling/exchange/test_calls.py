"""The life of a call as transcripts: who says what, what is answered, who is told what, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.calling.exchange.directory import Directory
from harness.calling.exchange.outcome import Answered, Ended, Talker
from harness.model.mode import Mode
from harness.model.tenant import ClientKind
from tests.unit.calling.exchange.world import ALICE, BOB, CEM, World, ringing, tenant, up


def test_an_invitation_rings_at_every_device_of_the_callee_and_nowhere_else() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    incoming = {"type": "incoming", "call": call, "from": ALICE, "display": "Alice", "media": ["audio"]}
    assert world.heard() == [("bob-pc", incoming), ("bob-phone", incoming)]


def test_the_callee_is_named_without_regard_to_case() -> None:
    world, _ = ringing()
    world.say("alice-pc", "cancel", call=next(iter(world.exchange.calls)))
    assert "call" in world.say("alice-pc", "invite", to=BOB.upper(), media=["audio", "video"])


def test_ringing_is_told_to_the_caller() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    assert world.say("bob-phone", "ringing", call=call) == {}
    assert world.heard() == [("alice-pc", {"type": "ringing", "call": call})]


def test_the_first_device_that_accepts_wins() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    assert world.say("bob-phone", "accept", call=call) == {"call": call, "mode": "e2ee"}
    accepted = {"type": "accepted", "call": call, "mode": "e2ee", "display": "Bob", "device": "bob-phone"}
    elsewhere = {"type": "cancelled", "call": call, "why": "answered-elsewhere"}
    assert world.heard() == [("alice-pc", accepted), ("bob-pc", elsewhere)]
    assert not world.deeds
    assert world.say("bob-pc", "accept", call=call) == {"refused": "unknown-call"}
    assert world.say("bob-phone", "accept", call=call) == {"refused": "out-of-order"}


def test_one_device_declines_for_all() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    assert world.say("bob-pc", "decline", call=call, why="no-microphone") == {}
    declined = {"type": "declined", "call": call, "why": "no-microphone"}
    assert world.heard() == [
        ("alice-pc", declined),
        ("bob-phone", {"type": "cancelled", "call": call, "why": "declined-elsewhere"}),
    ]
    assert world.deeds == (Ended(call),)
    assert world.say("bob-phone", "accept", call=call) == {"refused": "unknown-call"}


def test_the_caller_cancels_while_it_rings_and_only_then() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    assert world.say("bob-pc", "cancel", call=call) == {"refused": "not-the-caller"}
    assert world.say("alice-pc", "cancel", call=call) == {}
    cancelled = {"type": "cancelled", "call": call, "why": "cancelled"}
    assert world.heard() == [("bob-pc", cancelled), ("bob-phone", cancelled)]
    world, call = up()
    assert world.say("alice-pc", "cancel", call=call) == {"refused": "out-of-order"}


@pytest.mark.parametrize(("device", "other"), [("alice-pc", "bob-pc"), ("bob-pc", "alice-pc")])
def test_either_party_hangs_up_and_it_is_over(device: str, other: str) -> None:
    world, call = up("bob-pc", "bob-phone")
    assert world.say(device, "hang-up", call=call, reason="codes-differ") == {}
    assert world.heard() == [(other, {"type": "hung-up", "call": call, "reason": "codes-differ"})]
    for one in (device, other):
        assert world.say(one, "hang-up", call=call) == {"refused": "unknown-call"}


def test_nobody_takes_it_for_a_minute() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    world.tick(59.9)
    assert world.heard() == []
    world.tick(60.0)
    unanswered = {"type": "cancelled", "call": call, "why": "no-answer"}
    assert world.heard() == [("alice-pc", unanswered), ("bob-pc", unanswered), ("bob-phone", unanswered)]
    world, call = up()
    world.tick(3600.0)
    assert world.heard() == []


def test_who_cannot_be_called() -> None:
    world, call = ringing()
    for session, to, reason in (
        ("cem-pc", "nobody@contoso.example", "unknown-user"),
        ("cem-pc", CEM, "yourself"),
        ("cem-pc", ALICE, "busy"),
        ("alice-pc", CEM, "in-a-call"),
    ):
        assert world.say(session, "invite", to=to, media=["audio"]) == {"refused": reason}, (session, to)
    world.leave("bob-pc")
    assert world.say("cem-pc", "invite", to=BOB, media=["audio"]) == {"refused": "unavailable"}
    assert call not in world.exchange.calls


def test_being_rung_keeps_nobody_from_being_called_by_others_until_there_are_eight() -> None:
    world = World()
    world.join("bob-pc")
    for number in range(9):
        world.join(f"alice-{number}") if number < 8 else world.join("cem-pc")
    calls = [world.say(f"alice-{number}", "invite", to=BOB, media=["audio"])["call"] for number in range(8)]
    assert world.say("cem-pc", "invite", to=BOB, media=["audio"]) == {"refused": "busy"}
    assert world.say("bob-pc", "accept", call=calls[3])["mode"] == "e2ee"
    assert world.say("bob-pc", "accept", call=calls[4]) == {"refused": "in-a-call"}
    assert world.say("bob-pc", "decline", call=calls[4]) == {}


def test_who_is_called_cannot_do_what_the_caller_does_and_the_reverse() -> None:
    world, call = ringing()
    for type_ in ("ringing", "accept", "decline"):
        assert world.say("alice-pc", type_, call=call) == {"refused": "not-the-callee"}
    for session in ("alice-pc", "bob-pc"):
        assert world.say(session, "hang-up", call=call) == {"refused": "out-of-order"}


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("ringing", {}),
        ("accept", {}),
        ("decline", {}),
        ("cancel", {}),
        ("hang-up", {}),
        ("offer", {"sdp": "x"}),
        ("answer", {"sdp": "x"}),
        ("candidates", {"candidates": ["x"]}),
        ("feature", {"feature": "recording", "on": True}),
    ],
)
def test_for_a_third_person_there_is_no_such_call(type_: str, fields: dict[str, object]) -> None:
    """And what is answered is the same as for a call that there never was."""
    for world, call in (ringing("bob-pc", "bob-phone"), up("bob-pc", "bob-phone")):
        for one in (call, "f" * 32):
            assert world.say("cem-pc", type_, call=one, **fields) == {"refused": "unknown-call"}
    assert world.say("bob-phone", type_, call=call, **fields) == {"refused": "unknown-call"}  # another took it


def test_a_caller_who_disconnects_takes_the_call_along() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    world.leave("alice-pc")
    cancelled = {"type": "cancelled", "call": call, "why": "cancelled"}
    assert world.heard() == [("bob-pc", cancelled), ("bob-phone", cancelled)]
    assert world.deeds == (Ended(call),)


def test_a_callee_whose_devices_are_all_gone_is_unavailable() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    world.leave("bob-pc")
    assert world.heard() == []
    world.leave("bob-phone")
    assert world.heard() == [("alice-pc", {"type": "cancelled", "call": call, "why": "unavailable"})]


@pytest.mark.parametrize(("device", "other"), [("alice-pc", "bob-pc"), ("bob-pc", "alice-pc")])
def test_a_party_that_disconnects_ends_the_call(device: str, other: str) -> None:
    world, call = up("bob-pc", "bob-phone")
    world.leave(device)
    assert world.heard() == [(other, {"type": "hung-up", "call": call, "reason": "disconnected"})]
    assert world.say(other, "hang-up", call=call) == {"refused": "unknown-call"}


def test_the_mode_is_that_of_the_devices_that_really_talk() -> None:
    world = World()
    world.join("alice-pc")
    world.join("bob-pc")
    world.join("bob-browser", ClientKind.WEB)
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    assert world.say("bob-browser", "accept", call=call)["mode"] == "service"
    assert world.deeds == (Answered(call, Talker("alice-pc", ALICE), Talker("bob-browser", BOB)),)
    assert world.heard("accepted")[0][1]["mode"] == "service"


@pytest.mark.parametrize(
    ("allowed", "on", "mode"), [(True, True, "e2ee"), (True, False, "service"), (False, True, "service")]
)
def test_the_mode_follows_policy_and_toggle(allowed: bool, on: bool, mode: str) -> None:
    world = World(Directory(tenant(allowed=allowed, on=on)))
    world.join("alice-pc")
    world.join("bob-pc")
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    assert world.say("bob-pc", "accept", call=call)["mode"] == mode


def test_the_mode_stays_what_it_is_whatever_changes_meanwhile() -> None:
    world, call = up()
    world.change(tenant(allowed=False, on=False))
    assert world.exchange.calls[call].mode is Mode.E2EE
    assert world.say("alice-pc", "feature", call=call, feature="recording", on=True) == {"refused": "locked-feature"}
    before = replace(world.exchange.calls[call])
    assert world.say("alice-pc", "offer", call=call, sdp="again") == {}
    assert world.heard("offer") == [("bob-pc", {"type": "offer", "call": call, "sdp": "again"})]
    assert before.mode is world.exchange.calls[call].mode
