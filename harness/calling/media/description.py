"""The service's own description of a leg: what a device said of its media, with the service's transport under it.

What is said of codecs, sources and extensions goes through as it is; where the media flow, and under which keys, is the
service's own, on each leg another (as a back-to-back agent does, RFC 7092).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ...model.datagram import Address
from ...model.keying import Keying
from ...wire.ice_lite import Credentials
from ...wire.sdes_exchange import PROTOCOL as SDES_PROTOCOL
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

_SSRCS: Final = ("ssrc", "ssrc-group")
_SOURCES: Final = ("msid", *_SSRCS)
"""Attributes that name what a device sends."""

_WRAPPERS: Final = frozenset({"red", "ulpfec", "flexfec", "flexfec-03"})
_FORMAT: Final = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+) ")

_BEST: Final = 2_130_706_431
"""Priority of a host candidate (RFC 8445 section 5.1.2.1)."""

_MIRRORED: Final = {"a=sendonly": "a=recvonly", "a=recvonly": "a=sendonly"}

PROTOCOLS: Final = {Keying.SDES: SDES_PROTOCOL, Keying.DTLS: "UDP/TLS/RTP/SAVPF"}
"""What an m= line calls SRTP with feedback under keys of either kind (RFC 5124, RFC 5764 section 8)."""


@dataclass(frozen=True, slots=True)
class Transport:
    """Where the service receives on one leg, how a check there must be signed, and how the device gets its keys."""

    address: Address
    credentials: Credentials
    keying: Keying = Keying.SDES


def over(sdp: Sdp, transport: Transport) -> Sdp:
    """The description with the service's transport in every section that is in use, without a key yet.

    A browser is told of no sources: who is heard on a leg may change without an offer, and it plays those that were
    announced or else the latest. ValueError, naming the line, when an m= line is malformed.

    One pass, however many sections there are: while it is made nobody else is served.
    """
    sdp = unwrapped(sdp)
    lasts = {line.level: line.number for line in sdp.lines}
    if None not in lasts:
        raise ValueError("line 1: a description begins with its session (RFC 8866 section 5)")
    used: dict[int | None, tuple[str, ...]] = {media.level: _lines(transport) for media in sdp.media() if media.port}
    own = used | {None: ("a=ice-lite",)}
    dropped = frozenset(_TRANSPORT if transport.keying is Keying.SDES else (*_TRANSPORT, *_SSRCS))

    def carried(line: Line) -> tuple[str, ...]:
        kept = () if _attribute(line) in dropped else _moved(line, transport)
        return (*kept, *own.get(line.level, ())) if line.number == lasts[line.level] else kept

    return sdp.rewrite(carried)


def unwrapped(sdp: Sdp) -> Sdp:
    """Without encodings that wrap others (RFC 2198, RFC 5109, RFC 8627), and what would repeat those (RFC 4588): what a
    packet holds must be plain to whoever mixes, keeps or hands over what is said. A section of nothing else stays."""
    named, told = _by_section(sdp.values("rtpmap")), _by_section(sdp.values("fmtp"))
    dropped = {media.level: _wrapping(media, named[media.level], told[media.level]) for media in sdp.media()}

    def left(line: Line) -> tuple[str, ...]:
        gone = set() if line.level is None else dropped[line.level]
        said = _FORMAT.match(line.text)
        if said is not None and said[1] in gone:
            return ()
        if gone and line.level is not None and line.text.startswith("m="):
            kind, port, protocol, *formats = line.text.split()
            return (" ".join((kind, port, protocol, *(one for one in formats if one not in gone))),)
        return (line.text,)

    return sdp.rewrite(left)


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


_Said = tuple[str, str, str]
"""A payload type as it is written, a blank, and what is said of it."""


def _by_section(values: Iterable[tuple[int | None, str]]) -> defaultdict[int | None, list[_Said]]:
    found = defaultdict[int | None, list[_Said]](list)
    for level, value in values:
        found[level].append(value.partition(" "))
    return found


def _wrapping(media: Media, named: Iterable[_Said], told: Iterable[_Said]) -> set[str]:
    """Payload types of a section, as they are written, from its rtpmap and fmtp lines."""
    wrapping = {number for number, _, encoding in named if encoding.partition("/")[0].lower() in _WRAPPERS}
    found = wrapping | {number for number, _, value in told if value.strip().removeprefix("apt=") in wrapping}
    return found if set(media.formats) - found else set()


def _attribute(line: Line) -> str | None:
    """The name of the attribute that the line says; None for another line."""
    return line.text[2:].partition(":")[0] if line.text.startswith("a=") else None


def _moved(line: Line, transport: Transport) -> tuple[str]:
    host, port = transport.address
    if line.text.startswith("c="):
        return (f"c=IN IP4 {host}",)
    if line.level is None or not line.text.startswith("m="):
        return (line.text,)
    media = Media.parse(line.level, line.text)
    formats = " ".join(media.formats)
    return (f"m={media.kind} {port if media.port else 0} {PROTOCOLS[transport.keying]} {formats}",)


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
