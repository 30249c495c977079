"""Did every message of the signalling arrive as it was sent, once, and from the one who sent it?

A service that only carries messages changes none, and one whose media processor stands between the two describes to
each of them its own leg. What it did to a message is a notice: whether it matters is for those to say who look at
certificates, codes and names. What a party does about it is the party's: an offer that neither follows those before it
nor is the one in effect, come again, may not be answered (RFC 3264 section 8).
"""

from __future__ import annotations

from collections import Counter, deque
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
    """Old offers that the party answered. Offers are answered as they came; who refuses one leaves the call."""
    known: SignalMessage | None = None
    flaws: deque[str] = deque()
    for one in case.signalling:
        if one.hop != party.value or one.to is not None:
            continue
        match one.direction, one.message.kind:
            case "in", SignalKind.OFFER:
                known, flaw = _after(known, one.message)
                flaws.append(flaw)
            case "in", SignalKind.ANSWER:
                known, _ = _after(known, one.message)
            case "out", SignalKind.ANSWER if flaws:
                flaw = flaws.popleft()
                if flaw:
                    yield _say.alarm(Reason.OLD_OFFER_ANSWERED, party, f"{party} answered an old offer: {flaw}")
            case "out", SignalKind.DECLINE | SignalKind.CANCEL | SignalKind.HANGUP:
                flaws.clear()


def _after(known: SignalMessage | None, message: SignalMessage) -> tuple[SignalMessage | None, str]:
    """The description that the next one must follow; and why this one cannot be an offer that came in its turn.

    The offer in effect may come again, which changes nothing and must be answered (RFC 3264 section 8). What differs
    from it in one byte and has its version is not that offer, and what did not come in its turn never takes its place.
    """
    if known is not None and (known.kind, known.body) == (message.kind, message.body):
        return known, ""
    try:
        origin = Origin.read(message.body)
    except ValueError:
        return known, ""
    try:
        if known is not None:
            Origin.read(known.body).check_successor(origin)
    except ValueError as error:
        return known, str(error)
    return message, ""


def _passed(case: Case, party: Party, direction: str) -> Iterator[SignalMessage]:
    """What passed this party to or from the other one. What the service says of a mode is for others to question."""
    for one in case.signalling:
        if (one.hop, one.direction, one.to) == (party.value, direction, None):
            decided = one.message.kind is SignalKind.ACCEPT
            yield one.message.model_copy(update={"body": ""}) if decided else one.message
