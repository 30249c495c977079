"""`harness serve user`: accounts from the command line, and what is wrong with a store said in one line."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import command_serve
from harness.calling.policy.transitions import add_user
from harness.calling.store.accounts import Work, fits, token_id
from harness.calling.store.kept import KEPT
from harness.calling.store.store import Store, alone
from harness.calling.store.tenants import load, update
from harness.command_serve import (
    LEAST_PASSWORD,
    Asked,
    _first_accounts,
    add_command,
    at_terminal,
    list_command,
    own_password,
    password_command,
    remove_command,
    remove_tenant_command,
    serve_command,
    tenant_command,
    tenants_command,
)
from harness.commands.serve import serve
from harness.model.tenant import Client, ClientKind

HERE = Asked("127.0.0.1", 0)
CEM = "cem@contoso.example"
PASSWORD = "correct horse battery"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(command_serve, "Work", lambda: Work(n=2, r=1, p=1))
    folder = tmp_path / "store"
    update(folder, lambda tenant: (add_user(tenant, "dora@contoso.example"), None))
    return folder


def test_a_user_is_added_with_a_password_that_is_shown_once(store: Path) -> None:
    said = add_command(store, CEM, "Cem", administrator=True, password=None)
    assert isinstance(said, str)
    words, _, password = said.rpartition(" ")
    assert words == f"password of {CEM}:"
    assert load(store).users[-1].display == "Cem"
    with closing(Store(store)) as opened:
        account = opened.accounts.find(CEM)
    assert account is not None
    assert account.administrator
    assert fits(password, account.secret)


def test_another_password_signs_everything_out_and_keeps_the_rights(store: Path) -> None:
    add_command(store, CEM, "", administrator=True, password="chosen by Cem")
    with closing(Store(store)) as opened:
        token, _ = opened.accounts.issue(CEM, Client(name="x", kind=ClientKind.WEB), 0.0)
    assert password_command(store, CEM.upper(), "chosen again") == ""
    with closing(Store(store)) as opened:
        account = opened.accounts.find(CEM)
        assert account is not None
        assert account.administrator
        assert fits("chosen again", account.secret)
        assert opened.accounts.ticket(token_id(token), 1.0) is None


def test_users_are_listed_with_what_they_may(store: Path) -> None:
    add_command(store, CEM, "", administrator=True, password="chosen by Cem")
    password_command(store, "bob@contoso.example", None)
    assert list_command(store) == "\n".join(
        (
            "alice@contoso.example: no account",
            "bob@contoso.example: user",
            "dora@contoso.example: no account",
            f"{CEM}: administrator",
        )
    )


def test_a_user_is_removed_for_good_and_the_last_administrator_is_not(store: Path) -> None:
    add_command(store, CEM, "", administrator=True, password="chosen by Cem")
    bob = "bob@contoso.example"
    password_command(store, bob, "chosen by Bob")
    with closing(Store(store)) as opened:
        token, _ = opened.accounts.issue(bob, Client(name="x", kind=ClientKind.WEB), 0.0)
    assert remove_command(store, bob.upper()) == ""
    with closing(Store(store)) as opened:
        assert opened.accounts.find(bob) is None
        assert opened.accounts.ticket(token_id(token), 1.0) is None
        assert bob not in [user.name for user in opened.tenants.load().users]
    for name, words in ((bob, "no user"), (CEM, "last administrator"), ("cem", "no user")):
        ended = remove_command(store, name)
        assert isinstance(ended, tuple)
        assert words in ended[1]
    with closing(Store(store)) as opened:
        assert opened.accounts.find(CEM) is not None


FABRIKAM = "fabrikam.example"


def test_a_tenant_comes_with_its_administrator_and_a_name_says_whose_user_it_is(store: Path) -> None:
    said = tenant_command(store, FABRIKAM, None)
    assert isinstance(said, str)
    words, _, password = said.rpartition(" ")
    assert words == f"password of admin@{FABRIKAM}:"
    assert add_command(store, f"eve@{FABRIKAM}", "Eve", administrator=False, password="chosen by Eve") == ""
    assert add_command(store, CEM, "", administrator=True, password="chosen by Cem") == ""
    assert [user.name for user in load(store, FABRIKAM).users] == [f"admin@{FABRIKAM}", f"eve@{FABRIKAM}"]
    assert CEM in [user.name for user in load(store).users]
    with closing(Store(store)) as opened:
        account = opened.accounts.find(f"admin@{FABRIKAM}")
    assert account is not None
    assert (account.administrator, fits(password, account.secret)) == (True, True)
    assert tenants_command(store) == "\n".join(
        (
            f"(the first tenant): 4 users, administered by {CEM}",
            f"{FABRIKAM}: 2 users, administered by admin@{FABRIKAM}",
        )
    )
    assert str(list_command(store)).splitlines()[-2:] == [f"admin@{FABRIKAM}: administrator", f"eve@{FABRIKAM}: user"]
    assert remove_command(store, f"eve@{FABRIKAM}") == ""
    ended = remove_command(store, f"admin@{FABRIKAM}")
    assert isinstance(ended, tuple)
    assert "last administrator" in ended[1], "of this tenant, whatever others have"


def test_a_tenant_that_is_there_already_keeps_its_administrator(store: Path) -> None:
    tenant_command(store, FABRIKAM, "the first one")
    assert tenant_command(store, FABRIKAM.upper(), "another one") == (
        2,
        f"there is a tenant '{FABRIKAM}' already",
    )
    with closing(Store(store)) as opened:
        account = opened.accounts.find(f"admin@{FABRIKAM}")
    assert account is not None
    assert fits("the first one", account.secret)


def test_a_tenant_goes_when_somebody_says_so_to_what_goes_with_it(store: Path) -> None:
    tenant_command(store, FABRIKAM, PASSWORD)
    asked: list[str] = []

    def not_at_all(question: str) -> bool:
        asked.append(question)
        return False

    assert remove_tenant_command(store, FABRIKAM, not_at_all) == "nothing was removed"
    assert "admin@fabrikam.example" in str(list_command(store))
    what = f"{FABRIKAM} with 1 user, 0 lines of chat and recordings of 0 calls"
    assert asked == [f"Remove {what}, and the files in its chats? Nothing brings it back."]
    assert remove_tenant_command(store, FABRIKAM.upper(), lambda _: True) == f"removed: {what}"
    assert FABRIKAM not in str(list_command(store)) + str(tenants_command(store))


def test_recordings_go_with_their_tenant_and_what_is_left_is_named(store: Path) -> None:
    """Those of calls with other tenants belong to these as well."""
    tenant_command(store, FABRIKAM, PASSWORD)
    for name in (f"@{FABRIKAM}/c1", f"@{FABRIKAM}/c2", f"@@{FABRIKAM}/c3"):
        (store / KEPT / name).mkdir(parents=True)
    said = str(remove_tenant_command(store, FABRIKAM, lambda _: True))
    assert "recordings of 2 calls\n" in said
    left = store / KEPT / f"@@{FABRIKAM}"
    assert f"left: recordings of 1 call with people of other tenants belong to these as well: {left}" in said
    assert [path.name for path in (store / KEPT).iterdir()] == [left.name]


def test_what_was_not_shown_is_not_removed(store: Path) -> None:
    tenant_command(store, FABRIKAM, PASSWORD)

    def thinks(_: str) -> bool:
        return add_command(store, f"erin@{FABRIKAM}", "", administrator=False, password=PASSWORD) == ""

    ended = remove_tenant_command(store, FABRIKAM, thinks)
    assert isinstance(ended, tuple)
    assert (ended[0], "changed meanwhile" in ended[1]) == (2, True)
    assert f"erin@{FABRIKAM}" in str(list_command(store))


class Screen(io.StringIO):
    """What looks like a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "sure"), [("y\n", True), ("Yes\n", True), ("\n", False), ("n\n", False), ("", False), ("yess\n", False)]
)
def test_only_yes_is_yes(typed: str, sure: bool) -> None:
    talk = Screen()
    assert at_terminal(Screen(typed), talk)("Remove it?") is sure
    assert talk.getvalue() == "Remove it? [y/N] "


