"""Every combination of assignment, toggle, client, recording and kind of call, against a model of another hand."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.calling.policy.effective import effective
from harness.calling.policy.lookup import find_user
from harness.calling.policy.mode import CallKind, Side, decide, side
from harness.calling.policy.transitions import (
    Settings,
    add_user,
    grant_group,
    grant_tenant,
    grant_user,
    new_policy,
    put_client,
    put_group,
    record_tenant,
    record_user,
    set_policy,
    turn,
)
from harness.model.base import Role
from harness.model.mode import Mode
from harness.model.tenant import Client, ClientKind, Encryption, Tenant

from .other_model import OFF, ON, Book, End, first_reason, is_e2ee

DIRECT = (None, "No", "Yes")
RANKED: tuple[tuple[tuple[str, int | None], ...], ...] = (
    (),
    (("No", None),),
    (("Yes", None),),
    (("No", None), ("Yes", None)),
    (("No", None), ("Yes", 1)),
    (("Yes", None), ("No", 1)),
    (("Yes", 7), ("No", 2)),
    (("Yes", None), ("No", None), ("Yes", 2)),
)
"""Policies granted to groups of which the user is a member, one after the other, with their ranks."""
CLIENTS = (("windows", False), ("ios", False), ("windows", True), ("web", False), ("pstn", False))


def tenant_with(everybody: str) -> Tenant:
    tenant = new_policy(new_policy(Tenant(), "No"), "Yes", Settings(calling=Encryption.USER_OVERRIDE))
    return set_policy(tenant, "Global", Settings(calling=Encryption(everybody)))


def both_views(
    everybody: str,
    direct: str | None,
    ranked: tuple[tuple[str, int | None], ...],
    toggle: bool,
    client: tuple[str, bool],
    records: str,
) -> tuple[Side, End]:
    """One end of a call, by way of the product's transitions and by way of the notebook."""
    tenant, book = (
        add_user(tenant_with(everybody), "ann@one.example"),
        Book({"Global": everybody, "No": OFF, "Yes": ON}),
    )
    # Turned on while a policy allowed it: a toggle that is on under a policy that no longer does must not count.
    tenant = grant_user(turn(grant_user(tenant, "ann", "Yes"), "ann", toggle), "ann", direct)
    if direct is not None:
        book.direct["ann"] = direct
    for number, (policy, rank) in enumerate(ranked):
        group = f"group {number}"
        tenant = grant_group(put_group(tenant, group, ("ann",)), group, policy, rank)
        book.members[group] = {"ann"}
        book.give_group(group, policy, rank)
    kind, old = client
    tenant = put_client(tenant, "ann", Client(name="it", kind=ClientKind(kind), recent=not old))
    if records == "tenant":
        tenant = record_tenant(tenant, True)
    elif records == "user":
        tenant = record_user(tenant, "ann", True)
    user = find_user(tenant, "ann")
    setting = book.policies[book.in_force("ann")[0]]
    return side(tenant, user, user.clients[-1]), End(setting, toggle, kind, old, records != "")


def ends() -> list[tuple[Side, End]]:
    return [
        both_views(*choice)
        for choice in product((OFF, ON), DIRECT, RANKED, (False, True), CLIENTS, ("", "tenant", "user"))
    ]


def test_the_whole_table_for_both_parties() -> None:
    """1,440 ways to come into a call on each side. What decides is what they amount to, so pairs are made of those."""
    all_ends = ends()
    assert len(all_ends) == 2 * 3 * len(RANKED) * 2 * len(CLIENTS) * 3
    distinct: dict[tuple[End, str], Side] = {(end, one.effective.rule): one for one, end in all_ends}
    seen: Counter[tuple[str, str]] = Counter()
    for ((mine, _), near), ((theirs, _), far), kind in product(distinct.items(), distinct.items(), CallKind):
        decided = decide(near, far, kind)
        assert (decided.mode is Mode.E2EE) == is_e2ee(mine, theirs, kind), (mine, theirs, kind)
        reason = (decided.rule.value, decided.side.value if decided.side else "")
        assert reason == first_reason(mine, theirs, kind), (mine, theirs, kind)
        seen[reason] += 1
    who = [(rule, role.value) for rule in ("policy", "toggle", "client", "recording") for role in Role]
    assert set(seen) == {*who, ("kind", ""), ("all-met", "")}, "a rule that never decides was not tested"


