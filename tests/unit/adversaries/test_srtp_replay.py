"""Packets that come again: at once, and when twenty others have passed."""

from __future__ import annotations

import pytest
from pylibsrtp import Error, Policy, Session

from harness.adversaries.machine import EarlierDatagram
from harness.adversaries.srtp_replay import BEHIND_WINDOW, LATER, SrtpReplay
from harness.model.adversary import ReplayTime
from harness.model.base import Party

from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, forwarded, rtcp, rtp

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


def late(when: ReplayTime, every: int = 1) -> SrtpReplay:
    return SrtpReplay(every, when)


def test_behind_the_window_it_comes_once_and_is_refused_for_its_age() -> None:
    sender = Session(Policy(KEY, Policy.SSRC_ANY_OUTBOUND))
    policy = Policy(KEY, Policy.SSRC_ANY_INBOUND)
    policy.window_size = 64
    receiver = Session(policy)
    sealed = [sender.protect(rtp(number)) for number in range(1, BEHIND_WINDOW + 2)]
    arrived = arrivals(late(ReplayTime.AFTER_WINDOW), ALICE, sealed)
    assert arrived == [*sealed, sealed[0]]
    assert len(sealed) - 1 > 64, "the smallest window that RFC 3711 section 3.3.2 allows"
    for data in sealed:
        receiver.unprotect(data)
    with pytest.raises(Error, match="replay check failed"):
        receiver.unprotect(arrived[-1])


def test_across_the_rollover_it_comes_when_the_numbers_have_wrapped() -> None:
    packets = [rtp(number % 2**16) for number in range(65_533, 65_540)]
    machine = late(ReplayTime.ACROSS_ROLLOVER)
    assert arrivals(machine, ALICE, packets) == [*packets[:4], *packets[:3], *packets[4:]]
    assert deeds(feed(machine, ALICE, rtp(9))) == {}


def test_without_a_rollover_nothing_is_replayed_across_it() -> None:
    packets = [rtp(number) for number in range(10, 200)]
    assert arrivals(late(ReplayTime.ACROSS_ROLLOVER), ALICE, packets) == packets


def test_as_another_stream_it_comes_under_the_ssrc_that_the_other_party_sends() -> None:
    machine = late(ReplayTime.OTHER_STREAM)
    assert arrivals(machine, ALICE, [rtp(1, ssrc=0xA)]) == [rtp(1, ssrc=0xA)]
    feed(machine, BOB, rtp(7, ssrc=0xB))
    assert arrivals(machine, ALICE, [rtp(2, ssrc=0xA), rtcp()]) == [rtp(2, ssrc=0xA), rtp(2, ssrc=0xB), rtcp()]


def test_a_packet_without_a_whole_header_does_not_disturb() -> None:
    stub = b"\x8f" + rtp(1)[1:14]
    assert arrivals(late(ReplayTime.ACROSS_ROLLOVER), ALICE, [rtp(65_535), stub]) == [rtp(65_535), stub]


def test_of_an_earlier_call_media_is_sent_in_the_same_direction_and_each_packet_once() -> None:
    machine = late(ReplayTime.OTHER_CALL, every=2)
    for sender, data in ((ALICE, rtp(900)), (ALICE, BINDING_REQUEST), (BOB, rtp(700)), (ALICE, rtp(901))):
        assert list(machine.handle(EarlierDatagram(1, sender, data, NOW))) == []
    now = [rtp(number) for number in range(1, 7)]
    assert arrivals(machine, ALICE, now) == [*now[:2], rtp(900), *now[2:4], rtp(901), *now[4:]]
    assert deeds(feed(machine, BOB, rtp(1))) == {}
    assert deeds(feed(machine, BOB, rtp(2))) == {"packets-replayed": 1}
