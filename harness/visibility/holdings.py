"""What each observer of a recorded call holds, from the files of the recording; and of what nobody can know it all.

Messages of a call that the runner makes pass from hand to hand and over no network. So what the way to the service
shows of them is not known, unless it was recorded; it is known that nothing shows there that no message holds.
"""

from __future__ import annotations

import wave
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from ..auditors.case import Case
from ..auditors.leg import Leg
from ..auditors.network import packets_of
from ..evidence.files import EvidenceError, read
from ..evidence.recording_folder import KEPT, LOOT, MEDIA_SERVER, PROCESSED, RECEIVED, SERVICE_LOG, STORE, read_guests
from ..model.adversary import MediaServer, MediaServerProgram, Position
from ..model.base import Party
from ..model.finding import Finding, Reason
from ..model.mode import Mode
from ..model.service_kind import Processor
from ..model.visibility import Content, Observer
from ..recorded_call import Opened
from ..vantage import table
from ..vantage.capture import CaptureError
from ..vantage.janus_files import janus_files
from ..vantage.loot import read_loot, read_processed
from ..wire.tls import read_stream
from .holding import Holding, Messages, Packets, Sound, Text, Tunnel

MOST_SAMPLES: Final = 60 * 48_000
"""Of one sound file that are listened to: whoever speaks is heard within a minute."""

_NO_RELAY: Final = "no relay was on the path"
_NO_ADVERSARY: Final = "there was no adversary"
_NOT_PROCESSED: Final = "what passed the service's media processor was not recorded"
_KEYS_NOT_KEPT: Final = "an adversary does not write down the keys that it has"
_KEYS_NOT_RECORDED: Final = "a media server does not record the keys that it has"
_NOT_SEARCHED: Final = "the captures were not searched for keys"
_DAMAGED: Final = "a capture is damaged"
_UNHEARD: Final = "not every message that passed here was recorded"

_JANUS: Final = MediaServerProgram.JANUS
_FLOWS: Final = (
    Content.AUDIO,
    Content.VIDEO,
    Content.SCREEN,
    Content.MEDIA_KEYS,
    Content.HEADER_FIELDS,
    Content.PACKET_LENGTHS,
)
"""What goes where the media go."""


def holdings(opened: Opened, case: Case, findings: Iterable[Finding]) -> tuple[Holding, ...]:
    """One for each observer. EvidenceError for a file that is not what it should be."""
    taps = (*_taps(case.legs), *_guests(opened.root))
    keys = {one.vantage: one.detail for one in findings if one.reason is Reason.KEY_ON_WIRE}
    relayed = tuple(one for one in taps if one.place.endswith("-relay.pcapng"))
    return (
        _path(case, opened, (*taps, *_wires(case, relayed=False)), keys),
        _relay(case, (*relayed, *_wires(case, relayed=True)), keys),
        _service(case, opened),
        _adversary(case, opened, relayed),
        _peer(case, opened, taps),
    )


def _path(case: Case, opened: Opened, taps: tuple[Packets, ...], keys: Mapping[str, str]) -> Holding:
    """Who copies every datagram next to a party."""
    carried = (*(_signalling(opened, party.value) for party in Party), *_received(opened))
    messages = Messages(carried, _tunnels(case))
    return Holding(
        Observer.PATH,
        taps,
        blind={**_unheard(case, *Party), **_damage(case), **_not_searched(case)},
        known=_found_deeper(taps, keys),
        messages=messages,
    )


def _relay(case: Case, relayed: tuple[Packets, ...], keys: Mapping[str, str]) -> Holding:
    blind = {} if relayed else dict.fromkeys(Content, _NO_RELAY)
    blind = {**_damage(case), **_not_searched(case), **blind}
    return Holding(Observer.RELAY, relayed, blind=blind, known=_found_deeper(relayed, keys))


def _wires(case: Case, *, relayed: bool) -> Iterator[Packets]:
    """What passed interfaces: those of a relay, words about allocations too; or of a router between the devices."""
    if case.recording.network.turn is relayed:
        for one in case.recording.wires:
            if one.name in case.wires:
                yield Packets(one.file, packets_of(case.wires[one.name].rows))


def _service(case: Case, opened: Opened) -> Holding:
    """Its process: the messages that it carried, the media that it opened, and its files."""
    served = _served(opened) if opened.scenario.adversary is None else ()
    clear = (*_of_capture(PROCESSED, _processed(opened.root / PROCESSED)), *served)
    files = files_below(opened.root / KEPT)
    sounds = tuple(sound(opened.root, path) for path in files if path.suffix == ".wav")
    texts = [opened.root / SERVICE_LOG, *(path for path in files if path.suffix != ".wav")]
    texts += files_below(opened.root / STORE)
    keys = {Content.MEDIA_KEYS: _KEYS_NOT_RECORDED} if served else {}
    lost = opened.scenario.processor is Processor.JANUS and not served
    unseen = case.recording.mode is Mode.SERVICE and (lost or not case.through_service)
    return Holding(
        Observer.SERVICE,
        clear,
        (_signalling(opened, "service"), *(_text(opened.root, path) for path in texts if path.exists())),
        sounds,
        blind={**_unheard(case, "service"), **keys, **(dict.fromkeys(_FLOWS, _NOT_PROCESSED) if unseen else {})},
    )


