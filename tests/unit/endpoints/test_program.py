"""A program can say and do whatever it likes: each time it is one named cause, and nothing of it is left."""

from __future__ import annotations

import asyncio
import json
import os
import select
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from harness.endpoints import program as room
from harness.endpoints.program import Program, ProgramFailed, Refused
from harness.model.endpoint_events import Event, FailedEvent
from harness.model.endpoint_protocol import MAX_LINE

pytestmark = pytest.mark.asyncio

PATIENCE = 20.0

ECHO = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    said = {"ok": asked["op"] != "no", "reason": asked["op"], "result": asked["arguments"]}
    print(json.dumps({"id": asked["id"], **said}), flush=True)
"""


STARTER = """
import asyncio, os
from harness.endpoints.program import Program
async def main():
    program = Program(("sleep", "infinity"), print, print)
    await program.start(os.environ)
    print(program.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
"""Starts a program that heeds neither its input nor the end of it."""


class Heard:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.faults: list[str] = []


@asynccontextmanager
async def running(script: str) -> AsyncIterator[tuple[Program, Heard]]:
    """A program that is this script, ended afterwards, whatever it does."""
    heard = Heard()
    program = Program((sys.executable, "-IS", "-c", script), heard.events.append, heard.faults.append)
    await program.start(os.environ)
    assert program._transport is not None
    pid = program._transport.get_pid()
    try:
        async with asyncio.timeout(PATIENCE):
            yield program, heard
    finally:
        await program.end()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def fails(script: str, seconds: float = PATIENCE) -> str:
    """Why this program failed when it was asked something; it was told once."""
    async with running(script) as (program, heard):
        with pytest.raises(ProgramFailed) as raised:
            await program.ask("hello", {}, seconds)
        assert heard.faults == [program.fault] == [str(raised.value)]
        with pytest.raises(ProgramFailed) as again:
            await program.ask("again", {}, seconds)
        assert str(again.value) == program.fault
    return str(raised.value)


async def test_answers_find_their_questions() -> None:
    async with running(ECHO) as (program, heard):
        asked: list[dict[str, Any]] = [{"number": number} for number in range(20)]
        assert await asyncio.gather(*(program.ask("echo", one, PATIENCE) for one in asked)) == asked
        with pytest.raises(Refused, match="no was refused: 'no'"):
            await program.ask("no", {}, PATIENCE)
    assert (program.fault, heard.faults, heard.events) == (None, [], [])


async def test_events_come_in_order_also_those_told_just_before_the_end() -> None:
    lines = "".join(json.dumps({"event": "failed", "reason": str(n), "detail": ""}) + "\n" for n in range(100))
    async with running(f"import sys; sys.stdout.write({lines!r})") as (program, heard):
        with pytest.raises(ProgramFailed, match="ended with code 0"):
            await program.ask("hello", {}, PATIENCE)
        assert [event.reason for event in heard.events if isinstance(event, FailedEvent)] == [*map(str, range(100))]


async def test_an_event_that_is_not_believed_ends_the_program() -> None:
    def doubt(event: Event) -> None:
        raise ValueError("it speaks of failure")

    faults: list[str] = []
    line = '{"event": "failed", "reason": "r", "detail": "d"}'
    program = Program((sys.executable, "-IS", "-c", f"print({line!r}, flush=True); input()"), doubt, faults.append)
    await program.start(os.environ)
    with pytest.raises(ProgramFailed, match="it speaks of failure"):
        await program.ask("hello", {}, PATIENCE)
    await program.end()
    assert faults == ["it speaks of failure"]


async def test_what_is_told_arrives_before_what_is_asked_afterwards() -> None:
    script = """
import json, sys
told = []
for line in sys.stdin:
    asked = json.loads(line)
    told.append(asked["op"])
    print(json.dumps({"id": asked["id"], "ok": asked["op"] == "asked", "result": {"told": told}}), flush=True)
"""
    async with running(script) as (program, _):
        program.tell("first", {})
        program.tell("second", {})
        assert await program.ask("asked", {}, PATIENCE) == {"told": ["first", "second", "asked"]}
        assert program.fault is None


async def test_an_answer_that_nobody_waits_for_any_more_is_no_fault() -> None:
    async with running(ECHO) as (program, _):
        task = asyncio.create_task(program.ask("echo", {}, None))
        await asyncio.sleep(0)
        task.cancel()
        assert await program.ask("echo", {"a": 1}, PATIENCE) == {"a": 1}
        assert program.fault is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("pass", "it ended with code 0"),
        ("import sys; sys.exit(3)", "it ended with code 3"),
        ("import os; os.kill(os.getpid(), 11)", "it was killed by signal 11 (SIGSEGV)"),
        ("raise ValueError('no\\x1b[2J more')", "it ended with code 1; its last words: 'ValueError: no\\x1b[2J more'"),
        ("import os; os.close(1); input(); input()", "it closed its standard output"),
        (
            "print('re\\x1bdy', flush=True); input(); input()",
            "it said what is neither an answer nor an event: 'Invalid JSON: expected value at line 1 column 1', "
            "in 're\\x1bdy'",
        ),
        ('print(\'{"id": 99, "ok": true}\', flush=True); input(); input()', "it answered a request that nobody made"),
        (f"print('x' * {MAX_LINE + 1}, flush=True); input()", f"it said a line of more than {MAX_LINE} bytes"),
        (f"print('[' * {MAX_LINE}, flush=True); input()", "it said what is neither an answer nor an event"),
        (
            "import sys\nwhile True: sys.stdout.write('x' * 65536)",
            f"it said a line of more than {MAX_LINE} bytes",
        ),
    ],
)
async def test_whatever_a_program_does_wrong_is_named(script: str, why: str) -> None:
    assert (await fails(script)).startswith(why)


