"""What the signalling says of keys: fingerprints and the certificates they cover (RFC 8122), media keys (RFC 4568)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ..model.base import Party
from ..model.recording import SignalEntry, SignalKind
from ..wire.sdes import parse
from ..wire.sdp import Fingerprint, Sdp
from .authenticity import SendingKey

DESCRIBES: Final = (SignalKind.OFFER, SignalKind.ANSWER)
"""Messages that hold a description, which no two calls have in common."""

STRONG: Final = frozenset({"sha-256", "sha-384", "sha-512"})
"""Hash functions that may vouch for a certificate. MD5 and SHA-1 must not be used (RFC 8122 section 5.1)."""

MOST_KEYS: Final = 16
"""Media keys of one direction that are tried: one for each connection of a call, and then some."""


@dataclass(frozen=True)
class Description:
    """An offer or answer that passed at `time`. `unreadable` holds a body that is no SDP, for comparison."""

    kind: SignalKind
    time: float
    fingerprints: tuple[Fingerprint, ...]
    unreadable: str | None = None

    @property
    def written(self) -> tuple[object, ...]:
        """The lines as they are."""
        return (self.unreadable, *self.fingerprints)

    @property
    def meant(self) -> tuple[object, ...]:
        """What the lines say: neither their order nor the case of well-formed digits matters."""
        return (self.unreadable, frozenset(_meaning(one) for one in self.fingerprints))

    def covers(self, certificate: bytes) -> bool:
        """Whether this description vouches for a DER certificate.

        At each level that has fingerprints, every strong hash function that is used must have a line that matches:
        stacks differ in which line they take, so one genuine line does not make up for a false one beside it.
        """
        levels = {one.level for one in self.fingerprints}
        return bool(levels) and all(
            _vouch([one for one in self.fingerprints if one.level == level], certificate) for level in levels
        )

    def true_by(self, certificate: bytes) -> frozenset[str]:
        """The hash functions of the lines that are true of a DER certificate, whatever those are worth."""
        return frozenset(one.algorithm.lower() for one in self.fingerprints if one.matches(certificate))


def sent(entries: Iterable[SignalEntry], party: Party) -> tuple[Description, ...]:
    """The descriptions that this party sent, as they left it."""
    return tuple(_read(one) for one in _entries_from(entries, party))


def sdp_sent(entries: Iterable[SignalEntry], party: Party) -> Iterator[Sdp]:
    """The descriptions that this party sent, line by line, as far as they are readable."""
    for one in _entries_from(entries, party):
        with suppress(ValueError):
            yield Sdp.parse(one.message.body)


def received(entries: Iterable[SignalEntry], party: Party) -> tuple[Description, ...]:
    """The descriptions that reached this party."""
    return tuple(_read(one) for one in _entries_to(entries, party))


def keys_sent(entries: Iterable[SignalEntry], party: Party) -> tuple[SendingKey, ...]:
    """The media keys in the descriptions that this party sent: what it says that it sends with."""
    return _keys(bodies_sent(entries, party))


def keys_received(entries: Iterable[SignalEntry], party: Party) -> tuple[SendingKey, ...]:
    """The media keys in the descriptions that reached this party: what it was told that the other one sends with."""
    return _keys(bodies_received(entries, party))


def bodies_sent(entries: Iterable[SignalEntry], party: Party) -> tuple[str, ...]:
    """The texts of the descriptions that this party sent."""
    return tuple(one.message.body for one in _entries_from(entries, party))


def bodies_received(entries: Iterable[SignalEntry], party: Party) -> tuple[str, ...]:
    """The texts of the descriptions that reached this party."""
    return tuple(one.message.body for one in _entries_to(entries, party))


def _entries_from(entries: Iterable[SignalEntry], party: Party) -> Iterator[SignalEntry]:
    for one in entries:
        sent = (one.hop, one.direction, one.message.sender) == (party.value, "out", party)
        if sent and one.message.kind in DESCRIBES:
            yield one


def _entries_to(entries: Iterable[SignalEntry], party: Party) -> Iterator[SignalEntry]:
    for one in entries:
        if (one.hop, one.direction) == (party.value, "in") and one.message.kind in DESCRIBES:
            yield one


def in_force(descriptions: Iterable[Description], time: float) -> Description | None:
    """The last one that had come by then; the first one when none had."""
    every = tuple(descriptions)
    return next((one for one in reversed(every) if one.time <= time), every[0] if every else None)


def _read(entry: SignalEntry) -> Description:
    kind, body = entry.message.kind, entry.message.body
    try:
        return Description(kind, entry.time, Sdp.parse(body).fingerprints())
    except ValueError:
        return Description(kind, entry.time, (), unreadable=body)


def _keys(bodies: Iterable[str]) -> tuple[SendingKey, ...]:
    """Each key once; the first ones of too many. What is under another one then is not authentic, and that is said."""
    found: dict[SendingKey, None] = {}
    for body in bodies:
        with suppress(ValueError):
            for _, value in Sdp.parse(body).cryptos():
                with suppress(ValueError):
                    found.update((SendingKey(one.profile, one.key_and_salt), None) for one in parse(value).keys)
    return tuple(found)[:MOST_KEYS]


def _meaning(fingerprint: Fingerprint) -> tuple[int | None, str, bytes | str]:
    digest = fingerprint.digest()
    return (fingerprint.level, fingerprint.algorithm.lower(), fingerprint.value if digest is None else digest)


def _vouch(fingerprints: list[Fingerprint], certificate: bytes) -> bool:
    strong = [one for one in fingerprints if one.algorithm.lower() in STRONG and one.digest() is not None]
    used = {one.algorithm.lower() for one in strong}
    return bool(used) and used <= {one.algorithm.lower() for one in strong if one.matches(certificate)}
