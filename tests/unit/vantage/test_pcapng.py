"""The reader takes what the draft describes, in both byte orders, and names the place of everything else."""

from __future__ import annotations

import math
import struct
import subprocess
from pathlib import Path
from shutil import which

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.vantage import pcapng
from harness.vantage.pcapng import CaptureError

from .blocks import block, enhanced, interface, leg, options, section, simple

COMMENT, IF_NAME, IF_TSRESOL, IF_TSOFFSET = 1, 2, 9, 14
BLOCKS = (
    section(extra=options((COMMENT, b"a small capture"))),
    interface(extra=options((IF_NAME, b"alice-bob"))),
    block(4, bytes(4)),
    enhanced(b"first", extra=options((COMMENT, b"hello"))),
    enhanced(b"second, longer"),
)
BOUNDARIES = [sum(map(len, BLOCKS[:count])) for count in range(len(BLOCKS) + 1)]
SMALL = b"".join(BLOCKS)


def read(tmp_path: Path, content: bytes) -> list[pcapng.Packet]:
    path = tmp_path / "a.pcapng"
    path.write_bytes(content)
    return list(pcapng.read(path))


@pytest.mark.parametrize("order", ["<", ">"])
def test_packets_come_in_order_with_time_place_and_comments(tmp_path: Path, order: str) -> None:
    head = section(order) + interface(order, extra=options((IF_NAME, b"alice-bob"), order=order))
    first = enhanced(b"first", 1_700_000_000_250_000, order, extra=options((COMMENT, "erstes ☎".encode()), order=order))
    one, two = read(tmp_path, head + first + enhanced(b"second!!", 1_700_000_001_000_000, order))
    assert (one.data, one.time, one.offset, one.comments) == (b"first", 1_700_000_000.25, len(head), ("erstes ☎",))
    assert (two.data, two.time, two.offset, two.comments) == (b"second!!", 1_700_000_001.0, len(head + first), ())
    assert (one.interface.name, one.interface.link_type) == ("alice-bob", 101)


@pytest.mark.parametrize(
    ("resolution", "ticks", "seconds"),
    [
        (b"\x09", 1_700_000_000_500_000_000, 1_700_000_000.5),
        (b"\x00", 7, 7.0),
        (b"\x8a", 1536, 1.5),
        (b"\x7f", 1, 1e-127),
    ],
)
def test_time_stamps_count_in_the_resolution_of_their_interface(
    tmp_path: Path, resolution: bytes, ticks: int, seconds: float
) -> None:
    head = section() + interface(extra=options((IF_TSRESOL, resolution)))
    assert [packet.time for packet in read(tmp_path, head + enhanced(b"", ticks))] == [seconds]


def test_the_time_offset_of_an_interface_is_added(tmp_path: Path) -> None:
    head = section() + interface(extra=options((IF_TSOFFSET, struct.pack("<q", -3600))))
    assert read(tmp_path, head + enhanced(b"", 4_000_000_000))[0].time == 400.0


def test_a_simple_packet_has_no_time_and_is_cut_at_the_snap_length(tmp_path: Path) -> None:
    head = section() + interface(snap_length=4)
    whole, cut = read(tmp_path, head + simple(b"abc") + simple(b"abcd", length=900))
    assert (whole.data, whole.length) == (b"abc", 3)
    assert (cut.data, cut.length) == (b"abcd", 900)
    assert math.isnan(whole.time)


def test_a_second_section_may_turn_the_byte_order_and_numbers_its_interfaces_anew(tmp_path: Path) -> None:
    first = section() + interface() + interface(link_type=1) + enhanced(b"one", number=1)
    second = section(">") + interface(">", link_type=228) + enhanced(b"two", order=">")
    assert [(packet.interface.link_type, packet.data) for packet in read(tmp_path, first + second)] == [
        (1, b"one"),
        (228, b"two"),
    ]


def test_a_capture_without_packets_is_sound(tmp_path: Path) -> None:
    assert read(tmp_path, section()) == []


@pytest.mark.parametrize("end", [end for end in range(len(SMALL)) if end not in BOUNDARIES])
def test_every_cut_inside_a_block_names_that_block(tmp_path: Path, end: int) -> None:
    begin = max(boundary for boundary in BOUNDARIES if boundary <= end)
    length = min(boundary for boundary in BOUNDARIES if boundary > end) - begin
    header = 12 if begin == 0 else 8
    missing = (header if end - begin < header else length) - (end - begin)
    if begin == 0 and end < 4:
        expected = r"no section header at byte 0: this is not a pcapng file"
    else:
        expected = rf"truncated block at byte {begin}: {missing} bytes (of its header )?are missing"
    with pytest.raises(CaptureError, match=expected) as caught:
        read(tmp_path, SMALL[:end])
    assert caught.value.offset == begin
    assert str(tmp_path / "a.pcapng") in str(caught.value)


@pytest.mark.parametrize(("blocks", "packets"), [(1, 0), (2, 0), (3, 0), (4, 1), (5, 2)])
def test_a_cut_between_two_blocks_leaves_the_packets_before_it(tmp_path: Path, blocks: int, packets: int) -> None:
    assert len(read(tmp_path, b"".join(BLOCKS[:blocks]))) == packets


