"""Frames go in, messages come out, and no byte is lost on the way."""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.vantage.layers import Layers
from harness.vantage.window import NONE, Direction, Frames, Transport, Window
from harness.wire.demux import PacketClass

from .frames import (
    ALICE,
    BOB,
    LAYERS,
    PEER,
    TCP,
    account,
    channel_data,
    datagram,
    ethernet,
    frames,
    ipv4,
    ipv6,
    messages,
    segment,
    stun,
    tcp,
    udp,
    xored,
)  # fmt: skip

RTP = b"\x80\x60\x00\x01" + bytes(8) + b"media"
LINKS = (0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 147)


def test_a_datagram_becomes_a_row_and_every_byte_of_its_frame_is_accounted_for() -> None:
    window = Layers().window(frames([datagram(RTP)]))
    assert messages(window) == [("192.0.2.1:5000", "192.0.2.2:6000", RTP)]
    assert account(window) == {"link": 14, "network": 20, "transport": 8, "message": len(RTP)}
    assert window.klass.tolist() == [PacketClass.SRTP]
    assert window.transport.tolist() == [Transport.UDP]
    assert window.frame.tolist() == [1]
    assert window.inner.tolist() == [NONE]


def test_a_row_tells_its_place_in_the_file() -> None:
    captured = frames([datagram(b"first"), datagram(b"second")])
    window = Layers().window(captured)
    assert window.place.tolist() == [int(at) + 14 + 20 + 8 for at in captured.place]


def test_numbers_go_on_from_window_to_window() -> None:
    layers = Layers()
    layers.window(frames([datagram(b"there")]))
    back = datagram(b"back", f"{BOB}:6000", f"{ALICE}:5000")
    new = datagram(b"new", f"{PEER}:9", f"{ALICE}:5000")
    window = layers.window(frames([back, new], first=2))
    assert window.frame.tolist() == [2, 3]
    assert window.leg.tolist() == [0, 1]
    assert window.outward.tolist() == [False, True]
    assert window.frame_bytes.leg.tolist() == [0, 1]
    assert [(leg.near, leg.far) for leg in window.legs.found] == [(0, 1), (2, 0)]


@pytest.mark.parametrize("near", ["192.0.2.2", "192.0.2.2:6000"])
def test_the_user_says_who_is_near(near: str) -> None:
    window = Layers([near]).window(frames([datagram(b"to the near end")]))
    assert window.outward.tolist() == [False]


def test_an_ipv6_host_may_be_named_as_the_user_writes_it() -> None:
    captured = frames([ethernet(ipv6(udp(b"to the near end")), 0x86DD)])
    for near in ("2001:DB8:0::2", "[2001:db8::2]", "[2001:db8:0::2]:6000"):
        assert Layers([near]).window(captured).outward.tolist() == [False]


@pytest.mark.parametrize(("direction", "outward"), [(Direction.INBOUND, False), (Direction.OUTBOUND, True)])
def test_the_host_that_captured_is_near(direction: Direction, outward: bool) -> None:
    window = Layers().window(frames([datagram(b"x")], direction=direction))
    assert window.outward.tolist() == [outward]


def test_rows_of_all_protocols_are_in_the_order_of_the_frames() -> None:
    sent = [
        ethernet(ipv6(udp(b"one")), 0x86DD), datagram(b"two"), segment(b"GET / HTTP/1.1", 1), datagram(b"four"),
        ethernet(ipv6(tcp(b"HTTP/1.1 200 OK", 1), following=TCP), 0x86DD),
    ]  # fmt: skip
    window = Layers().window(frames(sent))
    assert window.frame.tolist() == [1, 2, 3, 4, 5]
    assert [window.payload(row)[:4] for row in range(5)] == [b"one", b"two", b"GET ", b"four", b"HTTP"]


def test_protocols_of_no_call_are_counted_by_name() -> None:
    layers = Layers()
    sent = [ethernet(bytes(28), 0x0806), ethernet(bytes(28), 0x0806), ethernet(ipv4(b"ping", protocol=1))]
    window = layers.window(frames(sent))
    assert len(window) == 0
    assert {kind: (note.count, note.frames) for kind, note in layers.unread} == {
        "ARP": (2, [1, 2]), "ICMP": (1, [3]),
    }  # fmt: skip
    assert account(window, 0) == {"link": 14, "unknown": 28}
    assert account(window, 2) == {"link": 14, "network": 20, "unknown": 4}
    assert window.frame_bytes.leg.tolist() == [NONE] * 3


def test_the_first_frames_of_a_problem_are_named_and_all_are_counted() -> None:
    layers = Layers()
    for first in (1, 21):
        layers.window(frames([b"short"] * 20, first=first))
    note = layers.problems["a frame ends inside its link header"]
    assert note.count == 40
    assert note.frames == list(range(1, 11))


def test_an_empty_window_is_a_window() -> None:
    window = Layers().window(frames([]))
    assert len(window) == 0
    assert Layers().finish() is None


# --- Whatever comes in: nothing is lost, nothing is counted twice, nothing fails ---


def checked(layers: Layers, captured: Frames) -> Window:
    """A window in which everything adds up."""
    window = layers.window(captured)
    counted = np.stack([getattr(window.frame_bytes, name) for name in LAYERS])
    assert (counted >= 0).all()
    assert (counted.sum(axis=0) == captured.length).all()
    well_formed(window)
    return window


