"""The words of a verdict, and the document that a run prints. Meanings: shared words of the project's design."""

from __future__ import annotations

from pydantic import Field

from .base import SCHEMA_VERSION, Noun, Party
from .finding import Finding
from .outcome import Outcome, Status
from .packet_flow import PacketFlow
from .self_test import SelfTest
from .statement import Failure
from .unmet import Unmet
from .visibility import Visibility

__all__ = ["End", "Outcome", "Result", "RunDocument", "Status", "Summary", "Verdict"]


class Verdict(Noun):
    """The judge's answer. `because` is one sentence a user can act on. `intercepted`: somebody in between is proved."""

    outcome: Outcome
    status: Status
    because: str
    intercepted: bool = False


class End(Noun):
    """What one end of a call was, and came to, by its own word and its own leg.

    `version`, `suite`, `group` (of the key exchange) and `srtp_profile` are those of the handshake that it came to the
    end of; None is what nobody could see. `setup_seconds`: from the offer until the call was up by its own word or,
    where that is not given, by its screen; None when it never was.
    """

    software: str = Field(max_length=200)
    connected: bool
    failure: Failure | None
    version: str | None
    suite: str | None
    group: str | None
    srtp_profile: str | None
    setup_seconds: float | None = Field(ge=0)


class Result(Noun):
    """One scenario of a run. `codes` holds each party's digits, absent when no code was on its screen.

    `visibility`: who saw what of the call, None when it was not recorded. `deviation` names the known deviation by
    which the scenario was judged. `calls` were made, and their taps saw `packets`, each at every tap that it passed;
    `flows` counts those of the last call. `ends` are those that left a statement.
    """

    scenario: str
    title: str
    family: str
    expected: Outcome
    outcome: Outcome
    status: Status
    because: str
    codes: dict[Party, str]
    intercepted: bool
    findings: tuple[Finding, ...]
    visibility: Visibility | None = None
    not_checked: tuple[str, ...] = ()
    deviation: str | None = None
    recording: str | None
    calls: int = Field(default=0, ge=0)
    packets: int = Field(default=0, ge=0)
    flows: tuple[PacketFlow, ...] = ()
    ends: dict[Party, End] = {}
    seconds: float = Field(ge=0)


class Summary(Noun):
    """Counts over every scenario that was selected; none is ever left out of the total."""

    selected: int
    executed: int
    by_status: dict[Status, int]
    by_outcome: dict[Outcome, int]


class RunDocument(Noun):
    """What `-o json=-` prints: one document per run. `unmet` are the scenarios that lacked something that they need."""

    schema_version: int = SCHEMA_VERSION
    run: str
    provenance: dict[str, str]
    summary: Summary
    results: tuple[Result, ...]
    interrupted: bool = False
    self_test: SelfTest = SelfTest()
    unmet: tuple[Unmet, ...] = ()
