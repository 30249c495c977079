"""SRTP in the hands of who holds its keys: packets opened, and packets sealed (RFC 3711, RFC 7714).

Streams and rollover counters are libsrtp's business: every SSRC is taken as it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pylibsrtp
from pylibsrtp import Policy, Session

from .demux import PacketClass, classify

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


class SrtpSealer:
    """Protects for one receiver. `repeats` says whether an index may be used twice, which is only safe for a packet
    that is the same as before: two packets under one index give their keystream away (RFC 3711 section 9.1)."""

    def __init__(self, key_and_salt: bytes, profile: str, *, repeats: bool = False) -> None:
        self._session = _session(key_and_salt, profile, Policy.SSRC_ANY_OUTBOUND, repeats=repeats)

    def seal(self, packet: bytes) -> bytes | None:
        """An RTP or RTCP packet protected; None when libsrtp cannot take it (too long, used up, an old index)."""
        return _tried(self._session.protect_rtcp if _is_rtcp(packet) else self._session.protect, packet)


def _session(key_and_salt: bytes, profile: str, ssrc_type: int, *, repeats: bool = True) -> Session:
    policy = Policy(key=key_and_salt, ssrc_type=ssrc_type, srtp_profile=_LIBSRTP[profile])
    policy.allow_repeat_tx = repeats
    policy.window_size = _REPLAY_WINDOW
    return Session(policy)


def _is_rtcp(packet: bytes) -> bool:
    return classify(packet) is PacketClass.SRTCP


def _tried(operation: Callable[[bytes], bytes], packet: bytes) -> bytes | None:
    try:
        return operation(packet)
    except (pylibsrtp.Error, ValueError):
        return None
