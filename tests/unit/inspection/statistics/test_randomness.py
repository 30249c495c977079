"""The follower: samples every stream, in any windows, in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from harness.inspection.statistics import randomness
from harness.inspection.statistics.battery import Reading
from harness.inspection.statistics.randomness import DTLS, Randomness
from harness.inspection.statistics.sample import FIRST_BYTES, MOST_BYTES
from harness.inspection.stream_key import StreamKey
from harness.vantage.rtp_columns import rtp_columns
from tests.unit.inspection.windows import Capture, Sent

from .ciphers import ALICE, BOB, noise_packets
from .test_records import NONCE, record


def follow(sent: list[Sent], per_window: int = 100) -> Randomness:
    capture, follower = Capture(), Randomness()
    for first in range(0, len(sent), per_window):
        follower.add(capture.window(sent[first : first + per_window]))
    return follower


def with_ssrc(packet: bytes, ssrc: int) -> bytes:
    return packet[:8] + ssrc.to_bytes(4, "big") + packet[12:]


def test_streams_are_told_apart_by_leg_direction_and_ssrc() -> None:
    random = np.random.default_rng(1)
    clear = [one[:12] + bytes(range(80)) for one in noise_packets(random, 100, 80)]
    sealed = noise_packets(random, 100, 80)
    sent = []
    for one, other in zip(clear, sealed, strict=True):
        sent += [Sent(0, ALICE, BOB, with_ssrc(one, 7)), Sent(0, ALICE, BOB, with_ssrc(other, 8))]
        sent += [Sent(0, BOB, ALICE, with_ssrc(other, 7))]
    readings = {key: one.reading for key, one in follow(sent).result().items()}
    assert readings == {
        StreamKey(0, True, 7): Reading.NOT_RANDOM,
        StreamKey(0, True, 8): Reading.NOT_REFUTED,
        StreamKey(0, False, 7): Reading.NOT_REFUTED,
    }


@pytest.mark.parametrize("per_window", [1, 7, 1_000])
def test_the_windows_make_no_difference(per_window: int) -> None:
    sent = [Sent(0, ALICE, BOB, one) for one in noise_packets(np.random.default_rng(2), 150, 100)]
    whole, cut = follow(sent, 150).result(), follow(sent, per_window).result()
    assert whole == cut


def test_headers_extensions_and_tags_are_no_ciphertext() -> None:
    """Each packet has a header extension of zeros and ends with sixteen bytes of ones; what lies between is noise."""
    packets = [
        bytes([0x90]) + one[1:12] + b"\xbe\xde\0\4" + bytes(16) + one[12:] + b"\xff" * 16
        for one in noise_packets(np.random.default_rng(3), 200, 80)
    ]
    (statistics,) = follow([Sent(0, ALICE, BOB, one) for one in packets]).result().values()
    assert statistics.reading is Reading.NOT_REFUTED
    assert statistics.tested == 200 * (80 - 4)


def test_second_copies_of_packets_are_no_evidence() -> None:
    packets = noise_packets(np.random.default_rng(4), 100, 100)
    (statistics,) = follow([Sent(0, ALICE, BOB, one) for one in packets for _ in range(3)]).result().values()
    assert (statistics.reading, statistics.packets) == (Reading.NOT_REFUTED, 100)


def test_what_dtls_seals_is_tested_as_well() -> None:
    random = np.random.default_rng(5)
    for fragments, reading in (
        ([random.bytes(200) for _ in range(100)], Reading.NOT_REFUTED),
        ([b"chat " * 40] * 100, Reading.NOT_RANDOM),
    ):
        records = [record(23, 1, number, NONCE + fragment) for number, fragment in enumerate(fragments)]
        result = follow([Sent(0, BOB, ALICE, one) for one in records]).result()
        assert {key: one.reading for key, one in result.items()} == {StreamKey(0, True, DTLS): reading}


def test_a_long_stream_is_sampled_and_its_end_as_well() -> None:
    """It turns into plain text long after the first sample is full."""
    packets = noise_packets(np.random.default_rng(6), 60_000, 120)
    packets[1_000:] = [one[:12] + b"\0" * 120 for one in packets[1_000:]]
    (statistics,) = follow([Sent(0, ALICE, BOB, one) for one in packets], 5_000).result().values()
    assert FIRST_BYTES < statistics.tested < MOST_BYTES + 120
    assert statistics.reading is Reading.NOT_RANDOM


def test_more_streams_than_are_sampled_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(randomness, "MOST_STREAMS", 3)
    packets = noise_packets(np.random.default_rng(7), 20, 100)
    follower = follow([Sent(0, ALICE, BOB, with_ssrc(one, number % 5)) for number, one in enumerate(packets)])
    assert len(follower.result()) == 3
    assert follower.problems == ("8 packets beyond the first 3 streams were not tested for randomness",)
    assert follow([]).problems == ()


def test_columns_that_somebody_has_read_already_are_used() -> None:
    capture, mine, given = Capture(), Randomness(), Randomness()
    packets = noise_packets(np.random.default_rng(8), 100, 100)
    window = capture.window([Sent(0, ALICE, BOB, one) for one in packets])
    mine.add(window)
    given.add(window, rtp_columns(window))
    assert mine.result() == given.result() != {}


def test_hostile_packets_are_passed_over() -> None:
    """Fifteen contributing sources that are not there, an extension without an end, a payload shorter than a tag."""
    broken = [b"\x8f\x60" + bytes(14), b"\x90\x60" + bytes(10) + b"\xbe\xde\xff\xff", b"\x80\x60" + bytes(12)]
    result = follow([Sent(0, ALICE, BOB, one) for one in broken * 50]).result()
    assert [one.reading for one in result.values()] == [Reading.TOO_LITTLE]
