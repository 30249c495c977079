"""pcapng as the draft describes it, in both byte orders; the place of everything else is named."""

from __future__ import annotations

import math
import struct
import subprocess
from pathlib import Path
from shutil import which

import pytest

from harness.vantage.capture import CaptureError, Problem, open_capture, pcapng
from harness.vantage.window import NONE, Direction

from ..blocks import (
    ENHANCED_HEAD,
    block,
    enhanced,
    interface,
    leg,
    obsolete,
    options,
    pcap_header,
    secrets,
    section,
    simple,
)
from .reading import assert_explained, frames_of, read

COMMENT, IF_NAME, FLAGS, IF_TSRESOL, IF_FCSLEN, IF_TSOFFSET = 1, 2, 2, 9, 13, 14
HEAD = section() + interface()
BLOCKS = (
    section(extra=options((COMMENT, b"a small capture"))),
    interface(extra=options((IF_NAME, b"alice-bob"))),
    block(4, bytes(4)),
    enhanced(b"first", extra=options((COMMENT, b"hello"))),
    enhanced(b"second, longer"),
)
BOUNDARIES = [sum(map(len, BLOCKS[:count])) for count in range(len(BLOCKS) + 1)]
SMALL = b"".join(BLOCKS)


@pytest.mark.parametrize("order", ["<", ">"])
def test_packets_come_in_order_with_time_and_place(tmp_path: Path, order: str) -> None:
    head = section(order) + interface(order, extra=options((IF_NAME, b"alice-bob"), order=order))
    first = enhanced(b"first", 1_700_000_000_250_000, order, extra=options((COMMENT, "erstes ☎".encode()), order=order))
    content = head + first + enhanced(b"second!!", 1_700_000_001_000_000, order, length=900)
    (one, two), capture = read(tmp_path, content, strict=True)
    assert (one.data, one.time, one.place) == (b"first", 1_700_000_000.25, len(head) + ENHANCED_HEAD)
    assert (two.data, two.time, two.place) == (b"second!!", 1_700_000_001.0, len(head + first) + ENHANCED_HEAD)
    assert (one.link, one.interface, one.wire_length, two.wire_length) == (101, 0, 5, 900)
    assert capture.comments == ["erstes ☎"]
    assert [one.name for one in capture.interfaces] == ["alice-bob"]
    assert (capture.packets, capture.cut_short, capture.unread) == (2, 1, 0)
    assert capture.container == len(content) - len(b"first" + b"second!!")


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
    frames, _ = read(tmp_path, head + enhanced(b"", ticks))
    assert [frame.time for frame in frames] == [seconds]


def test_the_time_offset_of_an_interface_is_added(tmp_path: Path) -> None:
    head = section() + interface(extra=options((IF_TSOFFSET, struct.pack("<q", -3600))))
    frames, _ = read(tmp_path, head + enhanced(b"", 4_000_000_000))
    assert frames[0].time == 400.0


def test_a_simple_packet_has_no_time_and_is_cut_at_the_snap_length(tmp_path: Path) -> None:
    content = section() + interface(snap_length=4) + simple(b"abc") + simple(b"abcd", length=900)
    (whole, cut), capture = read(tmp_path, content, strict=True)
    assert (whole.data, whole.wire_length, cut.data, cut.wire_length) == (b"abc", 3, b"abcd", 900)
    assert math.isnan(whole.time)
    assert capture.cut_short == 1
    assert_explained([whole, cut], capture, content)


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_obsolete_packet_block_is_read_among_the_others(tmp_path: Path, order: str) -> None:
    head = section(order) + interface(order) + interface(order, link_type=1)
    flags = options((FLAGS, struct.pack(order + "I", Direction.OUTBOUND)), order=order)
    body = enhanced(b"one", 1, order) + obsolete(b"two", 2_000_000, order, 1, flags) + simple(b"three", order=order)
    frames, _ = read(tmp_path, head + body + enhanced(b"four", 4, order), strict=True)
    assert [frame.data for frame in frames] == [b"one", b"two", b"three", b"four"]
    two = frames[1]
    assert (two.time, two.link, two.interface, two.direction) == (2.0, 1, 1, Direction.OUTBOUND)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("ended", [True, False])
def test_the_direction_is_what_the_flags_say(tmp_path: Path, order: str, ended: bool) -> None:
    def flagged(flags: int, *more: tuple[int, bytes]) -> bytes:
        coded = options(*more, (FLAGS, struct.pack(order + "I", flags)), order=order)
        return enhanced(b"data", order=order, extra=coded if ended else coded[:-4])

    told = (0x1C0 | 1, 2, 3, 0)
    content = section(order) + interface(order) + b"".join(map(flagged, told)) + flagged(2, (COMMENT, b"said"))
    frames, capture = read(tmp_path, content, strict=True)
    assert [frame.direction for frame in frames] == [
        *(Direction.INBOUND, Direction.OUTBOUND, Direction.UNKNOWN, Direction.UNKNOWN, Direction.OUTBOUND)
    ]
    assert capture.comments == ["said"]


