"""One change to the SDP on its way, and nothing else. Each Rewrite of the model is a pure function over Sdp.

Alice's offer is received by the callee, Bob's answer by the caller; `towards` says whose copy is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Final, Literal

from ..model.adversary import Rewrite
from ..model.base import Role
from ..model.recording import SignalKind, SignalMessage
from ..wire.sdes import CryptoLine
from ..wire.sdp import Fingerprint, Line, Sdp
from .machine import Command, Deed, Deliver, Event, Signal, let_pass
from .signalling import changed

REWRITTEN: Final = "descriptions-rewritten"

Change = Callable[[Sdp], Sdp]

_PLAIN_PROTOCOLS: Final = {
    "UDP/TLS/RTP/SAVPF": "RTP/AVPF",
    "UDP/TLS/RTP/SAVP": "RTP/AVP",
    "RTP/SAVPF": "RTP/AVPF",
    "RTP/SAVP": "RTP/AVP",
}
_SDES_PROTOCOLS: Final = {"UDP/TLS/RTP/SAVPF": "RTP/SAVPF", "UDP/TLS/RTP/SAVP": "RTP/SAVP"}


class SdpRewrite:
    """Changes the descriptions that one or both roles receive."""

    required = (REWRITTEN,)
    reroutes = False

    def __init__(self, rewrite: Rewrite, towards: tuple[Role, ...], seed: str) -> None:
        self._rewrite = rewrite
        self._towards = frozenset(towards)
        self._changes = changes(seed)

    def handle(self, event: Event) -> Iterable[Command]:
        if not isinstance(event, Signal) or not self._concerns(event.message):
            return let_pass(event)
        new = changed(event.message, self._changes[self._rewrite])
        return (Deliver(new),) if new is event.message else (Deliver(new), Deed(REWRITTEN))

    def _concerns(self, message: SignalMessage) -> bool:
        if self._rewrite is Rewrite.SETUP_ANSWER_ACTPASS and message.kind is not SignalKind.ANSWER:
            # In an offer actpass is what RFC 8842 section 5.2 asks for.
            return False
        return message.sender.peer.role in self._towards


def changes(seed: str) -> Mapping[Rewrite, Change]:
    """What each Rewrite does. The seed makes the key of the injected `a=crypto` lines."""
    crypto = sdes_line(seed)
    return {
        Rewrite.FINGERPRINT_MISSING: without_fingerprint,
        # One octet short: the right algorithm, a digest of the wrong length.
        Rewrite.FINGERPRINT_TRUNCATED: partial(with_values, change=lambda value: value.rpartition(":")[0]),
        Rewrite.FINGERPRINT_NO_SEPARATORS: partial(with_values, change=lambda value: value.replace(":", "")),
        Rewrite.FINGERPRINT_ODD_SEPARATORS: partial(with_values, change=lambda value: value.replace(":", "-")),
        # RFC 8122 section 5 writes upper case, but what is compared are the octets.
        Rewrite.FINGERPRINT_LOWER_CASE: partial(with_values, change=str.lower),
        Rewrite.FINGERPRINT_DUPLICATE_ALGORITHM: with_second_value,
        Rewrite.HASH_SHA1: partial(with_hash, algorithm="sha-1", octets=20),
        Rewrite.HASH_MD5: partial(with_hash, algorithm="md5", octets=16),
        Rewrite.HASH_MD2: partial(with_hash, algorithm="md2", octets=16),
        Rewrite.HASH_UNKNOWN: partial(with_hash, algorithm="sha-unknown", octets=32),
        # The receiver is told what the *other* side is: two who believe in a passive peer are both active.
        Rewrite.SETUP_BOTH_ACTIVE: lambda sdp: sdp.with_setup("passive"),
        Rewrite.SETUP_BOTH_PASSIVE: lambda sdp: sdp.with_setup("active"),
        Rewrite.SETUP_HOLDCONN: lambda sdp: sdp.with_setup("holdconn"),
        Rewrite.SETUP_ANSWER_ACTPASS: lambda sdp: sdp.with_setup("actpass"),
        Rewrite.SDES_ADDED: partial(with_line_in_each_section, text=crypto),
        Rewrite.SDES_INSTEAD_OF_DTLS: partial(with_sdes_only, crypto=crypto),
        Rewrite.FINGERPRINT_OTHER_IN_SECOND_MEDIA: lambda sdp: with_other_digest(in_each_section(sdp), frozenset({1})),
        Rewrite.FINGERPRINT_OTHER_AT_SESSION_LEVEL: lambda sdp: with_session_fingerprint(sdp, foreign="session"),
        Rewrite.FINGERPRINT_OTHER_AT_MEDIA_LEVEL: lambda sdp: with_session_fingerprint(sdp, foreign="media"),
        # RTCP would go to a port of its own, in clear if nobody shook hands there (RFC 8834 section 4.5).
        Rewrite.RTCP_MUX_OFF: lambda sdp: sdp.remove("rtcp-mux"),
        Rewrite.PROFILE_RTP_AVP: without_security_profile,
        Rewrite.PROFILE_RTP_AVP_NO_FEEDBACK: lambda sdp: sdp.with_protocol("RTP/AVP"),
        Rewrite.PROFILE_RTP_AVP_NO_FINGERPRINT: lambda sdp: without_fingerprint(without_security_profile(sdp)),
    }


def sdes_line(seed: str) -> str:
    """An SDES key that the adversary knows: 30 bytes of master key and salt (RFC 4568 section 6.1)."""
    key = sha256(f"sdes\0{seed}".encode()).digest()[:30]
    return f"a=crypto:{CryptoLine.of(1, 'AES_CM_128_HMAC_SHA1_80', key).written()}"


def without_fingerprint(sdp: Sdp) -> Sdp:
    return sdp.remove("fingerprint")


def with_values(sdp: Sdp, change: Callable[[str], str]) -> Sdp:
    """Every fingerprint's value written in another way."""
    return sdp.map_fingerprints(lambda old: replace(old, value=change(old.value)))


