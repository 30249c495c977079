"""Were our eyes open? Each specimen against its healthy twin under the same attack, from the results alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from .model.alarms import UNPLANTED
from .model.finding import Finding, Reason, Severity
from .model.scenario import Family, Scenario
from .model.self_test import JUDGE, MATRIX, Catch, Eye, Quiet, SelfTest
from .model.verdict import Outcome, Result, Status
from .model.visibility import Observer

OWED: Final[Mapping[str, tuple[str, Reason]]] = {
    "establishment": ("failure-untold", Reason.ENDPOINT_ERROR),
    "codes": ("code-from-one-certificate", Reason.CODE_NOT_FROM_CERTIFICATES),
    "binding": ("fingerprint-never-compared", Reason.FINGERPRINT_NOT_COMPARED),
    "keyholders": ("keys-offered", Reason.KEYS_IN_SIGNALLING),
    "acceptance": ("answers-while-ringing", Reason.MEDIA_BEFORE_ACCEPT),
    "modes": ("toggle-ignored", Reason.MODE_LOWERED),
    "features": ("feature-allowed", Reason.FEATURE_NOT_REFUSED),
    "signalling": ("old-offer-taken", Reason.OLD_OFFER_ANSWERED),
    "chat": ("chat-logged", Reason.CHAT_ON_DISK),
    "service-path": ("greeting-in-clear", Reason.SERVICE_PATH_CLEAR),
    "opacity": ("tag-unchecked", Reason.FOREIGN_PACKET_ACCEPTED),
    "strangers": ("media-copied", Reason.MEDIA_TO_STRANGER),
    "memory": ("relay-told-a-key", Reason.KEY_IN_MEMORY),
    "wire": ("key-in-stun", Reason.KEY_ON_WIRE),
    "parameters": ("dtls10-allowed", Reason.VERSION_NOT_ALLOWED),
    "indicator": ("own-name-shown", Reason.WRONG_PEER_NAME),
    "screens": ("code-from-words", Reason.CODE_NOT_FROM_CERTIFICATES),
    "history": ("certificate-reused", Reason.CERTIFICATE_REUSED),
    "randomness": ("certificate-key-predictable", Reason.CERTIFICATE_KEY_PREDICTABLE),
    "wireshark": ("handshake-ambiguous", Reason.WIRESHARK_DISAGREES),
}
"""For each auditor a specimen, and what it must itself say of it. Others may say the same: an eye that has gone blind
is not excused by them, and cannot make what is planted for it fewer."""

_DID_NOT_RUN = "did not run"
Owed = Mapping[str, tuple[str, Reason]]
_UNHEARD = (Status.NOT_RUN, Status.ERROR, Status.INCONCLUSIVE)
_HEALTHY = (Status.AS_EXPECTED, Status.KNOWN_DEVIATION)


def members(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The scenarios of a self-test: every specimen, and every twin of one."""
    specimens = [one for one in scenarios if one.family is Family.SPECIMENS]
    twins = {one.twin for one in specimens}
    return tuple(one for one in scenarios if one.family is Family.SPECIMENS or one.id in twins)


def self_test(
    names: Sequence[str],
    plans: Mapping[str, Scenario],
    results: Mapping[str, Result],
    closed: Sequence[str] = (),
    informing: Sequence[str] = (),
    lacking: Collection[str] = (),
) -> SelfTest:
    """Judge the self-test of the specimens called `names`. Whatever has no plan did not run, and was not recognised.

    Unless it is `lacking` what it needs, as a browser: of such a fault this machine can say nothing, and it is counted.
    So is a specimen whose healthy twin lacks something: there is nothing to tell it from.

    `closed` are auditors that were left out: what they would have seen nobody knows, so nothing is passed without them.
    Those who are `informing` raise no alarm, and no specimen can be recognised by them.
    """
    unheard = [one for one in names if one in lacking]
    single = [one for one in names if one in plans and plans[one].twin in lacking]
    names = [one for one in names if one not in {*unheard, *single}]
    if not names:
        return SelfTest()
    owed = {eye: due for eye, due in OWED.items() if eye not in closed}
    catches = tuple(_catch(name, plans, results.get(name), owed) for name in names)
    twins = dict.fromkeys(one.twin for one in catches)
    quiets = tuple(_quiet(name, plans.get(name), results.get(name)) for name in twins)
    caught, quiet = sum(one.caught for one in catches), sum(one.quiet for one in quiets)
    whole = caught == len(catches) and quiet == len(quiets)
    word = "FAILED" if not whole else f"not passed, without {', '.join(closed)}" if closed else "passed"
    counts = f"{caught} of {len(catches)} specimens recognised, {quiet} of {len(quiets)} healthy twins quiet"
    counts += f", {len(unheard)} not run for want of what they need" if unheard else ""
    counts += f", {len(single)} left out, whose healthy twins were not run for want of something" if single else ""
    return SelfTest(
        passed=whole and not closed,
        sentence=f"{word}: {counts}",
        catches=catches,
        quiets=quiets,
        eyes=_eyes(catches, quiets, results.values(), informing, owed),
        unplanted=dict(UNPLANTED),
    )


