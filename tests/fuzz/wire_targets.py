"""Parsers of one message. They may refuse with ValueError; everything else is a defect."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from harness.auditors.authenticity import MediaPacket
from harness.auditors.sealing import sealing
from harness.inspection.described import described, sdes_summaries
from harness.inspection.keys import described_senders
from harness.wire import demux, quic, rtp, sdes, stun, zrtp
from harness.wire.demux import classify
from harness.wire.dtls import associations, records
from harness.wire.keylog import read_keylog
from harness.wire.rtp_dump import parse_dump
from harness.wire.sdp import Sdp
from harness.wire.srtp import PROFILES
from harness.wire.srtp_packet import PacketKeys

from .pieces import cut

KEYS: Final = {
    profile: PacketKeys(profile, bytes(range(sizes.key + sizes.salt)), mki)
    for mki, (profile, sizes) in enumerate(PROFILES.items())
}
"""One for each profile, each with another length of the master key identifier."""


def stun_message(data: bytes) -> None:
    with suppress(ValueError):
        message = stun.parse(data)
        for read in ("username", "priority", "ice_controlling", "xor_mapped_address", "error_code"):
            with suppress(ValueError):
                getattr(message, read)
        stun.fingerprint_holds(data)


def rtp_packet(data: bytes) -> None:
    demux.classify(data)
    with suppress(ValueError):
        rtp.payload(data, rtp.parse(data))
    with suppress(ValueError):
        rtp.compound(data)


def srtp_packet(data: bytes) -> None:
    for keys in KEYS.values():
        with suppress(ValueError):
            keys.open_rtp(data, range(2))
        with suppress(ValueError):
            keys.open_rtcp(data)


def dtls_flight(data: bytes) -> None:
    """The first flag says which end sent a datagram."""
    with suppress(ValueError):
        records(data)
    associations([(piece.first, piece.data) for piece in cut(data)])


def zrtp_packet(data: bytes) -> None:
    with suppress(ValueError):
        message = zrtp.parse(data)
        for read in (zrtp.parse_hello, zrtp.parse_commit):
            with suppress(ValueError):
                read(message.body)


def quic_packet(data: bytes) -> None:
    with suppress(ValueError):
        quic.parse(data)


def session_description(data: bytes) -> None:
    with suppress(ValueError):
        description = Sdp.parse(data.decode("utf-8", "surrogateescape"))
        description.fingerprints()
        assert Sdp.parse(str(description)) == description


def described_call(data: bytes) -> None:
    """What an inspection takes from a description that the user gives it."""
    text = data.decode("utf-8", "replace")
    sdes_summaries(described(text).cryptos)
    with suppress(ValueError):
        described_senders(Sdp.parse(text), "a description")


def crypto_attribute(data: bytes) -> None:
    with suppress(ValueError):
        sdes.parse(data.decode("utf-8", "replace"))


def key_log(data: bytes) -> None:
    with suppress(ValueError):
        read_keylog(data.decode("utf-8", "replace"))


def rtp_dump(data: bytes) -> None:
    """Any text is a dump, and what of it is a packet can be held against packets."""
    found = parse_dump(data.decode("utf-8", "replace"))
    packets = [MediaPacket(number, classify(one.data), one.data) for number, one in enumerate(found.packets, 1)]
    sealing(packets, found.packets, (PROFILES["SRTP_AEAD_AES_128_GCM"],))
