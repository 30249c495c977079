"""RTCP in clear against SRTCP: what libsrtp protects is never taken for clear, whatever was inside."""

from __future__ import annotations

from random import Random

import pytest
from aiortc.rtp import (
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)
from pylibsrtp import Policy, Session

from harness.inspection.plaintext import rtcp

KEY = bytes(range(30))


def sender_report() -> RtcpSrPacket:
    info = RtcpSenderInfo(ntp_timestamp=1, rtp_timestamp=2, packet_count=3, octet_count=4)
    return RtcpSrPacket(ssrc=7, sender_info=info, reports=[])


def description() -> RtcpSdesPacket:
    return RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=7, items=[(1, b"somebody@example.org")])])


def receiver_report() -> RtcpRrPacket:
    block = RtcpReceiverInfo(ssrc=9, fraction_lost=0, packets_lost=0, highest_sequence=5, jitter=6, lsr=0, dlsr=0)
    return RtcpRrPacket(ssrc=7, reports=[block])


COMPOUND = bytes(sender_report()) + bytes(description())
ALONE = bytes(receiver_report())
FEEDBACK = bytes(RtcpPsfbPacket(fmt=1, ssrc=7, media_ssrc=9))


def secured(datagrams: list[bytes], profile: int = Policy.SRTP_PROFILE_AES128_CM_SHA1_80) -> list[bytes]:
    session = Session(Policy(key=KEY, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
    return [session.protect_rtcp(data) for data in datagrams]


@pytest.mark.parametrize("data", [COMPOUND, ALONE, FEEDBACK], ids=["compound", "alone", "feedback"])
def test_two_datagrams_in_clear_are_enough(data: bytes) -> None:
    found = rtcp.evidence([data, data])

    assert found is not None
    assert found.codec == "RTCP"
    assert found.chance <= 1e-9


@pytest.mark.parametrize("data", [COMPOUND, ALONE, FEEDBACK], ids=["compound", "alone", "feedback"])
def test_one_datagram_is_not(data: bytes) -> None:
    assert rtcp.evidence([data]) is None


@pytest.mark.parametrize("data", [COMPOUND, ALONE, FEEDBACK], ids=["compound", "alone", "feedback"])
def test_what_libsrtp_protects_is_never_clear(data: bytes) -> None:
    assert rtcp.evidence(secured([data] * 64)) is None


@pytest.mark.parametrize("tag", [4, 10, 16])
def test_a_null_cipher_is_seen_through_its_index_and_tag(tag: int) -> None:
    random = Random(tag)
    behind = [COMPOUND + random.randbytes(4 + tag) for _ in range(3)]

    found = rtcp.evidence(behind)
    assert found is not None
    assert found.sentence.startswith("3 of 3 RTCP datagrams add up")


@pytest.mark.parametrize("tag", [4, 10, 16])
@pytest.mark.parametrize("data", [ALONE, FEEDBACK], ids=["alone", "feedback"])
def test_packets_alone_under_a_null_cipher_are_known_by_their_indexes(data: bytes, tag: int) -> None:
    random = Random(tag)
    behind = [data + number.to_bytes(4, "big") + random.randbytes(tag) for number in (1, 2, 4, 5)]

    found = rtcp.evidence(behind)
    assert found is not None
    assert found.sentence.startswith("4 of 4 RTCP datagrams have an index that says they are not encrypted")
    assert rtcp.evidence(behind[:2]) is None
    assert rtcp.evidence([behind[0]] * 10) is None


@pytest.mark.parametrize("data", [ALONE, FEEDBACK], ids=["alone", "feedback"])
def test_indexes_that_count_with_the_e_flag_are_srtcp(data: bytes) -> None:
    random = Random(1)
    behind = [data + (1 << 31 | number).to_bytes(4, "big") + random.randbytes(10) for number in range(1, 20)]

    assert rtcp.evidence(behind) is None


def test_random_bytes_behind_clear_headers_are_left_alone() -> None:
    random = Random(5)
    for _ in range(2_000):
        data = COMPOUND[:8] + random.randbytes(len(COMPOUND) - 8 + 14)
        assert rtcp.evidence([data] * 1) is None
    streams = [[COMPOUND[:8] + random.randbytes(90) for _ in range(64)] for _ in range(50)]
    assert [rtcp.evidence(stream) for stream in streams] == [None] * 50


def test_nothing_is_no_evidence() -> None:
    assert rtcp.evidence([]) is None
    assert rtcp.evidence([b"", b"\x80", bytes(40)]) is None
