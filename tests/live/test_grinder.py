"""The search for a certificate beside a call: the message waits, the packets do not, and no process stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.adversaries import grinder
from harness.adversaries.grinder import GrindingFailed, ground
from harness.adversaries.grinding import Agreement, Task, search
from harness.adversaries.machine import Command, Deliver, Event, Grind, Ground, Signal, let_pass
from harness.model.adversary import Position
from harness.model.verdict import Outcome, Status
from harness.placement import place, plan
from harness.runner import Options

from .test_relay import OFFER, Scripted, between_phones

PATIENCE = 60.0
ROOT = Path(__file__).parent.parent.parent
QUICK = Task(bytes(range(200)), bytes(32), 7, Agreement(last=3))
ENDLESS = Task(bytes(range(200)), bytes(32), 7, Agreement(last=20), most=10**10)

live = pytest.mark.live


class Searching(Scripted):
    """Holds every message for a search, and lets it go with the number of the try for its body."""

    def __init__(self, task: Task) -> None:
        super().__init__(object, self._answers)
        self._task = task

    def _answers(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal):
            return (Grind(self._task, event.message),)
        if isinstance(event, Ground):
            return (Deliver(event.message.model_copy(update={"body": str(event.tries)})),)
        return let_pass(event)


def searches(parent: int) -> set[int]:
    """Processes that this one has started and that search for a certificate."""
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _of(entry, parent)}


def _of(entry: Path, parent: int) -> bool:
    try:
        started_by = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        return started_by == parent and is_searching(int(entry.name))
    except OSError:
        return False


def is_searching(process: int) -> bool:
    try:
        return b"harness.adversaries.grinding_worker" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def begun(parent: int) -> int:
    """The search that this process has begun; waits for it."""
    end = time.monotonic() + PATIENCE
    while not (found := searches(parent)):
        assert time.monotonic() < end, "no search has begun"
        time.sleep(0.01)
    (only,) = found
    return only


@live
@pytest.mark.asyncio
async def test_what_is_found_beside_is_what_is_found_here() -> None:
    assert await ground(QUICK) == search(QUICK)


@live
@pytest.mark.asyncio
async def test_packets_pass_while_a_message_is_held() -> None:
    async with between_phones(Searching(ENDLESS), Position.PATH, Position.SIGNALLING) as setting:
        held = asyncio.create_task(setting.relay.signal(OFFER))
        started = await asyncio.to_thread(begun, os.getpid())
        for number in range(50):
            setting.alice.send(b"%d" % number, setting.alice_dials)
            assert (await setting.bob.read())[0] == b"%d" % number
        assert not held.done()
        held.cancel()
        with pytest.raises(asyncio.CancelledError):
            await held
        assert not is_searching(started)
        assert setting.relay.fault is None


@live
@pytest.mark.asyncio
async def test_the_message_goes_on_when_the_search_is_over() -> None:
    async with between_phones(Searching(QUICK), Position.SIGNALLING) as setting:
        passed = await setting.relay.signal(OFFER)
        assert passed is not None
        assert passed.body == str(search(QUICK))


@live
@pytest.mark.asyncio
async def test_a_search_while_nothing_can_be_held_back_breaks_the_relay() -> None:
    async with between_phones(Searching(QUICK), Position.SIGNALLING) as setting:
        assert setting.relay.signal_at_once(OFFER) is None
        assert setting.relay.fault is not None
        assert "cannot hold a message back" in setting.relay.fault


@live
@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise SystemExit('no room')", "no room"),
        ("print('a certificate')", "no message"),
        ("import os; os.kill(os.getpid(), 9)", "no message"),
    ],
)
@pytest.mark.asyncio
async def test_a_search_that_breaks_breaks_the_relay_and_nothing_passes(
    program: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grinder, "WORKER", (sys.executable, "-c", program))
    with pytest.raises(GrindingFailed, match=words):
        await ground(QUICK)
    async with between_phones(Searching(QUICK), Position.SIGNALLING) as setting:
        assert await setting.relay.signal(OFFER) is None
        assert setting.relay.fault is not None
        assert setting.relay.fault.startswith("the relay broke: Searching at Grind: GrindingFailed: the search for")
        assert words in setting.relay.fault


@live
@pytest.mark.asyncio
async def test_a_search_that_cannot_be_started_breaks_the_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grinder, "WORKER", ("/nowhere/python",))
    async with between_phones(Searching(QUICK), Position.SIGNALLING) as setting:
        assert await setting.relay.signal(OFFER) is None
        assert setting.relay.fault is not None
        assert "FileNotFoundError" in setting.relay.fault


@live
@pytest.mark.asyncio
@pytest.mark.parametrize(
    "commands", [(Grind(QUICK, OFFER), Grind(QUICK, OFFER)), (Grind(QUICK, OFFER), Deliver(OFFER))]
)
async def test_a_message_is_held_once_and_not_delivered_as_well(commands: tuple[Command, ...]) -> None:
    async with between_phones(Scripted(Signal, lambda _: commands), Position.SIGNALLING) as setting:
        assert await setting.relay.signal(OFFER) is None
        assert setting.relay.fault is not None
        assert "PermissionError" in setting.relay.fault


# whole calls whose codes cannot be made to agree: twelve digits take days

STUBBORN = {"kind": "dtls-mitm", "position": ["signalling", "path"], "swap": ["caller", "callee"]} | {
    "agree_first": 6,
    "agree_last": 6,
}


@live
def test_a_call_that_ends_in_the_middle_of_a_search_takes_it_with_it(tmp_path: Path) -> None:
    placed = place(plan("stubborn", STUBBORN, Outcome.BREACH, {"media": ["audio"]}), Options(tmp_path, timeout=3.0))
    assert (placed.result.status, placed.recording) == (Status.ERROR, None)
    assert "time limit of 3 s" in placed.result.because
    assert not searches(os.getpid())


@live
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_harness_that_is_interrupted_or_killed_leaves_no_search(tmp_path: Path, ending: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.cli", "run", *stubborn_run(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started = begun(process.pid)
    process.send_signal(ending)
    process.wait(timeout=60)
    end = time.monotonic() + PATIENCE
    while is_searching(started):
        assert time.monotonic() < end, "the search goes on without anybody who wants it"
        time.sleep(0.01)


def stubborn_run(folder: Path) -> list[str]:
    """The arguments of a run of our own scenario, with more digits to agree than anybody can find."""
    scenarios = folder / "scenarios" / "specimens"
    scenarios.mkdir(parents=True)
    text = (ROOT / "scenarios" / "specimens" / "code-collision.call.yaml").read_text()
    text = text.replace("agree_last: 6", "agree_first: 6, agree_last: 6").replace("[4, 5, 6]", "[20]")
    assert "agree_first: 6" in text
    (scenarios / "code-collision.call.yaml").write_text(text)
    return [f"--captures={folder}/captures", f"--reports={folder}/reports", f"--scenarios={folder}/scenarios"]
