"""-Confirm at a terminal: a pseudo-terminal for the command, a made-up one for what happens meanwhile."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.calling.policy.console import run
from harness.calling.store.tenants import load, update
from harness.command_policy import console_command
from harness.commands.policy import policy

NOUN = "CsTeamsEnhancedEncryptionPolicy"
NEW = f"New-{NOUN} E2EE -Confirm"
QUESTION = f'Performing the operation "New-{NOUN}" on target "Tag:E2EE".'


def at_a_terminal(store: Path, typed: str, *lines: str) -> tuple[int, str]:
    """Exit code and what the screen shows: what was typed is on it, too, for a terminal echoes."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "harness.cli", "policy", "--store", str(store), *lines]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        screen = b""
        try:
            while piece := os.read(ours, 4096):
                screen += piece
        except OSError:  # EIO: the other end of the terminal is closed
            pass
        os.close(ours)
    return process.returncode, screen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("typed", "made"), [("y\n", True), ("\n", True), ("Yes\n", True), ("n\n", False), ("no to all\n", False)]
)
def test_somebody_at_a_terminal_is_asked(tmp_path: Path, typed: str, made: bool) -> None:
    code, screen = at_a_terminal(tmp_path / "store", typed, NEW)
    assert code == 0
    assert "Are you sure you want to perform this action?" in screen
    assert QUESTION in screen
    assert ('(default is "Y")' in screen, "Identity" in screen) == (True, made)
    assert [one.name for one in load(tmp_path / "store").policies] == ["Global", *(["E2EE"] if made else [])]


def test_what_is_no_reply_is_asked_again_and_help_says_what_the_letters_mean(tmp_path: Path) -> None:
    code, screen = at_a_terminal(tmp_path / "store", "maybe\n?\nn\n", NEW)
    assert (code, screen.count("[?] Help")) == (0, 3)
    assert "L - No to All: leave this out" in screen
    assert not (tmp_path / "store").exists()


def test_a_paste_at_the_terminal_can_ask_as_well(tmp_path: Path) -> None:
    code, screen = at_a_terminal(tmp_path / "store", f"{NEW}\n\x04y\n", "-")
    assert (code, QUESTION in screen) == (0, True)
    assert load(tmp_path / "store").policies[-1].name == "E2EE"


def test_who_says_nothing_has_nothing_done(tmp_path: Path) -> None:
    code, screen = at_a_terminal(tmp_path / "store", "\x04", f"New-{NOUN} Other; {NEW}")
    assert (code, "there was no reply" in screen) == (2, True)
    assert not (tmp_path / "store").exists()


class Screen(io.StringIO):
    """What looks like a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stdin", "talk"), [(io.StringIO("y\n"), Screen()), (Screen("y\n"), io.StringIO())])
def test_through_a_pipe_nobody_is_asked_and_nothing_done(tmp_path: Path, stdin: io.StringIO, talk: io.StringIO) -> None:
    """Neither of the two alone will do: a reply from a file, or a question that nobody sees."""
    ended = console_command((NEW,), tmp_path / "store", False, stdin, talk)
    assert isinstance(ended, tuple)
    assert (ended[0], "nobody can be asked" in ended[1], talk.getvalue()) == (2, True, "")
    assert not (tmp_path / "store").exists()


class SlowReader(Screen):
    """Thinks about the reply until somebody else has changed the tenant."""

    def __init__(self, store: Path, line: str, typed: str = "y\nn\n") -> None:
        super().__init__(typed)
        self._store, self._line = store, line

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # typeshed: as of bytes
        if self._line:
            line, self._line = self._line, ""
            update(self._store, lambda tenant: (run(tenant, line)[0], None))
        return super().readline(size)


@pytest.mark.parametrize(
    ("meanwhile", "left"),
    [(f"New-{NOUN} Third", ["Global", "Third"]), (f"Remove-{NOUN} E2EE; New-{NOUN} Other", ["Global", "Other"])],
)
def test_a_reply_stands_as_long_as_the_same_is_asked(tmp_path: Path, meanwhile: str, left: list[str]) -> None:
    """Yes was said to E2EE, then no: nobody is asked twice, and yes to one is no yes to another."""
    store, talk = tmp_path / "store", Screen()
    update(store, lambda tenant: (run(tenant, f"New-{NOUN} E2EE")[0], None))
    line = f"Get-{NOUN} -Filter Tag:* | Remove-{NOUN} -Confirm"
    assert console_command((line,), store, False, SlowReader(store, meanwhile), talk) == ""
    assert [one.name for one in load(store).policies] == left
    assert talk.getvalue().count("Are you sure") == 2


TWO = f"New-{NOUN} E2EE; New-{NOUN} Other"
ALL = f"Get-{NOUN} -Filter Tag:* | Remove-{NOUN} -Confirm"


@pytest.mark.parametrize(
    ("meanwhile", "typed", "left"),
    [
        (f"New-{NOUN} Third", "a\nl\n", ["Global", "E2EE", "Other", "Third"]),
        (f"New-{NOUN} Third", "a\ny\ny\nn\n", ["Global", "Third"]),
        (f"New-{NOUN} Third", "a\na\n", ["Global"]),
        (f"Remove-{NOUN} Other; New-{NOUN} Third", "a\nn\nn\n", ["Global", "E2EE", "Third"]),
        (f"New-{NOUN} Third", "y\nl\na\n", ["Global"]),
        (f"Remove-{NOUN} Other", "a\nn\n", ["Global", "E2EE"]),
        (f"Set-{NOUN} Other -Description x", "a\n", ["Global"]),
    ],
)
def test_a_reply_to_all_is_for_what_was_there_when_it_was_said(
    tmp_path: Path, meanwhile: str, typed: str, left: list[str]
) -> None:
    """Whatever others add while somebody thinks is asked about, with everything that is to be done now."""
    store, talk = tmp_path / "store", Screen()
    update(store, lambda tenant: (run(tenant, TWO)[0], None))
    assert console_command((ALL,), store, False, SlowReader(store, meanwhile, typed), talk) == ""
    assert [one.name for one in load(store).policies] == left
    assert talk.getvalue().count("Are you sure") == typed.count("\n")
    assert talk.getvalue().count("Others have changed the tenant meanwhile.") == (typed != "a\n")
    assert '"To All" is for this and "Tag:Other".' in talk.getvalue()


def test_who_is_asked_again_and_says_nothing_has_nothing_done(tmp_path: Path) -> None:
    store = tmp_path / "store"
    update(store, lambda tenant: (run(tenant, TWO)[0], None))
    ended = console_command((ALL,), store, False, SlowReader(store, f"New-{NOUN} Third", "a\n"), Screen())
    assert isinstance(ended, tuple)
    assert (ended[0], "there was no reply" in ended[1]) == (2, True)
    assert [one.name for one in load(store).policies] == ["Global", "E2EE", "Other", "Third"]


def test_of_many_that_to_all_is_for_the_rest_is_counted(tmp_path: Path) -> None:
    store, talk = tmp_path / "store", Screen()
    update(store, lambda tenant: (run(tenant, "; ".join(f"New-{NOUN} P{one}" for one in range(30)))[0], None))
    assert console_command((ALL,), store, False, Screen("l\n"), talk) == ""
    assert '"Tag:P20", and 9 more.' in talk.getvalue()


def test_ctrl_c_at_the_question_is_an_interruption_and_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.command_policy.console_command", interrupted)
    done = CliRunner().invoke(policy, ["console", "--store", str(tmp_path), "Get-CsTeamsEnhancedEncryptionPolicy"])
    assert done.exit_code == 130
    assert "nothing was done" in done.stderr
