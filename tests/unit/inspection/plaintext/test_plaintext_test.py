"""The follower: which streams of a capture are in clear, however long they are and whenever they turn."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from harness.inspection.plaintext import plaintext_test
from harness.inspection.plaintext.decoded import Reading
from harness.inspection.plaintext.plaintext_test import PlaintextTest
from harness.inspection.stream_key import StreamKey
from harness.vantage.window import Window
from harness.wire import rtp
from tests.unit.inspection import media
from tests.unit.inspection.windows import Capture, Sent

from .test_rtcp import COMPOUND, secured

ALICE, BOB = "192.0.2.1:5000", "192.0.2.2:6000"
OUTWARD = StreamKey(0, True, 1)


def window(capture: Capture, packets: Sequence[bytes], source: str = ALICE, destination: str = BOB) -> Window:
    return capture.window([Sent(0.02 * number, source, destination, packet) for number, packet in enumerate(packets)])


def followed(*windows: Window) -> PlaintextTest:
    test = PlaintextTest()
    for one in windows:
        test.add(one)
    return test


def speech(seconds: float) -> list[bytes]:
    return media.opus_packets(media.speech(seconds, 48_000))


def renumbered(packets: Sequence[bytes], count: int) -> list[bytes]:
    """The packets over and over, with sequence numbers and a clock that go on."""
    return [
        packet[:2] + (n & 0xFFFF).to_bytes(2, "big") + (960 * n & 0xFFFF_FFFF).to_bytes(4, "big") + packet[8:]
        for n, packet in ((n, packets[n % len(packets)]) for n in range(count))
    ]


def ciphertext(count: int, first: int = 0) -> list[bytes]:
    """Like SRTP of Opus, without an encoder."""
    random = np.random.default_rng(first)
    headers = renumbered([bytes([0x80, 111]) + bytes(9) + b"\x01"], first + count)[first:]
    return [header + random.bytes(70) for header in headers]


def test_both_directions_are_streams_of_their_own() -> None:
    capture, packets = Capture(), speech(1.0)
    test = followed(window(capture, packets), window(capture, media.as_ciphertext(packets, 1), BOB, ALICE))

    out, back = test.result()[OUTWARD], test.result()[StreamKey(0, False, 1)]

    assert (out.reading, out.codec, out.sampled) == (Reading.PLAINTEXT, "opus", 50)
    assert (back.reading, back.codec, back.chance) == (Reading.NOTHING_DECODED, None, 1.0)
    assert test.problems == ()


def test_packets_of_one_stream_may_lie_in_many_windows() -> None:
    capture = Capture()

    found = followed(*(window(capture, [packet]) for packet in speech(0.3))).result()[OUTWARD]

    assert (found.reading, found.sampled) == (Reading.PLAINTEXT, 15)


@pytest.mark.parametrize("count", [1, 5])
def test_few_packets_of_anything_are_too_few_to_tell(count: int) -> None:
    for packets in (speech(1.0), ciphertext(50)):
        found = followed(window(Capture(), packets[:count])).result()[OUTWARD]

        assert (found.reading, found.codec, found.sampled) == (Reading.TOO_FEW, None, count)


def test_only_a_sample_is_looked_at() -> None:
    capture = Capture()

    found = followed(*(window(capture, ciphertext(4_000, 4_000 * n)) for n in range(6))).result()[OUTWARD]

    # 200 at the beginning, and 32 behind 16,384 others.
    assert (found.reading, found.sampled) == (Reading.NOTHING_DECODED, 232)


def test_a_stream_that_turns_clear_is_noticed() -> None:
    capture = Capture()
    secured_first = window(capture, ciphertext(6_000))
    clear_later = [window(capture, renumbered(speech(1.0), 6_000)) for _ in range(3)]

    assert followed(secured_first).result()[OUTWARD].reading is Reading.NOTHING_DECODED
    assert followed(secured_first, *clear_later).result()[OUTWARD].reading is Reading.PLAINTEXT


def test_a_stream_that_begins_late_is_not_overlooked() -> None:
    capture = Capture()
    late = [packet[:8] + (99).to_bytes(4, "big") + packet[12:] for packet in speech(0.5)]

    found = followed(window(capture, ciphertext(5_000)), window(capture, ciphertext(100) + late)).result()

    assert found[StreamKey(0, True, 99)].reading is Reading.PLAINTEXT


def test_broken_headers_are_not_tried_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def broken(data: bytes) -> rtp.RtpHeader:
        tried.append(data)
        raise ValueError

    monkeypatch.setattr(rtp, "parse", broken)

    found = followed(window(Capture(), ciphertext(3_000))).result()[OUTWARD]

    assert found.reading is Reading.TOO_FEW
    assert len(tried) == 512


def test_more_streams_than_are_followed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plaintext_test, "MOST_STREAMS", 3)
    packets = [packet[:11] + bytes([number % 5]) + packet[12:] for number, packet in enumerate(ciphertext(50))]

    test = followed(window(Capture(), packets))

    assert len(test.result()) == 3
    assert test.problems == ("20 packets beyond the first 3 streams were not tried as media",)


def test_rtcp_is_read_by_itself() -> None:
    capture = Capture()
    test = followed(window(capture, [COMPOUND] * 3), window(capture, secured([COMPOUND] * 9), BOB, ALICE))

    assert test.result() == {}
    assert test.rtcp()[StreamKey(0, True, 7)].reading is Reading.PLAINTEXT
    assert test.rtcp()[StreamKey(0, False, 7)].reading is Reading.NOTHING_DECODED


def test_hostile_bytes_in_rtp_and_rtcp_are_no_error() -> None:
    random = Random(3)
    packets = [bytes([0x80 | random.getrandbits(6)]) + random.randbytes(random.randrange(11, 80)) for _ in range(2_000)]

    test = followed(window(Capture(), packets))

    assert {one.reading for one in test.result().values()} == {Reading.TOO_FEW}
