"""Where messages begin and end in a TCP stream, and how to tell which framing a stream has."""

from __future__ import annotations

from enum import Enum
from typing import Final

from ...wire.stun import HEADER, MAGIC_COOKIE


class Framing(Enum):
    """How messages follow each other."""

    TURN = "STUN messages by their length, ChannelData padded to four bytes (RFC 8656 section 12.5)"
    RFC4571 = "two bytes of length in front of each packet (RFC 4571, ICE-TCP: RFC 6544 section 3)"
    NONE = "no messages of a call"

    @property
    def in_front(self) -> int:
        """Bytes that only frame a message."""
        return 2 if self is Framing.RFC4571 else 0


HEAD: Final = 8
"""Bytes that tell how long a message is, whatever the framing."""

LONGEST_GUESS: Final = 4096
"""Bytes of a message that may be taken for one without a magic number, and bytes that a stream is watched undecided."""

_COOKIE: Final = MAGIC_COOKIE.to_bytes(4)
_ENOUGH: Final = 10
"""Bytes that reach behind the magic cookie of STUN in either framing."""

_CHANNEL_HEADER: Final = 4
_CHAIN: Final = 2
"""Messages that fit behind each other without a magic number and are no accident."""


def message_size(framing: Framing, head: bytes) -> int | None:
    """Bytes of the message that begins with these (HEAD, or what there is), framing and padding included.

    0 when no message begins like that, None when more bytes are needed to tell.
    """
    if framing is Framing.RFC4571:
        return 2 + int.from_bytes(head[:2]) if len(head) >= 2 else None
    if len(head) < (HEAD if head[0] < 4 else _CHANNEL_HEADER):
        return None
    length = int.from_bytes(head[2:4])
    if head[0] < 4:
        return HEADER + length if length % 4 == 0 and head[4:8] == _COOKIE else 0
    return _CHANNEL_HEADER + length + -length % 4 if 0x40 <= head[0] <= 0x4F else 0


def guess(sample: bytes, missing: int = 0) -> Framing | None:
    """The framing of a stream of which these bytes are the beginning of a message, or None when more are needed.

    `missing`: how many bytes follow that are not in the capture.
    """
    if len(sample) < _ENOUGH:
        return None
    candidates = (Framing.TURN, Framing.RFC4571)
    for framing in candidates:
        if _is_stun(sample[framing.in_front :]) and (message_size(framing, sample) or 0) >= HEADER:
            return framing
    verdicts = {framing: _chain(framing, sample, missing) for framing in candidates}
    for framing, verdict in verdicts.items():
        if verdict:
            return framing
    return None if None in verdicts.values() and len(sample) <= LONGEST_GUESS else Framing.NONE


def _chain(framing: Framing, sample: bytes, missing: int) -> bool | None:
    """Whether messages that look like those of a call follow each other up to the end, or at least a few of them."""
    at = messages = 0
    while at < len(sample):
        if len(sample) - at < framing.in_front + 4:
            return True if messages >= _CHAIN else None
        size = message_size(framing, sample[at : at + HEAD])
        if size is None:
            return True if messages >= _CHAIN else None
        if not size or size > LONGEST_GUESS or not _plausible(framing, sample[at + framing.in_front :]):
            return False
        if at + size > len(sample):
            return True if messages >= _CHAIN or at + size == len(sample) + missing else None
        at += size
        messages += 1
    return True


def _plausible(framing: Framing, message: bytes) -> bool:
    first = message[0]
    if first < 4:
        return _is_stun(message)
    if framing is Framing.TURN:
        return True
    if 20 <= first <= 63:
        return message[1] == 0xFE
    return 128 <= first <= 191


def _is_stun(message: bytes) -> bool:
    """Whether it is a STUN message as far as it is there."""
    return message[0] < 4 and _COOKIE.startswith(message[4:8])
