"""Calls, seen from captures of one side or of both: codes, and whether the encryption ends in between."""

from .call import Call
from .calls import calls
from .evidence import CallEvidence, OpenMedia
from .findings import call_findings, signalled_findings

__all__ = ["Call", "CallEvidence", "OpenMedia", "call_findings", "calls", "signalled_findings"]
