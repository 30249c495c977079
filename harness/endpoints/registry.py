"""Which software stands behind each kind of endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..model.scenario import EndpointKind
from .aiortc import AiortcEndpoint
from .clear import ClearEndpoint
from .endpoint import Endpoint, EndpointSetup
from .process import ProcessEndpoint
from .specimens import (
    ClearWithLock,
    CodeFromSdp,
    ConstantCode,
    FingerprintNeverCompared,
    NullCipher,
    ReplayAccepted,
)

ENDPOINTS: Final[dict[EndpointKind, Callable[[EndpointSetup], Endpoint]]] = {
    EndpointKind.AIORTC: AiortcEndpoint,
    EndpointKind.AIORTC_PROCESS: ProcessEndpoint,
    EndpointKind.CLEAR: ClearEndpoint,
    EndpointKind.FINGERPRINT_NEVER_COMPARED: FingerprintNeverCompared,
    EndpointKind.CODE_FROM_SDP: CodeFromSdp,
    EndpointKind.CONSTANT_CODE: ConstantCode,
    EndpointKind.NULL_CIPHER: NullCipher,
    EndpointKind.REPLAY_ACCEPTED: ReplayAccepted,
    EndpointKind.CLEAR_WITH_LOCK: ClearWithLock,
}


def create(kind: EndpointKind, setup: EndpointSetup) -> Endpoint:
    """An endpoint of this kind for one party of one call. Needs a running event loop."""
    return ENDPOINTS[kind](setup)
