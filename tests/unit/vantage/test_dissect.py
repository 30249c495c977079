"""What Wireshark sees in captures of ours, and that half a view is never taken for a whole one."""

from __future__ import annotations

import asyncio
import datetime
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from harness.vantage.dissect import Dissection, comparable, dissect
from harness.vantage.tshark import DissectError, available
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls import suite_by_openssl
from tests.unit.wire import openssl_pair
from tests.unit.wire.openssl_pair import Identity, Pair

from .blocks import ALICE, leg

TSHARK = shutil.which("tshark")
WIRESHARK = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")

STUN, DTLS, SRTP, SRTCP, OTHER = (
    PacketClass[name] for name in ("STUN", "DTLS", "SRTP", "SRTCP", "OTHER")
)  # fmt: skip
Datagrams = list[tuple[bool, bytes]]

_random = Random(20)
ACK = struct.pack("!BHHHIH", 26, 0xFEFD, 0, 0, 4, 18) + b"\x00\x10" + bytes(16)
"""Of DTLS 1.3, in clear (RFC 9147 section 7): it names one record."""

BINDING = struct.pack("!HHI", 1, 0, 0x2112A442) + _random.randbytes(12)
RTP = b"\x80\x60" + _random.randbytes(160)
GCM_TRAILER, HMAC_SHA1_80_TRAILER = 20, 14


def srtcp(trailer: int, packet_type: int = 200, first: int = 0x81) -> bytes:
    return bytes([first, packet_type, 0, 6]) + _random.randbytes(24 + trailer)


@pytest.fixture(scope="module")
def identities() -> tuple[Identity, Identity]:
    return openssl_pair.identity("alice"), openssl_pair.identity("bob")


@pytest.fixture(scope="module")
def handshake(identities: tuple[Identity, Identity]) -> Pair:
    return openssl_pair.shake_hands(*identities)


def call(pair: Pair) -> Datagrams:
    """A call in small: ICE, DTLS, then media and its reports. Alice is the client."""
    media = [(True, RTP), (False, RTP), (True, srtcp(GCM_TRAILER)), (True, BINDING), (False, srtcp(GCM_TRAILER, 201))]
    return [(True, BINDING), (False, BINDING), *pair.datagrams, *media]


@WIRESHARK
def test_classes_come_in_the_order_of_the_packets(tmp_path: Path, handshake: Pair) -> None:
    path = leg(tmp_path / "call.pcapng", call(handshake))
    view = dissect([path])[path]
    flights = [DTLS] * len(handshake.datagrams)
    assert view.classes == (STUN, STUN, *flights, SRTP, SRTP, SRTCP, STUN, SRTCP)


@WIRESHARK
@pytest.mark.parametrize(
    ("suite", "openssl_profile", "profile"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "SRTP_AES128_CM_SHA1_80", "SRTP_AES128_CM_HMAC_SHA1_80"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "SRTP_AEAD_AES_256_GCM", "SRTP_AEAD_AES_256_GCM"),
        ("ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", "SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_128_GCM"),
    ],
)
def test_what_dtls_agreed_on_is_what_openssl_says(
    tmp_path: Path, identities: tuple[Identity, Identity], suite: str, openssl_profile: str, profile: str
) -> None:
    pair = openssl_pair.shake_hands(*identities, suite, openssl_profile)
    path = leg(tmp_path / "call.pcapng", pair.datagrams)
    [choice] = dissect([path])[path].negotiated
    agreed = suite_by_openssl(suite.partition(":")[0])
    assert (choice.suite_code, choice.suite) == (agreed.code, agreed.iana)
    assert choice.version == pair.client.get_protocol_version_name()
    assert pair.client.get_selected_srtp_profile() == openssl_profile.encode()
    assert choice.srtp_profile == profile
    assert choice.server_random == pair.client.server_random()


@WIRESHARK
def test_certificates_are_the_ones_presented_the_servers_first(
    tmp_path: Path, identities: tuple[Identity, Identity], handshake: Pair
) -> None:
    alice, bob = identities
    path = leg(tmp_path / "call.pcapng", handshake.datagrams)
    assert dissect([path])[path].certificates == (bob.der.hex(), alice.der.hex())


