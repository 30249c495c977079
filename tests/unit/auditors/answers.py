"""What was answered, reduced to what a test asks for."""

from __future__ import annotations

from harness.model.finding import Finding, Reason, Severity


def raised(findings: tuple[Finding, ...], severity: Severity = Severity.ALARM) -> set[Reason]:
    """The reasons that were given with this severity."""
    return {finding.reason for finding in findings if finding.severity is severity}


def detail(findings: tuple[Finding, ...], reason: Reason) -> str:
    """The sentence of the only finding with this reason."""
    (found,) = [finding for finding in findings if finding.reason is reason]
    return found.detail
