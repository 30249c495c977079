"""A third person, or another device, in an ordinary call: who is asked, who comes in, who leaves, who is told."""

from __future__ import annotations

from typing import Any

import pytest

from harness.calling.exchange.outcome import Admitted, Answered, Asked, Ended, Joined, Left, Offered, Passed, Talker
from harness.model.feature import Feature
from tests.unit.calling.exchange.world import ALICE, BOB, CEM, DORA, World, ordinary, ringing, tenant

BRING_CEM = [("transfer", True), ("consult-transfer", True), ("merge", True), ("add-participant", True)]


def asked(
    world: World, call: str, feature: str, on: bool = True, by: str = "bob-pc", argument: str | None = CEM
) -> Any:
    return world.say(by, "feature", call=call, feature=feature, on=on, argument=argument)


def brought(feature: str = "add-participant") -> tuple[World, str]:
    """Bob has asked for Cem, who is in the call."""
    world, call = ordinary("cem-pc")
    assert asked(world, call, feature) == {}
    assert world.say("cem-pc", "accept", call=call) == {"call": call, "mode": "service"}
    assert world.say("cem-pc", "answer", call=call, sdp="cem's keys") == {}
    return world, call


@pytest.mark.parametrize(("feature", "on"), BRING_CEM)
def test_the_further_person_is_rung_on_every_device_and_both_parties_are_told(feature: str, on: bool) -> None:
    world, call = ordinary("cem-pc", "cem-phone")
    assert asked(world, call, feature, on) == {}
    told = {"type": "feature", "call": call, "feature": feature, "on": on, "by": BOB, "argument": CEM}
    incoming = {"type": "incoming", "call": call, "from": BOB, "display": "Bob", "media": ["audio"]}
    assert world.heard("feature") == [("alice-pc", told), ("bob-pc", told)]
    assert world.heard("incoming") == [("cem-pc", incoming), ("cem-phone", incoming)]
    assert world.deeds == (Asked(call, Feature(feature), on, "bob-pc", CEM),)
    assert world.say("cem-phone", "ringing", call=call) == {}
    assert world.heard() == [("bob-pc", {"type": "ringing", "call": call})]


def test_who_accepts_is_offered_the_call_by_the_service_and_is_in_it_with_the_answer() -> None:
    world, call = ordinary("cem-pc", "cem-phone")
    asked(world, call, "add-participant")
    assert world.say("cem-phone", "accept", call=call) == {"call": call, "mode": "service"}
    assert world.heard() == [("cem-pc", {"type": "cancelled", "call": call, "why": "answered-elsewhere"})]
    assert list(world.deeds) == [Admitted(call, CEM, "cem-phone")]
    assert world.say("cem-pc", "accept", call=call) == {"refused": "unknown-call"}
    assert world.say("cem-phone", "offer", call=call, sdp="mine") == {"refused": "out-of-order"}
    assert world.say("cem-phone", "answer", call=call, sdp="keys") == {}
    there = {"type": "party", "call": call, "user": CEM, "display": "Cem", "there": True}
    here = [
        ("cem-phone", {**there, "user": user, "display": display}) for user, display in [(ALICE, "Alice"), (BOB, "Bob")]
    ]
    assert world.heard() == [("alice-pc", there), ("bob-pc", there), *here]
    assert list(world.deeds) == [Joined(call, CEM, "keys")]
    assert world.exchange.calls[call].parties == ("alice-pc", "bob-pc", "cem-phone")


def test_in_a_call_of_three_each_describes_to_the_service_and_two_are_left_when_one_leaves() -> None:
    world, call = brought()
    assert world.say("alice-pc", "offer", call=call, sdp="again") == {}
    assert (world.heard(), list(world.deeds)) == ([], [Offered(call, "again", "alice-pc")])
    assert world.say("bob-pc", "answer", call=call, sdp="x") == {"refused": "out-of-order"}
    assert world.say("cem-pc", "candidates", call=call, candidates=["x"]) == {}
    assert (world.heard(), list(world.deeds)) == ([], [])
    assert world.say("alice-pc", "hang-up", call=call) == {}
    left = {"type": "party", "call": call, "user": ALICE, "display": "Alice", "there": False}
    assert world.heard() == [("bob-pc", left), ("cem-pc", left)]
    assert list(world.deeds) == [Left(call, "alice-pc")]
    assert world.say("alice-pc", "hang-up", call=call) == {"refused": "unknown-call"}
    assert world.say("cem-pc", "offer", call=call, sdp="restart") == {}
    assert list(world.deeds) == [Passed(call, "offer", "restart", "cem-pc", "bob-pc")]
    assert world.say("bob-pc", "answer", call=call, sdp="restarted") == {}
    assert list(world.deeds) == [Passed(call, "answer", "restarted", "bob-pc", "cem-pc")]
    assert world.say("bob-pc", "hang-up", call=call) == {}
    assert list(world.deeds) == [Ended(call)]


