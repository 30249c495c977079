"""What is reported of a call that OpenSSL and libsrtp made: every value is one that they know too."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.inspection.inspect import inspect
from harness.inspection.options import Options
from harness.model.inspection import CaptureReport, Inspection

from . import media
from .call_traffic import ALICE, BOB
from .inspecting import by_ssrc, inspected, with_keys
from .made_calls import ALICE_SSRC, BOB_SSRC, MadeCall, made_call, sound, write
from .windows import Sent

SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n"
)


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call(sounds=(media.OPUS, media.PCMA))


@pytest.fixture(scope="module")
def document(call: MadeCall, tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    return with_keys(tmp_path_factory.mktemp("report"), call, sdp=(("offer.sdp", SDP),))


def test_an_association_is_what_both_ends_say(document: Inspection, call: MadeCall) -> None:
    (one,) = document.associations
    assert (one.protocol, one.version, one.finished) == ("DTLS", "1.2", True)
    assert one.suite == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    assert one.profile == "SRTP_AES128_CM_HMAC_SHA1_80"
    assert one.group == "x25519"
    assert (one.client, one.server) == (ALICE, BOB)
    for shown, identity, name in (
        (one.client_certificates, call.alice, "CN=alice"),
        (one.server_certificates, call.bob, "CN=bob"),
    ):
        assert [certificate.thumbprint for certificate in shown] == [hashlib.sha256(identity.der).hexdigest()]
        assert (shown[0].subject, shown[0].issuer, shown[0].key) == (name, name, "secp256r1")
    assert {"use_srtp", "extended_master_secret", "supported_groups (offered)"} <= set(one.extensions)
    assert (one.first_frame, one.last_frame) == (5, 4 + len(call.pair.datagrams))


def test_a_stream_says_who_sent_what_to_whom(document: Inspection) -> None:
    alice, bob = by_ssrc(document)[ALICE_SSRC], by_ssrc(document)[BOB_SSRC]
    assert (alice.source, alice.destination) == (ALICE, BOB)
    assert (bob.source, bob.destination) == (BOB, ALICE)
    assert (alice.ssrc, alice.payload_types, alice.packets, alice.rtcp_packets) == ("0x000a11ce", (111,), 60, 1)
    assert (alice.lost, alice.repeated) == (0, 0)
    assert alice.rollover_counter == 1  # its sequence numbers begin at 65500


def test_the_kind_is_what_the_description_says_or_what_the_payload_type_has_always_meant(document: Inspection) -> None:
    assert by_ssrc(document)[ALICE_SSRC].kind == "audio (opus/48000/2)"
    assert by_ssrc(document)[BOB_SSRC].kind == "audio (PCMA/8000)"


def test_the_kind_without_a_description_is_what_decodes_or_what_the_clock_suggests(tmp_path: Path) -> None:
    clear = [Sent(0.02 * at, ALICE, BOB, one) for at, one in enumerate(sound(60, ssrc=1))]
    secret = [one._replace(payload=one.payload[:8] + bytes(3) + b"\x02" + b"?" * 40) for one in clear]
    found = by_ssrc(inspected(tmp_path, clear + secret))
    assert found[1].kind == "audio (opus)"
    assert found[2].kind == "audio, by its clock"


def test_several_codecs_of_one_sender_are_all_named(tmp_path: Path) -> None:
    packets = media.video_packets(media.VP8, 10)
    packets += [one[:1] + bytes([97]) + one[2:] for one in media.video_packets(media.VP8, 2)]
    sent = [Sent(0.03 * at, ALICE, BOB, one) for at, one in enumerate(packets)]
    (stream,) = inspected(tmp_path, sent, sdp=(("a.sdp", SDP),)).streams
    assert stream.kind == "video (VP8/90000, rtx/90000)"


def total(report: CaptureReport) -> int:
    return sum(row.bytes for row in report.bytes_by_label)


def test_the_bytes_of_all_labels_and_of_all_legs_are_the_bytes_of_the_file(
    document: Inspection, tmp_path: Path, call: MadeCall
) -> None:
    size = write(tmp_path / "again.pcapng", call.sent).stat().st_size
    (report,) = document.captures
    assert report.bytes == report.file_bytes == size == total(report)
    assert sum(row.bytes for leg in report.legs for row in leg.rows) == size
    assert [leg.leg for leg in report.legs if leg.leg] == [f"call.pcapng {ALICE} ↔ {BOB}"]
    assert (report.packets, report.packets_cut_short, report.problems) == (len(call.sent), 0, ())


def test_damage_is_reported_with_its_place_and_every_byte_still_has_a_label(call: MadeCall, tmp_path: Path) -> None:
    path = write(tmp_path / "a.pcapng", call.sent)
    path.write_bytes(path.read_bytes()[:-5])
    (report,) = inspect([path], Options()).captures
    last = 12 + 20 + len(call.sent[-1].payload) + 42
    last += -last % 4
    assert report.packets == len(call.sent) - 1
    assert report.bytes == path.stat().st_size == total(report)
    assert [one.startswith(f"truncated block at byte {report.bytes + 5 - last}") for one in report.problems] == [True]
    assert sum(row.bytes for row in report.bytes_by_label if row.label == "unread") == last - 5


def test_recovered_media_is_reported_by_its_file(call: MadeCall, tmp_path: Path) -> None:
    document = with_keys(tmp_path, call, sdp=(("offer.sdp", SDP),), recover=tmp_path / "media")
    assert {one.codec for one in document.recovered} == {"opus", "PCMA"}
    for one in document.recovered:
        assert one.file is not None
        assert Path(one.file).parent == tmp_path / "media"
        assert Path(one.file).stat().st_mode & 0o777 == 0o600
        assert (one.packets, one.lost, one.seconds) == (60, 0, 1.2)
