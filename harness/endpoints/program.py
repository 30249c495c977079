"""A program that is spoken to in lines, and not trusted in anything: what it says is bounded before it is read.

It is a process of its own, in a session of its own. Whatever it does wrong ends it, by its id, and is one sentence;
the end of the harness ends it, too, also of one that does not heed the end of its input. What it has started ends with
it, also what has left its session.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Final, cast

from pydantic import JsonValue, ValidationError

from ..model.endpoint_events import LINE, Event
from ..model.endpoint_protocol import MAX_LINE, Answer, Request
from ..model.voice import ended, quoted
from ..network.child import tied_to_us
from . import strays

MOST_SAID: Final = 1 << 30
"""Bytes that a program may say in one call: an hour of sound and pictures, both ways, is less."""

LAST_WORDS: Final = 2000
"""Bytes of its standard error that are kept, from the end."""

FIRST_WORDS: Final = 32
"""Characters that are shown of a line that is no JSON: too few to come to the secret of a key that is told in one."""

GRACE: Final = 2.0
"""Seconds between the end of its output and its own end, and between the end of its input and that."""

_OUTPUT, _ERRORS = 1, 2


class ProgramFailed(Exception):
    """Nothing more can be had from the program; the message says why."""


class Refused(Exception):
    """The program answered that it would not, or could not."""

    def __init__(self, operation: str, answer: Answer) -> None:
        super().__init__(f"{operation} was refused: {quoted(answer.reason)} {quoted(answer.detail)}")
        self.reason = answer.reason
        self.detail = answer.detail


class Program(asyncio.SubprocessProtocol):
    """One program. `heed` is told its events in order, `broken` once why it failed; it is ended by then.

    `heed` may raise ValueError, with a sentence, for an event that no honest program tells.
    """

    def __init__(self, command: Sequence[str], heed: Callable[[Event], None], broken: Callable[[str], None]) -> None:
        self.fault: str | None = None
        self.had_to_be_ended = False
        self._command, self._heed, self._broken = command, heed, broken
        self._transport: asyncio.SubprocessTransport | None = None
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._forgotten: set[int] = set()
        self._unread = bytearray()
        self._said = 0
        self._words = b""
        self._label = secrets.token_hex(16)
        self._ending = False
        self._silent, self._exited = asyncio.Event(), asyncio.Event()

    @property
    def pid(self) -> int:
        """Its number; ProgramFailed when it was never started."""
        pid = None if self._transport is None else self._transport.get_pid()
        if pid is None:
            raise ProgramFailed("it was never started")
        return pid

    async def start(self, environment: Mapping[str, str], prefix: Sequence[str] = ()) -> None:
        """Start it, with the words of `prefix` in front of its own.

        OSError when there is no such program, or no room for one more process.
        """
        loop = asyncio.get_running_loop()
        # Whoever cannot be started is started as he is: nobody else's words could say better why not.
        startable = shutil.which(self._command[0], path=environment.get("PATH")) is not None
        tied = tied_to_us() if startable else ()
        transport, _ = await loop.subprocess_exec(
            lambda: self,
            *prefix,
            *tied,
            *self._command,
            env={**environment, strays.LABEL: self._label},
            start_new_session=True,
        )
        self._transport = transport

    async def ask(self, operation: str, arguments: dict[str, JsonValue], seconds: float | None) -> dict[str, JsonValue]:
        """The result of one operation. Refused, or ProgramFailed: it has failed, or was silent for too long."""
        if self.fault is not None or self._transport is None:
            raise ProgramFailed(self.fault or "it was never started")
        number = self._request(operation, arguments)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(seconds):
                given = await answer
        except TimeoutError:
            self.end_for(f"it gave no answer to {quoted(str(operation))} for {seconds:g} s")
            raise ProgramFailed(self.fault) from None
        finally:
            if self._waiting.pop(number, None) is not None:
                self._forgotten.add(number)
        if not given.ok:
            raise Refused(operation, given)
        return given.result

    def tell(self, operation: str, arguments: dict[str, JsonValue]) -> None:
        """Ask at once, and do not care for the answer."""
        if self.fault is None and self._transport is not None:
            self._forgotten.add(self._request(operation, arguments))

    def end_for(self, why: str) -> None:
        """End it because of something that it did. The first reason is the cause."""
        if self.fault is not None:
            return
        words = self._words.decode(errors="replace").strip().splitlines()
        self.fault = f"{why}; its last words: {quoted(words[-1])}" if words else why
        self._kill()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ProgramFailed(self.fault))
        self._broken(self.fault)

    async def end(self) -> None:
        """Close its input, which ends it; a program that stays is killed, stopped or not. May be called again."""
        if self._transport is None:
            return
        self._ending = True
        stdin = self._transport.get_pipe_transport(0)
        if stdin is not None:
            stdin.close()
        await _within(GRACE, self._exited)
        self.had_to_be_ended = self.had_to_be_ended or not self._exited.is_set()
        self._kill()
        await self._exited.wait()
        await _within(GRACE, self._silent)
        self._transport.close()

    # what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == _ERRORS:
            self._words = (self._words + data)[-LAST_WORDS:]
            return
        self._said += len(data)
        if self.fault is not None:
            return
        if self._said > MOST_SAID:
            self.end_for(f"it said more than {MOST_SAID} bytes")
            return
        self._unread += data
        self._read()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == _OUTPUT:
            self._silent.set()
            self._over_soon()

    def process_exited(self) -> None:
        self._kill()  # what it started is in its session, and must not outlive it
        strays.end_all(self._label)
        self._exited.set()
        self._over_soon()

    # inner steps

    def _request(self, operation: str, arguments: dict[str, JsonValue]) -> int:
        number = next(self._numbers)
        request = Request(id=number, op=operation, arguments=arguments)
        if self._transport is not None:
            stdin = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
            stdin.write(f"{request.model_dump_json()}\n".encode())
        return number

    def _read(self) -> None:
        """Every whole line; what is left over may not be longer than a line."""
        *lines, rest = self._unread.split(b"\n")
        self._unread = rest
        for line in lines:
            if self.fault is None:
                self._take(line)
        if len(rest) > MAX_LINE:
            self.end_for(f"it said a line of more than {MAX_LINE} bytes")

    def _take(self, line: bytearray) -> None:
        if len(line) > MAX_LINE:
            self.end_for(f"it said a line of more than {MAX_LINE} bytes")
            return
        try:
            said = LINE.validate_json(bytes(line))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            began = quoted(bytes(line[: 4 * FIRST_WORDS]).decode(errors="replace"), FIRST_WORDS)
            where = f", in {began}" if first["type"] == "json_invalid" else ""
            self.end_for(f"it said what is neither an answer nor an event: {quoted(first['msg'])}{where}")
            return
        if isinstance(said, Answer):
            self._answered(said)
        else:
            self._tell_of(said)

    def _tell_of(self, event: Event) -> None:
        try:
            self._heed(event)
        except ValueError as error:
            self.end_for(str(error))

    def _answered(self, answer: Answer) -> None:
        waiting = self._waiting.pop(answer.id, None)
        if waiting is not None:
            if not waiting.done():
                waiting.set_result(answer)
        elif answer.id in self._forgotten:
            self._forgotten.discard(answer.id)
        else:
            self.end_for("it answered a request that nobody made")

    def _over_soon(self) -> None:
        """Output and process end in either order; when one has and the other does not follow, that is its end too."""
        if self._silent.is_set() and self._exited.is_set():
            self._over()
        else:
            asyncio.get_running_loop().call_later(GRACE, self._over)

    def _over(self) -> None:
        if not self._ending:
            self.end_for(self._end())

    def _end(self) -> str:
        code = None if self._transport is None else self._transport.get_returncode()
        if code is None:
            return "it closed its standard output"
        return f"it {ended(code)}"

    def _kill(self) -> None:
        """End it with all that it started: its id is the id of its session, until its end has been noticed."""
        if self._transport is not None and not self._exited.is_set():
            with suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)


async def _within(seconds: float, event: asyncio.Event) -> Any:
    """Wait for the event, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
