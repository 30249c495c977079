"""A bad network: what it does by chance it does to its share of every stretch of media."""

from __future__ import annotations

import pytest

from harness.adversaries.impairment import BLOCK, DELAY, JITTER, QUEUE, RATE, Impairment
from harness.adversaries.machine import CallUp, Command, PathDatagram, StartTimer, TimerFired
from harness.model.adversary import Ailment

from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, forwarded, only, rtp

COUNT = 10 * BLOCK


def run(ailment: Ailment, seed: str = "seed") -> list[Command]:
    machine = Impairment(ailment, seed)
    list(machine.handle(CallUp(NOW)))
    return [command for number in range(COUNT) for command in feed(machine, ALICE, rtp(number))]


def arrived(ailment: Ailment, seed: str = "seed") -> list[bytes]:
    return [data for _, data in forwarded(run(ailment, seed))]


SENT = [rtp(number) for number in range(COUNT)]


def test_one_in_each_block_is_lost() -> None:
    there = set(arrived(Ailment.LOSS))
    blocks = [SENT[first : first + BLOCK] for first in range(0, COUNT, BLOCK)]
    assert [sum(packet in there for packet in block) for block in blocks] == [BLOCK - 1] * 10


def test_one_in_each_block_is_overtaken_by_the_next() -> None:
    order = arrived(Ailment.REORDER)
    assert len(order) >= COUNT - 1
    swapped = [place for place, packet in enumerate(order[:-1]) if SENT.index(packet) > SENT.index(order[place + 1])]
    assert len(swapped) >= 8
    assert sorted(order, key=SENT.index) == [packet for packet in SENT if packet in order]


def test_one_in_each_block_comes_twice() -> None:
    there = arrived(Ailment.DUPLICATE)
    assert sorted(map(there.count, SENT)) == [1] * (COUNT - 10) + [2] * 10


@pytest.mark.parametrize(("ailment", "least", "most"), [(Ailment.DELAY, DELAY, DELAY), (Ailment.JITTER, 0, JITTER)])
def test_delay_and_jitter_hold_back_everything(ailment: Ailment, least: float, most: float) -> None:
    commands = run(ailment)
    timers = only(commands, StartTimer)
    assert forwarded(commands) == []
    assert len(timers) == len({timer.token for timer in timers}) == COUNT
    assert all(least <= timer.seconds <= most for timer in timers)
    assert (len({timer.seconds for timer in timers}) > 1) is (ailment is Ailment.JITTER)


def test_what_was_held_back_arrives() -> None:
    machine = Impairment(Ailment.JITTER, "seed")
    list(machine.handle(CallUp(NOW)))
    (timer,) = only(feed(machine, BOB, rtp(1)), StartTimer)
    assert forwarded(machine.handle(TimerFired(timer.token, NOW))) == [(ALICE, rtp(1))]


def test_the_same_seed_does_the_same_and_each_hit_is_a_deed() -> None:
    assert arrived(Ailment.LOSS) == arrived(Ailment.LOSS) != arrived(Ailment.LOSS, "other")
    assert deeds(run(Ailment.LOSS)) == {"packets-impaired": 10}
    machine = Impairment(Ailment.LOSS, "seed")
    list(machine.handle(CallUp(NOW)))
    assert [forwarded(feed(machine, ALICE, BINDING_REQUEST)) for _ in range(BLOCK)] == [
        [(BOB, BINDING_REQUEST)]
    ] * BLOCK


def test_a_slow_line_carries_its_rate_in_order_and_drops_what_would_wait_too_long() -> None:
    """A second of packets that come at twice the rate: as much leaves as the line carries, and what its queue holds."""
    machine = Impairment(Ailment.RATE, "seed")
    list(machine.handle(CallUp(NOW)))
    count = 2 * RATE // len(rtp(0))
    leaves: list[float] = []
    impaired = 0
    for number in range(count):
        at = NOW + number / count
        commands = list(machine.handle(PathDatagram(ALICE, rtp(number), at)))
        timers = only(commands, StartTimer)
        impaired += deeds(commands).get("packets-impaired", 0)
        leaves += [at + timer.seconds for timer in timers]
        assert not forwarded(commands)
        assert all(0 < timer.seconds <= QUEUE + 2 * len(rtp(0)) / RATE for timer in timers)
    assert leaves == sorted(leaves)
    assert len(leaves) < count
    assert impaired == count - 1, "only the first found the line free"
    assert len(leaves) * len(rtp(0)) == pytest.approx(RATE * (1 + QUEUE), rel=0.02)


def test_a_slow_line_is_free_again_after_a_pause_and_each_direction_has_its_own() -> None:
    machine = Impairment(Ailment.RATE, "seed")
    list(machine.handle(CallUp(NOW)))
    told = [
        list(machine.handle(PathDatagram(sender, rtp(number), at)))
        for number, (sender, at) in enumerate([(ALICE, NOW), (ALICE, NOW), (BOB, NOW), (ALICE, NOW + 1.0)])
    ]
    alone = len(rtp(0)) / RATE
    waits = [only(commands, StartTimer)[0].seconds for commands in told]
    assert waits == pytest.approx([alone, 2 * alone, alone, alone])
    assert [dict(deeds(commands)) for commands in told] == [{}, {"packets-impaired": 1}, {}, {}]
