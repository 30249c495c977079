"""Is there only ciphertext on the wire, under keys that the two endpoints share, and is every packet accounted for?

In layers: every packet is of a known class and well-formed; every media packet is authentic under the endpoint's own
exported keys, or in an ordinary call under those of its descriptions; no payload is clear by its content, and no marker
can be decoded from the wire; what came in and is not authentic was refused. Where an endpoint gives no keys and does
tell what its SRTP layer sealed and opened, that takes their place (`sealing` says what it proves). A statistic can show
that something is clear, never that it is encrypted: keys show that, or both ends' dumps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..model.base import Party
from ..model.finding import Finding, Reason, Severity
from ..model.mode import Mode
from ..model.statement import EndpointStatement
from ..model.voice import Voice, counted
from ..wire.demux import PacketClass
from .accounting import Balance
from .authenticity import Fate
from .case import Case
from .dumps import not_opened, told
from .leg import Leg, Media
from .peer import was_with_another
from .shared_keys import estranged, shared_keys
from .told_counts import looked_elsewhere, sent_elsewhere

NAME: Final = "opacity"

_FRAMES_SHOWN: Final = 5
_TAKE_PACKETS: Final = frozenset(
    {
        Reason.FINGERPRINT_MISMATCH,
        Reason.DTLS_ERROR,
        Reason.DTLS_TIMEOUT,
        Reason.SRTP_PROFILE_MISSING,
        Reason.CONNECTION_LOST,
    }
)
"""Failures of which nobody knows without having sent or received something."""

_say = Voice(NAME)


def audit(case: Case) -> tuple[Finding, ...]:
    """Each leg by itself, then the keys of both."""
    findings: list[Finding] = []
    for party in Party:
        leg = case.leg(party)
        if leg is None:
            findings.append(_say.inconclusive(Reason.NO_PACKETS, party, f"nothing was recorded next to {party}"))
        elif not leg.datagrams:
            findings.append(_empty(case, leg))
        else:
            findings.extend(_leg(case, leg))
    if len(case.witnesses) == len(Party):
        for party, witness in case.witnesses.items():
            findings.extend(not_opened(case.witnesses[party.peer], witness, _say))
    return (*findings, *shared_keys(case, _say))


def _empty(case: Case, leg: Leg) -> Finding:
    """An empty leg is what a refused call leaves behind, or one that somebody else took over, and only that."""
    if leg.party not in case.there and _why_media_is_due(case, leg.party) is None:
        return _say.fact(Reason.NO_PACKETS, leg.name, f"no packet: {leg.party} only rang")
    far = case.leg(leg.party.peer)
    elsewhere = far is not None and not case.connected(leg.party) and was_with_another(far, case.signalling)
    up = [party for party in Party if case.connected(party) and not (elsewhere and party is leg.party.peer)]
    doubt = f"{up[0]} says it was connected" if up else _why_media_is_due(case, leg.party)
    failure = case.statements[leg.party].failure if leg.party in case.statements else None
    if doubt is None and failure is not None and failure.reason in _TAKE_PACKETS:
        doubt = f"{leg.party} says {failure.reason}, which takes some"
    if doubt is not None:
        return _say.inconclusive(Reason.NO_PACKETS, leg.name, f"no packet was recorded, but {doubt}")
    if elsewhere:
        detail = f"no packet: what {leg.party.peer} was connected to answered under no password of {leg.party}'s"
        return _say.fact(Reason.NO_PACKETS, leg.name, detail)
    return _say.fact(Reason.NO_PACKETS, leg.name, "no packet: the call ended before anything was sent")


def _why_media_is_due(case: Case, party: Party) -> str | None:
    """Why media should have left this party; None when its absence is natural, as when its call was over first."""
    if case.silent:
        return f"{case.silent[0]} left no statement to explain that"
    statement = case.statements[party]
    sent = statement.packets
    if sent.rtp_sent + sent.rtcp_sent:
        return f"{party} says it sent {counted(sent.rtp_sent + sent.rtcp_sent, 'media packet')}"
    leg = case.leg(party)
    if leg is not None and leg.without_keys and case.mode_of(party) is Mode.E2EE:
        return None
    up = all(case.connected(one) for one in case.there)
    if up and party in case.there and case.recording.media_seconds > 0 and statement.failure is None:
        return f"media flowed for {case.recording.media_seconds:g} s"
    return None


def _leg(case: Case, leg: Leg) -> Iterator[Finding]:
    yield from _unexplained(leg)
    yield from _clear(leg)
    if not leg.outward.packets:
        yield from _no_media(case, leg)
    if leg.signalled is not None or (leg.keys and not (leg.borrows and leg.unkeyed)):
        yield from _authenticated(case, leg)
    elif leg.party not in case.witnesses and leg.secured and not leg.without_profile:
        yield from _keyless(case, leg)
    yield from _dumped(case, leg)
    statement = case.statements.get(leg.party)
    if statement is not None and statement.packets_told:
        yield from sent_elsewhere(leg, statement, _say)


def _no_media(case: Case, leg: Leg) -> Iterator[Finding]:
    why = _why_media_is_due(case, leg.party)
    if why is not None:
        yield _say.inconclusive(Reason.NO_PACKETS, leg.name, f"no media packet was recorded, but {why}")
    elif leg.without_keys and case.connected(leg.party):
        why = "came to no handshake" if leg.unshaken else "agreed on no SRTP profile in its handshake"
        detail = f"no media packet: {leg.party} {why}, so that there are no keys"
        yield _say.fact(Reason.NO_PACKETS, leg.name, detail)


def _keyless(case: Case, leg: Leg) -> Iterator[Finding]:
    """Nobody says under which keys this party sent. That those are not its peer's can be known all the same."""
    if not leg.outward.packets and (case.one_exchange or not case.connected(leg.party)):
        return
    told = case.statements.get(leg.party)
    if not (leg.outward.packets or leg.inward.packets) and told is not None and told.failure is not None:
        return  # the call was over before there was anything to open or to seal
    if leg.borrows and estranged(case):
        detail = f"{leg.party} exports no keys, and those that {leg.party.peer} exported are of another handshake"
        yield _say.notice(Reason.KEYS_MISSING, leg.name, detail)
    else:
        detail = f"no exported key fits the DTLS handshake of {leg.party}"
        yield _say.inconclusive(Reason.KEYS_MISSING, leg.name, detail)


