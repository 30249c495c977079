"""SRTP in the hands of who holds its keys: packets opened, and with one party on a leg, sealed for it as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pylibsrtp
from pylibsrtp import Policy, Session

from ..wire.demux import PacketClass, classify
from ..wire.srtp import SrtpKeys

_LIBSRTP: Final = {
    "SRTP_AES128_CM_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "SRTP_AES128_CM_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}

_REPLAY_WINDOW: Final = 1024


class SrtpOpener:
    """Opens what one sender protects with its master key and salt. `profile` is IANA's name, of one that encrypts."""

    def __init__(self, key_and_salt: bytes, profile: str) -> None:
        self._session = _session(key_and_salt, profile, Policy.SSRC_ANY_INBOUND)

    def open(self, packet: bytes) -> bytes | None:
        """An SRTP or SRTCP packet in clear; None when it does not authenticate or is a replay."""
        return _tried(self._session.unprotect_rtcp if _is_rtcp(packet) else self._session.unprotect, packet)


class SrtpLeg:
    """Streams and rollover counters are libsrtp's business: every SSRC is taken as it comes.

    `client` says whether the interceptor is the DTLS client on this leg, which decides whose keys are whose.
    """

    def __init__(self, keys: SrtpKeys, *, client: bool) -> None:
        mine, theirs = keys.client_key_and_salt, keys.server_key_and_salt
        if not client:
            mine, theirs = theirs, mine
        self._inbound = SrtpOpener(theirs, keys.profile)
        self._outbound = _session(mine, keys.profile, Policy.SSRC_ANY_OUTBOUND)

    def open(self, packet: bytes) -> bytes | None:
        """An SRTP or SRTCP packet of the party in clear; None when it does not authenticate or is a replay."""
        return self._inbound.open(packet)

    def seal(self, packet: bytes) -> bytes | None:
        """An RTP or RTCP packet protected for the party; None when libsrtp cannot take it (too long, used up)."""
        protect = self._outbound.protect_rtcp if _is_rtcp(packet) else self._outbound.protect
        return _tried(protect, packet)


def _session(key_and_salt: bytes, profile: str, ssrc_type: int) -> Session:
    policy = Policy(key=key_and_salt, ssrc_type=ssrc_type, srtp_profile=_LIBSRTP[profile])
    # A sender may repeat a packet on request; what it was allowed to do, its copy must be allowed as well.
    policy.allow_repeat_tx = True
    policy.window_size = _REPLAY_WINDOW
    return Session(policy)


def _is_rtcp(packet: bytes) -> bool:
    return classify(packet) is PacketClass.SRTCP


def _tried(operation: Callable[[bytes], bytes], packet: bytes) -> bytes | None:
    try:
        return operation(packet)
    except (pylibsrtp.Error, ValueError):
        return None
