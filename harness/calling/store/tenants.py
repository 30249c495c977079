"""The tenants in the store: a document each, replaced whole when nobody else has changed it meanwhile."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from ...model.tenant import FIRST, Tenant, User, domain_of, home
from ..policy.lookup import Refused, find_tenant, tenant_of
from .database import DATABASE, connect, exists, reported, transaction

MOST_FAULTS: Final = 8
MOST_ATTEMPTS: Final = 100
MOST_TENANTS: Final = 100
MOST_NAMED: Final = 3

FRESH: Final = Tenant(
    users=(User(name="alice@contoso.example", display="Alice"), User(name="bob@contoso.example", display="Bob"))
)
"""The first tenant where there is no store yet: two users, everything Disabled."""

Answer = TypeVar("Answer")
Change = Callable[[Tenant], tuple[Tenant, Answer]]


def update(folder: Path, change: Change[Answer], domain: str = FIRST) -> Answer:
    """Give a tenant of the store in `folder` to `change`, keep what comes back, and pass the answer on.

    Only looking makes no store. ValueError for a store that is none, an unknown domain, or whatever `change` raises:
    then everything stays as it is. OSError.
    """
    if not exists(folder):
        before = find_tenant((FRESH,), domain)
        after, answer = change(before)
        if after is before:
            return answer
    with closing(connect(folder)) as connection, reported(folder / DATABASE):
        return Tenants(connection).change(change, domain)


def load(folder: Path, domain: str = FIRST) -> Tenant:
    """A tenant of the store in `folder`; FRESH when there is none. Errors as for `update`."""
    return update(folder, lambda tenant: (tenant, tenant), domain)


def load_all(folder: Path) -> tuple[Tenant, ...]:
    """Every tenant of the store in `folder`, the first one first. Errors as for `update`."""
    if not exists(folder):
        return (FRESH,)
    with closing(connect(folder)) as connection, reported(folder / DATABASE):
        return Tenants(connection).all()


class Tenants:
    """The tenants behind a connection, by domain. `change` may be called again with a newer tenant: it must be pure."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._seen = -1
        self._versions: dict[str, int] = {}
        self._tenants: dict[str, Tenant] = {}

    def all(self) -> tuple[Tenant, ...]:
        """All as they are now, whoever changed them, the first one first; each the same value as long as nobody has
        changed it. ValueError.
        """
        self._refresh()
        return tuple(self._tenants.values())

    def load(self, domain: str = FIRST) -> Tenant:
        """One of them. Refused when there is none of this domain."""
        return find_tenant(self.all(), domain)

    def home(self, user: str) -> Tenant:
        """The tenant of this user."""
        return tenant_of(self.all(), user)

    def change(self, change: Change[Answer], domain: str = FIRST) -> Answer:
        """Keep what `change` makes of a tenant, and pass its answer on."""
        for _ in range(MOST_ATTEMPTS):
            before = self.load(domain)
            after, answer = change(before)
            if after is before or self._replaced(after):
                return answer
        raise OSError(f"the tenant was changed by others {MOST_ATTEMPTS} times meanwhile")

    def add(self, domain: str) -> None:
        """A further tenant, without users, everything Disabled. Refused where the first one has users of the domain."""
        if domain == FIRST:
            raise Refused("a further tenant has a domain; the first one, which has none, is there already")
        try:
            made = Tenant(domain=domain)
        except ValidationError as error:
            raise Refused(f"{domain!r}: {faults(error).removeprefix('domain: ')}") from None
        with transaction(self._connection):
            tenants = self.all()
            if made.domain in self._tenants:
                raise Refused(f"there is a tenant {domain!r} already")
            if len(tenants) == MOST_TENANTS:
                raise Refused(f"a store has at most {MOST_TENANTS} tenants")
            _unused(made.domain, tenants[0])
            # Any number but one that a tenant of this domain has had: whoever knows that one must not take this for it.
            version = secrets.randbits(48)
            self._write(made, version)
        self._remember(made, version)

    def remove(self, domain: str) -> None:
        """A tenant is none any more. Refused for the first one, and where there is none of this domain."""
        if find_tenant(self.all(), domain).domain == FIRST:
            raise Refused("the first tenant stays: it has every user whose domain is no other tenant's")
        self._connection.execute("DELETE FROM tenants WHERE domain = ?", (domain,))
        self.forget()

    def forget(self) -> None:
        """What was kept within a transaction that came to nothing."""
        self._seen, self._versions, self._tenants = -1, {}, {}

    def _refresh(self) -> None:
        (seen,) = self._connection.execute("PRAGMA data_version").fetchone()
        if seen == self._seen:
            return
        found = {FIRST: 0} | dict(self._connection.execute("SELECT domain, version FROM tenants ORDER BY domain"))
        for domain in self._tenants.keys() - found.keys():
            del self._tenants[domain], self._versions[domain]
        for domain, version in found.items():
            if self._versions.get(domain) != version:
                self._remember(*self._read(domain))
        self._seen = seen

    def _read(self, domain: str) -> tuple[Tenant, int]:
        row = self._connection.execute("SELECT version, document FROM tenants WHERE domain = ?", (domain,)).fetchone()
        return (FRESH, 0) if row is None else (_parsed(row[1], domain), row[0])

    def _replaced(self, after: Tenant) -> bool:
        """Whether nobody was faster. Refused for users who belong to another tenant."""
        with transaction(self._connection):
            row = self._connection.execute("SELECT version FROM tenants WHERE domain = ?", (after.domain,)).fetchone()
            version = 0 if row is None else row[0]
            if version != self._versions[after.domain]:
                self._seen = -1
                return False
            self._refresh()
            _each_at_home(self._tenants.values(), after)
            self._write(after, version + 1)
        self._remember(after, version + 1)
        return True

    def _write(self, tenant: Tenant, version: int) -> None:
        row = tenant.domain, version, tenant.model_dump_json()
        self._connection.execute("INSERT OR REPLACE INTO tenants VALUES (?, ?, ?)", row)

    def _remember(self, tenant: Tenant, version: int) -> None:
        self._versions[tenant.domain], self._tenants[tenant.domain] = version, tenant


