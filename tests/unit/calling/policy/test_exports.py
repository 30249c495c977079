"""Exports reduced to what decides: documented shapes are taken, whatever else is there is named."""

from __future__ import annotations

import pytest

from harness.calling.policy.export_file import Item
from harness.calling.policy.exports import (
    Absent,
    Assignment,
    OnlineUser,
    read_groups,
    read_members,
    read_policies,
    read_recording,
    read_users,
)
from harness.calling.policy.notices import MOST_NOTICES, Notices
from harness.model.tenant import Encryption

CALLING = "CallingEndtoEndEncryptionEnabledType"
POLICY = "TeamsEnhancedEncryptionPolicy"


def rows(*fields: dict[str, object]) -> list[Item]:
    return [Item(number, one) for number, one in enumerate(fields, 1)]


def told(notices: Notices) -> str:
    return "\n".join(f"{one.place} {one.count}x {one.text}" for one in notices.all())


def test_policies_by_name() -> None:
    notices = Notices("P.json")
    found = read_policies(
        rows(
            {"Identity": "Global", CALLING: "Disabled", "Description": "", "MeetingEndToEndEncryption": "Disabled"},
            {"Identity": "Tag:E2EE", CALLING: "disabledUserOverride"},
        ),
        notices,
    )
    assert found == {"global": Encryption.DISABLED, "e2ee": Encryption.USER_OVERRIDE}
    assert notices.all() == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"Identity": "Global"}, f"line 1 1x {CALLING} is missing"),
        ({"Identity": "Global", CALLING: "Enabled"}, "is unknown: 'Enabled'"),
        ({"Identity": "Global", CALLING: 1}, "is unknown: 1; export with -EnumsAsStrings"),
        ({"Identity": "Global", CALLING: None}, "is unknown: null"),
        ({CALLING: "Disabled"}, "Identity is missing, or no text: null"),
        ({"Identity": ["Global"], CALLING: "Disabled"}, "Identity is missing, or no text: a list"),
        ({"Identity": "Global", CALLING: "Disabled", "Key": {}, "A": 1}, "not looked at: A, Key"),
    ],
)
def test_a_policy_that_cannot_be_read_is_named_and_not_known(row: dict[str, object], words: str) -> None:
    notices = Notices("P.json")
    found = read_policies(rows(row), notices)
    assert words in told(notices)
    if "not looked at" not in words:
        assert not any(isinstance(value, Encryption) for value in found.values())


def test_a_policy_that_is_given_twice_and_differently_is_not_known() -> None:
    notices = Notices("P.json")
    twice = [Item(1, {"Identity": "Tag:X", CALLING: said}) for said in ("Disabled", "DisabledUserOverride")]
    assert isinstance(read_policies(twice, notices)["x"], Absent)
    assert "given twice" in told(notices)


def user(**fields: object) -> tuple[OnlineUser, str]:
    notices = Notices("U.json")
    (found,) = read_users(rows({"UserPrincipalName": "bob@x", **fields}), notices)
    return found, told(notices)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, None),
        ("", None),
        ("E2EE", "E2EE"),
        ("Tag:E2EE", "E2EE"),
        ({"Authority": "Tenant", "Name": "E2EE"}, "E2EE"),
        ({"Authority": "Tenant", "Name": None}, None),
    ],
)
def test_a_policy_at_a_user_in_every_shape(value: object, name: str | None) -> None:
    assert user(**{POLICY: value})[0].encryption == name


@pytest.mark.parametrize("value", [1, True, ["E2EE"], {}, {"Authority": "Tenant"}, {"Name": 1}, "x" * 513])
def test_a_policy_in_no_known_shape_is_not_known(value: object) -> None:
    found, words = user(**{POLICY: value})
    assert isinstance(found.encryption, Absent)
    assert f"{POLICY} is neither" in words


def test_a_missing_policy_is_not_no_policy() -> None:
    found, words = user()
    assert isinstance(found.encryption, Absent)
    assert f"{POLICY} is missing" in words


@pytest.mark.parametrize("scheme", ["sip:", "SIP:", "Sip:"])
def test_a_user_is_called_many_things(scheme: str) -> None:
    found, words = user(SipAddress=f"{scheme}Bob@y", Identity="AA-BB", ObjectId="AA-BB", Alias="bob", **{POLICY: None})
    assert (found.name, found.keys) == ("bob@x", ("bob@x", "sip:bob@y", "bob@y", "aa-bb"))
    assert "not looked at: Alias" in words


def test_odd_users_are_named() -> None:
    notices = Notices("U.json")
    found = list(
        read_users(
            rows(
                {"UserPrincipalName": "bob@x", POLICY: None},
                {"UserPrincipalName": "BOB@x", POLICY: "E2EE"},
                {POLICY: None},
                {"UserPrincipalName": "g@x", POLICY: None, "AccountType": "Guest"},
                {"UserPrincipalName": "d@x", POLICY: None, "SoftDeletionTimestamp": "2025-01-01T00:00:00"},
            ),
            notices,
        )
    )
    assert [one.name for one in found] == ["bob@x", "user 3 of the file", "g@x", "d@x"]
    for words in ("line 2 1x a user who is there already", "the user has no name", "AccountType 'Guest'", "a deleted"):
        assert words in told(notices)


