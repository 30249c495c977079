"""Clear packets into a running call: on the path they continue what was seen, off the path they guess."""

from __future__ import annotations

import pytest

from harness.adversaries.machine import (
    CallUp,
    Command,
    Deliver,
    Forward,
    Learned,
    SendOffPath,
    StartTimer,
    TimerFired,
)
from harness.adversaries.plaintext_injection import INTERVAL, PlaintextInjection
from harness.adversaries.volley import TIMER
from harness.model.base import Party
from harness.wire import rtp as wire_rtp
from harness.wire.demux import PacketClass, classify

from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, deeds, feed, forwarded, offer, only, rtp, signal

LOOKED_AT = ("127.1.0.1", 5000)


def on_path(packets: int) -> PlaintextInjection:
    """In a call where alice sends two streams and bob one."""
    machine = PlaintextInjection(packets, "seed", on_path=True)
    feed(machine, ALICE, rtp(65_535, ssrc=0xA1, payload_type=111))
    feed(machine, ALICE, rtp(300, ssrc=0xA2, payload_type=96))
    feed(machine, BOB, rtp(7, ssrc=0xB1, payload_type=96))
    return machine


def off_path(packets: int, *known: Party) -> PlaintextInjection:
    machine = PlaintextInjection(packets, "seed", on_path=False)
    for party in known:
        assert list(machine.handle(Learned(party, LOOKED_AT, NOW))) == []
    return machine


def run(machine: PlaintextInjection, ticks: int = 200) -> list[list[Command]]:
    """What is done at CallUp and at each firing of the timer, until no timer is started any more."""
    done = [list(machine.handle(CallUp(NOW)))]
    while only(done[-1], StartTimer) and len(done) < ticks:
        done.append(list(machine.handle(TimerFired(TIMER, NOW))))
    return done


def test_before_the_call_is_up_it_only_looks() -> None:
    machine = PlaintextInjection(40, "seed", on_path=True)
    assert feed(machine, ALICE, rtp(1)) == [Forward(BOB, rtp(1))]
    assert feed(machine, ALICE, BINDING_REQUEST) == [Forward(BOB, BINDING_REQUEST)]
    assert signal(machine, offer("v=0")) == [Deliver(offer("v=0"))]


def test_forty_packets_go_out_one_every_twenty_milliseconds() -> None:
    done = run(on_path(40))
    assert [len(forwarded(commands)) for commands in done] == [1] * 40
    assert [only(commands, StartTimer) for commands in done[:-1]] == [[StartTimer(TIMER, INTERVAL)]] * 39
    assert only(done[-1], StartTimer) == []


@pytest.mark.parametrize("packets", [1, 41, 10_000])
def test_any_number_is_sent_within_the_same_time(packets: int) -> None:
    done = run(on_path(packets))
    assert sum(len(forwarded(commands)) for commands in done) == packets
    assert sum(deeds(commands)["packets-injected"] for commands in done) == packets
    assert len(done) <= 40


def test_both_parties_are_aimed_at_in_turn() -> None:
    receivers = [to for commands in run(on_path(6)) for to, _ in forwarded(commands)]
    assert receivers == [BOB, ALICE] * 3


def test_on_the_path_the_streams_of_the_other_party_are_continued() -> None:
    packets = [data for commands in run(on_path(16)) for to, data in forwarded(commands) if to is BOB]
    headers = [wire_rtp.parse(packet) for packet in packets if classify(packet) is PacketClass.SRTP]
    assert [(header.ssrc, header.payload_type, header.sequence, header.timestamp) for header in headers] == [
        (0xA1, 111, 0, 960 * 65_536),
        (0xA2, 96, 301, 960 * 301),
        (0xA1, 111, 1, 960 * 65_537),
        (0xA2, 96, 302, 960 * 302),
        (0xA1, 111, 2, 960 * 65_538),
        (0xA2, 96, 303, 960 * 303),
    ]


def test_only_so_many_streams_are_remembered() -> None:
    machine = PlaintextInjection(200, "seed", on_path=True)
    for ssrc in range(100):
        feed(machine, ALICE, rtp(1, ssrc=ssrc))
    packets = [data for commands in run(machine) for _, data in forwarded(commands)]
    ssrcs = {wire_rtp.parse(packet).ssrc for packet in packets if classify(packet) is PacketClass.SRTP}
    assert ssrcs == set(range(16))


def test_every_fourth_packet_is_rtcp_and_each_stream_gets_a_report_then_a_bye() -> None:
    packets = [data for commands in run(on_path(32)) for to, data in forwarded(commands) if to is BOB]
    assert [classify(packet) for packet in packets] == [*[PacketClass.SRTP] * 3, PacketClass.SRTCP] * 4
    control = [wire_rtp.parse_rtcp(packet) for packet in packets[3::4]]
    assert [(header.packet_type, header.ssrc) for header in control[:2]] == [(200, 0xA1), (200, 0xA2)]
    assert [(packet[1], packet[4:8]) for packet in packets[11::4]] == [
        (203, (0xA1).to_bytes(4, "big")),
        (203, (0xA2).to_bytes(4, "big")),
    ]


def test_it_waits_until_there_is_a_stream_to_imitate() -> None:
    machine = PlaintextInjection(2, "seed", on_path=True)
    assert list(machine.handle(CallUp(NOW))) == [StartTimer(TIMER, INTERVAL)]
    feed(machine, BOB, rtp(1))
    commands = [command for _ in range(2) for command in machine.handle(TimerFired(TIMER, NOW))]
    assert [to for to, _ in forwarded(commands)] == [ALICE]
    assert deeds(commands) == {"packets-injected": 1}


def test_off_the_path_common_payload_types_are_tried() -> None:
    sent = [packet for commands in run(off_path(20, ALICE, BOB)) for packet in only(commands, SendOffPath)]
    headers = [wire_rtp.parse(packet.data) for packet in sent if classify(packet.data) is PacketClass.SRTP]
    assert len(sent) == 20
    assert {packet.to for packet in sent} == {ALICE, BOB}
    assert {header.payload_type for header in headers} >= {96, 97, 111}


def test_off_the_path_only_a_party_whose_address_is_known_is_aimed_at() -> None:
    sent = [packet for commands in run(off_path(10, BOB)) for packet in only(commands, SendOffPath)]
    assert [packet.to for packet in sent] == [BOB] * 10


def test_off_the_path_nothing_is_forwarded() -> None:
    assert [forwarded(commands) for commands in run(off_path(4, ALICE, BOB))] == [[]] * 4


def test_the_same_seed_makes_the_same_packets() -> None:
    def sent(seed: str) -> list[bytes]:
        machine = PlaintextInjection(8, seed, on_path=False)
        list(machine.handle(Learned(BOB, LOOKED_AT, NOW)))
        return [packet.data for commands in run(machine) for packet in only(commands, SendOffPath)]

    assert sent("one") == sent("one")
    assert sent("one") != sent("two")


def test_the_attack_has_happened_when_a_packet_was_injected() -> None:
    assert PlaintextInjection(1, "seed", on_path=True).required == ("packets-injected",)
