"""Media keys exchanged in offer and answer (SDES, RFC 4568): one's own is written, the peer's is read.

The sections of a call are bundled, so there is one transport and one key for each direction. It stands where the
transport is described: in the first section, which is the tagged one (RFC 8859: crypto is of the category TRANSPORT).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final

from .sdes import SUITES, CryptoLine, SdesKey, parse
from .sdp import Sdp
from .srtp import profile

PROTOCOL: Final = "RTP/SAVPF"
"""The profile of SRTP with feedback (RFC 5124); over DTLS it would be UDP/TLS/RTP/SAVPF."""

TAKEN: Final = ("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM")
"""Suites that an offer may name. The first one is offered: every implementation has it (RFC 4568 section 6.2)."""

_TAGGED: Final = 0


class SdesExchange:
    """One party's side of one connection."""

    def __init__(self) -> None:
        self._own: CryptoLine | None = None
        self._peer: CryptoLine | None = None

    def written(self, sdp: str) -> str:
        """An offer, or the answer to what was read, with the line of this side."""
        if self._own is None:
            self._own = _fresh(1, TAKEN[0])
        return str(Sdp.parse(sdp).insert(f"a=crypto:{self._own.written()}", _TAGGED))

    def read(self, sdp: str) -> None:
        """An answer, or the offer to be answered; ValueError, which quotes no key, when it is of no use."""
        peer = self._chosen(Sdp.parse(sdp))
        if self._own is None:
            self._own = _fresh(peer.tag, peer.suite)
        if peer.keys == self._own.keys:
            raise ValueError("the description holds the key that was sent to the peer")
        if self._peer is not None and peer != self._peer:
            raise ValueError("the description holds another key than the connection was begun with")
        self._peer = peer

    @property
    def keys(self) -> tuple[SdesKey, SdesKey]:
        """What is received and what is sent is protected by these; ValueError before there are both."""
        if self._own is None or self._peer is None:
            raise ValueError("the keys were not exchanged")
        return self._peer.keys[0], self._own.keys[0]

    def _chosen(self, sdp: Sdp) -> CryptoLine:
        """The first line of an offer that can be used; of an answer the one that takes what was offered."""
        strange = [one.protocol for one in sdp.media() if one.protocol != PROTOCOL]
        if strange:
            raise ValueError(f"the profile {strange[0][:40]!r} is not {PROTOCOL}")
        for line in _usable(sdp):
            if self._own is None or (line.tag, line.suite) == (self._own.tag, self._own.suite):
                return line
        raise ValueError("the description holds no media key that can be used")


def _fresh(tag: int, suite: str) -> CryptoLine:
    sizes = profile(SUITES[suite])
    return CryptoLine.of(tag, suite, secrets.token_bytes(sizes.key + sizes.salt))


def _usable(sdp: Sdp) -> Iterator[CryptoLine]:
    """Lines without anything that changes how packets are made. The others are passed over (RFC 4568 section 7.1.2)."""
    for level, value in sdp.cryptos():
        try:
            line = parse(value)
        except ValueError:
            continue
        plain = len(line.keys) == 1 and not line.keys[0].mki and not line.parameters
        if level == _TAGGED and plain and line.suite in TAKEN:
            yield line
