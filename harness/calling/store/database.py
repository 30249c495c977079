"""The database of a store: SQLite in a private folder, recognised by its application id, whole after any kill.

Write-ahead logging with synchronous=FULL: what was committed survives the end of the process and a power cut, because
the log is on the disk before anybody is told that it is kept (sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

DATABASE: Final = "service.db"
APPLICATION: Final = 0x43494801
VERSION: Final = 2
WAIT_SECONDS: Final = 2.0
"""How long a writer waits for another one."""

_SCHEMA: Final = """
CREATE TABLE tenants (domain TEXT PRIMARY KEY, version INTEGER NOT NULL, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
"""

_FROM_ONE_TENANT: Final = """
CREATE TABLE tenants (domain TEXT PRIMARY KEY, version INTEGER NOT NULL, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO tenants SELECT '', version, document FROM tenant;
DROP TABLE tenant;
"""
_STEPS: Final = {1: _FROM_ONE_TENANT}
"""What leads from each earlier version of the layout to the one after it.

The new table has another name, so that a service of the earlier version that still runs fails and writes nothing.
"""


def exists(folder: Path) -> bool:
    """Whether there is a store in `folder`. OSError where there could be none: no folder, or none above it."""
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError:
        if folder.is_symlink():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None
        if not folder.parent.is_dir():
            raise
        return False
    if not stat.S_ISDIR(mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    return os.path.lexists(folder / DATABASE)


def connect(folder: Path) -> sqlite3.Connection:
    """Open the database in `folder`, and make both where they are not there. ValueError when it is something else."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / DATABASE
    with _one_at_a_time(folder), reported(path):
        _made(path)
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, and nobody else writes meanwhile. Within another one it is a part of that."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Errors of the database in our words: OSError for what the machine refuses, ValueError for a file that is none."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(errno.EIO, str(error), str(path)) from None
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path}: {error}") from None


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Databases are opened one after the other: who switches to the write-ahead log while another one does is told at
    once that it is locked, and no timeout helps, because both have read before they write.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _made(path: Path) -> None:
    """An empty file, for its owner alone, where there is none.

    One that is there is not even opened: its end would take with it every lock that this process has on it (fcntl(2)).
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ValueError(f"{path}: not a regular file") from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path)) from None


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    with transaction(connection):
        application, version = _number(connection, "application_id"), _number(connection, "user_version")
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
        if empty and (application, version) == (0, 0):
            _run(connection, _SCHEMA, VERSION)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
        elif application != APPLICATION:
            raise ValueError(f"{path}: is a database, and not one of a calling service")
        elif version != VERSION and version not in _STEPS:
            raise ValueError(f"{path}: has version {version} of the layout, and this program knows version {VERSION}")
        else:
            for before in range(version, VERSION):
                _run(connection, _STEPS[before], before + 1)


def _run(connection: sqlite3.Connection, statements: str, version: int) -> None:
    """Within a transaction: a layout is of its version, or as it was."""
    for statement in statements.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {version}")


def _number(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