def revealing(specimen: Scenario, twin: Scenario | None) -> tuple[Reason, ...]:
    """The reasons by which a specimen differs from its healthy twin."""
    known = frozenset[Reason]() if twin is None else twin.expect.alarms
    return tuple(reason for reason in specimen.expect.because if reason not in known)


def _catch(name: str, plans: Mapping[str, Scenario], result: Result | None, owed: Owed) -> Catch:
    specimen = plans.get(name)
    if specimen is None:
        return Catch(
            specimen=name,
            twin="",
            outcome=Outcome.UNKNOWN,
            status=Status.NOT_RUN,
            caught=False,
            by={},
            why=_DID_NOT_RUN,
        )
    twin = plans.get(specimen.twin or "")
    due = revealing(specimen, twin)
    alarms = () if result is None else tuple(_alarms(result.findings))
    given = {one.reason for one in alarms}
    by = _by_auditor(one for one in alarms if one.reason in due)
    status = Status.NOT_RUN if result is None else result.status
    blind = [eye for eye, (where, what) in owed.items() if where == name and what not in by.get(eye, ())]
    caught = twin is not None and status is Status.AS_EXPECTED and given >= set(due) and not blind
    return Catch(
        specimen=specimen.id,
        twin=specimen.twin or "",
        outcome=specimen.expect.outcome if result is None else result.outcome,
        status=status,
        caught=caught,
        by={_who_else(result): ()} if caught and not due else by,
        missing=tuple(reason for reason in due if reason not in given),
        why="" if caught else _blindness(name, blind, owed) or _why(twin, result),
    )


def _blindness(name: str, blind: Sequence[str], owed: Owed) -> str:
    """Who did not say what he has to say, though others perhaps did."""
    return ", ".join(f"the auditor {eye!r} did not raise {owed[eye][1]}" for eye in blind)


def _who_else(result: Result | None) -> str:
    """Who knows what no auditor can tell."""
    seen = None if result is None else result.visibility
    others = () if seen is None else (one for one in seen.beyond if one.observer is not Observer.ADVERSARY)
    return MATRIX if any(True for _ in others) else JUDGE


def _quiet(name: str, twin: Scenario | None, result: Result | None) -> Quiet:
    status = Status.NOT_RUN if twin is None or result is None else result.status
    undeserved: dict[str, tuple[Reason, ...]] = {}
    if twin is not None and result is not None and status is not Status.KNOWN_DEVIATION:
        undeserved = _by_auditor(one for one in _alarms(result.findings) if one.reason not in twin.expect.alarms)
    quiet = status in _HEALTHY and not undeserved
    return Quiet(twin=name, status=status, quiet=quiet, alarms=undeserved, why="" if quiet else _why(twin, result))


def _why(twin: Scenario | None, result: Result | None) -> str:
    if twin is None:
        return "its healthy twin did not run"
    return _DID_NOT_RUN if result is None else result.because


def _eyes(
    catches: Sequence[Catch],
    quiets: Sequence[Quiet],
    results: Iterable[Result],
    informing: Sequence[str],
    owed: Owed,
) -> tuple[Eye, ...]:
    """Each auditor by itself. A reason that nobody gave where it was due is held against whoever gives it elsewhere."""
    owners = {one.reason: one.auditor for result in results for one in result.findings}
    names = {name for one in catches for name in one.by} | set(owners.values())
    names |= {eye for eye, (where, _) in owed.items() if any(one.specimen == where for one in catches)}
    due = {(eye, where) for eye, (where, _) in owed.items()}
    return tuple(
        Eye(
            auditor=name,
            planted=sum(
                name in one.by or (name, one.specimen) in due or name in {owners.get(reason) for reason in one.missing}
                for one in catches
            ),
            caught=sum(name in one.by and one.caught for one in catches),
            healthy=len(quiets),
            quiet=sum(name not in one.alarms and one.status not in _UNHEARD for one in quiets),
            informs=name in informing,
        )
        for name in sorted(names)
    )


def _alarms(findings: Iterable[Finding]) -> Iterable[Finding]:
    return (one for one in findings if one.severity is Severity.ALARM)


def _by_auditor(findings: Iterable[Finding]) -> dict[str, tuple[Reason, ...]]:
    by: dict[str, dict[Reason, None]] = {}
    for one in findings:
        by.setdefault(one.auditor, {})[one.reason] = None
    return {auditor: tuple(reasons) for auditor, reasons in by.items()}
