"""`harness policy`: from the words of the command line to the tenant of a store, and back to words."""

from __future__ import annotations

import io
import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.calling.store.accounts import Account, Work, hashed
from harness.calling.store.store import Store
from harness.calling.store.tenants import load
from harness.cli import main
from harness.command_policy import Directory, call_command, console_command, directory_command

NOUN = "CsTeamsEnhancedEncryptionPolicy"
ALLOW = f"Set-{NOUN} Global -CallingEndtoEndEncryptionEnabledType DisabledUserOverride"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def said(answer: str | tuple[int, str]) -> str:
    assert isinstance(answer, str), answer
    return answer


def console(store: Path, *lines: str, stdin: str = "", show: bool = False) -> str | tuple[int, str]:
    return console_command(lines, store, show, io.StringIO(stdin), io.StringIO())


def test_objects_are_shown_as_a_list_and_json_as_it_is(store: Path) -> None:
    text = said(console(store, f"New-{NOUN} E2EE", f"Get-{NOUN} | ConvertTo-Json -Compress"))
    first, second = text.split("\n\n")
    assert first.splitlines()[0] == "Identity                             : Tag:E2EE"
    assert [one["Identity"] for one in json.loads(second)] == ["Global", "Tag:E2EE"]
    assert load(store).policies[1].name == "E2EE"


def test_standard_input_is_a_paste(store: Path) -> None:
    assert console(store, "-", stdin=f"New-{NOUN} `\n E2EE\nGrant-{NOUN} bob E2EE\n") == said(
        console(store, f"Get-{NOUN} E2EE")
    )


def test_a_refusal_is_a_usage_error_and_nothing_is_kept(store: Path) -> None:
    assert console(store, f"New-{NOUN} E2EE", f"Remove-{NOUN} Global") == (
        2,
        f"2:1: Remove-{NOUN}: the policy Global cannot be removed: it is the tenant's",
    )
    assert not store.exists()


def test_what_cannot_be_seen_is_never_printed(store: Path) -> None:
    for line in (f"Get-{NOUN} '\u2066x'", f"Get-{NOUN} \u115fx\u2028y"):
        refused = console(store, line)
        assert isinstance(refused, tuple)
        assert refused[1].isprintable()
        assert not set("\u2066\u115f\u2028") & set(refused[1])


def test_the_tenant_can_be_shown(store: Path) -> None:
    assert json.loads(said(console(store, show=True)))["users"][1]["name"] == "bob@contoso.example"


def test_a_call_names_the_mode_and_what_decides(store: Path) -> None:
    def call(kind: str = "one-to-one", clients: tuple[str, str] = ("", "")) -> list[str]:
        return said(call_command("alice", "bob", kind, clients, store)).splitlines()[:2]

    assert call()[1].startswith("decided by: policy: alice@contoso.example: the policy Global says Disabled")
    said(console(store, ALLOW))
    assert call()[1].startswith("decided by: toggle: alice")
    said(directory_command(Directory(toggles=("alice=on", "bob=on"), clients=("bob=web", "bob=ios,old")), store, False))
    assert call()[1].startswith("decided by: client: the client ios of bob@contoso.example cannot (an old version")
    assert call(clients=("", "web"))[1].startswith("decided by: client: the client web")
    assert call(clients=("", "desktop"))[0] == "mode: e2ee"
    assert call("group", ("", "desktop"))[1].startswith("decided by: kind: a group call")
    said(directory_command(Directory(recordings=("alice=on",)), store, False))
    assert call(clients=("", "desktop"))[1].startswith("decided by: recording: alice")
    said(directory_command(Directory(recordings=("alice=off", "on")), store, False))
    assert "the tenant records" in call(clients=("", "desktop"))[1]


def test_the_directory_is_made_from_the_command_line(store: Path) -> None:
    shown = said(directory_command(Directory(users=("cem@x",), groups=("sales=cem,bob",)), store, True))
    assert json.loads(shown)["groups"] == [{"name": "sales", "members": ["cem@x", "bob@contoso.example"]}]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Directory(users=("",)), "called NAME@DOMAIN"),
        (Directory(users=("bob@contoso.example",)), "already"),
        (Directory(groups=("sales",)), "say NAME=USER,USER"),
        (Directory(groups=("sales=nobody",)), "no user"),
        (Directory(clients=("bob=fax",)), "KIND is one of windows"),
        (Directory(clients=("bob=web,new",)), "followed by ,old"),
        (Directory(toggles=("bob=on",)), "Global says Disabled"),
        (Directory(toggles=("bob=maybe",)), "on or off"),
        (Directory(recordings=("maybe",)), "on, or USER=on"),
    ],
)
def test_a_wrong_word_is_a_usage_error(store: Path, asked: Directory, words: str) -> None:
    ended = directory_command(asked, store, False)
    assert isinstance(ended, tuple)
    assert ended[0] == 2
    assert words in ended[1]


