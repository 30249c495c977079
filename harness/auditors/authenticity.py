"""Which media packets of one direction are authentic under keys that the endpoints exported (RFC 3711 section 3.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import sha256
from typing import Final

from pylibsrtp import ERRORS, Error, Policy, Session

from ..wire import replay_list, rtp
from ..wire.demux import PacketClass

WINDOW: Final = 1024
"""Replay window, as aiortc and browsers have it. Replays that are older than that are known by their bytes."""

_REPLAYS: Final = frozenset(ERRORS[status] for status in (9, 10))
"""What pylibsrtp says for srtp_err_status_replay_fail and srtp_err_status_replay_old."""

_HARD_TO_GUESS: Final = 4
"""Bytes that do not stay the same by chance when they are encrypted."""

_NULL_SHA1_80: Final = 5
"""libsrtp's srtp_profile_null_sha1_80. pylibsrtp names only the profiles that encrypt."""

_LONGEST: Final = 1500
"""Bytes of a packet that pylibsrtp takes; other receivers take more, and look at the number of such a packet too."""

PROFILES: Final = {
    "SRTP_AES128_CM_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "SRTP_AES128_CM_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    "SRTP_NULL_HMAC_SHA1_80": _NULL_SHA1_80,
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}
"""IANA's names of the profiles that libsrtp can check. It knows no SRTP_NULL_HMAC_SHA1_32."""

_COUNTER_MODE: Final = frozenset({"SRTP_AES128_CM_HMAC_SHA1_80", "SRTP_AES128_CM_HMAC_SHA1_32"})


class Fate(Enum):
    """What authentication says of one packet."""

    AUTHENTIC = "authentic"
    CLEAR = "authentic but not encrypted"
    REPEATED = "the same bytes as an authentic packet before it"
    FAILED = "not authentic"

    @property
    def genuine(self) -> bool:
        """Whether a holder of the keys made it, and it comes for the first time."""
        return self in (Fate.AUTHENTIC, Fate.CLEAR)


@dataclass(frozen=True)
class MediaPacket:
    """One packet of the class SRTP or SRTCP: `frame` counts from 1 as Wireshark does."""

    frame: int
    klass: PacketClass
    data: bytes


@dataclass(frozen=True)
class SendingKey:
    """Master key followed by master salt of one sender, and IANA's name of the profile."""

    profile: str
    key_and_salt: bytes


def fates(packets: Iterable[MediaPacket], keys: Sequence[SendingKey]) -> tuple[Fate, ...]:
    """Authenticate the packets of one direction in their order; a packet may be authentic under any of the keys.

    ValueError when a profile is unknown or a key too short.
    """
    checkers = [_Checker(key) for key in keys]
    known: set[bytes] = set()
    return tuple(_fate(packet, checkers, known) for packet in packets)


def repeatable(packets: Iterable[MediaPacket], keys: Sequence[SendingKey]) -> int:
    """How many packets of one direction a healthy receiver may refuse as replays, whatever they are: at the most.

    Their number was taken by an authentic one before them, or is so far back that the shortest list forgets it. A
    forgery in front of the packet whose number it has is none of them, and neither is that packet.
    """
    sessions = [_session(PROFILES[key.profile], key.key_and_salt, replay_list.SHORTEST) for key in keys]
    return sum(_repeats(packet, sessions) for packet in packets)


def _repeats(packet: MediaPacket, sessions: Sequence[Session]) -> bool:
    refusals = []
    if len(packet.data) > _LONGEST:  # not authentic, and its number stands at one of its ends
        half = _LONGEST // 2
        packet = replace(packet, data=packet.data[:half] + packet.data[-half:])
    for session in sessions:
        try:
            _opened(packet, session)
        except (Error, ValueError) as error:
            refusals.append(str(error))
        else:
            return False
    return not _REPLAYS.isdisjoint(refusals)


def _opened(packet: MediaPacket, session: Session) -> bytes:
    is_rtp = packet.klass is PacketClass.SRTP
    return bytes(session.unprotect(packet.data) if is_rtp else session.unprotect_rtcp(packet.data))


def _fate(packet: MediaPacket, checkers: Sequence[_Checker], known: set[bytes]) -> Fate:
    # libsrtp looks at the replay list before the tag, so a forgery can be refused as a replay: bytes must be equal.
    digest = sha256(packet.data).digest()
    if digest in known:
        return Fate.REPEATED
    for checker in checkers:
        fate = checker.fate(packet)
        if fate is not Fate.FAILED:
            known.add(digest)
            return fate
    return Fate.FAILED


class _Checker:
    """libsrtp with one sender's key, which it reads as a receiver would."""

    def __init__(self, key: SendingKey) -> None:
        if key.profile not in PROFILES:
            raise ValueError(f"libsrtp cannot check the profile {key.profile!r}")
        self._session = _session(PROFILES[key.profile], key.key_and_salt)
        # What a sender makes who leaves out only the cipher: same keys, and in SRTCP the same tag of 80 bits.
        self._twin = _session(_NULL_SHA1_80, key.key_and_salt) if key.profile in _COUNTER_MODE else None

    def fate(self, packet: MediaPacket) -> Fate:
        try:
            return _judged(packet, _opened(packet, self._session))
        except Error:
            return self._fate_without_cipher(packet)
        except ValueError:  # no RTP header, or longer than any packet that libsrtp makes
            return Fate.FAILED

    def _fate_without_cipher(self, packet: MediaPacket) -> Fate:
        """SRTCP says with its E flag that it is not encrypted, and libsrtp refuses that before it looks at the tag."""
        if self._twin is None or packet.klass is not PacketClass.SRTCP:
            return Fate.FAILED
        try:
            self._twin.unprotect_rtcp(packet.data)
        except Error:
            return Fate.FAILED
        return Fate.CLEAR


def _judged(packet: MediaPacket, plain: bytes) -> Fate:
    """Decryption that changes nothing has nothing to decrypt. A packet without payload has nothing to hide."""
    wire = packet.data[: len(plain)]
    if plain != wire:
        return Fate.AUTHENTIC
    header = rtp.RTCP_HEADER if packet.klass is PacketClass.SRTCP else rtp.parse(wire).header_length
    return Fate.CLEAR if len(plain) >= header + _HARD_TO_GUESS else Fate.AUTHENTIC


def _session(profile: int, key_and_salt: bytes, window: int = WINDOW) -> Session:
    policy = Policy(key=key_and_salt, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile)
    policy.window_size = window
    return Session(policy)
