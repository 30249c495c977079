"""The search as a user starts it: what is refused, what is shared out, and what becomes of a searcher that breaks."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.command_search import Searcher, _endpoints, shares
from harness.model.endpoints import EndpointKind, Endpoints
from harness.search.ledger import Ledger

ROOT = Path(__file__).parent.parent.parent


def test_a_program_is_nothing_to_search_with() -> None:
    with pytest.raises(ValueError, match="not with a program"):
        _endpoints(("bob=program",))
    assert _endpoints(()) == Endpoints()
    assert _endpoints(("bob=null-cipher",)) == Endpoints(bob=EndpointKind.NULL_CIPHER)


def test_calls_are_shared_out_and_each_searcher_has_a_network_of_its_own() -> None:
    parts = shares(Ledger("seed", Endpoints(), 3), {"calls": 10, "seconds": 5.0, "moves": 4})
    assert [part["bounds"]["calls"] for part in parts] == [4, 3, 3]
    assert [part["bounds"]["searcher"] for part in parts] == [0, 1, 2]
    assert len({part["network"] for part in parts}) == 3
    few = shares(Ledger("seed", Endpoints(), 3), {"calls": 2, "seconds": 5.0, "moves": 4})
    assert [part["bounds"]["calls"] for part in few] == [1, 1]


def search(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", "search", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--endpoint", "bob=nobody"), "no endpoint is called"),
        (("--service", "chat-loged"), "no service is called 'chat-loged'; did you mean 'chat-logged'?"),
        (("-o", "html=found.html"), "a search can be had as json"),
        (("--out", "/proc/nope"), "--out /proc/nope: "),
        (("--captures", "README.md"), "README.md: File exists"),
        (("--moves", "0"), "--moves"),
        (("--seconds", "0"), "--seconds"),
    ],
)
def test_what_cannot_be_searched_is_a_usage_error(arguments: tuple[str, ...], words: str) -> None:
    done = search(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_endpoints_that_can_make_no_call_end_the_search_at_once_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.endpoints.firefox.installed.lacking", lambda enclosed: "none is installed")
    found, captures = tmp_path / "found", tmp_path / "captures"
    done = CliRunner().invoke(main, ["search", "--endpoint", "bob=firefox", f"--out={found}", f"--captures={captures}"])
    assert done.exit_code == 3
    assert "no call can be made" in done.stderr and "none is installed" in done.stderr
    assert "--seconds" not in done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


def test_a_searcher_that_breaks_says_so_in_the_ledger() -> None:
    ledger = Ledger("seed", Endpoints(), 1)
    asyncio.run(Searcher({"endpoints": {}}, ledger, 60.0, asyncio.Event()).run())
    (why,) = ledger.document().broken
    assert "ended with code 1" in why
    assert "KeyError" in why


def test_a_searcher_that_takes_too_long_is_ended_and_said_to_be(tmp_path: Path) -> None:
    ledger = Ledger("seed", Endpoints(), 1)
    (part,) = shares(ledger, {"calls": None, "seconds": 60.0, "moves": 2})
    folders = {name: str(tmp_path / name) for name in ("workshop", "captures", "out")}
    asyncio.run(Searcher({**part, **folders}, ledger, 0.01, asyncio.Event()).run())
    assert ledger.document().broken == ("did not end within 0.01 s",)


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"], ["run", "--help"]])
def test_who_does_not_search_does_not_load_what_makes_plans(arguments: list[str]) -> None:
    program = (
        "import sys; from harness.cli import main; "
        f"main({json.dumps(arguments)}, standalone_mode=False); import harness.command_run, harness.command_search; "
        "print('hypothesis' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "False"
