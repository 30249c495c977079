"""One call's folder: filled while it runs, closed by `recording.json`, opened again only when all hashes match."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from ..model.base import Noun, Party
from ..model.ground_truth import GroundTruth
from ..model.recording import FileEntry, GuestDevice, Recording, SignalEntry
from ..model.statement import EndpointStatement
from .files import EvidenceError, create, read, read_lines, sha256

N = TypeVar("N", bound=Noun)

INDEX = "recording.json"
GROUND_TRUTH = "ground-truth.json"
SERVICE_LOG = "service.log"
LOOT = "media/adversary.pcapng"
PROCESSED = "media/service.pcapng"
"""What the service's media processor had in clear."""
MEDIA_SERVER = "media/media-server"
"""What a media server recorded that is a program of somebody else."""
KEPT = "media/service"
"""What the service kept of the media: recordings, captions, voicemail."""
STORE = "store"
"""The store of the calling service that the call went through, with its database and its keys."""
SCREEN = "media/screen-{party}.png"
"""What was on the screen of a party whose client has one: it shows the other person's picture, too."""
SCREEN_SHOWN = "screen-{party}.png"
"""The same without what people show and write: indicator, name and code are not secret."""
PLAINTEXT = "media/rtp-{party}.txt"
"""What the endpoint of a party says that its SRTP layer sealed and opened, in clear."""
RECEIVED = "received"
"""Files that a party got from the other one through the service."""
GUEST = "keys/guest-{name}.json"
"""A device that the service brought in."""
SECRET_FOLDERS = ("keys", "media")
HOPS = ("alice", "service", "bob")
MAX_FILE = 4 * 1024 * 1024 * 1024
MAX_STATEMENT = 1024 * 1024
MAX_PICTURE = 4 * 1024 * 1024


class RecordingFolder:
    """A new recording below `root`. Everything is created exclusively; nothing is written after `finish`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._with_keys: set[str] = set()
        root.mkdir(parents=True, exist_ok=False)
        for name in SECRET_FOLDERS:
            (root / name).mkdir(mode=0o700)

    def path(self, name: str) -> Path:
        return self.root / name

    def keylog(self, party: Party, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        create(self.root / "keys" / f"{party}.keylog", text.encode(), secret=True)

    def statement(self, statement: EndpointStatement) -> None:
        self._write(f"endpoint-{statement.party}.json", statement)

    def guest(self, guest: GuestDevice) -> None:
        """A device that came later, with the keys of its leg."""
        text = f"{guest.model_dump_json(indent=1)}\n"
        create(self.root / GUEST.format(name=guest.name), text.encode(), secret=True)

    def ground_truth(self, truth: GroundTruth) -> None:
        self._write(GROUND_TRUTH, truth)

    def signalling(self, entries: Iterable[SignalEntry]) -> None:
        """What each hop saw; a secret where descriptions hold media keys (RFC 4568)."""
        seen = tuple(entries)
        for hop in HOPS:
            name, own = f"signalling-{hop}.jsonl", [entry for entry in seen if entry.hop == hop]
            if any("a=crypto" in entry.message.body for entry in own):
                self._with_keys.add(name)
            lines = "".join(f"{entry.model_dump_json()}\n" for entry in own)
            create(self.root / name, lines.encode(), secret=name in self._with_keys)

    def picture(self, party: Party, whole: bytes, shown: bytes) -> None:
        """The screen of a party: all of it, and what anybody may see of it."""
        create(self.root / SCREEN.format(party=party), whole, secret=True)
        create(self.root / SCREEN_SHOWN.format(party=party), shown)

    def plaintext(self, party: Party, dump: bytes) -> None:
        """What an endpoint tells of the packets that it sealed and opened."""
        create(self.root / PLAINTEXT.format(party=party), dump, secret=True)

    def received(self, party: Party, content: bytes) -> None:
        """A file that a party got."""
        (self.root / RECEIVED).mkdir(mode=0o700, exist_ok=True)
        create(self.root / RECEIVED / f"{party}.txt", content, secret=True)

    def service_log(self, lines: Iterable[str]) -> None:
        """What the service wrote on its disk."""
        create(self.root / SERVICE_LOG, "".join(f"{line}\n" for line in lines).encode())

    def _secret(self, path: Path) -> bool:
        folder = path.relative_to(self.root).parts[0]
        return folder in (*SECRET_FOLDERS, STORE, RECEIVED) or path.name in self._with_keys

    def entries(self) -> tuple[FileEntry, ...]:
        """Every file of the folder with its size and hash."""
        files = sorted(path for path in self.root.rglob("*") if path.is_file() and path.name != INDEX)
        return tuple(
            FileEntry(
                path=str(path.relative_to(self.root)),
                size=path.stat().st_size,
                sha256=sha256(path),
                secret=self._secret(path),
            )
            for path in files
        )

    def finish(self, recording: Recording) -> str:
        """Close the recording; returns the SHA-256 of `recording.json`."""
        self._write(INDEX, recording)
        return sha256(self.root / INDEX)

    def _write(self, name: str, noun: Noun) -> None:
        create(self.root / name, f"{noun.model_dump_json(indent=1)}\n".encode())


def open_recording(root: Path, expected_sha256: str | None = None) -> Recording:
    """Read `recording.json` and check every file it names, and that no other file lies beside them."""
    index = root / INDEX
    if expected_sha256 is not None and index.is_file() and sha256(index) != expected_sha256:
        raise EvidenceError(f"{index}: changed since it was recorded (SHA-256 differs)")
    recording = parse(index, Recording)
    for entry in recording.files:
        _check(root, entry)
    known = {entry.path for entry in recording.files} | {INDEX}
    for legs in (recording.vantages, recording.service_legs):
        if any(leg.file not in known for leg in legs) or len({leg.party for leg in legs}) != len(legs):
            raise EvidenceError(f"{index}: its vantages are not one file of the recording for each party")
    if any(wire.file not in known for wire in recording.wires):
        raise EvidenceError(f"{index}: names what passed an interface, and has no such file")
    strangers = sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if not path.is_dir() and str(path.relative_to(root)) not in known
    )
    if strangers:
        raise EvidenceError(f"{root / strangers[0]}: not part of the recording")
    return recording


def read_statements(root: Path) -> dict[Party, EndpointStatement]:
    """The statements that were made; a party without one is absent."""
    paths = {party: root / f"endpoint-{party}.json" for party in Party}
    statements = {party: parse(path, EndpointStatement) for party, path in paths.items() if path.exists()}
    for party, statement in statements.items():
        if (statement.party, statement.role) != (party, party.role):
            raise EvidenceError(f"{paths[party]}: is the statement of {statement.party}, as {statement.role}")
    return statements


def read_guests(root: Path) -> tuple[GuestDevice, ...]:
    """The devices that the service brought in."""
    guests = tuple(parse(path, GuestDevice) for path in sorted(root.glob(GUEST.format(name="*"))))
    for guest in guests:
        if not (root / guest.vantage.file).is_file():
            raise EvidenceError(f"{root / guest.vantage.file}: the capture of {guest.name} is missing")
    return guests


def read_ground_truth(root: Path) -> GroundTruth:
    return parse(root / GROUND_TRUTH, GroundTruth)


def read_signalling(root: Path) -> tuple[SignalEntry, ...]:
    """All hops' entries, hop by hop."""
    entries: list[SignalEntry] = []
    for hop in HOPS:
        path = root / f"signalling-{hop}.jsonl"
        for number, line in enumerate(read_lines(path), 1):
            entries.append(validated(f"{path}:{number}", line, SignalEntry))
    return tuple(entries)