def large_identity() -> Identity:
    """A certificate of several kilobytes: it takes many fragments, and more room than Wireshark's texts have."""
    key = rsa.generate_private_key(65537, 4096)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "large")])
    names = x509.SubjectAlternativeName([x509.DNSName(f"host-{number}.example") for number in range(200)])
    now = datetime.datetime.now(tz=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
    return Identity(key, builder.add_extension(names, critical=False).sign(key, hashes.SHA256()))


@WIRESHARK
def test_a_certificate_in_many_fragments_is_whole(tmp_path: Path, identities: tuple[Identity, Identity]) -> None:
    large = large_identity()
    pair = openssl_pair.shake_hands(identities[0], large, "ECDHE-RSA-AES128-GCM-SHA256", mtu=400)
    path = leg(tmp_path / "call.pcapng", pair.datagrams)
    view = dissect([path])[path]
    assert len(large.der) > 4000
    assert large.der.hex() in view.certificates
    assert [one.suite for one in view.negotiated] == ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]


@WIRESHARK
def test_a_retransmitted_flight_is_told_once(tmp_path: Path, handshake: Pair) -> None:
    twice = list(chain.from_iterable((one, one) for one in handshake.datagrams))
    path = leg(tmp_path / "call.pcapng", twice)
    view = dissect([path])[path]
    assert (len(view.classes), len(view.negotiated), len(view.certificates)) == (len(twice), 1, 2)


def certificate_message(der: bytes, sequence: int) -> bytes:
    """A DTLS record with a whole Certificate message (RFC 6347 section 4.2.2, RFC 5246 section 7.4.2)."""
    body = (len(der) + 3).to_bytes(3) + len(der).to_bytes(3) + der
    handshake = b"\x0b" + len(body).to_bytes(3) + b"\x00\x01" + bytes(3) + len(body).to_bytes(3) + body
    return struct.pack("!BHHHIH", 22, 0xFEFD, 0, 0, sequence, len(handshake)) + handshake


@WIRESHARK
def test_a_certificate_that_is_shown_again_is_told_once(tmp_path: Path, identities: tuple[Identity, Identity]) -> None:
    alice, bob = (one.der for one in identities)
    again = [(False, certificate_message(der, sequence)) for sequence, der in enumerate((alice, alice, bob), start=50)]
    path = leg(tmp_path / "call.pcapng", again)
    assert dissect([path])[path].certificates == (alice.hex(), bob.hex())


@WIRESHARK
def test_of_two_handshakes_between_two_sockets_only_the_first_shows_certificates_in_fragments(
    tmp_path: Path, identities: tuple[Identity, Identity], handshake: Pair
) -> None:
    other = openssl_pair.shake_hands(openssl_pair.identity("carol"), openssl_pair.identity("dave"))
    path = leg(tmp_path / "call.pcapng", [*handshake.datagrams, *other.datagrams])
    view = dissect([path])[path]
    assert len(view.negotiated) == 2
    assert view.certificates == (identities[1].der.hex(), identities[0].der.hex())


@WIRESHARK
def test_two_legs_of_one_call_and_other_calls_do_not_mix(
    tmp_path: Path, identities: tuple[Identity, Identity], handshake: Pair
) -> None:
    other = openssl_pair.shake_hands(*identities[::-1])
    steps: dict[str, Datagrams] = {
        "alice": call(handshake),
        "bob": [(not outward, data) for outward, data in call(handshake)],
        "nothing": [],
        "other": call(other),
    }
    paths = [leg(tmp_path / f"{name}.pcapng", datagrams) for name, datagrams in steps.items()]
    views = dissect([*paths, paths[0]])
    assert list(views) == paths
    alice, bob, nothing, another = views.values()
    assert (alice, bob, nothing) == (dissect(paths[:1])[paths[0]], alice, Dissection(()))
    assert another == dissect(paths[3:])[paths[3]] != alice
    assert len(alice.certificates) == len(another.certificates) == 2


@WIRESHARK
def test_a_port_that_belongs_to_another_protocol_does_not_matter(tmp_path: Path) -> None:
    datagrams = [(True, srtcp(HMAC_SHA1_80_TRAILER)), (False, RTP), (True, BINDING)]
    path = leg(tmp_path / "call.pcapng", datagrams, alice=(ALICE[0], 44_818))
    assert dissect([path])[path].classes == (OTHER, SRTP, STUN)


@WIRESHARK
def test_srtcp_is_recognised_under_gcm_and_not_under_hmac_sha1_80(tmp_path: Path) -> None:
    trailers = (GCM_TRAILER, HMAC_SHA1_80_TRAILER)
    datagrams = [(True, srtcp(trailer, packet_type)) for packet_type in (200, 201, 203) for trailer in trailers]
    path = leg(tmp_path / "call.pcapng", datagrams)
    assert dissect([path])[path].classes == (SRTCP, OTHER) * 3


