"""The words of a verdict: what happened to a call, and how a scenario went."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What happened to the call; computed from the ground truth and the findings alone."""

    SECURE = "SECURE"
    DEGRADED = "DEGRADED"
    BLOCKED = "BLOCKED"
    DETECTED = "DETECTED"
    DISCLOSED = "DISCLOSED"
    MISBOUND = "MISBOUND"
    BREACH = "BREACH"
    FALSE_ALARM = "FALSE_ALARM"
    FAILED_CALL = "FAILED_CALL"
    UNKNOWN = "UNKNOWN"


class Status(StrEnum):
    """How the scenario went. Only AS_EXPECTED is green.

    KNOWN_DEVIATION fails no run: the stack under test did something wrong, exactly what a named entry of
    deviations.yaml says it does. It is counted for itself and never called green.
    """

    AS_EXPECTED = "AS_EXPECTED"
    KNOWN_DEVIATION = "KNOWN_DEVIATION"
    UNEXPECTED = "UNEXPECTED"
    WRONG_REASON = "WRONG_REASON"
    INVALID = "INVALID"
    INCONCLUSIVE = "INCONCLUSIVE"
    ERROR = "ERROR"
    NOT_RUN = "NOT_RUN"
