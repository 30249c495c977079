"""One SRTP or SRTCP packet opened under an explicit index (RFC 3711, RFC 7714).

Slow, and independent of libsrtp: it says why a packet fails, finds a rollover counter that nobody told, and is what
libsrtp is held against.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import rtp, srtp
from .srtp_kdf import SessionKeys, keystream, session_keys

_E_FLAG: Final = 1 << 31
_INDEX_WORD: Final = 4
"""Bytes of the E flag and the SRTCP index (RFC 3711 section 3.4)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An authentic packet: its index (48 bits of SRTP, 31 of SRTCP), and what was protected.

    `encrypted` is False when the sender left out the cipher, by the profile or by the E flag of SRTCP.
    """

    index: int
    plain: bytes
    encrypted: bool


class PacketKeys:
    """What one sender's packets are opened with; `mki` counts the bytes of a master key identifier in each packet."""

    def __init__(self, profile: str, key_and_salt: bytes, mki: int = 0) -> None:
        """ValueError when the profile is unknown or the key too short."""
        self.profile = srtp.profile(profile)
        self._master, self._mki = key_and_salt, mki
        self._aead = self.profile.aead
        self._rtp  # noqa: B018 - so that a key that is too short is refused here

    @cached_property
    def _rtp(self) -> SessionKeys:
        return session_keys(self.profile, self._master, rtcp=False)

    @cached_property
    def _rtcp(self) -> SessionKeys:
        return session_keys(self.profile, self._master, rtcp=True)

    @cached_property
    def _ciphers(self) -> tuple[AESGCM, AESGCM]:
        return AESGCM(self._rtp.cipher), AESGCM(self._rtcp.cipher)

    @cached_property
    def _macs(self) -> tuple[hmac.HMAC, hmac.HMAC]:
        return hmac.new(self._rtp.auth, digestmod="sha1"), hmac.new(self._rtcp.auth, digestmod="sha1")

    @property
    def rtcp_tail(self) -> int:
        """Bytes behind the index of an SRTCP packet."""
        return self._mki + self.profile.rtcp_tail

    def open_rtp(self, packet: bytes, counters: Iterable[int]) -> Opened | None:
        """The packet under the first of these rollover counters that its tag fits; None when it fits none.

        ValueError, in words for a person, when the packet has no RTP header or no room for a tag.
        """
        header = rtp.parse(packet)
        if len(packet) < header.header_length + self.profile.rtp_tag + self._mki:
            raise ValueError(f"{len(packet)} bytes are too short for a header and a tag")
        opened = self._rtp_aead if self._aead else self._rtp_hmac
        return opened(packet, header, counters)

    def _rtp_hmac(self, packet: bytes, header: rtp.RtpHeader, counters: Iterable[int]) -> Opened | None:
        tag = packet[len(packet) - self.profile.rtp_tag :]
        portion = packet[: len(packet) - self.profile.rtp_tag - self._mki]
        mac = self._macs[0].copy()
        mac.update(portion)
        for counter in counters:
            with_counter = mac.copy()
            with_counter.update(counter.to_bytes(4, "big"))
            if hmac.compare_digest(with_counter.digest()[: len(tag)], tag):
                index = counter << 16 | header.sequence
                plain = self._counter_mode(self._rtp, portion, header.header_length, header.ssrc, index)
                return Opened(index, plain, self.profile.encrypts)
        return None

    def _rtp_aead(self, packet: bytes, header: rtp.RtpHeader, counters: Iterable[int]) -> Opened | None:
        clear, sealed = packet[: header.header_length], packet[header.header_length : len(packet) - self._mki]
        for counter in counters:
            index = counter << 16 | header.sequence
            nonce = _xored(header.ssrc << 48 | index, self._rtp.salt)
            try:
                plain = self._ciphers[0].decrypt(nonce, sealed, clear)
            except InvalidTag:
                continue
            return Opened(index, clear + plain, True)
        return None

    def open_rtcp(self, packet: bytes) -> Opened | None:
        """The packet under the index that it names; None when its tag is wrong.

        ValueError, in words for a person, when the packet has no RTCP header or no room for a tag.
        """
        header = rtp.parse_rtcp(packet)
        if len(packet) < rtp.RTCP_HEADER + self.profile.rtcp_tag + _INDEX_WORD + self._mki:
            raise ValueError(f"{len(packet)} bytes are too short for a header, an index and a tag")
        opened = self._rtcp_aead if self._aead else self._rtcp_hmac
        return opened(packet, header.ssrc)

    def _rtcp_hmac(self, packet: bytes, ssrc: int) -> Opened | None:
        tag = packet[len(packet) - self.profile.rtcp_tag :]
        portion = packet[: len(packet) - self.profile.rtcp_tag - self._mki]
        mac = self._macs[1].copy()
        mac.update(portion)
        if not hmac.compare_digest(mac.digest()[: len(tag)], tag):
            return None
        body, word = portion[:-_INDEX_WORD], int.from_bytes(portion[-_INDEX_WORD:], "big")
        index = word & ~_E_FLAG
        if not word & _E_FLAG:
            return Opened(index, body, False)
        return Opened(index, self._counter_mode(self._rtcp, body, rtp.RTCP_HEADER, ssrc, index), self.profile.encrypts)

    def _rtcp_aead(self, packet: bytes, ssrc: int) -> Opened | None:
        end = len(packet) - self._mki - _INDEX_WORD
        trailer = packet[end : end + _INDEX_WORD]
        word = int.from_bytes(trailer, "big")
        index, encrypted = word & ~_E_FLAG, bool(word & _E_FLAG)
        # Without the flag the whole packet is only authenticated, and the tag seals nothing (RFC 7714 section 17.3).
        clear = rtp.RTCP_HEADER if encrypted else end - self.profile.rtcp_tag
        nonce = _xored(ssrc << 48 | index, self._rtcp.salt)
        try:
            plain = self._ciphers[1].decrypt(nonce, packet[clear:end], packet[:clear] + trailer)
        except InvalidTag:
            return None
        return Opened(index, packet[:clear] + plain, encrypted)

    def _counter_mode(self, keys: SessionKeys, portion: bytes, clear: int, ssrc: int, index: int) -> bytes:
        if not self.profile.encrypts:
            return portion
        body = portion[clear:]
        stream = keystream(keys.cipher, _xored(ssrc << 48 | index, keys.salt) + bytes(2), len(body))
        return portion[:clear] + (int.from_bytes(body, "big") ^ int.from_bytes(stream, "big")).to_bytes(
            len(body), "big"
        )


def _xored(number: int, salt: bytes) -> bytes:
    """SSRC and index under the salt: the last 12 of its bytes or all of its 14 (RFC 3711 4.1.1, RFC 7714 8.1, 9.1)."""
    return (number ^ int.from_bytes(salt, "big")).to_bytes(len(salt), "big")
