"""The visibility matrix of one recorded call: what was measured beside what was promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from ..auditors.case import Case
from ..auditors.leg import Leg
from ..evidence.recording_folder import read_guests
from ..model.base import Party
from ..model.finding import Finding
from ..model.mode import Mode
from ..model.recording import SignalKind
from ..model.statement import Indicator
from ..model.visibility import MOST_PLACE, Cell, Content, Observer, Visibility
from ..recorded_call import Opened
from ..wire.sdp import Sdp
from ..wire.srtp import profile
from .holding import Holding
from .holdings import holdings
from .measure import Measured, Truth
from .media import LookedAt, MediaKey
from .promise import promised
from .reached import keys_in

_SHORTEST_WORD: Final = 16
"""Bytes: what is shorter could stand anywhere by chance."""


def visibility(opened: Opened, case: Case, findings: Iterable[Finding]) -> Visibility:
    """The whole matrix; `findings` are what the auditors found. EvidenceError for a file of the recording that is not
    what it should be.
    """
    truth, mode = truth_of(opened, case), shown(case)
    looked = LookedAt(truth.keys, truth.told)
    cells = [
        cell
        for holding in holdings(opened, case, findings)
        for cell in _column(holding, Measured(holding, truth, looked), mode, opened)
    ]
    ordered = sorted(cells, key=lambda one: list(Content).index(one.content))
    return Visibility(shown=mode, cells=tuple(ordered))


def shown(case: Case) -> Mode:
    """By which promise a call is measured: that of a lock, of a plain shield, or of neither; of a call that was never
    up, that of the mode which was decided. One lock on one screen is enough: that person was promised.
    """
    statements = case.statements.values()
    screens = [moment.screen for one in statements for moment in one.screens] + [one.screen for one in statements]
    indicators = {one.indicator for one in screens}
    if Indicator.LOCK in indicators:
        return Mode.E2EE
    if Indicator.PLAIN in indicators:
        return Mode.SERVICE
    # Recordings from before screens had a history show only how a call ended.
    return Mode.CLEAR if any(one.connected and one.screens for one in statements) else case.recording.mode


def truth_of(opened: Opened, case: Case) -> Truth:
    """What was sent, by those who sent it: markers, keys, and what stands in their descriptions."""
    brought = [key for one in read_guests(opened.root) for key in keys_in((*one.told, *one.said))]
    keys = tuple(dict.fromkeys((*(key for leg in case.legs for key in _keys(leg)), *brought)))
    secrets = [one.key_and_salt[: profile(one.profile).key] for one in keys]
    secrets += [one.master_secret for leg in case.legs for one in leg.keys]
    described = [entry for entry in case.signalling if entry.hop in list(Party) and entry.direction == "out"]
    sdp = [found for one in described for found in _read(one.message.body)]
    return Truth(
        markers=opened.truth.markers,
        keys=keys,
        secrets=tuple(dict.fromkeys(secrets)),
        told={
            packet.wire: packet.plain
            for one in case.witnesses.values()
            for packet in (*one.outward.sealed, *one.inward.sealed)
        },
        words={Content.SDP: tuple(_values(sdp, "ice-pwd", _SHORTEST_WORD)), Content.PRESENCE: tuple(_chosen(case))},
        fragments=tuple(_values(sdp, "ice-ufrag", 4)),
    )


def _keys(leg: Leg) -> Iterator[MediaKey]:
    """The keys of a leg under which something really went."""
    found = [one for session in leg.keys for one in (session.outward, session.inward)]
    if leg.signalled is not None:
        found += [*leg.signalled.outward, *leg.signalled.inward]
    if leg.outward.genuine or leg.inward.genuine:
        yield from (MediaKey(one.profile, one.key_and_salt) for one in found if profile(one.profile).encrypts)


def _read(body: str) -> Iterator[Sdp]:
    with suppress(ValueError):
        yield Sdp.parse(body)


def _chosen(case: Case) -> Iterator[bytes]:
    """What a user chose that everybody shall be told, as it stands in a message about it."""
    for entry in case.signalling:
        if (entry.direction, entry.message.kind) == ("out", SignalKind.PRESENCE) and entry.hop in list(Party):
            yield f'"kind":"presence","sender":"{entry.message.sender}","body":"{entry.message.body}"'.encode()


def _values(described: list[Sdp], attribute: str, shortest: int) -> Iterator[bytes]:
    values = dict.fromkeys(value.encode() for sdp in described for _, value in sdp.values(attribute))
    yield from (one for one in values if len(one) >= shortest)


def _column(holding: Holding, measured: Measured, mode: Mode, opened: Opened) -> Iterator[Cell]:
    adversary = opened.scenario.adversary
    nobody = holding.observer is Observer.ADVERSARY and adversary is None
    positions = () if adversary is None else adversary.position
    for content in Content:
        found = measured.found(content)
        yield Cell(
            content=content,
            observer=holding.observer,
            sight=found.sight,
            promised=None if nobody else promised(mode, content, holding.observer, positions),
            where=found.where[:MOST_PLACE],
        )
