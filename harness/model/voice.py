"""How an auditor phrases a finding: its own name, a severity, and a sentence of bounded length."""

from __future__ import annotations

from dataclasses import dataclass
from signal import Signals
from typing import Final

from .alarms import ALARMS
from .finding import Finding, Reason, Severity

MAX_DETAIL: Final = 1000
"""Characters of a detail. What is quoted in it comes from the system under test and may be of any length."""

_MAX_QUOTE: Final = 80


@dataclass(frozen=True)
class Voice:
    """One auditor's voice; `name` signs each finding."""

    name: str

    def fact(self, reason: Reason, vantage: str, detail: str, count: int | None = None) -> Finding:
        return self._finding(reason, Severity.FACT, vantage, detail, count)

    def notice(self, reason: Reason, vantage: str, detail: str, count: int | None = None) -> Finding:
        return self._finding(reason, Severity.NOTICE, vantage, detail, count)

    def alarm(self, reason: Reason, vantage: str, detail: str) -> Finding:
        """ValueError for a reason that is not in ALARMS, of which no self-test would know."""
        if reason not in ALARMS:
            raise ValueError(f"{reason} is no alarm that anybody knows")
        return self._finding(reason, Severity.ALARM, vantage, detail)

    def inconclusive(self, reason: Reason, vantage: str, detail: str) -> Finding:
        return self._finding(reason, Severity.INCONCLUSIVE, vantage, detail)

    def _finding(
        self, reason: Reason, severity: Severity, vantage: str, detail: str, count: int | None = None
    ) -> Finding:
        shown = detail if len(detail) <= MAX_DETAIL else f"{detail[: MAX_DETAIL - 1]}…"
        return Finding(auditor=self.name, reason=reason, severity=severity, vantage=vantage, detail=shown, count=count)


def quoted(text: str, most: int = _MAX_QUOTE) -> str:
    """Text of the system under test, safe to print: control characters escaped, cut after `most` characters."""
    return repr(text if len(text) <= most else f"{text[:most]}…")


def ended(code: int) -> str:
    """How a process ended, by its return code: "ended with code 1", "was killed by signal 9 (SIGKILL)"."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was killed by signal {-code} ({Signals(-code).name})"
    except ValueError:
        return f"was killed by signal {-code}"


def counted(number: int, noun: str) -> str:
    """ "1 packet", "2 packets"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
