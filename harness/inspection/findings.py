"""Everything that an inspection has to say, capture by capture and then over all of them, auditor by auditor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.inspection import Protection
from ..model.voice import Voice, counted
from ..vantage.layers import NO_MESSAGE
from . import leaks, misuse
from .authentication import Fate
from .calls import Call, call_findings
from .calls.findings import signalled_findings
from .captured import Captured
from .cross_check import OurHello
from .described import Described, described
from .options import Options
from .parameters import (
    Policy,
    certificate_faults,
    handshake_faults,
    negotiated,
    read_certificate,
    session_faults,
    session_notices,
)
from .plaintext import Reading
from .search import Search
from .search.findings import findings as search_findings
from .side_traces import side_traces
from .statistics.findings import findings as statistics_findings
from .stream_key import StreamKey

if TYPE_CHECKING:
    from .inspect import Proven

_READING, _PROOF, _PLAINTEXT = Voice("reading"), Voice("authentication"), Voice("plaintext")
_PARAMETERS, _ICE, _BYTES = Voice("parameters"), Voice("ice"), Voice("byte-account")


def capture_findings(one: Proven, found: Search, description: Described, options: Options) -> Iterator[Finding]:
    """What one capture shows."""
    captured = one.captured
    yield from _read(captured)
    yield from bytes_findings(one)
    yield from _protected(one, with_keys=bool(one.proving.proofs))
    yield from _reports_in_clear(captured)
    yield from _checked(captured)
    yield from _negotiated(captured, options.policy)
    yield from statistics_findings(
        {key: tested for key, tested in captured.statistics.items() if not _mixed(one, key)},
        captured.randomness.problems,
        captured.name,
        captured.leg,
    )
    yield from misuse.misuse_findings(one.proving.misuse.result(), one.surroundings)
    named = leaks.Described(captured.leg, lambda _, number: description.extensions.get(number), one.proving.envelopes)
    yield from leaks.leak_findings(captured.leaks.result(), named, options.leak_policy)
    described_files = {name for name, _ in options.sdp}
    yield from search_findings(found, captured.name, captured.leg, lambda hit: hit.spot.file in described_files)
    yield from _limits(one)
    yield from _second_opinion(captured)


def general_findings(
    captures: Sequence[Captured],
    found: Sequence[Call],
    keys: Sequence[misuse.KeyPair],
    options: Options,
    problems: Sequence[str],
) -> Iterator[Finding]:
    """What all captures show together."""
    yield from call_findings(found)
    evidence = [one.evidence for one in captures]
    yield from signalled_findings(evidence, {name: described(text).fingerprints for name, text in options.sdp})
    traces = side_traces(captures, found)
    yield from misuse.predictable(traces)
    yield from misuse.key_findings(keys)
    yield from leaks.link_findings(traces, options.leak_policy)
    for sentence in problems:
        yield _READING.inconclusive(Reason.NOT_CHECKED, CALL_WIDE, sentence)


def bytes_findings(one: Proven, *, own: bool = False) -> Iterator[Finding]:
    """Bytes that nobody can explain; or that there are none. `own`: those of the near end are an alarm."""
    odd = one.captured.account.findings(one.captured.leg, own=own)
    yield from odd
    if not odd:
        detail = f"each of {counted(one.totals.bytes, 'byte')} has a label, and none is unknown"
        yield _BYTES.fact(Reason.BYTES_EXPLAINED, one.captured.name, detail)


def _mixed(one: Proven, key: StreamKey) -> bool:
    """Whether forged packets are among genuine ones: then statistics would blame the sender for what others forged."""
    answer = one.protections.get(key)
    proof = answer.proof if answer is not None else None
    return proof is not None and bool(proof.count(Fate.AUTHENTICATED) and proof.count(Fate.FAILED))


def _read(captured: Captured) -> Iterator[Finding]:
    """Damage is never passed over: what could not be read could be anything."""
    capture = captured.capture
    detail = f"{counted(capture.packets, 'packet')} in {counted(capture.size, 'byte')}"
    yield _READING.fact(Reason.CAPTURE_READ, captured.name, detail)
    problems = capture.problems
    if problems:
        first = problems[0]
        more = len(problems) + capture.more_problems - 1
        detail = f"{first.fault} at byte {first.place}: {first.sentence}{f'; and {more} more' if more else ''}"
        yield _READING.inconclusive(Reason.CAPTURE_DAMAGED, captured.name, detail)
    if capture.cut_short:
        detail = f"{counted(capture.cut_short, 'packet')} cut short when captured: what was cut off was not looked at"
        yield _READING.inconclusive(Reason.PACKETS_CUT_SHORT, captured.name, detail)
    for kind, note in captured.layers.problems:
        detail = f"{note.count} × {kind}, first in frame {note.frames[0]}"
        say = _READING.notice if kind in NO_MESSAGE else _READING.inconclusive
        yield say(Reason.CAPTURE_DAMAGED, captured.name, detail)
    for kind, note in captured.layers.unread:
        detail = f"{counted(note.count, 'frame')} of {kind}, first frame {note.frames[0]}: not part of a call"
        yield _READING.notice(Reason.UNEXPLAINED_PACKET, captured.name, detail)


def _protected(one: Proven, *, with_keys: bool) -> Iterator[Finding]:
    """One finding for each stream that is not as it should be, and one for all that are proved."""
    proved = packets = 0
    for key, answer in one.protections.items():
        vantage, ssrc = one.captured.leg(key.leg), f"SSRC 0x{key.ssrc:08x}"
        if answer.protection is Protection.PLAINTEXT:
            reason = Reason.PAYLOAD_DECODES if answer.codec else Reason.PLAINTEXT_ON_WIRE
            yield _PLAINTEXT.alarm(reason, vantage, f"{ssrc} is in clear: {answer.because}")
        elif answer.protection is Protection.FAILED and answer.proof is not None:
            first = answer.proof.failures[0]
            detail = f"{ssrc}: {answer.because}; first frame {first.frame}: {first.words}"
            yield _PROOF.alarm(Reason.PACKET_NOT_AUTHENTICATED, vantage, detail)
        elif answer.protection is Protection.AUTHENTICATED and answer.proof is not None:
            proved, packets = proved + 1, packets + answer.proof.packets
            if answer.proof.count(Fate.REPLAYED) or answer.proof.count(Fate.OLD):
                first = answer.proof.failures[0]
                detail = f"{ssrc}: {answer.because}; first frame {first.frame}: {first.words}"
                yield _PROOF.notice(Reason.REPLAY_SEEN, vantage, detail)
        elif with_keys:
            yield _PROOF.notice(Reason.KEYS_MISSING, vantage, f"{ssrc}: no key at hand fits it ({answer.because})")
    if proved:
        detail = f"all {counted(packets, 'packet')} of {counted(proved, 'stream')} are authentic under the keys at hand"
        yield _PROOF.fact(Reason.EVERY_PACKET_AUTHENTICATED, one.captured.name, detail)


def _reports_in_clear(captured: Captured) -> Iterator[Finding]:
    for key, found in captured.reports.items():
        if found.reading is Reading.PLAINTEXT:
            detail = f"the reports of SSRC 0x{key.ssrc:08x} are in clear: {found.evidence}"
            yield _PLAINTEXT.alarm(Reason.PLAINTEXT_ON_WIRE, captured.leg(key.leg), detail)


def _negotiated(captured: Captured, policy: Policy) -> Iterator[Finding]:
    """What each handshake chose, as a fact; and apart from that, what the policy has against it."""
    for one in captured.followed:
        for reason, remark in session_notices(one.dtls, policy):
            yield _PARAMETERS.notice(reason, captured.leg(one.leg), remark)
        if one.dtls.server_hello is None:
            continue
        vantage, dtls = captured.leg(one.leg), one.dtls
        yield _PARAMETERS.fact(Reason.PARAMETERS_NEGOTIATED, vantage, negotiated(dtls))
        if dtls.protected_near and dtls.protected_far and dtls.group_hidden:
            detail = "the handshake came to its end, and in which group its keys were agreed on could not be read"
            yield _PARAMETERS.inconclusive(Reason.GROUP_NOT_VISIBLE, vantage, detail)
        for reason, fault in handshake_faults(dtls, policy):
            yield _PARAMETERS.alarm(reason, vantage, fault)
        for reason, fault in session_faults(dtls, whole=False):
            yield _PARAMETERS.alarm(reason, vantage, fault)
        for side, chain in (("client", dtls.certificates_client), ("server", dtls.certificates_server)):
            for fault in _certificate_faults(chain[:1], policy):
                yield _PARAMETERS.alarm(Reason.CERTIFICATE_NOT_ALLOWED, vantage, f"the {side}'s certificate {fault}")


def _certificate_faults(chain: Sequence[bytes], policy: Policy) -> Iterator[str]:
    for der in chain:
        try:
            certificate = read_certificate(der)
        except ValueError as error:
            yield f"is not readable: {error}"
        else:
            # Identity is the fingerprint (RFC 8827 section 6.5), and the clock of who captured proves no validity.
            yield from certificate_faults(certificate, policy, certificate.not_before)


def _checked(captured: Captured) -> Iterator[Finding]:
    """The connectivity checks of each leg, paired with their answers."""
    for ice in captured.checks:
        asked, answered = (sum(getattr(one, name) for one in ice.checks) for name in ("requests", "answered"))
        nominated = f", nominated in frame {ice.nominated}" if ice.nominated else ""
        detail = f"{answered} of {counted(asked, 'check')} answered{nominated}; {ice.why}"
        yield _ICE.fact(Reason.ICE_CHECKED, captured.leg(ice.leg), detail)
        if ice.malformed or ice.role_conflicts:
            detail = f"{ice.malformed} malformed checks, {ice.role_conflicts} refused as a conflict of roles"
            yield _ICE.notice(Reason.ICE_CHECKED, captured.leg(ice.leg), detail)


def _limits(one: Proven) -> Iterator[Finding]:
    """Every limit that was reached: behind it nothing was looked at."""
    captured = one.captured
    reached = [
        *captured.associations.limits(),
        *captured.ice.limits(),
        *captured.zrtp.limits(),
        *captured.quic.limits(),
        *captured.plaintext.problems,
        *one.proving.limits,
        *one.recovery_problems,
    ]
    if captured.streams.beyond:
        reached.append(f"{counted(captured.streams.beyond, 'packet')} of more streams than are followed")
    for sentence in reached:
        yield _READING.inconclusive(Reason.LIMIT_REACHED, captured.name, sentence)


def _second_opinion(captured: Captured) -> Iterator[Finding]:
    if captured.cross_check is None:
        return
    hellos = {
        hello.random: OurHello(one.dtls.version, hello.suite, one.dtls.srtp_profile)
        for one in captured.followed
        if (hello := one.dtls.server_hello) is not None
    }
    certificates = {
        der for one in captured.followed for der in (*one.dtls.certificates_near, *one.dtls.certificates_far)
    }
    yield from captured.cross_check.findings(captured.name, hellos, certificates)
