"""A service that remembers: a certificate it has seen before lets it prepare for the code of the next call.

Whoever knows both certificates before it fixes its own can search on both sides at once, which halves the number of
digits that protect the call. So a certificate may serve one call only (RFC 8827 section 6.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.recording import SignalMessage
from .code_collision import sha256_of
from .machine import Command, Deed, Deliver, EarlierSignal, Event, Signal, WriteDown, let_pass

REMEMBERED: Final = "fingerprints-remembered"
COMPARED: Final = "fingerprints-compared"
KNOWN: Final = "fingerprints-known-beforehand"

_MOST: Final = 1000


class CertificateWatch:
    """Changes nothing, and writes down what it remembers. What it knows beforehand is a deed, and the recording shows
    the same to anybody.
    """

    required = (REMEMBERED, COMPARED)
    reroutes = False

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, EarlierSignal):
            return self._remember(event.message)
        if isinstance(event, Signal):
            return self._compare(event.message)
        return let_pass(event)

    def _remember(self, message: SignalMessage) -> Iterator[Command]:
        digest = sha256_of(message)
        if digest is not None and len(self._known) < _MOST:
            self._known.add(digest)
            yield WriteDown(message.sender, digest)
            yield Deed(REMEMBERED)

    def _compare(self, message: SignalMessage) -> Iterator[Command]:
        yield Deliver(message)
        digest = sha256_of(message)
        if digest is not None and self._known:
            yield Deed(COMPARED)
        if digest in self._known:
            yield Deed(KNOWN)