@WIRESHARK
def test_no_dtls_means_nothing_negotiated(tmp_path: Path) -> None:
    path = leg(tmp_path / "call.pcapng", [(True, RTP)] * 3)
    assert dissect([path])[path] == Dissection((SRTP,) * 3)


def strange_packets() -> Iterator[bytes]:
    """Packets of every class, sound, damaged and odd."""
    rng = Random(1)
    for size in (10, 50, 300):
        tail = rng.randbytes(10 + size)
        for first, second in ((0x80, 96), (0xA0, 96), (0x8F, 96), (0x80, 72), (0x80, 64), (0x80, 90), (0x80, 224)):
            yield bytes([first, second]) + tail
        for words in (1, 2, 0xFF00):
            yield b"\x90\x60" + rng.randbytes(10) + struct.pack("!HH", 0xBEDE, words) + tail
        for padding in (0, 1, 255):
            yield b"\xa0\x60" + tail + bytes([padding])
        for kind, length in ((20, size), (21, size), (22, size), (23, size), (23, size + 9)):
            yield struct.pack("!BHHHIH", kind, 0xFEFD, 1, 0, 7, length) + rng.randbytes(size)
        yield bytes([0x2C + size % 4]) + rng.randbytes(60)
        yield bytes([size % 80]) + rng.randbytes(60)
        yield bytes([192 + size % 64]) + rng.randbytes(60)
        yield struct.pack("!HH", 0x4000 + size, size) + rng.randbytes(size)
    for kind, size in ((1, 0), (0x101, 0), (0x111, 44), (1, 3)):
        yield struct.pack("!HHI", kind, size, 0x2112A442) + rng.randbytes(12)
    yield struct.pack("!HH", 1, 0) + rng.randbytes(16)
    yield b"\x10\x00\x12\x34ZRTP" + rng.randbytes(4) + b"\x50\x5a\x00\x03Hello   " + rng.randbytes(8)
    for packet_type in range(192, 224):
        for size in (8, 10, 40, 42, 44):
            for count in (0, 1, 15):
                yield bytes([0x80 | count, packet_type, 0, 6]) + rng.randbytes(size - 4)


@WIRESHARK
def test_every_label_of_strange_packets_is_comparable_with_ours(tmp_path: Path, handshake: Pair) -> None:
    packets = [*strange_packets(), b"", b"\x80", b"text", bytes(40), ACK]
    shuffled = Random(2).sample(packets, len(packets))
    strange = [(number % 3 == 0, data) for number, data in enumerate(shuffled)]
    ice = [(True, BINDING), (False, BINDING)]
    beginnings: dict[str, Datagrams] = {"nothing": [], "dtls": handshake.datagrams, "ice": [*ice, *handshake.datagrams]}
    paths = {name: leg(tmp_path / f"{name}.pcapng", [*before, *strange]) for name, before in beginnings.items()}
    views = dissect(list(paths.values()))
    wrong = [
        (name, data[:16].hex(), len(data), classify(data).name, label.name)
        for name, path in paths.items()
        for (_, data), label in zip([*beginnings[name], *strange], views[path].classes, strict=True)
        if label not in comparable(classify(data), data)
    ]
    assert wrong == []


@WIRESHARK
def test_where_dtls_comes_first_its_frames_are_not_taken_for_rtp(tmp_path: Path, handshake: Pair) -> None:
    path = leg(tmp_path / "call.pcapng", [*handshake.datagrams, (True, RTP), (False, srtcp(HMAC_SHA1_80_TRAILER))])
    view = dissect([path])[path]
    assert view.classes == (*[DTLS] * len(handshake.datagrams), SRTP, SRTCP)
    assert (len(view.negotiated), len(view.certificates)) == (1, 2)


