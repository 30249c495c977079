"""The tools of the thinking half die, hang or lie: their silence is named, and what they are asked next is answered."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import which
from typing import Final

import pytest

from harness.audit_process import AuditFailed, AuditProcess
from harness.auditing import Auditing
from harness.evidence.provenance import provenance
from harness.model.run import IndexEntry
from harness.model.verdict import Outcome, Status
from harness.vantage import tshark

from .sabotage import PATIENCE, Ran, nothing_left, run, scenario

pytestmark = pytest.mark.live
WIRESHARK = pytest.mark.skipif(tshark.available() is None, reason="tshark is not installed")

SECOND = 60.0
"""What an auditing process that nobody harms may take."""


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        yield


# the auditing process

TWICE: Final = "asked twice, the second time alone: "


class Harmed(AuditProcess):
    """Auditing processes of which the first `deaths` get a signal before their batch; the others are left alone."""

    harm = signal.SIGSTOP
    deaths = 2
    _started = 0

    async def start(self) -> None:
        before = self._process
        await super().start()
        if self._process is before or self._process is None:
            return
        self._started += 1
        self._patience = SECOND if self._started > self.deaths else PATIENCE
        if self._started <= self.deaths:
            os.kill(self._process.pid, self.harm)


class Killed(Harmed):
    harm = signal.SIGKILL


class KilledOnce(Killed):
    deaths = 1


@pytest.mark.parametrize(
    ("process", "cause"),
    [
        (Harmed, "the auditing process gave no answer for 1 s"),
        (Killed, "the auditing process was killed by signal 9 (SIGKILL): no message"),
    ],
)
def test_an_auditing_process_that_is_stopped_or_killed_twice(tmp_path: Path, process: type[Harmed], cause: str) -> None:
    found = run(tmp_path / "captures", [scenario("harmed"), scenario("healthy")], jobs=1, thinker=process)
    result = found.of("harmed")
    assert (result.status, result.outcome) == (Status.ERROR, Outcome.UNKNOWN)
    assert result.because == f"{TWICE}{cause}; `harness audit {found.folder}` asks again"
    found.unharmed("healthy")


def test_an_auditing_process_that_is_killed_once_costs_nothing(tmp_path: Path) -> None:
    found = run(tmp_path / "captures", [scenario("harmed"), scenario("healthy")], jobs=1, thinker=KilledOnce)
    found.unharmed("harmed")
    found.unharmed("healthy")


def test_an_idle_auditing_process_that_is_stopped_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.audit_process.GRACE", PATIENCE)

    async def stop_and_close() -> int:
        process = AuditProcess(tmp_path, None)
        await process.start()
        assert process._process is not None
        pid = process._process.pid
        os.kill(pid, signal.SIGSTOP)
        await process.close()
        return pid

    pid = asyncio.run(stop_and_close())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        ("print('{}')", "answered what is no result"),
        ("print('no json')", "answered what is no result"),
        ("print('[' * 100_000)", "answered what is no result"),
        ("print('x' * 20_000_000)", "answered what is no result"),
        ("import sys; sys.stderr.write('a' * 9_000_000 + '\\n\\x1b[2J\\n'); sys.exit(7)", r"code 7: '\x1b[2J'"),
        ("import os; os.close(1); import time; time.sleep(60)", "closed its output"),
    ],
)  # fmt: skip
def test_whatever_an_auditing_process_says_instead_of_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, cause: str
) -> None:
    """And nothing that it goes on to say is taken for an answer to the next question."""
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\nexec {which('python3')} -IS -c \"input()\n{says}\nprint('stale', flush=True)\"\n")
    fake.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(fake))
    monkeypatch.setattr("harness.audit_process.GRACE", PATIENCE)

    async def ask_twice() -> list[str]:
        process, causes = AuditProcess(tmp_path, None, SECOND), []
        for _ in range(2):
            with pytest.raises(AuditFailed) as failed:
                async for _ in process.audit(()):
                    pass
            causes.append(str(failed.value))
        await process.close()
        return causes

    first, second = asyncio.run(ask_twice())
    assert cause in first
    assert first == second


def test_who_asks_again_about_one_recording_waits_as_long_as_that_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of several that hang is named, and none costs the patience for a batch a second time."""
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(fake))
    monkeypatch.setattr("harness.audit_process.BEGINNING", 0.1)
    monkeypatch.setattr("harness.audit_process.PER_MEGABYTE", 100.0)
    entries = [
        IndexEntry(scenario=name, plan="0" * 64, recording=f"{name}/call-1", sha256="0" * 64, error=None, seconds=1)
        for name in ("small", "large")
    ]
    for entry, size in zip(entries, (0, 2_000), strict=True):
        folder = tmp_path / entry.scenario / "call-1"
        folder.mkdir(parents=True)
        folder.joinpath("alice-bob.pcapng").write_bytes(bytes(size))
    given_up: dict[str, str] = {}

    def give_up(these: Sequence[IndexEntry], why: str) -> None:
        given_up.update({one.scenario: why for one in these})

    async def ask() -> None:
        auditing = Auditing([AuditProcess(tmp_path, None, PATIENCE)], lambda result: None, give_up)
        for entry in entries:
            auditing.add(entry)
        auditing.end()
        await auditing.run()
        await auditing.close()

    asyncio.run(ask())
    first = "before that, with 2 together: the auditing process gave no answer for 1 s"
    assert given_up == {
        "small": f"{TWICE}the auditing process gave no answer for 0.1 s; {first}",
        "large": f"{TWICE}the auditing process gave no answer for 0.3 s; {first}",
    }


