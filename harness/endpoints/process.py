"""An endpoint that is a process of its own, spoken to in lines (model/endpoint_protocol). It can really die.

The process knows nothing of the path: it tells its real addresses, and they are exchanged in its description here, as
a 1:1 NAT would. It tells what passes its sockets, and the tap on this side writes it down: when the process dies, what
it had told until then is on disk, and what its sockets had counted is missing.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from pydantic import JsonValue, ValidationError

from ..model import endpoint_protocol as protocol
from ..model.base import Noun
from ..model.datagram import Address, address_text
from ..model.endpoint_protocol import Operation
from ..model.finding import Reason
from ..model.recording import SignalMessage
from ..model.statement import EndpointStatement, Failure
from ..model.voice import quoted
from .endpoint import CallFailed, EndpointSetup, NoStatement, failure
from .program import Program, ProgramFailed, Refused
from .sockets_told import SocketsTold

N = TypeVar("N", bound=Noun)

OWN: Final = (sys.executable, "-P", "-m", "harness.endpoint_worker")
"""Our own endpoint. Without the folder that the user happens to be in: it may hold modules of the same names."""
PACKAGE_ROOT: Final = Path(__file__).resolve().parent.parent.parent

PATIENCE: Final = 10.0
"""Seconds for an answer, on a machine that does much else."""

STARTING: Final = 40.0
"""Seconds for the first answer, before which a program has to start; perhaps with many others at once."""


class ProcessEndpoint:
    """A client in a process of its own. Implements `endpoint.Endpoint`."""

    def __init__(self, setup: EndpointSetup, command: Sequence[str] = OWN) -> None:
        self._setup = setup
        self._program = Program(command, self._heed, self._broke)
        self._sockets = SocketsTold(setup, self._may_use, self._program.end_for)
        self._software = ""
        self._early: list[tuple[Operation, Noun]] = []
        self._failure: Failure | None = None
        self._failed = asyncio.Event()
        self._statement: EndpointStatement | None = None
        self._concluding: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        # Both parties' programs start at once; the first step of the call waits for it.
        self._opening = asyncio.create_task(self._open())

    # setting up

    def told(self, message: SignalMessage) -> None:
        self._tell(Operation.TOLD, protocol.ToldArguments(message=message))

    def picked_up(self) -> None:
        self._tell(Operation.PICKED_UP, Nothing())

    async def offer(self) -> str:
        return self._translated(await self._step(Operation.OFFER, protocol.Description))

    async def answer(self, offer: str) -> str:
        return self._translated(await self._step(Operation.ANSWER, protocol.Description, _said(offer)))

    async def accept(self, answer: str) -> None:
        await self._step(Operation.ACCEPT, Nothing, _said(answer))

    async def connect(self, seconds: float) -> bool:
        asked = protocol.ConnectArguments(seconds=seconds)
        try:
            answer = await self._step(Operation.CONNECT, protocol.Connected, asked, seconds)
        except CallFailed:
            return False
        return answer.connected

    def start_media(self) -> None:
        self._tell(Operation.SEND, Nothing())

    async def wait_heard(self) -> None:
        try:
            await self._ask(Operation.RECEIVE, Nothing)
        except (ProgramFailed, Refused):
            await asyncio.Event().wait()  # it will never have heard anything

    def introduced(self, name: str) -> None:
        self._tell(Operation.INTRODUCED, protocol.IntroducedArguments(name=name))

    # the end

    async def wait_failed(self) -> Failure:
        await self._failed.wait()
        if self._failure is None:
            raise RuntimeError("a call is marked as failed without a failure")
        return self._failure

    def statement(self) -> EndpointStatement:
        """The account that was given when the call was concluded. NoStatement when the program broke, then or later."""
        if self._statement is None or self._program.fault is not None:
            raise NoStatement(self._program.fault or "its call was never opened, or is not concluded")
        return self._statement

    def certificate_key(self) -> bytes | None:
        """A program keeps its keys to itself."""
        return None

    async def conclude(self) -> None:
        if self._concluding is None:
            self._concluding = asyncio.create_task(self._conclude())
        await asyncio.shield(self._concluding)

    async def close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    # inner steps

    async def _open(self) -> None:
        await self._program.start({**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)})
        try:
            await self._introduce()
        except Refused as refused:
            raise self._broken(str(refused)) from refused
        for operation, arguments in self._early:
            self._program.tell(operation, arguments.model_dump(mode="json"))

    async def _introduce(self) -> None:
        """Who are you, do you say no when you must, and this is the call."""
        hello = await self._ask(Operation.HELLO, protocol.Hello, seconds=STARTING)
        self._software = hello.software
        await self._refuses_what_nobody_knows()
        setup = self._setup
        asked = protocol.OpenArguments(
            party=setup.party,
            peer_name=setup.peer_name,
            media=setup.media,
            markers={asset: f"{marker:016x}" for asset, marker in setup.markers.items()},
            address=setup.address,
            code_digits=setup.code_digits,
            voice=setup.voice,
            first_sequence=setup.first_sequence,
            replay_window=setup.replay_window,
        )
        await self._ask(Operation.OPEN, Nothing, asked, PATIENCE)

    async def _refuses_what_nobody_knows(self) -> None:
        """A program that says yes to everything would say yes to whatever it does not do."""
        unknown = f"unknown-{secrets.token_hex(8)}"
        try:
            await self._program.ask(unknown, {}, PATIENCE)
        except Refused as refused:
            if refused.reason == protocol.UNSUPPORTED:
                return
        raise self._broken(f"it did not refuse an unknown operation as {protocol.UNSUPPORTED!r}")

    def _translated(self, description: protocol.Description) -> str:
        try:
            return self._sockets.translated(description.sdp)
        except ValueError as error:
            why = self._broken(f"its description is of no use: {quoted(str(error))}")
            raise CallFailed(Reason.ENDPOINT_ERROR, str(why)) from error

    async def _step(
        self, operation: Operation, result: type[N], arguments: Noun | None = None, seconds: float = 0.0
    ) -> N:
        """One step of the call, which may take `seconds` longer than an answer. CallFailed when it is not done."""
        try:
            await asyncio.shield(self._opening)
            return await self._ask(operation, result, arguments, PATIENCE + seconds)
        except Refused as refused:
            raise CallFailed(*_reason(refused.reason, refused.detail)) from refused
        except ProgramFailed as error:
            raise CallFailed(Reason.ENDPOINT_ERROR, str(error)) from error

    async def _ask(
        self, operation: Operation, result: type[N], arguments: Noun | None = None, seconds: float | None = None
    ) -> N:
        asked = {} if arguments is None else arguments.model_dump(mode="json")
        return self._read(operation, result, await self._program.ask(operation, asked, seconds))

    def _read(self, operation: Operation, result: type[N], said: dict[str, JsonValue]) -> N:
        """As JSON, where a word may become an enum, and nothing else is converted."""
        try:
            return result.model_validate_json(json.dumps(said))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            why = quoted(f"{place}: {first['msg']}")
            raise self._broken(f"its answer to {operation.value!r} is none: {why}") from error

    def _tell(self, operation: Operation, arguments: Noun) -> None:
        """Without waiting, and in the order of what is asked before and after. What comes of it, the statement says."""
        if self._opening.done():
            self._program.tell(operation, arguments.model_dump(mode="json"))
        else:
            self._early.append((operation, arguments))

    async def _conclude(self) -> None:
        await asyncio.wait({self._opening})
        if self._opening.exception() is not None:
            return
        try:
            self._statement = await self._account()
        except Refused as refused:
            self._broken(str(refused))
        except ProgramFailed:
            return  # it remembers why

    async def _account(self) -> EndpointStatement:
        """What its user sees, and everything else that it says of the call."""
        shown = await self._ask(Operation.SCREEN, protocol.Shown, seconds=PATIENCE)
        stats = await self._ask(Operation.STATS, protocol.Stats, seconds=PATIENCE)
        claimed = [name for name in protocol.OF_THE_HARNESS if name in stats.statement]
        if claimed:
            raise self._broken(f"its statistics speak of {claimed[0]!r}, which is not theirs to tell")
        known: dict[str, JsonValue] = {
            "party": self._setup.party.value,
            "role": self._setup.party.role.value,
            "software": self._software,
            "screen": shown.screen.model_dump(mode="json"),
        }
        return self._read(Operation.STATS, EndpointStatement, stats.statement | known)

    async def _close(self) -> None:
        await self.conclude()
        try:
            if self._statement is not None:
                await self._ask(Operation.CLOSE, Nothing, seconds=PATIENCE)
        except Refused as refused:
            self._broken(str(refused))
        except ProgramFailed:
            pass  # it remembers why
        finally:
            await self._program.end()
            await self._sockets.settled()

    def _broken(self, why: str) -> ProgramFailed:
        """End the program for this, unless it has failed before; the cause, to be raised."""
        self._program.end_for(why)
        return ProgramFailed(self._program.fault)

    # what the program tells

    def _heed(self, event: protocol.Event) -> None:
        if isinstance(event, protocol.FailedEvent):
            self._over(*_reason(event.reason, event.detail))
        else:
            self._sockets.heed(event)

    def _may_use(self, real: Address) -> None:
        known = protocol.KnownArguments(address=address_text(real))
        self._program.tell(Operation.KNOWN, known.model_dump(mode="json"))

    def _broke(self, why: str) -> None:
        self._over(Reason.ENDPOINT_ERROR, f"its program failed: {why}")

    def _over(self, reason: Reason, detail: str) -> None:
        if self._failure is None:
            self._failure = failure(reason, detail)
            self._failed.set()


class Nothing(Noun):
    """A result without content."""


def _said(sdp: str) -> protocol.Description:
    return protocol.Description(sdp=sdp)


def _reason(word: str, detail: str) -> tuple[Reason, str]:
    """A reason as we name them; whatever else a program says becomes the detail of an error of its own."""
    try:
        return Reason(word), detail
    except ValueError:
        return Reason.ENDPOINT_ERROR, f"{quoted(word)}: {detail}"
