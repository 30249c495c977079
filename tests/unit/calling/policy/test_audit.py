"""Classes and pairs against enumeration: what is hidden is filled in, in every way that it could be."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.calling.policy.audit import MOST_IN_PAIRS, NO_RECORDING, PairRefused, Tenancy, audit
from harness.calling.policy.exports import Absent, Assigned, Assignment, GroupAssignments, OnlineUser
from harness.model.policy_audit import Answer, AuditRule, PolicyAudit
from harness.model.tenant import Encryption

from .other_model import OFF, ON, Book

NAMES = ("Global", "Yes", "No", "Third")
HIDDEN = Absent("hidden")


def person(name: str, encryption: Assigned = None, recording: Assigned = None) -> OnlineUser:
    return OnlineUser(name, (name,), encryption, recording)


def policies(third: str = OFF, everybody: str = OFF) -> dict[str, Encryption | Absent]:
    return {
        "global": Encryption(everybody),
        "yes": Encryption.USER_OVERRIDE,
        "no": Encryption.DISABLED,
        "third": Encryption(third),
    }


def answers(document: PolicyAudit) -> dict[str, tuple[Answer, AuditRule]]:
    return {user: (one.answer, one.rule) for one in document.classes for user in one.users}


DIRECT = st.sampled_from(("Yes", "No", None, None, HIDDEN))
GROUPS = ("a", "b", "c")


@given(
    third=st.sampled_from((OFF, ON)),
    everybody=st.sampled_from((OFF, ON)),
    direct=DIRECT,
    ranked=st.permutations([(group, name) for group, name in zip(GROUPS, ("Yes", "No", "Third"), strict=True)]),
    how_many=st.integers(0, 3),
    inside=st.sets(st.sampled_from(GROUPS)),
    hidden=st.sets(st.sampled_from(GROUPS)),
    groups_given=st.booleans(),
)
def test_an_answer_is_what_every_way_to_fill_in_the_rest_comes_to(
    third: str,
    everybody: str,
    direct: str | Absent | None,
    ranked: list[tuple[str, str]],
    how_many: int,
    inside: set[str],
    hidden: set[str],
    groups_given: bool,
) -> None:
    ranked = ranked[:how_many]
    known = {"Global": everybody, "Yes": ON, "No": OFF, "Third": third}
    worlds = set()
    for own, filled in product((None, *NAMES[1:]) if isinstance(direct, Absent) else (direct,), _subsets(hidden)):
        lists = [ranked] if groups_given else [[], *([("a", name)] for name in NAMES[1:])]
        for assigned in lists:
            book = Book(dict(known))
            if own:
                book.direct["ann"] = own
            for group, name in assigned:
                book.members[group] = {"ann"} if group in ((inside - hidden) | filled) or not groups_given else set()
                book.give_group(group, name, None)
            worlds.add(known[book.in_force("ann")[0]])
    given_groups = GroupAssignments([Assignment(group, name, place) for place, (group, name) in enumerate(ranked, 1)])
    members: dict[str, set[str] | Absent] = {
        one: {"ann"} if one in inside else set() for one in GROUPS if one not in hidden
    }
    document = audit(
        Tenancy(policies(third, everybody), [person("ann", direct)], given_groups if groups_given else None, members)
    )
    expected = Answer.UNDECIDED if len(worlds) == 2 else Answer.POSSIBLE if worlds == {ON} else Answer.NOT_POSSIBLE
    assert answers(document)["ann"][0] is expected


def _subsets(groups: set[str]) -> list[set[str]]:
    return [set(some) for size in range(len(groups) + 1) for some in combinations(sorted(groups), size)]


@given(
    st.lists(st.sampled_from(("Yes", "No", "Third", None, HIDDEN, "Gone")), max_size=9),
    st.sampled_from((None, True, False, HIDDEN)),
)
def test_counted_pairs_are_the_pairs(direct: list[str | Absent | None], recording: bool | Absent | None) -> None:
    users = [person(f"u{number}", one) for number, one in enumerate(direct)]
    known = None if recording is None else {"global": recording}
    document = audit(Tenancy(policies(), users, GroupAssignments(), {}, known))
    of = answers(document)
    assert set(of) == {user.name for user in users}
    counted: Counter[Answer] = Counter()
    for near, far in combinations(of, 2):
        both = {of[near][0], of[far][0]}
        if Answer.NOT_POSSIBLE in both:
            counted[Answer.NOT_POSSIBLE] += 1
        else:
            counted[Answer.UNDECIDED if Answer.UNDECIDED in both else Answer.POSSIBLE] += 1
    totals = document.pairs
    assert (totals.possible, totals.not_possible, totals.undecided) == tuple(
        counted[answer] for answer in (Answer.POSSIBLE, Answer.NOT_POSSIBLE, Answer.UNDECIDED)
    )
    number_of = {user: one.number for one in document.classes for user in one.users}
    deciding = Counter(
        min((number_of[near], number_of[far]))
        if Answer.POSSIBLE not in (of[near][0], of[far][0])
        else next((number_of[one] for one in (near, far) if of[one][0] is not Answer.POSSIBLE), None)
        for near, far in combinations(of, 2)
    )
    assert {row.decided_by: row.pairs for row in document.pair_rows} == deciding


def test_the_rule_that_decides_is_named() -> None:
    groups = GroupAssignments([Assignment("sales", "Yes", 1), Assignment("board", "No", 2), Assignment("far", "No", 3)])
    members: dict[str, set[str] | Absent] = {"sales": {"ben", "cem"}, "board": {"cem", "dee"}, "far": set()}
    users = [person("ann", "Yes"), *(person(name) for name in ("ben", "cem", "dee", "eve"))]
    document = audit(Tenancy(policies(), users, groups, members))
    assert answers(document) == {
        "ann": (Answer.POSSIBLE, AuditRule.DIRECT),
        "ben": (Answer.POSSIBLE, AuditRule.GROUP),
        "cem": (Answer.POSSIBLE, AuditRule.GROUP),
        "dee": (Answer.NOT_POSSIBLE, AuditRule.GROUP),
        "eve": (Answer.NOT_POSSIBLE, AuditRule.GLOBAL),
    }
    by_rule = {(one.rule, one.answer): one for one in document.classes}
    sales = by_rule[AuditRule.GROUP, Answer.POSSIBLE]
    assert (sales.policy, sales.group, sales.rank, sales.users) == ("Yes", "sales", 1, ("ben", "cem"))
    assert sales.because == "Yes is assigned to the group sales, rank 1, and says DisabledUserOverride"
    assert [one.number for one in document.classes] == list(range(1, len(document.classes) + 1))


@pytest.mark.parametrize(
    ("tenancy", "rule", "words"),
    [
        (Tenancy(policies(), [person("ann", HIDDEN)], GroupAssignments()), "assignment-not-given", "hidden"),
        (Tenancy(policies(), [person("ann")]), "groups-not-given", "--groups"),
        (Tenancy(policies(), [person("ann")], GroupAssignments(incomplete="row 3")), "groups-not-given", "row 3"),
        (
            Tenancy(policies(), [person("ann")], GroupAssignments([Assignment("g", "Yes", 1)])),
            "members-not-given",
            "group membership not given: g",
        ),
        (
            Tenancy(
                policies(),
                [person("ann")],
                GroupAssignments([Assignment("g", "Yes", None), Assignment("h", "No", 1)]),
                {"g": {"ann"}, "h": {"ann"}},
            ),
            "rank-not-given",
            "ranks",
        ),
        (
            Tenancy(
                policies(),
                [person("ann")],
                GroupAssignments([Assignment("g", "Yes", 1), Assignment("h", "No", 1)]),
                {"g": {"ann"}, "h": {"ann"}},
            ),
            "rank-not-given",
            "the same twice",
        ),
        (Tenancy(policies(), [person("ann", "Gone")]), "policy-not-given", "not among the policies"),
        (Tenancy({}, [person("ann")], GroupAssignments()), "policy-not-given", "not among the policies"),
        (
            Tenancy({"global": HIDDEN}, [person("ann")], GroupAssignments()),
            "policy-not-given",
            "what it says is not known: hidden",
        ),
    ],
)
def test_what_is_missing_is_named_and_never_guessed(tenancy: Tenancy, rule: str, words: str) -> None:
    (one,) = audit(tenancy).classes
    assert (one.answer, one.rule.value) == (Answer.UNDECIDED, rule)
    assert words in one.because


def test_where_every_policy_says_the_same_nothing_more_is_needed() -> None:
    document = audit(Tenancy({"global": Encryption.DISABLED, "no": Encryption.DISABLED}, [person("ann", HIDDEN)]))
    assert answers(document)["ann"] == (Answer.NOT_POSSIBLE, AuditRule.ANY)


YES = [person("ann", "Yes"), person("ben", "Yes", "Rec"), person("cem", "No")]


@pytest.mark.parametrize(
    ("users", "groups", "recording", "expected"),
    [
        (YES[:1], GroupAssignments(), None, ("possible", "direct")),
        (YES, GroupAssignments(), None, ("undecided", "recording-not-given")),
        (YES, GroupAssignments(), {"global": False, "rec": False}, ("possible", "direct")),
        (YES, GroupAssignments(), {"global": False, "rec": True}, ("not-possible", "recording")),
        (YES, GroupAssignments(), {"global": False}, ("undecided", "recording-not-given")),
        (YES[:1], GroupAssignments(), {"global": True}, ("not-possible", "recording")),
        (YES[:1], GroupAssignments(), {}, ("undecided", "recording-not-given")),
        (YES[:1], GroupAssignments(), {"global": False, "rec": True}, ("possible", "direct")),
        (YES[:1], None, {"global": False, "rec": True}, ("undecided", "recording-not-given")),
        (YES[:1], GroupAssignments(recording={"rec"}), {"global": False, "rec": True}, ("not-possible", "recording")),
        (
            [person("ann", "Yes", HIDDEN)],
            GroupAssignments(),
            {"global": False, "rec": True},
            ("undecided", "recording-not-given"),
        ),
    ],
)
def test_recording_for_compliance_ends_it_for_everybody(
    users: list[OnlineUser],
    groups: GroupAssignments | None,
    recording: dict[str, bool | Absent] | None,
    expected: tuple[str, str],
) -> None:
    document = audit(Tenancy(policies(), users, groups, {}, recording))
    assert tuple(part.value for part in answers(document)["ann"]) == expected
    assert (NO_RECORDING in document.limits) == (recording is None)
    if len(users) > 1:
        assert answers(document)["cem"] == (Answer.NOT_POSSIBLE, AuditRule.DIRECT), "the policy decides first"


def test_a_pair_by_name() -> None:
    users = [*(person(name, "Yes") for name in ("ann", "ben")), person("cem", "No"), person("dee", HIDDEN)]
    tenancy = Tenancy(policies(), users, GroupAssignments(), {})
    asked = [("ANN", "ben"), ("ann", "cem"), ("cem", "dee"), ("dee", "ann")]
    found = audit(tenancy, asked).named_pairs
    assert [one.answer.value for one in found] == ["possible", "not-possible", "not-possible", "undecided"]
    assert (found[0].caller, found[0].callee) == ("ann", "ben")
    assert found[0].because.count("says DisabledUserOverride") == 2, "both rules are said"
    assert found[1].because == "cem: No is assigned directly, and says Disabled"
    assert found[3].because.startswith("dee: ")
    assert [one.decided_by for one in found] == [None, 1, 1, 2]


@given(st.lists(st.sampled_from(("Yes", "No", None, HIDDEN)), max_size=7))
def test_each_pair_of_a_small_tenant_is_named_and_the_counts_are_of_them(direct: list[str | Absent | None]) -> None:
    users = [person(f"u{number}", one) for number, one in enumerate(direct)]
    document = audit(Tenancy(policies(), users, GroupAssignments(), {}))
    named = {frozenset((one.caller, one.callee)): one for one in document.each_pair}
    assert set(named) == {frozenset(both) for both in combinations((user.name for user in users), 2)}
    assert len(named) == len(document.each_pair)
    counted = Counter((one.answer, one.decided_by) for one in document.each_pair)
    assert {(row.answer, row.decided_by): row.pairs for row in document.pair_rows} == counted
    assert f"{len(users)} users make {len(named)} pairs" in document.limits[0]


@pytest.mark.parametrize(("users", "pairs"), [(MOST_IN_PAIRS, 780), (MOST_IN_PAIRS + 1, 0)])
def test_pairs_of_a_larger_tenant_are_counted_only(users: int, pairs: int) -> None:
    document = audit(Tenancy(policies(), [person(f"u{number}") for number in range(users)], GroupAssignments(), {}))
    assert len(document.each_pair) == pairs
    assert sum(row.pairs for row in document.pair_rows) == users * (users - 1) // 2


@pytest.mark.parametrize(("pair", "words"), [(("ann", "nobody"), "no users"), (("ann", "Ann"), "cannot call")])
def test_a_pair_that_is_none_is_refused(pair: tuple[str, str], words: str) -> None:
    with pytest.raises(PairRefused, match=words):
        audit(Tenancy(policies(), [person("ann"), person("ben")]), [pair])


def test_two_users_of_one_name_are_not_told_apart_by_it() -> None:
    users = [OnlineUser("a@x", ("a@x", "same"), None, None), OnlineUser("b@x", ("b@x", "same"), None, None)]
    with pytest.raises(PairRefused, match="2 users"):
        audit(Tenancy(policies(), users), [("same", "a@x")])


def test_nobody_at_all() -> None:
    document = audit(Tenancy(policies(), []))
    assert (document.classes, document.pair_rows) == ((), ())
