"""How the machines change a description on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..model.base import Party
from ..model.finding import Reason
from ..model.recording import SignalKind, SignalMessage
from ..wire.sdp import Sdp

DESCRIPTIONS: Final = frozenset({SignalKind.OFFER, SignalKind.ANSWER})


def changed(message: SignalMessage, change: Callable[[Sdp], Sdp]) -> SignalMessage:
    """The message with its SDP changed; itself when it carries none or the change leaves the text as it was.

    An SDP that cannot be read is let through as it is: breaking it is not the attack.
    """
    if message.kind not in DESCRIPTIONS:
        return message
    try:
        body = str(change(Sdp.parse(message.body)))
    except ValueError:
        return message
    return message if body == message.body else message.model_copy(update={"body": body})


def refusal_by(message: SignalMessage) -> Party | None:
    """Who ends the call by this message because of a description; None for every other message."""
    refused = (message.kind, message.body) == (SignalKind.HANGUP, Reason.SDP_REJECTED)
    return message.sender if refused else None
