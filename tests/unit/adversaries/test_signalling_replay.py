"""Old messages: one of this call once more, or one of an earlier call where a new one should be."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from harness.adversaries.machine import CallUp, Deed, Deliver, EarlierSignal, SendSignal
from harness.adversaries.signalling_replay import REPLAYED, SignallingReplay
from harness.model.adversary import SignallingReplay as Noun
from harness.model.base import Party, Role
from harness.model.recording import SignalKind, SignalMessage
from harness.wire.sdp import Origin

from .descriptions import ANSWER, OFFER, attributes
from .transcript import BOB, NOW, answer, deeds, hangup, offer, only, signal

OLD = {Role.CALLEE: offer(OFFER + "a=old\r\n"), Role.CALLER: answer(ANSWER + "a=old\r\n")}
NEW = {Role.CALLEE: offer(OFFER), Role.CALLER: answer(ANSWER)}


def machine(to: Role, of: Any, what: Any = "description") -> SignallingReplay:
    return SignallingReplay(Noun(kind="signalling-replay", to=to, of=of, what=what))


def delivered(one: SignallingReplay, message: SignalMessage) -> SignalMessage:
    (command,) = only(signal(one, message), Deliver)
    return command.message


@pytest.mark.parametrize("to", Role)
def test_the_message_of_this_call_comes_a_second_time_once_the_call_is_up(to: Role) -> None:
    one = machine(to, "this-call")
    for message in NEW.values():
        assert delivered(one, message) == message
    commands = list(one.handle(CallUp(NOW)))
    assert only(commands, SendSignal) == [SendSignal(to.party, NEW[to])]
    assert deeds(commands) == {REPLAYED: 1}


def test_an_answer_to_the_old_offer_is_kept_from_the_other_party_who_would_end_the_call_for_it() -> None:
    one = machine(Role.CALLEE, "this-call")
    assert delivered(one, NEW[Role.CALLEE]) == NEW[Role.CALLEE]
    assert delivered(one, NEW[Role.CALLER]) == NEW[Role.CALLER]
    list(one.handle(CallUp(NOW)))
    assert only(signal(one, NEW[Role.CALLER]), Deliver) == []
    assert delivered(one, hangup(BOB)) == hangup(BOB)


def test_an_offer_comes_again_when_a_newer_one_of_the_adversarys_own_was_answered() -> None:
    one = machine(Role.CALLEE, "before-reoffer")
    for message in NEW.values():
        assert delivered(one, message) == message
    commands = list(one.handle(CallUp(NOW)))
    (brought,) = only(commands, SendSignal)
    first = NEW[Role.CALLEE]
    assert brought.to is BOB
    assert Origin.read(brought.message.body) == Origin.read(first.body).next()
    assert Origin.read(first.body).written(brought.message.body) == first.body, "nothing but the version is new"
    assert deeds(commands) == {}, "what is newer is no old message"
    assert signal(one, NEW[Role.CALLER]) == [SendSignal(BOB, first), Deed(REPLAYED)]
    assert signal(one, NEW[Role.CALLER]) == [], "nor does the answer to the old one reach the caller"
    assert delivered(one, hangup(BOB)) == hangup(BOB)


def test_who_refuses_the_newer_offer_is_sent_no_old_one() -> None:
    one = machine(Role.CALLEE, "before-reoffer")
    for message in NEW.values():
        assert delivered(one, message) == message
    list(one.handle(CallUp(NOW)))
    assert signal(one, hangup(BOB)) == [Deliver(hangup(BOB))]


@pytest.mark.parametrize("to", Role)
def test_the_message_of_an_earlier_call_takes_the_place_of_the_new_one(to: Role) -> None:
    one = machine(to, "earlier-call")
    for message in OLD.values():
        assert list(one.handle(EarlierSignal(1, message, NOW))) == []
    for role, message in NEW.items():
        assert delivered(one, message) == (OLD[role] if role is to else message)
    assert list(one.handle(CallUp(NOW))) == []


def test_a_service_without_a_memory_replays_nothing_of_earlier_calls() -> None:
    one = machine(Role.CALLEE, "earlier-call")
    commands = signal(one, NEW[Role.CALLEE])
    assert deeds(commands) == {}
    assert delivered(one, hangup(BOB)).sender is Party.BOB


def remembering(one: SignallingReplay, *messages: SignalMessage) -> SignallingReplay:
    for message in messages:
        assert list(one.handle(EarlierSignal(1, message, NOW))) == []
    return one


@pytest.mark.parametrize("to", Role)
def test_old_candidates_stand_in_a_new_description_and_nothing_else_of_the_old_one(to: Role) -> None:
    places = {Role.CALLEE: ("127.1.0.1", "127.5.0.1"), Role.CALLER: ("127.1.0.2", "127.5.0.2")}
    here, there = places[to]
    old = OLD[to].model_copy(update={"body": OLD[to].body.replace(here, there)})
    one = remembering(machine(to, "earlier-call", "candidates"), old, OLD[to.party.peer.role])
    commands = signal(one, NEW[to])
    (arrived,) = (command.message.body for command in only(commands, Deliver))
    assert (
        attributes(arrived, "candidate") == attributes(old.body, "candidate") != attributes(NEW[to].body, "candidate")
    )
    assert without_candidates(arrived) == without_candidates(NEW[to].body)
    assert deeds(commands) == {REPLAYED: 1}
    assert signal(one, NEW[to.party.peer.role]) == [Deliver(NEW[to.party.peer.role])]


def test_of_several_candidates_all_of_the_same_section_come_back_and_none_of_the_new_is_left() -> None:
    two = "v=0\r\nm=audio 1 X 1\r\na=candidate:1\r\na=candidate:2\r\nm=video 1 X 1\r\na=candidate:3\r\n"
    old = "v=0\r\nm=audio 1 X 1\r\na=candidate:7\r\na=candidate:8\r\na=candidate:9\r\n"
    one = remembering(machine(Role.CALLEE, "earlier-call", "candidates"), offer(old))
    assert attributes(delivered(one, offer(two)).body, "candidate") == ["7", "8", "9"]


def test_candidates_that_are_still_the_same_are_no_deed() -> None:
    one = remembering(machine(Role.CALLEE, "earlier-call", "candidates"), OLD[Role.CALLEE])
    assert signal(one, NEW[Role.CALLEE]) == [Deliver(NEW[Role.CALLEE])]


def test_the_old_acceptance_comes_as_soon_as_it_rings_and_says_what_the_service_said() -> None:
    accepted = SignalMessage(kind=SignalKind.ACCEPT, sender=BOB, body="", name="Bob")
    ringing = SignalMessage(kind=SignalKind.RINGING, sender=BOB, body="")
    one = remembering(machine(Role.CALLER, "earlier-call", "acceptance"), accepted, *OLD.values())
    assert signal(one, NEW[Role.CALLEE]) == [Deliver(NEW[Role.CALLEE])]
    assert signal(one, ringing) == [
        Deliver(ringing),
        SendSignal(Party.ALICE, accepted.model_copy(update={"body": "e2ee"})),
        Deed(REPLAYED),
    ]


def test_who_has_heard_no_acceptance_has_none_to_replay() -> None:
    ringing = SignalMessage(kind=SignalKind.RINGING, sender=BOB, body="")
    one = remembering(machine(Role.CALLER, "earlier-call", "acceptance"), *OLD.values())
    assert signal(one, ringing) == [Deliver(ringing)]


@pytest.mark.parametrize(
    ("to", "of", "what"),
    [
        (Role.CALLER, "this-call", "candidates"),
        (Role.CALLER, "before-reoffer", "description"),
        (Role.CALLEE, "before-reoffer", "candidates"),
        (Role.CALLER, "this-call", "acceptance"),
        (Role.CALLEE, "earlier-call", "acceptance"),
    ],
)
def test_what_makes_no_sense_cannot_be_written_down(to: Role, of: str, what: str) -> None:
    with pytest.raises(ValidationError):
        machine(to, of, what)


def without_candidates(body: str) -> list[str]:
    return [line for line in body.splitlines() if not line.startswith("a=candidate:")]
