"""Fragments: put together in any order, over windows, and never without end."""

from __future__ import annotations

import struct
from itertools import pairwise, permutations

import pytest

from harness.vantage.layers import Layers, fragments
from harness.vantage.window import NONE, Window
from harness.wire.demux import PacketClass

from .frames import RAW, TCP, account, channel_data, frames, ipv4, ipv6, messages, segment, stun, tcp, udp

RTP = b"\x80\x60\x00\x01" + bytes(8) + bytes(range(100))
ENDS = ("192.0.2.1:5000", "192.0.2.2:6000")


def parts(whole: bytes, *cuts: int, identification: int = 1) -> list[bytes]:
    edges = [0, *cuts, len(whole)]
    return [
        ipv4(whole[begin:end], start=begin, more=end < len(whole), identification=identification)
        for begin, end in pairwise(edges)
    ]


def parts_6(whole: bytes, *cuts: int, following: int = 17) -> list[bytes]:
    edges = [0, *cuts, len(whole)]
    return [
        ipv6(struct.pack("!BBHI", following, 0, begin | (end < len(whole)), 77) + whole[begin:end], following=44)
        for begin, end in pairwise(edges)
    ]


def problems(layers: Layers) -> list[str]:
    return [kind for kind, _ in layers.problems]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_fragments_may_come_in_any_order(order: tuple[int, ...]) -> None:
    sent = parts(udp(RTP), 24, 64)
    window = Layers().window(frames([sent[place] for place in order], RAW))
    assert messages(window) == [(*ENDS, RTP)]
    assert window.klass.tolist() == [PacketClass.SRTP]
    assert window.frame.tolist() == [3]
    assert window.place.tolist() == [NONE]
    assert sum(account(window, frame)["message"] for frame in range(3)) == len(RTP)
    assert account(window, order.index(0)) == {"network": 20, "transport": 8, "message": 16}


def test_ipv6_is_put_together_behind_its_fragment_header() -> None:
    window = Layers().window(frames(parts_6(udp(RTP), 24, 64), RAW))
    assert messages(window) == [("[2001:db8::1]:5000", "[2001:db8::2]:6000", RTP)]
    assert account(window, 1) == {"network": 48, "message": 40}


def test_headers_behind_the_fragment_header_belong_to_the_network() -> None:
    whole = bytes([17, 0]) + bytes(6) + udp(RTP)
    window = Layers().window(frames(parts_6(whole, 40, following=60), RAW))
    assert [payload for *_, payload in messages(window)] == [RTP]
    assert account(window, 0) == {"network": 56, "transport": 8, "message": 24}


def test_a_packet_may_become_whole_in_a_later_window() -> None:
    layers = Layers()
    first, second = parts(udp(RTP), 56)
    window = layers.window(frames([first], RAW))
    assert (len(window), layers.waiting) == (0, 48)
    window = layers.window(frames([second], RAW, first=2))
    assert messages(window) == [(*ENDS, RTP)]
    assert layers.waiting == 0


def test_packets_are_told_apart_by_identification_and_interface() -> None:
    one, other = parts(udp(b"A" * 40), 24), parts(udp(b"B" * 40), 24, identification=2)
    window = Layers().window(frames([one[0], other[0], other[1], one[1]], RAW))
    assert [payload for *_, payload in messages(window)] == [b"B" * 40, b"A" * 40]


def test_the_same_fragment_again_is_repeated() -> None:
    layers = Layers()
    first, second = parts(udp(RTP), 24)
    window = layers.window(frames([first, first, second], RAW))
    assert [payload for *_, payload in messages(window)] == [RTP]
    assert account(window, 1) == {"network": 20, "repeated": 24}
    assert problems(layers) == []


def test_of_fragments_that_contradict_each_other_the_first_counts() -> None:
    layers = Layers()
    honest, rest = parts(udp(b"honest!!" + bytes(40)), 16)
    forged, _ = parts(udp(b"forged!!" + bytes(40)), 16)
    window = layers.window(frames([honest, forged, rest], RAW))
    assert [payload[:8] for *_, payload in messages(window)] == [b"honest!!"]
    assert account(window, 1) == {"network": 20, "repeated": 11, "unknown": 5}  # the header, "o" and "!!" are the same
    assert problems(layers) == ["fragments that contradict each other"]


def test_a_fragment_beyond_the_end_is_named() -> None:
    layers = Layers()
    window = layers.window(frames([parts(udp(RTP), 24)[1], ipv4(bytes(8), start=65_528, more=True)], RAW))
    assert account(window, 1) == {"network": 20, "unknown": 8}
    assert problems(layers) == ["a fragment beyond the end of its packet"]


def test_a_first_fragment_must_hold_all_headers() -> None:
    layers = Layers()
    whole = tcp(b"hello" * 10, 1)
    tiny = [
        ipv4(whole[:8], protocol=TCP, more=True), ipv4(whole[8:], protocol=TCP, start=8)
    ]  # fmt: skip
    window = layers.window(frames(tiny, RAW))
    assert messages(window) == [("192.0.2.1", "192.0.2.2", whole)]
    assert window.klass.tolist() == [PacketClass.OTHER]
    assert problems(layers) == ["a first fragment without all headers"]


