"""Did every message of the signalling arrive as it was sent, once, and from the one who sent it?

A service that only carries messages changes none, and one whose media processor stands between the two describes to
each of them its own leg. What it did to a message is a notice: whether it matters is for those
to say who look at certificates, codes and names. What a party does about it is the party's: an offer that cannot follow
those before it (RFC 3264 section 8) may not be answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.recording import SignalKind, SignalMessage
from ..model.voice import Voice
from ..wire.sdp import Origin
from .case import Case
from .signalled import DESCRIBES

NAME: Final = "signalling"
_DESCRIBES: Final = (SignalKind.OFFER, SignalKind.ANSWER)
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """What each party got against what the other one sent."""
    if case.unheard:
        return tuple(
            _say.inconclusive(Reason.SIGNALLING_UNSEEN, hop, f"{lacks} was recorded of what passed {hop}")
            for hop, lacks in case.unheard.items()
        )
    findings = [found for party in Party for found in (*_arrived(case, party), *_answered(case, party))]
    if not findings:
        but = ", but for the descriptions, which are those of the service's own legs" if case.through_service else ""
        detail = f"every message that arrived was sent like that, and none came twice{but}"
        findings.append(_say.fact(Reason.SIGNALLING_INTACT, CALL_WIDE, detail))
    return tuple(findings)


def _arrived(case: Case, party: Party) -> Iterator[Finding]:
    sent, arrived = Counter(_passed(case, party.peer, "out")), Counter(_passed(case, party, "in"))
    old = {one for earlier in case.earlier for one in _passed(earlier, party.peer, "out") if one.kind in DESCRIBES}
    for message, count in arrived.items():
        what = f"the {message.kind} that reached {party}"
        if message in old or count > sent[message] > 0:
            yield _say.notice(Reason.SIGNALLING_REPLAYED, CALL_WIDE, f"{what} is an old one, sent again")
        elif message not in sent and not (case.through_service and message.kind in _DESCRIBES):
            yield _say.notice(Reason.SIGNALLING_ALTERED, CALL_WIDE, f"{what} is none that {party.peer} sent")
    kinds = Counter(one.kind for one in sent.elements()) - Counter(one.kind for one in arrived)
    del kinds[SignalKind.FEATURE]  # a request, which is the service's to answer
    for kind, missing in kinds.items():
        detail = f"{party} did not get {missing} of the {kind} messages that {party.peer} sent"
        yield _say.notice(Reason.SIGNALLING_SWALLOWED, CALL_WIDE, detail)


def _answered(case: Case, party: Party) -> Iterator[Finding]:
    """Old offers that the party answered. As long as one that came in its turn waits, an answer is to that one."""
    known: Origin | None = None
    old, waiting = "", 0
    for one in case.signalling:
        if one.hop != party.value or one.to is not None or one.message.kind not in DESCRIBES:
            continue
        if one.direction == "in":
            known, flaw = _after(known, one.message)
            waiting += one.message.kind is SignalKind.OFFER and not flaw
            old = flaw or old
        elif one.message.kind is SignalKind.ANSWER and waiting:
            waiting -= 1
        elif one.message.kind is SignalKind.ANSWER and old:
            yield _say.alarm(Reason.OLD_OFFER_ANSWERED, CALL_WIDE, f"{party} answered an old offer: {old}")
            old = ""


def _after(known: Origin | None, message: SignalMessage) -> tuple[Origin | None, str]:
    """The origin that the next description must follow; and why this one cannot be an offer that came in its turn."""
    try:
        origin = Origin.read(message.body)
    except ValueError:
        return known, ""
    try:
        if known is not None:
            known.check_successor(origin)
    except ValueError as error:
        return known, str(error) if message.kind is SignalKind.OFFER else ""
    return origin, ""


def _passed(case: Case, party: Party, direction: str) -> Iterator[SignalMessage]:
    """What passed this party to or from the other one. What the service says of a mode is for others to question."""
    for one in case.signalling:
        if (one.hop, one.direction, one.to) == (party.value, direction, None):
            decided = one.message.kind is SignalKind.ACCEPT
            yield one.message.model_copy(update={"body": ""}) if decided else one.message