def test_a_second_section_may_turn_the_byte_order_and_numbers_its_interfaces_anew(tmp_path: Path) -> None:
    first = section() + interface() + interface(link_type=1) + enhanced(b"one", number=1)
    second = section(">") + interface(">", link_type=228, snap_length=99) + enhanced(b"two", order=">")
    frames, capture = read(tmp_path, first + second, strict=True)
    assert [(frame.link, frame.interface, frame.data) for frame in frames] == [(1, 1, b"one"), (228, 2, b"two")]
    assert [(one.link_type, one.snap_length) for one in capture.interfaces] == [(101, 0), (1, 0), (228, 99)]


def test_an_interface_tells_its_comments_and_its_frame_check_sequence(tmp_path: Path) -> None:
    extra = options((COMMENT, b"the uplink"), (IF_FCSLEN, b"\x04"), (IF_TSRESOL, b"\x09"))
    _, capture = read(tmp_path, section() + interface(extra=extra), strict=True)
    (one,) = capture.interfaces
    assert (one.comments, one.fcs_length, one.ticks) == (("the uplink",), 4, 10**9)


def test_decryption_secrets_are_kept_wherever_they_stand(tmp_path: Path) -> None:
    wire_guard = 0x57474B4C
    body = secrets(b"CLIENT_RANDOM 00 11\n") + enhanced(b"data") + secrets(b"odd", wire_guard)
    frames, capture = read(tmp_path, HEAD + body, strict=True)
    assert capture.secrets == [(0x544C534B, b"CLIENT_RANDOM 00 11\n"), (wire_guard, b"odd")]
    assert_explained(frames, capture, HEAD + body)


def test_blocks_of_no_concern_are_container(tmp_path: Path) -> None:
    content = HEAD + block(5, bytes(8)) + block(0xBAD, b"custom") + enhanced(b"data") + block(0x7FFF, b"?" * 30)
    frames, capture = read(tmp_path, content, strict=True)
    assert [frame.data for frame in frames] == [b"data"]
    assert capture.container == len(content) - 4


def test_a_packet_that_holds_whole_blocks_is_one_packet(tmp_path: Path) -> None:
    """The search for many blocks at once looks for the number of their type, and a packet can hold that too."""
    nested = enhanced(b"never sent on its own") * 3
    content = HEAD + (enhanced(nested, 1) + enhanced(b"\x06", 2)) * 2000
    frames, capture = read(tmp_path, content, strict=True)
    assert [frame.data for frame in frames] == [nested, b"\x06"] * 2000
    assert_explained(frames, capture, content)


def test_a_capture_without_packets_is_sound(tmp_path: Path) -> None:
    frames, capture = read(tmp_path, section(), strict=True)
    assert (frames, capture.size, capture.container) == ([], 28, 28)


@pytest.mark.parametrize("end", [end for end in range(14, len(SMALL)) if end not in BOUNDARIES])
def test_every_cut_inside_a_block_names_that_block_and_leaves_the_packets_before_it(tmp_path: Path, end: int) -> None:
    begin = max(boundary for boundary in BOUNDARIES if boundary <= end)
    length = min(boundary for boundary in BOUNDARIES if boundary > end) - begin
    missing = (8 if end - begin < 8 else length) - (end - begin)
    with pytest.raises(CaptureError, match=rf"truncated block at byte {begin}: {missing} bytes .*missing") as caught:
        read(tmp_path, SMALL[:end], strict=True)
    assert caught.value.offset == begin
    assert str(tmp_path / "a.capture") in str(caught.value)
    frames, capture = read(tmp_path, SMALL[:end])
    assert len(frames) == sum(boundary <= end for boundary in BOUNDARIES[4:])
    assert [(problem.place, problem.fault) for problem in capture.problems] == [(begin, "truncated block")]
    assert capture.unread == end - begin
    assert_explained(frames, capture, SMALL[:end])


@pytest.mark.parametrize(("blocks", "packets"), [(1, 0), (2, 0), (3, 0), (4, 1), (5, 2)])
def test_a_cut_between_two_blocks_leaves_the_packets_before_it(tmp_path: Path, blocks: int, packets: int) -> None:
    frames, _ = read(tmp_path, b"".join(BLOCKS[:blocks]), strict=True)
    assert len(frames) == packets


