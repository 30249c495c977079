"""The tenant in the store: one document, replaced whole when nobody else has changed it meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from ...model.tenant import Tenant, User
from .database import DATABASE, connect, exists, reported, transaction

MOST_FAULTS: Final = 8
MOST_ATTEMPTS: Final = 100

FRESH: Final = Tenant(
    users=(User(name="alice@contoso.example", display="Alice"), User(name="bob@contoso.example", display="Bob"))
)
"""Where there is no store yet: two users, everything Disabled."""

Answer = TypeVar("Answer")
Change = Callable[[Tenant], tuple[Tenant, Answer]]


def update(folder: Path, change: Change[Answer]) -> Answer:
    """Give the tenant of the store in `folder` to `change`, keep what comes back, and pass the answer on.

    Only looking makes no store. ValueError for a store that is none, or whatever `change` raises: then everything
    stays as it is. OSError.
    """
    if not exists(folder):
        after, answer = change(FRESH)
        if after is FRESH:
            return answer
    with closing(connect(folder)) as connection, reported(folder / DATABASE):
        return Tenants(connection).change(change)


def load(folder: Path) -> Tenant:
    """The tenant of the store in `folder`; FRESH when there is none. Errors as for `update`."""
    return update(folder, lambda tenant: (tenant, tenant))


class Tenants:
    """The tenant behind a connection. `change` may be called again with a newer tenant: it must be pure."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._seen = -1
        self._version = -1
        self._tenant = FRESH

    def load(self) -> Tenant:
        """The tenant as it is now, whoever changed it; the same value as long as nobody has. ValueError."""
        self._refresh()
        return self._tenant

    def change(self, change: Change[Answer]) -> Answer:
        """Keep what `change` makes of the tenant, and pass its answer on."""
        for _ in range(MOST_ATTEMPTS):
            before = self.load()
            after, answer = change(before)
            if after is before or self._replaced(after):
                return answer
        raise OSError(f"the tenant was changed by others {MOST_ATTEMPTS} times meanwhile")

    def forget(self) -> None:
        """What was kept within a transaction that came to nothing."""
        self._seen = self._version = -1

    def _refresh(self) -> None:
        (seen,) = self._connection.execute("PRAGMA data_version").fetchone()
        if seen == self._seen:
            return
        row = self._connection.execute("SELECT version, document FROM tenant").fetchone()
        if row is None:
            self._version, self._tenant = 0, FRESH
        elif row[0] != self._version:
            self._version, self._tenant = row[0], _parsed(row[1])
        self._seen = seen

    def _replaced(self, after: Tenant) -> bool:
        """Whether nobody was faster."""
        row = 1, self._version + 1, after.model_dump_json()
        with transaction(self._connection):
            found = self._connection.execute("SELECT version FROM tenant").fetchone()
            if (0 if found is None else found[0]) != self._version:
                self._seen = -1
                return False
            self._connection.execute("INSERT OR REPLACE INTO tenant VALUES (?, ?, ?)", row)
        self._version, self._tenant = row[1], after
        return True


def _parsed(document: str) -> Tenant:
    try:
        return Tenant.model_validate_json(document)
    except ValidationError as error:
        raise ValueError(f"the tenant in the store: {faults(error)}") from None


def faults(error: ValidationError) -> str:
    """Every fault with its place in the document, as far as there are few."""
    found = [
        f"{'.'.join(map(str, one['loc'])) or 'the document'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    more = [f"and {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else []
    return "; ".join([*found[:MOST_FAULTS], *more])