def test_nobody_calls_herself_or_with_a_client_that_she_has_not(store: Path) -> None:
    for callee, clients, words in (("alice", ("", ""), "cannot call"), ("bob", ("", "fax"), "no client 'fax'")):
        ended = call_command("alice", callee, "one-to-one", clients, store)
        assert isinstance(ended, tuple)
        assert ended[0] == 2
        assert words in ended[1]


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    ended = console(tmp_path / "gone" / "store", f"New-{NOUN} E2EE")
    assert isinstance(ended, tuple)
    assert ended[0] == 2
    assert "gone" in ended[1]


FABRIKAM = "fabrikam.example"


@pytest.fixture
def two(store: Path) -> Path:
    with closing(Store(store)) as opened:
        opened.add_tenant(FABRIKAM, Account(f"admin@{FABRIKAM}", True, hashed("a password", Work(n=2, r=1, p=1))))
    said(directory_command(Directory(users=("bob",), clients=("bob=macos",)), store, False, FABRIKAM))
    return store


def in_fabrikam(store: Path, *lines: str) -> str | tuple[int, str]:
    return console_command(lines, store, False, io.StringIO(), io.StringIO(), FABRIKAM)


def test_lines_are_for_the_tenant_that_is_named(two: Path) -> None:
    before = load(two)
    said(in_fabrikam(two, f"New-{NOUN} Theirs", f"Grant-{NOUN} bob Theirs"))
    assert load(two) == before
    (bob,) = [user for user in load(two, FABRIKAM).users if user.name == f"bob@{FABRIKAM}"]
    assert bob.policy == "Theirs"
    assert console(two, f"Get-{NOUN} Theirs") == (2, f"1:1: Get-{NOUN}: there is no policy 'Theirs'")


@pytest.mark.parametrize("domain", ["northwind.example", "bob", "fabrikam"])
def test_a_tenant_that_is_not_there_is_a_usage_error(two: Path, domain: str) -> None:
    ended = directory_command(Directory(users=("eve",)), two, False, domain)
    assert ended == (2, f"there is no tenant '{domain}'; there is {FABRIKAM}")


def test_a_call_to_another_tenant_is_decided_by_both(two: Path) -> None:
    """`bob` is of the tenant that is asked; who is of another one is named in full."""

    def call(caller: str, callee: str, domain: str = "") -> str:
        return said(call_command(caller, callee, "one-to-one", ("", ""), two, domain)).splitlines()[1]

    address = f"bob@{FABRIKAM}"
    said(console(two, ALLOW))
    assert call("alice", address).startswith(f"decided by: policy: {address}: the policy Global says Disabled")
    assert call("bob", "alice@contoso.example", FABRIKAM).startswith(f"decided by: policy: {address}")
    assert call("bob", "alice").startswith("decided by: toggle: bob@contoso.example")
    said(in_fabrikam(two, ALLOW))
    said(directory_command(Directory(toggles=("alice=on",)), two, False))
    assert call("alice", address) == f"decided by: toggle: {address} has not turned end-to-end encrypted calls on"
    said(directory_command(Directory(toggles=("bob=on",)), two, False, FABRIKAM))
    assert call("alice", address).startswith("decided by: all-met")
    said(directory_command(Directory(recordings=("admin=on",)), two, False, FABRIKAM))
    assert call("alice", address).startswith(f"decided by: recording: {address}: the tenant records")


@pytest.mark.parametrize(
    "words",
    [
        ["call", "alice", "bob", "--store", "{}"],
        ["--store", "{}", "call", "alice", "bob"],
        ["--store={}", "--tenant", "", "call", "alice", "bob"],
    ],
)
def test_the_store_may_be_named_before_what_is_done_with_it(store: Path, words: list[str]) -> None:
    made = CliRunner().invoke(main, ["policy", *(word.format(store) for word in words)])
    assert (made.exit_code, made.output.splitlines()[0]) == (0, "mode: service"), made.output


def test_before_a_line_options_stay_those_of_the_console(store: Path) -> None:
    made = CliRunner().invoke(main, ["policy", "--show", "--store", str(store), f"New-{NOUN} call"])
    assert made.exit_code == 0, made.output
    assert [one.name for one in load(store).policies] == ["Global", "call"]
    wrong = CliRunner().invoke(main, ["policy", "--nonsense", "call", "alice", "bob"])
    assert (wrong.exit_code, "No such option" in wrong.output) == (2, True)
