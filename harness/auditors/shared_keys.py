"""Do the two ends hold the same keys, or does each share its own with somebody between them?

Best both export them, and they are compared. Where both tell what they sealed and opened instead, and neither exports
a key, that shows it. What one end exports proves it too, when what the other one sent, seen at
its own sockets, is authentic under it. And without any key: ends that came to the end of different handshakes share
nothing, for each handshake has its own random numbers (RFC 5246 section 7.4.1.2), and ends of one handshake whose key
shares (RFC 8446 section 4.2.8) nobody exchanged share theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice
from .authenticity import SendingKey
from .case import Case
from .dumps import same_keys, shared
from .leg import Leg

_OF_SERVICE: Final = "alice and bob share their keys with the service, which opens all media and seals them anew"


def shared_keys(case: Case, say: Voice) -> Iterator[Finding]:
    """Of the keys that DTLS made, and of those in the descriptions of an ordinary call."""
    if case.with_service:
        yield from _with_service(case, say)
        return
    holders = [leg for leg in case.legs if leg.keys and not leg.borrows]
    if len(holders) == len(Party):
        yield _compared(holders, say)
    elif estranged(case):
        detail = "alice and bob came to the end of different handshakes: each shares its keys with somebody else"
        yield say.alarm(Reason.KEYS_NOT_SHARED, CALL_WIDE, detail)
    elif not any(leg.keys for leg in case.legs) and (len(case.witnesses) == len(Party) or case.one_exchange):
        yield from _unlogged(case, say)
    else:
        yield from (found for leg in case.legs if leg.borrows for found in _proved(leg, say))
    yield from _signalled(case, say)


def _unlogged(case: Case, say: Voice) -> Iterator[Finding]:
    """Nobody exports a key: by what both sealed and opened, and else by the handshake that both came to the end of."""
    proof = None if len(case.witnesses) < len(Party) else same_keys(*(case.witnesses[party] for party in Party))
    if proof is None and case.one_exchange:
        detail = "alice and bob came to the end of one handshake, whose key shares reached each as the other sent them"
        yield say.fact(Reason.KEYS_SHARED, CALL_WIDE, detail)
    else:
        yield from shared(case.witnesses[Party.ALICE], case.witnesses[Party.BOB], say)


def _with_service(case: Case, say: Voice) -> Iterator[Finding]:
    """Each leg has keys of its own, whichever way they were agreed on. Of a leg without any, others say so."""
    known = [keys for leg in case.legs if (keys := _known(leg))]
    if len(known) < len(Party):
        return
    if known[0] & known[1]:
        yield say.fact(Reason.KEYS_SHARED, CALL_WIDE, "alice and bob hold the same keys, as the service does")
    else:
        yield say.notice(Reason.KEYS_NOT_SHARED, CALL_WIDE, _OF_SERVICE)


def _known(leg: Leg) -> frozenset[SendingKey]:
    """Under what a party sends and is sent to, as far as that is told."""
    agreed = () if leg.borrows else leg.keys
    described = () if leg.signalled is None else (*leg.signalled.outward, *leg.signalled.inward)
    return frozenset((*described, *(key for one in agreed for key in (one.outward, one.inward))))


def estranged(case: Case) -> bool:
    """Whether one of the two came to the end of a handshake that the other one's leg does not show.

    No answer, that is False, where a leg does not show every handshake from its beginning.
    """
    legs = {leg.party: leg for leg in case.legs if leg.randoms}
    shown = {party: {one.client_random for one in leg.associations} for party, leg in legs.items()}
    if len(legs) < len(Party) or any(None in randoms for randoms in shown.values()):
        return False
    return any(leg.randoms - shown[party.peer] for party, leg in legs.items())


def _compared(holders: list[Leg], say: Voice) -> Finding:
    secrets = [{(one.client_random, one.master_secret) for one in leg.keys} for leg in holders]
    if secrets[0] == secrets[1]:
        detail = "alice and bob hold the same master secret for the DTLS handshake on their legs"
        return say.fact(Reason.KEYS_SHARED, CALL_WIDE, detail)
    detail = "the handshakes of alice and bob gave them different keys: each shares its own with somebody else"
    return say.alarm(Reason.KEYS_NOT_SHARED, CALL_WIDE, detail)


def _proved(leg: Leg, say: Voice) -> Iterator[Finding]:
    """Whoever sent these packets holds the keys that the peer exported. Without a packet nothing is proved."""
    party = leg.party
    if leg.outward.genuine:
        detail = f"{party}, who exports no keys, sends under those that {party.peer} exported"
        yield say.fact(Reason.KEYS_SHARED, CALL_WIDE, detail)
    elif leg.outward.fates:
        detail = f"nothing that {party} sent is authentic under the keys that {party.peer} exported"
        yield say.alarm(Reason.KEYS_NOT_SHARED, CALL_WIDE, detail)


def _signalled(case: Case, say: Voice) -> Iterator[Finding]:
    """The keys of both directions, as each of the two knows them."""
    known = {
        leg.party: {leg.party: set(leg.signalled.outward), leg.party.peer: set(leg.signalled.inward)}
        for leg in case.legs
        if leg.signalled is not None
    }
    if len(known) < len(Party):
        return
    if known[Party.ALICE] == known[Party.BOB]:
        yield say.fact(Reason.KEYS_SHARED, CALL_WIDE, "alice and bob know the same keys from the signalling")
    else:
        detail = "the signalling told alice and bob of different keys: each shares its own with somebody else"
        yield say.alarm(Reason.KEYS_NOT_SHARED, CALL_WIDE, detail)