def test_a_call_of_three_goes_on_without_a_device_that_is_lost() -> None:
    world, call = brought()
    world.leave("bob-pc")
    left = {"type": "party", "call": call, "user": BOB, "display": "Bob", "there": False}
    assert world.heard() == [("alice-pc", left), ("cem-pc", left)]
    assert list(world.deeds) == [Left(call, "bob-pc")]
    assert world.exchange.calls[call].parties == ("alice-pc", "cem-pc")


def test_a_transfer_takes_out_who_asked_for_it() -> None:
    world, call = brought("transfer")
    assert ("bob-pc", {"type": "hung-up", "call": call, "reason": "transferred"}) in world.heard()
    assert list(world.deeds) == [Joined(call, CEM, "cem's keys"), Left(call, "bob-pc")]
    assert world.exchange.calls[call].parties == ("alice-pc", "cem-pc")
    assert world.say("bob-pc", "hang-up", call=call) == {"refused": "unknown-call"}
    assert world.say("bob-pc", "invite", to=ALICE, media=["audio"]) == {"refused": "busy"}


def test_a_consultation_ends_with_the_call_handed_over() -> None:
    world, call = brought("consult-transfer")
    assert world.exchange.calls[call].parties == ("alice-pc", "bob-pc", "cem-pc")
    assert asked(world, call, "consult-transfer", on=False, argument=None) == {}
    assert ("bob-pc", {"type": "hung-up", "call": call, "reason": "transferred"}) in world.heard()
    assert list(world.deeds) == [Asked(call, Feature.CONSULT_TRANSFER, False, "bob-pc"), Left(call, "bob-pc")]


def test_a_parked_call_waits_with_one_party_until_somebody_takes_it_up() -> None:
    world, call = ordinary("cem-pc")
    assert asked(world, call, "park", argument=None) == {}
    assert ("bob-pc", {"type": "hung-up", "call": call, "reason": "parked"}) in world.heard()
    assert world.exchange.calls[call].parties == ("alice-pc",)
    world.tick(3600.0)
    assert call in world.exchange.calls
    assert asked(world, call, "park", on=False, by="alice-pc") == {}
    world.say("cem-pc", "accept", call=call)
    world.say("cem-pc", "answer", call=call, sdp="keys")
    assert world.exchange.calls[call].parties == ("alice-pc", "cem-pc")
    assert world.say("cem-pc", "hang-up", call=call) == {}
    assert world.heard() == [("alice-pc", {"type": "hung-up", "call": call, "reason": "user"})]


def test_a_companion_is_another_device_of_who_asks_and_leaves_when_it_is_done() -> None:
    world, call = ordinary("bob-phone", "bob-tablet", "cem-pc")
    assert asked(world, call, "companion", argument="BOB-phone") == {}
    assert [session for session, _ in world.heard("incoming")] == ["bob-phone"]
    world.say("bob-phone", "accept", call=call)
    world.say("bob-phone", "answer", call=call, sdp="keys")
    assert world.exchange.calls[call].parties == ("alice-pc", "bob-pc", "bob-phone")
    assert asked(world, call, "companion", on=False, by="alice-pc", argument=None) == {"refused": "not-now"}
    assert asked(world, call, "companion", on=False, argument=None) == {}
    assert ("bob-phone", {"type": "hung-up", "call": call, "reason": "companion"}) in world.heard()
    assert world.exchange.calls[call].parties == ("alice-pc", "bob-pc")
    assert asked(world, call, "companion", by="alice-pc", argument=None) == {"refused": "unavailable"}
    assert asked(world, call, "companion", on=False, argument=None) == {"refused": "not-now"}


def test_voicemail_during_a_call_takes_out_who_asked_for_it() -> None:
    world, call = ordinary()
    assert asked(world, call, "voicemail", argument=None) == {}
    assert ("bob-pc", {"type": "hung-up", "call": call, "reason": "voicemail"}) in world.heard()
    assert list(world.deeds) == [Asked(call, Feature.VOICEMAIL, True, "bob-pc"), Left(call, "bob-pc")]
    assert world.say("alice-pc", "hang-up", call=call) == {}
    assert list(world.deeds) == [Ended(call)]


