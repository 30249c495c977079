"""What each end of a call was and came to: facts for a table, from a case. Nothing is judged by them."""

from __future__ import annotations

from .auditors.case import Case
from .auditors.leg import Leg
from .model.base import Party
from .model.recording import SignalKind
from .model.statement import EndpointStatement, Indicator
from .model.verdict import End
from .wire.dtls import DtlsAssociation


def ends(case: Case) -> dict[Party, End]:
    """Of each party that left a statement."""
    return {party: _end(case, statement) for party, statement in sorted(case.statements.items())}


def _end(case: Case, statement: EndpointStatement) -> End:
    leg = case.leg(statement.party)
    handshake = None if leg is None else _ended(leg)
    return End(
        software=statement.software,
        connected=statement.connected,
        failure=statement.failure,
        version=None if handshake is None else handshake.version,
        suite=None if handshake is None else handshake.suite_iana,
        group=None if handshake is None else handshake.group,
        srtp_profile=None if leg is None or handshake is None else _profile(leg, handshake, statement),
        setup_seconds=_setup(case, statement),
    )


def _ended(leg: Leg) -> DtlsAssociation | None:
    """The handshake that the party came to the end of last."""
    ended = [one for one in leg.begun if one[1].protected_near and one[1].version is not None]
    return max(ended, key=lambda one: one[0])[1] if ended else None


def _profile(leg: Leg, handshake: DtlsAssociation, statement: EndpointStatement) -> str | None:
    """As the wire shows it; where the handshake hides it, that under which packets are authentic, or else its word."""
    if handshake.srtp_profile is not None:
        return handshake.srtp_profile
    fits = (one.outward.profile for one in leg.keys if one.client_random == handshake.client_random)
    said = None if statement.dtls is None else statement.dtls.srtp_profile
    return next(fits, said)


def _setup(case: Case, statement: EndpointStatement) -> float | None:
    """Seconds from the first offer that the service took until the call was up.

    That is the first screen which says more than nothing, unless the end says when it was up: a page is read later.
    """
    offers = [one.time for one in case.signalling if (one.hop, one.message.kind) == ("service", SignalKind.OFFER)]
    shown = (one.time for one in statement.screens if one.screen.indicator is not Indicator.NONE)
    first = next(shown, None)
    up = first if first is None or statement.up is None else min(statement.up, first)
    return max(0.0, up - min(offers)) if offers and up is not None else None
