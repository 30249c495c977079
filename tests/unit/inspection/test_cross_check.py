"""Wireshark is asked about the same file: it agrees frame by frame, or every difference has its frame number."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from random import Random

import pytest

from harness.inspection.cross_check import CrossCheck, OurHello
from harness.inspection.inspect import inspect
from harness.inspection.options import Options
from harness.model.finding import Finding, Reason, Severity
from harness.vantage import second_opinion as door
from harness.wire.dtls import associations
from tests.unit.vantage.blocks import ALICE, BOB, leg
from tests.unit.vantage.layers import frames
from tests.unit.wire import openssl_pair
from tests.unit.wire.openssl_pair import Pair

from . import call_traffic
from .made_calls import made_call, write
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
    near, far = (f"{host}:{port}" for host, port in (ALICE, BOB))
    sent = [
        Sent(float(number), *((near, far) if outward else (far, near)), data)
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


def through_a_relay(one: Sent, *, channel: bool) -> Sent:
    """In Send and Data indications, or in ChannelData (RFC 8656 sections 11 and 12)."""
    relay = "198.51.100.5:3478"
    up = one.source == call_traffic.ALICE
    attributes = [(0x0012, frames.xored(call_traffic.BOB)), (0x0013, one.payload)]
    indication = frames.stun(0x0016 if up else 0x0017, attributes)
    wrapped = frames.channel_data(one.payload) if channel else indication
    return Sent(one.time, *((one.source, relay) if up else (relay, one.destination)), wrapped)


@WIRESHARK
@pytest.mark.parametrize("channel", [True, False])
def test_what_a_relay_carries_is_compared_too(tmp_path: Path, channel: bool) -> None:
    made = made_call(count=8)
    path = write(tmp_path / "relayed.pcapng", [through_a_relay(one, channel=channel) for one in made.sent])
    found = [one for one in inspect([path], Options(cross_check=True)).findings if one.auditor == "cross-check"]
    assert [one.reason for one in found] == [Reason.WIRESHARK_AGREES]
    opinion = door.second_opinion(path, len(made.sent))
    assert len(opinion.rtp) == 16
    assert len(opinion.hellos) == 1


@WIRESHARK
def test_over_tcp_nothing_is_demanded_that_is_not_compared(tmp_path: Path) -> None:
    """ICE-TCP frames its messages (RFC 4571), which Wireshark is not asked to look for."""
    sequences = {call_traffic.ALICE: 1_000, call_traffic.BOB: 50_000}
    parts = []
    for one in made_call(count=4).sent:
        framed = struct.pack("!H", len(one.payload)) + one.payload
        parts.append(frames.segment(framed, sequences[one.source], 0x18, one.source, one.destination))
        sequences[one.source] += len(framed)
    path = write(tmp_path / "tcp.pcapng", [Sent(0.1 * at, "", "", one) for at, one in enumerate(parts)], bytes_of)
    document = inspect([path], Options(cross_check=True))
    assert [one.packets for one in document.streams] == [4, 4]
    found = {one.reason: one.detail for one in document.findings if one.auditor == "cross-check"}
    assert Reason.WIRESHARK_DISAGREES not in found
    assert found[Reason.NOT_CHECKED].startswith(f"{len(parts)} frames of TCP")


def bytes_of(one: Sent) -> bytes:
    return one.payload
