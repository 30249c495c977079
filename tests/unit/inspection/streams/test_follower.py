"""RTP streams as they are followed: by SSRC, over windows, over the turn of the sequence number."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pylibsrtp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.stream_key import StreamKey
from harness.inspection.streams import RtpStream, SrtcpPlace, StreamFollower
from harness.wire.srtp import PROFILES
from tests.unit.inspection.windows import Capture, Sent

ALICE, BOB = "192.0.2.1:5000", "192.0.2.2:6000"


def rtp(
    sequence: int, timestamp: int = 0, ssrc: int = 7, kind: int = 111, csrcs: Sequence[int] = (), size: int = 20
) -> bytes:
    head = bytes([0x80 | len(csrcs), kind]) + (sequence & 0xFFFF).to_bytes(2, "big")
    words = (timestamp & 0xFFFFFFFF, ssrc, *csrcs)
    return head + b"".join(word.to_bytes(4, "big") for word in words) + bytes(20)


def sent(packets: Sequence[bytes], start: float = 0.0, back: bool = False) -> list[Sent]:
    ends = (BOB, ALICE) if back else (ALICE, BOB)
    return [Sent(start + 0.02 * at, *ends, packet) for at, packet in enumerate(packets)]


def follow(*windows: Sequence[Sent], limit: int = 100) -> tuple[RtpStream, ...]:
    capture, follower = Capture(), StreamFollower(limit)
    for datagrams in windows:
        follower.add(capture.window(datagrams))
    return follower.result()


def test_a_stream_is_a_leg_a_direction_and_an_ssrc() -> None:
    streams = follow([*sent([rtp(1), rtp(1, ssrc=8)]), *sent([rtp(1)], back=True)])
    assert [stream.key for stream in streams] == [StreamKey(0, True, 7), StreamKey(0, True, 8), StreamKey(0, False, 7)]


def test_what_one_stream_shows() -> None:
    packets = [rtp(65_530 + at, 960 * at, kind=111 if at < 60 else 13, csrcs=[at // 50 + 1]) for at in range(100)]
    (stream,) = follow(sent(packets[:33]), sent(packets[33:], start=0.66))
    seen = stream.rtp
    assert seen is not None
    assert (seen.packets, seen.payload_bytes, seen.payload_types) == (100, 2_000, (13, 111))
    assert (seen.first_frame, seen.last_frame) == (1, 100)
    assert (seen.first_sequence, seen.last_sequence) == (65_530, 93)
    assert (seen.lowest, seen.highest, seen.rollover_counter) == (65_530, 65_629, 1)
    assert (seen.lost, seen.reordered, seen.repeated, seen.broken) == (0, 0, 0, 0)
    assert seen.clock == pytest.approx(48_000)
    assert seen.nominal_clock == 48_000
    assert seen.csrcs == (1, 2)


def test_lost_late_and_repeated() -> None:
    order = [10, 11, 13, 12, 12, 16, 11]
    (stream,) = follow(sent([rtp(number) for number in order]))
    assert stream.rtp is not None
    assert (stream.rtp.lost, stream.rtp.reordered, stream.rtp.repeated) == (2, 1, 2)


def test_a_replay_at_the_end_does_not_slow_the_clock() -> None:
    packets = [rtp(at, 960 * at) for at in range(60)]
    (whole,), (cut,) = follow(sent([*packets, *packets[:20]])), follow(sent(packets), sent(packets[:20], start=1.2))
    assert whole.rtp is not None
    assert whole.rtp.nominal_clock == 48_000
    assert cut == whole


def test_a_packet_that_comes_one_late_in_a_window_of_its_own_is_no_repetition() -> None:
    datagrams = sent([rtp(65_500 + number, number, 0) for number in (0, 2, 1)])
    (stream,) = follow(datagrams[:2], datagrams[2:])
    assert stream.rtp is not None
    assert (stream.rtp.reordered, stream.rtp.repeated) == (1, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50)), min_size=1, max_size=60), st.data())
def test_windows_make_no_difference(packets: list[tuple[int, int]], data: st.DataObject) -> None:
    """Late packets and repeated ones are told apart over windows, within the replay list."""
    datagrams = sent([rtp(65_500 + number, number, ssrc) for ssrc, number in packets])
    cut = data.draw(st.integers(0, len(packets)))
    assert follow(datagrams[:cut], datagrams[cut:]) == follow(datagrams)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-40, 40), min_size=1, max_size=80))
def test_every_packet_is_new_or_repeated(steps: list[int]) -> None:
    numbers = [1000 + sum(steps[:at]) for at in range(len(steps))]
    (stream,) = follow(sent([rtp(number) for number in numbers]))
    assert stream.rtp is not None
    assert stream.rtp.repeated == len(numbers) - len(set(numbers))
    assert stream.rtp.lost == max(numbers) - min(numbers) + 1 - len(set(numbers))


def test_many_streams_go_the_same_way_as_few() -> None:
    ssrcs = list(range(40)) * 5
    streams = follow(sent([rtp(at // 40, 0, ssrc) for at, ssrc in enumerate(ssrcs)]))
    assert [(stream.key.ssrc, stream.rtp_packets) for stream in streams] == [(ssrc, 5) for ssrc in range(40)]


def test_streams_beyond_the_limit_are_counted() -> None:
    capture, follower = Capture(), StreamFollower(limit=3)
    follower.add(capture.window(sent([rtp(1, ssrc=ssrc) for ssrc in (1, 2, 3, 4, 4, 1)])))
    assert [stream.rtp_packets for stream in follower.result()] == [2, 1, 1]
    assert follower.beyond == 2


def test_a_header_that_does_not_fit_is_counted_as_broken() -> None:
    (stream,) = follow(sent([rtp(1), rtp(2)[:1].replace(b"\x80", b"\x8f") + rtp(2)[1:]]))
    assert stream.rtp is not None
    assert (stream.rtp.packets, stream.rtp.broken, stream.rtp.csrcs) == (2, 1, ())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_break_it(payloads: list[bytes]) -> None:
    follow(sent([b"\x80" + one for one in payloads]), sent([b"\x8f\xc8" + one for one in payloads]))


# SRTCP


def reports(count: int, profile: int, key: bytes, ssrc: int = 7) -> list[bytes]:
    random = Random(2)
    policy = pylibsrtp.Policy(key=key, ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
    sender = pylibsrtp.Session(policy)
    header = bytes([0x80, 200, 0, 6]) + ssrc.to_bytes(4, "big")
    return [sender.protect_rtcp(header + random.randbytes(20)) for _ in range(count)]


@pytest.mark.parametrize(
    ("profile", "key", "place"),
    [
        (pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, bytes(30), SrtcpPlace.HMAC),
        (pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_32, bytes(30), SrtcpPlace.HMAC),
        (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, bytes(28), SrtcpPlace.AEAD),
        (pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM, bytes(44), SrtcpPlace.AEAD),
    ],
)
def test_the_srtcp_index_is_found_where_libsrtp_puts_it(profile: int, key: bytes, place: SrtcpPlace) -> None:
    datagrams = sent(reports(10, profile, key))
    (stream,) = follow(datagrams[:4], datagrams[4:])
    assert stream.rtcp is not None
    indexes = stream.rtcp.indexes
    assert indexes is not None
    assert (indexes.place, indexes.first, indexes.highest) == (place, 1, 10)
    assert (indexes.packets, indexes.encrypted, indexes.inferred) == (10, 10, True)


def test_a_single_packet_counts_only_when_the_profile_is_known() -> None:
    capture, follower = Capture(), StreamFollower()
    follower.add(capture.window(sent(reports(1, pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, bytes(30)))))
    (guessed,), (known,) = follower.result(), follower.result(lambda leg: PROFILES["SRTP_AES128_CM_HMAC_SHA1_80"])
    assert guessed.rtcp is not None
    assert known.rtcp is not None
    assert guessed.rtcp.indexes is None
    assert known.rtcp.indexes is not None
    assert (known.rtcp.indexes.highest, known.rtcp.indexes.inferred) == (1, False)


def test_plain_rtcp_has_no_index() -> None:
    """Sender reports as they are: time stamps, packet and octet counts that rise with the media."""
    fields = [(7, 3_900_000_000 + 5 * at, at << 20, 240_000 * at, 250 * at, 25_000 * at) for at in range(20)]
    packets = [bytes([0x80, 200, 0, 6]) + b"".join(word.to_bytes(4, "big") for word in one) for one in fields]
    (stream,) = follow(sent(packets))
    assert stream.rtcp is not None
    assert (stream.rtp, stream.rtcp_packets, stream.rtcp.indexes) == (None, 20, None)
