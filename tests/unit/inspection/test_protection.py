"""How a stream is protected, from bytes that libsrtp, OpenSSL and libopus made: the strongest thing that is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.inspection.account import Sealing
from harness.inspection.authentication import Fate, SenderProof
from harness.inspection.captured import Captured
from harness.inspection.protection import Protected, Protections
from harness.inspection.proving import Proving
from harness.inspection.statistics.battery import Reading as Randomness
from harness.inspection.stream_key import StreamKey
from harness.model.finding import Severity
from harness.model.inspection import Protection, StreamReport
from harness.wire.srtp import PROFILES

from .authentication.speakers import NULL
from .authentication.speakers import Speaker as NullSpeaker
from .call_traffic import ALICE, BOB
from .inspecting import by_ssrc, inspected, of, reasons, with_keys
from .made_calls import ALICE_SSRC, BOB_SSRC, GCM_256, MadeCall, made_call, sound, write
from .windows import Sent


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call()


def changed(call: MadeCall, ssrc: int, number: int, change: Callable[[bytes], bytes]) -> tuple[list[Sent], int]:
    """The call with one packet of a sender changed, and the frame that it is in."""
    theirs = [place for place, one in enumerate(call.sent) if one.payload[8:12] == ssrc.to_bytes(4)]
    sent, place = list(call.sent), theirs[number]
    sent[place] = sent[place]._replace(payload=change(sent[place].payload))
    return sent, place + 1


def flipped(packet: bytes) -> bytes:
    return packet[:-1] + bytes([packet[-1] ^ 1])


def test_with_the_keys_every_packet_is_proved(call: MadeCall, tmp_path: Path) -> None:
    document = with_keys(tmp_path, call)
    for stream in by_ssrc(document).values():
        assert stream.protection is Protection.AUTHENTICATED
        assert (stream.packets, stream.rtcp_packets, stream.counts) == (60, 1, {"authenticated": 61})
        assert stream.failures == ()
    assert "every-packet-authenticated" in reasons(document, Severity.FACT)
    assert of(document, Severity.ALARM) == []


def test_a_changed_packet_is_named_by_its_frame_and_the_others_stay_proved(call: MadeCall, tmp_path: Path) -> None:
    sent, frame = changed(call, ALICE_SSRC, 30, flipped)
    document = with_keys(tmp_path, call, sent)
    hit, other = by_ssrc(document)[ALICE_SSRC], by_ssrc(document)[BOB_SSRC]
    assert hit.protection is Protection.FAILED
    assert (hit.counts["authenticated"], hit.counts["failed"]) == (60, 1)
    assert [one.frame for one in hit.failures] == [frame]
    assert other.protection is Protection.AUTHENTICATED
    (alarm,) = of(document, Severity.ALARM)
    assert (alarm.reason.value, f"frame {frame}" in alarm.detail) == ("packet-not-authenticated", True)


def test_a_repeated_packet_is_a_replay_and_no_failure(call: MadeCall, tmp_path: Path) -> None:
    sent = [*call.sent, call.sent[-10]._replace(time=9.0)]
    document = with_keys(tmp_path, call, sent)
    replayed = next(one for one in document.streams if "replayed" in one.counts)
    assert replayed.protection is Protection.AUTHENTICATED
    assert replayed.counts["replayed"] == 1
    assert [one.frame for one in replayed.failures] == [len(sent)]
    assert "replay-seen" in reasons(document, Severity.NOTICE)
    assert of(document, Severity.ALARM) == []


def test_without_keys_a_finished_handshake_is_the_most_that_can_be_said(call: MadeCall, tmp_path: Path) -> None:
    document = inspected(tmp_path, call.sent)
    for stream in document.streams:
        assert stream.protection is Protection.CIPHERTEXT
        assert "DTLS-SRTP" in stream.because
        assert stream.counts == {"unknown": 61}
    assert any("not authenticated" in one for one in document.not_checked)


def test_keys_of_another_call_say_nothing_about_this_one(call: MadeCall, tmp_path: Path) -> None:
    document = inspected(tmp_path, call.sent, made_call(count=1).keylog)
    assert {one.protection for one in document.streams} == {Protection.CIPHERTEXT}
    assert of(document, Severity.ALARM) == []


def test_without_handshake_and_keys_nothing_is_known(call: MadeCall, tmp_path: Path) -> None:
    document = inspected(tmp_path, [one for one in call.sent if one.time >= 5])
    assert {one.protection for one in document.streams} == {Protection.UNKNOWN}


def test_media_that_decodes_is_in_clear_whatever_was_agreed_on(call: MadeCall, tmp_path: Path) -> None:
    clear = [Sent(5 + 0.02 * number, ALICE, BOB, one) for number, one in enumerate(sound(60, ssrc=0xC1EA))]
    document = with_keys(tmp_path, call, [*call.sent, *clear])
    assert by_ssrc(document)[0xC1EA].protection is Protection.PLAINTEXT
    assert by_ssrc(document)[ALICE_SSRC].protection is Protection.AUTHENTICATED
    assert "payload-decodes" in reasons(document, Severity.ALARM)


def test_a_tag_is_no_encryption(tmp_path: Path) -> None:
    """The NULL cipher authenticates every packet and hides none (RFC 3711 section 4.1.3)."""
    speaker = NullSpeaker(NULL, ssrc=1)
    packets = [speaker.say(number, one[12:]) for number, one in enumerate(sound(60))]
    path = write(tmp_path / "a.pcapng", [Sent(0.02 * at, ALICE, BOB, one) for at, one in enumerate(packets)])
    captured = Captured(path, path.name)
    captured.follow()
    proving = Proving(captured, [speaker.keyed()], None, frozenset())
    proving.run()
    answer = Protections(captured, proving.proofs, described_keys=False).of(StreamKey(0, True, 1))
    assert answer.protection is Protection.PLAINTEXT
    assert answer.because.startswith("authentic, but not encrypted")
    assert answer.sealing(captured, 0) == Sealing(False, PROFILES[NULL])


def test_every_byte_of_a_proved_stream_is_ciphertext_or_tag(tmp_path: Path) -> None:
    """AEAD_AES_256_GCM appends 16 bytes (RFC 7714 section 13.1); 60 packets and one report from each side."""
    call = made_call(GCM_256)
    (capture,) = with_keys(tmp_path, call).captures
    rows = {row.label.value: row.bytes for row in capture.bytes_by_label}
    assert rows["srtp-tag"] == 2 * 60 * 16
    assert rows["srtcp-tag"] == 2 * 16
    assert "rtp-payload" not in rows


def counted(stream: StreamReport) -> int:
    return sum(count for fate, count in stream.counts.items() if not fate.startswith("not authentic"))


def test_the_counts_add_up_to_the_packets(call: MadeCall, tmp_path: Path) -> None:
    sent, _ = changed(call, BOB_SSRC, 5, flipped)
    for stream in with_keys(tmp_path, call, sent).streams:
        assert counted(stream) == stream.packets + stream.rtcp_packets


KEY = StreamKey(0, True, 7)
NOTHING_SEEN = cast(Captured, SimpleNamespace(decoded={}, reports={}, statistics={}, agreed=lambda leg: "DTLS-SRTP"))


def answer(**fates: int) -> Protected:
    """For a stream with so many packets of each fate."""
    return answer_to(NOTHING_SEEN, **fates)


def answer_to(captured: Captured, /, **fates: int) -> Protected:
    rtp = {Fate[name.upper()]: count for name, count in fates.items()}
    empty: dict[str, Any] = {"rtcp": {}, "whys": {}, "failures": (), "failures_left_out": 0}
    span: dict[str, Any] = {"first_index": 0, "last_index": 9}
    proof = SenderProof(key=KEY, rtp=rtp, profile="P", origin="DTLS handshake", keys=1, **empty, **span)
    return Protections(captured, {KEY: proof}, described_keys=False).of(KEY)


@pytest.mark.parametrize(
    ("fates", "protection"),
    [
        ({"authenticated": 9}, Protection.AUTHENTICATED),
        ({"authenticated": 9, "replayed": 1}, Protection.AUTHENTICATED),
        ({"authenticated": 9, "old": 1}, Protection.AUTHENTICATED),
        ({"authenticated": 9, "reused": 1}, Protection.FAILED),
        ({"authenticated": 9, "failed": 1}, Protection.FAILED),
        ({"authenticated": 9, "unknown": 1}, Protection.UNKNOWN),
        ({"authenticated": 9, "clear": 1}, Protection.PLAINTEXT),
        ({"failed": 9}, Protection.FAILED),
        ({"unknown": 9}, Protection.CIPHERTEXT),
    ],
)
def test_one_packet_decides(fates: dict[str, int], protection: Protection) -> None:
    assert answer(**fates).protection is protection


def test_a_keystream_that_comes_twice_is_no_plaintext() -> None:
    """It leaves a pattern, and whoever calls that plaintext has no keystream left to miss."""
    tested = SimpleNamespace(reading=Randomness.NOT_RANDOM, refuted=("repeating key",))
    patterned = cast(Captured, SimpleNamespace(**{**vars(NOTHING_SEEN), "statistics": {KEY: tested}}))
    assert answer_to(patterned, authenticated=9).protection is Protection.PLAINTEXT
    assert answer_to(patterned, authenticated=9, reused=1).protection is Protection.FAILED
    assert answer_to(patterned, authenticated=9, reused=1, clear=1).protection is Protection.PLAINTEXT


def test_a_copy_that_comes_late_is_told_and_is_no_forgery() -> None:
    """Anybody on the way can keep a packet and send it again: that must not be the sender's fault."""
    assert "1 of them too late to tell whether they are replays" in answer(authenticated=9, old=1).because
