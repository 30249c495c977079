"""A tenant that is removed: all of it goes, at once or not at all, and nothing that belongs to anybody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.policy.lookup import Refused, Unknown
from harness.calling.policy.transitions import GONE, add_user
from harness.calling.store.accounts import Account, Work, hashed, token_id
from harness.calling.store.chats import FILES, StoredFile
from harness.calling.store.store import Store
from harness.calling.store.tenants import load_all, update
from harness.model.tenant import FIRST, Client, ClientKind, Tenant

FABRIKAM = "fabrikam.example"
SECRET = hashed("a password", Work(n=2, r=1, p=1))
ERIN, DAN, EVE = (f"{name}@{FABRIKAM}" for name in ("erin", "dan", "eve"))
ALICE = "alice@contoso.example"
PC = Client(name="desktop", kind=ClientKind.WINDOWS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(Store(tmp_path / "store")) as opened:
        opened.add_tenant(FABRIKAM, Account(f"admin@{FABRIKAM}", True, SECRET))
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(Store(folder)) as opened:
        yield opened


def inhabited(store: Store) -> dict[str, str]:
    """People of both tenants who have signed in and written to each other, with a file each; some are gone. Tokens."""
    store.tenants.change(lambda tenant: (add_user(add_user(add_user(tenant, ERIN), DAN), EVE), None), FABRIKAM)
    tokens = {}
    for name in (ERIN, DAN, EVE, ALICE, "bob@contoso.example"):
        store.accounts.put(Account(name, False, SECRET))
        tokens[name] = store.accounts.issue(name, PC, 0.0)[0]
    for one, other in ((ERIN, DAN), (EVE, ERIN), (ALICE, "bob@contoso.example")):
        name, sha256 = store.chats.keep_bytes(one.encode())
        store.chats.keep_file(StoredFile(name, one, other, "plan.txt", len(one), sha256))
        store.chats.write(f"{one} with a file", (one, other), "", 1.0, name)
        store.chats.write(f"{one} again", (other, one), "text", 2.0)
    store.remove_user(EVE, FABRIKAM)
    return tokens


def everything_of_the_first(store: Store) -> tuple[object, ...]:
    lines = store.chats.between(ALICE, "bob@contoso.example")
    files = [store.chats.path(one.file).read_bytes() for one in lines if one.file is not None]
    return store.tenants.load(), store.accounts.find(ALICE), store.accounts.devices(ALICE, 1.0), lines, files


def names(store: Store, domain: str = FABRIKAM) -> frozenset[str]:
    return frozenset(user.name for user in store.tenants.load(domain).users)


def test_a_tenant_that_is_removed_leaves_nothing_behind_and_takes_nothing_of_others(store: Store) -> None:
    tokens = inhabited(store)
    before = everything_of_the_first(store)
    assert store.chats.count(FABRIKAM) == 4
    store.remove_tenant(FABRIKAM, names(store))
    assert everything_of_the_first(store) == before
    assert [one.domain for one in store.tenants.all()] == [FIRST]
    assert [one.user for one in store.accounts.all()] == [ALICE, "bob@contoso.example"]
    assert store.accounts.ticket(token_id(tokens[ERIN]), 1.0) is None
    for table in ("chat", "file"):
        rows = store._connection.execute(f"SELECT * FROM {table}").fetchall()
        assert rows, "others have some"
        assert FABRIKAM not in repr(rows)
    assert len(list((store.folder / FILES).iterdir())) == 1


def test_who_was_removed_from_the_first_tenant_before_stays_in_what_others_have(store: Store) -> None:
    """Her domain has become a tenant's since, which goes: what Alice has of her is Alice's."""
    dora = "dora@northwind.example"
    store.tenants.change(lambda tenant: (add_user(tenant, dora), None))
    store.chats.write("m", (dora, ALICE), "from before", 1.0)
    store.remove_user(dora, FIRST)
    store.add_tenant("northwind.example", Account("admin@northwind.example", True, SECRET))
    store.remove_tenant("northwind.example", names(store, "northwind.example"))
    assert [one.text for one in store.chats.between(ALICE, f"{dora}{GONE}")] == ["from before"]


def test_what_users_of_the_first_tenant_have_of_its_own_users_is_no_chat_of_the_tenant(store: Store) -> None:
    """A store of an earlier version may hold such lines: what they had of each other stays the other one's."""
    inhabited(store)
    store.chats.write("m", (ERIN, ALICE), "from before", 1.0)
    store.remove_tenant(FABRIKAM, names(store))
    assert [one.text for one in store.chats.between(ALICE, f"{ERIN}{GONE}")] == ["from before"]
    assert store.chats.between(ALICE, ERIN) == ()


def test_the_first_tenant_stays_and_one_that_is_not_there_cannot_go(store: Store) -> None:
    with pytest.raises(Refused, match="the first tenant stays"):
        store.remove_tenant(FIRST, names(store, FIRST))
    with pytest.raises(Unknown, match=r"no tenant 'northwind.example'"):
        store.remove_tenant("northwind.example", frozenset())
    assert [one.domain for one in store.tenants.all()] == [FIRST, FABRIKAM]


def test_a_tenant_with_other_users_than_were_looked_at_stays(store: Store, folder: Path) -> None:
    seen = names(store)
    update(folder, lambda tenant: (add_user(tenant, ERIN), None), FABRIKAM)
    with pytest.raises(Refused, match="changed meanwhile"):
        store.remove_tenant(FABRIKAM, seen)
    assert names(store) == seen | {ERIN}


def test_a_removal_that_fails_half_way_leaves_the_tenant(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    inhabited(store)
    before = store.tenants.all(), store.accounts.all(), store.chats.count(FABRIKAM)

    def failing(_domain: str) -> tuple[str, ...]:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(store.chats, "remove_domain", failing)
    with pytest.raises(sqlite3.OperationalError):
        store.remove_tenant(FABRIKAM, names(store))
    assert (store.tenants.all(), store.accounts.all(), store.chats.count(FABRIKAM)) == before


def test_files_that_a_killed_process_could_not_discard_go_at_the_next_start(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    inhabited(store)
    monkeypatch.setattr(store.chats, "discard", lambda _file: None)
    store.remove_tenant(FABRIKAM, names(store))
    with closing(Store(store.folder)) as again:
        again.chats.sweep()
    assert len(list((store.folder / FILES).iterdir())) == 1


def test_a_tenant_that_is_made_anew_is_another_one_for_whoever_has_it_open(store: Store, folder: Path) -> None:
    """It was not looked at between the two: nothing of the old one may be kept, or written back."""
    assert names(store) == {f"admin@{FABRIKAM}"}
    with closing(Store(folder)) as other:
        other.remove_tenant(FABRIKAM, names(other))
        assert [one.domain for one in other.tenants.all()] == [FIRST]
        other.add_tenant(FABRIKAM, Account(f"boss@{FABRIKAM}", True, SECRET))
    assert names(store) == {f"boss@{FABRIKAM}"}


def test_whoever_changes_a_tenant_that_goes_meanwhile_is_refused(store: Store, folder: Path) -> None:
    def change(tenant: Tenant) -> tuple[Tenant, None]:
        with closing(Store(folder)) as other:
            other.remove_tenant(FABRIKAM, names(other))
        return add_user(tenant, ERIN), None

    with pytest.raises(Unknown, match="no tenant"):
        store.tenants.change(change, FABRIKAM)
    assert [one.domain for one in load_all(folder)] == [FIRST]
