"""Each move on packets as a transcript: what goes in, what comes out, and what was done by then."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.adversaries import craft
from harness.adversaries.machine import Command, StartTimer, TimerFired
from harness.adversaries.script import Script
from harness.model.adversary.script import Move
from harness.wire import stun

from ..transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, forwarded, only, rtcp, rtp
from .scripts import move, script


def out(machine: Script, packets: Sequence[bytes]) -> list[bytes]:
    return [data for packet in packets for _, data in forwarded(feed(machine, ALICE, packet))]


def on(do: str, **fields: object) -> Script:
    """A move on what Alice sends."""
    return script(move(do, packet="srtp", sender="alice", **fields))


CHECK = craft.stun(1, b"transaction1", ((6, b"bobs:alic"),))
FOUR = [rtp(number) for number in range(1, 5)]
ONE, TWO, THREE, LAST = FOUR


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (on("drop", first=2), [ONE, THREE, LAST]),
        (on("drop", first=2, count=2), [ONE, LAST]),
        (on("reorder", first=1), [TWO, ONE, THREE, LAST]),
        (on("reorder", first=1, behind=2), [TWO, THREE, ONE, LAST]),
        (on("replay", first=2), [ONE, TWO, TWO, THREE, LAST]),
        (on("replay", first=2, behind=1), [ONE, TWO, THREE, TWO, LAST]),
        (on("truncate", first=4, octets=10), [ONE, TWO, THREE, LAST[:-10]]),
    ],
    ids=["drop", "drop two", "reorder", "reorder far", "replay", "replay later", "truncate"],
)
def test_the_packets_that_are_meant_fare_as_the_move_says(machine: Script, expected: list[bytes]) -> None:
    assert out(machine, FOUR) == expected


@pytest.mark.parametrize(("octet", "at"), [(0, 0), (7, 7), (-1, len(ONE) - 1)])
def test_a_flip_inverts_the_bits_of_the_mask_in_one_octet(octet: int, at: int) -> None:
    (changed,) = out(on("flip", octet=octet, mask=0x81), [ONE])
    assert [place for place in range(len(ONE)) if changed[place] != ONE[place]] == [at]
    assert changed[at] == ONE[at] ^ 0x81


def test_a_reflected_packet_comes_back_and_does_not_go_on() -> None:
    assert forwarded(feed(on("reflect"), ALICE, ONE)) == [(ALICE, ONE)]


def test_a_check_is_contradicted_before_it_arrives_and_nothing_else_is() -> None:
    machine = script(move("contradict", packet="stun", sender="alice", count=9))
    commands = feed(machine, ALICE, CHECK)
    (to, claim), passed = forwarded(commands)
    assert (to, passed, deeds(commands)) == (ALICE, (BOB, CHECK), {"move-1-contradict": 1})
    assert (stun.parse(claim).error_code, stun.parse(claim).transaction_id) == (487, b"transaction1")
    for other in (BINDING_REQUEST, ONE):
        commands = feed(machine, ALICE, other)
        assert (forwarded(commands), deeds(commands)) == ([(BOB, other)], {})


def test_a_delayed_packet_arrives_when_its_time_is_over() -> None:
    machine = on("delay", seconds=0.3)
    commands = feed(machine, ALICE, ONE)
    assert forwarded(commands) == []
    (timer,) = only(commands, StartTimer)
    assert timer.seconds == 0.3
    assert forwarded(machine.handle(TimerFired(timer.token, NOW))) == [(BOB, ONE)]


def test_other_kinds_and_the_other_party_are_left_alone() -> None:
    machine = on("drop", count=100)
    assert out(machine, [BINDING_REQUEST, rtcp(), b"\xff junk"]) == [BINDING_REQUEST, rtcp(), b"\xff junk"]
    assert forwarded(feed(machine, BOB, ONE)) == [(ALICE, ONE)]


def test_each_kind_of_each_party_is_counted_by_itself() -> None:
    machine = on("drop", first=2)
    feed(machine, BOB, ONE)
    assert out(machine, [rtcp(), ONE, rtcp(), TWO]) == [rtcp(), ONE, rtcp()]


def test_moves_follow_each_other_on_the_same_packet() -> None:
    machine = script(
        move("replay", packet="srtp", sender="alice"), move("flip", packet="srtp", sender="alice", octet=-1)
    )
    first, second = out(machine, [ONE])
    assert first == second == ONE[:-1] + bytes([ONE[-1] ^ 1])


def done(machine: Script, packets: Sequence[bytes], *, until_late: bool = False) -> dict[str, int]:
    """`until_late`: the call lasts until the last timer has run out."""
    commands: list[Command] = [command for packet in packets for command in feed(machine, ALICE, packet)]
    timers = only(commands, StartTimer) if until_late else []
    for timer in timers:
        commands += machine.handle(TimerFired(timer.token, NOW))
    return dict(deeds(commands))


def test_each_packet_that_was_touched_is_a_deed() -> None:
    assert done(on("drop", first=2, count=2), FOUR) == {"move-1-drop": 2}
    assert done(on("flip", octet=3, count=100), FOUR) == {"move-1-flip": 4}


@pytest.mark.parametrize(
    "machine",
    [
        on("drop", first=5),
        on("reorder", first=4),
        on("replay", first=2, behind=3),
        on("flip", octet=1000),
        on("flip", octet=-1000),
        on("truncate", octets=1000),
        script(move("drop", packet="dtls", sender="alice")),
    ],
    ids=["too late", "nothing overtakes", "nothing follows", "no such octet", "nor from the end", "short", "no such"],
)
def test_a_move_that_found_nothing_has_not_happened(machine: Script) -> None:
    assert done(machine, FOUR) == {}
    assert len(machine.required) == 1


FLIP = move("flip", packet="srtp", sender="alice", octet=-1)


@pytest.mark.parametrize(
    "last",
    [
        [],
        [move("delay", packet="srtp", sender="alice", seconds=0.1)],
        [move("reorder", packet="srtp", sender="alice")],
        [move("drop", packet="srtp", sender="alice")],
        [move("reflect", packet="srtp", sender="alice")],
    ],
    ids=["goes on", "late", "overtaken", "lost", "comes back"],
)
def test_a_packet_that_leaves_as_it_came_was_not_changed(last: list[Move]) -> None:
    happened = {f"move-3-{one.do}" for one in last}
    assert set(done(script(FLIP, FLIP, *last), FOUR, until_late=True)) == happened


def test_what_was_changed_before_a_packet_waits_has_happened_when_it_leaves() -> None:
    held = script(FLIP, move("reorder", packet="srtp", sender="alice"))
    assert done(held, [ONE]) == {}
    assert done(held, [TWO]) == {"move-1-flip": 1, "move-2-reorder": 1}
    late = script(FLIP, move("delay", packet="srtp", sender="alice", seconds=0.1))
    assert done(late, [ONE], until_late=True) == {"move-1-flip": 1, "move-2-delay": 1}


def test_a_change_of_a_packet_that_is_lost_has_changed_nothing() -> None:
    assert done(script(FLIP, move("drop", packet="srtp", sender="alice")), [ONE]) == {"move-2-drop": 1}


def on_all(do: str, **fields: object) -> Move:
    return move(do, packet="srtp", sender="alice", **fields)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([on_all("reorder", count=1000)], {}),
        ([on_all("reorder"), on_all("drop", first=2)], {"move-2-drop": 1}),
        ([on_all("reorder"), on_all("delay", first=2, seconds=9)], {}),
        ([on_all("reorder"), on_all("reflect", first=2)], {"move-2-reflect": 1}),
        ([on_all("replay"), on_all("drop")], {"move-2-drop": 2}),
        ([on_all("replay", behind=1), on_all("drop")], {"move-2-drop": 2}),
        ([on_all("flip", octet=20), on_all("delay", seconds=10)], {}),
        ([on_all("delay", seconds=0.1), on_all("drop")], {}),
    ],
    ids=[
        "all wait for each other",
        "who should overtake is lost",
        "or late",
        "or comes back",
        "no copy leaves",
        "nor later",
        "call is over before",
        "waits still",
    ],
)
def test_a_move_that_shows_in_nothing_that_left_has_not_happened(moves: list[Move], expected: dict[str, int]) -> None:
    assert done(script(*moves), FOUR) == expected


def test_what_waited_passes_the_moves_that_follow() -> None:
    for wait in (on_all("reorder"), on_all("replay", behind=1)):
        machine = script(wait, on_all("flip", octet=-1))
        assert out(machine, FOUR)[-3] == ONE[:-1] + bytes([ONE[-1] ^ 1])
    assert done(script(on_all("delay", seconds=0.1), on_all("drop")), [ONE], until_late=True) == {"move-2-drop": 1}


def test_a_packet_that_comes_back_twice_was_replayed() -> None:
    assert done(script(on_all("replay"), on_all("reflect")), [ONE]) == {"move-1-replay": 1, "move-2-reflect": 2}
