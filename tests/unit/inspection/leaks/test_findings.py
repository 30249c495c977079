"""What stays open in calls that libsrtp encrypts: each leak planted, each found, and none where there is none."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.leaks import Described, Envelope
from harness.inspection.leaks.follower import MAX_STREAMS
from harness.inspection.stream_key import StreamKey
from harness.model.finding import Reason, Severity
from tests.unit.inspection.windows import Sent

from .traffic import ALICE, BOB, FRAME, SSRC, call, collected, found, loudness, one, one_byte, opus, rtp, secured

KEY = StreamKey(0, True, SSRC)
IETF = "urn:ietf:params:rtp-hdrext:"
NAMES = {
    1: f"{IETF}ssrc-audio-level",
    2: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    3: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    4: f"{IETF}sdes:mid",
}


def correlation(detail: str) -> float:
    (number,) = re.findall(r"[+-][0-9]\.[0-9]{2}", detail)
    return float(number)


# Header fields


def test_fields_are_known_by_their_form() -> None:
    details = [finding.detail for finding in found(call()) if finding.reason is Reason.HEADER_IN_CLEAR]
    named = [detail.split(" in clear")[0] for detail in details[1:]]
    assert sorted(named) == ["audio-level", "mid", "send-time", "transport-sequence"]
    assert all("500 of 500 packets" in detail and "by the form" in detail for detail in details[1:])


def test_fields_are_known_by_their_names_in_sdp() -> None:
    findings = found(call(), described=Described(lambda leg: "leg", extension=lambda leg, number: NAMES.get(number)))
    assert f"known as '{NAMES[1]}' in the SDP" in one(findings, Reason.HEADER_IN_CLEAR, "audio-level in clear").detail


def test_two_elements_in_one_packet_are_one_packet() -> None:
    packets = [rtp(at, at * FRAME, bytes(40), one_byte((5, b"ab"), (6, b"xyz" + bytes([at])))) for at in range(10)]
    findings = found([Sent(0.02 * at, ALICE, BOB, packet) for at, packet in enumerate(packets)])
    detail = one(findings, Reason.HEADER_IN_CLEAR, "other-extension").detail
    assert "in 10 of 10 packets" in detail
    assert "element 5" in detail
    assert "element 6" in detail


def test_an_encrypted_element_leaks_nothing() -> None:
    """RFC 6904: the identifier is in clear, the value is not."""
    hidden = Described(lambda leg: "leg", extension=lambda leg, number: f"{IETF}encrypt {NAMES.get(number, 'x')}")
    findings = found(call(), described=hidden)
    assert [finding.reason for finding in findings].count(Reason.HEADER_IN_CLEAR) == 1
    assert all(finding.reason is not Reason.SPEECH_ACTIVITY_VISIBLE for finding in findings)


def test_cryptex_is_said_and_leaks_nothing() -> None:
    packets = [rtp(at, at * FRAME, bytes(40), b"\xc0\xde\0\1" + at.to_bytes(4, "big")) for at in range(60)]
    findings = found([Sent(0.02 * at, ALICE, BOB, packet) for at, packet in enumerate(packets)])
    assert "60 RTP packets encrypt" in one(findings, Reason.HEADER_IN_CLEAR, "RFC 9335").detail
    assert len([finding for finding in findings if finding.reason is Reason.HEADER_IN_CLEAR]) == 2


def test_contributing_sources_are_told() -> None:
    head = b"\x81\x6f" + bytes(10)
    findings = found([Sent(0, ALICE, BOB, head + bytes([0, 0, 0, 9]) + bytes(30))])
    assert "who is mixed" in one(findings, Reason.HEADER_IN_CLEAR, "contributing-sources").detail


def test_how_the_camera_is_held() -> None:
    packets = [rtp(at, at // 3 * 3_000, bytes(90), one_byte((5, bytes([at % 4])))) for at in range(60)]
    findings = found([Sent(0.01 * at, ALICE, BOB, packet) for at, packet in enumerate(packets)])
    assert one(findings, Reason.HEADER_IN_CLEAR, "video-orientation")


def test_severity_is_the_policys() -> None:
    findings = found(call())
    assert one(findings, Reason.HEADER_IN_CLEAR, "audio-level").severity is Severity.NOTICE
    assert one(findings, Reason.HEADER_IN_CLEAR, "mid in clear").severity is Severity.FACT


def test_a_short_stream_is_read_as_its_neighbours_are() -> None:
    """With BUNDLE an identifier means the same in every stream of a leg."""
    short = [
        Sent(
            1, ALICE, BOB, rtp(at, at * FRAME, bytes(40), one_byte((4, b"1"))).replace(SSRC.to_bytes(4, "big"), b"more")
        )
        for at in range(5)
    ]
    findings = found([*call(), *short])
    assert "505 of 505 packets looked at in 2 streams" in one(findings, Reason.HEADER_IN_CLEAR, "mid in clear").detail


# Speech


def test_levels_in_clear_show_when_somebody_speaks() -> None:
    finding = one(found(call()), Reason.SPEECH_ACTIVITY_VISIBLE)
    voiced = np.mean(loudness()[: len(opus(True))] > -40)
    assert f"{voiced:.0%} flagged as voice" in finding.detail


def test_lengths_of_variable_opus_follow_the_levels() -> None:
    """Opus spends its bits where the sound begins, so its lengths run ahead of the level, and fall while it is high."""
    finding = one(found(call(variable=True)), Reason.LENGTH_FOLLOWS_SPEECH)
    assert abs(correlation(finding.detail)) > 0.5
    assert finding.severity is Severity.NOTICE


def test_lengths_of_constant_opus_do_not() -> None:
    finding = one(found(call(variable=False)), Reason.LENGTHS_COMPARED)
    assert abs(correlation(finding.detail)) < 0.3
    assert finding.severity is Severity.FACT


def test_decrypted_audio_is_a_reference_too() -> None:
    heard = Envelope(np.arange(len(loudness())) / 50, loudness())
    described = Described(lambda leg: "leg", envelopes={KEY: heard})
    finding = one(found(call(levels=False), described=described), Reason.LENGTH_FOLLOWS_SPEECH)
    assert "the decrypted audio" in finding.detail
    assert abs(correlation(finding.detail)) > 0.5


def test_without_a_reference_only_the_variation_is_told() -> None:
    finding = one(found(call(levels=False)), Reason.LENGTHS_COMPARED)
    assert (finding.severity, "no loudness" in finding.detail) == (Severity.FACT, True)


def stream(times: list[float], stamps: list[int], marker: bool) -> list[Sent]:
    """Packets of lengths that say nothing, captured at these times."""
    packets = [rtp(number, stamp, bytes(40), marker=marker) for number, stamp in enumerate(stamps)]
    return [Sent(time, ALICE, BOB, packet) for time, packet in zip(times, packets, strict=True)]


def test_a_machine_that_stood_still_made_no_pause() -> None:
    times = [0.02 * at + (0.3 if at >= 50 else 0) for at in range(100)]
    going_on = stream(times, [at * FRAME for at in range(100)], marker=False)
    leaping = stream(times, [at * FRAME + (15 * FRAME if at >= 50 else 0) for at in range(100)], marker=False)
    assert Reason.SPEECH_ACTIVITY_VISIBLE not in {finding.reason for finding in found(going_on)}
    assert "1 pause" in one(found(leaping), Reason.SPEECH_ACTIVITY_VISIBLE).detail


def test_audio_of_which_every_packet_is_marked_is_told_from_pictures_by_its_clock() -> None:
    times = [0.02 * at for at in range(100)]
    audio = stream(times, [(2**32 - 9 * FRAME + at * FRAME) % 2**32 for at in range(100)], marker=True)
    pictures = stream(times, [at * 1_800 for at in range(100)], marker=True)
    assert one(found(audio), Reason.LENGTHS_COMPARED)
    assert Reason.LENGTHS_COMPARED not in {finding.reason for finding in found(pictures)}


def test_pauses_show_speech_even_without_levels() -> None:
    """Discontinuous transmission: nothing is sent in silence, and the first packet after it is marked."""
    spoken = [at for at in range(400) if at % 100 < 60]
    packets = secured([rtp(number, at * FRAME, bytes(40), marker=at % 100 == 0) for number, at in enumerate(spoken)])
    datagrams = [Sent(0.02 * at, ALICE, BOB, packet) for at, packet in zip(spoken, packets, strict=True)]
    assert "3 pauses" in one(found(datagrams), Reason.SPEECH_ACTIVITY_VISIBLE).detail


def test_video_is_no_speech() -> None:
    packets = [rtp(at, at // 3 * 3_000, bytes(90 + at), marker=at % 3 == 2) for at in range(300)]
    findings = found([Sent(0.01 * at, ALICE, BOB, packet) for at, packet in enumerate(packets)])
    assert [finding.reason for finding in findings] == [Reason.HEADER_IN_CLEAR]


# Bounds and hostile input


def test_windows_make_no_difference() -> None:
    datagrams = call()
    assert found(datagrams[:123], datagrams[123:]) == found(datagrams)


def test_a_long_stream_is_sampled_and_counted() -> None:
    packets = [Sent(0.02 * at, ALICE, BOB, rtp(at, at * FRAME, bytes(10))) for at in range(5_000)]
    (stream,) = collected(packets, packets).streams
    assert (stream.seen, len(stream.packets)) == (10_000, 4_096 + 32)


def test_streams_beyond_the_limit_are_named() -> None:
    flood = [b"\x80\x6f" + bytes(6) + ssrc.to_bytes(4, "big") + bytes(20) for ssrc in range(MAX_STREAMS + 5)]
    findings = found([Sent(0, ALICE, BOB, packet) for packet in flood])
    assert "5 packets" in one(findings, Reason.LIMIT_REACHED).detail


def test_a_flood_of_legs_is_no_flood_of_findings() -> None:
    packet = b"\x80\x6f" + bytes(30)
    flood = [Sent(0, f"192.0.2.1:{port}", BOB, packet) for port in range(1, MAX_STREAMS + 6)]
    findings = found(flood)
    assert len([each for each in findings if each.reason is Reason.HEADER_IN_CLEAR]) == MAX_STREAMS
    assert "5 packets" in one(findings, Reason.LIMIT_REACHED).detail


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=60), max_size=20),
    st.sampled_from([b"\x80", b"\x90", b"\x9f", b"\x81\xca", b"\x80\xc8"]),
)
def test_no_bytes_break_it(payloads: list[bytes], head: bytes) -> None:
    found([Sent(0, ALICE, BOB, head + payload) for payload in payloads])


def test_a_capture_without_times_is_read() -> None:
    findings = found([datagram._replace(time=float("nan")) for datagram in call()])
    assert one(findings, Reason.HEADER_IN_CLEAR, "audio-level")
