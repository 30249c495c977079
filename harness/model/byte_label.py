"""The label that each captured byte gets, and what a byte under a label tells: content, ciphertext, keys or chance."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Nature(StrEnum):
    """What somebody who reads along gets from a byte.

    *Clear*: it says what it means. *Ciphertext*: it says nothing without a key. *Keying*: it belongs to a key agreement
    and is public by design. *Random*: it was drawn by chance, or made by a keyed hash, and means nothing by itself.
    """

    CLEAR = "clear"
    CIPHERTEXT = "ciphertext"
    KEYING = "keying"
    RANDOM = "random"


class ByteLabel(StrEnum):
    """What a byte is there for. Every captured byte has exactly one."""

    FILE = "file"
    LINK = "link"
    NETWORK = "network"
    TRANSPORT = "transport"
    STREAM_FRAMING = "stream-framing"
    TURN_FRAMING = "turn-framing"
    STUN_HEADER = "stun-header"
    STUN_TRANSACTION_ID = "stun-transaction-id"
    STUN_ATTRIBUTE = "stun-attribute"
    STUN_INTEGRITY = "stun-integrity"
    STUN_RANDOM = "stun-random"
    STUN_KEYING = "stun-keying"
    DTLS_HEADER = "dtls-header"
    DTLS_HANDSHAKE = "dtls-handshake"
    DTLS_CLEAR = "dtls-clear"
    DTLS_CIPHERTEXT = "dtls-ciphertext"
    RTP_HEADER = "rtp-header"
    RTP_EXTENSION = "rtp-extension"
    RTP_EXTENSION_CIPHERTEXT = "rtp-extension-ciphertext"
    RTP_PAYLOAD = "rtp-payload"
    SRTP_CIPHERTEXT = "srtp-ciphertext"
    SRTP_TAG = "srtp-tag"
    RTCP_HEADER = "rtcp-header"
    RTCP = "rtcp"
    SRTCP_CIPHERTEXT = "srtcp-ciphertext"
    SRTCP_INDEX = "srtcp-index"
    SRTCP_TAG = "srtcp-tag"
    ZRTP = "zrtp"
    PADDING = "padding"
    TRAILING = "trailing"
    REPEATED = "repeated"
    UNREAD = "unread"
    UNKNOWN = "unknown"

    @property
    def nature(self) -> Nature:
        """What a byte under this label tells. What nobody can explain counts as clear: it may say anything."""
        return _NATURES.get(self, Nature.CLEAR)


_NATURES: Final = {
    ByteLabel.STUN_TRANSACTION_ID: Nature.RANDOM,
    ByteLabel.STUN_INTEGRITY: Nature.RANDOM,
    ByteLabel.STUN_RANDOM: Nature.RANDOM,
    ByteLabel.STUN_KEYING: Nature.KEYING,
    ByteLabel.DTLS_HANDSHAKE: Nature.KEYING,
    ByteLabel.DTLS_CIPHERTEXT: Nature.CIPHERTEXT,
    ByteLabel.RTP_EXTENSION_CIPHERTEXT: Nature.CIPHERTEXT,
    ByteLabel.SRTP_CIPHERTEXT: Nature.CIPHERTEXT,
    ByteLabel.SRTP_TAG: Nature.RANDOM,
    ByteLabel.SRTCP_CIPHERTEXT: Nature.CIPHERTEXT,
    ByteLabel.SRTCP_TAG: Nature.RANDOM,
    ByteLabel.ZRTP: Nature.KEYING,
}