def test_fragments_of_tcp_become_a_segment() -> None:
    content = channel_data(b"in a fragment..")
    whole = tcp(stun(1) + content + b"\0", 1)
    sent = [
        ipv4(whole[:24], protocol=TCP, more=True), ipv4(whole[24:], protocol=TCP, start=24)
    ]  # fmt: skip
    window = Layers().window(frames(sent, RAW))
    assert [payload for *_, payload in messages(window)] == [stun(1), content + b"\0", b"in a fragment.."]


def test_what_was_put_together_is_classified_by_its_own_bytes() -> None:
    layers = Layers()
    first, second = parts(udp(channel_data(b"")), 8)
    layers.window(frames([first], RAW))
    window = layers.window(frames([second], RAW, first=2))
    assert window.klass.tolist() == [PacketClass.TURN_CHANNEL, PacketClass.OTHER]


def test_streams_may_begin_in_fragments() -> None:
    whole = tcp(stun(1), 5)
    hosts = ("192.0.2.11", "192.0.2.12", "192.0.2.13")
    sent = [
        ipv4(whole[begin:end], host, protocol=TCP, start=begin, more=end < len(whole))
        for host in hosts
        for begin, end in ((0, 24), (24, len(whole)))
    ]
    window = Layers().window(frames(sent, RAW))
    assert messages(window) == [(f"{host}:5000", "192.0.2.2:6000", stun(1)) for host in hosts]


def test_fragments_of_other_protocols_are_named() -> None:
    layers = Layers()
    layers.window(frames([ipv4(bytes(16), protocol=1, more=True)], RAW))
    assert layers.unread["ICMP"].frames == [1]


def test_what_the_capture_cut_off_does_not_hold_up_the_packet() -> None:
    first, second = parts(udp(RTP), 56)
    window = Layers().window(frames([first[:-8], second], RAW, wire=[len(first), len(second)]))
    assert [payload for *_, payload in messages(window)] == [RTP[:40], RTP[48:]]
    assert window.missing.tolist() == [len(RTP) - 40, 0]
    assert window.klass.tolist() == [PacketClass.SRTP, PacketClass.OTHER]


def finished(layers: Layers) -> Window:
    rest = layers.finish()
    assert rest is not None
    return rest


def test_what_never_became_whole_is_handed_out_in_the_end() -> None:
    layers = Layers()
    layers.window(frames([*parts(udp(RTP), 24, 64)[::2], parts(udp(RTP), 24, identification=2)[1]], RAW))
    rest = finished(layers)
    assert messages(rest) == [(*ENDS, RTP[:16]), (*ENDS, RTP[56:]), ("192.0.2.1", "192.0.2.2", RTP[16:])]
    assert rest.klass.tolist() == [PacketClass.SRTP, PacketClass.OTHER, PacketClass.OTHER]
    assert rest.missing.tolist() == [len(RTP) - 16, 0, 0]
    assert rest.frame.tolist() == [3] * 3
    assert rest.time.tolist() == [2.0] * 3
    assert problems(layers) == ["fragments whose packet did not become whole"]


def test_a_packet_of_which_only_headers_came_is_named_as_well() -> None:
    layers = Layers()
    layers.window(frames([parts(udp(RTP), 8)[0]], RAW))
    assert layers.waiting == 0
    assert finished(layers).missing.tolist() == [len(RTP)]
    assert problems(layers) == ["fragments whose packet did not become whole"]


def test_an_identification_that_is_used_again_later_is_another_packet() -> None:
    layers = Layers()
    old, new = parts(udp(b"o" * 40), 24), parts(udp(b"n" * 40), 24)
    window = layers.window(frames([old[0], new[0], new[1]], RAW, times=[0, 61, 61]))
    assert [payload for *_, payload in messages(window)] == [b"o" * 16, b"n" * 40]
    assert problems(layers) == ["fragments whose packet did not become whole in time"]


def test_a_flood_of_fragments_does_not_fill_the_memory() -> None:
    layers = Layers()
    count = fragments.MOST_WAITING + 100
    sent = [parts(udp(bytes(40)), 24, identification=number)[0] for number in range(count)]
    window = layers.window(frames(sent, RAW, times=[0] * count))
    assert len(window) == 100
    assert layers.waiting == fragments.MOST_WAITING * 16
    assert layers.problems["fragments given up because too many wait"].count == 100


def test_few_fragments_with_far_ends_do_not_fill_the_memory() -> None:
    layers = Layers()
    far = [ipv4(bytes(8), start=65_000, more=True, identification=number) for number in range(300)]
    layers.window(frames(far, RAW, times=[0] * 300))
    assert layers.waiting * 65_008 // 8 <= fragments.MOST_BYTES
    assert layers.problems["fragments given up because too many wait"].count > 100


def test_a_leg_is_known_from_the_first_fragment_on() -> None:
    window = Layers().window(frames([segment(b"x", 1)[14:], *parts(udp(RTP), 24)[::-1]], RAW))
    assert window.frame_bytes.leg.tolist() == [0, NONE, 1]
