"""What the dumps of the endpoints show of a call: of each leg, and of both together (see `sealing`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, counted
from ..wire.demux import PacketClass, classify
from ..wire.rtp_dump import Dump
from ..wire.srtp import SrtpProfile
from .leg import Leg
from .sealing import Sealing, name_of, sealing

_FRAMES_SHOWN: Final = 5


@dataclass(frozen=True)
class Witness:
    """A leg with the dump of the endpoint next to it, and the profiles that its handshakes agreed on.

    `told`: the one that the endpoint says, which its last handshake hides.
    """

    leg: Leg
    dump: Dump
    profiles: tuple[SrtpProfile, ...]
    told: SrtpProfile | None = None

    @cached_property
    def outward(self) -> Sealing:
        dumped = (one for one in self.dump.packets if one.outward)
        return sealing(self.leg.outward.packets, dumped, self.profiles)

    @cached_property
    def inward(self) -> Sealing:
        """Of RTP only: which report is which cannot be told as long as some may not have been opened."""
        packets = (one for one in self.leg.inward.packets if one.klass is PacketClass.SRTP)
        dumped = (one for one in self.dump.packets if not one.outward and classify(one.data) is PacketClass.SRTP)
        return sealing(packets, dumped, self.profiles)


@dataclass(frozen=True)
class Passage:
    """What became of one direction. `proved`: opened to what the other end sealed, from the very bytes that it sent.

    `resealed`: opened to what the other end sealed, and those bytes never arrived. `foreign`: opened to what the other
    end never sealed.
    """

    proved: int
    resealed: int
    foreign: int


def passage(sender: Witness, receiver: Witness) -> Passage:
    """Every packet that the receiver opened, against what the sender sealed."""
    sealed: dict[bytes, list[bytes]] = {}
    for one in sender.outward.sealed:
        sealed.setdefault(one.plain, []).append(one.wire)
    arrived = Counter(one.data for one in receiver.leg.inward.packets)
    seen: Counter[str] = Counter()
    for opened in receiver.dump.packets:
        if opened.outward:
            continue
        sent = sealed.get(opened.data)
        if not sent:
            seen["foreign"] += 1
        else:
            seen["proved" if arrived[sent.pop(0)] else "resealed"] += 1
    return Passage(seen["proved"], seen["resealed"], seen["foreign"])


def same_keys(alice: Witness, bob: Witness) -> bool | None:
    """Whether the two share their keys; None when one of them opened nothing."""
    both = (passage(alice, bob), passage(bob, alice))
    if any(one.resealed or one.foreign for one in both):
        return False
    return True if all(one.proved for one in both) else None


@dataclass(frozen=True)
class Refused:
    """Frames of one direction that came in and were not opened, though the receiver was at it.

    `foreign`: the sender never sent them, or not these bytes under that number. `repeated`: bytes that were there.
    """

    foreign: tuple[int, ...]
    repeated: tuple[int, ...]


def refused(sender: Witness, receiver: Witness) -> Refused:
    """What came in beside what was opened.

    Where all that was opened is what the sender sealed, one for one, nothing else was: neither what it never sent nor
    what it sent once. Where somebody in between sealed anew, all that is known is what has the number of an opened one.
    """
    became = passage(sender, receiver)
    if became.resealed or became.foreign:
        opened = {one.frame for one in receiver.inward.sealed}
        names = {name_of(one.wire) for one in receiver.inward.sealed}
        genuine = {one.wire for one in receiver.inward.sealed}
        others = [one for one in receiver.leg.inward.packets if one.frame not in opened and name_of(one.data) in names]
    else:
        genuine = {one.wire for one in sender.outward.sealed}
        first: dict[bytes, int] = {}
        for one in receiver.leg.inward.packets:
            first.setdefault(one.data, one.frame)
        others = [one for one in receiver.leg.inward.packets if one.data not in genuine or first[one.data] != one.frame]
    return Refused(
        tuple(one.frame for one in others if one.data not in genuine),
        tuple(one.frame for one in others if one.data in genuine),
    )


def told(witness: Witness, say: Voice) -> Iterator[Finding]:
    """What left one party and came in there, against what it says."""
    leg, party, outward = witness.leg, witness.leg.party, witness.outward
    media = counted(len(leg.outward.packets), "media packet")
    for reason, frames, what in (
        (Reason.PLAINTEXT_ON_WIRE, outward.clear, f"carry what {party} dumped as it is"),
        (Reason.PACKET_NOT_TOLD, outward.untold, f"are none of those that {party} says it sealed"),
        (Reason.PACKET_NOT_TOLD, outward.unlike, f"are not what sealing makes of what {party} dumped"),
    ):
        if frames:
            yield say.alarm(reason, leg.name, f"{len(frames)} of {media} {what}: {_frames(frames)}")
    if outward.sealed and len(outward.sealed) == len(leg.outward.packets):
        detail = f"all {media} that left {party} are what it says it sealed: the same header, another payload, a tag"
        yield say.fact(Reason.SEALED_AS_TOLD, leg.name, detail)
    if outward.unseen:
        detail = f"{counted(outward.unseen, 'packet')} that {party} says it sealed did not leave"
        yield say.notice(Reason.TOLD_NOT_SEEN, leg.name, detail)
    yield from _inward(witness, say)


def _inward(witness: Witness, say: Voice) -> Iterator[Finding]:
    leg, party, inward = witness.leg, witness.leg.party, witness.inward
    if inward.unseen:
        detail = f"{party} says that it opened {counted(inward.unseen, 'packet')} that did not come in"
        yield say.alarm(Reason.TOLD_NOT_SEEN, leg.name, detail)
    accepted = (*inward.clear, *inward.unlike)
    if accepted:
        detail = f"{party} took {counted(len(accepted), 'packet')} that were not sealed: {_frames(accepted)}"
        yield say.alarm(Reason.FOREIGN_PACKET_ACCEPTED, leg.name, detail)
    if inward.untold:
        detail = f"{counted(len(inward.untold), 'packet')} that came in were not opened: {_frames(inward.untold)}"
        yield say.notice(Reason.PACKET_NOT_OPENED, leg.name, detail)


def shared(alice: Witness, bob: Witness, say: Voice) -> Iterator[Finding]:
    """Both dumps together."""
    both = ((passage(alice, bob), Party.BOB), (passage(bob, alice), Party.ALICE))
    for one, receiver in both:
        if one.resealed or one.foreign:
            detail = (
                f"{receiver} opened {counted(one.resealed + one.foreign, 'packet')} that did not arrive as"
                f" {receiver.peer} sealed them: each shares its keys with somebody else"
            )
            yield say.alarm(Reason.KEYS_NOT_SHARED, CALL_WIDE, detail)
    if same_keys(alice, bob):
        packets = counted(sum(one.proved for one, _ in both), "packet")
        detail = f"{packets} were opened to what the other end had sealed, from the bytes that it had sent"
        yield say.fact(Reason.KEYS_SHARED, CALL_WIDE, detail)
    elif same_keys(alice, bob) is None:
        yield say.inconclusive(Reason.KEYS_MISSING, CALL_WIDE, "there are no keys, and one end says it opened nothing")


def not_opened(sender: Witness, receiver: Witness, say: Voice) -> Iterator[Finding]:
    """What the receiver refused."""
    beside = refused(sender, receiver)
    for reason, frames, what in (
        (Reason.FOREIGN_PACKET_DROPPED, beside.foreign, f"are none that {receiver.leg.party.peer} sealed"),
        (Reason.REPLAY_DROPPED, beside.repeated, "are replays"),
    ):
        if frames:
            detail = f"{counted(len(frames), 'packet')} that came in {what}, and were not opened: {_frames(frames)}"
            yield say.notice(reason, receiver.leg.name, detail, len(frames))


def _frames(frames: tuple[int, ...]) -> str:
    more = ", …" if len(frames) > _FRAMES_SHOWN else ""
    return f"frame{'s' * (len(frames) > 1)} {', '.join(map(str, frames[:_FRAMES_SHOWN]))}{more}"
