"""Transports without a handshake: what their descriptions say, what they read, and which sessions they have."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pylibsrtp
import pytest
import pytest_asyncio
from aiortc import RTCIceTransport

from harness.endpoints.aiortc_door import CallCertificate, ClearTransport, DtlsTransport, SdesTransport
from harness.endpoints.aiortc_door.ice import LoopbackGatherer
from harness.endpoints.handshake import Handshake
from harness.model.datagram import Address
from harness.model.finding import Reason
from harness.wire.sdp import Sdp

pytestmark = pytest.mark.asyncio

DESCRIPTION = """\
v=0
a=fingerprint:sha-256 AA
a=setup:actpass
m=audio 9 UDP/TLS/RTP/SAVPF 96
a=setup:active
a=mid:0
m=video 9 UDP/TLS/RTP/SAVPF 97
a=fingerprint:sha-256 BB
a=mid:1
"""
PACKET = bytes.fromhex("8060000100000001 0000abcd") + b"hello world"
REPORT = bytes.fromhex("80c9 0001 0000abcd")


class NoTap:
    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        raise AssertionError("nothing is sent here")

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        raise AssertionError("no socket is opened here")


class NoWatcher:
    def shook_hands(self, handshake: Handshake) -> None:
        raise AssertionError("nobody shakes hands here")

    def up(self) -> None:
        raise AssertionError("nothing comes up here")

    def failed(self, reason: Reason, detail: str) -> None:
        raise AssertionError("nothing fails here")


@pytest_asyncio.fixture
async def ice() -> AsyncIterator[RTCIceTransport]:
    yield RTCIceTransport(LoopbackGatherer("127.0.0.9", NoTap()))


def clear(ice: RTCIceTransport) -> ClearTransport:
    return ClearTransport(ice, CallCertificate.fresh(), NoWatcher())


def sdes(ice: RTCIceTransport) -> SdesTransport:
    return SdesTransport(ice, CallCertificate.fresh(), NoWatcher())


async def test_a_clear_description_has_nothing_of_dtls(ice: RTCIceTransport) -> None:
    written = Sdp.parse(clear(ice).written(DESCRIPTION))
    assert not (written.fingerprints() or written.setups() or written.cryptos())
    assert [media.protocol for media in written.media()] == ["RTP/AVPF", "RTP/AVPF"]
    assert written.values("mid") == ((0, "0"), (1, "1"))


async def test_a_description_with_keys_has_one_in_the_place_of_dtls(ice: RTCIceTransport) -> None:
    written = Sdp.parse(sdes(ice).written(DESCRIPTION))
    assert not (written.fingerprints() or written.setups())
    assert [level for level, _ in written.cryptos()] == [0]
    assert [media.protocol for media in written.media()] == ["RTP/SAVPF", "RTP/SAVPF"]


async def test_every_section_is_read_with_one_role_whatever_it_said(ice: RTCIceTransport) -> None:
    read = Sdp.parse(clear(ice).read(DESCRIPTION))
    assert read.setups() == ((0, "passive"), (1, "passive"))
    read = Sdp.parse(sdes(ice).read(sdes(ice).written(DESCRIPTION)))
    assert read.setups() == ((0, "passive"), (1, "passive"))


async def test_a_description_without_a_key_is_refused_by_a_transport_that_needs_one(ice: RTCIceTransport) -> None:
    with pytest.raises(ValueError, match="no media key"):
        sdes(ice).read(DESCRIPTION.replace("UDP/TLS/", ""))
    with pytest.raises(ValueError, match="the profile 'UDP/TLS/RTP/SAVPF'"):
        sdes(ice).read(DESCRIPTION)


async def test_dtls_leaves_descriptions_alone(ice: RTCIceTransport) -> None:
    dtls = DtlsTransport(ice, CallCertificate.fresh(), NoWatcher())
    assert dtls.written(DESCRIPTION) == dtls.read(DESCRIPTION) == DESCRIPTION
    assert (dtls.shakes_hands, clear(ice).shakes_hands, sdes(ice).shakes_hands) == (True, False, False)


async def test_what_one_side_protects_the_other_opens_and_nobody_else(ice: RTCIceTransport) -> None:
    caller, callee, stranger = sdes(ice), sdes(ice), sdes(ice)
    offer = caller.written(DESCRIPTION)
    callee.read(offer)
    caller.read(callee.written(DESCRIPTION))
    stranger.read(stranger_offer := sdes(ice).written(DESCRIPTION))
    assert stranger_offer != offer
    (hears, speaks), (listens, _) = caller.sessions(), callee.sessions()
    secured, report = speaks.protect(PACKET), speaks.protect_rtcp(REPORT)
    assert PACKET[12:] not in secured
    assert (listens.unprotect(secured), listens.unprotect_rtcp(report)) == (PACKET, REPORT)
    for other in (hears, stranger.sessions()[0]):
        with pytest.raises(pylibsrtp.Error, match="authentication"):
            other.unprotect(secured)


@pytest.mark.parametrize(("window", "late"), [(None, 1000), (64, 60)])
async def test_the_replay_list_is_as_long_as_was_asked_for(ice: RTCIceTransport, window: int | None, late: int) -> None:
    caller, callee = sdes(ice), sdes(ice)
    callee.replay_window = window
    callee.read(caller.written(DESCRIPTION))
    caller.read(callee.written(DESCRIPTION))
    speaks, listens = caller.sessions()[1], callee.sessions()[0]
    packets = [speaks.protect(PACKET[:2] + number.to_bytes(2, "big") + PACKET[4:]) for number in range(1, 1100)]
    listens.unprotect(packets[1050])
    assert listens.unprotect(packets[1050 - late])
    if window is not None:
        with pytest.raises(pylibsrtp.Error, match="replay"):
            listens.unprotect(packets[1050 - window - 1])
