"""Wireshark is asked about the same file: it agrees frame by frame, or every difference has its frame number."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from random import Random

import pytest

from harness.inspection.cross_check import CrossCheck, OurHello
from harness.model.finding import Finding, Reason, Severity
from harness.vantage import second_opinion as door
from harness.wire.dtls import associations
from tests.unit.vantage.blocks import ALICE, BOB, leg
from tests.unit.wire import openssl_pair
from tests.unit.wire.openssl_pair import Pair

from .windows import Capture, Sent

WIRESHARK = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")

_random = Random(31)
BINDING = struct.pack("!HHI", 1, 0, 0x2112A442) + _random.randbytes(12)
Datagrams = list[tuple[bool, bytes]]


def rtp(sequence: int, ssrc: int = 0x1234) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 960 * sequence, ssrc) + _random.randbytes(100)


@pytest.fixture(scope="module")
def handshake() -> Pair:
    return openssl_pair.shake_hands(openssl_pair.identity("alice"), openssl_pair.identity("bob"))


def call(pair: Pair) -> Datagrams:
    media = [(sequence % 2 == 0, rtp(sequence)) for sequence in range(20)]
    return [(True, BINDING), (False, BINDING), *pair.datagrams, *media]


def agreed_on(pair: Pair) -> tuple[dict[bytes, OurHello], set[bytes]]:
    """What our own parsers read in the handshake."""
    found = associations(pair.datagrams)
    hellos = {
        one.server_hello.random: OurHello(one.version, one.server_hello.suite, one.srtp_profile)
        for one in found
        if one.server_hello is not None
    }
    return hellos, {der for one in found for der in (*one.certificates_near, *one.certificates_far)}


def checked(
    path: Path, datagrams: Datagrams, hellos: dict[bytes, OurHello], certificates: set[bytes]
) -> tuple[Finding, ...]:
    """What the check says when we believe that the file holds these datagrams."""
    ends = [f"{host}:{port}" for host, port in (ALICE, BOB)]
    sent = [
        Sent(float(number), *(ends if outward else ends[::-1]), data)
        for number, (outward, data) in enumerate(datagrams)
    ]
    check = CrossCheck(path)
    capture = Capture()
    half = len(sent) // 2
    for part in (sent[:half], sent[half:]):
        check.add(capture.window(part))
    return check.findings("call.pcapng", hellos, certificates)


def alarms(findings: tuple[Finding, ...]) -> list[str]:
    return [one.detail for one in findings if one.severity is Severity.ALARM]


@WIRESHARK
def test_the_same_call_is_agreed_on(tmp_path: Path, handshake: Pair) -> None:
    path = leg(tmp_path / "call.pcapng", call(handshake))
    (finding,) = checked(path, call_as_recorded(path, handshake), *agreed_on(handshake))
    assert finding.reason is Reason.WIRESHARK_AGREES
    assert f"{22 + len(handshake.datagrams)} frames" in finding.detail


def call_as_recorded(path: Path, pair: Pair) -> Datagrams:
    """The datagrams of a recorded call, read back with scapy: RTP payloads are random and made once."""
    from scapy.layers.inet import IP, UDP
    from scapy.utils import RawPcapNgReader

    with RawPcapNgReader(str(path)) as reader:
        packets = [IP(data) for data, _ in reader]
    return [(packet.src == ALICE[0], bytes(packet[UDP].payload)) for packet in packets]


@WIRESHARK
def test_each_difference_is_told_with_its_frame(tmp_path: Path, handshake: Pair) -> None:
    path = leg(tmp_path / "call.pcapng", call(handshake))
    hellos, certificates = agreed_on(handshake)
    datagrams = call_as_recorded(path, handshake)
    first_media = 3 + len(handshake.datagrams)
    datagrams[0] = (True, rtp(1, ssrc=0x77))  # we would see media where there is an ICE check
    outward, media = datagrams[first_media - 1]
    datagrams[first_media - 1] = (outward, media[:2] + struct.pack("!H", 4000) + media[4:])
    told = alarms(checked(path, datagrams, hellos, certificates))
    assert "frame 1: SRTP to us, STUN to Wireshark" in told
    assert any(one.startswith(f"frame {first_media}: SSRC 0x00001234 with sequence number 4000") for one in told)
    assert "SSRC 0x00000077 has 1 packet to us, 0 to Wireshark" in told
    assert len(told) == 3


@WIRESHARK
def test_a_suite_and_a_certificate_that_only_one_sees_are_told(tmp_path: Path, handshake: Pair) -> None:
    path = leg(tmp_path / "call.pcapng", call(handshake))
    hellos, certificates = agreed_on(handshake)
    ((random, hello),) = hellos.items()
    wrong = {random: hello._replace(suite=0x1301), bytes(32): hello}
    told = alarms(checked(path, call_as_recorded(path, handshake), wrong, set(list(certificates)[:1]) | {b"not there"}))
    assert any("suite 0x1301" in one and one.startswith("frame ") for one in told)
    assert any("is there to us and not to Wireshark" in one for one in told)
    assert any("shows Wireshark a certificate that we do not see" in one for one in told)
    assert any(one.startswith("1 certificate that we see") for one in told)


@WIRESHARK
def test_what_lies_behind_the_limit_is_said_not_to_be_compared(
    tmp_path: Path, handshake: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.inspection.cross_check.MOST_FRAMES", 5)
    path = leg(tmp_path / "call.pcapng", call(handshake))
    findings = checked(path, call_as_recorded(path, handshake), *agreed_on(handshake))
    assert not alarms(findings)
    assert any(one.reason is Reason.LIMIT_REACHED and "first 5 of" in one.detail for one in findings)


def test_without_tshark_the_check_is_inconclusive_and_names_it(
    tmp_path: Path, handshake: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = leg(tmp_path / "call.pcapng", call(handshake))
    monkeypatch.setenv("PATH", str(tmp_path))
    (finding,) = checked(path, call(handshake), *agreed_on(handshake))
    assert (finding.severity, finding.reason) == (Severity.INCONCLUSIVE, Reason.TOOL_FAILED)
    assert "tshark is not installed" in finding.detail


@WIRESHARK
def test_a_tshark_that_ends_early_is_inconclusive(tmp_path: Path, handshake: Pair) -> None:
    """The file holds fewer frames than we read: it was cut after we read it, or tshark gave up."""
    path = leg(tmp_path / "call.pcapng", call(handshake)[:4])
    (finding,) = checked(path, call(handshake), *agreed_on(handshake))
    assert finding.severity is Severity.INCONCLUSIVE
    assert "showed 4 of" in finding.detail


@WIRESHARK
def test_a_port_number_decides_nothing(tmp_path: Path) -> None:
    """Port 5060 is SIP's; media from it is media."""
    path = leg(tmp_path / "call.pcapng", [(True, rtp(1)), (True, rtp(2))], alice=(ALICE[0], 5060))
    assert door.second_opinion(path, 2).rtp == {1: (0x1234, 1), 2: (0x1234, 2)}