def test_a_process_that_hung_is_not_given_the_patience_for_a_batch_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recordings that hang it one after the other cost one patience, and then what each may take, once."""
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(fake))
    monkeypatch.setattr("harness.audit_process.BEGINNING", 0.1)
    entries = [
        IndexEntry(scenario=f"call-{number}", plan="0" * 64, recording=None, sha256=None, error="none", seconds=1)
        for number in range(4)
    ]
    causes: list[str] = []
    told = asyncio.Queue[str]()

    def give_up(these: Sequence[IndexEntry], why: str) -> None:
        assert len(these) == 1
        told.put_nowait(why)

    async def ask() -> None:
        auditing = Auditing([AuditProcess(tmp_path, None, PATIENCE)], lambda result: None, give_up)
        running = asyncio.create_task(auditing.run())
        for entry in entries:
            auditing.add(entry)
            causes.append(await told.get())
        auditing.end()
        await running
        await auditing.close()

    asyncio.run(ask())
    silence = "the auditing process gave no answer for"
    first, *others = causes
    assert first == f"{TWICE}{silence} 0.1 s; before that, with 1 together: {silence} 1 s"
    assert others == [f"asked alone, for others had hung before: {silence} 0.1 s"] * 3


# tshark


@pytest.fixture
def wrapper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first in the path, for a program named tshark. What version there is, is known by then."""
    provenance()
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "tshark"


def install(wrapper: Path, body: str) -> None:
    """The real program, harmed the first time that it is asked about packets."""
    real = which("tshark", path=os.environ["PATH"].partition(os.pathsep)[2])
    once = f'case "$1" in -v|--version) exec {real} "$@";; esac\nmkdir {wrapper}.once 2>/dev/null || exec {real} "$@"'
    wrapper.write_text(f"#!/bin/bash\n{once}\n{body.format(real=real)}\n")
    wrapper.chmod(0o755)


@WIRESHARK
def test_a_tshark_that_dies_in_the_middle(tmp_path: Path, wrapper: Path) -> None:
    install(wrapper, '{real} "$@" | head -c 20000; kill -9 $$')
    found = run(tmp_path / "captures", [scenario("harmed"), scenario("healthy")], jobs=1, without=())
    assert Path(f"{wrapper}.once").exists()
    killed_alone(found)


@WIRESHARK
def test_a_tshark_that_is_killed_from_outside(tmp_path: Path, wrapper: Path) -> None:
    """In the process that audits, by somebody who knows its id."""
    pipe = tmp_path / "pid"
    os.mkfifo(pipe)
    install(wrapper, f'echo $$ > {pipe}\nexec {{real}} "$@"')
    killed: list[int] = []

    def killer() -> None:
        killed.append(int(pipe.read_text()))
        os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=killer)
    thread.start()
    found = run(
        tmp_path / "captures", [scenario("harmed"), scenario("healthy")], jobs=1, thinker=AuditProcess, without=()
    )
    thread.join()
    killed_alone(found)


def killed_alone(found: Ran) -> None:
    result = found.of("harmed")
    cause = "wireshark could not tell: tool-failed at call: tshark was killed by signal 9 (SIGKILL)"
    assert (result.status, result.because) == (Status.INCONCLUSIVE, cause)
    found.unharmed("healthy")


@WIRESHARK
def test_what_an_auditing_process_had_started_is_ended_with_it(tmp_path: Path, wrapper: Path) -> None:
    """It dies while it waits for tshark: both are gone, and so is what it had written for tshark to read."""
    pipe = tmp_path / "pid"
    os.mkfifo(pipe)
    install(wrapper, f'(echo $$ $PPID; for one; do ls -d "$one" 2>/dev/null; done) > {pipe}\nexec sleep 600')
    told: list[str] = []

    def killer() -> None:
        told.extend(pipe.read_text().split())
        os.kill(int(told[1]), signal.SIGKILL)

    thread = threading.Thread(target=killer)
    thread.start()
    found = run(
        tmp_path / "captures", [scenario("harmed"), scenario("healthy")], jobs=1, thinker=AuditProcess, without=()
    )
    thread.join()
    tshark_id, _, *captures = told
    assert [path for path in captures if path.endswith(".pcapng")]
    assert not any(Path(path).exists() for path in captures if "temporary" in path)
    assert not running(int(tshark_id))
    found.unharmed("harmed", "healthy")  # asked about once more, when tshark is itself again


def running(pid: int) -> bool:
    """Whether this process is there and not merely unburied: init buries what its parent has left behind."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
