"""Calls whose ends give no keys: what they sealed and opened, and handshakes that hide their certificates."""

from __future__ import annotations

from pylibsrtp import Policy, Session

from harness.model.base import Party
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls import ContentType, records
from harness.wire.rtp_dump import Dump, DumpedPacket

from .stage import Stage


def dumped(stage: Stage) -> Stage:
    """Nobody gives a key, and both ends tell what they sealed and opened: libsrtp says it with the keys of each."""
    for party in Party:
        stage.keylogs[party].clear()
        told = [
            DumpedPacket(outward, plain)
            for outward in (True, False)
            for plain in opened(stage.keys[party, outward], [f.data for f in stage.wire[party] if f.outward is outward])
        ]
        stage.dumps[party] = Dump(tuple(told))
    return stage


def opened(key: bytes, packets: list[bytes]) -> list[bytes]:
    session = receiver(key)
    media = [one for one in packets if one[0] >= 128]
    return [session.unprotect_rtcp(one) if 192 <= one[1] <= 223 else session.unprotect(one) for one in media]


def receiver(key: bytes) -> Session:
    policy = Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80)
    return Session(policy)


def hidden(stage: Stage) -> Stage:
    """No certificate is in clear, as in DTLS 1.3."""
    for frames in stage.wire.values():
        for frame in frames:
            if classify(frame.data) is PacketClass.DTLS:
                frame.data = without_certificate(frame.data)
        frames[:] = [one for one in frames if one.data]
    return stage


def without_certificate(datagram: bytes) -> bytes:
    """The datagram without the records of a Certificate message in clear (type 11, RFC 5246 section 7.4)."""
    kept, at = b"", 0
    for one in records(datagram):
        size = 13 + len(one.fragment)
        lost = one.epoch == 0 and one.content_type is ContentType.HANDSHAKE and one.fragment[0] == 11
        kept += b"" if lost else datagram[at : at + size]
        at += size
    return kept
