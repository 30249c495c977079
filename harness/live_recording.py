"""What a call that is over leaves: statements, signalling, ground truth, and the index that closes the recording."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from .adversaries.relay import FORGED
from .endpoints.endpoint import NoStatement
from .evidence.recording_folder import LOOT
from .live_call import LiveCall
from .live_conditions import LiveCallError, Start, Traffic
from .model.adversary import LOOKING, Adversary, Position
from .model.base import Asset, Party
from .model.endpoints import MALICIOUS
from .model.ground_truth import PEER_SENT, GroundTruth, GuestMarker, SentMarker
from .model.recording import MAX_SILENCE, Recording, SignalKind, Vantage
from .vantage import table
from .vantage.capture import CaptureError

WRITTEN_DOWN = "pieces-written-down"
"""The deed that nobody can merely claim: the harness counts what really went into the file."""


def write(call: LiveCall, started: Start) -> str:
    """Close the recording; returns the hash of its index."""
    vantages = tuple(tap.close() for tap in call.taps.values())
    loot = None if call.adversary is None else call.adversary.loot
    if loot is not None:
        if call.media_server is not None:
            call.media_server.collect(loot)
        loot.close()
    for service in (call.media, call.tenant):
        if service is not None:
            service.write()
    silent = _write_statements(call)
    call.folder.signalling(call.service.entries)
    call.folder.service_log(call.disk)
    call.folder.ground_truth(_ground_truth(call))
    if call.fault is not None:
        raise LiveCallError(call.fault)
    return call.folder.finish(_index(call, vantages, started, silent))


def _write_statements(call: LiveCall) -> dict[Party, str]:
    """Statements and key logs; who gave no statement, and why."""
    silent: dict[Party, str] = {}
    for party, endpoint in call.endpoints.items():
        try:
            call.folder.statement(endpoint.statement())
        except NoStatement as error:
            silent[party] = str(error)[:MAX_SILENCE]
        call.folder.keylog(party, call.keylogs[party])
    for party, picture in call.pictures.items():
        call.folder.picture(party, picture.whole, picture.shown)
    for party, dump in call.plaintext.items():
        call.folder.plaintext(party, dump)
    return silent


def traffic(call: LiveCall) -> Traffic:
    """What each party sent, as its tap has it, once the recording is closed; LiveCallError when that is damaged."""
    sent: list[tuple[float, Party, bytes]] = []
    for party, tap in call.taps.items():
        vantage = tap.close()
        try:
            seen = table.read(call.folder.path(vantage.file), vantage.near)
        except CaptureError as error:
            raise LiveCallError(f"what an earlier call left behind cannot be read: {error}") from error
        sent += [(float(seen.time[row]), party, seen.payload(row)) for row in seen.select(outward=True).tolist()]
    return tuple((party, data) for _, party, data in sorted(sent, key=lambda one: one[0]))


def _shared(call: LiveCall) -> dict[Asset, tuple[Party, ...]]:
    """Who had a screen to share."""
    who = tuple(party for party in Party if Asset.SCREEN in call.spoken(party))
    return {Asset.SCREEN: who} if who else {}


def _written(call: LiveCall) -> dict[Asset, tuple[Party, ...]]:
    """Who really wrote a line, or sent a file."""
    said = {(one.hop, one.direction, one.message.kind) for one in call.service.entries}
    chatting = tuple(party for party in Party if (party.value, "out", SignalKind.CHAT) in said)
    sent = () if call.tenant is None else tuple(party for party in Party if party in call.tenant.sent)
    return {asset: who for asset, who in ((Asset.CHAT, chatting), (Asset.FILE, sent)) if who}


def _ground_truth(call: LiveCall) -> GroundTruth:
    adversary = call.scenario.adversary
    markers = tuple(
        SentMarker(asset=asset, sender=party, marker=f"{call.marker(party, asset):016x}")
        for party in Party
        for asset in (*call.spoken(party), *(asset for asset, who in _written(call).items() if party in who))
    )
    if call.adversary is None or adversary is None:
        return GroundTruth(markers=markers, guests=_guest_markers(call), **_malicious_peer(call))
    relay, written = call.adversary.relay, call.adversary.pieces_written_down
    return GroundTruth(
        markers=markers,
        adversary=adversary.kind,
        required=(*relay.machine.required, *_also_required(call, adversary)),
        deeds={**relay.deeds, **_served(call), WRITTEN_DOWN: written},
        loot=LOOT if written else None,
        loot_packets=written,
        guests=_guest_markers(call),
    )


def _served(call: LiveCall) -> Mapping[str, int]:
    return {} if call.media_server is None else call.media_server.deeds


def _also_required(call: LiveCall, adversary: Adversary) -> Iterator[str]:
    """What an adversary must have done beside what its machine says of it."""
    if isinstance(adversary, LOOKING):
        yield WRITTEN_DOWN
    if call.spaces is not None and Position.OFF_PATH in adversary.position:
        yield FORGED


def _strangers(call: LiveCall) -> dict[str, str]:
    """Which programs of other people took part."""
    parts = [one.provenance for one in (call.turn, call.media_server) if one is not None]
    return {name: version for part in parts for name, version in part.items()}


def _guest_markers(call: LiveCall) -> tuple[GuestMarker, ...]:
    return tuple(
        GuestMarker(device=one.name, asset=asset, marker=f"{number:016x}")
        for service in (call.media, call.tenant)
        for one in (() if service is None else service.guests)
        for asset, number in one.markers.items()
    )


def _malicious_peer(call: LiveCall) -> dict[str, Any]:
    """Where nobody is between the two, one of them may be the adversary."""
    kinds = [call.scenario.endpoints.of(party) for party in Party]
    attacking = next((kind for kind in kinds if kind in MALICIOUS), None)
    if attacking is None:
        return {"adversary": None}
    return {"adversary": attacking.value, "required": (PEER_SENT,), "deeds": dict(call.deeds)}


def _index(call: LiveCall, vantages: tuple[Vantage, ...], started: Start, silent: dict[Party, str]) -> Recording:
    wished = call.scenario.call
    return Recording(
        run=call.conditions.run,
        scenario=call.scenario.id,
        call=call.folder.root.name,
        mode=wished.mode,
        media=wished.media,
        media_seconds=wished.seconds,
        code_digits=wished.code_digits,
        earlier=tuple(call.past.calls),
        started=started.time,
        ended=time.time(),
        monotonic_seconds=time.monotonic() - started.monotonic,
        provenance={**call.conditions.provenance, **_strangers(call)},
        vantages=vantages,
        service_legs=() if call.tenant is None else call.tenant.legs(),
        wires=tuple(wire for one in (call.turn, call.spaces) if one is not None for wire in one.wires()),
        devices={party: call.network.address(party) for party in Party},
        network=call.scenario.network,
        files=call.folder.entries(),
        silent=silent,
        invited=True,
        written={**_shared(call), **_written(call)},
        memory=None if call.memory is None else call.memory.searches,
    )
