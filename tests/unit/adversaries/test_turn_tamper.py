"""A relay that does not keep to its task, in a call that is up; before that, and with all but media, it does."""

from __future__ import annotations

import pytest

from harness.adversaries.machine import CallUp, Forward, Machine, SendOffPath, StartTimer, TimerFired
from harness.adversaries.turn_tamper import DELAY, TurnTamper
from harness.model.adversary import RelayFault

from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, forwarded, only, rtcp, rtp


def in_a_call(fault: RelayFault, every: int = 2) -> TurnTamper:
    machine = TurnTamper(fault, every)
    assert list(machine.handle(CallUp(NOW))) == []
    return machine


def arrives(machine: Machine, number: int) -> list[tuple[object, bytes]]:
    return list(forwarded(feed(machine, ALICE, rtp(number))))


def test_the_set_up_and_everything_but_media_passes() -> None:
    machine = TurnTamper(RelayFault.DROP, 2)
    assert [arrives(machine, number) for number in (1, 2)] == [[(BOB, rtp(1))], [(BOB, rtp(2))]]
    machine = in_a_call(RelayFault.DROP)
    for data in (BINDING_REQUEST, b"\x16\xfe\xfd" + bytes(20)) * 2:
        assert feed(machine, ALICE, data) == [Forward(BOB, data)]


def test_every_second_packet_is_dropped() -> None:
    machine = in_a_call(RelayFault.DROP)
    assert [arrives(machine, number) for number in (1, 2, 3)] == [[(BOB, rtp(1))], [], [(BOB, rtp(3))]]
    assert deeds(feed(machine, ALICE, rtcp())) == {"packets-dropped": 1}


def test_what_is_held_back_comes_when_its_timer_fires_and_once() -> None:
    machine = in_a_call(RelayFault.DELAY)
    feed(machine, ALICE, rtp(1))
    commands = feed(machine, ALICE, rtp(2))
    (timer,) = only(commands, StartTimer)
    assert timer.seconds == DELAY
    assert (forwarded(commands), deeds(commands)) == ([], {"packets-delayed": 1})
    assert list(machine.handle(TimerFired(timer.token, NOW))) == [Forward(BOB, rtp(2))]
    assert list(machine.handle(TimerFired(timer.token, NOW))) == []


def test_a_redirected_packet_leaves_from_another_address() -> None:
    machine = in_a_call(RelayFault.REDIRECT)
    feed(machine, ALICE, rtp(1))
    commands = feed(machine, ALICE, rtp(2))
    assert only(commands, SendOffPath) == [SendOffPath(BOB, rtp(2))]
    assert (forwarded(commands), deeds(commands)) == ([], {"packets-redirected": 1})


def test_mixed_up_packets_go_back_and_each_party_is_given_its_own() -> None:
    machine = in_a_call(RelayFault.MIX)
    feed(machine, BOB, rtp(100))
    feed(machine, ALICE, rtp(1))
    commands = feed(machine, ALICE, rtp(2))
    assert forwarded(commands) == [(ALICE, rtp(2)), (BOB, rtp(100))]
    assert deeds(commands) == {"packets-mixed": 1}


@pytest.mark.parametrize("fault", RelayFault)
def test_the_attack_has_happened_when_its_own_deed_has(fault: RelayFault) -> None:
    machine = in_a_call(fault)
    feed(machine, BOB, rtp(9))
    done = [deeds(feed(machine, ALICE, rtp(number))) for number in (1, 2)]
    assert tuple(done[1]) == machine.required
    assert not done[0]