def _dumped(case: Case, leg: Leg) -> Iterator[Finding]:
    dump = case.dumps.get(leg.party)
    if leg.party in case.witnesses:
        yield from told(case.witnesses[leg.party], _say)
    elif dump is not None and dump.problem is not None:
        detail = f"the dump of {leg.party} is not whole: {dump.problem}"
        yield _say.inconclusive(Reason.NOT_CHECKED, leg.name, detail)


def _unexplained(leg: Leg) -> Iterator[Finding]:
    """The party answers for what it sends. What comes in may be anybody's, and its sender has a leg of its own."""
    for outward, say, verb in ((True, _say.alarm, "left"), (False, _say.notice, "reached")):
        frames = [one.frame for one in leg.unexplained if one.outward is outward]
        if frames:
            detail = f"{counted(len(frames), 'packet')} of no known protocol {verb} {leg.party}: {_frames(frames)}"
            yield say(Reason.UNEXPLAINED_PACKET, leg.name, detail)


def _clear(leg: Leg) -> Iterator[Finding]:
    for evidence in leg.clear:
        yield _say.alarm(Reason.PLAINTEXT_ON_WIRE, leg.name, evidence)
    for asset, ssrc, _ in leg.decoded:
        detail = f"the {asset} of SSRC 0x{ssrc:08x} can be decoded from the wire, with its marker"
        yield _say.alarm(Reason.MARKER_ON_WIRE, leg.name, detail)


