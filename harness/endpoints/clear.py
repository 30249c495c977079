"""An endpoint without any encryption: plain RTP over ICE, and a description that says so."""

from __future__ import annotations

from typing import ClassVar

from ..model.mode import Mode
from .aiortc import AiortcEndpoint
from .aiortc_door import ClearTransport, Transport
from .rules import CallRules


class AnyCall(CallRules):
    """Makes a call of each kind, all of them alike."""

    modes = frozenset(Mode)


class ClearEndpoint(AiortcEndpoint):
    """The healthy client's media, ICE and sockets, with neither DTLS nor SRTP. Its screen shows nothing."""

    transport: ClassVar[type[Transport]] = ClearTransport
    rules: ClassVar[CallRules] = AnyCall()
