"""Which features did the service turn on, refuse, or claim to have turned on where the call cannot have any?

That it says so changes nothing by itself: whether somebody holds keys or media that he did not hold before is for those
to say who look at keys, certificates and packets. But who asks for one in an encrypted call is refused it by its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from ..model.base import Party
from ..model.feature import NAMES, Feature, FeatureRefusal, FeatureRequest
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.mode import Mode
from ..model.recording import SignalKind
from ..model.voice import Voice, quoted
from .case import Case
from .course import heard, said

NAME: Final = "features"

_SHOWN: Final = 80
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """What each party was told."""
    looks = (_switched, _refused, _unrefused)
    findings = [found for party in Party for look in looks for found in look(case, party)]
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


def _unrefused(case: Case, party: Party) -> Iterator[Finding]:
    """What a party asked for in an encrypted call that stayed up, and was not told by name that it cannot be had."""
    if case.mode_of(party) is not Mode.E2EE or not case.connected(party) or case.statements[party].failure is not None:
        return
    refusals = Counter(_refusals(case, party))
    for message in said(case.signalling, party, SignalKind.FEATURE):
        feature = FeatureRequest.model_validate_json(message.body).feature
        if refusals[feature] == 0:
            detail = f"{party} asked for {feature} in an end-to-end encrypted call, and was not refused it by its name"
            yield _say.alarm(Reason.FEATURE_NOT_REFUSED, party, detail)
        refusals[feature] -= 1


def _refusals(case: Case, party: Party) -> Iterator[Feature]:
    """The features whose refusal reached a party, with words that name them."""
    for message in heard(case.signalling, party, SignalKind.FEATURE_REFUSED):
        with suppress(ValidationError):
            refusal = FeatureRefusal.model_validate_json(message.body)
            if any(name in refusal.detail for name in (NAMES[refusal.feature], refusal.feature.value)):
                yield refusal.feature


def _request(body: str) -> str:
    try:
        request = FeatureRequest.model_validate_json(body)
    except ValidationError:
        return quoted(body, _SHOWN)
    return f"{request.feature}: {'on' if request.on else 'off'}"
