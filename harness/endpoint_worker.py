"""Our own endpoint as a program: requests on standard input, answers and events on standard output, line by line.

What is said is defined in `model/endpoint_protocol`. Requests are worked on side by side, because some of them wait.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from pydantic import JsonValue

from .endpoints.aiortc import AiortcEndpoint, software
from .endpoints.endpoint import CallFailed, EndpointSetup, failure
from .model import endpoint_protocol as protocol
from .model.base import Noun
from .model.datagram import Address, address_text, parse_address
from .model.endpoint_events import BoundEvent, FailedEvent, KeyEvent, PacketEvent, SocketClosedEvent
from .model.endpoint_protocol import Operation
from .model.finding import Reason


class Refusal(Exception):
    """A request that is not worked on; the message is the reason, one word."""


class Teller:
    """Writes whole lines, at once: what was told is out before anything else happens. Implements `datagram.Tap`."""

    def __init__(self, descriptor: int) -> None:
        self._output = os.fdopen(descriptor, "wb", buffering=0)

    def say(self, line: Noun) -> None:
        rest = memoryview(f"{line.model_dump_json()}\n".encode())
        while rest:
            rest = rest[self._output.write(rest) :]

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        near, far = address_text(local), address_text(remote)
        moment = time.time() if when is None else when
        self.say(PacketEvent(outward=outward, local=near, remote=far, time=moment, data=data))

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        near = address_text(local)
        self.say(SocketClosedEvent(local=near, counted=counted, dropped=dropped))

    def key(self, line: str) -> None:
        self.say(KeyEvent(line=line))


class Worker:
    """One endpoint in one call."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._opened: AiortcEndpoint | None = None
        self._known: dict[Address, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, requests: asyncio.StreamReader) -> None:
        """Answer until the requests end, then end the call."""
        try:
            while line := await requests.readline():
                self._spawn(self._answer(protocol.Request.model_validate_json(line)))
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._opened is not None:
                await self._opened.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: protocol.Request) -> None:
        try:
            answer = protocol.Answer(id=request.id, ok=True, result=await self._do(request))
        except Refusal as refusal:
            answer = protocol.Answer(id=request.id, ok=False, reason=str(refusal))
        except CallFailed as failed:
            answer = protocol.Answer(id=request.id, ok=False, reason=failed.reason, detail=failed.detail)
        except Exception as error:  # noqa: BLE001 - the border: whatever it is becomes the answer
            why = failure(Reason.ENDPOINT_ERROR, f"{type(error).__name__}: {error}")
            answer = protocol.Answer(id=request.id, ok=False, reason=why.reason, detail=why.detail)
        self._teller.say(answer)

    async def _do(self, request: protocol.Request) -> dict[str, JsonValue]:
        operation = _OPERATIONS.get(request.op)
        if operation is None:
            raise Refusal(protocol.UNSUPPORTED)
        result = await operation(self, json.dumps(request.arguments))
        return {} if result is None else result.model_dump(mode="json")

    @property
    def _endpoint(self) -> AiortcEndpoint:
        if self._opened is None:
            raise Refusal("not-open")
        return self._opened

    # what can be asked, each with its arguments as JSON

    async def _hello(self, _: str) -> protocol.Hello:
        return protocol.Hello(software=software(), tells_packets=True)

    async def _open(self, arguments: str) -> None:
        asked = protocol.OpenArguments.model_validate_json(arguments)
        self._opened = AiortcEndpoint(
            EndpointSetup(
                party=asked.party,
                peer_name=asked.peer_name,
                media=asked.media,
                markers={asset: int(marker, 16) for asset, marker in asked.markers.items()},
                address=asked.address,
                advertise=self._until_known,
                tap=self._teller,
                keylog=self._teller.key,
                code_digits=asked.code_digits,
                voice=asked.voice,
                first_sequence=asked.first_sequence,
                replay_window=asked.replay_window,
                peer_shares=asked.peer_shares,
                turn=asked.turn,
                keying=asked.keying,
            )
        )
        self._spawn(self._tell_failure())

    async def _until_known(self, _: str, real: Address) -> Address:
        """Tell of a socket, and wait until the path knows it. Its address is exchanged elsewhere."""
        known = self._known[real] = asyncio.get_running_loop().create_future()
        self._teller.say(BoundEvent(address=address_text(real)))
        await known
        return real

    async def _is_known(self, arguments: str) -> None:
        address = parse_address(protocol.KnownArguments.model_validate_json(arguments).address)
        self._known.pop(address).set_result(None)

    async def _tell_failure(self) -> None:
        failed = await self._endpoint.wait_failed()
        self._teller.say(FailedEvent(reason=failed.reason, detail=failed.detail))

    async def _offer(self, _: str) -> protocol.Description:
        return protocol.Description(sdp=await self._endpoint.offer())

    async def _answer_offer(self, arguments: str) -> protocol.Description:
        offer = protocol.Description.model_validate_json(arguments)
        return protocol.Description(sdp=await self._endpoint.answer(offer.sdp))

    async def _accept(self, arguments: str) -> None:
        await self._endpoint.accept(protocol.Description.model_validate_json(arguments).sdp)

    async def _connect(self, arguments: str) -> protocol.Connected:
        asked = protocol.ConnectArguments.model_validate_json(arguments)
        return protocol.Connected(connected=await self._endpoint.connect(asked.seconds))

    async def _send(self, _: str) -> None:
        self._endpoint.start_media()

    async def _receive(self, _: str) -> None:
        await self._endpoint.wait_heard()

    async def _introduced(self, arguments: str) -> None:
        self._endpoint.introduced(protocol.IntroducedArguments.model_validate_json(arguments).name)

    async def _told(self, arguments: str) -> None:
        self._endpoint.told(protocol.ToldArguments.model_validate_json(arguments).message)

    async def _chat(self, arguments: str) -> protocol.Written:
        written = protocol.Written.model_validate_json(arguments)
        return protocol.Written(text=await self._endpoint.chat(written.text))

    async def _picked_up(self, _: str) -> None:
        self._endpoint.picked_up()

    async def _screen(self, _: str) -> protocol.Shown:
        return protocol.Shown(screen=self._endpoint.statement().screen)

    async def _stats(self, _: str) -> protocol.Stats:
        statement = self._endpoint.statement()
        return protocol.Stats(statement=statement.model_dump(mode="json", exclude=set(protocol.OF_THE_HARNESS)))

    async def _close(self, _: str) -> None:
        await self._endpoint.close()


_OPERATIONS: Final[dict[str, Callable[[Worker, str], Awaitable[Noun | None]]]] = {
    Operation.HELLO: Worker._hello,
    Operation.OPEN: Worker._open,
    Operation.TOLD: Worker._told,
    Operation.PICKED_UP: Worker._picked_up,
    Operation.CHAT: Worker._chat,
    Operation.OFFER: Worker._offer,
    Operation.ANSWER: Worker._answer_offer,
    Operation.ACCEPT: Worker._accept,
    Operation.KNOWN: Worker._is_known,
    Operation.CONNECT: Worker._connect,
    Operation.SEND: Worker._send,
    Operation.RECEIVE: Worker._receive,
    Operation.INTRODUCED: Worker._introduced,
    Operation.SCREEN: Worker._screen,
    Operation.STATS: Worker._stats,
    Operation.CLOSE: Worker._close,
}


async def main() -> None:
    """Serve one call. Whatever a library prints goes to standard error, where it harms nothing."""
    teller = Teller(os.dup(sys.stdout.fileno()))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    loop = asyncio.get_running_loop()
    requests = asyncio.StreamReader(limit=protocol.MAX_REQUEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    await Worker(teller).serve(requests)


if __name__ == "__main__":
    asyncio.run(main())
