"""SRTP sessions that count, and the ones that specimens use instead (RFC 3711)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final, Protocol

import pylibsrtp
from pylibsrtp import Policy, Session

from ..model.statement import PacketCounts
from ..wire.dtls import SRTP_PROFILES

_LIBSRTP_NUMBER: Final = {name: number for number, name in SRTP_PROFILES.items()}
"""libsrtp numbers its profiles as IANA does."""

_REPLAYS: Final = frozenset(pylibsrtp.ERRORS[status] for status in (9, 10))
"""What pylibsrtp says for srtp_err_status_replay_fail and srtp_err_status_replay_old."""

REPLAY_WINDOW: Final = 1024
"""Packets that aiortc's receivers remember."""

_NULL_KEY_AND_SALT: Final = 30
"""Bytes that the NULL profile takes: its tag is real, and its key comes from a master key like any other's."""


class Inbound(Protocol):
    """Takes protection off; pylibsrtp.Error when a packet must be dropped."""

    def unprotect(self, packet: bytes) -> bytes: ...

    def unprotect_rtcp(self, packet: bytes) -> bytes: ...


class Outbound(Protocol):
    """Puts protection on."""

    def protect(self, packet: bytes) -> bytes: ...

    def protect_rtcp(self, packet: bytes) -> bytes: ...


@dataclass
class Counts:
    """Running counts of one call.

    libsrtp looks for replays before it authenticates, so a forged packet with an old index counts as replayed.
    """

    rtp_sent: int = 0
    rtcp_sent: int = 0
    rtp_received: int = 0
    rtcp_received: int = 0
    not_authenticated: int = 0
    replayed: int = 0

    def now(self) -> PacketCounts:
        return PacketCounts(**asdict(self))

    def refused(self, error: pylibsrtp.Error) -> None:
        if is_replay(error):
            self.replayed += 1
        else:
            self.not_authenticated += 1


def is_replay(error: pylibsrtp.Error) -> bool:
    """Whether libsrtp refused a packet because its index was used before, or is too old to be known."""
    return str(error) in _REPLAYS


class CountedInbound:
    """An inbound session whose packets are counted, the refused ones too."""

    def __init__(self, session: Inbound, counts: Counts) -> None:
        self._session = session
        self._counts = counts

    def unprotect(self, packet: bytes) -> bytes:
        try:
            plain = self._session.unprotect(packet)
        except pylibsrtp.Error as error:
            self._counts.refused(error)
            raise
        self._counts.rtp_received += 1
        return plain

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        try:
            plain = self._session.unprotect_rtcp(packet)
        except pylibsrtp.Error as error:
            self._counts.refused(error)
            raise
        self._counts.rtcp_received += 1
        return plain


class CountedOutbound:
    """An outbound session whose packets are counted."""

    def __init__(self, session: Outbound, counts: Counts) -> None:
        self._session = session
        self._counts = counts

    def protect(self, packet: bytes) -> bytes:
        secured = self._session.protect(packet)
        self._counts.rtp_sent += 1
        return secured

    def protect_rtcp(self, packet: bytes) -> bytes:
        secured = self._session.protect_rtcp(packet)
        self._counts.rtcp_sent += 1
        return secured


class ClearSession:
    """No protection at all, both ways."""

    def protect(self, packet: bytes) -> bytes:
        return packet

    protect_rtcp = unprotect = unprotect_rtcp = protect


class ForgetfulSession:
    """An inbound session without a memory: each packet is the first one to it, so no replay is ever noticed.

    Without a rollover counter too, so it works for the first 65,536 packets of a stream at most.
    """

    def __init__(self, key_and_salt: bytes, profile: str) -> None:
        self._policy = _policy(key_and_salt, profile, Policy.SSRC_ANY_INBOUND)

    def unprotect(self, packet: bytes) -> bytes:
        return bytes(Session(self._policy).unprotect(packet))

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        return bytes(Session(self._policy).unprotect_rtcp(packet))


def inbound_session(key_and_salt: bytes, profile: str, window: int) -> Inbound:
    """A session as aiortc makes it, whose replay list holds so many packets."""
    policy = _policy(key_and_salt, profile, Policy.SSRC_ANY_INBOUND)
    policy.window_size = window
    session: Inbound = Session(policy)
    return session


def outbound_session(key_and_salt: bytes, profile: str) -> Outbound:
    """A session as aiortc makes it."""
    session: Outbound = Session(_policy(key_and_salt, profile, Policy.SSRC_ANY_OUTBOUND))
    return session


def null_cipher_sessions(inbound_key: bytes, outbound_key: bytes) -> tuple[Inbound, Outbound]:
    """Sessions that authenticate and do not encrypt, keyed from the master keys and salts of another profile."""
    profile = "SRTP_NULL_HMAC_SHA1_80"
    keys = (key.ljust(_NULL_KEY_AND_SALT, b"\0")[:_NULL_KEY_AND_SALT] for key in (inbound_key, outbound_key))
    kinds = (Policy.SSRC_ANY_INBOUND, Policy.SSRC_ANY_OUTBOUND)
    inbound, outbound = (Session(_policy(key, profile, kind)) for key, kind in zip(keys, kinds, strict=True))
    return inbound, outbound


def _policy(key_and_salt: bytes, profile: str, ssrc_type: int) -> Policy:
    """As aiortc sets it up, so that a specimen differs in its fault only."""
    policy = Policy(key=key_and_salt, ssrc_type=ssrc_type, srtp_profile=_LIBSRTP_NUMBER[profile])
    policy.allow_repeat_tx = True
    policy.window_size = REPLAY_WINDOW
    return policy
