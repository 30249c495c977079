"""Media that the handshakes of a capture do not protect, as far as is known: a verdict on them does not cover it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from ..model.inspection import Protection
from ..model.voice import counted
from .authentication import SenderProof
from .calls import OpenMedia
from .captured import Captured
from .protection import Protected
from .stream_key import StreamKey
from .streams import RtpStream

_NULL_CIPHER: Final = "SRTP_NULL_"


def open_media(captured: Captured, answers: Mapping[StreamKey, Protected]) -> tuple[OpenMedia, ...]:
    """One entry for each leg and each reason. A stream that moves to another leg keeps the keys that it has."""
    covered = {one.leg for one in captured.followed if one.dtls.finished and _asks_for_srtp(captured, one.leg)}
    moved = {one.key.ssrc for one in captured.senders if one.key.leg in covered}
    by_leg = groupby(sorted(captured.senders, key=lambda one: one.key.leg), key=lambda one: one.key.leg)
    return tuple(
        found
        for leg, streams in by_leg
        for found in _of_leg(captured, leg, list(streams), answers, moved, covered=leg in covered)
    )


def _of_leg(
    captured: Captured,
    leg: int,
    streams: list[RtpStream],
    answers: Mapping[StreamKey, Protected],
    moved: set[int],
    *,
    covered: bool,
) -> Iterator[OpenMedia]:
    why: dict[str, list[RtpStream]] = {}
    for one in streams:
        reason = _why(captured, one, answers[one.key], covered or one.key.ssrc in moved)
        if reason:
            why.setdefault(reason, []).append(one)
    ends = captured.legs.found[leg]
    near, far = captured.endpoints.names[ends.near], captured.endpoints.names[ends.far]
    both_ways = len({one.key.outward for one in streams}) == 2
    for reason, found in why.items():
        last = max(seen.last_time for one in found for seen in (one.rtp, one.rtcp) if seen)
        sentence = f"{counted(len(found), 'stream')} on {near} ↔ {far} {reason}"
        yield OpenMedia(near, far, last, both_ways, sentence)


def _why(captured: Captured, stream: RtpStream, answer: Protected, covered: bool) -> str:
    """Why a stream is open, "" when it is not."""
    profile = captured.profile(stream.key.leg)
    if answer.protection is Protection.PLAINTEXT:
        return "in clear: whoever is in between reads it"
    if profile is not None and profile.name.startswith(_NULL_CIPHER):
        return "not encrypted, as was agreed on: whoever is in between reads it"
    genuine = answer.proof is not None and _genuine(answer.proof)
    if genuine and answer.proof is not None and "DTLS" in answer.proof.origin:
        return ""
    if genuine:
        return "under keys that did not come from a handshake"
    return "" if covered else "under keys whose agreement was not seen, or is none that could be compared"


def _genuine(proof: SenderProof) -> bool:
    return any(fate.genuine and (proof.rtp.get(fate) or proof.rtcp.get(fate)) for fate in (*proof.rtp, *proof.rtcp))


def _asks_for_srtp(captured: Captured, leg: int) -> bool:
    return captured.agreed(leg) == "DTLS-SRTP"
