"""The relay as a process of its own, asked from here: for a search of its memory that finds nothing of ours in it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from ..model.adversary import Position
from ..model.base import Noun, Party
from ..model.datagram import Address, address_text, parse_address
from ..model.recording import SignalMessage
from ..model.relay_protocol import MAX_LINE, RelayAnswer, RelayBrings, RelayOrder, RelayRequest, RelayState, Task
from .machine import Command, Event, Machine
from .relay import Relay

PACKAGE_ROOT: Final = Path(__file__).resolve().parent.parent.parent
PATIENCE: Final = 30.0
"""Seconds for an answer, the start of the process included."""

GRACE: Final = 5.0
"""Seconds that it may take to end when its input has."""


_WORDS: Final[TypeAdapter[RelayAnswer | RelayBrings]] = TypeAdapter(RelayAnswer | RelayBrings)


class RelayProcessFailed(OSError):
    """The relay's process cannot be had, or went away; the message says why."""


class _Elsewhere:
    """Says what a machine requires, and does nothing: who acts is in the other process."""

    def __init__(self, machine: Machine) -> None:
        self.required, self.reroutes = machine.required, machine.reroutes

    def handle(self, event: Event) -> Iterable[Command]:
        raise LookupError("a relay in a process of its own cannot be told of this")


class RelayProcess(Relay):
    """The same relay elsewhere. `machine` says here what it requires; the one that acts is made over there.

    What an earlier call left cannot be told to it.
    """

    def __init__(
        self,
        order: RelayOrder,
        machine: Machine,
        positions: tuple[Position, ...],
        addresses: Mapping[str, str],
        allowed: Callable[[str], bool],
        bring: Callable[[Party, SignalMessage], None],
    ) -> None:
        super().__init__(_Elsewhere(machine), positions, addresses, allowed, _nothing_to_write, bring)
        self.state: RelayState | None = None
        self._order = order
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[RelayAnswer]] = {}
        self._number = 0

    @property
    def pid(self) -> int:
        """Its id; RelayProcessFailed when it was never started."""
        if self._process is None:
            raise RelayProcessFailed("the relay's process was never started")
        return self._process.pid

    @property
    def word(self) -> bytes:
        """What it alone was told."""
        return self._order.word.encode()

    @property
    def strangers(self) -> int:
        return 0 if self.state is None else self.state.strangers

    async def open(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "harness.relay_worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)},
            limit=MAX_LINE,
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._read())
        self._say(self._order)
        await self._ask(Task.OPEN)

    async def advertise(self, party: Party, real: Address) -> Address:
        answer = await self._ask(Task.ADVERTISE, party, real)
        if answer.address is None:
            raise RelayProcessFailed("the relay's process did not say where it is")
        return parse_address(answer.address)

    def learned(self, party: Party, address: Address) -> None:
        self._send(Task.LEARNED, party, address)

    async def signal(self, message: SignalMessage, to: Party | None = None) -> SignalMessage | None:
        if Position.SIGNALLING not in self._positions:
            return message
        return (await self._ask(Task.SIGNAL, to, message=message)).message

    def call_up(self) -> None:
        self._send(Task.CALL_UP)

    async def close(self) -> None:
        if self._process is None or self._process.stdin is None or self._closed:
            return
        self._closed = True
        with suppress(RelayProcessFailed):
            self._take((await self._ask(Task.CLOSE)).state)
        self._process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), GRACE)
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    def _take(self, state: RelayState | None) -> None:
        self.state = state
        if state is not None:
            self.deeds.update(state.deeds)
            self.fault = self.fault or state.fault

    # the other process

    async def _ask(
        self,
        task: Task,
        party: Party | None = None,
        address: Address | None = None,
        message: SignalMessage | None = None,
    ) -> RelayAnswer:
        number = self._send(task, party, address, message)
        waiting: asyncio.Future[RelayAnswer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            answer = await asyncio.wait_for(waiting, PATIENCE)
        except TimeoutError:
            raise self._failed(f"gave no answer for {PATIENCE:g} s") from None
        finally:
            self._waiting.pop(number, None)
        if answer.problem is not None:
            raise RelayProcessFailed(answer.problem)
        return answer

    def _send(
        self,
        task: Task,
        party: Party | None = None,
        address: Address | None = None,
        message: SignalMessage | None = None,
    ) -> int:
        """The number of the request. Who does not wait for the answer hears by `fault` that there was a problem."""
        if self.fault is not None:
            raise RelayProcessFailed(self.fault)
        self._number += 1
        at = None if address is None else address_text(address)
        self._say(RelayRequest(number=self._number, task=task, party=party, address=at, message=message))
        return self._number

    def _say(self, line: Noun) -> None:
        if self._process is None or self._process.stdin is None:
            raise RelayProcessFailed("the relay's process was never started")
        self._process.stdin.write(f"{line.model_dump_json()}\n".encode())

    async def _read(self) -> None:
        """Answers to whoever waits for them, and messages that it sends. It ends with the process."""
        output = None if self._process is None else self._process.stdout
        why = "ended by itself"
        try:
            while output is not None and (line := await output.readline()):
                self._heard(_WORDS.validate_json(line))
        except ValueError as error:
            why = f"said what nobody understands: {str(error)[:200]}"
        failed = self._failed(why)
        for waiting in self._waiting.values():
            waiting.set_exception(failed)

    def _heard(self, word: RelayAnswer | RelayBrings) -> None:
        if isinstance(word, RelayBrings):
            self._bring(word.to, word.brought)
        elif (waiting := self._waiting.get(word.number)) is None:
            if word.problem is not None:
                self._failed(f"could not do what it was told: {word.problem}")
        elif not waiting.done():
            waiting.set_result(word)

    def _failed(self, why: str) -> RelayProcessFailed:
        """The first fault is the cause."""
        if self.fault is None and not self._closed:
            self.fault = f"the relay's process {why}"
        return RelayProcessFailed(self.fault or f"the relay's process {why}")


def _nothing_to_write(sender: Party, data: bytes, time: float) -> None:
    raise LookupError("the loot is written by the process that has it")