def _authenticated(case: Case, leg: Leg) -> Iterator[Finding]:
    forged = leg.outward.frames(Fate.FAILED)
    if forged:
        detail = f"{_of(forged, leg.outward)} that {leg.party} sent are not authentic under its keys: {_frames(forged)}"
        yield _say.alarm(Reason.PACKET_NOT_AUTHENTICATED, leg.name, detail)
    foreign, repeated = leg.inward.frames(Fate.FAILED), leg.inward.frames(Fate.REPEATED)
    packets = len(leg.outward.packets) + len(leg.inward.packets)
    if packets and not (forged or foreign or repeated):
        detail = f"all {counted(packets, 'media packet')} are authentic under the {_whose(leg)}"
        yield _say.fact(Reason.EVERY_PACKET_AUTHENTICATED, leg.name, detail)
    statement = case.statements.get(leg.party)
    if statement is None:
        yield _say.inconclusive(Reason.STATEMENT_MISSING, leg.party, f"{leg.party} does not say what it accepted")
    else:
        yield from _accepted(leg, statement, foreign, repeated)


def _whose(leg: Leg) -> str:
    if leg.signalled is not None:
        return "keys in the signalling"
    return f"keys that {leg.party.peer} exported" if leg.borrows else "exported keys"


def _accepted(
    leg: Leg, statement: EndpointStatement, foreign: Sequence[int], repeated: Sequence[int]
) -> Iterator[Finding]:
    """What came in and should not have: refused, or not?"""
    if not statement.packets_told:
        if foreign or repeated:
            detail = f"{leg.party} does not count what it refused: {_frames((*foreign, *repeated))}"
            yield _say.inconclusive(Reason.NOT_CHECKED, leg.name, detail)
        return
    rtp, rtcp = (leg.inward.genuine_of(klass) for klass in (PacketClass.SRTP, PacketClass.SRTCP))
    balance = Balance(leg.arrivals, statement.packets, leg.repeatable, leg.stray, rtp, rtcp, leg.places)
    doubts = tuple(looked_elsewhere(leg, statement, balance, _say))
    yield from doubts
    whole = all(one.severity is Severity.ALARM for one in doubts)
    came_in = counted(len(leg.inward.packets), "packet")
    took = f"{leg.party} accepted {balance.accepted} of {came_in} where {leg.inward.genuine} are genuine"
    if balance.displaced:
        took += f", and refused {balance.displaced} as replays whose numbers only forgeries had before them"
    # When forgeries and replays can explain an excess equally well, it is called by the graver name.
    if balance.foreign_accepted or (balance.excess and not balance.replays_accepted):
        detail = f"{took}; not authentic: {_frames(foreign)}"
        yield _say.alarm(Reason.FOREIGN_PACKET_ACCEPTED, leg.name, detail)
    elif balance.undecided:
        detail = (
            f"{leg.party} refused {counted(balance.counts.refused, 'packet')} for a reason that it does not tell: "
            f"{balance.undecided} may be genuine, and taken in their places what is not authentic: {_frames(foreign)}"
        )
        yield _say.inconclusive(Reason.NOT_CHECKED, leg.name, detail)
    elif foreign and whole:
        detail = f"{_of(foreign, leg.inward)} that came in are not authentic, and were refused: {_frames(foreign)}"
        yield _say.notice(Reason.FOREIGN_PACKET_DROPPED, leg.name, detail, len(foreign))
    if balance.replays_accepted:
        yield _say.alarm(Reason.REPLAY_ACCEPTED, leg.name, f"{took}; replayed: {_frames(repeated)}")
    elif repeated and whole:
        detail = f"{_of(repeated, leg.inward)} that came in are replays, and were refused: {_frames(repeated)}"
        yield _say.notice(Reason.REPLAY_DROPPED, leg.name, detail, len(repeated))


def _of(frames: Sequence[int], media: Media) -> str:
    return f"{len(frames)} of {counted(len(media.packets), 'media packet')}"


def _frames(frames: Sequence[int]) -> str:
    """ "frames 3, 5, 8", cut after a few."""
    if not frames:
        return "no frame"
    shown = ", ".join(str(frame) for frame in frames[:_FRAMES_SHOWN])
    more = ", …" if len(frames) > _FRAMES_SHOWN else ""
    return f"{'frame' if len(frames) == 1 else 'frames'} {shown}{more}"
