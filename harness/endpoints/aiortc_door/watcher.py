"""Who is told what becomes of a call, and in which words."""

from __future__ import annotations

import traceback
from typing import Protocol

from ...model.finding import Reason
from ..handshake import Handshake


class Watcher(Protocol):
    """Told by the stack what becomes of the call. It may be told of several failures; the first is the cause."""

    def shook_hands(self, handshake: Handshake) -> None:
        """DTLS has ended well; whether the certificate is the right one is not known yet."""

    def up(self) -> None:
        """Media can flow."""

    def failed(self, reason: Reason, detail: str) -> None:
        """The call cannot come up, or is lost."""


def described(error: Exception) -> str:
    """An exception of the library in one sentence. An assertion has no text, but a line that says what was asserted."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text or '-'} (at {frame.line!r} in {frame.name})"
