"""Old messages: one of this call once more, or one of an earlier call where a new one should be."""

from __future__ import annotations

from typing import Any

import pytest

from harness.adversaries.machine import CallUp, Deliver, EarlierSignal, SendSignal
from harness.adversaries.signalling_replay import REPLAYED, SignallingReplay
from harness.model.adversary import SignallingReplay as Noun
from harness.model.base import Party, Role
from harness.model.recording import SignalMessage

from .descriptions import ANSWER, OFFER
from .transcript import BOB, NOW, answer, deeds, hangup, offer, only, signal

OLD = {Role.CALLEE: offer(OFFER + "a=old\r\n"), Role.CALLER: answer(ANSWER + "a=old\r\n")}
NEW = {Role.CALLEE: offer(OFFER), Role.CALLER: answer(ANSWER)}


def machine(to: Role, of: Any) -> SignallingReplay:
    return SignallingReplay(Noun(kind="signalling-replay", to=to, of=of))


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
