"""Who may sign in, and who has: passwords as scrypt hashes (RFC 7914), tokens as their SHA-256 alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ...model.tenant import Client, same
from .database import transaction

TOKEN_SECONDS: Final = 12 * 3600.0
MOST_TOKENS: Final = 32
"""Of one user: beyond, the oldest is void."""
MOST_PASSWORD: Final = 128
_SALT: Final = 16
_HASH: Final = 32


@dataclass(frozen=True)
class Work:
    """What a guess costs: 128 · n · r bytes of memory, p times (OWASP's password storage cheat sheet, for scrypt)."""

    n: int = 2**15
    r: int = 8
    p: int = 3


@dataclass(frozen=True)
class Secret:
    """What is kept of a password."""

    work: Work
    salt: bytes
    hash: bytes


@dataclass(frozen=True)
class Account:
    """Who may sign in. `user` is a comparable name."""

    user: str
    administrator: bool
    secret: Secret


@dataclass(frozen=True)
class Ticket:
    """A token as the store knows it: `id` is its SHA-256 in hex, times are seconds since the epoch."""

    id: str
    user: str
    device: Client
    expires: float
    administrator: bool


def hashed(password: str, work: Work) -> Secret:
    """Takes as long as `work` says, and holds no lock of the interpreter meanwhile."""
    salt = secrets.token_bytes(_SALT)
    return Secret(work, salt, _scrypt(password, salt, work))


def fits(password: str, secret: Secret) -> bool:
    """Whether it is the password; takes as long as `hashed`."""
    return hmac.compare_digest(_scrypt(password, secret.salt, secret.work), secret.hash)


def token_id(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Accounts:
    """Accounts and tokens behind a connection. Users are named by comparable names."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, user: str) -> Account | None:
        row = self._connection.execute("SELECT * FROM account WHERE user = ?", (user,)).fetchone()
        return None if row is None else _account(row)

    def all(self) -> tuple[Account, ...]:
        return tuple(map(_account, self._connection.execute("SELECT * FROM account ORDER BY user")))

    def put(self, account: Account) -> None:
        """A new account, or a new password: then every token of the user is void."""
        work, secret = account.secret.work, account.secret
        row = account.user, work.n, work.r, work.p, secret.salt, secret.hash, int(account.administrator)
        with transaction(self._connection):
            self._connection.execute("DELETE FROM token WHERE user = ?", (account.user,))
            self._connection.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def remove(self, user: str) -> None:
        """Nobody signs in as this user any more, and every token of the user is void."""
        self._connection.execute("DELETE FROM account WHERE user = ?", (user,))

    def issue(self, user: str, device: Client, now: float) -> tuple[str, Ticket]:
        """A new token. The oldest ones of a user who has too many are void, and those whose time is over."""
        token = secrets.token_urlsafe(32)
        row = bytes.fromhex(token_id(token)), user, device.model_dump_json(), now, now + TOKEN_SECONDS
        with transaction(self._connection):
            self._connection.execute("DELETE FROM token WHERE expires <= ?", (now,))
            self._connection.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?)", row)
            self._connection.execute(
                "DELETE FROM token WHERE user = ?1 AND hash NOT IN"
                " (SELECT hash FROM token WHERE user = ?1 ORDER BY issued DESC, hash LIMIT ?2)",
                (user, MOST_TOKENS),
            )
        ticket = self.ticket(token_id(token), now)
        assert ticket is not None
        return token, ticket

    def ticket(self, id_: str, now: float) -> Ticket | None:
        """The token of this SHA-256, if it is valid."""
        row = self._connection.execute(
            "SELECT token.user, device, expires, administrator FROM token JOIN account USING (user)"
            " WHERE token.hash = ? AND expires > ?",
            (bytes.fromhex(id_), now),
        ).fetchone()
        if row is None:
            return None
        user, device, expires, administrator = row
        return Ticket(id_, user, Client.model_validate_json(device), expires, bool(administrator))

    def devices(self, user: str, now: float) -> dict[str, str]:
        """What the user is signed in with: the comparable name of the device of each valid token."""
        rows = self._connection.execute("SELECT hash, device FROM token WHERE user = ? AND expires > ?", (user, now))
        return {id_.hex(): same(Client.model_validate_json(device).name) for id_, device in rows}

    def void(self, id_: str) -> None:
        """The token is no longer valid."""
        self._connection.execute("DELETE FROM token WHERE hash = ?", (bytes.fromhex(id_),))

    def valid(self, ids: Iterable[str], now: float) -> frozenset[str]:
        """Those of `ids` whose tokens are valid."""
        return frozenset(id_ for id_ in ids if self.ticket(id_, now) is not None)


def _account(row: tuple[str, int, int, int, bytes, bytes, int]) -> Account:
    user, n, r, p, salt, hash_, administrator = row
    return Account(user, bool(administrator), Secret(Work(n, r, p), salt, hash_))


def _scrypt(password: str, salt: bytes, work: Work) -> bytes:
    memory = 128 * work.r * (work.n + work.p + 2)
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=work.n, r=work.r, p=work.p, maxmem=2 * memory, dklen=_HASH)