def test_a_cut_between_two_blocks_is_found_where_the_section_says_its_length(tmp_path: Path) -> None:
    rest = interface() + enhanced(b"first") + enhanced(b"second")
    assert len(read(tmp_path, section(length=len(rest)) + rest)) == 2
    kept = section(length=len(rest)) + interface() + enhanced(b"first")
    with pytest.raises(CaptureError, match=rf"truncated section at byte {len(kept)}: .*ends at byte {28 + len(rest)}"):
        read(tmp_path, kept)


HEAD = section() + interface()


@pytest.mark.parametrize(
    ("content", "place", "sentence"),
    [
        (b"", 0, "no section header"),
        (b"\xd4\xc3\xb2\xa1" + bytes(20), 0, "this is not a pcapng file"),
        (interface(), 0, "no section header"),
        (section()[:8] + b"\x4d\x3c\x2b\x1b" + section()[12:], 0, "4d3c2b1b is no byte-order magic"),
        (section(major=2), 0, "version 2 of pcapng"),
        (section(length=-2), 0, "cannot have -2 bytes"),
        (block(0x0A0D0D0A, struct.pack("<IHH", 0x1A2B3C4D, 1, 0)), 0, "20 bytes are too few"),
        (section() + struct.pack("<II", 4, 0), 28, "length of 0 bytes is impossible"),
        (section() + struct.pack("<II", 4, 8), 28, "length of 8 bytes is impossible"),
        (section() + struct.pack("<II", 4, 13) + bytes(13), 28, "length of 13 bytes is impossible"),
        (section() + struct.pack("<II", 4, 1 << 31), 28, "length of 2147483648 bytes is impossible"),
        (section() + struct.pack("<III", 4, 12, 16), 28, "12 at its begin, 16 at its end"),
        (section() + block(1, bytes(4)), 28, "a block of type 1 has more than 16 bytes"),
        (HEAD + block(6, bytes(16)), 48, "a block of type 6 has more than 28 bytes"),
        (HEAD + block(2, bytes(20)), 48, "obsolete packet block"),
        (HEAD + enhanced(b"data", number=1), 48, "names interface 1"),
        (section() + simple(b"data"), 28, "names interface 0"),
        (HEAD + block(6, struct.pack("<IIIII", 0, 0, 0, 5, 5) + b"data"), 48, "5 captured bytes of 5 do not fit"),
        (HEAD + enhanced(b"data", length=3), 48, "4 captured bytes of 3 do not fit"),
        (HEAD + block(6, struct.pack("<IIIII", 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF)), 48, "do not fit"),
        (HEAD + simple(b"data", length=9), 48, "9 bytes do not fit"),
        (HEAD + enhanced(b"", extra=struct.pack("<HH", 1, 5) + b"four"), 48, "option 1 says 5 bytes"),
        (HEAD + enhanced(b"", extra=options((COMMENT, b"\xff\xfe"))), 48, "not UTF-8"),
        (section() + interface(extra=options((IF_TSRESOL, b"\x06\x06"))), 28, "time resolution or time offset"),
        (section() + interface(extra=options((IF_TSOFFSET, b"\x06"))), 28, "time resolution or time offset"),
    ],
)
def test_what_is_unsound_is_refused_with_its_place(tmp_path: Path, content: bytes, place: int, sentence: str) -> None:
    with pytest.raises(CaptureError, match=sentence) as caught:
        read(tmp_path, content)
    assert caught.value.offset == place
    assert f" at byte {place}: " in str(caught.value)


def test_a_section_has_a_bounded_number_of_interfaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcapng, "MOST_INTERFACES", 3)
    assert read(tmp_path, section() + 3 * interface() + section() + interface()) == []
    with pytest.raises(CaptureError, match="more than 3 interfaces"):
        read(tmp_path, section() + 4 * interface())


def test_options_may_end_without_an_end_of_options(tmp_path: Path) -> None:
    comment = options((COMMENT, b"no end!!"))[:-4]
    assert read(tmp_path, HEAD + enhanced(b"data", extra=comment))[0].comments == ("no end!!",)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(SMALL) - 1), value=st.integers(0, 255))
def test_any_single_changed_byte_gives_packets_or_a_capture_error(tmp_path: Path, place: int, value: int) -> None:
    damaged = SMALL[:place] + bytes([value]) + SMALL[place + 1 :]
    try:
        packets = read(tmp_path, damaged)
    except CaptureError as error:
        assert 0 <= error.offset <= len(damaged)
    else:
        assert len(packets) <= 2


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200).map(lambda tail: section() + tail) | st.binary(max_size=200))
def test_hostile_bytes_give_packets_or_a_capture_error(tmp_path: Path, content: bytes) -> None:
    try:
        read(tmp_path, content)
    except CaptureError as error:
        assert 0 <= error.offset <= len(content)


@pytest.mark.skipif(which("editcap") is None, reason="editcap (Wireshark) is not installed")
def test_what_wireshark_writes_is_read(tmp_path: Path) -> None:
    ours = leg(tmp_path / "ours.pcapng", [(True, b"one"), (False, b"two"), (True, bytes(1200))])
    theirs = tmp_path / "theirs.pcapng"
    subprocess.run(["editcap", "-a", "2:as Wireshark wrote it", ours, theirs], check=True, capture_output=True)
    copied = list(pcapng.read(theirs))
    assert [(packet.data, packet.time) for packet in copied] == [
        (packet.data, packet.time) for packet in pcapng.read(ours)
    ]
    assert copied[1].comments == ("as Wireshark wrote it",)
    assert copied[0].interface.name == "alice-bob"