def test_a_cut_between_two_blocks_is_found_where_the_section_says_its_length(tmp_path: Path) -> None:
    rest = interface() + enhanced(b"first") + enhanced(b"second")
    assert len(read(tmp_path, section(length=len(rest)) + rest, strict=True)[0]) == 2
    kept = section(length=len(rest)) + interface() + enhanced(b"first")
    with pytest.raises(CaptureError, match=rf"truncated section at byte {len(kept)}: .*ends at byte {28 + len(rest)}"):
        read(tmp_path, kept, strict=True)
    frames, capture = read(tmp_path, kept + section() + interface() + enhanced(b"third"))
    assert [frame.data for frame in frames] == [b"first", b"third"]
    assert [(problem.place, problem.fault) for problem in capture.problems] == [(len(kept), "truncated section")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty file at byte 0"),
        (b"RIFF" + bytes(40), "no capture at byte 0: neither pcap nor pcapng begins with 52 49 46 46"),
        (b"\x0a\x0d", "no capture at byte 0"),
        (interface(), "no capture at byte 0"),
        (section()[:11], "truncated header at byte 0: 1 bytes"),
        (section()[:13], "truncated header at byte 0: 1 bytes"),
        (section()[:8] + b"\x4d\x3c\x2b\x1b" + section()[12:], "4d3c2b1b is no byte-order magic"),
        (section(major=2), "version 2 of pcapng"),
        (pcap_header()[:23], "truncated header at byte 0: 1 bytes"),
        (pcap_header()[:4] + b"\x03\x00" + bytes(18), "version 3 of pcap"),
    ],
)
def test_what_is_no_capture_is_refused_as_soon_as_it_is_opened(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(CaptureError, match=sentence):
        open_capture(tmp_path / "a")


UNSOUND = [
    (section(length=-2), 0, "cannot have -2 bytes"),
    (block(0x0A0D0D0A, struct.pack("<IHH", 0x1A2B3C4D, 1, 0)), 0, "20 bytes are too few"),
    (HEAD + section()[:8] + b"\x4d\x3c\x2b\x1b" + section()[12:], 48, "4d3c2b1b is no byte-order magic"),
    (HEAD + section(major=2), 48, "version 2 of pcapng"),
    (section() + struct.pack("<II", 4, 0), 28, "length of 0 bytes is impossible"),
    (section() + struct.pack("<II", 4, 8), 28, "length of 8 bytes is impossible"),
    (section() + struct.pack("<II", 4, 13) + bytes(13), 28, "length of 13 bytes is impossible"),
    (section() + struct.pack("<II", 4, 1 << 31), 28, "length of 2147483648 bytes is impossible"),
    (section() + struct.pack("<III", 4, 12, 16), 28, "12 at its begin, 16 at its end"),
    (section() + block(1, bytes(4)), 28, "has more than 16 bytes"),
    (HEAD + block(6, bytes(16)), 48, "shorter than what stands in front of a packet"),
    (HEAD + block(3, b""), 48, "shorter than what stands in front of a packet"),
    (HEAD + enhanced(b"data", number=1), 48, "has not described its interface"),
    (section() + simple(b"data"), 28, "has not described its interface"),
    (HEAD + block(6, struct.pack("<IIIII", 0, 0, 0, 5, 5) + b"data"), 48, "do not fit"),
    (HEAD + enhanced(b"data", length=3), 48, "more bytes were captured than the frame had"),
    (HEAD + block(6, struct.pack("<IIIII", 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF)), 48, "do not fit"),
    (HEAD + enhanced(bytes(256 * 1024 + 1)), 48, "or are more than 262144"),
    (HEAD + simple(b"data", length=9), 48, "do not fit"),
    (HEAD + enhanced(b"", extra=struct.pack("<HH", 1, 5) + b"four"), 48, "option 1 says 5 bytes"),
    (HEAD + enhanced(b"", extra=struct.pack("<HHI", 2, 5, 1) + bytes(8)), 48, "do not have four bytes"),
    (HEAD + enhanced(b"", extra=options((COMMENT, b"\xff\xfe"))), 48, "not UTF-8"),
    (HEAD + block(10, bytes(4)), 48, "secrets do not fit"),
    (HEAD + block(10, struct.pack("<II", 1, 5) + b"four"), 48, "secrets do not fit"),
    (section() + interface(extra=options((IF_TSRESOL, b"\x06\x06"))), 28, "time resolution or time offset"),
    (section() + interface(extra=options((IF_TSOFFSET, b"\x06"))), 28, "time resolution or time offset"),
]


@pytest.mark.parametrize(("content", "place", "sentence"), UNSOUND)
def test_what_is_unsound_is_named_with_its_place(tmp_path: Path, content: bytes, place: int, sentence: str) -> None:
    frames, capture = read(tmp_path, content)
    (problem,) = capture.problems
    assert problem.place == place
    assert sentence in problem.sentence
    assert_explained(frames, capture, content)
    with pytest.raises(CaptureError, match=sentence) as caught:
        read(tmp_path, content, strict=True)
    assert caught.value.offset == place


@pytest.mark.parametrize(("content", "place", "sentence"), UNSOUND)
def test_what_comes_behind_it_is_read_all_the_same(tmp_path: Path, content: bytes, place: int, sentence: str) -> None:
    more = section() + interface(link_type=113) + enhanced(b"behind it", 1_000_000)
    frames, capture = read(tmp_path, content + more)
    assert (frames[-1].data, frames[-1].link, frames[-1].time) == (b"behind it", 113, 1.0)
    assert_explained(frames, capture, content + more)


def test_a_packet_of_an_unknown_interface_is_handed_up_with_what_is_known_of_it(tmp_path: Path) -> None:
    (frame,), capture = read(tmp_path, HEAD + enhanced(b"data", 1, number=7))
    assert (frame.data, frame.link, frame.interface) == (b"data", NONE, NONE)
    assert math.isnan(frame.time)
    assert capture.unread == 0


def test_an_interface_that_cannot_be_read_keeps_its_number(tmp_path: Path) -> None:
    content = (
        section()
        + block(1, bytes(4))
        + interface(link_type=1)
        + enhanced(b"one", number=0)
        + enhanced(b"two", number=1)
    )
    frames, capture = read(tmp_path, content)
    assert [(frame.link, frame.interface) for frame in frames] == [(NONE, 0), (1, 1)]
    assert [problem.fault for problem in capture.problems] == ["malformed options"]


def test_blocks_are_found_again_behind_a_broken_one(tmp_path: Path) -> None:
    broken = bytearray(enhanced(b"broken", 1))
    broken[4] ^= 1
    content = HEAD + enhanced(b"before", 1) + bytes(broken) + enhanced(b"behind", 1) + enhanced(b"last", 1)
    frames, capture = read(tmp_path, content)
    assert [frame.data for frame in frames] == [b"before", b"behind", b"last"]
    assert capture.unread == len(broken)
    place = len(HEAD) + len(enhanced(b"before"))
    sentence = f"its length of {len(broken) + 1} bytes is impossible; {len(broken)} bytes could not be read"
    assert capture.problems == (Problem(place, "malformed block", sentence),)


@pytest.mark.parametrize("order", ["<", ">"])
def test_blocks_are_found_again_where_bytes_were_lost_and_the_alignment_with_them(tmp_path: Path, order: str) -> None:
    sound = enhanced(b"sound data", 1, order)
    content = section(order) + interface(order) + sound + sound[:-7] + sound * 3
    frames, capture = read(tmp_path, content)
    assert [frame.data for frame in frames] == [b"sound data"] * 4
    assert capture.unread == len(sound) - 7
    assert_explained(frames, capture, content)


def test_sections_and_interfaces_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcapng, "MOST_INTERFACES", 3)
    monkeypatch.setattr(pcapng, "MOST_SECTIONS", 2)
    assert not read(tmp_path, section() + 2 * interface() + section() + interface())[1].problems
    _, capture = read(tmp_path, section() + 4 * interface())
    assert [(problem.fault, problem.place) for problem in capture.problems] == [("too many interfaces", 28 + 60)]
    _, capture = read(tmp_path, 3 * section() + interface())
    assert [(problem.fault, problem.place) for problem in capture.problems] == [("too many sections", 56)]
    assert capture.unread == 28 + 20


@pytest.mark.skipif(which("editcap") is None, reason="editcap (Wireshark) is not installed")
def test_what_wireshark_writes_is_read(tmp_path: Path) -> None:
    ours = leg(tmp_path / "ours.pcapng", [(True, b"one"), (False, b"two"), (True, bytes(1200))])
    theirs = tmp_path / "theirs.pcapng"
    subprocess.run(["editcap", "-a", "2:as Wireshark wrote it", ours, theirs], check=True, capture_output=True)
    copied, original = open_capture(theirs, strict=True), open_capture(ours, strict=True)
    assert [(frame.data, frame.time, frame.direction) for frame in frames_of(copied)] == [
        (frame.data, frame.time, frame.direction) for frame in frames_of(original)
    ]
    assert copied.comments[-1] == "as Wireshark wrote it"
    assert copied.interfaces[0].name == "alice-bob"
