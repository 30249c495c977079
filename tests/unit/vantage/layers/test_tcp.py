"""TCP: messages of TURN and ICE-TCP out of segments in any order, and rows for everything else."""

from __future__ import annotations

import struct
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vantage.layers import Layers, tcp, tcp_stream
from harness.vantage.window import NONE, Transport, Window
from harness.wire.demux import PacketClass

from .frames import account, channel_data, ethernet, frames, ipv4, messages, segment, stun
from .frames import tcp as tcp_header

SYN = 2
RTP = b"\x80\x60\x00\x01" + bytes(8) + b"media"
HELLO = b"\x16\x03\x01\x00\x30" + bytes(48)
"""The beginning of TLS."""


def framed(message: bytes) -> bytes:
    """RFC 4571 section 2"""
    return struct.pack("!H", len(message)) + message


def segments(*contents: bytes, first: int = 1000, opened: bool = True) -> list[bytes]:
    """A SYN, and then each of these in a segment."""
    sent = [segment(b"", first - 1, SYN)] if opened else []
    for content in contents:
        sent.append(segment(content, first))
        first += len(content)
    return sent


def read(sent: list[bytes]) -> tuple[Layers, Window]:
    layers = Layers()
    return layers, layers.window(frames(sent))


def contents(window: Window) -> list[bytes]:
    return [payload for *_, payload in messages(window)]


def outermost(window: Window) -> list[bytes]:
    """The messages that lie directly in TCP."""
    return [content for content, depth in zip(contents(window), window.depth.tolist(), strict=True) if not depth]


def problems(layers: Layers) -> list[str]:
    return [kind for kind, _ in layers.problems]


TURN = [stun(3), channel_data(RTP, padded=True), stun(1)]
ICE_TCP = [stun(1), RTP, b"\x16\xfe\xfd" + bytes(10)]


def test_messages_of_turn_follow_each_other() -> None:
    layers, window = read(segments(b"".join(TURN)))
    assert contents(window) == [TURN[0], TURN[1], TURN[2], RTP]
    assert window.depth.tolist() == [0, 0, 0, 1]
    assert window.transport.tolist() == [Transport.TCP] * 3 + [Transport.UDP]
    assert window.framing.tolist() == [0] * 4
    assert window.klass.tolist() == [PacketClass.STUN, PacketClass.TURN_CHANNEL, PacketClass.STUN, PacketClass.SRTP]
    assert account(window, 1) == {"link": 14, "network": 20, "transport": 20, "message": len(b"".join(TURN))}
    assert problems(layers) == []


def test_ice_tcp_puts_two_bytes_of_length_in_front() -> None:
    layers, window = read(segments(b"".join(framed(one) for one in ICE_TCP)))
    assert contents(window) == ICE_TCP
    assert window.framing.tolist() == [2] * 3
    assert window.klass.tolist() == [PacketClass.STUN, PacketClass.SRTP, PacketClass.DTLS]
    assert (window.place - window.frames.place[1]).tolist() == [54 + 2, 54 + 22 + 2, 54 + 22 + 19 + 2]
    assert problems(layers) == []


@given(
    st.sampled_from([TURN, [framed(one) for one in ICE_TCP]]),
    st.lists(st.integers(1, 80), max_size=6),
    st.integers(1, 4),
)
def test_segments_may_end_anywhere(sent: list[bytes], cuts: list[int], size: int) -> None:
    stream = b"".join(sent)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    parts = segments(*(stream[one:other] for one, other in pairwise(edges)))
    layers = Layers()
    found: list[bytes] = []
    for at in range(0, len(parts), size):
        window = layers.window(frames(parts[at : at + size], first=1 + at))
        found += outermost(window)
    in_front = 0 if sent is TURN else 2
    assert found == [one[in_front:] for one in sent]
    assert layers.waiting == 0


def test_what_lies_in_one_piece_has_a_place_and_what_was_put_together_has_none() -> None:
    stream = b"".join(framed(one) for one in ICE_TCP)
    _, window = read(segments(stream[:30], stream[30:]))
    assert contents(window) == ICE_TCP
    assert [place == NONE for place in window.place.tolist()] == [False, True, False]
    assert window.frame.tolist() == [2, 3, 3]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_segments_may_come_in_any_order(order: tuple[int, ...]) -> None:
    opening, *sent = segments(*TURN)
    layers, window = read([opening, *(sent[place] for place in order)])
    assert outermost(window) == TURN
    assert layers.waiting == 0
    assert problems(layers) == []


def test_sequence_numbers_begin_again_at_zero() -> None:
    _, window = read(segments(*TURN, first=(1 << 32) - 30))
    assert outermost(window) == TURN


def test_a_retransmission_is_repeated() -> None:
    layers, window = read([*segments(*TURN), *segments(*TURN, opened=False)[1:]])
    assert len(window) == 4
    assert account(window, 4) == {"link": 14, "network": 20, "transport": 20, "repeated": len(TURN[1])}
    assert problems(layers) == []


def test_a_segment_that_waits_may_be_sent_again_too() -> None:
    opening, first, second, third = segments(*TURN)
    layers, window = read([opening, first, third, third, second])
    assert outermost(window) == TURN
    assert account(window, 3)["repeated"] == len(TURN[2])
    assert problems(layers) == []


def test_a_retransmission_that_says_something_else_is_no_repetition() -> None:
    sent = segments(*TURN)
    layers, window = read([*sent, segment(b"\xff" + TURN[2][1:], 1000 + len(TURN[0]) + len(TURN[1]))])
    assert account(window, 4) == {"link": 14, "network": 20, "transport": 20, "repeated": 19, "unknown": 1}
    assert problems(layers) == ["a TCP retransmission that contradicts what came before"]


