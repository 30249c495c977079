"""Wireshark's view of captures, through tshark and pyshark: a second opinion that shares no code with ours.

What Wireshark can tell about a call, found by trying version 4.0.17 on real calls and on made-up packets:

* It never learns the keys of DTLS-SRTP. A packet is "rtp" or "rtcp" to it, secured or not: its rtp is compared with
  our SRTP, its rtcp with our SRTCP.
* It hands packets to RTP by what DTLS agreed on only where DTLS comes first. In a call, ICE comes first, so it goes by
  the first bytes alone. Its heuristic for RTP is off by default and enabled here. It turns down what does not fit:
  headers longer than the packet, padding longer than the packet (under SRTP that length is encrypted, hence chance),
  and payload types 72 to 76, which RTCP looks like.
* Its heuristic for RTCP wants a length that is a multiple of four, and SR, RR, BYE, APP or PSFB in front. SRTCP adds 14
  bytes with HMAC-SHA1-80 and 20 with GCM: under GCM the usual packets are recognised, under HMAC-SHA1-80 most are
  "data". That is no opinion, not another opinion.
* ChannelData of TURN is "stun" when a STUN message was seen between the same sockets before, else "data".
* DTLS 1.3 ciphertext is "data", and so is its ACK (RFC 9147 section 7), also in clear; so are STUN and DTLS that are
  malformed.
* Of several handshakes between the same two sockets it sees each ServerHello, but puts a message together from
  fragments only in the first: certificates of a later handshake may be missing. A wrong one is never shown.

`comparable` makes a rule per packet of this.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..wire import rtp, stun
from ..wire.demux import PacketClass, classify
from ..wire.dtls import ContentType, HandshakeType, records, version_name
from . import merge
from .capture import CaptureError
from .tshark import LAYERS, TIMEOUT, CaptureUnusable, TsharkBroke, ask

_READ: Final = (
    "frame.protocols",
    "dtls.handshake.type",
    "dtls.handshake.version",
    "dtls.handshake.random",
    "dtls.handshake.ciphersuite",
    "dtls.handshake.extensions.supported_version",
    "dtls.use_srtp.protection_profile",
    "dtls.handshake.certificate",
)
"""What is read of a frame."""
_AROUND: Final = (
    "frame",
    "dtls",
    "dtls.record",
    "dtls.handshake",
    "dtls.handshake.extension",
    "dtls.handshake.certificates",
    "text",
)
"""What that stands in."""
_RTP: Final = ":udp:rtp"
_INSIDE_RTP: Final = ("rtcp", "zrtp")
"""What its RTP hands on when it turns out not to be RTP."""

_OPTIONS: Final = (
    *("--enable-heuristic", "rtp_udp"),
    *("-j", " ".join((*_AROUND, *_READ))),
    # Nine in ten frames are RTP and hold nothing to ask for. tshark keeps them back; what it does not show is RTP.
    # Asking for the protocol "rtp" would not do: it also stands in the tree of frames that RTP looked at and refused.
    "-Y",
    " or ".join(
        [f'not frame.protocols contains "{_RTP}"', *(f'frame.protocols contains "{_RTP}:{one}"' for one in _INSIDE_RTP)]
    ),
)
_ROOM: Final = 20
"""Bytes that are enough for the header of every class."""

_OF_DTLS_13: Final = (ContentType.UNIFIED, ContentType.ACK)

_RTCP_IN_FRONT: Final = frozenset({200, 201, 203, 204, 206})


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What one ServerHello chose. `version` as in "DTLSv1.2"; `suite` and `srtp_profile` in IANA's words."""

    server_random: bytes
    version: str
    suite_code: int
    suite: str
    srtp_profile: str | None


@dataclass(frozen=True)
class Dissection:
    """Wireshark's view of one capture.

    `classes`: one per packet, in the order of the file; STUN, DTLS, SRTP, SRTCP, ZRTP, or OTHER for "no opinion".
    `negotiated`: each ServerHello, `certificates`: each certificate (DER, hex) that some handshake showed in clear.
    Both in order, the repetitions of a retransmission left out.
    """

    classes: tuple[PacketClass, ...]
    negotiated: tuple[Negotiated, ...] = ()
    certificates: tuple[str, ...] = ()


def comparable(klass: PacketClass, payload: bytes) -> frozenset[PacketClass]:
    """The classes that Wireshark may give a packet without contradicting ours; any other is a disagreement.

    OTHER is among them only where Wireshark is known not to recognise a packet of this class (see above), or where
    our own parser cannot read it as what it claims to be either.
    """
    if klass is PacketClass.OTHER and payload:
        # What is too short for its header is of no class to us; Wireshark may name the protocol and call it malformed.
        return frozenset({klass, classify(payload.ljust(_ROOM, b"\0"))})
    expected = PacketClass.STUN if klass is PacketClass.TURN_CHANNEL else klass
    return frozenset({expected, PacketClass.OTHER} if _may_have_no_opinion(klass, payload) else {expected})


