"""What is done to a tenant, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.calling.policy.lookup import Refused, find_policy, find_user
from harness.calling.policy.transitions import (
    GONE,
    Settings,
    add_user,
    grant_group,
    grant_tenant,
    grant_user,
    new_policy,
    put_client,
    put_group,
    remove_policy,
    remove_user,
    set_policy,
    turn,
)
from harness.model.tenant import MOST_POLICIES, MOST_RANKS, Client, ClientKind, Encryption, Tenant

ALLOWED = Settings(calling=Encryption.USER_OVERRIDE)


def tenant() -> Tenant:
    made = new_policy(new_policy(Tenant(), "E2EE", ALLOWED), "Plain")
    for name in ("ann@one.example", "ben@one.example", "ann@two.example"):
        made = add_user(made, name)
    for group in ("sales", "legal", "board"):
        made = put_group(made, group, ("ben",))
    return made


def test_a_user_who_is_removed_leaves_nothing_behind_in_the_tenant() -> None:
    made = remove_user(grant_user(tenant(), "ben", "Plain"), "BEN@one.example")
    assert [user.name for user in made.users] == ["ann@one.example", "ann@two.example"]
    assert [group.members for group in made.groups] == [(), (), ()]
    assert find_policy(remove_policy(made, "Plain"), "E2EE"), "nothing is assigned to nobody"


@pytest.mark.parametrize("name", ["ben", "dora@one.example"])
def test_only_the_whole_sign_in_name_removes(name: str) -> None:
    with pytest.raises(Refused, match="whole sign-in name"):
        remove_user(tenant(), name)


@pytest.mark.parametrize("name", [".", ".."])
def test_what_no_request_could_name_is_no_name(name: str) -> None:
    makers: tuple[Callable[[], Tenant], ...] = (
        lambda: put_group(tenant(), name, ()),
        lambda: new_policy(tenant(), name),
    )
    for made in makers:
        with pytest.raises(Refused, match="no request"):
            made()


def test_nobody_can_get_the_name_of_what_is_left_of_others() -> None:
    with pytest.raises(Refused, match="a domain is"):
        add_user(tenant(), f"ben@one.example{GONE.title()}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x@", "a domain is"),
        ("x@y@one.example", "one @"),
        ("x@@one.example", "one @"),
        ("@one.example", "before the @"),
        ("cem", "NAME@DOMAIN"),
        (".", "NAME@DOMAIN"),
        ("", "NAME@DOMAIN"),
        ("a b@one.example", "without spaces"),
        ("a,b@one.example", "without spaces"),
        ("sip:a@one.example", "without spaces"),
        (".a@one.example", "no dot at its ends"),
        ("a..b@one.example", "no dot at its ends"),
        ("a@one..example", "a domain is"),
        ("a@-one.example", "a domain is"),
        ("a@one.example.", "a domain is"),
        ("a@one example", "a domain is"),
        ("a@\u212aone.example", "a domain is"),
        ("a@one.example\n", "a domain is"),
        (f"a@{'x' * 65}", "a domain is"),
        ("a\u202eb@one.example", "cannot be seen"),
        (f"{'a' * 117}@one.example", "at most 128"),
    ],
)
def test_a_sign_in_name_is_one_name_at_one_domain(name: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        add_user(tenant(), name)
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["o'neil+calls@one.example", "zoë.müller@ONE.example", "अनु@one", "a_b-c@x.y.z"])
def test_names_of_many_people_are_sign_in_names(name: str) -> None:
    assert add_user(tenant(), name).users[-1].name == name


def ranking(made: Tenant) -> list[tuple[str, str]]:
    return [(one.group, one.policy) for one in made.ranking]


def test_a_new_policy_is_disabled_unless_it_says_otherwise() -> None:
    plain = find_policy(new_policy(Tenant(), "Tag:Plain"), "plain")
    assert (plain.identity, plain.description, plain.calling, plain.meeting) == (
        "Tag:Plain",
        "",
        Encryption.DISABLED,
        Encryption.DISABLED,
    )


def test_set_changes_what_it_says_and_nothing_else() -> None:
    changed = set_policy(tenant(), "tag:e2ee", Settings(description="for the board"))
    policy = find_policy(changed, "E2EE")
    assert (policy.description, policy.calling) == ("for the board", Encryption.USER_OVERRIDE)
    assert [one.name for one in changed.policies] == ["Global", "E2EE", "Plain"]


def test_a_grant_pushes_the_others_down_and_none_given_is_last() -> None:
    made = grant_group(tenant(), "sales", "E2EE")
    made = grant_group(made, "legal", "Plain")
    assert ranking(made) == [("sales", "E2EE"), ("legal", "Plain")]
    made = grant_group(made, "board", "Plain", 2)
    assert ranking(made) == [("sales", "E2EE"), ("board", "Plain"), ("legal", "Plain")]
    made = grant_group(made, "legal", "E2EE", 1)
    assert ranking(made) == [("legal", "E2EE"), ("sales", "E2EE"), ("board", "Plain")], "moved, not doubled"
    made = grant_group(made, "sales", "Plain", 1000)
    assert ranking(made) == [("legal", "E2EE"), ("board", "Plain"), ("sales", "Plain")], "beyond the end is the end"
    made = grant_group(made, "legal", None)
    assert ranking(made) == [("board", "Plain"), ("sales", "Plain")], "the others move up"


def test_the_toggle_is_the_users_and_not_a_clients() -> None:
    made = grant_user(tenant(), "ben", "E2EE")
    made = put_client(made, "ben", Client(name="phone", kind=ClientKind.ANDROID))
    made = turn(made, "ben", True)
    made = put_client(made, "ben", Client(name="tablet", kind=ClientKind.IOS))
    user = find_user(made, "ben")
    assert user.toggle
    assert [client.name for client in user.clients] == ["desktop", "phone", "tablet"]


def test_a_toggle_stays_but_does_not_count_when_the_policy_is_taken_away() -> None:
    made = grant_user(turn(grant_user(tenant(), "ben", "E2EE"), "ben", True), "ben", None)
    assert find_user(made, "ben").toggle
    assert not find_user(turn(made, "ben", False), "ben").toggle, "off is always possible"


@pytest.mark.parametrize("name", ["BEN@one.example", "sip:ben@one.example", "SIP:ben@one.example", "ben", "Ben"])
def test_a_user_has_many_names(name: str) -> None:
    assert find_user(tenant(), name).name == "ben@one.example"


REFUSED: list[tuple[Callable[[Tenant], Tenant], str]] = [
    (lambda made: new_policy(made, "two words"), "a space"),
    (lambda made: new_policy(made, "two\u00a0words"), "a space"),
    (lambda made: new_policy(made, ""), "empty"),
    (lambda made: new_policy(made, "Tag:"), "empty"),
    (lambda made: new_policy(made, "Site:X"), "':'"),
    (lambda made: new_policy(made, "a*"), "'*'"),
    (lambda made: new_policy(made, "a\u202eb"), "U+202E"),
    (lambda made: new_policy(made, "a" * 129), "128"),
    (lambda made: new_policy(made, "e2ee"), "already"),
    (lambda made: new_policy(made, "Global"), "already"),
    (lambda made: new_policy(made, "Tag:global"), "already"),
    (lambda made: set_policy(made, "Nothing", ALLOWED), "no policy 'Nothing'"),
    (lambda made: set_policy(made, "Tag:Global", ALLOWED), "no policy"),
    (lambda made: set_policy(made, "E2EE", Settings(description="a\x1b[31m")), "U+001B"),
    (lambda made: remove_policy(made, "Global"), "cannot be removed"),
    (lambda made: remove_policy(made, "GLOBAL"), "cannot be removed"),
    (lambda made: remove_policy(made, "Nothing"), "no policy"),
    (lambda made: remove_policy(grant_user(made, "ben", "E2EE"), "E2EE"), "assigned, to 1 user:"),
    (lambda made: remove_policy(grant_group(made, "sales", "E2EE"), "Tag:E2EE"), "1 group"),
    (lambda made: remove_policy(grant_tenant(made, "E2EE"), "E2EE"), "the whole tenant"),
    (lambda made: grant_user(made, "nobody", "E2EE"), "no user 'nobody'"),
    (lambda made: grant_user(made, "ann", "E2EE"), "2 users are called"),
    (lambda made: grant_user(made, "ben", "Nothing"), "no policy"),
    (lambda made: grant_user(made, "ben", "Global"), "cannot be assigned"),
    (lambda made: grant_tenant(made, "Global"), "cannot be assigned"),
    (lambda made: grant_group(made, "nobody", "E2EE"), "no group"),
    (lambda made: grant_group(made, "sales", "E2EE", 0), "1 is the best"),
    (lambda made: grant_group(made, "sales", "E2EE", -1), "1 is the best"),
    (lambda made: grant_group(made, "sales", None, 1), "a rank belongs to"),
    (lambda made: turn(made, "ben", True), "Global says Disabled"),
    (lambda made: add_user(made, "BEN@one.example"), "already"),
    (lambda made: add_user(made, " "), "NAME@DOMAIN"),
    (lambda made: put_group(made, "x", ("nobody",)), "no user"),
]


@pytest.mark.parametrize(("step", "words"), REFUSED)
def test_what_cannot_be_done_is_refused_and_says_why(step: Callable[[Tenant], Tenant], words: str) -> None:
    before = tenant()
    with pytest.raises(Refused) as refused:
        step(before)
    assert words in str(refused.value)
    assert before == tenant()


def test_there_is_an_end_to_policies_and_to_groups_with_one() -> None:
    full = Tenant()
    for number in range(MOST_POLICIES - 1):
        full = new_policy(full, f"P{number}")
    with pytest.raises(Refused, match="at most"):
        new_policy(full, "more")
    many = add_user(new_policy(Tenant(), "E2EE"), "ann@one.example")
    for number in range(MOST_RANKS):
        many = grant_group(put_group(many, f"g{number}", ("ann",)), f"g{number}", "E2EE")
    assert len(grant_group(many, "g5", "E2EE", 1).ranking) == MOST_RANKS, "one of them can be moved"
    with pytest.raises(Refused, match="64 groups"):
        grant_group(put_group(many, "more", ()), "more", "E2EE")


def test_a_policy_can_be_removed_once_nobody_has_it() -> None:
    made = grant_tenant(grant_user(tenant(), "ben", "E2EE"), "E2EE")
    made = grant_tenant(grant_user(made, "ben", None), None)
    assert [one.name for one in remove_policy(made, "E2EE").policies] == ["Global", "Plain"]
