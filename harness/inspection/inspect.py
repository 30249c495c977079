"""An inspection of captures, from the files to the document: follow, prove, search, and say what was found.

Three passes, each window by window: the first one follows; the second one, which authenticates, needs the keys that
follow from the handshakes of all captures; the third one looks for those keys everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..model.finding import Finding
from ..model.inspection import Inspection, Protection
from .account import Totals
from .calls import Call, CallEvidence, calls
from .captured import Captured
from .cross_check import CrossCheck
from .described import Described, described, sdes_summaries
from .endpoint_name import is_at
from .file_name import file_name, printed
from .findings import capture_findings, general_findings
from .keys import KeyedSender
from .leaks import Loudness
from .limits import limits, not_checked
from .misuse import KeyPair, Surroundings
from .open_media import open_media
from .options import Options
from .protection import Protected, Protections
from .proving import Proving
from .recover import RecoveredStream, Recovery
from .reports import association_report, call_report, capture_report, recovered_report, stream_report
from .search import Pattern, Search, Sought, media_patterns
from .secrets import gathered, key_pairs, key_patterns, keys_of
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

    @property
    def surroundings(self) -> Surroundings:
        """What the findings on misuse have to know."""
        captured = self.captured
        return Surroundings(
            name=captured.leg,
            profile=lambda leg: profile.name if (profile := captured.profile(leg)) else None,
            suite=captured.suite,
            plain=frozenset(
                key for key, answer in self.protections.items() if answer.protection is Protection.PLAINTEXT
            ),
        )


@dataclass(frozen=True)
class Examination:
    """What all passes made of the captures, before it is put into words. `searches`: one for each capture."""

    proven: tuple[Proven, ...]
    calls: tuple[Call, ...]
    searches: tuple[Search, ...]
    key_pairs: tuple[KeyPair, ...]
    description: Described
    problems: tuple[str, ...]


def inspect(paths: Sequence[Path], options: Options) -> Inspection:
    """Inspect captures; several are taken as sides of the same calls.

    CaptureError for a file that is no capture, ValueError for a folder, key log or description that cannot be used,
    OSError when a file cannot be read or written. Nothing that a capture holds is an error.
    """
    return _document(examine(paths, options), options)


def examine(paths: Sequence[Path], options: Options) -> Examination:
    """All passes over all captures; errors as above."""
    captures = [_opened(path, name, options) for path, name in zip(paths, _names(paths), strict=True)]
    recoveries = _recoveries(captures, options)
    for one in captures:
        one.follow()
    description = described(*(text for _, text in options.sdp))
    secrets, secret_problems = gathered(captures, options)
    keys = keys_of(captures, secrets, options)
    proven = tuple(
        _prove(one, keys.of(number), recovery, description, options)
        for number, (one, recovery) in enumerate(zip(captures, recoveries, strict=True))
    )
    used = {proof.origin for one in proven for proof in one.proving.proofs.values()}
    patterns, left = key_patterns(captures, secrets, keys, used)
    problems = [*secret_problems, *keys.problems, *description.problems, *_strangers(captures, options)]
    if left:
        problems.append(f"{left} keys of the key logs were not looked for")
    return Examination(
        proven,
        calls([_evidence(one) for one in proven], options.caller),
        _search(proven, [*options.patterns, *patterns], options),
        key_pairs(captures, keys),
        description,
        tuple(problems),
    )


def _strangers(captures: Sequence[Captured], options: Options) -> Iterator[str]:
    """Addresses that were named and are those of nobody: a slip of the pen would change nothing, and go unnoticed."""
    seen = [name for one in captures for name in one.endpoints.names]
    for address in dict.fromkeys((*options.near, *([] if options.caller is None else [options.caller]))):
        if not any(is_at(name, address) for name in seen):
            yield f"no packet comes from or goes to {address!r}, which was named"


def _opened(path: Path, name: str, options: Options) -> Captured:
    return Captured(path, name, options.near, CrossCheck(path) if options.cross_check else None)


def _names(paths: Sequence[Path]) -> list[str]:
    """The names of the files; of those that have the same name, the paths."""
    count = Counter(file_name(path) for path in paths)
    return [file_name(path) if count[file_name(path)] == 1 else printed(path) for path in paths]


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
    loudness = Loudness(one.leaks.result(), {number: codec.encoding for number, codec in description.codecs.items()})
    proving = Proving(one, keys, recovery, readable, loudness)
    proving.run(options.jobs)
    answers = Protections(one, proving.proofs, bool(description.cryptos))
    protections = {stream.key: answers.of(stream.key) for stream in one.senders}
    totals = one.account.totals(
        lambda key: (protections[key] if key in protections else answers.of(key)).sealing(one, key.leg),
        lambda _, number: description.extensions.get(number),
        file=one.capture.container,
        unread=one.capture.unread,
    )
    return Proven(
        one,
        proving,
        protections,
        totals,
        "" if recovery is None else printed(recovery.folder),
        () if recovery is None else recovery.result(),
        () if recovery is None else recovery.problems,
    )


def _evidence(one: Proven) -> CallEvidence:
    """What a capture shows of calls, now that it is known how its streams are protected."""
    return replace(one.captured.evidence, open_media=open_media(one.captured, one.protections))


def _search(proven: Sequence[Proven], patterns: Sequence[Pattern], options: Options) -> tuple[Search, ...]:
    """The third pass, through every capture and every text. One search for each: places have its names."""
    frames = [
        pattern
        for one in proven
        for key, payloads in one.proving.frames.items()
        for pattern in media_patterns(f"{one.captured.name} SSRC 0x{key.ssrc:08x}", payloads)
    ]
    sought, searches = Sought([*patterns, *frames]), []
    for number, one in enumerate(proven):
        search = Search(sought)
        if search.patterns:
            for window, rtp in one.captured.windows():
                search.add(window, rtp)
        if number == 0:
            for name, text in (*options.sdp, *options.texts):
                search.text(name, text.encode())
        searches.append(search)
    return tuple(searches)


def _document(examined: Examination, options: Options) -> Inspection:
    proven, description = examined.proven, examined.description
    return Inspection(
        captures=tuple(capture_report(one.captured, one.totals) for one in proven),
        streams=tuple(
            stream_report(one.captured, stream, one.protections[stream.key], description.codecs)
            for one in proven
            for stream in one.captured.senders
        ),
        associations=tuple(
            association_report(one.captured, agreement) for one in proven for agreement in one.captured.agreements
        )
        + tuple(association_report(proven[0].captured, one) for one in sdes_summaries(description.cryptos)),
        calls=tuple(call_report(call) for call in examined.calls),
        findings=tuple(_findings(examined, options)),
        recovered=tuple(
            recovered_report(one.captured, one.folder, stream) for one in proven for stream in one.recovered
        ),
        not_checked=not_checked(
            [one.captured for one in proven],
            options,
            proved=any(one.proving.proofs for one in proven),
            recovered=any(one.recovered for one in proven),
        ),
        limits=limits(),
    )


def _findings(examined: Examination, options: Options) -> Iterator[Finding]:
    for one, search in zip(examined.proven, examined.searches, strict=True):
        yield from capture_findings(one, search, examined.description, options)
    captures = [one.captured for one in examined.proven]
    yield from general_findings(captures, examined.calls, examined.key_pairs, options, examined.problems)
