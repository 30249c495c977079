"""Frames of the calling service (docs/calling-service.md) and messages of the signalling, one made from the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .model.base import Party
from .model.feature import LOCKED, NOT_NOW, FeatureRefusal, FeatureRequest
from .model.finding import Reason
from .model.leaving import Declining, Leaving
from .model.recording import SignalKind, SignalMessage
from .model.tenant import same

Frame = Mapping[str, Any]

_TOLD: Final[dict[str, tuple[SignalKind, Callable[[Frame], str]]]] = {
    "incoming": (SignalKind.INVITE, lambda frame: " ".join(map(str, frame["media"]))),
    "ringing": (SignalKind.RINGING, lambda frame: ""),
    "accepted": (SignalKind.ACCEPT, lambda frame: str(frame["mode"])),
    "declined": (SignalKind.DECLINE, lambda frame: str(frame["why"])),
    "cancelled": (SignalKind.CANCEL, lambda frame: str(frame["why"])),
    "offer": (SignalKind.OFFER, lambda frame: str(frame["sdp"])),
    "answer": (SignalKind.ANSWER, lambda frame: str(frame["sdp"])),
    "hung-up": (SignalKind.HANGUP, lambda frame: str(frame["reason"])),
    "feature": (SignalKind.FEATURE, lambda frame: _feature(frame)),
    "chat": (SignalKind.CHAT, lambda frame: str(frame["text"])),
    "policy": (SignalKind.POLICY, lambda frame: str(frame["policy"])),
    "presence": (SignalKind.PRESENCE, lambda frame: str(frame["presence"])),
}
"""What a frame that the service tells is for, and what stands in it, by its type. Others are none of the signalling."""


def told(frame: Frame, to: Party, user: str) -> SignalMessage | None:
    """What the service tells a party, whose user name this is, as a message of whoever it comes from: of the other one,
    unless it says that it is the party's own. None for what is no part of a call's signalling.

    ValueError for a frame that lacks what it must have, or holds more than a message may.
    """
    known = _TOLD.get(str(frame.get("type")))
    if known is None:
        return None
    kind, body = known
    try:
        name = frame.get("display")
        whose = next((str(frame[name]) for name in ("from", "by", "user") if name in frame), "")
        sender = to if same(whose) == same(user) else to.peer
        return SignalMessage(kind=kind, sender=sender, body=body(frame), name=None if name is None else str(name))
    except KeyError as error:
        raise ValueError(f"the frame {frame['type']!r} has no {error.args[0]!r}") from None
    except TypeError as error:
        raise ValueError(f"the frame {frame['type']!r} is not made as it must be: {error}") from None


_SAID: Final[dict[str, tuple[SignalKind, Callable[[Frame], str]]]] = {
    "invite": (SignalKind.INVITE, lambda frame: " ".join(map(str, frame["media"]))),
    "ringing": (SignalKind.RINGING, lambda frame: ""),
    "accept": (SignalKind.ACCEPT, lambda frame: ""),
    "decline": (SignalKind.DECLINE, lambda frame: str(frame["why"])),
    "cancel": (SignalKind.CANCEL, lambda frame: ""),
    "offer": _TOLD["offer"],
    "answer": _TOLD["answer"],
    "hang-up": (SignalKind.HANGUP, lambda frame: str(frame["reason"])),
    "feature": _TOLD["feature"],
    "chat": _TOLD["chat"],
    "presence": _TOLD["presence"],
}
"""The same of a frame that a client says."""


def heard(frame: Frame, sender: Party) -> SignalMessage | None:
    """What a party says to the service, as a message of the party; None for what is no part of a call's signalling."""
    known = _SAID.get(str(frame.get("type")))
    return None if known is None else SignalMessage(kind=known[0], sender=sender, body=known[1](frame))


_LEAVES: Final[Mapping[str, Leaving]] = {
    Reason.FINGERPRINT_MISMATCH: Leaving.DTLS_FAILED,
    Reason.FINGERPRINT_MISSING: Leaving.SDP_REJECTED,
    Reason.FINGERPRINT_UNUSABLE: Leaving.SDP_REJECTED,
    Reason.DESCRIPTION_BEFORE_ACCEPT: Leaving.SDP_REJECTED,
    Reason.DTLS_ERROR: Leaving.DTLS_FAILED,
    Reason.DTLS_TIMEOUT: Leaving.DTLS_FAILED,
    Reason.SRTP_PROFILE_MISSING: Leaving.DTLS_FAILED,
}


def sayable(message: SignalMessage) -> SignalMessage:
    """The message with a reason that the service takes from a device: it knows those of a client, and not ours."""
    match message.kind:
        case SignalKind.DECLINE if message.body not in set(Declining):
            return message.model_copy(update={"body": Declining.FAILED.value})
        case SignalKind.HANGUP if message.body not in set(Leaving):
            leaving = _LEAVES.get(message.body, Leaving.MEDIA_FAILED)
            return message.model_copy(update={"body": leaving.value})
    return message


def said(message: SignalMessage, peer: str) -> tuple[str, dict[str, Any]]:
    """Type and fields of the frame with which a party says a message. `peer` is the other's user name."""
    body = message.body
    match message.kind:
        case SignalKind.INVITE:
            return "invite", {"to": peer, "media": body.split()}
        case SignalKind.RINGING | SignalKind.ACCEPT | SignalKind.CANCEL:
            return message.kind.value, {}
        case SignalKind.DECLINE:
            return "decline", {"why": body}
        case SignalKind.OFFER | SignalKind.ANSWER:
            return message.kind.value, {"sdp": body}
        case SignalKind.HANGUP:
            return "hang-up", {"reason": body}
        case SignalKind.CHAT:
            return "chat", {"to": peer, "text": body}
        case SignalKind.PRESENCE:
            return "presence", {"presence": body}
        case SignalKind.FEATURE:
            asked = FeatureRequest.model_validate_json(body)
            return "feature", {"feature": asked.feature.value, "on": asked.on, "argument": asked.argument or None}
        case _:
            raise ValueError(f"a client never says {message.kind.value!r}")


def refused(message: SignalMessage, reason: str, detail: str) -> SignalMessage:
    """The service's refusal of a feature that a party has asked for: locked, or not to be had as things are."""
    feature = FeatureRequest.model_validate_json(message.body).feature
    refusal = FeatureRefusal(feature=feature, detail=detail, reason=LOCKED if reason == LOCKED else NOT_NOW)
    return message.model_copy(
        update={"kind": SignalKind.FEATURE_REFUSED, "body": refusal.model_dump_json(), "name": None}
    )


def _feature(frame: Frame) -> str:
    asked = FeatureRequest(feature=frame["feature"], on=frame["on"], argument=frame.get("argument") or "")
    return asked.model_dump_json()
