"""What `harness code cost` answers, as one document: codes, attackers, and what each pays for each."""

from __future__ import annotations

from .base import SCHEMA_VERSION, Noun


class SchemeReport(Noun):
    """A code that two people compare. `made_of`: "both keys", "one key" or "each key"."""

    name: str
    bits: float
    commitment: bool
    made_of: str
    source: str


class AttackerReport(Noun):
    """Who tries certificates, and how fast."""

    name: str
    tries_per_second: float
    source: str


class Effort(Noun):
    """What a chance costs: intercepted calls, and in each tries, seconds, bytes. None: computing does not help."""

    calls: float
    tries: float | None
    seconds: float | None
    memory_bytes: float | None


class PriceReport(Noun):
    """One attacker against one code, when the events come in one order.

    `chance` that both screens of one intercepted call show the same code, within the time that the caller waits.
    `half` and `nearly`: what a chance of 50 % and of 99.9 % would cost, however long the caller waits.
    """

    scheme: str
    attacker: str
    order: str
    chance: float
    half: Effort
    nearly: Effort


class Cost(Noun):
    """What `harness code cost -o json=-` prints."""

    schema_version: int = SCHEMA_VERSION
    ring_seconds: float
    fingerprints: int
    memory_bytes: int
    schemes: tuple[SchemeReport, ...]
    attackers: tuple[AttackerReport, ...]
    prices: tuple[PriceReport, ...]
