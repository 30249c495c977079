"""What a search looks for: lock shown and call up => (intercepted <=> codes differ), and no plaintext or key in sight.

The outcome says the first half. The second half are alarms that speak against an endpoint whatever the adversary did:
an adversary can drop, damage and forge, but it cannot make a correct endpoint do any of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..model.finding import Finding, Reason, Severity
from ..model.verdict import Outcome, Result, Status

OUTCOMES: Final = {
    Outcome.BREACH: "intercepted, or in clear, and nothing on the screens tells",
    Outcome.FALSE_ALARM: "the codes differ although nobody intercepted",
    Outcome.MISBOUND: "equal codes, and somebody else at the other end",
}

INDICTING: Final = {
    Reason.MEDIA_BEFORE_ACCEPT: "a party decides when it is heard, and this one sent media before its user accepted",
    Reason.NETWORK_BEFORE_ACCEPT: "a party decides when it may be found, and this one told where it is before that",
    Reason.KEYS_IN_SIGNALLING: "a party writes its own descriptions, and this one put a key under its lock into them",
    Reason.OLD_OFFER_ANSWERED: "anybody can send an old offer again; answering it is the endpoint's",
    Reason.CHAT_ON_DISK: "what passes the service is the service's to keep or not, and this one kept it in clear",
    Reason.PLAINTEXT_ON_WIRE: "what a party sends is its own doing, and it sent media in clear",
    Reason.MARKER_ON_WIRE: "what a party sends is its own doing, and its media can be decoded as it is",
    Reason.LOCK_TOO_EARLY: "a screen is its own client's, and this one shows a lock before there is anything behind it",
    Reason.LOCK_WITHDRAWN: "a screen is its own client's, and this one took its promise back while the call went on",
    Reason.LOCK_ON_SERVICE_CALL: "a screen is its own client's, and this one shows a lock over keys the service holds",
    Reason.CODE_WITHOUT_LOCK: "a screen is its own client's, and this one shows a code where nothing is promised",
    Reason.CODE_ON_SERVICE_CALL: "a screen is its own client's, and this one shows a code over keys the service holds",
    Reason.SCREENS_CONTRADICT: "what an endpoint says of its own screen must agree with itself",
    Reason.UNEXPLAINED_PACKET: "what a party sends is its own doing, and this belongs to no protocol of a call",
    Reason.LOCK_WITHOUT_ENCRYPTION: "a screen is its own client's, and this one shows a lock over nothing",
    Reason.LOCK_WITHOUT_CODE: "a screen is its own client's, and this one has a lock and nothing to compare",
    Reason.KEY_ON_WIRE: "only an endpoint has its keys, so only an endpoint can have sent one",
    Reason.KEYS_IN_CAPTURE: "only an endpoint has its keys, so only an endpoint can have sent one",
    Reason.FOREIGN_PACKET_ACCEPTED: "a forged packet is the adversary's, taking it is the endpoint's",
    Reason.REPLAY_ACCEPTED: "a replay is the adversary's, taking it is the endpoint's",
    Reason.CODE_NOT_FROM_CERTIFICATES: "whatever certificates DTLS presented, the code must be theirs",
    Reason.CODE_OUTDATED: "whatever certificates DTLS presented last, the code must be theirs",
    Reason.CODE_MALFORMED: "an endpoint makes its own code, of as many digits as the system says",
    Reason.CODE_CHANGE_NOT_ANNOUNCED: "when a code must change, its own client has to say so",
    Reason.CODE_REPEATED: "a code of an earlier call comes from certificates that were kept, or from none",
    Reason.FINGERPRINT_NOT_COMPARED: "a certificate that the signalling does not name must be refused",
    Reason.TWO_TIME_PAD: "keystreams are the sender's to use once",
    Reason.NONCE_REUSED: "nonces are the sender's to use once",
    Reason.ROLLOVER_RESET: "the rollover counter is the sender's own",
    Reason.SEQUENCE_RESTARTED: "sequence numbers are the sender's own",
    Reason.KEY_IN_BOTH_DIRECTIONS: "each end derives the keys of both directions by itself",
    Reason.CERTIFICATE_KEY_PREDICTABLE: "a party makes its own certificate, or shows that it takes any",
    Reason.RANDOM_PREDICTABLE: "a party throws its own dice",
    Reason.MEDIA_TO_STRANGER: "a party chooses where it sends, and may only after a check",
    Reason.UNPROVED_CHECK_ANSWERED: "anybody can ask; an answer that says yes is the endpoint's",
    Reason.ROLE_GIVEN_UP: "anybody can claim a conflict; to believe it without a proof is the endpoint's",
    Reason.PACKET_NOT_AUTHENTICATED: "only packets that a party sent itself raise this one",
}
"""Alarms that are never the adversary's doing, each with the reason why."""

