"""Link layers: headers, tags, and what the link itself tells of the direction."""

from __future__ import annotations

import struct

import pytest

from harness.vantage.layers import Layers
from harness.vantage.window import Direction

from .frames import account, ethernet, frames, ipv4, ipv6, messages, udp

PACKET, PACKET_6 = ipv4(udp(b"hello")), ipv6(udp(b"hello"))
FOUR, SIX = ("192.0.2.1:5000", "192.0.2.2:6000"), ("[2001:db8::1]:5000", "[2001:db8::2]:6000")


def cooked(packet_type: int, protocol: int) -> bytes:
    """tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html"""
    return struct.pack("!HHH8sH", packet_type, 1, 6, bytes(8), protocol)


def cooked_2(packet_type: int, protocol: int) -> bytes:
    """tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html"""
    return struct.pack("!HHIHBB8s", protocol, 0, 3, 1, packet_type, 6, bytes(8))


HEADERS = [
    (1, bytes(12) + b"\x08\x00", bytes(12) + b"\x86\xdd"),
    (113, cooked(0, 0x0800), cooked(0, 0x86DD)),
    (276, cooked_2(0, 0x0800), cooked_2(0, 0x86DD)),
    (101, b"", b""),
    (12, b"", b""),
    (14, b"", b""),
    (0, b"\2\0\0\0", b"\x1e\0\0\0"),
    (0, b"\0\0\0\2", b"\0\0\0\x1c"),
    (108, b"\0\0\0\2", b"\0\0\0\x18"),
    (0, b"\2\0\0\0", b"\x0a\0\0\0"),
]


@pytest.mark.parametrize(("link", "before_4", "before_6"), HEADERS)
def test_both_versions_of_ip_are_found_behind_every_link_header(link: int, before_4: bytes, before_6: bytes) -> None:
    window = Layers().window(frames([before_4 + PACKET, before_6 + PACKET_6], link))
    assert messages(window) == [(*FOUR, b"hello"), (*SIX, b"hello")]
    assert account(window, 0).get("link", 0) == len(before_4)
    assert account(window, 1).get("link", 0) == len(before_6)


def test_link_types_that_are_always_one_version() -> None:
    window = Layers().window(frames([PACKET, PACKET_6], [228, 229]))
    assert messages(window) == [(*FOUR, b"hello"), (*SIX, b"hello")]


def test_interfaces_of_one_window_may_differ() -> None:
    window = Layers().window(frames([PACKET, ethernet(PACKET), cooked(0, 0x0800) + PACKET], [101, 1, 113]))
    assert messages(window) == [(*FOUR, b"hello")] * 3
    assert window.frame.tolist() == [1, 2, 3]


@pytest.mark.parametrize("tags", [[0x8100], [0x88A8, 0x8100], [0x9100, 0x8100], [0x8100] * 8])
def test_tags_of_virtual_lans_belong_to_the_link(tags: list[int]) -> None:
    window = Layers().window(frames([ethernet(PACKET), ethernet(PACKET, tags=tags)]))
    assert messages(window) == [(*FOUR, b"hello")] * 2
    assert account(window, 0)["link"] == 14
    assert account(window, 1)["link"] == 14 + 4 * len(tags)


def test_more_tags_than_that_are_named() -> None:
    layers = Layers()
    window = layers.window(frames([ethernet(PACKET, tags=[0x8100] * 9)]))
    assert not len(window)
    assert layers.unread["VLAN tags that are too many or cut off"].frames == [1]


@pytest.mark.parametrize(
    ("packet_type", "outward"), [(0, False), (1, False), (2, False), (3, True), (4, True)]
)  # 3, sent to somebody else by somebody else, tells nothing: the first sender is near
@pytest.mark.parametrize(("link", "header"), [(113, cooked), (276, cooked_2)])
def test_linux_tells_whether_the_host_sent_a_frame(link: int, header, packet_type: int, outward: bool) -> None:  # type: ignore[no-untyped-def]
    window = Layers().window(frames([header(packet_type, 0x0800) + PACKET], link))
    assert window.outward.tolist() == [outward]


def test_the_frames_say_what_the_link_told_of_the_direction() -> None:
    """Those who ask which host captured ask the frames."""
    window = Layers().window(frames([cooked(0, 0x0800) + PACKET, cooked(4, 0x0800) + PACKET], 113))
    assert window.frames.direction.tolist() == [Direction.INBOUND, Direction.OUTBOUND]


def test_what_the_capture_says_of_the_direction_comes_first() -> None:
    captured = frames([cooked(0, 0x0800) + PACKET], 113, direction=Direction.OUTBOUND)
    assert Layers().window(captured).outward.tolist() == [True]


def test_a_link_type_that_is_not_read_is_named_once_with_its_frames() -> None:
    layers = Layers()
    window = layers.window(frames([PACKET] * 3, 147))
    assert account(window, 2) == {"unknown": len(PACKET)}
    assert [(kind, note.count) for kind, note in layers.problems] == [("link type 147 is not read", 3)]


@pytest.mark.parametrize(
    ("link", "frame", "kind"),
    [
        (1, ethernet(bytes(50), 50), "IEEE 802.3"),
        (1, ethernet(bytes(50), 0x1234), "EtherType 0x1234"),
        (0, b"\0\0\0\7" + PACKET, "no IP version"),
        (101, b"\x70" + bytes(30), "no IP version"),
        (101, b"", "no IP version"),
    ],
)
def test_what_is_not_ip_is_counted_by_name(link: int, frame: bytes, kind: str) -> None:
    layers = Layers()
    assert not len(layers.window(frames([frame], link)))
    assert layers.unread[kind].count == 1