def with_second_value(sdp: Sdp) -> Sdp:
    """After each fingerprint one more of the same algorithm and length, of a certificate that nobody has."""

    def doubled(line: Line) -> tuple[str, ...]:
        value = line.value("fingerprint")
        if value is None:
            return (line.text,)
        genuine = Fingerprint.parse(line.level, value)
        other = _inverted(genuine)
        return (line.text,) if other == genuine else (line.text, f"a=fingerprint:{other}")

    return sdp.rewrite(doubled)


def with_hash(sdp: Sdp, algorithm: str, octets: int) -> Sdp:
    """One fingerprint left at each level, said to be of another hash function, with as many octets as that one gives.

    The interceptor cannot know the true weak digest before DTLS shows the certificate; it is the name that must be
    refused (RFC 8122 section 5).
    """
    seen: set[int | None] = set()

    def weakened(old: Fingerprint) -> Fingerprint | None:
        if old.level in seen:
            return None
        seen.add(old.level)
        return replace(old, algorithm=algorithm, value=":".join(old.value.split(":")[:octets]))

    return sdp.map_fingerprints(weakened)


def with_other_digest(sdp: Sdp, levels: Collection[int | None]) -> Sdp:
    """The fingerprints of these levels are those of a certificate that nobody has."""
    return sdp.map_fingerprints(lambda old: _inverted(old) if old.level in levels else old)


def in_each_section(sdp: Sdp) -> Sdp:
    """What stands at the session level, as Firefox writes it, in each section too: it says the same there."""
    session = [one for one in sdp.fingerprints() if one.level is None]
    named = {one.level for one in sdp.fingerprints()}
    for media in sdp.media():
        for one in session if media.level not in named else ():
            sdp = sdp.insert(f"a=fingerprint:{one}", media.level)
    return sdp


def with_session_fingerprint(sdp: Sdp, foreign: Literal["session", "media"]) -> Sdp:
    """The first section's fingerprints at the session level too, and one of the two places speaks of nobody's.

    What stands in a media section counts there, and only where it says nothing the session level does (RFC 8122
    section 5, JSEP section 5.2.1).
    """
    levels = {None} if foreign == "session" else {media.level for media in sdp.media()}
    sdp = in_each_section(sdp)
    first = [one for one in sdp.fingerprints() if one.level == 0]
    for one in first if not any(one.level is None for one in sdp.fingerprints()) else ():
        sdp = sdp.insert(f"a=fingerprint:{one}")
    return with_other_digest(sdp, levels)


def _inverted(old: Fingerprint) -> Fingerprint:
    digest = old.digest()
    return old if digest is None else replace(old, value=bytes(octet ^ 0xFF for octet in digest).hex(":").upper())


def with_line_in_each_section(sdp: Sdp, text: str) -> Sdp:
    for media in sdp.media():
        sdp = sdp.insert(text, media.level)
    return sdp


def with_sdes_only(sdp: Sdp, crypto: str) -> Sdp:
    """No DTLS any more: keys in the description and the profile that goes with them (RFC 4568)."""
    bare = without_fingerprint(sdp).remove("setup")
    return with_line_in_each_section(_with_protocols(bare, _SDES_PROTOCOLS), crypto)


def without_security_profile(sdp: Sdp) -> Sdp:
    """The secure profile of every media line replaced by the plain one, with or without feedback as it was."""
    return _with_protocols(sdp, _PLAIN_PROTOCOLS)


def _with_protocols(sdp: Sdp, table: Mapping[str, str]) -> Sdp:
    def changed_line(line: Line) -> tuple[str]:
        fields = line.text.split(" ")
        if line.text.startswith("m=") and len(fields) > 2 and fields[2] in table:
            fields[2] = table[fields[2]]
        return (" ".join(fields),)

    return sdp.rewrite(changed_line)