def test_a_retransmission_may_bring_something_new() -> None:
    opening, first, *_ = segments(*TURN)
    _, window = read([opening, first, segment(TURN[0] + TURN[1], 1000)])
    assert contents(window)[:2] == TURN[:2]
    assert account(window, 2)["repeated"] == len(TURN[0])
    assert account(window, 2)["message"] == len(TURN[1])


def test_what_never_came_is_given_up_when_too_much_waits_for_it() -> None:
    layers = Layers()
    opening, first, _, *rest = segments(TURN[0], TURN[1], *[stun(1)] * (tcp_stream.MOST_AHEAD + 5))
    window = layers.window(frames([opening, first, *rest]))
    assert contents(window) == [TURN[0], *[stun(1)] * (tcp_stream.MOST_AHEAD + 5)]
    assert problems(layers) == ["TCP bytes that are not in the capture"]
    assert layers.waiting == 0


def test_where_the_capture_cuts_segments_messages_are_still_found() -> None:
    sent = segments(*(channel_data(bytes([128, 96]) + bytes(98)) for _ in range(3)))
    cut = [sent[0], *(one[: 14 + 20 + 20 + 30] for one in sent[1:])]
    layers = Layers()
    window = layers.window(frames(cut, wire=[len(one) for one in sent]))
    assert window.depth.tolist() == [0, 1] * 3
    assert window.length[::2].tolist() == [30] * 3
    assert window.missing[::2].tolist() == [74] * 3
    inner = window.inner[::2]
    assert window.length[inner].tolist() == [26] * 3
    assert window.missing[inner].tolist() == [74] * 3
    assert set(window.klass[inner].tolist()) == {PacketClass.SRTP}


@pytest.mark.parametrize("content", [HELLO, b"GET / HTTP/1.1\r\n\r\n", b"\x17\x03\x03\x04\x00" + bytes(1024)])
def test_other_streams_have_a_row_for_each_segment(content: bytes) -> None:
    layers = Layers()
    window = layers.window(frames(segments(content, b"\x80\x60" + bytes(40))))
    assert contents(window) == [content, b"\x80\x60" + bytes(40)]
    assert window.klass.tolist() == [PacketClass.OTHER] * 2
    window = layers.window(frames([segment(b"\x80\x60" + bytes(40), 9), segment(b"", 10)], first=10))
    assert window.klass.tolist() == [PacketClass.OTHER]
    assert account(window, 1) == {"link": 14, "network": 20, "transport": 20}
    assert window.frame_bytes.leg.tolist() == [0, 0]
    assert problems(layers) == []


def test_a_port_that_is_used_again_may_carry_a_call() -> None:
    layers = Layers()
    layers.window(frames(segments(HELLO)))
    window = layers.window(frames([segment(HELLO, 5000), *segments(*TURN)], first=3))
    assert outermost(window) == [HELLO, *TURN]


def test_a_stream_may_be_joined_in_the_middle() -> None:
    middle = b"the end of a message" + b"".join(TURN)
    _, window = read(segments(middle, *TURN, opened=False))
    assert outermost(window) == [middle, *TURN]
    assert window.klass[0] == PacketClass.OTHER


def test_a_stream_that_loses_its_framing_is_named_and_found_again() -> None:
    layers, window = read(segments(TURN[0], b"\xff" * 30, *TURN))
    assert outermost(window) == [
        TURN[0],
        b"\xff" * 30,
        *TURN,
    ]
    assert problems(layers) == ["a TCP stream that lost its framing"]


def test_a_message_that_has_begun_is_handed_out_in_the_end() -> None:
    layers, _ = read(segments(*TURN[:2], stun(3, [(0x24, bytes(4))])[:24]))
    assert layers.waiting == 24
    rest = layers.finish()
    assert rest is not None
    assert contents(rest) == [stun(3, [(0x24, bytes(4))])[:24]]
    assert rest.missing.tolist() == [4]
    assert rest.klass.tolist() == [PacketClass.STUN]
    assert layers.waiting == 0


def test_what_waits_for_a_segment_that_never_comes_is_handed_out_in_the_end() -> None:
    opening, first, _, third = segments(*TURN)
    layers, _ = read([opening, first, third])
    assert layers.waiting == len(TURN[2])
    rest = layers.finish()
    assert rest is not None
    assert contents(rest) == [TURN[2]]
    assert rest.klass.tolist() == [PacketClass.OTHER]
    assert problems(layers) == ["TCP bytes that are not in the capture"]


def test_a_flood_of_connections_does_not_fill_the_memory() -> None:
    layers = Layers()
    count = tcp.MOST_STREAMS + 10
    ends = [(f"10.{n >> 8}.{n & 255}.1:7000", "192.0.2.2:3478") for n in range(count)]
    layers.window(frames([segment(stun(3)[:12], 7, source=one, destination=other) for one, other in ends]))
    assert layers.problems["a TCP stream given up because too much waits"].count == 10
    assert layers.waiting == tcp.MOST_STREAMS * 12


def test_a_segment_from_far_away_begins_anew() -> None:
    layers, window = read([*segments(*TURN), *segments(*TURN, first=1 << 30, opened=False)])
    assert outermost(window) == TURN * 2
    assert problems(layers) == ["a TCP segment far away from the one before"]


def test_options_of_tcp_belong_to_the_transport() -> None:
    packet = ethernet(ipv4(tcp_header(stun(1), 5, options=bytes(12)), protocol=6))
    window = Layers().window(frames([packet]))
    assert account(window) == {"link": 14, "network": 20, "transport": 32, "message": 20}
