"""`harness policy audit`: from exported files to an answer, a document, and an exit code."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from harness.command_policy_audit import Asked, examine, policy_audit_command
from harness.model.policy_audit import PolicyAudit
from harness.outputs import exit_code, parse_outputs

CALLING = "CallingEndtoEndEncryptionEnabledType"
POLICY = "TeamsEnhancedEncryptionPolicy"
P = [{"Identity": "Global", CALLING: "Disabled"}, {"Identity": "Tag:E2EE", CALLING: "DisabledUserOverride"}]
U = [
    {"Identity": "id-ann", "UserPrincipalName": "ann@x", POLICY: {"Authority": "Tenant", "Name": "E2EE"}},
    {"Identity": "id-ben", "UserPrincipalName": "ben@x", POLICY: None},
    {"Identity": "id-cem", "UserPrincipalName": "cem@x", POLICY: None},
]
G = {"GroupId": "sales", "PolicyType": POLICY, "PolicyName": "E2EE", "Rank": 1}
M = {"GroupId": "sales", "Members": ["ID-BEN"]}


def written(folder: Path, **files: object) -> Asked:
    """The files as ConvertTo-Json would leave them; text is taken as it is."""
    paths = {}
    for name, value in files.items():
        paths[name] = folder / f"{name}.json"
        paths[name].write_text(value if isinstance(value, str) else json.dumps(value))
    policies, users = paths.pop("policies"), paths.pop("users")
    return Asked(policies, users, paths.get("groups"), paths.get("members"), paths.get("recording"))


def totals(document: PolicyAudit) -> tuple[int, int, int]:
    users = document.users
    return users.possible, users.not_possible, users.undecided


def test_with_every_file_everything_is_decided(tmp_path: Path) -> None:
    asked = written(
        tmp_path, policies=P, users=U, groups=G, members=M, recording={"Identity": "Global", "Enabled": False}
    )
    document = examine(asked)
    assert totals(document) == (2, 1, 0)
    assert {one.role: one.items for one in document.files} == {
        "policies": 2,
        "users": 3,
        "groups": 1,
        "members": 1,
        "recording": 1,
    }
    assert document.notices == ()
    assert exit_code(document) == 0


@pytest.mark.parametrize(
    ("files", "expected", "words"),
    [
        ({}, (1, 0, 2), "no file was given (--groups)"),
        ({"groups": ""}, (1, 2, 0), ""),
        ({"groups": G}, (1, 0, 2), "group membership not given: sales"),
        ({"groups": G, "members": "[]"}, (1, 0, 2), "group membership not given: sales"),
        ({"groups": G, "members": {"GroupId": "sales", "Members": []}}, (1, 2, 0), ""),
    ],
)
def test_what_a_missing_file_leaves_open_is_undecided(
    tmp_path: Path, files: dict[str, object], expected: tuple[int, int, int], words: str
) -> None:
    document = examine(written(tmp_path, policies=P, users=U, **files))
    assert totals(document) == expected
    assert any(words in one.because for one in document.classes)
    assert exit_code(document) == (3 if expected[2] else 0)


def test_no_user_at_all_is_not_a_pass(tmp_path: Path) -> None:
    assert exit_code(examine(written(tmp_path, policies=P, users=""))) == 5


def test_fields_are_named_with_file_and_place(tmp_path: Path) -> None:
    users = json.dumps([{"UserPrincipalName": "ann@x", "Surplus": 1}, U[1]], indent=2)
    notices = examine(written(tmp_path, policies=P, users=users)).notices
    told = {(one.file, one.place, one.text.split(":")[0]) for one in notices}
    assert ("users.json", "line 2", f"{POLICY} is missing") in told
    assert any(one.text == "fields that are not looked at: Surplus" for one in notices)


def test_a_pair_is_answered_with_the_rules_of_both(tmp_path: Path) -> None:
    asked = written(tmp_path, policies=P, users=U, groups=G, members=M)
    (pair,) = examine(Asked(**{**vars(asked), "pairs": (("ann@x", "id-ben"),)})).named_pairs
    assert pair.answer.value == "possible"
    assert "ann@x: E2EE is assigned directly" in pair.because
    assert "ben@x: E2EE is assigned to the group sales, rank 1" in pair.because


def test_the_table_goes_to_standard_output_also_beside_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = parse_outputs([f"json={tmp_path / 'out.json'}", f"html={tmp_path / 'out.html'}"])
    ended = policy_audit_command(written(tmp_path, policies=P, users=U), outputs)
    assert isinstance(ended, PolicyAudit)
    assert PolicyAudit.model_validate_json((tmp_path / "out.json").read_text()) == ended
    assert "users are undecided" in (tmp_path / "out.html").read_text()
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-2] == "users: 1 possible, 0 not possible, 2 undecided"
    assert shown.err == ""


def test_data_on_standard_output_stays_alone_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = policy_audit_command(written(tmp_path, policies=P, users=U), parse_outputs(["json=-"]))
    shown = capsys.readouterr()
    assert PolicyAudit.model_validate_json(shown.out) == ended
    assert "users: 1 possible" in shown.err
    assert "ann@x" not in shown.err, "who is in the data is not said again beside it"


@pytest.mark.parametrize("wanted", [[], ["json=-"]])
def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: list[str]) -> None:
    with Path("/dev/full").open("w") as full, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", full)
        ended = policy_audit_command(written(tmp_path, policies=P, users=U), parse_outputs(wanted))
        patched.undo()
        with suppress(OSError):
            full.close()
    assert ended == (3, f"{'standard output' if wanted else 'the table'}: No space left on device")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"policies": "{", "users": U}, "policies.json:1:2: this is not JSON"),
        ({"policies": P, "users": "[\n{},\n3]"}, "users.json:3:1: this is no object"),
        ({"policies": P, "users": U, "groups": '{"a": 1, "a": 2}'}, "groups.json:1:1: the property 'a' is given twice"),
        ({"policies": P, "users": "\x1b[31m"}, "users.json:1:1: this is no object"),
    ],
)
def test_a_file_that_is_no_export_is_a_usage_error(tmp_path: Path, files: dict[str, object], words: str) -> None:
    ended = policy_audit_command(written(tmp_path, **files), ())
    assert isinstance(ended, tuple)
    assert ended[0] == 2
    assert words in ended[1]


def test_what_is_no_file_is_a_usage_error(tmp_path: Path) -> None:
    asked = written(tmp_path, policies=P, users=U)
    os.mkfifo(tmp_path / "pipe")
    for path, words in ((tmp_path / "gone", "gone"), (tmp_path, str(tmp_path)), (tmp_path / "pipe", "not a regular")):
        ended = policy_audit_command(Asked(asked.policies, path), ())
        assert isinstance(ended, tuple)
        assert ended[0] == 2
        assert words in ended[1]


def test_other_usage_errors(tmp_path: Path) -> None:
    asked = written(tmp_path, policies=P, users=U)
    many = Asked(asked.policies, asked.users, pairs=(("ann@x", "ben@x"),) * 101)
    stranger = Asked(asked.policies, asked.users, pairs=(("ann@x", "\u202enobody"),))
    for ended, words in (
        (policy_audit_command(asked, parse_outputs([f"junit={tmp_path / 'x.xml'}"])), "junit"),
        (policy_audit_command(many, ()), "at most 100"),
        (policy_audit_command(stranger, ()), "no users of the export"),
    ):
        assert isinstance(ended, tuple)
        assert ended[0] == 2
        assert words in ended[1]
        assert "\u202e" not in ended[1]
