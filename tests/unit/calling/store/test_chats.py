"""Chats and files: for their two people, the latest of them, and nothing left over."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.store import chats as module
from harness.calling.store.chats import FILES, Chats, StoredFile
from harness.calling.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "store")) as one:
        yield one


def sent(chats: Chats, way: tuple[str, str], content: bytes, message: str) -> StoredFile:
    name, sha256 = chats.keep_bytes(content)
    file = StoredFile(name, *way, "a name", len(content), sha256)
    chats.keep_file(file)
    chats.write(message, way, "", 0.0, name)
    return file


def test_two_people_read_what_they_wrote_in_order_and_nobody_elses(store: Store) -> None:
    store.chats.write("1", ("bob", "alice"), "first", 1.0)
    store.chats.write("2", ("alice", "bob"), "second\n'; DROP TABLE chat; --", 2.0)
    store.chats.write("3", ("alice", "cem"), "to another", 3.0)
    for pair in (("alice", "bob"), ("bob", "alice")):
        lines = store.chats.between(*pair)
        assert [(one.sender, one.receiver, one.time) for one in lines] == [("bob", "alice", 1.0), ("alice", "bob", 2.0)]
        assert lines[1].text.endswith("--")
    assert store.chats.between("bob", "cem") == ()


def test_a_line_can_carry_a_file(store: Store) -> None:
    file = sent(store.chats, ("alice", "bob"), b"bytes", "1")
    assert store.chats.find(file.file) == file
    assert file.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert store.chats.between("bob", "alice")[0].file == file
    path = store.chats.path(file)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"bytes", 0o600)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (store.chats.sent_by("alice"), store.chats.sent_by("bob")) == (5, 0)


def test_what_is_left_of_somebody_who_is_gone_is_for_the_others_and_not_for_the_next_of_that_name(store: Store) -> None:
    store.chats.write("1", ("bob", "alice"), "hello", 1.0)
    file = sent(store.chats, ("alice", "bob"), b"bytes", "2")
    store.chats.write("3", ("alice", "cem"), "stays", 3.0)
    store.chats.part_with("bob")
    assert store.chats.between("alice", "bob") == ()
    lines = store.chats.between("alice", "bob (removed)")
    assert [(one.sender, one.text) for one in lines] == [("bob (removed)", "hello"), ("alice", "")]
    kept = store.chats.find(file.file)
    assert kept is not None
    assert (kept.sender, kept.receiver) == ("alice", "bob (removed)")
    assert len(store.chats.between("alice", "cem")) == 1


def test_the_latest_are_kept_and_older_ones_go_with_their_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGES", 3)
    first = sent(store.chats, ("alice", "bob"), b"old", "0")
    store.chats.write("other", ("alice", "cem"), "stays", 0.0)
    for number in range(1, 4):
        store.chats.write(str(number), ("alice", "bob"), "x", float(number))
    assert [one.message for one in store.chats.between("alice", "bob")] == ["1", "2", "3"]
    assert len(store.chats.between("alice", "cem")) == 1
    assert store.chats.find(first.file) is None
    assert not store.chats.path(first).exists()


def test_what_a_killed_service_left_behind_is_swept_away(store: Store) -> None:
    kept = sent(store.chats, ("alice", "bob"), b"kept", "1")
    orphan, sha256 = store.chats.keep_bytes(b"no row")
    unfinished, _ = store.chats.keep_bytes(b"no line")
    store.chats.keep_file(StoredFile(unfinished, "alice", "bob", "x", 7, sha256))
    store.chats.sweep()
    assert [path.name for path in (store.folder / FILES).iterdir()] == [kept.file]
    assert orphan != kept.file
    assert store.chats.find(unfinished) is None
    assert store.chats.sent_by("alice") == 4


def test_a_file_and_its_name_are_on_the_disk_before_anybody_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut leaves is what was written through: the bytes first, then the folder that names them."""
    through: list[tuple[Path, int | list[str]]] = []

    def watched(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        through.append((path, [one.name for one in path.iterdir()] if path.is_dir() else path.stat().st_size))

    monkeypatch.setattr(os, "fsync", watched)
    name, _ = store.chats.keep_bytes(b"seven b")
    folder = (store.folder / FILES).resolve()
    assert through == [(folder / name, 7), (folder, [name])]


def test_of_a_file_for_which_there_is_no_room_nothing_is_left(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each that is refused would keep the disk full until the next start."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.chats.keep_bytes(b"too many")
    assert list((store.folder / FILES).iterdir()) == []