def read_received(root: Path, party: Party) -> bytes:
    """The file that a party got from the other one; nothing when it got none."""
    path = root / RECEIVED / f"{party}.txt"
    return read(path) if path.exists() else b""


def read_screen(root: Path, party: Party) -> bytes | None:
    """The picture of a party's screen that anybody may see; None when its client has no screen of its own."""
    path = root / SCREEN_SHOWN.format(party=party)
    return read(path, MAX_PICTURE) if path.exists() else None


def read_plaintext(root: Path, party: Party) -> bytes | None:
    """What a party's endpoint tells of the packets that it sealed and opened; None when it tells nothing."""
    path = root / PLAINTEXT.format(party=party)
    return read(path) if path.exists() else None


def read_service_log(root: Path) -> bytes | None:
    """What the service wrote on its disk; None in a recording from before this was kept."""
    path = root / SERVICE_LOG
    return read(path) if path.exists() else None


def _check(root: Path, entry: FileEntry) -> None:
    path = root / entry.path
    if ".." in Path(entry.path).parts or Path(entry.path).is_absolute():
        raise EvidenceError(f"{root / INDEX}: names a file outside the recording: {entry.path!r}")
    if path.is_symlink() or not path.is_file():
        raise EvidenceError(f"{path}: missing, or not a regular file")
    size = path.stat().st_size
    if size != entry.size:
        raise EvidenceError(f"{path}: {size} bytes where {entry.size} were recorded")
    if sha256(path) != entry.sha256:
        raise EvidenceError(f"{path}: changed since it was recorded (SHA-256 differs)")


def parse(path: Path, noun: type[N]) -> N:
    return validated(str(path), read(path, MAX_STATEMENT).decode(errors="replace"), noun)


def validated(where: str, text: str, noun: type[N]) -> N:
    try:
        return noun.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise EvidenceError(f"{where}: {place or noun.__name__}: {first['msg']}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise EvidenceError(f"{where}: {error}") from error
