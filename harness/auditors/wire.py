"""What does the recording itself show: every byte explained, no secret anywhere, good ciphers used well?

The same examination as of a capture from anywhere, with the keys of both endpoints. What only the far side of a leg did
may be the adversary's doing, and weighs a notice; what the party itself sent in clear, or without a meaning, is an
alarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from ..inspection import leaks, misuse
from ..inspection.authentication import Fate
from ..inspection.findings import bytes_findings
from ..inspection.inspect import Examination, Proven
from ..inspection.plaintext import Reading
from ..inspection.search import Hit, PatternKind, Search
from ..inspection.search.findings import findings as search_findings
from ..inspection.statistics.battery import Reading as Randomness
from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.inspection import Protection
from ..model.mode import Mode
from ..model.voice import Voice, counted
from .case import Case

NAME: Final = "wire"
_IN_DESCRIPTIONS: Final = frozenset({PatternKind.SRTP_MASTER_KEY, PatternKind.SRTP_MASTER_SALT})
_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Each leg by itself; without an examination nothing was looked at."""
    if case.examination is None:
        return (_say.inconclusive(Reason.NOT_CHECKED, CALL_WIDE, "the captures of this call were not examined"),)
    legs = {one.file: one.name for one in case.recording.vantages}
    names = case.examination.description.extensions
    findings = [found for one in _examined(case.examination) for found in _leg(case, *one, names)]
    return tuple(_signed(found, legs) for found in findings)


def _examined(examination: Examination) -> Iterator[tuple[Proven, Search]]:
    return zip(examination.proven, examination.searches, strict=True)


def _leg(case: Case, one: Proven, search: Search, extensions: Mapping[int, str]) -> Iterator[Finding]:
    # In a call of our own making every byte that a party sends has a reason to be there: one that has none is an alarm.
    yield from bytes_findings(one, own=True)
    yield from search_findings(search, one.captured.name, one.captured.leg, partial(_signalled, case))
    yield from _clear(one)
    misused = misuse.misuse_findings(one.proving.misuse.result(), one.surroundings)
    yield from misused
    if not misused and one.proving.proofs:
        proofs = one.proving.proofs.values()
        packets = counted(sum(proof.count(Fate.AUTHENTICATED) for proof in proofs), "authentic packet")
        detail = f"{packets} of {counted(len(proofs), 'sender')}: no key was used twice with one SSRC and one index"
        yield _say.fact(Reason.KEYSTREAMS_COMPARED, one.captured.name, detail)
    named = leaks.Described(one.captured.leg, lambda _, number: extensions.get(number), one.proving.envelopes)
    yield from leaks.leak_findings(one.captured.leaks.result(), named, case.leak_policy)


def _signalled(case: Case, hit: Hit) -> bool:
    """Whether this is a key in a description of a call whose keys travel there (RFC 4568)."""
    ordinary = all(case.mode_of(party) is Mode.SERVICE for party in Party)
    return ordinary and bool(hit.spot.file) and hit.kind in _IN_DESCRIPTIONS


def _clear(one: Proven) -> Iterator[Finding]:
    """Streams that decode, or that are not noise, and reports that can be read."""
    for key, answer in one.protections.items():
        say = _say.alarm if key.outward else _say.notice
        if answer.protection is Protection.PLAINTEXT and answer.codec is not None:
            detail = f"SSRC 0x{key.ssrc:08x} is in clear: {answer.because}"
            yield say(Reason.PAYLOAD_DECODES, one.captured.leg(key.leg), detail)
    for key, tested in one.captured.statistics.items():
        say = _say.alarm if key.outward else _say.notice
        if tested.reading is Randomness.NOT_RANDOM:
            detail = f"{', '.join(tested.refuted)} refute that {counted(tested.tested, 'byte')} are ciphertext"
            yield say(Reason.NOT_RANDOM, one.captured.leg(key.leg), f"SSRC 0x{key.ssrc:08x}: {detail}")
    for key, read in one.captured.reports.items():
        # Of reports that came in, only what became of them counts: anybody can throw some in.
        if key.outward and read.reading is Reading.PLAINTEXT:
            detail = f"the reports of SSRC 0x{key.ssrc:08x} are in clear: {read.evidence}"
            yield _say.alarm(Reason.PLAINTEXT_ON_WIRE, one.captured.leg(key.leg), detail)


def _signed(found: Finding, legs: dict[str, str]) -> Finding:
    """The finding under this auditor's name, and its place by the name of the leg instead of the file."""
    file = found.vantage.partition(" ")[0]
    return found.model_copy(update={"auditor": NAME, "vantage": legs.get(file, found.vantage)})
