"""What is recorded of calls belongs to the tenants of the two who talked, and goes with the last of them."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.exchange.outcome import Answered, Ended, Talker
from harness.calling.service.media import ServiceMedia
from harness.calling.store.accounts import Account, Work, hashed
from harness.calling.store.kept import Recorded, folder_of, recorded, sweep
from harness.calling.store.store import Store
from harness.model.tenant import FIRST

FABRIKAM, NORTHWIND = "fabrikam.example", "northwind.example"
SECRET = hashed("a password", Work(n=2, r=1, p=1))


def keep(folder: Path, call: str, *domains: str) -> Path:
    """A recording of a call between people of these tenants."""
    place = folder / folder_of(domains) / call
    place.mkdir(parents=True)
    (place / "recording-erin.wav").write_bytes(b"what Erin said")
    return place


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store(tmp_path / "store")
    for domain in (FABRIKAM, NORTHWIND):
        opened.add_tenant(domain, Account(f"admin@{domain}", True, SECRET))
    return opened


def gone(store: Store, domain: str) -> tuple[Path, ...]:
    return store.remove_tenant(domain, frozenset({f"admin@{domain}"}))


def test_a_folder_says_whose_it_is_whoever_called() -> None:
    assert folder_of((FIRST,)) == "@"
    assert folder_of((FABRIKAM, FABRIKAM)) == f"@{FABRIKAM}"
    assert folder_of((FABRIKAM, FIRST)) == folder_of((FIRST, FABRIKAM)) == f"@@{FABRIKAM}"


@pytest.mark.parametrize(("tenants", "where"), [((FABRIKAM,), f"@{FABRIKAM}"), ((FIRST, FABRIKAM), f"@@{FABRIKAM}")])
def test_the_service_keeps_a_call_where_it_belongs(tmp_path: Path, tenants: tuple[str, ...], where: str) -> None:
    async def recorded_call() -> None:
        media = ServiceMedia("127.0.0.1", tmp_path, lambda _call, _frame: None)
        media.do(Answered("c1", Talker("s1", f"erin@{FABRIKAM}"), None, recorded=True, tenants=tenants))
        media.do(Ended("c1"))
        await media.settled()

    asyncio.run(recorded_call())
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("c1")] == [Path(where, "c1")]


def test_with_a_tenant_goes_what_is_its_own_and_nothing_else(store: Store) -> None:
    with closing(store):
        own = keep(store.recordings, "c1", FABRIKAM)
        others = [
            keep(store.recordings, "c2", FIRST),
            keep(store.recordings, "c3", NORTHWIND),
            keep(store.recordings, "c4", FIRST, FABRIKAM),
            keep(store.recordings, "c5", NORTHWIND, FABRIKAM),
        ]
        shared = tuple(path.parent for path in others[2:])
        assert recorded(store.recordings, FABRIKAM) == Recorded(1, 2, shared)
        assert gone(store, FABRIKAM) == ()
        assert not own.exists()
        assert [path.exists() for path in others] == [True] * 4


def test_what_two_have_goes_with_the_last_of_them(store: Store) -> None:
    with closing(store):
        shared = keep(store.recordings, "c1", FABRIKAM, NORTHWIND)
        gone(store, FABRIKAM)
        assert shared.exists()
        gone(store, NORTHWIND)
        assert not shared.exists()


def test_a_tenant_that_nobody_removes_loses_nothing(store: Store) -> None:
    with closing(store):
        own = keep(store.recordings, "c1", FABRIKAM)
        store.sweep()
        with pytest.raises(ValueError, match="changed meanwhile"):
            store.remove_tenant(FABRIKAM, frozenset())
        assert own.exists()


def test_a_new_tenant_of_the_name_gets_nothing_of_the_old_one(store: Store) -> None:
    """The program was killed after the tenant was gone and before its recordings were."""
    with closing(store):
        gone(store, FABRIKAM)
        left = keep(store.recordings, "c1", FABRIKAM)
        store.add_tenant(FABRIKAM, Account(f"admin@{FABRIKAM}", True, SECRET))
        assert not left.exists()


def test_a_start_removes_what_a_killed_program_left(store: Store) -> None:
    with closing(store):
        gone(store, FABRIKAM)
        left, stays = keep(store.recordings, "c1", FABRIKAM), keep(store.recordings, "c2", FIRST)
        store.sweep()
        assert (left.exists(), stays.exists()) == (False, True)


def test_what_nobody_wrote_down_the_tenant_of_stays_and_no_link_is_followed(tmp_path: Path) -> None:
    kept, elsewhere = tmp_path / "kept", tmp_path / "elsewhere"
    early = kept / "0123456789abcdef" / "recording-erin.wav"
    early.parent.mkdir(parents=True)
    early.write_bytes(b"of an earlier version")
    elsewhere.mkdir()
    (elsewhere / "mine").write_text("mine")
    (kept / f"@{FABRIKAM}").symlink_to(elsewhere)
    assert sweep(kept, [FIRST]) == ()
    assert early.exists()
    assert (elsewhere / "mine").exists()


def test_what_cannot_be_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = keep(tmp_path, "c1", FABRIKAM).parent
    monkeypatch.setattr("shutil.rmtree", lambda *_args, **_named: None)
    assert sweep(tmp_path, [FIRST]) == (place,)