@pytest.mark.parametrize(
    ("payload", "labels"),
    [
        (BINDING, {STUN}),
        (BINDING[:3] + b"\x08" + BINDING[4:], {STUN, OTHER}),
        (b"\x40\x01\x00\x04abcd", {STUN, OTHER}),
        (struct.pack("!BHHHIH", 23, 0xFEFD, 1, 0, 1, 3) + b"abc", {DTLS}),
        (struct.pack("!BHHHIH", 23, 0xFEFD, 1, 0, 1, 4) + b"abc", {DTLS, OTHER}),
        (b"\x2c" + bytes(60), {DTLS, OTHER}),
        (ACK, {DTLS, OTHER}),
        (RTP, {SRTP}),
        (b"\xa0" + RTP[1:], {SRTP, OTHER}),
        (b"\x80\x48" + RTP[2:], {SRTP, OTHER}),
        (b"\x8f\x60" + bytes(20), {SRTP, OTHER}),
        (srtcp(GCM_TRAILER, 200), {SRTCP}),
        (srtcp(GCM_TRAILER, 206), {SRTCP}),
        (srtcp(GCM_TRAILER, 202), {SRTCP, OTHER}),
        (srtcp(HMAC_SHA1_80_TRAILER, 200), {SRTCP, OTHER}),
        (b"\x10\x00\x12\x34ZRTP" + bytes(20), {PacketClass.ZRTP, OTHER}),
        (b"\xff" * 40, {OTHER}),
        (b"\x80", {SRTP, OTHER}),
        (b"\x80\xc8\x00", {SRTCP, OTHER}),
        (b"\x00\x01", {STUN, OTHER}),
        (b"", {OTHER}),
    ],
)
def test_a_label_may_differ_only_where_wireshark_is_known_to_have_none(
    payload: bytes, labels: set[PacketClass]
) -> None:
    assert comparable(classify(payload), payload) == labels


@WIRESHARK
def test_the_version_is_the_one_tshark_tells() -> None:
    shown = subprocess.run(["tshark", "--version"], check=True, capture_output=True, text=True).stdout
    version = available()
    assert version is not None
    assert f"TShark (Wireshark) {version} " in shown


@WIRESHARK
def test_a_view_can_be_had_in_a_thread_beside_an_event_loop_but_not_inside(tmp_path: Path) -> None:
    path = leg(tmp_path / "call.pcapng", [(True, RTP)])

    async def both() -> Dissection:
        with pytest.raises(RuntimeError, match="where an event loop is running"):
            dissect([path])
        return (await asyncio.to_thread(dissect, [path]))[path]

    assert asyncio.run(both()).classes == (SRTP,)


@WIRESHARK
def test_the_folder_with_the_merged_packets_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = leg(tmp_path / "call.pcapng", [(True, RTP)])
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    dissect([path])
    assert list((tmp_path / "temporary").iterdir()) == []


def test_without_tshark_there_is_no_view_and_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = leg(tmp_path / "call.pcapng", [(True, RTP)])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert available() is None
    with pytest.raises(DissectError, match="tshark is not installed"):
        dissect([path])


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A program named tshark that comes first in the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "tshark"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("exit 0", "ended before frame 4"),
        ("echo 'tshark: cannot read' >&2; exit 2", "tshark failed"),
        ("kill -9 $$", r"tshark was killed by signal 9 \(SIGKILL\)"),
        ("kill -11 $$", r"tshark was killed by signal 11 \(SIGSEGV\)"),
        ("echo '<packet>no view'", "ended before frame 4"),
        pytest.param(f"exec {TSHARK} \"$@\" -c 2", "ended before frame 4", marks=WIRESHARK),
        pytest.param(f"{TSHARK} \"$@\" | head -c 500", "ended before frame 4", marks=WIRESHARK),
        pytest.param(f"{TSHARK} \"$@\"; exec >&- 2>&-; sleep 0.3; exit 3", "tshark failed", marks=WIRESHARK),
    ],
)  # fmt: skip
def test_a_tshark_that_breaks_gives_no_view_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, sentence: str
) -> None:
    path = leg(tmp_path / "call.pcapng", [(True, BINDING)] * 3)
    fake(tmp_path, monkeypatch, body)
    with pytest.raises(DissectError, match=sentence):
        dissect([path])


def test_a_tshark_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = leg(tmp_path / "call.pcapng", [(True, RTP)])
    fake(tmp_path, monkeypatch, f"echo $$ > {tmp_path}/pid; exec {sys.executable} -c 'import signal; signal.pause()'")
    with pytest.raises(DissectError, match=r"longer than 0\.5 seconds"):
        dissect([path], timeout=0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_program_that_is_no_tshark_has_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "echo something else; exit 0")
    assert available() is None


@WIRESHARK
def test_a_damaged_capture_is_named_and_spoils_the_whole_view(tmp_path: Path) -> None:
    good = leg(tmp_path / "good.pcapng", [(True, RTP)])
    bad = leg(tmp_path / "bad.pcapng", [(True, RTP)])
    bad.write_bytes(bad.read_bytes()[:-2])
    with pytest.raises(DissectError, match=r"bad\.pcapng: truncated block at byte \d+: 2 bytes are missing"):
        dissect([good, bad])
    with pytest.raises(DissectError, match=r"absent\.pcapng"):
        dissect([good, tmp_path / "absent.pcapng"])
