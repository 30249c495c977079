"""SRTP with one party, in the hands of who ended the handshake with it: packets are opened, and sealed for it."""

from __future__ import annotations

from ..wire.srtp import SrtpKeys
from ..wire.srtp_session import SrtpOpener, SrtpSealer


class SrtpLeg:
    """`client` says whether the interceptor is the DTLS client on this leg, which decides whose keys are whose."""

    def __init__(self, keys: SrtpKeys, *, client: bool) -> None:
        mine, theirs = keys.client_key_and_salt, keys.server_key_and_salt
        if not client:
            mine, theirs = theirs, mine
        self._inbound = SrtpOpener(theirs, keys.profile)
        # A sender may repeat a packet on request; what it was allowed to do, its copy must be allowed as well.
        self._outbound = SrtpSealer(mine, keys.profile, repeats=True)

    def open(self, packet: bytes) -> bytes | None:
        """An SRTP or SRTCP packet of the party in clear; None when it does not authenticate or is a replay."""
        return self._inbound.open(packet)

    def seal(self, packet: bytes) -> bytes | None:
        """An RTP or RTCP packet protected for the party; None when libsrtp cannot take it (too long, used up)."""
        return self._outbound.seal(packet)
