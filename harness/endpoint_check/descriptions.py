"""What is wrong with a description that a program gives."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from ..model.base import Asset
from ..wire.sdp import Fingerprint, Sdp

OFFER, ANSWER = "offer", "answer"
_SETUP: Final = {OFFER: {"actpass"}, ANSWER: {"active", "passive"}}
"""Who may take which role in DTLS (RFC 8842 sections 5.2 and 5.3)."""
_PROTOCOL: Final = "UDP/TLS/RTP/SAVPF"


def flaws(sdp: str, kind: str, media: Collection[Asset]) -> Iterator[str]:
    """One sentence each; none for an offer or an answer that is a description of such a call."""
    try:
        description = Sdp.parse(sdp)
        bundled = {level for level, _ in description.values("bundle-only")}
        # Port 0 says no, but for a section that only goes into a bundle (RFC 8843 section 6).
        sections = [one for one in description.media() if one.port or one.level in bundled]
        candidates = description.candidates()
    except ValueError as error:
        yield f"it cannot be read: {error}"
        return
    missing = {asset.value for asset in media} - {one.kind for one in sections}
    if missing:
        yield f"it has no section for {', '.join(sorted(missing))}"
    for one in sections:
        if one.protocol != _PROTOCOL:
            yield f"its section {one.level} is {one.protocol} and not {_PROTOCOL}"
    for attribute in ("ice-ufrag", "ice-pwd"):
        if not description.values(attribute):
            yield f"it has no a={attribute}"
    if not any(one.algorithm.lower() == "sha-256" and one.digest() for one in description.fingerprints()):
        yield "it has no usable sha-256 fingerprint"
    setups = {value for _, value in description.setups()}
    if not setups or setups - _SETUP[kind]:
        told = ", ".join(sorted(setups)) or "nothing"
        yield f"its a=setup says {told}, where an {kind} says {' or '.join(sorted(_SETUP[kind]))}"
    if not candidates:
        yield "it names no candidate: all of them belong into the description"


def other_fingerprints(sdp: str) -> str:
    """The description with fingerprints that no certificate has: each one's first byte is another."""

    def changed(old: Fingerprint) -> Fingerprint:
        digest = bytearray(old.digest() or bytes(32))
        digest[0] ^= 0xFF
        return Fingerprint(old.level, old.algorithm, digest.hex(":").upper())

    return str(Sdp.parse(sdp).map_fingerprints(changed))