def test_voicemail_while_it_rings_answers_in_the_place_of_the_callee() -> None:
    world, call = ringing("bob-pc", "bob-phone")
    world.change(tenant(on=False))
    assert world.say("bob-pc", "feature", call=call, feature="voicemail", on=True) == {}
    accepted = {
        "type": "accepted",
        "call": call,
        "mode": "service",
        "display": "Voicemail of Bob",
        "device": "voicemail",
    }
    assert world.heard("accepted") == [("alice-pc", accepted)]
    cancelled = {"type": "cancelled", "call": call, "why": "voicemail"}
    assert world.heard("cancelled") == [("bob-pc", cancelled), ("bob-phone", cancelled)]
    assert list(world.deeds) == [Answered(call, Talker("alice-pc", ALICE), None)]
    assert world.say("bob-pc", "accept", call=call) == {"refused": "unknown-call"}
    assert world.say("alice-pc", "offer", call=call, sdp="keys") == {}
    assert list(world.deeds) == [Offered(call, "keys", "alice-pc")]
    world.leave("alice-pc")
    assert list(world.deeds) == [Ended(call)]


def test_simultaneous_ringing_rings_at_another_user_and_whoever_takes_it_has_an_ordinary_call() -> None:
    world, call = ringing()
    world.change(tenant(on=False))
    assert asked(world, call, "simultaneous-ring") == {}
    assert [(session, line["from"]) for session, line in world.heard("incoming")] == [("cem-pc", ALICE)]
    assert asked(world, call, "simultaneous-ring") == {"refused": "not-now"}
    world.change(tenant(on=True))
    assert asked(world, call, "simultaneous-ring", argument=DORA) == {"refused": "unavailable"}, "and not locked"
    assert world.say("cem-pc", "accept", call=call) == {"call": call, "mode": "service"}
    assert world.heard("accepted")[0][1]["display"] == "Cem"
    assert world.heard("cancelled") == [("bob-pc", {"type": "cancelled", "call": call, "why": "answered-elsewhere"})]


def test_who_is_rung_besides_declines_for_herself_only() -> None:
    world, call = ringing()
    world.change(tenant(on=False))
    asked(world, call, "simultaneous-ring")
    assert world.say("cem-pc", "decline", call=call) == {}
    assert world.heard() == []
    assert world.say("bob-pc", "decline", call=call) == {}
    assert world.heard() == [("alice-pc", {"type": "declined", "call": call, "why": "declined"})]


def test_a_guest_who_declines_or_does_not_answer_changes_nothing() -> None:
    for ends in ("decline", "late", "gone", "hang-up"):
        world, call = ordinary("cem-pc", "cem-phone")
        asked(world, call, "transfer")
        if ends == "decline":
            assert world.say("cem-pc", "decline", call=call, why="declined") == {}
        elif ends == "late":
            world.tick(60.0)
            assert len(world.heard("cancelled")) == 2
        elif ends == "gone":
            world.leave("cem-phone")
            assert world.heard() == []
            world.leave("cem-pc")
        else:
            world.say("cem-pc", "accept", call=call)
            assert world.say("cem-pc", "hang-up", call=call) == {}
        off = {"type": "feature", "call": call, "feature": "transfer", "on": False, "by": CEM, "argument": CEM}
        assert world.heard("feature") == [("alice-pc", off), ("bob-pc", off)], ends
        assert list(world.deeds) == [Left(call, leg=CEM)]
        assert world.exchange.calls[call].parties == ("alice-pc", "bob-pc")
        assert world.say("alice-pc", "offer", call=call, sdp="again") == {}
        assert list(world.deeds) == [Passed(call, "offer", "again", "alice-pc", "bob-pc")]


def test_when_who_asked_leaves_the_guest_is_not_waited_for() -> None:
    world, call = ordinary("cem-pc")
    asked(world, call, "transfer")
    world.leave("bob-pc")
    assert ("cem-pc", {"type": "cancelled", "call": call, "why": "cancelled"}) in world.heard()
    assert call not in world.exchange.calls


