"""Moves of several steps: each is done by a machine of its own, which keeps off the path and others' timers."""

from __future__ import annotations

from harness.adversaries.machine import (
    CallUp,
    Command,
    Deed,
    Deliver,
    Forward,
    Learned,
    OwnSocketOpened,
    PathDatagram,
    SendSignal,
    Signal,
    StartTimer,
    TimerFired,
)
from harness.adversaries.script import Script
from harness.adversaries.script.guests import Guest, is_for_a_guest
from harness.model.adversary.script import Move
from harness.model.base import Party
from harness.model.recording import SignalKind

from ..descriptions import ANSWER, OFFER, attributes
from ..transcript import ALICE, BINDING_REQUEST, BOB, NOW, answer, deeds, feed, forwarded, offer, only, rtp, signal
from .scripts import move, script


class Timed:
    """Forwards, and wants to be woken."""

    required = ("woken",)
    reroutes = False

    def __init__(self) -> None:
        self.woken: list[str] = []

    def handle(self, event: object) -> list[Command]:
        if isinstance(event, TimerFired):
            self.woken.append(event.token)
            return [Deed("woken")]
        return [Forward(BOB, b"x"), StartTimer("alice 0", 1.0)]


def test_its_timers_are_its_own() -> None:
    machine = Timed()
    guest = Guest("move-1-x", machine, machine.required)
    (started,) = guest.heed(CallUp(NOW))
    assert isinstance(started, StartTimer)
    assert is_for_a_guest(started.token) and not is_for_a_guest("alice 0")
    assert list(guest.heed(TimerFired("alice 0", NOW))) == []
    assert list(Guest("move-2-y", Timed(), ()).heed(TimerFired(started.token, NOW))) == []
    assert [one.name for one in guest.heed(TimerFired(started.token, NOW)) if isinstance(one, Deed)] == [
        "woken",
        "move-1-x",
    ]
    assert machine.woken == ["alice 0"]


def test_a_feature_is_brought_about_as_by_the_adversary_that_does_nothing_else() -> None:
    machine = script(move("forge-feature", feature="recording", holder="bot"))
    for message in (offer(OFFER), answer(ANSWER)):
        assert only(signal(machine, message), Deliver) == [Deliver(message)]
    commands = list(machine.handle(CallUp(NOW)))
    kinds = [one.message.kind for one in only(commands, SendSignal)]
    assert kinds == [SignalKind.FEATURE, SignalKind.FEATURE, SignalKind.OFFER]
    assert deeds(commands)["move-1-forge-feature"] == 1


def test_what_passes_the_path_is_forwarded_once() -> None:
    machine = script(move("forge-feature", feature="recording", holder="bot"))
    for data in (BINDING_REQUEST, rtp(1)):
        assert forwarded(feed(machine, ALICE, data)) == [(BOB, data)]
    assert list(Guest("g", Timed(), ()).heed(PathDatagram(ALICE, b"x", NOW))) == [StartTimer("guest g alice 0", 1.0)]


def with_a_device(*moves: Move) -> Script:
    machine = script(*moves)
    for party in Party:
        list(machine.handle(Learned(party, ("127.1.0.1", 4000), NOW)))
    list(machine.handle(OwnSocketOpened(("127.1.0.9", 9000), NOW)))
    return machine


def test_a_description_passes_the_moves_on_it_first_and_then_the_device_that_takes_its_place() -> None:
    machine = with_a_device(
        move("change-line", towards="callee", start="a=mid:", how="insert", text="a=x-told"),
        move("ring-another", answers="instead"),
    )
    commands = list(machine.handle(Signal(offer(OFFER), NOW)))
    (delivered,) = only(commands, Deliver)
    assert "a=x-told" in delivered.message.body
    assert {one.split()[5] for one in attributes(delivered.message.body, "candidate")} == {"9000"}
    assert deeds(commands)["move-1-change-line"] == deeds(commands)["move-2-ring-another"] == 1


def test_what_a_move_withholds_no_device_replaces() -> None:
    machine = with_a_device(move("withhold", towards="callee"), move("ring-another", answers="instead"))
    commands = list(machine.handle(Signal(offer(OFFER), NOW)))
    assert only(commands, Deliver) == []
    assert deeds(commands) == {"move-1-withhold": 1}
