"""Where the sound of each device arrived: in which files of the service, and at which devices. What a feature did shows
in nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from ..auditors.case import Case
from ..auditors.course import heard
from ..evidence.files import EvidenceError, read
from ..evidence.recording_folder import KEPT, MEDIA_SERVER, read_guests
from ..markers import audio
from ..markers.recover import recover_all
from ..model.base import Asset, Party, Role
from ..model.recording import SignalKind
from ..recorded_call import Opened
from ..vantage import table
from ..vantage.capture import CaptureError
from ..vantage.janus_files import janus_files
from ..wire.demux import PacketClass, classify
from ..wire.sdes import parse
from ..wire.sdp import Sdp
from .holdings import files_below, sound
from .media import MediaKey, opened

_LAST: Final = 5.0
"""Seconds at the end of a recording that are listened to as well: of a stream, six are (`markers.recover`), and a
browser on a busy machine may be silent for longer. A call ends when both were heard, so the markers are there."""

_CAPTION: Final = re.compile(rb"\[chord ([0-9a-f]{16})\]")

Reached = Mapping[str, frozenset[str]]
"""By place: of whom there is sound. A place is a kind of file that the service keeps, or a device."""


def reached(recorded: Opened, case: Case) -> Reached:
    """Every place with the devices whose audio marker is there. EvidenceError for a file that cannot be read."""
    whose = {int(one.marker, 16): one.sender.value for one in recorded.truth.markers if one.asset is Asset.AUDIO}
    whose |= {int(one.marker, 16): one.device for one in recorded.truth.guests if one.asset is Asset.AUDIO}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for place, markers in (
        *_kept(recorded.root),
        *_at_janus(recorded.root),
        *_at_parties(case),
        *_at_guests(recorded.root),
    ):
        found[place] |= {whose[one] for one in markers if one in whose}
    return {place: frozenset(people) for place, people in found.items() if people}


def stopped(recorded: Opened, case: Case) -> dict[str, str]:
    """Why devices were told to stop ringing, by device: the callee's, and those that are signed in besides."""
    told = heard(case.signalling, Role.CALLEE.party, SignalKind.CANCEL)
    first = {Role.CALLEE.party.value: told[0].body} if told else {}
    return first | {one.name: one.stopped for one in read_guests(recorded.root) if one.stopped is not None}


def _kept(root: Path) -> Iterator[tuple[str, Iterable[int]]]:
    for path in files_below(root / KEPT):
        kind = path.stem.partition("-")[0]
        if path.suffix == ".wav":
            yield kind, audio.decode_all(sound(root, path).pcm)
        else:
            yield kind, [int(one, 16) for one in _CAPTION.findall(read(path))]


def _at_janus(root: Path) -> Iterator[tuple[str, Iterable[int]]]:
    """In what a media server recorded, and in what its administration captured."""
    try:
        files = tuple(janus_files(root / MEDIA_SERVER))
    except CaptureError as error:
        raise EvidenceError(str(error)) from error
    for file in files:
        media = [one for one in file.packets if classify(one.data) is PacketClass.SRTP]
        late = max((one.time for one in media), default=0) - _LAST
        for part in (media, [one for one in media if one.time > late]):
            found = recover_all(one.data for one in part)
            yield file.kind.value, [one.marker for one in found if one.asset == "audio"]


def _at_parties(case: Case) -> Iterator[tuple[str, Iterable[int]]]:
    for party in Party:
        leg = case.leg(party)
        if leg is not None and leg.signalled is not None:
            keys = [MediaKey(one.profile, one.key_and_salt) for one in leg.signalled.inward]
            yield party.value, _heard([one.data for one in leg.datagrams if not one.outward], keys)


def _at_guests(root: Path) -> Iterator[tuple[str, Iterable[int]]]:
    for guest in read_guests(root):
        try:
            seen = table.read(root / guest.vantage.file, guest.vantage.near)
        except CaptureError as error:
            raise EvidenceError(str(error)) from error
        came = [seen.payload(int(row)) for row in seen.select(outward=False)]
        yield guest.name, _heard(came, keys_in(guest.told))


def keys_in(descriptions: Iterable[str]) -> list[MediaKey]:
    """The media keys that a device's descriptions hold. EvidenceError for one that cannot be read."""
    try:
        lines = [parse(value) for sdp in descriptions for _, value in Sdp.parse(sdp).cryptos()]
    except ValueError as error:
        raise EvidenceError(f"a description of a device that came later: {error}") from error
    return [MediaKey(key.profile, key.key_and_salt) for line in lines for key in line.keys]


def _heard(came: Sequence[bytes], keys: Sequence[MediaKey]) -> Iterator[int]:
    plain, _ = opened([one for one in came if classify(one) is PacketClass.SRTP], keys)
    yield from (one.marker for one in recover_all(plain) if one.asset == "audio")
