"""What stays open in encrypted media, in sentences: facts from the packets, their weight from the policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ...model.finding import Finding, Reason, Severity
from ...model.voice import Voice, counted, quoted
from ..stream_key import StreamKey
from ..stream_rows import Places
from .fields import REVEALS, by_form, by_name
from .follower import OpenMedia, SampledStream
from .policy import Leak, LeakPolicy
from .samples import Element
from .speech import Envelope, SpeechLeak, is_audio, listen

NAME: Final = "leaks"
_SHOWN: Final = 4
_say: Final = Voice(NAME)
_SAYINGS: Final = {
    Severity.FACT: _say.fact,
    Severity.NOTICE: _say.notice,
    Severity.ALARM: _say.alarm,
    Severity.INCONCLUSIVE: _say.inconclusive,
}


def _unnamed(leg: int, number: int) -> None:
    return None


@dataclass(frozen=True)
class Described:
    """What others know of a capture.

    `name` names a leg. `extension` gives the URI that an SDP has for an extension identifier on a leg, None without
    one. `envelopes` hold the loudness of decrypted audio by stream.
    """

    name: Callable[[int], str]
    extension: Callable[[int, int], str | None] = _unnamed
    envelopes: Mapping[StreamKey, Envelope] = field(default_factory=dict)


@dataclass
class _Field:
    """One kind of field on one leg: in how many packets, out of how many, of how many streams; and how it is known."""

    packets: int = 0
    looked_at: int = 0
    streams: int = 0
    forms: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    @property
    def known(self) -> str:
        by_form = f"by the form of {', '.join(f'element {number}' for number in sorted(self.forms))}"
        by_name = f"as {', '.join(sorted(self.names))} in the SDP"
        ways = [way for way, there in ((by_form, self.forms), (by_name, self.names)) if there]
        return f", known {' and '.join(ways)}," if ways else ""


def weighed(policy: LeakPolicy, leak: Leak, reason: Reason, vantage: str, detail: str) -> Finding:
    """A finding with the weight that the policy gives this leak."""
    return _SAYINGS[policy.severity(leak)](reason, vantage, detail)


def leak_findings(media: OpenMedia, described: Described, policy: LeakPolicy) -> tuple[Finding, ...]:
    """Every finding about one capture."""
    kinds = Kinds.of(media, described)
    found = [finding for leg in media.packets for finding in _leg(media, leg, kinds, policy)]
    for stream in media.streams:
        found.extend(_speech(stream, kinds, policy))
    if media.beyond:
        detail = f"{counted(media.beyond, 'packet')} of more streams than are sampled were not searched for leaks"
        found.append(_say.inconclusive(Reason.LIMIT_REACHED, "capture", detail))
    return tuple(found)


@dataclass(frozen=True)
class Kinds:
    """What the extension elements of a capture are: by name where there is one, else by form.

    Where a stream is too short to show a form, its neighbours on the leg tell: with BUNDLE an identifier means the same
    in all of them (RFC 9143).
    """

    described: Described
    neighbours: Mapping[tuple[int, int], Leak]

    @classmethod
    def of(cls, media: OpenMedia, described: Described) -> Kinds:
        known = {
            (stream.key.leg, element.number): leak
            for stream in media.streams
            for element in stream.elements
            if (leak := by_form(element, stream.packets)) is not Leak.OTHER_EXTENSION
        }
        return cls(described, known)

    def name(self, stream: SampledStream, element: Element) -> str | None:
        """The URI that an SDP has for an element."""
        return self.described.extension(stream.key.leg, element.number)

    def kind(self, stream: SampledStream, element: Element) -> Leak | None:
        """What an element leaks; None when it is encrypted."""
        name = self.name(stream, element)
        if name is not None:
            return by_name(name)
        form = by_form(element, stream.packets)
        if form is Leak.OTHER_EXTENSION:
            return self.neighbours.get((stream.key.leg, element.number), form)
        return form


def _leg(media: OpenMedia, leg: int, kinds: Kinds, policy: LeakPolicy) -> Iterator[Finding]:
    vantage = kinds.described.name(leg)

    def clear(leak: Leak, detail: str) -> Finding:
        return weighed(policy, leak, Reason.HEADER_IN_CLEAR, vantage, f"{detail} reveals {REVEALS[leak]}")

    yield clear(Leak.RTP_HEADER, f"the header of {counted(media.packets[leg], 'RTP packet')}")
    for leak, seen in _fields(media, leg, kinds).items():
        share = f"{seen.packets} of {counted(seen.looked_at, 'packet')} looked at in {counted(seen.streams, 'stream')}"
        yield clear(leak, f"{leak.value} in clear in {share}{seen.known}")
    if names := media.cnames.get(leg):
        shown = ", ".join(f"{name!r} of SSRC 0x{ssrc:08x}" for ssrc, name in names[:_SHOWN])
        yield clear(Leak.CNAME, f"{counted(len(names), 'CNAME')} in RTCP that is not encrypted ({shown})")
    if hidden := media.cryptex.get(leg, 0):
        detail = f"{counted(hidden, 'RTP packet')} encrypt their extensions and contributing sources (RFC 9335)"
        yield _say.fact(Reason.HEADER_IN_CLEAR, vantage, detail)


def _fields(media: OpenMedia, leg: int, kinds: Kinds) -> dict[Leak, _Field]:
    found: defaultdict[Leak, _Field] = defaultdict(_Field)
    for stream in (stream for stream in media.streams if stream.key.leg == leg):
        places: defaultdict[Leak, list[Places]] = defaultdict(list)
        for element in stream.elements:
            leak, name = kinds.kind(stream, element), kinds.name(stream, element)
            if leak is None:
                continue
            places[leak].append(element.packet)
            if name is None:
                found[leak].forms.add(element.number)
            else:
                found[leak].names.add(quoted(name))
        if stream.packets.sources.any():
            places[Leak.CONTRIBUTING_SOURCES].append(np.flatnonzero(stream.packets.sources))
        for leak, parts in places.items():
            seen = found[leak]
            seen.packets += len(np.unique(np.concatenate(parts)))
            seen.looked_at += len(stream.packets)
            seen.streams += 1
    return found


def _speech(stream: SampledStream, kinds: Kinds, policy: LeakPolicy) -> Iterator[Finding]:
    if not is_audio(stream.packets):
        return
    level = next((one for one in stream.elements if kinds.kind(stream, one) is Leak.AUDIO_LEVEL), None)
    heard = listen(stream.packets, level, kinds.described.envelopes.get(stream.key))
    vantage, who = kinds.described.name(stream.key.leg), f"SSRC 0x{stream.key.ssrc:08x}"
    if activity := _activity(heard):
        yield weighed(policy, Leak.SPEECH_ACTIVITY, Reason.SPEECH_ACTIVITY_VISIBLE, vantage, f"{who}: {activity}")
    yield _lengths(heard, vantage, who, policy)


def _activity(heard: SpeechLeak) -> str:
    parts = []
    if heard.levels is not None:
        low, middle, high = heard.levels.quartiles
        parts.append(
            f"levels in {counted(heard.levels.packets, 'packet')}, quartiles -{low}, -{middle}, -{high} dBov, "
            f"{heard.levels.voice:.0%} flagged as voice"
        )
        if heard.correlation is not None:
            parts.append(f"correlation of packet lengths with {heard.reference} {heard.correlation:+.2f}")
    if heard.pauses:
        parts.append(f"{counted(heard.pauses, 'pause')} in which nothing is sent, {heard.spurts} packets marked")
    return "; ".join(parts)


def _lengths(heard: SpeechLeak, vantage: str, who: str, policy: LeakPolicy) -> Finding:
    form = (
        f"{counted(heard.lengths, 'length')} in {heard.packets} packets, varying by {heard.variation:.0%} of the mean"
    )
    if heard.correlation is None:
        judged = "the same length always says nothing" if heard.lengths == 1 else "no loudness to hold them against"
        return _say.fact(Reason.LENGTHS_COMPARED, vantage, f"{who}: {form}; {judged}")
    detail = f"{who}: packet lengths and {heard.reference} correlate at {heard.correlation:+.2f}; {form}"
    if abs(heard.correlation) < policy.minimum_correlation.value:
        return _say.fact(Reason.LENGTHS_COMPARED, vantage, f"{detail}: they do not follow the speech")
    return weighed(policy, Leak.SPEECH_IN_LENGTH, Reason.LENGTH_FOLLOWS_SPEECH, vantage, detail)
