"""Under which conditions a call is made, and what the same two devices left of those before it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from .model.ability import ProgramUnderTest
from .model.base import Party
from .model.recording import EarlierCall, SignalEntry

Traffic = tuple[tuple[Party, bytes], ...]
"""Datagrams in the order in which they were sent, each with its sender."""


class LiveCallError(RuntimeError):
    """The harness itself could not hold or record the call; the message says why."""


@dataclass(frozen=True)
class Conditions:
    """Under which conditions a call is made. `number` is unique within the run and chooses the call's addresses.

    `programs` take the place of these parties.
    """

    run: str
    seed: str
    number: int
    provenance: dict[str, str]
    programs: Mapping[Party, ProgramUnderTest] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """When a call began: by the clock of the day, which can be set meanwhile, and by one that cannot."""

    time: float
    monotonic: float


@dataclass
class Past:
    """What is left of the calls that the same two devices made before: in the evidence, the service, the devices."""

    calls: list[EarlierCall] = field(default_factory=list)
    signalling: list[tuple[SignalEntry, ...]] = field(default_factory=list)
    traffic: list[Traffic] = field(default_factory=list)
    keylogs: list[dict[Party, list[str]]] = field(default_factory=list)
    memories: dict[Party, MutableMapping[str, Any]] = field(default_factory=lambda: {party: {} for party in Party})
