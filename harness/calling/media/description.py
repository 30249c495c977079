"""The service's own description of a leg: what a device said of its media, with the service's transport under it.

What is said of codecs, sources and extensions goes through as it is; where the media flow, and under which keys, is the
service's own, on each leg another (as a back-to-back agent does, RFC 7092).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...model.datagram import Address
from ...wire.ice_lite import Credentials
from ...wire.sdes_exchange import PROTOCOL
from ...wire.sdp import Candidate, Line, Media, Sdp

_TRANSPORT: Final = (
    "ice-lite",
    "ice-ufrag",
    "ice-pwd",
    "ice-options",
    "candidate",
    "remote-candidates",
    "end-of-candidates",
    "rtcp",
    "crypto",
    "fingerprint",
    "setup",
    "tls-id",
)
"""Attributes that say how the media travel. None of them passes the service."""

_SOURCES: Final = ("msid", "ssrc", "ssrc-group")
"""Attributes that name what a device sends."""

_BEST: Final = 2_130_706_431
"""Priority of a host candidate (RFC 8445 section 5.1.2.1)."""

_MIRRORED: Final = {"a=sendonly": "a=recvonly", "a=recvonly": "a=sendonly"}


@dataclass(frozen=True, slots=True)
class Transport:
    """Where the service receives on one leg, and how a check there must be signed."""

    address: Address
    credentials: Credentials


def over(sdp: Sdp, transport: Transport) -> Sdp:
    """The description with the service's transport in every section that is in use, without a key yet.

    ValueError, naming the line, when an m= line is malformed; and for one that names another profile than SRTP's with
    keys in the description, which nothing could be opened under.
    """
    for media in sdp.media():
        if media.protocol != PROTOCOL:
            raise ValueError(f"the profile {media.protocol[:40]!r} is not {PROTOCOL}")
    for attribute in _TRANSPORT:
        sdp = sdp.remove(attribute)
    sdp = sdp.rewrite(lambda line: _moved(line, transport.address)).insert("a=ice-lite")
    for media in sdp.media():
        if media.port:
            for text in _lines(transport):
                sdp = sdp.insert(text, media.level)
    return sdp


def answer_to(offer: Sdp) -> Sdp:
    """What the service itself answers: every codec that was offered, sound both ways, pictures only to itself."""
    for attribute in _SOURCES:
        offer = offer.remove(attribute)
    kinds = {media.level: media.kind for media in offer.media()}

    def turned(line: Line) -> tuple[str]:
        text = _MIRRORED.get(line.text, line.text)
        silent = line.level is not None and kinds.get(line.level) != "audio"
        return ("a=recvonly" if text == "a=sendrecv" and silent else text,)

    return offer.rewrite(turned)


def encodings(sdp: Sdp) -> dict[int, str]:
    """What the rtpmap lines say of payload types, such as {96: "opus/48000/2"}. A line that is none says nothing."""
    found = {}
    for _, value in sdp.values("rtpmap"):
        number, _, encoding = value.partition(" ")
        if number.isascii() and number.isdigit() and len(number) <= 3:
            found[int(number)] = encoding
    return found


def credentials_in(sdp: Sdp) -> frozenset[tuple[str, str]]:
    """Everything that is said of user name fragments and passwords: other ones are another connection."""
    return frozenset((name, value) for name in ("ice-ufrag", "ice-pwd") for _, value in sdp.values(name))


def _moved(line: Line, address: Address) -> tuple[str]:
    host, port = address
    if line.text.startswith("c="):
        return (f"c=IN IP4 {host}",)
    if line.level is None or not line.text.startswith("m="):
        return (line.text,)
    media = Media.parse(line.level, line.text)
    kind, _, rest = line.text.split(" ", 2)
    return (f"{kind} {port if media.port else 0} {rest}",)


def _lines(transport: Transport) -> tuple[str, ...]:
    host, port = transport.address
    candidate = Candidate("1", 1, "udp", _BEST, host, port, "host")
    own = transport.credentials
    return (
        f"a=candidate:{candidate}",
        "a=end-of-candidates",
        f"a=ice-ufrag:{own.fragment}",
        f"a=ice-pwd:{own.password}",
    )
