"""Which service stands behind each kind."""

from __future__ import annotations

from typing import Final

from ..model.scenario import ServiceKind
from .faulty import ChatLogged, ToggleIgnored
from .signalling import CallingService

SERVICES: Final[dict[ServiceKind, type[CallingService]]] = {
    ServiceKind.REFERENCE: CallingService,
    ServiceKind.CHAT_LOGGED: ChatLogged,
    ServiceKind.TOGGLE_IGNORED: ToggleIgnored,
}
