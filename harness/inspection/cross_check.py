"""A second opinion: are packets, handshakes and streams the same to Wireshark, which shares no code with us?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ..model.finding import Finding, Reason
from ..model.voice import Voice, counted
from ..vantage.dissect import comparable
from ..vantage.rtp_columns import rtp_columns
from ..vantage.second_opinion import MOST_FRAMES, Hello, SecondOpinion, second_opinion
from ..vantage.tshark import DissectError
from ..vantage.window import Transport, Window
from ..wire.demux import PacketClass

NAME: Final = "cross-check"
MOST_SHOWN: Final = 100
"""Differences that are listed for one capture; the rest is counted."""

_say = Voice(NAME)


class OurHello(NamedTuple):
    """A ServerHello as we read it: version, suite and profile that it chose."""

    version: str | None
    suite: int | None
    profile: str | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What we see in one frame: the innermost message, and what Wireshark may call it without contradicting us."""

    klass: PacketClass
    may_be: frozenset[PacketClass]
    rtp: tuple[int, int] | None


class CrossCheck:
    """Takes in the windows of one capture and then compares them with what Wireshark shows of the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames = 0
        self._seen: dict[int, _Seen] = {}
        self._several: set[int] = set()

    def add(self, window: Window) -> None:
        """Remember what lies in each frame, as long as frames are few enough to be asked about."""
        self._frames += len(window.frames)
        if window.frames.first > MOST_FRAMES:
            return
        columns = rtp_columns(window)
        rtp = {
            int(row): (int(ssrc), int(sequence))
            for row, ssrc, sequence in zip(columns.row, columns.ssrc, columns.sequence, strict=True)
        }
        for row in range(len(window)):
            frame = int(window.frame[row])
            if frame > MOST_FRAMES:
                break
            if window.transport[row] == Transport.TCP or (frame in self._seen and window.depth[row] == 0):
                self._several.add(frame)
            payload, klass = window.payload(row), PacketClass(window.klass[row])
            may_be = comparable(klass, payload)
            if window.depth[row]:
                may_be = _in_a_tunnel(klass, may_be)
            self._seen[frame] = _Seen(klass, may_be, rtp.get(row))

    def findings(self, vantage: str, hellos: dict[bytes, OurHello], certificates: set[bytes]) -> tuple[Finding, ...]:
        """Ask Wireshark and compare. `hellos` by server random and `certificates` (DER) are those of the whole file.

        Never raises: a tshark that is missing, breaks or does not come to the end makes the check inconclusive.
        """
        asked = min(self._frames, MOST_FRAMES)
        try:
            opinion = second_opinion(self._path, asked) if asked else SecondOpinion(0)
        except DissectError as error:
            return (_say.inconclusive(Reason.TOOL_FAILED, vantage, f"Wireshark has no opinion: {error}"),)
        whole = asked == self._frames and not self._several
        different = [
            *self._packets(opinion),
            *_streams(self._seen, opinion, self._several),
            *_handshakes(hellos, opinion.hellos, whole=whole),
            *_certificates(certificates, opinion, whole=whole),
        ]
        return (*_listed(vantage, different), *self._extent(vantage, asked, agreed=not different))

    def _packets(self, opinion: SecondOpinion) -> Iterator[str]:
        for frame in sorted(self._seen.keys() | opinion.classes.keys()):
            ours, theirs = self._seen.get(frame), opinion.classes.get(frame, PacketClass.OTHER)
            if frame in self._several:
                continue
            if ours is None:
                yield f"frame {frame}: holds no message to us, {theirs.name} to Wireshark"
            elif theirs not in ours.may_be:
                yield f"frame {frame}: {ours.klass.name} to us, {theirs.name} to Wireshark"
            elif ours.rtp is not None and opinion.rtp.get(frame, ours.rtp) != ours.rtp:
                yield f"frame {frame}: {_rtp(ours.rtp)} to us, {_rtp(opinion.rtp[frame])} to Wireshark"

    def _extent(self, vantage: str, asked: int, *, agreed: bool) -> Iterator[Finding]:
        """How far the comparison went: what was not compared is never part of an agreement."""
        if asked < self._frames:
            detail = f"only the first {asked} of {self._frames} frames were compared"
            yield _say.notice(Reason.LIMIT_REACHED, vantage, detail)
        if self._several:
            detail = f"{counted(len(self._several), 'frame')} of TCP, or with several messages, were not compared"
            yield _say.notice(Reason.NOT_CHECKED, vantage, detail)
        if agreed:
            detail = f"Wireshark sees the same in {counted(asked - len(self._several), 'frame')}"
            yield _say.fact(Reason.WIRESHARK_AGREES, vantage, detail)


def _in_a_tunnel(klass: PacketClass, may_be: frozenset[PacketClass]) -> frozenset[PacketClass]:
    """What Wireshark does not recognise in a tunnel is the tunnel to it. It finds RTCP there by its looks alone, which
    SRTCP has not: outside, the handshake leads it there."""
    hidden = klass is PacketClass.SRTCP or PacketClass.OTHER in may_be
    return may_be | {PacketClass.STUN} if hidden else may_be


def _streams(seen: dict[int, _Seen], opinion: SecondOpinion, several: set[int]) -> Iterator[str]:
    """Packets per SSRC. Where Wireshark may have no opinion on a packet, it may count one less."""
    ours = [one for frame, one in seen.items() if one.rtp is not None and frame not in several]
    most = Counter(one.rtp[0] for one in ours if one.rtp is not None)
    least = Counter(one.rtp[0] for one in ours if one.rtp is not None and one.may_be == {PacketClass.SRTP})
    theirs = Counter(ssrc for frame, (ssrc, _) in opinion.rtp.items() if frame not in several)
    for ssrc in sorted(most.keys() | theirs.keys()):
        if not least[ssrc] <= theirs[ssrc] <= most[ssrc]:
            yield f"SSRC 0x{ssrc:08x} has {counted(most[ssrc], 'packet')} to us, {theirs[ssrc]} to Wireshark"


def _handshakes(ours: dict[bytes, OurHello], hellos: Iterable[Hello], *, whole: bool) -> Iterator[str]:
    theirs = {one.random: one for one in hellos}
    for random, hello in theirs.items():
        other = OurHello(hello.version, hello.suite, hello.profile)
        if random not in ours:
            yield f"frame {hello.frame}: a ServerHello to Wireshark, none to us"
        elif ours[random] != other:
            chosen = f"{_chosen(ours[random])} to us, {_chosen(other)} to Wireshark"
            yield f"frame {hello.frame}: the ServerHello chose {chosen}"
    if whole:
        for random in ours.keys() - theirs.keys():
            yield f"the ServerHello with the random {random[:4].hex()}… is there to us and not to Wireshark"


def _certificates(ours: set[bytes], opinion: SecondOpinion, *, whole: bool) -> Iterator[str]:
    known = {der.hex() for der in ours}
    theirs: set[str] = set()
    for frame, certificates in opinion.certificates.items():
        theirs.update(certificates)
        if set(certificates) - known:
            yield f"frame {frame}: shows Wireshark a certificate that we do not see"
    if whole and known - theirs:
        yield f"{counted(len(known - theirs), 'certificate')} that we see and Wireshark does not"


def _listed(vantage: str, different: list[str]) -> Iterator[Finding]:
    for sentence in different[:MOST_SHOWN]:
        yield _say.alarm(Reason.WIRESHARK_DISAGREES, vantage, sentence)
    if len(different) > MOST_SHOWN:
        detail = f"{len(different) - MOST_SHOWN} more differences are not listed"
        yield _say.alarm(Reason.WIRESHARK_DISAGREES, vantage, detail)


def _rtp(header: tuple[int, int]) -> str:
    return f"SSRC 0x{header[0]:08x} with sequence number {header[1]}"


def _chosen(hello: OurHello) -> str:
    suite = "no suite" if hello.suite is None else f"suite 0x{hello.suite:04x}"
    return f"{hello.version} with {suite} and {hello.profile or 'no SRTP profile'}"
