"""Which calling service carries a call, and who opens the media of an ordinary one for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ServiceKind(StrEnum):
    """Which calling service carries the call: the healthy one, or a specimen."""

    REFERENCE = "reference"
    CHAT_LOGGED = "chat-logged"
    TOGGLE_IGNORED = "toggle-ignored"
    FEATURE_ALLOWED = "feature-allowed"
    COMPLIANCE_IGNORED = "compliance-ignored"
    PRECEDENCE_WRONG = "precedence-wrong"
    GREETING_IN_CLEAR = "greeting-in-clear"


class Processor(StrEnum):
    """Who opens the media of an ordinary call for the service: its own processor, or a media server that nobody here
    wrote, with which each device makes DTLS."""

    OWN = "own"
    JANUS = "janus"


OF_TENANTS: Final = (ServiceKind.PRECEDENCE_WRONG, ServiceKind.COMPLIANCE_IGNORED, ServiceKind.GREETING_IN_CLEAR)
"""Those that are the real service, with one fault in it or in the devices that connect to it."""
