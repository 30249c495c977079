"""The two sides of a call, and the code on the screen of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...codes import teams20
from .caller import Caller, Handshake
from .conversation import Conversation
from .evidence import Seen

CALLER: Final = "caller"
CALLEE: Final = "callee"
THIS_SIDE: Final = "this side"

_OTHER: Final[dict[str | None, str]] = {CALLER: CALLEE, CALLEE: CALLER}
_KNOWN: Final = "which capture is whose is known from the side that captured, and from who called"

Codes = dict[str, str]


def sides(conversations: Sequence[Conversation], callers: Mapping[Handshake, Caller]) -> tuple[tuple[str, ...], str]:
    """The side that each conversation was captured on, and a sentence on how that is known.

    The side that captured, where it is known, is the caller's or the callee's by what is known of who called. Else the
    first conversation is taken as the caller's side.
    """
    known = [_side(one, callers) for one in conversations]
    if len(conversations) == 1:
        return (known[0] or THIS_SIDE,), ""
    if all(one.evidence is conversations[0].evidence for one in conversations):
        known = [_OTHER.get(side) for side in known]  # whoever captured is in the middle: the far ends are the sides
    middle = [f"between, {one.latest[0].where}" for one in conversations[1:-1]]
    first, last = known[0], known[-1]
    told = first is not None or last is not None
    if told and first in (CALLEE, None) and last in (CALLER, None):
        return (CALLEE, *middle, CALLER), _KNOWN
    if told and first in (CALLER, None) and last in (CALLEE, None):
        return (CALLER, *middle, CALLEE), _KNOWN
    return (CALLER, *middle, CALLEE), f"{conversations[0].evidence.name}, given first, is taken as the caller's side"


def codes(conversation: Conversation, side: str, callers: Mapping[Handshake, Caller]) -> tuple[Codes, str]:
    """The code of one side, or both possible ones when it is not known who called; and why there is none."""
    found: list[Codes] = []
    for seen in conversation.latest:
        try:
            found.append(_codes(seen, side, callers[seen.handshake].client_called))
        except ValueError as fault:
            return {}, f"{seen.where}: {fault}"
    if len({tuple(one.values()) for one in found}) > 1:
        return {}, f"{conversation.evidence.name}: the handshakes of this call give different codes"
    return found[0], ""


def _codes(seen: Seen, side: str, client_called: bool | None) -> Codes:
    """ValueError, with the reason, when the certificates give no code."""
    if seen.followed.dtls.contradicted:
        raise ValueError("two different messages of one kind; which one counted is not known")
    client, server = seen.followed.dtls.certificates_client, seen.followed.dtls.certificates_server
    if not (client and server):
        hidden = seen.followed.dtls.version == "DTLSv1.3"
        raise ValueError("DTLS 1.3 encrypts the certificates" if hidden else "not both certificates are visible")
    ends = (teams20.thumbprint(client[0]), teams20.thumbprint(server[0]))
    if client_called is not None:
        return {side: teams20.code(*(ends if client_called else reversed(ends)))}
    return {
        f"{side}, if {seen.followed.client} called": teams20.code(*ends),
        f"{side}, if {seen.followed.server} called": teams20.code(*reversed(ends)),
    }


def _side(conversation: Conversation, callers: Mapping[Handshake, Caller]) -> str | None:
    """Whose side captured this: known when the near end is known to be that side, and it is known who called."""
    near, seen = conversation.local_near, conversation.latest[-1]
    client_called = callers[seen.handshake].client_called
    if near is None or client_called is None:
        return None
    near_called = client_called is seen.followed.dtls.client_is_near
    return CALLER if near_called is near else CALLEE
