"""A recording is written once, and refused as soon as one byte of it is not what it was."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.evidence.files import EvidenceError
from harness.evidence.recording_folder import (
    INDEX,
    RecordingFolder,
    open_recording,
    read_ground_truth,
    read_signalling,
    read_statements,
)
from harness.model.base import Asset, Party
from harness.model.ground_truth import GroundTruth
from harness.model.mode import Mode
from harness.model.recording import Recording, SignalEntry, SignalKind, SignalMessage
from harness.model.statement import EndpointStatement, Indicator, PacketCounts, Screen

OFFER = SignalEntry(
    time=1.0,
    hop="alice",
    direction="out",
    message=SignalMessage(kind=SignalKind.OFFER, sender=Party.ALICE, body="v=0\r\n"),
)


def statement(party: Party) -> EndpointStatement:
    return EndpointStatement(
        party=party,
        role=party.role,
        software="test 1",
        screen=Screen(indicator=Indicator.NONE, code=None, peer="Bob"),
        connected=False,
        failure=None,
        local_certificate=None,
        presented_certificate=None,
        dtls=None,
        packets=PacketCounts(),
        heard={Asset.AUDIO: "00" * 8},
        addresses=(),
    )


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, str]:
    """A small closed recording, and the hash of its index."""
    folder = RecordingFolder(tmp_path / "call-1")
    folder.statement(statement(Party.ALICE))
    folder.keylog(Party.ALICE, ["CLIENT_RANDOM 00 11"])
    folder.signalling([OFFER])
    folder.ground_truth(GroundTruth(markers=(), adversary=None))
    index = Recording(
        run="r",
        scenario="honest-call",
        call="call-1",
        mode=Mode.E2EE,
        media=(Asset.AUDIO,),
        media_seconds=1.0,
        started=1.0,
        ended=2.0,
        provenance={},
        vantages=(),
        files=folder.entries(),
    )
    return folder.root, folder.finish(index)


def test_what_was_written_is_read_again(recorded: tuple[Path, str]) -> None:
    root, digest = recorded
    assert open_recording(root, digest).scenario == "honest-call"
    assert read_statements(root) == {Party.ALICE: statement(Party.ALICE)}
    assert read_signalling(root) == (OFFER,)
    assert read_ground_truth(root).adversary is None


def test_keys_are_for_their_owner_only_and_marked(recorded: tuple[Path, str]) -> None:
    root, digest = recorded
    keylog = root / "keys" / "alice.keylog"
    assert stat.S_IMODE(keylog.stat().st_mode) == 0o600
    secret = {entry.path for entry in open_recording(root, digest).files if entry.secret}
    assert secret == {"keys/alice.keylog"}


def test_signalling_that_holds_media_keys_is_for_its_owner_only_and_marked(tmp_path: Path) -> None:
    keyed = OFFER.message.model_copy(update={"body": "v=0\r\nm=audio 9 RTP/SAVPF 96\r\na=crypto:1 X inline:AAAA\r\n"})
    folder = RecordingFolder(tmp_path / "call-1")
    folder.signalling([OFFER.model_copy(update={"message": keyed}), OFFER.model_copy(update={"hop": "bob"})])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.root.glob("*.jsonl")}
    assert modes == {"signalling-alice.jsonl": 0o600, "signalling-service.jsonl": 0o644, "signalling-bob.jsonl": 0o644}
    assert {entry.path for entry in folder.entries() if entry.secret} == {"signalling-alice.jsonl"}


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\u0085", "\x0b", "\x1c", "\r", "\n"])
def test_whatever_a_party_says_stays_on_its_line(tmp_path: Path, character: str) -> None:
    said = OFFER.model_copy(update={"message": OFFER.message.model_copy(update={"body": f"a{character}b"})})
    folder = RecordingFolder(tmp_path / "call-1")
    folder.signalling([said, said])
    assert read_signalling(folder.root) == (said, said)


def test_nothing_is_overwritten(recorded: tuple[Path, str]) -> None:
    root, _ = recorded
    with pytest.raises(FileExistsError):
        RecordingFolder(root)


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda root: flip_a_byte(root / "ground-truth.json"), "ground-truth.json: changed"),
        (lambda root: flip_a_byte(root / INDEX), "recording.json: changed"),
        (lambda root: (root / "keys/alice.keylog").unlink(), "alice.keylog: missing"),
        (lambda root: (root / "endpoint-alice.json").write_text(""), "endpoint-alice.json: 0 bytes where"),
        (lambda root: (root / "stray.txt").write_text("x"), "stray.txt: not part of the recording"),
        (lambda root: (root / INDEX).unlink(), "recording.json: missing"),
    ],
)
def test_any_damage_is_named_with_its_path(
    recorded: tuple[Path, str], damage: Callable[[Path], object], complaint: str
) -> None:
    root, digest = recorded
    damage(root)
    with pytest.raises(EvidenceError, match=complaint):
        open_recording(root, digest)


def test_a_link_is_no_evidence(recorded: tuple[Path, str], tmp_path: Path) -> None:
    root, digest = recorded
    target = tmp_path / "elsewhere"
    (root / "ground-truth.json").rename(target)
    (root / "ground-truth.json").symlink_to(target)
    with pytest.raises(EvidenceError, match="not a regular file"):
        open_recording(root, digest)


def test_an_index_cannot_point_outside(recorded: tuple[Path, str]) -> None:
    root, _ = recorded
    index = json.loads((root / INDEX).read_text())
    index["files"][0]["path"] = "../secret"
    (root / INDEX).write_text(json.dumps(index))
    with pytest.raises(EvidenceError, match="outside the recording"):
        open_recording(root)


@pytest.mark.parametrize("hostile", ["{}", "[" * 100_000, '{"party": 1}', "\x00", '{"a":' * 5000])
def test_a_hostile_statement_is_an_error_with_a_path(recorded: tuple[Path, str], hostile: str) -> None:
    root, _ = recorded
    (root / "endpoint-alice.json").write_text(hostile)
    with pytest.raises(EvidenceError, match=r"endpoint-alice\.json"):
        read_statements(root)


def test_a_statement_beyond_all_bounds_is_not_even_parsed(recorded: tuple[Path, str]) -> None:
    root, _ = recorded
    with (root / "endpoint-alice.json").open("w") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(EvidenceError, match="larger than"):
        read_statements(root)