def _adversary(case: Case, opened: Opened, relayed: tuple[Packets, ...]) -> Holding:
    adversary = opened.scenario.adversary
    if adversary is None:
        return Holding(Observer.ADVERSARY, blind=dict.fromkeys(Content, _NO_ADVERSARY))
    passed = relayed if Position.PATH in adversary.position else ()
    heard = [(f"{LOOT}, of {sender}", packets) for sender, packets in _loot(opened.root / LOOT).items()]
    carried = (_signalling(opened, "service"),) if Position.SIGNALLING in adversary.position else ()
    served = _served(opened) if isinstance(adversary, MediaServer) and adversary.program is _JANUS else ()
    return Holding(
        Observer.ADVERSARY,
        (*served, *(one for place, packets in heard for one in _of_capture(place, packets)), *passed),
        carried,
        blind={**_unheard(case, "service"), **_damage(case), Content.MEDIA_KEYS: _KEYS_NOT_KEPT},
    )


def _peer(case: Case, opened: Opened, taps: tuple[Packets, ...]) -> Holding:
    """The two devices: what each says that it heard, what it was told, and the keys that it exported."""
    names = [name for party in Party for name in (f"endpoint-{party}.json", f"keys/{party}.keylog")]
    texts = [_text(opened.root, path) for name in names if (path := opened.root / name).exists()]
    silent = {} if not case.silent else dict.fromkeys(Content, f"{case.silent[0]} left no statement")
    told = tuple(_signalling(opened, party.value) for party in Party)
    return Holding(
        Observer.PEER,
        taps,
        (*texts, *told, *_received(opened)),
        blind={**_unheard(case, *Party), **_damage(case), **silent},
    )


# pieces


def _tunnels(case: Case) -> tuple[Tunnel, ...]:
    """The ways to the service that were recorded, each direction by itself."""
    files = {one.name: one.file for one in case.recording.service_legs}
    return tuple(
        Tunnel(files[name], data, len(stream.records), stream.problem)
        for name, connections in case.service_connections.items()
        for one in connections
        for data in (one.sent, one.received)
        for stream in (read_stream(data),)
    )


def _found_deeper(taps: Iterable[Packets], keys: Mapping[str, str]) -> Mapping[Content, str]:
    """Keys that the auditor `wire` found: it knows of spellings that are spread over packets."""
    found = [detail for one in taps if (detail := keys.get(one.place.removesuffix(".pcapng"))) is not None]
    return {Content.MEDIA_KEYS: found[0]} if found else {}


def _not_searched(case: Case) -> Mapping[Content, str]:
    return {} if case.examination is not None else {Content.MEDIA_KEYS: _NOT_SEARCHED}


def _taps(legs: Iterable[Leg]) -> tuple[Packets, ...]:
    """What passed at the taps; a datagram that passed both of them is held once."""
    known: set[bytes] = set()
    piles = []
    for leg in legs:
        new = tuple(dict.fromkeys(one.data for one in leg.datagrams if one.data not in known))
        known.update(new)
        piles.append(Packets(leg.vantage.file, new))
    return tuple(piles)


def _guests(root: Path) -> tuple[Packets, ...]:
    """The legs of devices that the service brought in."""
    piles = []
    for guest in read_guests(root):
        try:
            seen = table.read(root / guest.vantage.file, guest.vantage.near)
        except CaptureError as error:
            raise EvidenceError(str(error)) from error
        piles.append(Packets(guest.vantage.file, tuple(seen.payload(row) for row in range(len(seen)))))
    return tuple(piles)


def _of_capture(place: str, packets: tuple[bytes, ...]) -> tuple[Packets, ...]:
    return (Packets(place, packets),) if packets else ()


def _unheard(case: Case, *hops: str) -> Mapping[Content, str]:
    return dict.fromkeys(Content, _UNHEARD) if any(hop in case.unheard for hop in hops) else {}


def _damage(case: Case) -> Mapping[Content, str]:
    return dict.fromkeys(Content, _DAMAGED) if case.damage else {}


def _signalling(opened: Opened, hop: str) -> Text:
    name = f"signalling-{hop}.jsonl"
    return Text(name, read(opened.root / name))


def _received(opened: Opened) -> tuple[Text, ...]:
    """The files that parties got, as their devices have them."""
    return tuple(_text(opened.root, path) for path in sorted((opened.root / RECEIVED).glob("*")) if path.is_file())


def _text(root: Path, path: Path) -> Text:
    return Text(str(path.relative_to(root)), read(path))


def files_below(folder: Path) -> list[Path]:
    """Every file of a folder of a recording, in order; none where there is no such folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def sound(root: Path, path: Path) -> Sound:
    place = str(path.relative_to(root))
    try:
        with wave.open(str(path)) as file:
            pcm = np.frombuffer(file.readframes(min(file.getnframes(), MOST_SAMPLES)), np.int16)
    except (wave.Error, EOFError) as error:
        raise EvidenceError(f"{path}: is no sound that can be read: {error}") from error
    return Sound(place, pcm)


def _served(opened: Opened) -> tuple[Packets, ...]:
    """What a Janus recorded, and what its administration captured, each file by itself."""
    try:
        files = tuple(janus_files(opened.root / MEDIA_SERVER))
    except CaptureError as error:
        raise EvidenceError(str(error)) from error
    return tuple(
        one
        for file in files
        for one in _of_capture(f"{MEDIA_SERVER}/{file.path.name}", tuple(packet.data for packet in file.packets))
    )


def _processed(path: Path) -> tuple[bytes, ...]:
    try:
        return read_processed(path)
    except CaptureError as error:
        raise EvidenceError(str(error)) from error


def _loot(path: Path) -> dict[Party, tuple[bytes, ...]]:
    try:
        return read_loot(path)
    except CaptureError as error:
        raise EvidenceError(str(error)) from error
