"""How fast a run was: what was called, recorded and found, in all and per second."""

from __future__ import annotations

from ..model.verdict import RunDocument


def speed(document: RunDocument, seconds: float) -> str:
    """One line. `seconds` is the wall time from the first call to the last answer, start of processes included."""
    counts = {
        "calls": sum(one.calls for one in document.results),
        "packets": sum(one.packets for one in document.results),
        "findings": sum(len(one.findings) for one in document.results),
    }
    total = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    rates = ", ".join(f"{count / max(seconds, 1e-9):,.1f}" for count in counts.values())
    return f"{total} in {seconds:.1f} s ({rates} a second)"
