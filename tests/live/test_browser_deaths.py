"""The browser that the calls of a run share ends by itself: the call in which it does says so, the next has another."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.endpoints.chromium import browser as chromium
from harness.endpoints.chromium import installed as chromium_installed
from harness.endpoints.chromium.shared import SharedChromium
from harness.endpoints.firefox import browser as firefox
from harness.endpoints.firefox import installed as firefox_installed
from harness.endpoints.firefox.shared import SharedFirefox
from harness.live_call import LiveCall
from harness.model.base import Party
from harness.model.finding import Reason
from harness.model.scenario import Scenario
from harness.model.verdict import Result, Status
from harness.network.own_folder import Purpose
from harness.outputs import exit_code
from harness.vantage.tap import LegTap

from .sabotage import AUDIO, Harm, Ran, children, nothing_left, planted, scenario
from .sabotage import run as run_within

ENDED = {
    "chromium": "Chromium has ended by itself: it crashed, or was killed",
    "chromium-raw": "Chromium has ended by itself: it crashed, or was killed",
    "firefox": "Firefox was killed by signal 9 (SIGKILL)",
}
CRASHED = "the page crashed, or its process was killed"
FOLDERS = (Purpose.CHROMIUM, Purpose.FIREFOX)
_OTHERS: set[int] = set()

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        chromium_installed.program() is None or firefox_installed.lacking() != "",
        reason="no Chromium or no Firefox: that they end in the middle of a run was not tried",
    ),
]


@pytest.fixture(autouse=True)
def others() -> Iterator[None]:
    """What others have started before: the tests of the pages share a browser, which stays until the last test."""
    _OTHERS.update(pid for pid, _ in children())
    yield
    _OTHERS.clear()


def of_this_test() -> Iterator[tuple[int, str]]:
    """Processes that were started in this test, with their command lines."""
    return ((pid, words) for pid, words in children(_OTHERS) if pid not in _OTHERS)


def main_process() -> int:
    """The number of the browser that was started in this test: all others of a browser say what they are for."""
    names = ("/chromium\0", "/firefox-esr\0", "/firefox\0")
    (found,) = [
        pid
        for pid, words in of_this_test()
        if any(name in f"{words}\0" for name in names) and "--type=" not in words and "-contentproc" not in words
    ]
    return found


def killed(_call: LiveCall, _tap: LegTap) -> None:
    os.kill(main_process(), signal.SIGKILL)


def pages_killed(_call: LiveCall, _tap: LegTap) -> None:
    for pid, words in of_this_test():
        if "--type=renderer" in words:
            os.kill(pid, signal.SIGKILL)


def of_browsers() -> list[str]:
    """The folders of browsers that are there."""
    return [path.name for path in Path(tempfile.gettempdir()).iterdir() if path.name.startswith(FOLDERS)]


def run(captures: Path, scenarios: Sequence[Scenario]) -> Ran:
    """With time for browsers to start on a machine that does much else."""
    return run_within(captures, scenarios, timeout=150.0)


def called(name: str, **parties: str) -> Scenario:
    return scenario(name, call=AUDIO | parties)


def both(kind: str) -> dict[str, str]:
    return dict.fromkeys(Party, kind)


def said_why(result: Result, why: str, *parties: Party) -> None:
    """The call could not be judged, because these left no statement, for this reason."""
    assert result.status is Status.INCONCLUSIVE, result.because
    missing = [one for one in result.findings if one.auditor == "establishment" and one.reason == "statement-missing"]
    assert [one.vantage for one in missing] == list(parties)
    assert all(one.detail.endswith(f"left no statement: {why!r}") for one in missing), missing


@pytest.mark.parametrize("kind", ENDED)
def test_the_call_in_which_it_was_killed_says_so_and_the_next_one_comes_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """Both parties are pages of it, and each says why; of the dead one nothing is left when the next call is made."""
    there: list[list[str]] = []
    first: list[int] = []

    def looked(_call: LiveCall, _tap: LegTap) -> None:
        there.append(of_browsers())
        first.append(main_process())

    def looked_and_killed(call: LiveCall, tap: LegTap) -> None:
        looked(call, tap)
        killed(call, tap)

    with nothing_left(monkeypatch, tmp_path / "temporary"):
        planted(monkeypatch, {"dies": Harm(looked_and_killed), "next": Harm(looked)})
        ran = run(tmp_path / "captures", [called(name, **both(kind)) for name in ("before", "dies", "next")])
    ran.unharmed("before", "next")
    said_why(ran.of("dies"), ENDED[kind], *Party)
    (dead,), (another,) = there
    assert dead != another
    assert first[0] != first[1]
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("kind", ENDED)
def test_who_talked_with_it_hears_that_the_call_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """At once: nobody waits until the page is asked something the next time."""
    planted(monkeypatch, {"dies": Harm(killed)})
    ran = run(tmp_path / "captures", [called("dies", bob=kind)])
    result = ran.of("dies")
    said_why(result, ENDED[kind], Party.BOB)
    (hung_up,) = [one for one in result.findings if one.reason is Reason.REMOTE_HUNG_UP]
    assert hung_up.vantage == "alice"


@pytest.mark.parametrize("kind", ["chromium", "chromium-raw"])
def test_a_page_whose_process_was_killed_ends_its_call_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """The kernel, when it has no memory left, ends one of those first."""
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        planted(monkeypatch, {"dies": Harm(pages_killed)})
        ran = run(tmp_path / "captures", [called(name, bob=kind) for name in ("dies", "next")])
    said_why(ran.of("dies"), CRASHED, Party.BOB)
    ran.unharmed("next")
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "module"), [("chromium-raw", chromium), ("firefox", firefox)])
def test_when_it_cannot_be_started_again_each_later_call_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, module: Any
) -> None:
    def for_good(call: LiveCall, tap: LegTap) -> None:
        killed(call, tap)
        monkeypatch.setattr(module, "program", lambda: "/bin/false")

    with nothing_left(monkeypatch, tmp_path / "temporary"):
        planted(monkeypatch, {"dies": Harm(for_good)})
        ran = run(tmp_path / "captures", [called(name, bob=kind) for name in ("dies", "second", "third")])
    said_why(ran.of("dies"), ENDED[kind], Party.BOB)
    for name in ("second", "third"):
        assert ran.of(name).status is Status.INCONCLUSIVE
        assert "bob left no statement: '/bin/false does not start: " in ran.of(name).because
    assert exit_code(ran.document) == 3


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        yield


@pytest.mark.asyncio
@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("make", [SharedChromium, SharedFirefox])
async def test_one_that_was_killed_while_nobody_had_it_is_given_to_nobody(
    make: Callable[[], SharedChromium | SharedFirefox],
) -> None:
    shared: Any = make()
    first = await shared.browser()
    await shared.left(first)
    os.kill(main_process(), signal.SIGKILL)
    async with asyncio.timeout(20):
        assert await first.lost() == first.fault
    (dead,) = of_browsers()
    second = await shared.browser()
    assert second is not first
    assert second.fault is None
    (another,) = of_browsers()
    assert dead != another
    await shared.left(second)
    await shared.close()