@pytest.mark.parametrize(("stdin", "talk"), [(io.StringIO("y\n"), Screen()), (Screen("y\n"), io.StringIO())])
def test_through_a_pipe_nobody_is_asked(store: Path, stdin: io.StringIO, talk: io.StringIO) -> None:
    tenant_command(store, FABRIKAM, PASSWORD)
    ended = remove_tenant_command(store, FABRIKAM, at_terminal(stdin, talk))
    assert isinstance(ended, tuple)
    assert (ended[0], "say --yes" in ended[1], talk.getvalue()) == (2, True, "")
    done = CliRunner().invoke(serve, ["tenant", "remove", FABRIKAM, "--store", str(store)])
    assert (done.exit_code, "say --yes" in done.output) == (2, True)
    assert FABRIKAM in str(tenants_command(store))
    done = CliRunner().invoke(serve, ["tenant", "remove", FABRIKAM, "--yes", "--store", str(store)])
    what = f"{FABRIKAM} with 1 user, 0 lines of chat and recordings of 0 calls"
    assert (done.exit_code, done.output) == (0, f"removed: {what}\n")


def test_the_first_tenant_stays_and_nobody_is_asked(store: Path) -> None:
    ended = remove_tenant_command(store, "", lambda _: pytest.fail("asked"))
    assert ended == (2, "the first tenant stays: it has every user whose domain is no other tenant's")
    ended = remove_tenant_command(store, "nowhere.example", lambda _: pytest.fail("asked"))
    assert ended == (2, "there is no tenant 'nowhere.example'; there is only the first one, which has no name")