@pytest.mark.parametrize("everybody", [OFF, ON])
@pytest.mark.parametrize("direct", DIRECT)
@pytest.mark.parametrize("ranked", RANKED)
def test_the_policy_in_force(everybody: str, direct: str | None, ranked: tuple[tuple[str, int | None], ...]) -> None:
    one, end = both_views(everybody, direct, ranked, False, CLIENTS[0], "")
    assert one.effective.policy.calling == end.setting
    best = "direct" if direct else "group" if ranked else "global"
    assert one.effective.rule == best
    assert one.effective.policy.name in one.effective.because
    assert (one.effective.group is not None) == (best == "group") == (one.effective.rank is not None)


PEOPLE, GROUPS, NAMES = ("ann", "ben", "cem"), ("one", "two", "three", "four"), ("No", "Yes", "Third")
GRANTS = st.one_of(
    st.tuples(st.just("user"), st.sampled_from(PEOPLE), st.sampled_from((*NAMES, None)), st.none()),
    st.tuples(
        st.just("group"), st.sampled_from(GROUPS), st.sampled_from((*NAMES, None)), st.none() | st.integers(1, 6)
    ),
    st.tuples(st.just("tenant"), st.just(""), st.sampled_from((*NAMES, None)), st.none()),
)


@given(
    members=st.fixed_dictionaries({group: st.sets(st.sampled_from(PEOPLE)) for group in GROUPS}),
    third=st.sampled_from((OFF, ON)),
    grants=st.lists(GRANTS, max_size=20),
)
def test_grants_in_any_order_come_to_the_same(
    members: dict[str, set[str]], third: str, grants: list[tuple[str, str, str | None, int | None]]
) -> None:
    tenant = new_policy(tenant_with(OFF), "Third", Settings(calling=Encryption(third)))
    for person in PEOPLE:
        tenant = add_user(tenant, f"{person}@one.example")
    for group, people in members.items():
        tenant = put_group(tenant, group, tuple(people))
    book = Book({"Global": OFF, "No": OFF, "Yes": ON, "Third": third}, members=members)
    for what, whom, policy, rank in grants:
        if what == "user":
            tenant = grant_user(tenant, whom, policy)
            book.direct.pop(whom, None)
            if policy is not None:
                book.direct[whom] = policy
        elif what == "tenant":
            tenant, book.whole = grant_tenant(tenant, policy), policy
        elif policy is None:
            tenant = grant_group(tenant, whom, None)
            book.take_group(whom)
        else:
            tenant = grant_group(tenant, whom, policy, rank)
            book.give_group(whom, policy, rank)
    ranks = {one.group: rank for rank, one in enumerate(tenant.ranking, 1)}
    assert ranks == book.rank_of
    for person in PEOPLE:
        found = effective(tenant, find_user(tenant, person))
        assert (found.policy.name, found.rule.value) == book.in_force(person)
        if found.group is not None:
            assert book.rank_of[found.group] == found.rank
    assert Tenant.model_validate_json(tenant.model_dump_json()) == tenant, "every step keeps the tenant consistent"


def test_two_tenants_can_call_each_other_and_either_ones_recording_counts() -> None:
    quiet, _ = both_views(ON, None, (), True, CLIENTS[0], "")
    recorded, _ = both_views(ON, None, (), True, CLIENTS[0], "user")
    assert decide(quiet, quiet).mode is Mode.E2EE
    assert (decide(quiet, recorded).side, decide(recorded, quiet).side) == (Role.CALLEE, Role.CALLER)
    assert "ann@one.example is recorded" in decide(quiet, recorded).because


def test_a_third_person_who_is_recorded_ends_all_encryption_of_the_tenant() -> None:
    """ "A tenant with compliance recording has no E2EE calls at all"."""
    tenant = tenant_with(ON)
    for person in PEOPLE:
        tenant = turn(add_user(tenant, f"{person}@one.example"), person, True)
    tenant = record_user(tenant, "cem", True)
    near, far = (side(tenant, user, user.clients[0]) for user in tenant.users[:2])
    assert decide(near, far).mode is Mode.SERVICE
    assert "cem@one.example is recorded" in decide(near, far).because


def test_by_default_nothing_is_encrypted() -> None:
    tenant = add_user(add_user(Tenant(), "ann@one.example"), "ben@one.example")
    near, far = (side(tenant, user, user.clients[0]) for user in tenant.users)
    assert decide(near, far).rule == "policy"
    allowed = set_policy(tenant, "Global", Settings(calling=Encryption.USER_OVERRIDE))
    near, far = (side(allowed, user, user.clients[0]) for user in allowed.users)
    assert decide(near, far).rule == "toggle", "where the policy allows it, the toggle is still off"
