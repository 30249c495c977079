"""SRTP sessions around a healthy one that do one thing wrong, and what they put into packets (RFC 3711, RFC 8285)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from struct import pack
from typing import Final

from pylibsrtp import ERRORS, Error

from ...wire import rtp, srtp
from ..sessions import Inbound, Outbound, is_replay, outbound_session

REPLAY: Final = ERRORS[9]
"""What libsrtp says of a number that was used before (srtp_err_status_replay_fail)."""

ONE_BYTE_PROFILE: Final = 0xBEDE
STOP: Final = 15
"""The identifier at which whoever reads header extensions must not read on (RFC 8285 section 4.2)."""

_LONGEST_ELEMENT: Final = 16
_WITH_EXTENSION: Final = 0x10


class Sending:
    """A healthy outbound session; what is wrong is overridden."""

    def __init__(self, session: Outbound) -> None:
        self._session = session

    def protect(self, packet: bytes) -> bytes:
        return self._session.protect(packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        return self._session.protect_rtcp(packet)


class Receiving:
    """A healthy inbound session; what is wrong is overridden."""

    def __init__(self, session: Inbound) -> None:
        self._session = session

    def unprotect(self, packet: bytes) -> bytes:
        return self._session.unprotect(packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        return self._session.unprotect_rtcp(packet)


class FirstInClear(Sending):
    """Sends so many RTP packets as they are before it begins to protect them."""

    def __init__(self, session: Outbound, packets: int) -> None:
        super().__init__(session)
        self._left = packets

    def protect(self, packet: bytes) -> bytes:
        self._left -= 1
        return packet if self._left >= 0 else super().protect(packet)


class ReportsInClear(Sending):
    """Sends RTCP as it is."""

    def protect_rtcp(self, packet: bytes) -> bytes:
        return packet


class SomeInClear(Sending):
    """Sends the RTP packets of some streams as they are: of those whose SSRC `around` says yes to."""

    def __init__(self, session: Outbound, around: Callable[[int], bool]) -> None:
        super().__init__(session)
        self._around = around

    def protect(self, packet: bytes) -> bytes:
        return packet if self._around(rtp.parse(packet).ssrc) else super().protect(packet)


class ClearTaken(Receiving):
    """Takes what is not authentic as if its sender had not been able to encrypt."""

    def unprotect(self, packet: bytes) -> bytes:
        try:
            return super().unprotect(packet)
        except Error as error:
            if is_replay(error):
                raise
            return packet


class Restarting(Sending):
    """After so many packets the count goes so far back, under the same key. Knows one stream only."""

    def __init__(self, session: Outbound, packets: int, back: int) -> None:
        super().__init__(session)
        self._left = packets
        self._back = back

    def protect(self, packet: bytes) -> bytes:
        self._left -= 1
        return super().protect(packet if self._left >= 0 else _earlier(packet, self._back))


def _earlier(packet: bytes, packets: int) -> bytes:
    """The packet with the sequence number of one that came before it."""
    sequence = (rtp.parse(packet).sequence - packets) % 2**16
    return packet[:2] + sequence.to_bytes(2, "big") + packet[4:]


class RolloverLost(Sending):
    """Begins anew when the sequence number wraps, with a rollover counter of zero. Knows one RTP stream only."""

    def __init__(self, session: Outbound, fresh: Callable[[], Outbound]) -> None:
        super().__init__(session)
        self._fresh = fresh
        self._rtp = session
        self._last = -1

    def protect(self, packet: bytes) -> bytes:
        sequence = rtp.parse(packet).sequence
        if sequence < self._last:
            self._rtp = self._fresh()
        self._last = sequence
        return self._rtp.protect(packet)


class RolloverFollowed(Receiving):
    """Begins anew, too, when a packet is authentic under a rollover counter of zero only."""

    def __init__(self, session: Inbound, fresh: Callable[[], Inbound]) -> None:
        super().__init__(session)
        self._fresh = fresh
        self._rtp = session

    def unprotect(self, packet: bytes) -> bytes:
        try:
            return self._rtp.unprotect(packet)
        except Error as error:
            if is_replay(error):
                raise
            renewed = self._fresh()
            plain = renewed.unprotect(packet)
            self._rtp = renewed
            return plain


class TagIgnored(Receiving):
    """Decrypts RTP whose tag is wrong. Under counter mode to encrypt is to decrypt; it knows no rollover."""

    def __init__(self, session: Inbound, key_and_salt: bytes, profile: str) -> None:
        super().__init__(session)
        self._cipher = outbound_session(key_and_salt, profile)
        self._tag = srtp.profile(profile).rtp_tag

    def unprotect(self, packet: bytes) -> bytes:
        try:
            return super().unprotect(packet)
        except Error as error:
            if is_replay(error):
                raise
            return self._cipher.protect(packet[: -self._tag])[: -self._tag]


class ForgeryListed(TagIgnored):
    """Puts what it decrypts so on a replay list, and refuses what comes after under the same number."""

    def __init__(self, session: Inbound, key_and_salt: bytes, profile: str) -> None:
        super().__init__(session, key_and_salt, profile)
        self._taken: set[tuple[int, int]] = set()

    def unprotect(self, packet: bytes) -> bytes:
        header = rtp.parse(packet)
        number = (header.ssrc, header.sequence)
        if number in self._taken:
            raise Error(REPLAY)
        plain = super().unprotect(packet)
        self._taken.add(number)
        return plain


class ClearReportsTaken(Receiving):
    """Takes RTCP that is not authentic as if it had been sent in clear."""

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        try:
            return super().unprotect_rtcp(packet)
        except Error as error:
            if is_replay(error):
                raise
            return packet


class Extended(Sending):
    """Adds something to the header extension of every RTP packet, which stays in clear."""

    def __init__(self, session: Outbound, addition: bytes) -> None:
        super().__init__(session)
        self._addition = addition

    def protect(self, packet: bytes) -> bytes:
        return super().protect(extended(packet, self._addition))


class Accompanied(Sending):
    """Tells somebody of each RTP packet as it goes out: `beside` gets its number, from 1, and its protected bytes."""

    def __init__(self, session: Outbound, beside: Callable[[int, bytes], None]) -> None:
        super().__init__(session)
        self._beside = beside
        self._number = 0

    def protect(self, packet: bytes) -> bytes:
        protected = super().protect(packet)
        self._number += 1
        self._beside(self._number, protected)
        return protected


def extended(packet: bytes, addition: bytes) -> bytes:
    """An RTP packet with this at the end of its header extension, in the one-byte form (RFC 8285 section 4.2)."""
    header = rtp.parse(packet)
    fixed = rtp.RTP_FIXED_HEADER + 4 * len(header.csrcs)
    body = header.extension + addition
    body += bytes(-len(body) % 4)
    head = bytes([packet[0] | _WITH_EXTENSION]) + packet[1:fixed]
    return head + pack("!HH", ONE_BYTE_PROFILE, len(body) // 4) + body + packet[header.header_length :]


def elements(value: bytes, identifiers: Iterable[int]) -> bytes:
    """The value in elements of 16 bytes, with these identifiers."""
    pieces = [value[at : at + _LONGEST_ELEMENT] for at in range(0, len(value), _LONGEST_ELEMENT)]
    numbered = zip(identifiers, pieces, strict=False)
    return b"".join(bytes([number << 4 | len(piece) - 1]) + piece for number, piece in numbered)
