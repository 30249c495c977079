"""When a volley begins, whom it aims at, how fast it is, and when it ends; what really passes goes on."""

from __future__ import annotations

from harness.adversaries.machine import (
    CallUp,
    Command,
    Deliver,
    Event,
    Forward,
    Learned,
    SendOffPath,
    StartTimer,
    StrangerDatagram,
    TimerFired,
)
from harness.adversaries.volley import TIMER, Phase, Volley
from harness.model.base import Party

from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, forwarded, offer, only, signal

ADDRESS = ("127.1.0.1", 5000)
FIRE = TimerFired(TIMER, NOW)


class Numbered:
    """Packets that say whom they are for and which one it is."""

    def __init__(self) -> None:
        self.seen: list[Event] = []

    def see(self, event: Event) -> None:
        self.seen.append(event)

    def packet(self, to: Party, number: int) -> bytes | None:
        return f"{to} {number}".encode()


class Silent(Numbered):
    def packet(self, to: Party, number: int) -> bytes | None:
        return None


def told(machine: Volley, *events: Event) -> list[Command]:
    return [command for event in events for command in machine.handle(event)]


def sent(commands: list[Command]) -> list[bytes]:
    return [one.data for one in only(commands, SendOffPath)]


def test_in_a_call_it_begins_when_the_call_is_up_and_ends_with_its_last_packet() -> None:
    machine = Volley(Numbered(), 3, on_path=False)
    learned = [Learned(party, ADDRESS, NOW) for party in Party]
    assert told(machine, *learned, FIRE) == []
    assert sent(told(machine, CallUp(NOW), FIRE, FIRE, FIRE)) == [b"bob 0", b"alice 0", b"bob 1"]


def test_during_the_set_up_it_begins_with_the_first_address_and_ends_when_the_call_is_up() -> None:
    machine = Volley(Numbered(), 50, on_path=False, phase=Phase.SETUP, to=(ALICE,), interval=0.002)
    first = told(machine, Learned(ALICE, ADDRESS, NOW))
    assert sent(first) == [b"alice 0"]
    assert only(first, StartTimer) == [StartTimer(TIMER, 0.002)]
    assert sent(told(machine, FIRE, FIRE)) == [b"alice 1", b"alice 2"]
    assert told(machine, CallUp(NOW), FIRE) == []


def test_always_is_from_the_first_address_on_and_through_the_call() -> None:
    machine = Volley(Numbered(), 50, on_path=False, phase=Phase.ALWAYS)
    done = told(machine, Learned(BOB, ADDRESS, NOW), FIRE, Learned(ALICE, ADDRESS, NOW), FIRE, CallUp(NOW), FIRE)
    assert sent(done) == [b"bob 0", b"bob 1", b"alice 1"]
    assert len(only(done, StartTimer)) == 4


def test_on_the_path_the_first_datagram_shows_the_way_to_both() -> None:
    machine = Volley(Numbered(), 50, on_path=True, phase=Phase.SETUP)
    assert told(machine, Learned(ALICE, ADDRESS, NOW)) == []
    commands = feed(machine, ALICE, BINDING_REQUEST)
    assert forwarded(commands) == [(BOB, BINDING_REQUEST), (BOB, b"bob 0")]
    assert forwarded(told(machine, FIRE)) == [(ALICE, b"alice 0")]


def test_a_batch_goes_out_at_once() -> None:
    machine = Volley(Numbered(), 7, on_path=False, to=(BOB,), batch=5)
    told(machine, Learned(BOB, ADDRESS, NOW))
    assert [len(sent(told(machine, event))) for event in (CallUp(NOW), FIRE)] == [5, 2]


def test_what_is_not_known_yet_is_waited_for_and_not_counted() -> None:
    machine = Volley(Silent(), 1, on_path=False, phase=Phase.ALWAYS)
    commands = told(machine, Learned(BOB, ADDRESS, NOW), FIRE)
    assert commands == [StartTimer(TIMER, 0.02)] * 2


def test_each_packet_is_a_deed_and_the_attack_needs_one() -> None:
    machine = Volley(Numbered(), 2, on_path=False, phase=Phase.ALWAYS, to=(BOB,))
    assert deeds(told(machine, Learned(BOB, ADDRESS, NOW), FIRE)) == {"packets-injected": 2}
    assert machine.required == ("packets-injected",)


def test_what_comes_back_is_counted_and_the_signalling_goes_on() -> None:
    machine = Volley(Numbered(), 1, on_path=False)
    assert deeds(told(machine, StrangerDatagram(ADDRESS, b"hello", NOW))) == {"answers-received": 1}
    assert signal(machine, offer("v=0")) == [Deliver(offer("v=0"))]
    assert feed(machine, ALICE, b"x") == [Forward(BOB, b"x")]


def test_the_maker_sees_everything() -> None:
    maker = Numbered()
    told(Volley(maker, 1, on_path=False), Learned(BOB, ADDRESS, NOW), CallUp(NOW))
    assert maker.seen == [Learned(BOB, ADDRESS, NOW), CallUp(NOW)]
