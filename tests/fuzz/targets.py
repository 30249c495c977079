"""What hostile bytes are given to. A target may refuse with ValueError; everything else is a defect."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from harness.wire import demux, rtp, stun
from harness.wire.dtls import associations, records
from harness.wire.keylog import read_keylog
from harness.wire.sdp import Sdp

Target = Callable[[bytes], None]


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


def dtls_flight(data: bytes) -> None:
    """The bytes are cut into datagrams by a length in front of each, so that fragments can meet."""
    with suppress(ValueError):
        records(data)
    datagrams, at = [], 0
    while at + 2 <= len(data):
        size = int.from_bytes(data[at : at + 2]) & 0x3FFF
        datagrams.append((bool(data[at] & 0x80), data[at + 2 : at + 2 + size]))
        at += 2 + size
    associations(datagrams)


def session_description(data: bytes) -> None:
    with suppress(ValueError):
        description = Sdp.parse(data.decode("utf-8", "surrogateescape"))
        description.fingerprints()
        assert Sdp.parse(str(description)) == description


def key_log(data: bytes) -> None:
    with suppress(ValueError):
        read_keylog(data.decode("utf-8", "replace"))


TARGETS: Final[dict[str, Target]] = {
    "stun": stun_message,
    "rtp": rtp_packet,
    "dtls": dtls_flight,
    "sdp": session_description,
    "keylog": key_log,
}
