"""Which features did the service turn on, refuse, or claim to have turned on where the call cannot have any?

That it says so changes nothing by itself: whether somebody holds keys or media that he did not hold before is for those
to say who look at keys, certificates and packets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from ..model.base import Party
from ..model.feature import FeatureRefusal, FeatureRequest
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.recording import SignalKind
from ..model.scenario import Mode
from ..model.voice import Voice, quoted
from .case import Case
from .course import heard

NAME: Final = "features"

_SHOWN: Final = 80
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """What each party was told."""
    findings = [found for party in Party for found in (*_switched(case, party), *_refused(case, party))]
    return tuple(findings) or (_say.fact(Reason.NO_FEATURE, CALL_WIDE, "nobody was told of any feature"),)


def _switched(case: Case, party: Party) -> Iterator[Finding]:
    for message in heard(case.signalling, party, SignalKind.FEATURE):
        told = _request(message.body)
        if case.mode_of(party) is Mode.SERVICE:
            yield _say.fact(Reason.FEATURE_SWITCHED, party, f"{party} was told of {told}")
        else:
            detail = f"{party} was told of {told} in a call that can have none"
            yield _say.notice(Reason.FEATURE_INSERTED, party, detail)


def _refused(case: Case, party: Party) -> Iterator[Finding]:
    for message in heard(case.signalling, party, SignalKind.FEATURE_REFUSED):
        try:
            refusal = FeatureRefusal.model_validate_json(message.body)
            detail = f"{party} was refused {refusal.feature}: {quoted(refusal.detail, _SHOWN)}"
        except ValidationError:
            detail = f"{party} was refused {quoted(message.body, _SHOWN)}"
        yield _say.fact(Reason.FEATURE_REFUSED, party, detail)


def _request(body: str) -> str:
    try:
        request = FeatureRequest.model_validate_json(body)
    except ValidationError:
        return quoted(body, _SHOWN)
    return f"{request.feature}: {'on' if request.on else 'off'}"
