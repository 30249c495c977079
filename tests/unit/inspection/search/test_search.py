"""A key is found wherever it is hidden, under its own name; where nothing is hidden, nothing is found."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha384

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.search.pattern import Pattern, PatternKind
from harness.inspection.search.search import Search
from harness.inspection.search.spelling import Spelling
from harness.vantage.window import NONE
from tests.unit.inspection.windows import Capture, Sent

from .hiding import ALICE, BOB, KEY, find, in_network_headers, nibbles, rtp, stream, windows

SPELLED = {
    Spelling.RAW: KEY,
    Spelling.REVERSED: KEY[::-1],
    Spelling.HEX_LOWER: KEY.hex().encode(),
    Spelling.HEX_UPPER: KEY.hex().upper().encode(),
    Spelling.BASE64: b64encode(KEY),
}
xors = st.integers(0, 255)
keys = st.integers(0, 2**32 - 1).map(lambda seed: sha384(seed.to_bytes(4)).digest()[:16])
"""No keys with a pattern in them: hypothesis likes zeros, and keys like that are refused."""


def xored(text: bytes, key: int) -> bytes:
    return bytes(byte ^ key for byte in text)


@pytest.mark.parametrize("spelling", SPELLED)
@given(xor=xors, place=st.integers(12, 24), number=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_a_key_in_one_piece(spelling: Spelling, xor: int, place: int, number: int) -> None:
    text = xored(SPELLED[spelling], xor)

    def hide(at: int, packet: bytearray) -> None:
        if at == number:
            packet[place : place + len(text)] = text

    (hit,) = find(windows(stream(100, hide)))
    assert (hit.pattern, hit.kind, hit.spelling, hit.xor) == ("alice", PatternKind.SRTP_MASTER_KEY, spelling, xor)
    assert (hit.frames, hit.byte, hit.spot.leg, hit.count) == ((number + 1,), 42 + place, 0, 1)
    assert hit.spot.place == "one SRTP message"


@given(before=st.binary(max_size=7), after=st.binary(max_size=7), url_safe=st.booleans(), key=keys)
@settings(deadline=None)
def test_base64_of_something_longer_holds_the_key_at_any_offset(
    before: bytes, after: bytes, url_safe: bool, key: bytes
) -> None:
    text = (urlsafe_b64encode if url_safe else b64encode)(before + key + after)
    search = Search([Pattern("alice", PatternKind.MASTER, key)])
    search.text("offer.sdp", b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + text + b"|2^31\r\n")
    (hit,) = search.result()
    assert hit.spelling in (Spelling.BASE64, Spelling.BASE64_URL)
    assert (hit.spot.file, hit.spot.leg, hit.frames) == ("offer.sdp", NONE, ())


@given(place=st.integers(2, 71), first=st.integers(0, 60), xor=xors)
@settings(deadline=None)
def test_one_byte_per_packet_in_a_fixed_place(place: int, first: int, xor: int) -> None:
    def hide(at: int, packet: bytearray) -> None:
        if first <= at < first + len(KEY):
            packet[place] = KEY[at - first] ^ xor

    hits = find(windows(stream(100, hide)))
    assert {(hit.pattern, hit.spelling, hit.xor, hit.frames) for hit in hits} >= {
        ("alice", Spelling.RAW, xor, (first + 1, first + len(KEY)))
    }
    assert {hit.pattern for hit in hits} == {"alice"}
    if place < 64:
        assert any(hit.spot.place.startswith(f"byte {place} of the message,") for hit in hits)
    else:
        assert any(hit.spot.place.startswith(f"byte {72 - place} of the message, from its end") for hit in hits)


@given(place=st.integers(12, 71), low=st.booleans(), high_first=st.booleans(), backwards=st.booleans(), xor=xors)
@settings(deadline=None)
def test_one_nibble_per_packet_in_a_fixed_place(
    place: int, low: bool, high_first: bool, backwards: bool, xor: int
) -> None:
    halves = nibbles(xored(KEY[::-1] if backwards else KEY, xor))
    if not high_first:
        halves = [half for pair in zip(halves[1::2], halves[0::2], strict=True) for half in pair]

    def hide(at: int, packet: bytearray) -> None:
        if 3 <= at < 3 + len(halves):
            half = halves[at - 3]
            packet[place] = packet[place] & 0xF0 | half if low else packet[place] & 0x0F | half << 4

    hits = find(windows(stream(60, hide)))
    assert {(hit.pattern, hit.frames, hit.xor) for hit in hits} == {("alice", (4, 35), xor)}
    assert f"the {'low' if low else 'high'} nibble of" in hits[0].spot.place


@given(per_window=st.integers(1, 40), place=st.integers(2, 71))
@settings(max_examples=30, deadline=None)
def test_what_is_divided_is_found_over_the_borders_of_windows(per_window: int, place: int) -> None:
    """Also by somebody who asks after every window, for which nothing can be left waiting."""
    halves = nibbles(KEY)

    def hide(at: int, packet: bytearray) -> None:
        if 5 <= at < 5 + len(halves):
            packet[place] = halves[at - 5]

    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    for window in windows(stream(60, hide), per_window):
        search.add(window)
        hits = search.result()
    assert {(hit.pattern, hit.frames, hit.count) for hit in hits} == {("alice", (6, 37), 1)}


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7, 8, 10, 12, 14])
def test_some_bytes_behind_every_packet(size: int) -> None:
    text = KEY + bytes(range(200, 240))

    def hide(at: int, packet: bytearray) -> None:
        packet.extend(text[size * at : size * (at + 1)].ljust(size, b"\0"))

    hits = find(windows(stream(40, hide)))
    assert any("from its end" in hit.spot.place and hit.spelling is Spelling.RAW for hit in hits)


@pytest.mark.parametrize(("place", "size"), [(2, 2), (4, 4), (8, 4), (2, 6), (8, 12), (12, 8), (40, 4), (56, 8)])
def test_some_bytes_in_a_field_of_every_packet(place: int, size: int) -> None:
    text = KEY.ljust(400, b"\1")

    def hide(at: int, packet: bytearray) -> None:
        packet[place : place + size] = text[size * at : size * (at + 1)]

    hits = find(windows(stream(20, hide)))
    assert hits
    assert {hit.pattern for hit in hits} == {"alice"}


@given(place=st.integers(4, 27), xor=xors)
@settings(max_examples=40, deadline=None)
def test_one_byte_of_the_network_header_of_each_packet(place: int, xor: int) -> None:
    """The identification of IPv4 lies at 4 and 5, its time to live at 8, its checksum at 10 and 11."""
    (window,) = windows(stream(16))
    in_network_headers(window, place, list(xored(KEY, xor)))
    (hit,) = find([window])
    assert (hit.spelling, hit.xor) == (Spelling.RAW, xor)
    assert hit.spot.place.startswith(f"byte {place} of the network header, packets of SRTP")


def test_two_bytes_of_the_identification_of_each_packet() -> None:
    (window,) = windows(stream(8))
    in_network_headers(window, 4, list(KEY[0::2]))
    in_network_headers(window, 5, list(KEY[1::2]))
    (hit,) = find([window])
    assert hit.spot.place.startswith("bytes 4 to 5 of the network header")


@pytest.mark.parametrize("cut", [4, 8, 12])
def test_the_end_of_one_packet_and_the_beginning_of_the_next(cut: int) -> None:
    def hide(at: int, packet: bytearray) -> None:
        if at == 10:
            packet[-cut:] = KEY[:cut]
        if at == 11:
            packet[12 : 12 + len(KEY) - cut] = KEY[cut:]

    (hit,) = find(windows(stream(20, hide)))
    assert (hit.frames, hit.spot.place.split(",")[0]) == (
        (11, 12),
        "the end of one message and the RTP payload of the next",
    )


def test_the_end_and_the_beginning_of_packets_of_two_streams_are_not_one_behind_the_other() -> None:
    """Sorted by stream they would be; in the capture the beginning comes before the end."""
    noise = np.random.default_rng(8)
    beginning, end = rtp(0, noise, ssrc=2), rtp(0, noise, ssrc=1)
    beginning[12:20], end[-8:] = KEY[8:], KEY[:8]
    assert find(windows([Sent(0, ALICE, BOB, bytes(packet)) for packet in (beginning, end)])) == ()


def test_the_end_and_the_beginning_are_found_once_however_often_one_asks() -> None:
    def hide(at: int, packet: bytearray) -> None:
        if at in (4, 5):
            packet[-8:], packet[12:20] = KEY[:8], KEY[8:]

    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    for window in windows(stream(20, hide), 5):
        search.add(window)
        hits = search.result()
    assert [(hit.frames, hit.count) for hit in hits] == [((5, 6), 1)]


def test_one_byte_in_each_element_of_a_header_extension_behind_one_of_changing_size() -> None:
    """The element's place in the packet changes from packet to packet; its identifier does not (RFC 8285)."""
    noise, sent = np.random.default_rng(3), []
    for number in range(16):
        name = b"x" * (1 + number % 3)
        body = bytes([0x10 | len(name) - 1]) + name + bytes([0x20, KEY[number]])
        body += bytes(-len(body) % 4)
        extension = b"\xbe\xde" + (len(body) // 4).to_bytes(2, "big") + body
        packet = rtp(number, noise)
        packet[0] |= 0x10
        packet[12:12] = extension
        sent.append(Sent(number / 50, ALICE, BOB, bytes(packet)))
    (hit,) = find(windows(sent))
    assert hit.spot.place.endswith("identifier 2, of SSRC 0x0000cafe")


def test_among_the_packets_of_two_streams_the_key_is_in_one_of_them() -> None:
    noise, sent = np.random.default_rng(4), []
    for number in range(32):
        mine = number % 2 == 0
        packet = rtp(number, noise, ssrc=1 if mine else 2, size=40 + 50 * (not mine))
        if mine:
            packet[20] = KEY[number // 2]
        sent.append(Sent(number / 50, ALICE, BOB, bytes(packet)))
    hit = next(hit for hit in find(windows(sent)) if "byte 20 of" in hit.spot.place)
    assert hit.spot.place.endswith("packets of SRTP with SSRC 0x00000001, sent by the near end")


def test_the_key_is_in_both_streams_in_turn_or_in_everything_that_goes_one_way() -> None:
    noise = np.random.default_rng(5)
    media = [rtp(number, noise, ssrc=1 + number % 2) for number in range(16)]
    checks = [bytearray(b"\0\1\0\0\x21\x12\xa4\x42" + noise.bytes(12) + bytes(40)) for _ in range(16)]
    for packets, expected in ((media, "all packets of SRTP,"), ([*checks[:8], *media[:8]], "all packets sent by")):
        for number, packet in enumerate(packets):
            packet[-9] = KEY[number]
        hits = find(windows([Sent(0, ALICE, BOB, bytes(packet)) for packet in packets]))
        assert hits
        assert all(expected in hit.spot.place and hit.frames == (1, 16) for hit in hits)


def test_what_goes_the_other_way_does_not_come_in_between() -> None:
    noise, sent = np.random.default_rng(6), []
    for number in range(32):
        outward = number % 2 == 0
        packet = rtp(number, noise)
        if outward:
            packet[30] = KEY[number // 2]
        sent.append(Sent(0, *((ALICE, BOB) if outward else (BOB, ALICE)), bytes(packet)))
    assert {hit.frames for hit in find(windows(sent))} == {(1, 31)}


def test_half_of_a_long_secret_is_enough() -> None:
    secret = sha384(b"long").digest()

    def hide(at: int, packet: bytearray) -> None:
        if at == 2:
            packet[20:36] = secret[16:32]

    assert [hit.count for hit in find(windows(stream(4, hide)), secret)] == [1]


@given(seed=st.integers(0, 2**32 - 1), key=keys)
@settings(max_examples=25, deadline=None)
def test_where_nothing_is_hidden_nothing_is_found(seed: int, key: bytes) -> None:
    assert find(windows(stream(150, seed=seed), 60), key) == ()


def test_two_frames_side_by_side_in_the_file_are_not_one_place() -> None:
    capture = Capture()
    window = capture.window([Sent(0, ALICE, BOB, bytes(20) + KEY[:8]), Sent(0, BOB, ALICE, KEY[8:] + bytes(20))])
    at = int(window.frames.offset[1])
    joined = bytearray(window.data.tobytes())
    joined[at - 8 : at + 8] = KEY
    window.data[:] = np.frombuffer(bytes(joined), np.uint8)
    assert find([window]) == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\\n", "\\r\\n", " "])
def test_a_text_that_is_broken_into_lines_or_escaped(ending: str) -> None:
    text = ending.join(b64encode(b"-" * 5 + KEY).decode()[start : start + 7] for start in range(0, 28, 7))
    search = Search([Pattern("alice", PatternKind.PRIVATE_KEY, KEY)])
    search.text("key.pem", f"-----BEGIN PRIVATE KEY-----{ending}{text}".encode())
    (hit,) = search.result()
    assert (hit.spelling, hit.spot.place) == (Spelling.BASE64, "the text, broken into lines or escaped")


def test_pairs_of_hexadecimal_digits_with_colons_between_them() -> None:
    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    search.text("log.txt", b"key " + KEY.hex(":").upper().encode())
    assert [hit.spelling for hit in search.result()] == [Spelling.HEX_UPPER]


@given(
    st.lists(st.binary(max_size=140) | st.binary(max_size=40).map(lambda rest: b"\x90\x60" + rest), max_size=12),
    st.integers(1, 12),
)
@settings(deadline=None)
def test_whatever_was_captured_can_be_searched(payloads: list[bytes], per_window: int) -> None:
    assert find(windows([Sent(0, ALICE, BOB, payload) for payload in payloads], per_window)) == ()


def test_hits_are_bounded_and_the_others_counted() -> None:
    def hide(at: int, packet: bytearray) -> None:
        packet[20:36] = xored(KEY, at)

    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    for window in windows(stream(100, hide)):
        search.add(window)
    assert len(search.result()) == 32
    assert any("were counted, but not listed" in one for one in search.coverage().shortfalls)


def test_patterns_that_would_be_found_by_accident_are_refused_by_name() -> None:
    search = Search([Pattern("short", PatternKind.MARKER, b"1234567"), Pattern("zero", PatternKind.MASTER, bytes(48))])
    assert [one.name for one, _ in search.refused] == ["short", "zero"]
    for window in windows(stream(3, lambda at, packet: packet.extend(bytes(60)))):
        search.add(window)
    search.text("zeros", bytes(1000))
    assert search.result() == ()
    assert search.coverage().patterns == 0


def test_accidents_are_expected_in_proportion_to_what_was_searched() -> None:
    search = Search([Pattern("marker", PatternKind.MARKER, KEY[:8])])
    search.text("first", bytes(10_000))
    first = search.coverage()
    search.text("second", bytes(10_000))
    second = search.coverage()
    assert second.searched == 2 * first.searched
    assert second.accidents == pytest.approx(2 * first.accidents)
    # Base64 says least: ten characters of it are sixty bits, eight of which the XOR may choose.
    assert 0 < second.accidents < second.searched * first.forms * 2.0 ** -(6 * 10 - 8)


def test_a_secret_is_in_no_text_that_is_shown() -> None:
    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    search.text("keys", KEY)
    shown = repr(search.result()) + repr(search.coverage()) + repr(search.patterns)
    assert KEY.hex() not in shown
    assert repr(KEY) not in shown
