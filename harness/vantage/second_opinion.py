"""Wireshark's view of any capture, frame by frame: class, SSRC and sequence number, hellos and certificates.

`dissect` does the same for many small recordings of our own and asks for less. Here the file goes to tshark as it is,
so link types, fragments and tunnels are Wireshark's own reading too. Every protocol that is not part of a call is
switched off: otherwise a port number decides (a call on port 5060 would be SIP), and the dissectors of four hundred
protocols would read what may be hostile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..wire.demux import PacketClass
from ..wire.dtls import HandshakeType, srtp_profile_name, version_name
from .tshark import LAYERS, TIMEOUT, DissectError, ask

MOST_FRAMES: Final = 100_000
"""Frames that are asked about: some fifteen seconds' work for tshark and pyshark."""

# fmt: off
_PROTOCOLS: Final = (
    "frame", "eth", "vlan", "ieee8021ad", "sll", "raw", "null", "ip", "ipv6", "ipv6.hopopts", "ipv6.routing",
    "ipv6.fraghdr", "ipv6.dstopts", "ah", "udp", "tcp", "stun", "classicstun", "dtls", "tls", "x509af", "x509ce",
    "x509if", "x509sat", "pkcs-1", "pkix1explicit", "pkix1implicit", "rtp", "rtcp", "zrtp", "data",
)
# fmt: on
_HEURISTICS: Final = ("stun_udp", "dtls_udp", "rtp_udp", "dtls_stun", "rtp_stun")


@dataclass(frozen=True, slots=True)
class Hello:
    """What a ServerHello chose: numbers of the wire, so that no table of names is between us."""

    frame: int
    random: bytes
    version: str
    suite: int
    profile: str | None


@dataclass(frozen=True)
class SecondOpinion:
    """Wireshark's view of the first `frames` frames; keys are frame numbers, which count from 1.

    `classes` holds the innermost protocol of a call in a frame; a frame that is not in it has none, to Wireshark.
    `rtp` holds SSRC and sequence number. `certificates` are DER in hex, by the frame that completed them.
    """

    frames: int
    classes: dict[int, PacketClass] = field(default_factory=dict)
    rtp: dict[int, tuple[int, int]] = field(default_factory=dict)
    hellos: list[Hello] = field(default_factory=list)
    certificates: dict[int, list[str]] = field(default_factory=dict)


def second_opinion(path: Path, frames: int, timeout: float = TIMEOUT) -> SecondOpinion:
    """Ask Wireshark about the first `frames` frames of a capture, of which there must be so many.

    DissectError when tshark is missing, breaks, is too slow, or shows fewer frames.
    """
    opinion, shown = SecondOpinion(frames), 0

    def take(packet: Any) -> None:
        nonlocal shown
        shown += 1
        _take(opinion, packet)

    ask(path, [*_options(), "-c", str(frames)], take, timeout, json=True)
    if shown != frames:
        raise DissectError(f"tshark showed {shown} of {frames} frames")
    return opinion


def _options() -> Iterator[str]:
    yield from ("--disable-protocol", "ALL")
    for protocol in _PROTOCOLS:
        yield from ("--enable-protocol", protocol)
    for heuristic in _HEURISTICS:
        yield from ("--enable-heuristic", heuristic)
    yield from ("-J", "frame stun dtls rtp", "--no-duplicate-keys")  # what a tunnel carries is shown inside of it


def _take(opinion: SecondOpinion, packet: Any) -> None:
    number = int(packet.frame_info.number)
    layers = str(packet.frame_info.protocols).split(":")
    klass = next((LAYERS[name] for name in reversed(layers) if name in LAYERS), None)
    if klass is None:
        return
    opinion.classes[number] = klass
    for layer in packet.layers:
        tree = {layer.layer_name: [one._all_fields for one in (layer, *layer.duplicate_layers)]}
        for rtp in _nodes(tree, "rtp") if klass is PacketClass.SRTP else ():
            _take_rtp(opinion, number, rtp)
        for dtls in _nodes(tree, "dtls"):
            opinion.hellos.extend(_hellos(number, dtls))
            found = [one.replace(":", "") for one in _values(dtls, "dtls.handshake.certificate")]
            opinion.certificates.setdefault(number, []).extend(found)


def _take_rtp(opinion: SecondOpinion, number: int, layer: dict[str, Any]) -> None:
    ssrc, sequence = layer.get("rtp.ssrc"), layer.get("rtp.seq")
    if isinstance(ssrc, str) and isinstance(sequence, str):
        opinion.rtp[number] = int(ssrc, 16), int(sequence)


def _hellos(number: int, layer: object) -> Iterator[Hello]:
    for message in _nodes(layer, "dtls.handshake"):
        if message.get("dtls.handshake.type") != str(int(HandshakeType.SERVER_HELLO)):
            continue
        suite, random = message.get("dtls.handshake.ciphersuite"), message.get("dtls.handshake.random")
        versions = [
            *_values(message, "dtls.handshake.extensions.supported_version"),
            *_values(message, "dtls.handshake.version"),
        ]
        if not (isinstance(suite, str) and isinstance(random, str) and versions):
            continue  # a fragment: the whole message is shown with the frame that completes it
        profiles = _values(message, "dtls.use_srtp.protection_profile")
        yield Hello(
            number,
            bytes.fromhex(random.replace(":", "")),
            version_name(int(versions[0], 16)),
            int(suite, 16),
            srtp_profile_name(int(profiles[0], 16)) if profiles else None,
        )


def _nodes(tree: object, name: str) -> Iterator[dict[str, Any]]:
    """Every object called `name`, wherever it is in the tree."""
    for key, value in _members(tree):
        if key == name:
            yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))
        yield from _nodes(value, name)


def _values(tree: object, name: str) -> list[str]:
    """Every text called `name`, wherever it is in the tree, in order."""
    found: list[str] = []
    for key, value in _members(tree):
        if key == name:
            found.extend(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
        else:
            found.extend(_values(value, name))
    return found


def _members(tree: object) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        yield from tree.items()
    elif isinstance(tree, list):
        for one in tree:
            yield from _members(one)
