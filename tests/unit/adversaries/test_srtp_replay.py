"""Packets that come again: at once, and when twenty others have passed."""

from __future__ import annotations

from pylibsrtp import Error, Policy, Session

from harness.adversaries.srtp_replay import LATER, SrtpReplay
from harness.model.base import Party

from .transcript import ALICE, BINDING_REQUEST, BOB, deeds, feed, forwarded, rtcp, rtp

KEY = bytes(range(30))


def arrivals(machine: SrtpReplay, sender: Party, packets: list[bytes]) -> list[bytes]:
    return [data for packet in packets for _, data in forwarded(feed(machine, sender, packet))]


def test_every_second_packet_comes_twice_at_once() -> None:
    arrived = arrivals(SrtpReplay(every=2), ALICE, [rtp(number) for number in range(1, 5)])
    assert arrived == [rtp(1), rtp(2), rtp(2), rtp(3), rtp(4), rtp(4)]


def test_it_comes_once_more_after_twenty_packets() -> None:
    packets = [rtp(number) for number in range(1, 1 + 1 + LATER)]
    machine = SrtpReplay(every=1)
    feed(machine, ALICE, packets[0])
    assert packets[0] not in arrivals(machine, ALICE, packets[1:-1])
    assert forwarded(feed(machine, ALICE, packets[-1])) == [
        (BOB, packets[-1]),
        (BOB, packets[-1]),
        (BOB, packets[0]),
    ]


def test_rtcp_is_counted_for_itself() -> None:
    machine = SrtpReplay(every=2)
    assert arrivals(machine, BOB, [rtp(1), rtcp()]) == [rtp(1), rtcp()]
    assert arrivals(machine, BOB, [rtp(2), rtcp()]) == [rtp(2), rtp(2), rtcp(), rtcp()]


def test_the_directions_do_not_mix() -> None:
    machine = SrtpReplay(every=2)
    assert forwarded(feed(machine, ALICE, rtp(1))) == [(BOB, rtp(1))]
    assert forwarded(feed(machine, BOB, rtp(1))) == [(ALICE, rtp(1))]


def test_other_packets_pass_once() -> None:
    assert arrivals(SrtpReplay(every=1), ALICE, [BINDING_REQUEST] * 3) == [BINDING_REQUEST] * 3


def test_libsrtp_takes_each_packet_once() -> None:
    sender = Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND))
    receiver = Session(Policy(KEY, Policy.SSRC_ANY_INBOUND))
    taken, refused = [], []
    for data in arrivals(SrtpReplay(every=1), ALICE, [sender.protect(rtp(number)) for number in range(1, 41)]):
        try:
            taken.append(receiver.unprotect(data))
        except Error as error:
            refused.append(str(error))
    assert taken == [rtp(number) for number in range(1, 41)]
    assert len(refused) == 40 + (40 - LATER)
    assert set(refused) == {"replay check failed (bad index)"}


def test_each_replay_is_a_deed() -> None:
    machine = SrtpReplay(every=1)
    assert deeds(feed(machine, ALICE, rtp(1))) == {"packets-replayed": 1}
    assert machine.required == ("packets-replayed",)
