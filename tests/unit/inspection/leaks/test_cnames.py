"""CNAMEs: found in RTCP that is in clear, never in RTCP that libsrtp encrypted."""

from __future__ import annotations

from random import Random

import pylibsrtp
from aiortc.rtp import RtcpSdesPacket, RtcpSenderInfo, RtcpSourceInfo, RtcpSrPacket
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.leaks.cnames import clear_cnames
from tests.unit.inspection.windows import Capture, Sent


def compound(cname: str = "{alice}") -> bytes:
    """A sender report and a source description, as aiortc writes them."""
    info = RtcpSenderInfo(ntp_timestamp=1 << 40, rtp_timestamp=5, packet_count=6, octet_count=7)
    description = RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=7, items=[(1, cname.encode()), (2, b"a name")])])
    return bytes(RtcpSrPacket(ssrc=7, sender_info=info)) + bytes(description)


def names(*datagrams: bytes) -> list[tuple[int, int, str]]:
    return clear_cnames(Capture().window([Sent(0, "192.0.2.1:1", "192.0.2.2:2", one) for one in datagrams]))


def test_in_plain_rtcp() -> None:
    assert names(compound(), compound("bob")) == [(0, 7, "{alice}"), (1, 7, "bob")]


def test_behind_an_srtcp_trailer_without_the_e_flag() -> None:
    assert names(compound() + bytes(14)) == [(0, 7, "{alice}")]


def test_not_in_srtcp() -> None:
    session = pylibsrtp.Session(pylibsrtp.Policy(key=bytes(30), ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND))
    assert names(*(session.protect_rtcp(compound()) for _ in range(50))) == []


def test_not_in_random_bytes_behind_a_header() -> None:
    random = Random(1)
    head = bytes([0x81, 202, 0, 6, 0, 0, 0, 7])
    assert names(*(head + random.randbytes(34) for _ in range(3_000))) == []


def test_what_is_no_text_is_no_name() -> None:
    assert names(compound("a\x07b"), compound("")) == []


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=10))
def test_no_bytes_break_it(payloads: list[bytes]) -> None:
    names(*(b"\x81\xca" + payload for payload in payloads), *(compound()[:28] + payload for payload in payloads))
