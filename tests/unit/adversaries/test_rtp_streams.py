"""Streams to imitate: the latest packet on the path; beside it what the signalling says, or a guess."""

from __future__ import annotations

from harness.adversaries.machine import Learned, PathDatagram, Signal
from harness.adversaries.rtp_streams import RtpStreams

from .transcript import ALICE, BOB, NOW, offer, rtcp, rtp

ADDRESS = ("127.1.0.1", 5000)
SSRCS = "v=0\r\nm=audio 9 RTP/AVP 96\r\na=ssrc:111 cname:x\r\na=ssrc:111 msid:y\r\na=ssrc:222 cname:x\r\n"


def test_on_the_path_a_stream_stands_at_its_latest_packet() -> None:
    streams = RtpStreams("seed", on_path=True)
    for data in (rtp(7, ssrc=0xA), rtp(8, ssrc=0xA), rtp(3, ssrc=0xB), rtcp(), b"\x80"):
        streams.see(PathDatagram(ALICE, data, NOW))
    assert [(one.ssrc, one.sequence, one.timestamp) for one in streams.of(ALICE)] == [(0xA, 8, 7680), (0xB, 3, 2880)]
    assert streams.of(BOB) == ()


def test_beside_the_path_streams_towards_a_known_address_are_guessed() -> None:
    streams = RtpStreams("seed", on_path=False)
    streams.see(Learned(BOB, ADDRESS, NOW))
    assert {one.payload_type for one in streams.of(ALICE)} == {96, 97, 111, 0}
    assert streams.of(BOB) == ()


def test_what_the_signalling_says_takes_the_place_of_guesses() -> None:
    streams = RtpStreams("seed", on_path=False)
    streams.see(Learned(BOB, ADDRESS, NOW))
    streams.see(Signal(offer(SSRCS), NOW))
    streams.see(Signal(offer("v=0\r\na=ssrc:none\r\n"), NOW))
    streams.see(Learned(BOB, ADDRESS, NOW))
    assert [one.ssrc for one in streams.of(ALICE)] == [111, 222]


def test_no_more_streams_are_remembered_than_a_call_has() -> None:
    streams = RtpStreams("seed", on_path=True)
    for ssrc in range(100):
        streams.see(PathDatagram(ALICE, rtp(1, ssrc=ssrc), NOW))
    assert len(streams.of(ALICE)) == 16