def _unused(domain: str, first: Tenant) -> None:
    """Refused when the first tenant has users of what is to be another one's domain."""
    theirs = [user.name for user in first.users if domain_of(user.name) == domain]
    if theirs:
        named = ", ".join(theirs[:MOST_NAMED]) + (f" and {len(theirs) - MOST_NAMED} more" * (len(theirs) > MOST_NAMED))
        raise Refused(
            f"the first tenant has users of {domain}: {named}. It can be no tenant of its own while they are there: "
            f"remove them first, or take another domain"
        )


def _each_at_home(tenants: Iterable[Tenant], of: Tenant) -> None:
    """Refused when a user of `of` has a name that belongs to another one of `tenants`."""
    domains = {one.domain for one in tenants}
    for user in of.users:
        if (domain := home(domains, user.name)) != of.domain:
            raise Refused(f"the user {user.name!r} belongs to the tenant {domain!r}")


def _parsed(document: str, domain: str) -> Tenant:
    try:
        tenant = Tenant.model_validate_json(document)
    except ValidationError as error:
        raise ValueError(f"the tenant in the store: {faults(error)}") from None
    if tenant.domain != domain:
        raise ValueError(f"the tenant in the store: it stands under {domain!r} and says that it is {tenant.domain!r}")
    return tenant


def faults(error: ValidationError) -> str:
    """Every fault with its place in the document, as far as there are few."""
    found = [
        f"{'.'.join(map(str, one['loc'])) or 'the document'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    more = [f"and {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else []
    return "; ".join([*found[:MOST_FAULTS], *more])