def test_the_first_start_gives_passwords_though_another_tenant_has_its_own(store: Path) -> None:
    tenant_command(store, FABRIKAM, "chosen before")
    with closing(Store(store)) as opened:
        made = _first_accounts(opened)
        assert list(made) == [
            "alice@contoso.example",
            "bob@contoso.example",
            "dora@contoso.example",
            "admin@contoso.example",
        ]
        assert _first_accounts(opened) == {}
        assert opened.administrators("") == {"admin@contoso.example"}


def test_what_cannot_be_done_is_said_in_a_line(store: Path, tmp_path: Path) -> None:
    for ended, words in (
        (add_command(store, "bob@contoso.example", "", administrator=False, password=None), "already"),
        (add_command(store, "two\nlines@x.example", "", administrator=False, password=None), "without spaces"),
        (add_command(store, "cem", "", administrator=False, password=None), "called NAME@DOMAIN"),
        (add_command(store, "x@", "", administrator=False, password=None), "a domain is letters"),
        (add_command(store, "x@y@fabrikam.example", "", administrator=False, password=None), "one @"),
        (password_command(store, "bob", None), "give the whole sign-in name"),
        (list_command(tmp_path / "nothing"), "is no store"),
        (tenant_command(tmp_path / "nothing", "x.example", None), "is no store"),
        (
            tenant_command(store, "contoso.example", None),
            "first tenant has users of contoso.example: alice@contoso.example, bob",
        ),
        (tenant_command(store, "two words", None), "a domain is letters"),
        (tenant_command(store, "", None), "a further tenant has a domain"),
        (tenant_command(store, "stra\u00dfe.example", None), "a domain is letters"),
        (tenant_command(store, "x@fabrikam.example", None), "a domain is letters"),
        (list_command(tmp_path / "gone" / "nothing"), "No such file"),
        (serve_command(tmp_path / "gone" / "nothing", HERE, None, print), "No such file"),
    ):
        assert isinstance(ended, tuple), words
        assert ended[0] == 2
        assert words in ended[1]
        assert "\n" not in ended[1]


def test_a_second_service_on_the_same_store_is_refused(store: Path) -> None:
    with alone(store):
        ended = serve_command(store, HERE, None, print)
    assert ended == (2, f"{store}: another service is using this store")


@pytest.mark.parametrize(
    ("asked", "media"),
    [
        (Asked("127.0.0.1", 0), "127.0.0.1"),
        (Asked("localhost", 0), "127.0.0.1"),
        (Asked("::1", 0), "127.0.0.1"),
        (Asked("0.0.0.0", 0, "192.0.2.7"), "192.0.2.7"),
        (Asked("0.0.0.0", 0), None),
        (Asked("calls.example", 0), None),
        (Asked("127.0.0.1", 0, "2001:db8::1"), None),
    ],
)
def test_media_need_an_address_that_can_be_sent_to(store: Path, asked: Asked, media: str | None) -> None:
    if media is not None:
        assert asked.media() == media
        return
    ended = serve_command(store, asked, None, print)
    assert isinstance(ended, tuple)
    assert ended[0] == 2
    assert "--media-host" in ended[1]


def test_a_password_of_ones_own_has_bounds() -> None:
    assert own_password(io.StringIO("pass word\nmore\n")) == "pass word"
    for text in ("", "x" * (LEAST_PASSWORD - 1), "x" * 129):
        with pytest.raises(ValueError, match="8 to 128"):
            own_password(io.StringIO(text))
