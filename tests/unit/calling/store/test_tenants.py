"""A tenant in a store: private, whole, changed by one at a time, and every fault of a damaged one named."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.policy.transitions import add_user, new_policy
from harness.calling.store.database import DATABASE, connect
from harness.calling.store.store import Store
from harness.calling.store.tenants import FRESH, Tenants, load, update
from harness.model.tenant import FIRST, Tenant


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def with_policy(tenant: Tenant, name: str) -> tuple[Tenant, str]:
    return new_policy(tenant, name), name


def test_what_was_kept_is_there_again_and_private(store: Path) -> None:
    assert update(store, lambda tenant: with_policy(tenant, "E2EE")) == "E2EE"
    assert load(store) == new_policy(FRESH, "E2EE")
    assert store.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in store.iterdir()} == {0o600}


def test_a_refusal_leaves_the_tenant_as_it_is(store: Path) -> None:
    update(store, lambda tenant: with_policy(tenant, "E2EE"))
    with pytest.raises(ValueError, match="already"):
        update(store, lambda tenant: with_policy(tenant, "E2EE"))
    assert load(store) == new_policy(FRESH, "E2EE")


def test_looking_makes_no_store(store: Path) -> None:
    assert update(store, lambda tenant: (tenant, len(tenant.users))) == 2
    assert not store.exists()


def test_what_is_kept_is_on_the_disk_before_it_is_said_to_be(store: Path) -> None:
    with closing(connect(store)) as connection:
        modes = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2], "FULL: a power cut takes no commit with it"


def test_a_removal_that_fails_half_way_leaves_all_of_it(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store(store)) as opened:
        opened.tenants.change(lambda tenant: (add_user(tenant, "cem@contoso.example"), None))
        before = opened.tenants.load()
        monkeypatch.setattr(opened.chats, "part_with", failing)
        with pytest.raises(sqlite3.OperationalError):
            opened.remove_user("cem@contoso.example", FIRST)
        assert opened.tenants.load() == before
    assert load(store) == before


def failing(_user: str) -> None:
    raise sqlite3.OperationalError("disk full")


def test_twelve_at_once_lose_nothing(store: Path) -> None:
    threads = [
        threading.Thread(
            target=update, args=(store, lambda tenant, n=number: (add_user(tenant, f"u{n}@contoso.example"), None))
        )
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {user.name for user in load(store).users} >= {f"u{number}@contoso.example" for number in range(12)}


def test_who_changes_what_another_has_changed_meanwhile_is_asked_again(store: Path) -> None:
    seen: list[int] = []

    def change(tenant: Tenant) -> tuple[Tenant, None]:
        seen.append(len(tenant.users))
        if len(seen) == 1:
            update(store, lambda other: (add_user(other, "meanwhile@contoso.example"), None))
        return add_user(tenant, "late@contoso.example"), None

    update(store, change)
    assert seen == [2, 3]
    assert {"meanwhile@contoso.example", "late@contoso.example"} <= {user.name for user in load(store).users}


def test_an_open_store_sees_what_others_change_and_keeps_its_value_while_nobody_does(store: Path) -> None:
    with closing(connect(store)) as connection:
        tenants = Tenants(connection)
        before = tenants.load()
        assert tenants.load() is before
        update(store, lambda tenant: with_policy(tenant, "E2EE"))
        assert tenants.load() == new_policy(FRESH, "E2EE")
        tenants.change(lambda tenant: with_policy(tenant, "Another"))
    assert [one.name for one in load(store).policies] == ["Global", "E2EE", "Another"]


def damaged(store: Path, document: str) -> None:
    update(store, lambda tenant: with_policy(tenant, "E2EE"))
    with closing(sqlite3.connect(store / DATABASE)) as connection, connection:
        connection.execute("UPDATE tenants SET document = ?", (document,))


def changed(**fields: object) -> str:
    document = json.loads(FRESH.model_dump_json())
    return json.dumps(document | fields)


USER = json.loads(FRESH.users[0].model_dump_json())
GLOBAL = json.loads(FRESH.policies[0].model_dump_json())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "EOF"),
        ("{", "EOF"),
        ("[]", "the document"),
        ("[" * 100_000, "recursion limit"),
        (changed(schema_version=2), "schema_version"),
        (changed(more=1), "more: Extra"),
        (changed(policies=[]), "a policy Global"),
        (changed(policies=[GLOBAL, GLOBAL]), "there twice"),
        (changed(policies=[GLOBAL, GLOBAL | {"identity": "Tag:a b"}]), "policies.1.identity: the name"),
        (changed(policies=[GLOBAL, GLOBAL | {"identity": "Tag:global"}]), "policies.1.identity: 'Global'"),
        (changed(policies=[GLOBAL, GLOBAL | {"identity": "E2EE"}]), "policies.1.identity: an identity is"),
        (changed(policies=[GLOBAL | {"calling": "Enabled"}]), "policies.0.calling"),
        (changed(users=[USER | {"toggle": "yes"}]), "users.0.toggle"),
        (changed(users=[USER | {"name": "a\u202eb"}]), "users.0.name: the character U+202E"),
        (changed(users=[USER | {"name": "a" * 129}]), "users.0.name: at most 128"),
        (changed(users=[USER | {"policy": "E2EE"}]), "no policy that could be meant is called 'E2EE'"),
        (changed(users=[USER | {"policy": "Global"}]), "no policy that could be meant"),
        (changed(users=[USER, USER | {"name": USER["name"].upper()}]), "there twice"),
        (changed(groups=[{"name": "g", "members": ["nobody"]}]), "no user"),
        (changed(ranking=[{"group": "g", "policy": "E2EE"}]), "no policy"),
        (changed(tenant_policy="E2EE"), "no policy"),
    ],
)
def test_a_document_that_is_no_tenant_is_refused_with_its_place(store: Path, document: str, words: str) -> None:
    damaged(store, document)
    with pytest.raises(ValueError, match="the tenant in the store: ") as refused:
        update(store, lambda tenant: (tenant, None))
    assert words in str(refused.value)


def test_many_faults_are_counted(store: Path) -> None:
    damaged(store, changed(users=[USER | {"name": ""}] * 20))
    with pytest.raises(ValueError, match="and 12 more"):
        load(store)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no database at all, and long enough to have a header" * 4, "file is not a database"),
        (b"", None),
    ],
)
def test_what_is_no_database_is_refused_and_an_empty_file_becomes_one(
    store: Path, content: bytes, words: str | None
) -> None:
    store.mkdir()
    (store / DATABASE).write_bytes(content)
    if words is None:
        assert load(store) == FRESH
        return
    with pytest.raises(ValueError, match=words):
        load(store)
    assert (store / DATABASE).read_bytes() == content


@pytest.mark.parametrize(
    ("pragma", "words"),
    [("application_id = 1", "not one of a calling service"), ("user_version = 3", "has version 3 of the layout")],
)
def test_another_programs_database_and_a_later_version_are_refused(store: Path, pragma: str, words: str) -> None:
    update(store, lambda tenant: with_policy(tenant, "E2EE"))
    with closing(sqlite3.connect(store / DATABASE)) as connection:
        connection.execute(f"PRAGMA {pragma}")
    with pytest.raises(ValueError, match=words):
        load(store)


def test_a_link_or_a_pipe_in_the_place_of_the_database_is_refused(store: Path) -> None:
    store.mkdir()
    (store / DATABASE).symlink_to("nowhere")
    with pytest.raises(ValueError, match="not a regular file"):
        load(store)
    assert not (store / "nowhere").exists()
    (store / DATABASE).unlink()
    os.mkfifo(store / DATABASE)
    with pytest.raises(ValueError, match="not a regular file"):
        load(store)


def test_a_folder_above_that_is_not_there_is_an_error_with_a_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        update(tmp_path / "gone" / "store", lambda tenant: with_policy(tenant, "E2EE"))
