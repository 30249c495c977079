"""Several tenants in one store: what is called the same in both stays apart, and a name belongs to one of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.calling.policy.lookup import Refused, Unknown, find_user
from harness.calling.policy.transitions import (
    add_user,
    grant_user,
    new_policy,
    put_group,
    record_tenant,
    remove_user,
)
from harness.calling.store.accounts import Account, Work, hashed
from harness.calling.store.store import Store
from harness.calling.store.tenants import FRESH, MOST_TENANTS, Tenants, load, load_all, update
from harness.model.tenant import FIRST, Tenant

FABRIKAM = "fabrikam.example"
CEM = "cem@contoso.example"
SECRET = hashed("a password", Work(n=2, r=1, p=1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(Store(tmp_path / "store")) as opened:
        opened.add_tenant(FABRIKAM, Account(f"admin@{FABRIKAM}", True, SECRET))
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(Store(folder)) as opened:
        yield opened


def test_a_new_tenant_has_its_administrator_and_nothing_is_allowed(store: Store) -> None:
    first, second = store.tenants.all()
    assert first == FRESH
    assert second == add_user(Tenant(domain=FABRIKAM), f"admin@{FABRIKAM}", "Administrator")
    assert not second.policies[0].allows_calls
    assert (store.administrators(FABRIKAM), store.administrators(FIRST)) == ({f"admin@{FABRIKAM}"}, set())


def everything(tenant: Tenant) -> tuple[Tenant, None]:
    name = "cem" if tenant.domain else CEM
    tenant = put_group(add_user(tenant, name), "sales", ("cem",))
    return grant_user(new_policy(tenant, "E2EE"), "cem", "E2EE"), None


def test_policies_groups_and_users_of_one_name_are_two(store: Store, folder: Path) -> None:
    store.tenants.change(everything)
    store.tenants.change(everything, FABRIKAM)
    store.tenants.change(lambda tenant: (grant_user(record_tenant(tenant, True), "cem", None), None), FABRIKAM)
    first, second = load_all(folder)
    assert (find_user(first, "cem").name, find_user(second, "cem").name) == (CEM, f"cem@{FABRIKAM}")
    assert (find_user(first, "cem").policy, find_user(second, "cem").policy) == ("E2EE", None)
    assert (first.compliance_recording, second.compliance_recording) == (False, True)
    assert [group.members for tenant in (first, second) for group in tenant.groups] == [(CEM,), (f"cem@{FABRIKAM}",)]


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        (FIRST, f"eve@{FABRIKAM}"),
        (FIRST, f"eve@{FABRIKAM.upper()}"),
        (FIRST, f"eve@x@{FABRIKAM}"),
        (FABRIKAM, "eve@contoso.example"),
        (FABRIKAM, f"eve@x.{FABRIKAM}"),
        (FABRIKAM, f"eve@{FABRIKAM}@contoso.example"),
    ],
)
def test_nobody_is_added_where_the_name_does_not_belong(store: Store, domain: str, name: str) -> None:
    before = store.tenants.all()
    with pytest.raises(Refused, match=r"belongs to the tenant|is not of this tenant|one @"):
        store.tenants.change(lambda tenant: (add_user(tenant, name), None), domain)
    assert store.tenants.all() == before


def test_a_domain_in_which_the_first_tenant_has_users_is_no_further_tenant(store: Store) -> None:
    store.tenants.change(lambda tenant: (add_user(tenant, "eve@northwind.example"), None))
    administrator = Account("admin@northwind.example", True, SECRET)
    with pytest.raises(Refused, match=r"has users of northwind.example: eve@northwind.example\. It"):
        store.add_tenant("northwind.example", administrator)
    assert [one.domain for one in store.tenants.all()] == [FIRST, FABRIKAM]
    assert store.accounts.find(administrator.user) is None
    store.tenants.change(lambda tenant: (remove_user(tenant, "eve@northwind.example"), None))
    store.add_tenant("northwind.example", administrator)
    assert [one.domain for one in store.tenants.all()] == [FIRST, FABRIKAM, "northwind.example"]


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (FABRIKAM, "already"),
        (FIRST, "has a domain"),
        ("contoso.example", "has users of contoso.example: alice@contoso.example, bob@contoso.example. It"),
        ("a b", "a domain is"),
        ("-x", "a domain is"),
        ("x" * 65, "a domain is"),
        ("fabrikam.example\n", "a domain is"),
        ("fäbrikam", "a domain is"),
    ],
)
def test_what_is_no_new_domain_is_refused(store: Store, domain: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        store.tenants.add(domain)
    assert len(store.tenants.all()) == 2


def test_there_are_at_most_so_many(store: Store) -> None:
    for number in range(MOST_TENANTS - 2):
        store.tenants.add(f"t{number}.example")
    with pytest.raises(Refused, match=f"at most {MOST_TENANTS} tenants"):
        store.tenants.add("one-more.example")


def test_a_tenant_that_is_not_there_is_named_with_those_that_are(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Unknown, match=f"no tenant 'northwind.example'; there is {FABRIKAM}"):
        load(folder, "northwind.example")
    with pytest.raises(Unknown, match="only the first one"):
        load(tmp_path / "nothing", FABRIKAM)
    assert not (tmp_path / "nothing").exists()


def test_the_last_administrator_is_each_tenants_own(store: Store) -> None:
    store.tenants.change(lambda tenant: (add_user(tenant, "boss@contoso.example"), None))
    store.accounts.put(Account("boss@contoso.example", True, SECRET))
    with pytest.raises(Refused, match="last administrator"):
        store.remove_user(f"admin@{FABRIKAM}", FABRIKAM)
    with pytest.raises(Unknown):
        store.remove_user(f"admin@{FABRIKAM}", FIRST)
    assert store.accounts.find(f"admin@{FABRIKAM}") is not None
    assert len(store.tenants.load(FABRIKAM).users) == 1


def test_whoever_has_it_open_sees_a_new_tenant_and_no_other_one_is_another_value(store: Store, folder: Path) -> None:
    first, _ = store.tenants.all()
    with closing(Store(folder)) as other:
        other.tenants.add("northwind.example")
    assert [one.domain for one in store.tenants.all()] == [FIRST, FABRIKAM, "northwind.example"]
    assert store.tenants.load() is first
    update(folder, lambda tenant: (record_tenant(tenant, True), None), FABRIKAM)
    assert store.tenants.load(FABRIKAM).compliance_recording
    assert store.tenants.load() is first


def test_a_tenant_and_a_user_of_its_domain_cannot_come_in_beside_each_other(store: Store, folder: Path) -> None:
    """The user is made from what was there before the tenant came: it is looked at again, and refused."""
    first = store.tenants.load()
    with closing(Store(folder)) as other:

        def change(tenant: Tenant) -> tuple[Tenant, None]:
            if tenant is first:
                other.tenants.add("northwind.example")
            return add_user(tenant, "eve@northwind.example"), None

        with pytest.raises(Refused, match="belongs to the tenant"):
            store.tenants.change(change)
    assert load(folder) == first


def test_two_tenants_changed_at_once_lose_nothing(folder: Path) -> None:
    def work(number: int) -> None:
        domain = (FIRST, FABRIKAM)[number % 2]
        update(folder, lambda tenant: (add_user(tenant, f"u{number}@{domain or 'contoso.example'}"), None), domain)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = load_all(folder)
    assert {user.name for user in first.users} >= {f"u{number}@contoso.example" for number in range(0, 12, 2)}
    assert {user.name for user in second.users} >= {f"u{number}@{FABRIKAM}" for number in range(1, 12, 2)}


def test_a_document_under_another_domain_is_refused(store: Store) -> None:
    store._connection.execute("UPDATE tenants SET document = ? WHERE domain <> ''", (FRESH.model_dump_json(),))
    with pytest.raises(ValueError, match=r"stands under 'fabrikam.example' and says that it is ''"):
        Tenants(store._connection).all()
