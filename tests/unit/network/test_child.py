"""A daemon ends when it is told to, when it does not want to, and when whoever started it is killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from shutil import which

import pytest

from harness.network.child import Child, ChildFailed, tied_to_us

pytestmark = pytest.mark.skipif(which("setpriv") is None, reason="setpriv (util-linux) is not installed")
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.1; done"


def alive(pid: int) -> bool:
    """Whether it still runs: a process that has ended and was not asked for yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.asyncio
async def test_what_is_not_installed_is_named() -> None:
    with pytest.raises(ChildFailed, match="no-such-daemon cannot be started: not installed: no-such-daemon"):
        await Child(["no-such-daemon"]).start()


@pytest.mark.asyncio
@pytest.mark.parametrize("missing", ["setpriv", "prlimit"])
async def test_who_could_outlive_us_or_leave_memory_on_the_disk_is_not_started(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.network.child.shutil.which", lambda name: None if name == missing else which(name))
    child = Child(["sleep", "60"])
    with pytest.raises(ChildFailed, match=rf"sleep cannot be started: not installed: {missing} \(package util-linux\)"):
        await child.start()


@pytest.mark.asyncio
async def test_it_ends_when_it_is_asked_to_and_that_is_no_fault() -> None:
    child = Child(["sleep", "60"])
    await child.start()
    assert child.fault is None
    await child.end()
    await child.end()
    assert not alive(child.pid)
    assert child.fault is None


@pytest.mark.asyncio
async def test_who_ends_by_himself_is_a_fault_with_his_last_words() -> None:
    child = Child(["sh", "-c", "echo no room left; exit 3"])
    await child.start()
    assert child._process is not None
    await child._process.wait()
    assert child._reading is not None
    await child._reading
    assert child.fault == "sh ended by itself (3); its last words: 'no room left'"
    await child.end()
    assert child.fault is not None


@pytest.mark.asyncio
async def test_who_does_not_want_to_end_is_ended_with_all_that_he_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.network.child.GRACE", 0.2)
    child = Child(["sh", "-c", STUBBORN])
    await child.start()
    await child.says(b"ready", 5)
    await child.end()
    assert not alive(child.pid)


def test_it_does_not_outlive_who_started_it() -> None:
    parent = (
        "import asyncio\nfrom harness.network.child import Child\n"
        "async def main():\n    child = Child(['sleep', '60'])\n    await child.start()\n"
        "    print(child.pid, flush=True)\n    await asyncio.Event().wait()\nasyncio.run(main())\n"
    )
    started = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    pid = int(started.stdout.readline())
    assert alive(pid)
    started.send_signal(signal.SIGKILL)
    started.wait()
    with suppress(ProcessLookupError):
        watched = os.pidfd_open(pid)
        assert select.select([watched], [], [], 5.0)[0]
        os.close(watched)
    assert not alive(pid)


@pytest.mark.asyncio
async def test_who_says_something_else_or_nothing_is_not_waited_for_in_vain() -> None:
    child = Child(["sh", "-c", "echo no"])
    await child.start()
    with pytest.raises(ChildFailed, match=r"sh ended by itself|said something else"):
        await child.says(b"yes", 5)
    await child.end()
    silent = Child(["sleep", "60"])
    await silent.start()
    with pytest.raises(ChildFailed, match=r"sleep is not there after 0.1 s"):
        await silent.says(b"yes", 0.1)
    await silent.end()


@pytest.mark.asyncio
async def test_who_crashes_leaves_no_memory_on_the_disk() -> None:
    child = Child(["sh", "-c", "ulimit -c; ulimit -Hc; echo ready; exec sleep 60"])
    await child.start()
    await child.says(b"ready", 5)
    assert child._words.split() == [b"0", b"0", b"ready"]
    await child.end()


def test_who_lost_its_parent_before_it_was_tied_to_it_does_not_start() -> None:
    words = tied_to_us()
    ours = subprocess.run([*words, "echo", "started"], capture_output=True, text=True, check=False)
    assert ours.stdout == "started\n"
    between = ("env", "sh", "-c", '"$@"; true', "sh")  # a parent that is not the one that the words name
    orphan = subprocess.run([*between, *words, "echo", "started"], capture_output=True, text=True, check=False)
    assert orphan.stdout == ""
