"""What an inspection cannot see at all, and what it did not look at because it was not given the means."""

from __future__ import annotations

from collections.abc import Sequence

from .captured import Captured
from .options import Options
from .search.search import LIMIT


def limits() -> tuple[str, ...]:
    """True of every inspection."""
    return (
        "ciphertext is proved by keys alone: statistics and decoding can refute encryption, and never confirm it",
        f"in the search for secrets: {LIMIT}",
        "what one party tells a third one on another path, or before and after the capture, is not in it",
        "media on a leg without a handshake counts as protected when its SSRC is also on a leg that has one",
        "a code is computed from the certificates that DTLS presents; that a program shows this code is not shown",
    )


def not_checked(captures: Sequence[Captured], options: Options, *, proved: bool, recovered: bool) -> tuple[str, ...]:
    """What was not looked at, and what would make it possible."""
    found = []
    if any(one.senders for one in captures) and not proved:
        found.append("packets were not authenticated: no key log, decryption secrets or SDES keys fit them")
    if not options.cross_check:
        found.append("no second opinion: --cross-check asks Wireshark")
    if options.recover is not None and not recovered:
        found.append("no media was recovered: no stream is in clear, and none has a key at hand")
    if len(captures) == 1:
        found.append("interception: the other side's capture is needed, or its code")
    return tuple(found)
