"""An endpoint that is a process of its own, spoken to in lines (model/endpoint_protocol). It can really die.

The process knows nothing of the path: its addresses are exchanged in its descriptions here, as a 1:1 NAT would. It
tells what passes its sockets, or a leg in front of it sees that. Either way the tap is on this side: when the process
dies, what there was until then is on disk.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from pydantic import JsonValue

from ..model import endpoint_protocol as protocol
from ..model.ability import Ability
from ..model.base import Asset, Noun
from ..model.endpoint_events import Event, FailedEvent, KeyEvent, PictureEvent, RtpEvent, SoundEvent
from ..model.endpoint_protocol import UNSUPPORTED, Nothing, Operation
from ..model.finding import Reason
from ..model.recording import SignalMessage
from ..model.statement import EndpointStatement, Failure, Screen
from ..model.voice import quoted
from .account import Account
from .dialogue import Dialogue, Speaker
from .endpoint import CallFailed, EndpointSetup, NoStatement, failure
from .heard_told import HeardTold
from .keys_told import KeysTold
from .opening import Opened, begin, introduced
from .program import Program, ProgramFailed, Refused

N = TypeVar("N", bound=Noun)

OWN: Final = (sys.executable, "-P", "-m", "harness.endpoint_worker")
"""Our own endpoint. Without the folder that the user happens to be in: it may hold modules of the same names."""
_OURS: Final = {"PYTHONPATH": str(Path(__file__).resolve().parent.parent.parent)}
"""What programs of this package have in their environment beside what every program has."""


Make = Callable[[Callable[[Event], None], Callable[[str], None]], Speaker]
"""Given who heeds its events and who is told why it broke: somebody to speak to."""


class ProcessEndpoint:
    """A client in a process of its own. Implements `endpoint.Endpoint`. `ours`: its command is one of this package.

    `speaker` makes whom to speak to, where that is no process; `at` is where its sockets are, if it cannot be told.
    `has_screen`: whether it shows its user one, known when the call is concluded.
    """

    def __init__(
        self,
        setup: EndpointSetup,
        command: Sequence[str] = (),
        *,
        ours: bool = False,
        speaker: Make | None = None,
        at: str | None = None,
    ) -> None:
        self.has_screen = False
        self._setup = setup
        self._program = (speaker or partial(Program, command or OWN))(self._heed, self._broke)
        self._dialogue = Dialogue(self._program)
        self._environment = {**os.environ, **(_OURS if ours or not command else {})}
        self._at = at
        self._opened: Opened | None = None
        self._keys = KeysTold(setup.keylog)
        self._heard = HeardTold(setup.expected)
        self._account = Account(setup)
        self._early: list[tuple[Operation, Noun]] = []
        self._failed = asyncio.Event()
        self._statement: EndpointStatement | None = None
        self._concluding: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        # Both parties' programs start at once; the first step of the call waits for it.
        self._opening = asyncio.create_task(self._open())

    @property
    def pid(self) -> int:
        """The number of its process; OSError when there is none."""
        if not isinstance(self._program, Program):
            raise OSError("it is no process of its own")
        try:
            return self._program.pid
        except ProgramFailed as error:
            raise OSError(str(error)) from error

    # setting up

    def told(self, message: SignalMessage) -> None:
        self._account.told(message)
        self._tell(Operation.TOLD, protocol.ToldArguments(message=message))

    def picked_up(self) -> None:
        self._account.picked_up()
        self._tell(Operation.PICKED_UP, Nothing())

    async def chat(self, text: str) -> str:
        return (await self._step(Operation.CHAT, protocol.Written, protocol.Written(text=text))).text

    async def offer(self) -> str:
        return await self._outward(await self._step(Operation.OFFER, protocol.Description))

    async def answer(self, offer: str) -> str:
        return await self._outward(await self._step(Operation.ANSWER, protocol.Description, await self._inward(offer)))

    async def accept(self, answer: str) -> None:
        await self._step(Operation.ACCEPT, Nothing, await self._inward(answer))

    async def connect(self, seconds: float) -> bool:
        asked = protocol.ConnectArguments(seconds=seconds)
        try:
            answer = await self._step(Operation.CONNECT, protocol.Connected, asked, seconds)
            if answer.connected:
                self._heard.begin_again()
                shown = await self._shown()
                self._call.sockets.catch_up()
                self._account.came_up(shown)
        except (CallFailed, ProgramFailed, Refused):
            return False
        return answer.connected

    def start_media(self) -> None:
        self._tell(Operation.SEND, Nothing())

    async def wait_heard(self) -> None:
        if not self._call.listens:
            await self._heard.found(self._setup.expected)
            return
        try:
            await self._dialogue.ask(Operation.RECEIVE, Nothing, longer=None)
        except (ProgramFailed, Refused):
            await asyncio.Event().wait()  # it will never have heard anything

    def introduced(self, name: str) -> None:
        self._account.peer_name = name
        self._tell(Operation.INTRODUCED, protocol.IntroducedArguments(name=name))

    # the end

    async def wait_failed(self) -> Failure:
        await self._failed.wait()
        if self._account.failure is None:
            raise RuntimeError("a call is marked as failed without a failure")
        return self._account.failure

    def statement(self) -> EndpointStatement:
        """The account that was given when the call was concluded. NoStatement when the program broke, then or later."""
        if self._statement is None or self._program.fault is not None:
            raise NoStatement(self._program.fault or "its call was never opened, or is not concluded")
        return self._statement

    @property
    def hint(self) -> str:
        """What may be the matter with a program whose call does not come up, as the end of a sentence; else nothing."""
        return "" if self._opened is None else self._opened.sockets.hint

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
        inside = self._setup.inside
        await self._program.start(self._environment, () if inside is None else await inside())
        try:
            self._opened = await introduced(self._dialogue, self._setup, self._program.end_for, self._at)
            self._account.software = self._opened.hello.software
            await begin(self._dialogue, self._setup, self._opened)
        except Refused as refused:
            raise self._dialogue.broken(str(refused)) from refused
        for operation, arguments in self._early:
            self._dialogue.tell(operation, arguments)

    @property
    def _call(self) -> Opened:
        if self._opened is None:
            raise RuntimeError("the call has not been opened yet")
        return self._opened

    async def _outward(self, description: protocol.Description) -> str:
        try:
            return await self._call.sockets.outward(description.sdp)
        except (OSError, RuntimeError, ValueError) as error:
            why = self._dialogue.broken(f"its description is of no use: {quoted(str(error))}")
            raise CallFailed(Reason.ENDPOINT_ERROR, str(why)) from error

    async def _inward(self, sdp: str) -> protocol.Description:
        await self._until_open()
        return protocol.Description(sdp=self._call.sockets.inward(sdp))

    async def _until_open(self) -> None:
        try:
            await asyncio.shield(self._opening)
        except ProgramFailed as error:
            raise CallFailed(Reason.ENDPOINT_ERROR, str(error)) from error

    async def _step(
        self, operation: Operation, result: type[N], arguments: Noun | None = None, seconds: float = 0.0
    ) -> N:
        """One step of the call, which may take `seconds` longer than an answer. CallFailed when it is not done."""
        await self._until_open()
        try:
            return await self._dialogue.ask(operation, result, arguments, seconds)
        except Refused as refused:
            if operation is not Operation.CHAT:  # a line that is not written ends no call
                self._over(*_reason(refused.reason, refused.detail))
            raise CallFailed(*_reason(refused.reason, refused.detail)) from refused
        except ProgramFailed as error:
            raise CallFailed(Reason.ENDPOINT_ERROR, str(error)) from error

    def _tell(self, operation: Operation, arguments: Noun) -> None:
        """Without waiting, and in the order of what is asked before and after. What comes of it, the statement says."""
        if self._opening.done():
            self._dialogue.tell(operation, arguments)
        else:
            self._early.append((operation, arguments))

    async def _conclude(self) -> None:
        await asyncio.wait({self._opening})
        if self._opening.cancelled() or self._opening.exception() is not None:
            return
        try:
            self._statement = await self._stated()
        except Refused as refused:
            self._dialogue.broken(str(refused))
        except ProgramFailed:
            return  # it remembers why

    async def _stated(self) -> EndpointStatement:
        """What its user sees, and everything else that is known of the call."""
        shown = await self._shown()
        self._account.asked = time.time()
        said = (await self._dialogue.ask(Operation.STATS, protocol.Stats)).statement
        known: dict[str, JsonValue] = {}
        if not self._call.listens:
            known["heard"] = {asset.value: f"{marker:016x}" for asset, marker in self._received.items()}
        if self._call.sockets.addresses is not None:
            known["addresses"] = list(self._call.sockets.addresses)
        try:
            fields = self._account.statement(shown, said, known)
        except ValueError as error:
            raise self._dialogue.broken(str(error)) from error
        return self._dialogue.read(Operation.STATS, EndpointStatement, fields)

    @property
    def _received(self) -> dict[Asset, int]:
        """What it told of media, and what it was told of chat: whoever says that it has one shows that to its user."""
        if self._account.read is None or Ability.CHAT in self._call.hello.lacks:
            return self._heard.heard
        return self._heard.heard | {Asset.CHAT: self._account.read}

    async def _shown(self) -> Screen | None:
        """What its user sees; None for a program without a screen."""
        try:
            screen = (await self._dialogue.ask(Operation.SCREEN, protocol.Shown)).screen
        except Refused as refused:
            if refused.reason != UNSUPPORTED:
                raise
            return None
        self.has_screen = True
        return screen

    async def _close(self) -> None:
        await self.conclude()
        try:
            if self._statement is not None:
                await self._dialogue.ask(Operation.CLOSE, Nothing)
        except Refused as refused:
            self._dialogue.broken(str(refused))
        except ProgramFailed:
            pass  # it remembers why
        finally:
            await self._program.end()
            if self._opened is not None:
                await self._opened.sockets.close()

    # what the program tells

    def _heed(self, event: Event) -> None:
        match event:
            case FailedEvent():
                self._over(*_reason(event.reason, event.detail))
            case KeyEvent():
                self._keys.heed(event.line)
            case RtpEvent() | SoundEvent() | PictureEvent():
                self._heard.heed(event)
            case _ if self._opened is None:
                raise ValueError(f"it tells of its sockets ({event.event!r}) before it has said what it is")
            case _:
                self._opened.sockets.heed(event)

    def _broke(self, why: str) -> None:
        self._over(Reason.ENDPOINT_ERROR, f"its program failed: {why}")

    def _over(self, reason: Reason, detail: str) -> None:
        self._account.failed(failure(reason, detail))
        self._failed.set()


def _reason(word: str, detail: str) -> tuple[Reason, str]:
    """A reason as we name them; whatever else a program says becomes the detail of an error of its own."""
    try:
        return Reason(word), detail
    except ValueError:
        return Reason.ENDPOINT_ERROR, f"{quoted(word)}: {detail}"
