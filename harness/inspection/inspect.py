"""An inspection of captures, from the files to the document: follow, prove, search, and say what was found.

Three passes, each window by window: the first one follows; the second one, which authenticates, needs the keys that
follow from the handshakes of all captures; the third one looks for those keys everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..model.finding import Finding
from ..model.inspection import Inspection
from .account import Totals
from .calls import Call, calls
from .captured import Captured
from .cross_check import CrossCheck
from .described import Described, described, sdes_summaries
from .findings import capture_findings, general_findings
from .keys import KeyedSender
from .limits import limits, not_checked
from .options import Options
from .protection import Protected, Protections
from .proving import Proving
from .recover import RecoveredStream, Recovery
from .reports import association_report, call_report, capture_report, recovered_report, stream_report
from .search import Pattern, Search, media_patterns
from .secrets import gathered, key_patterns, keys_of
from .stream_key import StreamKey


@dataclass(frozen=True)
class Proven:
    """What the second pass made of one capture."""

    captured: Captured
    proving: Proving
    protections: dict[StreamKey, Protected]
    totals: Totals
    folder: str
    recovered: tuple[RecoveredStream, ...]
    recovery_problems: tuple[str, ...]


def inspect(paths: Sequence[Path], options: Options) -> Inspection:
    """Inspect captures; several are taken as sides of the same calls.

    CaptureError for a file that is no capture, ValueError for a folder, key log or description that cannot be used,
    OSError when a file cannot be read or written. Nothing that a capture holds is an error.
    """
    captures = [_opened(path, name, options) for path, name in zip(paths, _names(paths), strict=True)]
    recoveries = _recoveries(captures, options)
    for one in captures:
        one.follow()
    description = described(*(text for _, text in options.sdp))
    secrets, secret_problems = gathered(captures, options)
    keys, key_problems = keys_of(captures, secrets, options)
    proven = [
        _prove(one, own, recovery, description, options)
        for one, own, recovery in zip(captures, keys, recoveries, strict=True)
    ]
    found = calls([one.evidence for one in captures], options.caller)
    patterns, left = key_patterns(captures, secrets, keys)
    search = _search(proven, [*options.patterns, *patterns], options)
    problems = [*secret_problems, *key_problems, *description.problems]
    if left:
        problems.append(f"{left} keys of the key logs were not looked for")
    return _document(proven, found, search, description, options, problems)


def _opened(path: Path, name: str, options: Options) -> Captured:
    return Captured(path, name, options.near, CrossCheck(path) if options.cross_check else None)


def _names(paths: Sequence[Path]) -> list[str]:
    """The names of the files; of those that have the same name, the paths."""
    count = Counter(path.name for path in paths)
    return [path.name if count[path.name] == 1 else str(path) for path in paths]


def _recoveries(captures: Sequence[Captured], options: Options) -> list[Recovery | None]:
    """One folder for each capture; below the one that was named when there are several."""
    if options.recover is None:
        return [None] * len(captures)
    codecs = {number: one.encoding for number, one in described(*(text for _, text in options.sdp)).codecs.items()}
    if len(captures) == 1:
        return [Recovery(options.recover, codecs)]
    if options.recover.exists() and any(options.recover.iterdir()):
        raise ValueError(f"{options.recover}: is not empty, and nothing is overwritten")
    return [Recovery(options.recover / f"capture-{number}", codecs) for number, _ in enumerate(captures, 1)]


def _prove(
    one: Captured, keys: Sequence[KeyedSender], recovery: Recovery | None, description: Described, options: Options
) -> Proven:
    """The second pass over one capture. Streams that are in clear are recovered whether there are keys or not."""
    before = Protections(one, {}, bool(description.cryptos))
    readable = frozenset(stream.key for stream in one.senders if before.of(stream.key).codec is not None)
    proving = Proving(one, keys, recovery, readable)
    proving.run(options.jobs)
    answers = Protections(one, proving.proofs, bool(description.cryptos))
    protections = {stream.key: answers.of(stream.key) for stream in one.senders}
    totals = one.account.totals(
        lambda key: (protections[key] if key in protections else answers.of(key)).sealing(one, key.leg),
        {(leg, number): name for number, name in description.extensions.items() for leg in range(len(one.legs.found))},
        file=one.capture.container,
        unread=one.capture.unread,
    )
    return Proven(
        one,
        proving,
        protections,
        totals,
        "" if recovery is None else str(recovery.folder),
        () if recovery is None else recovery.result(),
        () if recovery is None else recovery.problems,
    )


def _search(proven: Sequence[Proven], patterns: Sequence[Pattern], options: Options) -> list[Search]:
    """The third pass, through every capture and every description. One search for each: places have its names."""
    frames = [
        pattern
        for one in proven
        for key, payloads in one.proving.frames.items()
        for pattern in media_patterns(f"{one.captured.name} SSRC 0x{key.ssrc:08x}", payloads)
    ]
    searches = []
    for number, one in enumerate(proven):
        search = Search([*patterns, *frames])
        if search.patterns:
            for window, rtp in one.captured.windows():
                search.add(window, rtp)
        if number == 0:
            for name, text in options.sdp:
                search.text(name, text.encode())
        searches.append(search)
    return searches


def _document(
    proven: Sequence[Proven],
    found: Sequence[Call],
    searches: Sequence[Search],
    description: Described,
    options: Options,
    problems: Sequence[str],
) -> Inspection:
    codecs = description.codecs
    return Inspection(
        captures=tuple(capture_report(one.captured, one.totals) for one in proven),
        streams=tuple(
            stream_report(one.captured, stream, one.protections[stream.key], codecs)
            for one in proven
            for stream in one.captured.senders
        ),
        associations=tuple(
            association_report(one.captured, agreement) for one in proven for agreement in one.captured.agreements
        )
        + tuple(association_report(proven[0].captured, one) for one in sdes_summaries(description.cryptos)),
        calls=tuple(call_report(call) for call in found),
        findings=tuple(_findings(proven, found, searches, description, options, problems)),
        recovered=tuple(
            recovered_report(one.captured, one.folder, stream) for one in proven for stream in one.recovered
        ),
        not_checked=not_checked([one.captured for one in proven], options, any(one.proving.proofs for one in proven)),
        limits=limits(),
    )


def _findings(
    proven: Sequence[Proven],
    found: Sequence[Call],
    searches: Sequence[Search],
    description: Described,
    options: Options,
    problems: Sequence[str],
) -> Iterator[Finding]:
    for one, search in zip(proven, searches, strict=True):
        yield from capture_findings(one, search, description, options)
    yield from general_findings([one.captured for one in proven], found, options, problems)