def _may_have_no_opinion(klass: PacketClass, payload: bytes) -> bool:
    try:
        if klass is PacketClass.STUN:
            stun.parse(payload)
            return False
        if klass is PacketClass.DTLS:
            return any(record.content_type in _OF_DTLS_13 for record in records(payload))
        if klass is PacketClass.SRTP:
            header = rtp.parse(payload)
            return header.padding or 72 <= header.payload_type <= 76
        if klass is PacketClass.SRTCP:
            return len(payload) % 4 != 0 or rtp.parse_rtcp(payload).packet_type not in _RTCP_IN_FRONT
    except ValueError:
        return True
    return klass is not PacketClass.OTHER


def dissect(paths: Sequence[Path], timeout: float = TIMEOUT) -> dict[Path, Dissection]:
    """Wireshark's view of each capture, from one tshark for all of them.

    All or nothing: DissectError when tshark is missing, breaks, takes longer than `timeout` seconds or does not get to
    the last packet, and when a capture cannot be read. pyshark brings its own event loop, so this must be called from
    a thread without a running one (RuntimeError).
    """
    with tempfile.TemporaryDirectory(prefix="dissect-") as folder:
        merged = Path(folder, "merged.pcapng")
        captures = tuple(dict.fromkeys(paths))
        try:
            counts = merge.merge(captures, merged)
        except (CaptureError, OSError) as error:
            raise CaptureUnusable(f"a capture cannot be given to tshark: {error}") from error
        frames = _Frames(sum(counts))
        ask(merged, _OPTIONS, frames.take, timeout, fields=_READ)
    if not frames.complete:
        raise TsharkBroke(f"tshark ended before frame {frames.total + 1}, which is the last")
    return dict(zip(captures, frames.split(counts), strict=True))


@dataclass
class _Frames:
    """Collects what tshark shows of `total` frames, and of the one behind them that marks the end."""

    total: int
    complete: bool = False
    shown: dict[int, PacketClass] = field(default_factory=dict)
    negotiated: dict[int, list[Negotiated]] = field(default_factory=dict)
    certificates: dict[int, list[str]] = field(default_factory=dict)

    def take(self, packet: Any) -> None:
        """A pyshark Packet; called in the order of the frames."""
        number = int(packet.number)
        if number > self.total:
            self.complete = True
            return
        self.shown[number] = _class_of(str(packet.frame_info.protocols))
        for layer in packet.get_multiple_layers("dtls"):
            self.negotiated.setdefault(number, []).extend(_negotiated(layer))
            self.certificates.setdefault(number, []).extend(_raw(layer, "dtls.handshake.certificate"))

    def split(self, counts: Sequence[int]) -> Iterator[Dissection]:
        """The view of each capture, given how many frames each one has."""
        first = 1
        for count in counts:
            frames = range(first, first + count)
            yield Dissection(
                tuple(self.shown.get(number, PacketClass.SRTP) for number in frames),
                tuple(dict.fromkeys(one for number in frames for one in self.negotiated.get(number, ()))),
                tuple(dict.fromkeys(one for number in frames for one in self.certificates.get(number, ()))),
            )
            first += count


def _class_of(protocols: str) -> PacketClass:
    """The class of a frame with this chain of protocols, such as "raw:ip:udp:rtp:rtcp"."""
    above_udp, inside, *_ = (*protocols.split(":")[3:], "", "")
    return LAYERS.get(inside if above_udp == "rtp" and inside in _INSIDE_RTP else above_udp, PacketClass.OTHER)


def _negotiated(layer: Any) -> Iterator[Negotiated]:
    """The choice of a ServerHello. A datagram that mixes hellos of both sides, as no honest side sends, has none."""
    types = [int(value, 16) for value in _raw(layer, "dtls.handshake.type")]
    randoms = _raw(layer, "dtls.handshake.random")
    suites = _fields(layer, "dtls.handshake.ciphersuite")
    if types.count(HandshakeType.SERVER_HELLO) != 1 or len(randoms) != 1 or len(suites) != 1:
        return
    versions = _raw(layer, "dtls.handshake.extensions.supported_version") or _raw(layer, "dtls.handshake.version")
    profiles = _fields(layer, "dtls.use_srtp.protection_profile")
    yield Negotiated(
        bytes.fromhex(randoms[0]),
        version_name(int(versions[0], 16)),
        int(suites[0].raw_value, 16),
        _name(suites[0]),
        _name(profiles[0]) if profiles else None,
    )


def _fields(layer: Any, name: str) -> list[Any]:
    container = layer.get_field(name)
    return [] if container is None else list(container.all_fields)


def _raw(layer: Any, name: str) -> list[str]:
    """The bytes of each occurrence, in hex."""
    return [one.raw_value for one in _fields(layer, name) if one.raw_value]


def _name(named: Any) -> str:
    """ "TLS_RSA_WITH_NULL_SHA" of the text "Cipher Suite: TLS_RSA_WITH_NULL_SHA (0x0002)"."""
    return str(named.showname_value).rsplit(" (", 1)[0]
