"""Accounts and tokens: nothing in clear, valid until they expire or are void, and a bound for everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.store.accounts import MOST_TOKENS, TOKEN_SECONDS, Account, Work, fits, hashed, token_id
from harness.calling.store.database import DATABASE
from harness.calling.store.store import Store
from harness.model.tenant import Client, ClientKind

CHEAP = Work(n=2, r=1, p=1)
PHONE = Client(name="Phone", kind=ClientKind.IOS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "store")) as one:
        for user in ("alice", "bob"):
            one.accounts.put(Account(user, user == "bob", hashed(f"password of {user}", CHEAP)))
        yield one


def test_a_password_fits_its_hash_and_no_other() -> None:
    """RFC 7914 section 12, the second vector, through the same door."""
    secret = hashed("pleaseletmein", Work(n=2**10, r=8, p=2))
    assert fits("pleaseletmein", secret)
    assert not fits("pleaseletmeim", secret)
    assert secret.salt != hashed("pleaseletmein", CHEAP).salt
    assert fits("näe\u0000\U0001f642", hashed("näe\u0000\U0001f642", CHEAP))


def test_what_a_guess_costs_is_no_less_than_the_advice_for_scrypt() -> None:
    """OWASP names n = 2^15, r = 8, p = 3 as one of the least that is enough."""
    work = Work()
    assert work.n * work.r * work.p >= 2**15 * 8 * 3


def test_an_account_is_found_again(store: Store) -> None:
    found = store.accounts.find("bob")
    assert found is not None
    assert (found.user, found.administrator, fits("password of bob", found.secret)) == ("bob", True, True)
    assert store.accounts.find("nobody") is None
    assert [one.user for one in store.accounts.all()] == ["alice", "bob"]


def test_a_token_is_valid_until_its_time_is_over(store: Store) -> None:
    token, ticket = store.accounts.issue("alice", PHONE, now=100.0)
    assert (ticket.user, ticket.device, ticket.expires) == ("alice", PHONE, 100.0 + TOKEN_SECONDS)
    assert not ticket.administrator
    assert store.accounts.ticket(token_id(token), 100.0 + TOKEN_SECONDS - 1) == ticket
    assert store.accounts.ticket(token_id(token), 100.0 + TOKEN_SECONDS) is None
    assert store.accounts.ticket(token_id(token + "x"), 100.0) is None


def test_neither_tokens_nor_passwords_are_on_the_disk(store: Store) -> None:
    token, _ = store.accounts.issue("alice", PHONE, now=0.0)
    files = [path for path in store.folder.iterdir() if path.is_file()]
    everything = b"".join(path.read_bytes() for path in files)
    assert DATABASE in {path.name for path in files}
    assert b"alice" in everything
    for secret in (token, "password of alice"):
        assert secret.encode() not in everything


def test_a_void_token_is_void_and_others_are_not(store: Store) -> None:
    (_, first), (_, second) = (store.accounts.issue("alice", PHONE, now=0.0) for _ in range(2))
    store.accounts.void(first.id)
    assert store.accounts.valid([first.id, second.id], 1.0) == {second.id}


def test_a_new_password_voids_every_token_of_its_user(store: Store) -> None:
    _, alice = store.accounts.issue("alice", PHONE, now=0.0)
    _, bob = store.accounts.issue("bob", PHONE, now=0.0)
    store.accounts.put(Account("alice", False, hashed("new", CHEAP)))
    assert store.accounts.valid([alice.id, bob.id], 1.0) == {bob.id}


def test_of_too_many_tokens_the_oldest_is_void(store: Store) -> None:
    tickets = [store.accounts.issue("alice", PHONE, now=float(number))[1] for number in range(MOST_TOKENS + 1)]
    _, bob = store.accounts.issue("bob", PHONE, now=0.0)
    valid = store.accounts.valid([one.id for one in (*tickets, bob)], 50.0)
    assert valid == {one.id for one in (*tickets[1:], bob)}


def test_the_devices_that_a_user_is_signed_in_with(store: Store) -> None:
    store.accounts.issue("alice", PHONE, now=0.0)
    store.accounts.issue("alice", Client(name="PC", kind=ClientKind.WINDOWS), now=10.0)
    assert set(store.accounts.devices("alice", 20.0).values()) == {"phone", "pc"}
    assert list(store.accounts.devices("alice", TOKEN_SECONDS + 5).values()) == ["pc"]
    assert store.accounts.devices("bob", 20.0) == {}