def group(kind: str, **fields: object) -> dict[str, object]:
    return {"GroupId": "g", "PolicyType": kind, "PolicyName": "E2EE", "Rank": 1, **fields}


def test_only_assignments_of_the_two_types_count() -> None:
    found = read_groups(
        rows(group(POLICY), group("TeamsMeetingPolicy", GroupId=None), group("TeamsComplianceRecordingPolicy")),
        Notices("G.json"),
    )
    assert found.encryption == [Assignment("g", "E2EE", 1)]
    assert (found.recording, found.incomplete) == ({"e2ee"}, None)


@pytest.mark.parametrize("fields", [{"PolicyType": None}, {"GroupId": None}, {"PolicyName": 3}])
def test_a_row_that_cannot_be_read_makes_the_assignments_incomplete(fields: dict[str, object]) -> None:
    notices = Notices("G.json")
    found = read_groups(rows(group(POLICY), group(POLICY, **fields)), notices)
    assert found.incomplete == "the row in line 2 could not be read"
    assert "is missing, or no text" in told(notices)


@pytest.mark.parametrize("rank", [None, 0, -1, "1", 1.0, True])
def test_a_rank_that_is_none_is_not_known(rank: object) -> None:
    assert read_groups(rows(group(POLICY, Rank=rank)), Notices("G.json")).encryption[0].rank is None


def test_members_in_both_shapes() -> None:
    found = read_members(
        rows(
            {"GroupId": "G", "Members": ["AA", {"Id": "BB"}, {"id": "cc"}]},
            {"GroupId": "empty", "Members": []},
            {"GroupId": "none", "Members": None},
            {"GroupId": "one", "Members": "AA"},
            {"GroupId": "flat", "Id": "AA"},
            {"GroupId": "flat", "UserPrincipalName": "Bob@x"},
        ),
        Notices("M.json"),
    )
    assert found == {
        "g": {"aa", "bb", "cc"},
        "empty": set(),
        "none": set(),
        "one": {"aa"},
        "flat": {"aa", "bob@x"},
    }


def test_members_that_cannot_be_read_leave_the_group_unknown() -> None:
    notices = Notices("M.json")
    found = read_members(rows({"GroupId": "a", "Members": [1]}, {"GroupId": "b"}, {"GroupId": "c", "Id": "x"}), notices)
    assert isinstance(found["a"], Absent)
    assert isinstance(found["b"], Absent)
    assert found["c"] == {"x"}
    assert "Members (or Id) is missing" in told(notices)
    again = read_members(rows({"GroupId": "a", "Members": [1]}, {"GroupId": "a", "Members": ["x"]}), notices)
    assert isinstance(again["a"], Absent)


def test_a_member_of_nobody_leaves_every_group_unknown() -> None:
    found = read_members(rows({"GroupId": "a", "Id": "x"}, {"Id": "y"}), Notices("M.json"))
    assert isinstance(found["a"], Absent)


def test_recording_policies() -> None:
    notices = Notices("R.json")
    found = read_recording(
        rows(
            {"Identity": "Global", "Enabled": False}, {"Identity": "Tag:Rec", "Enabled": True}, {"Identity": "Tag:Odd"}
        ),
        notices,
    )
    assert (found["global"], found["rec"]) == (False, True)
    assert isinstance(found["odd"], Absent)
    assert "Enabled is missing" in told(notices)


def test_there_is_an_end_to_kinds_of_notices() -> None:
    notices = Notices("U.json")
    for number in range(MOST_NOTICES + 7):
        notices.add(number + 1, f"kind {number}")
    notices.add(9, "kind 0")
    assert len(notices.all()) == MOST_NOTICES + 1
    assert (notices.all()[0].count, notices.all()[-1].count) == (2, 7)


@pytest.mark.parametrize(
    ("again", "known"),
    [
        ({POLICY: None}, False),
        ({POLICY: {"Authority": "Tenant", "Name": "OFF"}}, False),
        ({POLICY: "Tag:e2ee"}, True),
        ({}, False),
    ],
)
def test_of_a_user_with_two_rows_is_known_what_both_say(again: dict[str, object], known: bool) -> None:
    notices = Notices("P.json")
    name: dict[str, object] = {"UserPrincipalName": "bob@x", "TeamsComplianceRecordingPolicy": None}
    first = {**name, POLICY: {"Authority": "Tenant", "Name": "E2EE"}}
    for order in ((first, {**name, **again}), ({**name, **again}, first)):
        (bob,) = read_users(rows(*order), notices)
        assert (str(bob.encryption).lower() == "e2ee") is known
        assert known or isinstance(bob.encryption, Absent)
        assert bob.recording is None


def test_a_recording_policy_with_two_values_has_none() -> None:
    notices = Notices("P.json")
    both = ({"Identity": "Tag:Rec", "Enabled": False}, {"Identity": "Rec", "Enabled": True})
    assert isinstance(read_recording(rows(*both), notices)["rec"], Absent)
    assert read_recording(rows(both[0], both[0]), notices) == {"rec": False}