WHEN_UP: Final = {
    Reason.VERSION_NOT_ALLOWED: "a version can be offered by anybody; going on with it is the endpoint's",
    Reason.SUITE_NOT_ALLOWED: "a suite can be offered by anybody; going on with it is the endpoint's",
    Reason.GROUP_NOT_ALLOWED: "a group can be offered by anybody; going on with it is the endpoint's",
    Reason.PROFILE_NOT_ALLOWED: "a profile can be offered by anybody; going on with it is the endpoint's",
    Reason.CERTIFICATE_NOT_ALLOWED: "a certificate can be shown by anybody; going on with it is the endpoint's",
}
"""Alarms that speak against an endpoint only when it went on: a call that was refused for them is well."""

OWN: Final = {
    Reason.CERTIFICATE_REUSED: ("history", "a party makes its own certificate, and this one was in an earlier call"),
}
"""Alarms that speak against an endpoint only when this auditor raised them: others say it of what was presented."""


@dataclass(frozen=True)
class Violation:
    """The property does not hold. `name`: the outcome or the alarm that says so; `why`: a sentence; `detail`: where."""

    name: str
    why: str
    detail: str


def violation(result: Result) -> Violation | None:
    """The gravest thing that a judged call shows against the system; None when the property holds.

    Calls that do not come up, or lose media, are no violation: nothing was promised on the screens.
    """
    if result.outcome in OUTCOMES:
        return Violation(result.outcome.value, OUTCOMES[result.outcome], result.because)
    return next((broken for _, broken in _broken(result)), None)


def against(result: Result) -> frozenset[Reason]:
    """Every alarm of a judged call that by itself speaks against the system."""
    return frozenset(found.reason for found in speaking(result))


def speaking(result: Result) -> tuple[Finding, ...]:
    """The findings that do."""
    return tuple(found for found, _ in _broken(result))


def unseeing(result: Result) -> str | None:
    """Why the harness could not look at this call; None when it could."""
    if result.status in (Status.ERROR, Status.NOT_RUN):
        return f"{result.status}: {result.because}"
    unclear = next((found for found in result.findings if found.severity is Severity.INCONCLUSIVE), None)
    if unclear is not None:
        return f"{unclear.auditor}: {unclear.reason} at {unclear.vantage}: {unclear.detail}"
    return None if result.outcome is not Outcome.UNKNOWN else f"no outcome has a name: {result.because}"


def _broken(result: Result) -> Iterator[tuple[Finding, Violation]]:
    said = {found.reason for found in result.findings}
    up = Reason.CALL_ESTABLISHED in said and not said & {Reason.CALL_REFUSED, Reason.CALL_LOST}
    for found in result.findings:
        broken = _indicted(found, up) if found.severity is Severity.ALARM else None
        if broken is not None:
            yield found, broken


def _indicted(found: Finding, up: bool) -> Violation | None:
    why = INDICTING.get(found.reason) or (WHEN_UP.get(found.reason) if up else None)
    auditor, of_own = OWN.get(found.reason, ("", ""))
    if why is None and auditor and found.auditor == auditor:
        why = of_own
    return None if why is None else Violation(found.reason.value, why, f"{found.vantage}: {found.detail}")
