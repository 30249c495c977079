"""Under which SSRCs sound goes to a device that was told of none.

A browser plays on what is new (libwebrtc gives its output to the latest source that nobody has announced), so whoever
is put through again, as before a consultation or a companion, would not be heard: after each turn of the call every
source has another SSRC there. What counts packets stays: no stream is ever continued by another one.
"""

from __future__ import annotations

import secrets
from typing import Final

_SSRC: Final = slice(8, 12)


class Voices:
    """Of one leg. Until the first turn everybody is heard as who they are."""

    def __init__(self) -> None:
        self._given: dict[bytes, bytes] | None = None

    def turned(self) -> None:
        """Who is heard has changed."""
        self._given = {}

    def given(self, packet: bytes) -> bytes:
        """An RTP packet of sound, in clear, as it goes to the device."""
        if self._given is None:
            return packet
        fresh = self._given.setdefault(packet[_SSRC], secrets.token_bytes(4))
        return packet[: _SSRC.start] + fresh + packet[_SSRC.stop :]
