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
    """One kind of field on one leg: in how many packets, out of how many, of how many streams; its identifiers."""

    packets: int = 0
    looked_at: int = 0
    streams: int = 0
    known_by: set[str] = field(default_factory=set)


def weighed(policy: LeakPolicy, leak: Leak, reason: Reason, vantage: str, detail: str) -> Finding:
    """A finding with the weight that the policy gives this leak."""
    return _SAYINGS[policy.severity(leak)](reason, vantage, detail)


def leak_findings(media: OpenMedia, described: Described, policy: LeakPolicy) -> tuple[Finding, ...]:
    """Every finding about one capture."""
    found = [finding for leg in media.packets for finding in _leg(media, leg, described, policy)]
    for stream in media.streams:
        found.extend(_speech(stream, described, policy))
    if media.beyond:
        detail = f"{counted(media.beyond, 'packet')} of more streams than are sampled were not searched for leaks"
        found.append(_say.inconclusive(Reason.LIMIT_REACHED, "capture", detail))
    return tuple(found)


def kind_of(stream: SampledStream, element: Element, described: Described) -> tuple[Leak | None, str]:
    """What an element leaks, None when it is encrypted; and how that is known."""
    uri = described.extension(stream.key.leg, element.number)
    if uri is None:
        return by_form(element, stream.packets), f"by the form of element {element.number}"
    return by_name(uri), f"as {quoted(uri)} in the SDP"


def _leg(media: OpenMedia, leg: int, described: Described, policy: LeakPolicy) -> Iterator[Finding]:
    vantage = described.name(leg)

    def clear(leak: Leak, detail: str) -> Finding:
        return weighed(policy, leak, Reason.HEADER_IN_CLEAR, vantage, f"{detail} reveals {REVEALS[leak]}")

    yield clear(Leak.RTP_HEADER, f"the header of {counted(media.packets[leg], 'RTP packet')}")
    for leak, seen in _fields(media, leg, described).items():
        known = f", known {' and '.join(sorted(seen.known_by))}" if seen.known_by else ""
        share = f"{seen.packets} of {counted(seen.looked_at, 'packet')} looked at in {counted(seen.streams, 'stream')}"
        yield clear(leak, f"{leak.value} in clear in {share}{known},")
    if names := media.cnames.get(leg):
        shown = ", ".join(f"{name!r} of SSRC 0x{ssrc:08x}" for ssrc, name in names[:_SHOWN])
        yield clear(Leak.CNAME, f"{counted(len(names), 'CNAME')} in RTCP that is not encrypted ({shown})")
    if hidden := media.cryptex.get(leg, 0):
        detail = f"{counted(hidden, 'RTP packet')} encrypt their extensions and contributing sources (RFC 9335)"
        yield _say.fact(Reason.HEADER_IN_CLEAR, vantage, detail)


def _fields(media: OpenMedia, leg: int, described: Described) -> dict[Leak, _Field]:
    found: defaultdict[Leak, _Field] = defaultdict(_Field)
    for stream in (stream for stream in media.streams if stream.key.leg == leg):
        places: defaultdict[Leak, list[Places]] = defaultdict(list)
        for element in stream.elements:
            leak, known_by = kind_of(stream, element, described)
            if leak is not None:
                places[leak].append(element.packet)
                found[leak].known_by.add(known_by)
        if stream.packets.sources.any():
            places[Leak.CONTRIBUTING_SOURCES].append(np.flatnonzero(stream.packets.sources))
        for leak, parts in places.items():
            seen = found[leak]
            seen.packets += len(np.unique(np.concatenate(parts)))
            seen.looked_at += len(stream.packets)
            seen.streams += 1
    return found


def _speech(stream: SampledStream, described: Described, policy: LeakPolicy) -> Iterator[Finding]:
    if not is_audio(stream.packets):
        return
    level = next((one for one in stream.elements if kind_of(stream, one, described)[0] is Leak.AUDIO_LEVEL), None)
    heard = listen(stream.packets, level, described.envelopes.get(stream.key))
    vantage, who = described.name(stream.key.leg), f"SSRC 0x{stream.key.ssrc:08x}"
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
        return _say.fact(Reason.LENGTH_FOLLOWS_SPEECH, vantage, f"{who}: {form}; {judged}")
    detail = f"{who}: packet lengths and {heard.reference} correlate at {heard.correlation:+.2f}; {form}"
    if abs(heard.correlation) < policy.minimum_correlation.value:
        return _say.fact(Reason.LENGTH_FOLLOWS_SPEECH, vantage, f"{detail}: they do not follow the speech")
    return weighed(policy, Leak.SPEECH_IN_LENGTH, Reason.LENGTH_FOLLOWS_SPEECH, vantage, detail)
