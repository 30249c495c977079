"""An offer that nobody made: one version later than the last, different in one thing, under the same credentials."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.adversaries.machine import CallUp, Deliver, SendSignal, StartTimer, TimerFired
from harness.adversaries.reoffer import BROUGHT, READ, ForgedReoffer
from harness.model.adversary import Reoffer
from harness.model.base import Party
from harness.wire.certificate import fresh_identity
from harness.wire.sdp import Fingerprint, Origin, Sdp

from .descriptions import ANSWER, OFFER, attributes
from .transcript import BOB, NOW, answer, deeds, hangup, offer, only, signal

IDENTITY = fresh_identity(datetime.now(UTC))


def machine(change: Any = "fingerprint") -> ForgedReoffer:
    return ForgedReoffer(Reoffer(kind="reoffer", change=change), IDENTITY)


def brought(one: ForgedReoffer) -> SendSignal:
    signal(one, offer(OFFER))
    (timer,) = one.handle(CallUp(NOW))
    assert isinstance(timer, StartTimer)
    commands = list(one.handle(TimerFired(timer.token, NOW)))
    assert deeds(commands) == {BROUGHT: 1}
    (sent,) = only(commands, SendSignal)
    return sent


def test_the_callee_is_offered_the_interceptors_certificate_in_the_callers_name() -> None:
    sent = brought(machine())
    assert (sent.to, sent.message.sender) == (BOB, Party.ALICE)
    assert attributes(sent.message.body, "fingerprint")[0] == str(Fingerprint.of(IDENTITY.der))
    assert attributes(sent.message.body, "candidate") == attributes(OFFER, "candidate")


def test_the_offer_comes_when_the_call_has_been_up_for_as_long_as_it_is_said() -> None:
    one = ForgedReoffer(Reoffer(kind="reoffer", after=0.4), IDENTITY)
    signal(one, offer(OFFER))
    (timer,) = one.handle(CallUp(NOW))
    assert isinstance(timer, StartTimer)
    assert timer.seconds == 0.4
    assert list(one.handle(TimerFired("another", NOW))) == []


def test_the_offer_is_the_next_version_of_the_same_session() -> None:
    sent = brought(machine("nothing"))
    assert Origin.read(sent.message.body) == Origin.read(OFFER).next()
    assert Origin.read(OFFER).written(sent.message.body) == OFFER


def test_the_roles_are_turned_round() -> None:
    assert Sdp.parse(brought(machine("setup-role")).message.body).setups() == ((0, "active"), (1, "active"))


def test_the_answer_to_it_goes_no_further_and_everything_else_does() -> None:
    one = machine()
    genuine = signal(one, answer(ANSWER))
    assert only(genuine, Deliver)
    brought(one)
    assert deeds(signal(one, answer(ANSWER))) == {READ: 1}
    assert only(signal(one, answer(ANSWER)), Deliver) == []
    assert only(signal(one, hangup(BOB)), Deliver)


def test_a_callee_that_ends_the_call_over_it_has_read_it_too() -> None:
    one = machine("setup-role")
    refusal = hangup(BOB).model_copy(update={"body": "sdp-rejected"})
    assert deeds(signal(one, refusal)) == {}, "of an offer that was not there yet"
    brought(one)
    assert deeds(signal(one, hangup(BOB))) == {}, "for another reason"
    assert deeds(signal(one, refusal.model_copy(update={"sender": Party.ALICE}))) == {}
    refused = signal(one, refusal)
    assert deeds(refused) == {READ: 1}
    assert only(refused, Deliver), "the caller has to know"


@pytest.mark.parametrize("event", [CallUp(NOW)])
def test_without_an_offer_to_go_by_nothing_is_brought(event: CallUp) -> None:
    assert list(machine().handle(event)) == []