def test_in_a_call_of_three_a_guest_is_not_waited_for_by_nobody_either() -> None:
    world, call = brought()
    world.join("dora-pc")
    asked(world, call, "add-participant", argument=DORA)
    world.say("dora-pc", "accept", call=call)
    assert world.say("bob-pc", "hang-up", call=call) == {}
    assert ("dora-pc", {"type": "hung-up", "call": call, "reason": "cancelled"}) in world.heard()
    assert list(world.deeds) == [Left(call, leg=DORA), Left(call, "bob-pc")]
    assert world.exchange.calls[call].parties == ("alice-pc", "cem-pc")


def test_an_offer_of_somebody_who_has_left_is_open_no_longer() -> None:
    world, call = ordinary("cem-pc")
    asked(world, call, "add-participant")
    assert world.say("bob-pc", "offer", call=call, sdp="unanswered") == {}
    world.say("cem-pc", "accept", call=call)
    world.say("cem-pc", "answer", call=call, sdp="keys")
    assert world.say("alice-pc", "offer", call=call, sdp="x") == {"refused": "offer-open"}
    world.say("bob-pc", "hang-up", call=call)
    assert world.say("alice-pc", "offer", call=call, sdp="x") == {}


def test_while_a_parked_call_is_taken_up_the_service_answers_who_waits() -> None:
    world, call = ordinary("cem-pc")
    asked(world, call, "park", argument=None)
    asked(world, call, "park", on=False, by="alice-pc")
    world.say("cem-pc", "accept", call=call)
    assert world.say("alice-pc", "offer", call=call, sdp="restart") == {}
    assert list(world.deeds) == [Offered(call, "restart", "alice-pc")]


def test_who_has_left_can_be_brought_in_again() -> None:
    world, call = brought()
    world.say("bob-pc", "hang-up", call=call)
    assert asked(world, call, "add-participant", by="cem-pc", argument=BOB) == {}
    world.say("bob-pc", "accept", call=call)
    assert world.say("bob-pc", "answer", call=call, sdp="keys") == {}
    assert world.exchange.calls[call].parties == ("alice-pc", "bob-pc", "cem-pc")


@pytest.mark.parametrize("feature", ["transfer", "consult-transfer", "companion", "park", "voicemail"])
def test_what_is_for_a_call_between_two_is_refused_among_three(feature: str) -> None:
    world, call = brought()
    for one in ("dora-pc", "bob-phone"):
        world.join(one)
    argument = None if feature == "companion" else DORA
    assert asked(world, call, feature, argument=argument) == {"refused": "not-now"}


def test_what_was_not_begun_cannot_be_ended() -> None:
    world, call = ordinary("cem-pc")
    for feature in ("consult-transfer", "companion", "park"):
        assert asked(world, call, feature, on=False) == {"refused": "not-now"}


@pytest.mark.parametrize(
    ("argument", "reason"), [(None, "not-now"), (ALICE, "not-now"), (BOB, "not-now"), ("x@x", "unknown-user")]
)
def test_whom_it_cannot_take(argument: str | None, reason: str) -> None:
    world, call = ordinary()
    for feature, _ in BRING_CEM:
        assert asked(world, call, feature, argument=argument) == {"refused": reason}
    assert asked(world, call, "merge") == {"refused": "unavailable"}


def test_one_guest_at_a_time_and_none_who_is_in_another_call() -> None:
    world, call = ordinary("cem-pc")
    asked(world, call, "merge")
    assert asked(world, call, "add-participant", by="alice-pc") == {"refused": "not-now"}
    world.say("cem-pc", "accept", call=call)
    assert asked(world, call, "companion", argument=None) == {"refused": "not-now"}
    world, call = ordinary("cem-pc", "cem-phone", "dora-pc")
    assert "call" in world.say("cem-pc", "invite", to=DORA, media=["audio"])
    assert asked(world, call, "merge") == {"refused": "busy"}


def test_a_guest_hears_nothing_of_the_call_before_the_answer() -> None:
    world, call = ordinary("cem-pc")
    asked(world, call, "add-participant")
    for type_, fields in (
        ("offer", {"sdp": "x"}),
        ("answer", {"sdp": "x"}),
        ("feature", {"feature": "park", "on": True}),
    ):
        assert "refused" in world.say("cem-pc", type_, call=call, **fields)
    world.say("alice-pc", "offer", call=call, sdp="again")
    assert list(world.deeds) == [Passed(call, "offer", "again", "alice-pc", "bob-pc")]
    world.say("cem-pc", "accept", call=call)
    assert world.say("cem-pc", "offer", call=call, sdp="x") == {"refused": "out-of-order"}
    assert asked(world, call, "recording", by="cem-pc", argument=None) == {"refused": "out-of-order"}
