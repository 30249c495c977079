"""A store of the first layout, which held one tenant: it becomes one of several, whole or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.policy.transitions import new_policy
from harness.calling.store import database
from harness.calling.store.accounts import Account, Work, fits, hashed
from harness.calling.store.database import DATABASE, VERSION
from harness.calling.store.store import Store
from harness.calling.store.tenants import FRESH
from harness.model.tenant import FIRST

FIRST_LAYOUT = """
CREATE TABLE tenant (
    id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, document TEXT NOT NULL
) STRICT;
CREATE TABLE account (
    user TEXT PRIMARY KEY, n INTEGER NOT NULL, r INTEGER NOT NULL, p INTEGER NOT NULL,
    salt BLOB NOT NULL, hash BLOB NOT NULL, administrator INTEGER NOT NULL CHECK (administrator IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE token (
    hash BLOB PRIMARY KEY, user TEXT NOT NULL REFERENCES account ON DELETE CASCADE, device TEXT NOT NULL,
    issued REAL NOT NULL, expires REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_of_user ON token (user, issued);
CREATE TABLE file (
    file TEXT PRIMARY KEY, sender TEXT NOT NULL, receiver TEXT NOT NULL, name TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0), sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE chat (
    number INTEGER PRIMARY KEY, message TEXT NOT NULL UNIQUE, one TEXT NOT NULL, other TEXT NOT NULL,
    sender TEXT NOT NULL, receiver TEXT NOT NULL, text TEXT NOT NULL, time REAL NOT NULL, file TEXT REFERENCES file
) STRICT;
CREATE INDEX chat_of_two ON chat (one, other, number);
PRAGMA application_id = 1128876033;
PRAGMA user_version = 1;
"""
"""As version 1 of the service made it."""
ALICE, BOB = (user.name for user in FRESH.users)
TENANT = new_policy(FRESH, "E2EE")
DOCUMENT = TENANT.model_dump_json(exclude={"domain"})
"""There was no domain in it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tenant that has been changed seven times, an account, a line of chat."""
    secret = hashed("a password", Work(n=2, r=1, p=1))
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        connection.executescript(FIRST_LAYOUT)
        connection.execute("INSERT INTO tenant VALUES (1, 7, ?)", (DOCUMENT,))
        connection.execute("INSERT INTO account VALUES (?, 2, 1, 1, ?, ?, 1)", (ALICE, secret.salt, secret.hash))
        line = ("m1", ALICE, BOB, ALICE, BOB, "hello", 5.0)
        connection.execute(
            "INSERT INTO chat (message, one, other, sender, receiver, text, time) VALUES (?, ?, ?, ?, ?, ?, ?)", line
        )
        connection.commit()
    return tmp_path


def of(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        return connection.execute(query).fetchall()


def is_as_it_was(folder: Path) -> bool:
    tables = of(folder, "SELECT count(*) FROM sqlite_schema WHERE name = 'tenants'")
    return (of(folder, "SELECT * FROM tenant"), of(folder, "PRAGMA user_version"), tables) == (
        [(1, 7, DOCUMENT)],
        [(1,)],
        [(0,)],
    )


def holds_everything(folder: Path) -> bool:
    with closing(Store(folder)) as opened:
        account = opened.accounts.find(ALICE)
        assert account is not None
        return (
            opened.tenants.all() == (TENANT,)
            and account.administrator
            and fits("a password", account.secret)
            and opened.administrators(FIRST) == {ALICE}
            and [line.text for line in opened.chats.between(ALICE, BOB)] == ["hello"]
        )


def test_its_tenant_is_the_first_one_and_everything_else_stays(folder: Path) -> None:
    assert holds_everything(folder)
    assert of(folder, "PRAGMA user_version") == [(VERSION,)]
    assert of(folder, "SELECT domain, version FROM tenants") == [("", 7)]
    with closing(Store(folder)) as opened:
        administrator = Account("admin@fabrikam.example", True, hashed("another", Work(n=2, r=1, p=1)))
        opened.add_tenant("fabrikam.example", administrator)
    with closing(Store(folder)) as opened:
        assert [one.domain for one in opened.tenants.all()] == [FIRST, "fabrikam.example"]


def test_a_service_of_the_first_layout_that_still_runs_fails_and_writes_nothing(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as old:
        assert old.execute("SELECT version FROM tenant").fetchone() == (7,)
        with closing(Store(folder)):
            pass
        for statement in ("SELECT version, document FROM tenant", "INSERT OR REPLACE INTO tenant VALUES (1, 8, '')"):
            with pytest.raises(sqlite3.OperationalError, match="no such table"):
                old.execute(statement)
    assert holds_everything(folder)


def test_a_step_that_fails_leaves_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_STEPS", {1: f"{database._FROM_ONE_TENANT}; NO STATEMENT"})
    with pytest.raises(OSError, match="syntax error"):
        Store(folder)
    assert is_as_it_was(folder)
    monkeypatch.undo()
    assert holds_everything(folder)


KILLED = """
import os, sys
from pathlib import Path
from harness.calling.store import database
done = database._run
def run(connection, statements, version):
    done(connection, statements, version)
    assert connection.execute("SELECT count(*) FROM tenants").fetchone() == (1,)
    os._exit(9)
database._run = run
database.connect(Path(sys.argv[1]))
"""


def test_a_process_that_ends_before_the_last_step_leaves_what_was_there(folder: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert ended.returncode == 9, "it ended where it was told to: everything done, nothing committed"
    assert is_as_it_was(folder)
    assert holds_everything(folder)