def well_formed(window: Window) -> None:
    assert (window.offset >= 0).all() and (window.length >= 0).all() and (window.missing >= 0).all()
    assert (window.offset + window.length <= len(window.data)).all()
    order = window.frame * 32 + window.depth
    assert (np.diff(order) >= 0).all()
    carriers = np.flatnonzero(window.inner != NONE)
    carried = window.inner[carriers]
    assert (window.depth[carried] == window.depth[carriers] + 1).all()
    assert (window.frame[carried] == window.frame[carriers]).all()
    assert sorted(carried.tolist()) == np.flatnonzero(window.depth).tolist()
    assert (window.offset[carried] >= window.offset[carriers]).all()
    assert (window.offset[carried] + window.length[carried] <= window.offset[carriers] + window.length[carriers]).all()
    near = np.array([leg.near for leg in window.legs.found] or [0])
    assert (window.outward == (window.source == near[window.leg])).all()


def handed_out(window: Window) -> int:
    outermost = window.depth == 0
    return int(window.length[outermost].sum() + window.framing[outermost].sum())


def nothing_is_lost(layers: Layers, windows: list[Frames]) -> None:
    counted = found = 0
    for captured in windows:
        window = checked(layers, captured)
        counted += int(window.frame_bytes.message.sum())
        found += handed_out(window)
        assert counted == found + layers.waiting
    rest = layers.finish()
    if rest is not None:
        well_formed(rest)
        found += handed_out(rest)
    assert layers.waiting == 0
    assert counted == found


@given(st.lists(st.tuples(st.sampled_from(LINKS), st.binary(max_size=120)), max_size=8))
def test_random_bytes_add_up(sent: list[tuple[int, bytes]]) -> None:
    nothing_is_lost(Layers(), [frames([content for _, content in sent], [link for link, _ in sent])])


payloads = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([RTP, stun(1), stun(0x0017, [(0x12, xored(f"{PEER}:7000")), (0x13, RTP)])]),
    st.builds(channel_data, st.binary(max_size=40), st.integers(0x4000, 0x4FFF), st.booleans()),
    st.builds(channel_data, st.builds(channel_data, st.binary(max_size=20))),
)
rfc4571 = st.builds(lambda one: len(one).to_bytes(2) + one, payloads)
streams = st.one_of(st.lists(payloads, max_size=6), st.lists(rfc4571, max_size=6)).map(b"".join)


@st.composite
def fragments(draw: st.DrawFn) -> list[bytes]:
    whole = udp(draw(st.binary(max_size=100)))
    cuts = sorted({0, len(whole), *draw(st.lists(st.integers(0, len(whole) // 8).map(lambda n: 8 * n), max_size=4))})
    number = draw(st.integers(1, 2))
    parts = [
        ethernet(ipv4(whole[begin:end], identification=number, start=begin, more=end < len(whole)))
        for begin, end in pairwise(cuts)
    ]
    return draw(st.permutations([*parts, *draw(st.lists(st.sampled_from(parts or [b""]), max_size=2))]))


@st.composite
def segments(draw: st.DrawFn) -> list[bytes]:
    content, begin = draw(streams), draw(st.sampled_from([5, (1 << 32) - 20]))
    cuts = sorted({0, len(content), *draw(st.lists(st.integers(0, len(content)), max_size=5))})
    parts = [segment(content[one:other], begin + one) for one, other in pairwise(cuts)]
    opening = [segment(b"", begin - 1, flags=2)] if draw(st.booleans()) else []
    again = draw(st.lists(st.sampled_from(parts or [b""]), max_size=2))
    return [*opening, *(draw(st.permutations(parts)) if draw(st.booleans()) else parts), *again]


single = st.one_of(
    payloads.map(datagram),
    payloads.map(lambda one: ethernet(ipv6(udp(one)), 0x86DD, tags=[0x8100])),
    payloads.map(lambda one: ethernet(ipv6(bytes([17, 0]) + bytes(6) + udp(one), following=60), 0x86DD)),
).map(lambda one: [one])
traffic = st.lists(st.one_of(single, fragments(), segments()), max_size=5).map(lambda parts: list(chain(*parts)))


@st.composite
def damaged(draw: st.DrawFn) -> list[bytes]:
    """Traffic in which some bytes are changed, and some frames cut short."""
    found = []
    for one in draw(traffic):
        content = bytearray(one)
        if content and draw(st.booleans()):
            content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
        found.append(bytes(content[: draw(st.integers(0, len(content)))] if draw(st.integers(0, 3)) == 0 else content))
    return found


@settings(max_examples=300, deadline=None)
@given(st.one_of(traffic, damaged()), st.integers(1, 4))
def test_whatever_is_sent_adds_up(sent: list[bytes], size: int) -> None:
    cut = [sent[at : at + size] for at in range(0, len(sent), size)]
    firsts = [1 + at for at in range(0, len(sent), size)]
    nothing_is_lost(Layers(), [frames(part, first=first) for part, first in zip(cut, firsts, strict=True)])


@settings(max_examples=200, deadline=None)
@given(st.one_of(traffic, damaged()), st.integers(1, 4))
def test_where_windows_end_makes_no_difference(sent: list[bytes], size: int) -> None:
    def rows(size: int) -> tuple[list[object], object]:
        layers = Layers()
        found: list[object] = []
        for at in range(0, len(sent), size):
            window = layers.window(frames(sent[at : at + size], first=1 + at))
            found += [*zip(messages(window), window.frame.tolist(), window.klass.tolist(), strict=True)]
        rest = layers.finish()
        found += [] if rest is None else [*messages(rest)]
        return found, dict(layers.problems)

    assert rows(size) == rows(max(len(sent), 1))