async def test_a_line_that_is_no_json_is_not_shown_as_far_as_a_key_in_it() -> None:
    line = '{"event":"key","line":"CLIENT_RANDOM ' + "0f" * 32 + " " + "5ec7e7" * 16
    assert "5ec7e7" not in await fails(f"print({line!r}, flush=True); input(); input()")


async def test_a_program_that_never_stops_talking_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_SAID", 1 << 20)
    line = json.dumps({"event": "failed", "reason": "r", "detail": "d" * 900})
    assert await fails(f"while True: print({line!r})") == "it said more than 1048576 bytes"


async def test_a_program_that_says_nothing_is_ended() -> None:
    assert await fails("input(); input()", seconds=0.2) == "it gave no answer to 'hello' for 0.2 s"


async def test_a_stopped_program_is_ended_too() -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
    assert await fails(script, seconds=0.5) == "it gave no answer to 'hello' for 0.5 s"


async def test_what_a_program_writes_to_its_standard_error_neither_stops_it_nor_grows() -> None:
    script = f"import sys; sys.stderr.write('e' * 10_000_000 + chr(10))\n{ECHO}"
    async with running(script) as (program, _):
        assert await program.ask("echo", {"a": 1}, PATIENCE) == {"a": 1}
        assert len(program._words) <= room.LAST_WORDS


async def test_a_program_that_stays_when_its_input_has_ended_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "GRACE", 0.2)
    async with running(f"{ECHO}\nimport signal\nsignal.pause()") as (program, _):
        assert await program.ask("echo", {}, PATIENCE) == {}
    assert program._transport is not None
    assert (program.fault, program._transport.get_returncode()) == (None, -signal.SIGKILL)


LEAVES = {
    "stays": "signal.pause()",
    "leaves": "os.setsid(); signal.pause()",
    "leaves-as-another": "os.setsid(); os.execvp('sleep', ['sleep', '600'])",
}


@pytest.mark.parametrize("child", LEAVES.values(), ids=LEAVES.keys())
async def test_what_a_program_has_started_ends_with_it_also_what_has_left_its_session(child: str) -> None:
    script = f"""
import json, os, signal
child = os.fork()
if child == 0:
    {child}
asked = json.loads(input())
print(json.dumps({{"id": asked["id"], "ok": True, "result": {{"child": child}}}}), flush=True)
input()
"""
    async with running(script) as (program, _):
        started = (await program.ask("child", {}, PATIENCE))["child"]
        assert isinstance(started, int)
        ended = asyncio.Event()
        handle = os.pidfd_open(started)  # readable when the process has ended, whoever may inherit it
        asyncio.get_running_loop().add_reader(handle, ended.set)
        assert not ended.is_set()
        await program.end()
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)


async def test_the_end_of_one_program_leaves_others_alone_and_what_they_have_started() -> None:
    async with running(ECHO) as (first, _), running(ECHO) as (second, _):
        watched = os.pidfd_open(second.pid)
        await first.end()
        assert select.select([watched], [], [], 0) == ([], [], [])
        os.close(watched)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed: programs were not tied to us")
async def test_a_program_that_does_not_heed_the_end_of_its_input_goes_with_a_harness_that_is_killed() -> None:
    starter = await asyncio.create_subprocess_exec(sys.executable, "-c", STARTER, stdout=asyncio.subprocess.PIPE)
    assert starter.stdout is not None
    watched, gone = os.pidfd_open(int(await starter.stdout.readline())), asyncio.Event()
    asyncio.get_running_loop().add_reader(watched, gone.set)
    starter.kill()
    await starter.wait()
    async with asyncio.timeout(PATIENCE):
        await gone.wait()
    asyncio.get_running_loop().remove_reader(watched)
    os.close(watched)


async def test_a_program_that_does_not_exist_is_an_error_of_the_machine() -> None:
    program = Program(("/nonexistent/program",), lambda event: None, lambda why: None)
    with pytest.raises(FileNotFoundError):
        await program.start(os.environ)
    await program.end()
    with pytest.raises(ProgramFailed, match="never started"):
        await program.ask("hello", {}, PATIENCE)
