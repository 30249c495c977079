"""IPv4 and IPv6: where packets end, what their headers hold, and what they are malformed by."""

from __future__ import annotations

import pytest

from harness.vantage.layers import Layers
from harness.vantage.window import Frames, Window

from .frames import RAW, account, ethernet, frames, ipv4, ipv6, messages, udp

OPTIONS = bytes([60, 0]) + bytes(6)
"""A destination options header of eight bytes that is followed by … what its first byte says."""


def extension(following: int, size: int = 8) -> bytes:
    return bytes([following, size // 8 - 1]) + bytes(size - 2)


def read(*packets: bytes, wire: list[int] | None = None) -> tuple[Layers, Window]:
    layers = Layers()
    return layers, layers.window(frames(packets, RAW, wire=wire))


def problems(layers: Layers) -> list[str]:
    return [kind for kind, _ in layers.problems]


def test_options_of_ipv4_belong_to_the_network() -> None:
    layers, window = read(ipv4(udp(b"hello"), options=bytes(12)))
    assert messages(window) == [("192.0.2.1:5000", "192.0.2.2:6000", b"hello")]
    assert account(window) == {"network": 32, "transport": 8, "message": 5}
    assert problems(layers) == []


@pytest.mark.parametrize("packet", [ipv4(udp(b"hello")), ipv6(udp(b"hello"))])
def test_what_lies_behind_the_packet_is_trailing(packet: bytes) -> None:
    _, window = read(packet + b"padding")
    assert [payload for *_, payload in messages(window)] == [b"hello"]
    assert account(window)["trailing"] == 7


@pytest.mark.parametrize("packet", [ipv4(udp(bytes(100))), ipv6(udp(bytes(100)))])
def test_what_the_capture_cut_off_is_missing(packet: bytes) -> None:
    layers, window = read(packet[:-60], wire=[len(packet)])
    assert window.length.tolist() == [40]
    assert window.missing.tolist() == [60]
    assert problems(layers) == []


def test_a_packet_that_claims_more_than_its_frame_had_on_the_wire_is_named() -> None:
    layers, window = read(ipv4(udp(bytes(10), length=38), total=58))
    assert window.missing.tolist() == [20]
    assert problems(layers) == ["an IP packet that is longer than its frame"]


def test_a_length_that_was_left_to_the_network_card_is_that_of_the_frame() -> None:
    layers, window = read(ipv4(udp(b"hello"), total=0), ipv6(udp(b"hello"), length=0))
    assert [payload for *_, payload in messages(window)] == [b"hello"] * 2
    assert problems(layers) == []


@pytest.mark.parametrize(
    "packet",
    [
        ipv6(extension(17) + udp(b"hello"), following=0),
        ipv6(extension(43) + extension(60, 24) + extension(17) + udp(b"hello"), following=0),
        ipv6(bytes([17, 4]) + bytes(22) + udp(b"hello"), following=51),
        ipv6(bytes([17, 0, 0, 0, 0, 0, 0, 9]) + udp(b"hello"), following=44),
    ],
    ids=["hop-by-hop", "three of them", "authentication", "a fragment that is the whole"],
)
def test_extension_headers_belong_to_the_network(packet: bytes) -> None:
    layers, window = read(packet, ipv6(udp(b"plain")))
    assert [payload for *_, payload in messages(window)] == [b"hello", b"plain"]
    assert account(window, 0) == {"network": len(packet) - 8 - 5, "transport": 8, "message": 5}
    assert problems(layers) == []


def test_ipv4_has_an_authentication_header_as_well_but_no_other() -> None:
    layers, window = read(
        ipv4(bytes([17, 4]) + bytes(22) + udp(b"hello"), protocol=51), ipv4(extension(17) + udp(b"x"), protocol=60)
    )
    assert [payload for *_, payload in messages(window)] == [b"hello"]
    assert layers.unread["IP protocol 60"].frames == [2]


def test_a_chain_of_headers_that_has_no_end_is_given_up() -> None:
    layers, window = read(ipv6(extension(60) * 16 + extension(17) + udp(b"hello"), following=60))
    assert not len(window)
    assert problems(layers) == ["more than 16 extension headers"]


@pytest.mark.parametrize(
    ("packet", "problem"),
    [
        (ipv4(b"")[:19], "a frame ends inside its IPv4 header"),
        (ipv6(b"")[:39], "a frame ends inside its IPv6 header"),
        (b"\x44" + ipv4(udp(b"hello"))[1:], "a malformed IPv4 header"),
        (b"\x4f" + ipv4(udp(b"hello"))[1:], "a malformed IPv4 header"),
        (ipv4(udp(b"hello"), total=19), "a malformed IPv4 header"),
        (ipv6(bytes([194, 4]) + bytes(30), following=0, length=0), "an IPv6 jumbo payload is not read"),
        (ipv6(bytes([17, 9]) + bytes(30), following=0), "a packet ends inside an extension header"),
        (ipv4(udp(b"")[:7]), "a packet ends inside its UDP header"),
        (ipv4(udp(b"hello", length=7)), "a UDP length that is shorter than the header"),
        (ipv4(bytes(19), protocol=6), "a packet ends inside its TCP header"),
        (ipv4(bytes(20), protocol=6), "a malformed TCP header"),
    ],
)
def test_what_is_malformed_is_named_and_stays_unknown(packet: bytes, problem: str) -> None:
    layers, window = read(packet)
    assert not len(window)
    assert problems(layers) == [problem]
    assert account(window)["unknown"] > 0


def test_a_version_that_the_link_did_not_promise_is_malformed() -> None:
    layers = Layers()
    layers.window(frames([ethernet(ipv6(udp(b"x"))), ethernet(ipv4(udp(bytes(40))), 0x86DD)]))
    assert problems(layers) == ["a malformed IPv4 header", "a malformed IPv6 header"]


def test_udp_may_be_shorter_than_its_packet() -> None:
    _, window = read(ipv4(udp(b"hello and more", length=8 + 5)))
    assert [payload for *_, payload in messages(window)] == [b"hello"]
    assert account(window)["trailing"] == len(b" and more")


def test_udp_that_is_longer_than_its_packet_is_named() -> None:
    layers, window = read(ipv4(udp(b"hello", length=8 + 9)))
    assert window.missing.tolist() == [4]
    assert problems(layers) == ["a UDP datagram that is longer than its packet"]


def test_an_empty_datagram_is_a_row() -> None:
    _, window = read(ipv4(udp(b"")))
    assert messages(window) == [("192.0.2.1:5000", "192.0.2.2:6000", b"")]


def test_frames_of_a_window_are_not_changed() -> None:
    captured: Frames = frames([ipv4(udp(b"hello"), total=0)], RAW)
    before = captured.data.copy()
    Layers().window(captured)
    assert (captured.data == before).all()
