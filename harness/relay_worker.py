"""A relay in a process of its own: what lies in its memory is what it has, and nothing of the harness.

The first line on its input is a `RelayOrder`, every other one a `RelayRequest`; it ends with its input.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO, Final

from .adversaries import registry
from .adversaries.relay import Relay
from .model.base import Noun, Party
from .model.datagram import address_text, parse_address
from .model.recording import SignalMessage
from .model.relay_protocol import (
    MAX_LINE,
    RelayAnswer,
    RelayBrings,
    RelayOrder,
    RelayRequest,
    RelayState,
    Task,
)
from .network.loopback import CallNetwork
from .vantage.loot import LootFile


class RelayWorker:
    """One relay in one call. The order is kept: the word in it must be found in this process."""

    def __init__(self, order: RelayOrder, output: BinaryIO) -> None:
        self._order, self._output = order, output
        self._loot = LootFile(Path(order.loot))
        network = CallNetwork(order.network)
        self._relay = Relay(
            registry.create(order.adversary, order.seed, order.code_digits),
            order.adversary.position,
            network.addresses("relay-alice", "relay-bob", "attacker"),
            network.contains,
            self._loot.write_down,
            self._bring,
        )

    async def serve(self, requests: asyncio.StreamReader) -> None:
        """Answer until the requests end."""
        try:
            while line := await requests.readline():
                await self._answer(RelayRequest.model_validate_json(line))
        finally:
            await self._relay.close()
            self._loot.close()

    async def _answer(self, request: RelayRequest) -> None:
        try:
            answer = await TASKS[request.task](self, request)
        except (OSError, PermissionError, RuntimeError, ValueError) as error:
            answer = RelayAnswer(number=request.number, problem=str(error)[:2000])
        self._say(answer)

    def _bring(self, to: Party, message: SignalMessage) -> None:
        self._say(RelayBrings(to=to, brought=message))

    def _say(self, line: Noun) -> None:
        self._output.write(f"{line.model_dump_json()}\n".encode())
        self._output.flush()

    # what can be asked

    async def _open(self, request: RelayRequest) -> RelayAnswer:
        await self._relay.open()
        return RelayAnswer(number=request.number)

    async def _learned(self, request: RelayRequest) -> RelayAnswer:
        self._relay.learned(*_socket(request))
        return RelayAnswer(number=request.number)

    async def _advertise(self, request: RelayRequest) -> RelayAnswer:
        told = await self._relay.advertise(*_socket(request))
        return RelayAnswer(number=request.number, address=address_text(told))

    async def _signal(self, request: RelayRequest) -> RelayAnswer:
        if request.message is None:
            raise ValueError("there is no message")
        passed = await self._relay.signal(request.message, request.party)
        return RelayAnswer(number=request.number, message=passed)

    async def _call_up(self, request: RelayRequest) -> RelayAnswer:
        self._relay.call_up()
        return RelayAnswer(number=request.number)

    async def _close(self, request: RelayRequest) -> RelayAnswer:
        await self._relay.close()
        self._loot.close()
        state = RelayState(
            deeds=dict(self._relay.deeds),
            fault=self._relay.fault,
            strangers=self._relay.strangers,
            loot=self._loot.packets,
        )
        return RelayAnswer(number=request.number, state=state)


TASKS: Final[dict[Task, Callable[[RelayWorker, RelayRequest], Awaitable[RelayAnswer]]]] = {
    Task.OPEN: RelayWorker._open,
    Task.LEARNED: RelayWorker._learned,
    Task.ADVERTISE: RelayWorker._advertise,
    Task.SIGNAL: RelayWorker._signal,
    Task.CALL_UP: RelayWorker._call_up,
    Task.CLOSE: RelayWorker._close,
}


def _socket(request: RelayRequest) -> tuple[Party, tuple[str, int]]:
    if request.party is None or request.address is None:
        raise ValueError("there is no socket of a party")
    return request.party, parse_address(request.address)


async def main() -> None:
    """Serve one call."""
    requests = asyncio.StreamReader(limit=MAX_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    order = RelayOrder.model_validate_json(await requests.readline())
    await RelayWorker(order, sys.stdout.buffer).serve(requests)


if __name__ == "__main__":
    asyncio.run(main())
