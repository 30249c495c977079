"""Many who open one store at the same moment, in threads and in processes of their own."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlite3 import Connection

import pytest

from harness.calling.policy.transitions import add_user
from harness.calling.store import database
from harness.calling.store.database import DATABASE, connect
from harness.calling.store.store import Store
from harness.calling.store.tenants import load, update
from harness.model.tenant import Tenant

PROCESSES, STORES = 8, 25
SECONDS = 60


def added(name: str, tenant: Tenant) -> tuple[Tenant, None]:
    return add_user(tenant, name), None


def test_who_opens_a_store_that_another_one_is_making_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one stands where each new database stands for a moment: it has begun to write, and there is no log."""
    writing, go_on = threading.Event(), threading.Event()
    prepare: Callable[[Connection, Path], None] = database._prepare

    def slowly(connection: Connection, path: Path) -> None:
        if not writing.is_set():
            connection.execute("BEGIN IMMEDIATE")
            writing.set()
            assert go_on.wait(SECONDS)
            connection.execute("ROLLBACK")
        prepare(connection, path)

    monkeypatch.setattr(database, "_prepare", slowly)
    opened: list[str] = []
    threads = [threading.Thread(target=opens, args=(tmp_path / "store", number, opened)) for number in range(2)]
    threads[0].start()
    assert writing.wait(SECONDS)
    threads[1].start()
    threads[1].join(0.2)  # nothing can be waited for: it must not be over
    assert opened == []
    go_on.set()
    for thread in threads:
        thread.join(SECONDS)
    assert opened == ["0: wal", "1: wal"]


def opens(folder: Path, number: int, opened: list[str]) -> None:
    try:
        with closing(connect(folder)) as connection:
            opened.append(f"{number}: {connection.execute('PRAGMA journal_mode').fetchone()[0]}")
    except OSError as error:
        opened.append(f"{number}: {error}")


def test_many_processes_make_the_same_store_at_once(tmp_path: Path) -> None:
    """Each in turn is the first one at some of them, and everybody's user is in each."""
    fork = multiprocessing.get_context("fork")
    at_once = fork.Barrier(PROCESSES)
    processes = [fork.Process(target=makes, args=(tmp_path, number, at_once.wait)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(SECONDS)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    expected = {f"u{number}@contoso.example" for number in range(PROCESSES)}
    for store in range(STORES):
        assert {user.name for user in load(tmp_path / str(store)).users} >= expected


def makes(folder: Path, number: int, wait: Callable[[], int]) -> None:
    refused = []
    for store in range(STORES):
        wait()
        try:
            update(folder / str(store), partial(added, f"u{number}@contoso.example"))
        except OSError as error:
            refused.append(error)
    sys.exit(len(refused))


def test_to_open_a_store_twice_in_one_process_takes_no_lock_from_it(tmp_path: Path) -> None:
    """Else another process, closing what it takes for the last connection, would remove the log that is written to."""
    folder = tmp_path / "store"
    with closing(Store(folder)) as first:
        first.tenants.change(partial(added, "cem@contoso.example"))
        load(folder)
        elsewhere = f"from pathlib import Path; from {load.__module__} import load; load(Path({str(folder)!r}))"
        subprocess.run([sys.executable, "-c", elsewhere], check=True)
        assert (folder / f"{DATABASE}-wal").exists()
