"""Which service stands behind each kind."""

from __future__ import annotations

from typing import Final

from ..model.service_kind import ServiceKind
from .exchange.directory import Directory
from .faulty import ChatLogged, ComplianceIgnored, FeatureAllowed, GroupsFirst, ToggleIgnored
from .signalling import CallingService

DIRECTORIES: Final[dict[ServiceKind, type[Directory]]] = {
    ServiceKind.REFERENCE: Directory,
    ServiceKind.PRECEDENCE_WRONG: GroupsFirst,
    ServiceKind.COMPLIANCE_IGNORED: ComplianceIgnored,
    ServiceKind.GREETING_IN_CLEAR: Directory,
}
"""What decides about calls in the real service."""

SERVICES: Final[dict[ServiceKind, type[CallingService]]] = {
    ServiceKind.REFERENCE: CallingService,
    ServiceKind.CHAT_LOGGED: ChatLogged,
    ServiceKind.TOGGLE_IGNORED: ToggleIgnored,
    ServiceKind.FEATURE_ALLOWED: FeatureAllowed,
}
