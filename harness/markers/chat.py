"""A marker in a line of chat: a token that is found again in any text, and that no text holds by chance.

"hm1-" and the 64 bits in hex, "-" and 32 bits of the SHA-256 of both.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_TOKEN: Final = re.compile(rb"hm1-([0-9a-f]{16})-([0-9a-f]{8})")


def token(marker: int) -> str:
    """The token of a 64-bit marker."""
    text = f"hm1-{marker:016x}"
    return f"{text}-{_check(text.encode())}"


def markers(data: bytes) -> tuple[int, ...]:
    """Every marker whose whole token is in these bytes, in order, each once."""
    found = (match for match in _TOKEN.finditer(data) if _check(match[0][:20]) == match[2].decode())
    return tuple(dict.fromkeys(int(match[1], 16) for match in found))


def _check(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:8]
