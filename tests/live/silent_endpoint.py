"""Our own endpoint as somebody else's program: it tells neither its packets nor its keys, nor what is known anyway.

`python -m tests.live.silent_endpoint [SOFTWARE]`: what it says that it is, true or not.
"""

from __future__ import annotations

import asyncio
import os
import sys

from harness import endpoint_worker as worker
from harness.model import endpoint_protocol as protocol
from harness.model.base import Noun
from harness.model.datagram import parse_address
from harness.model.endpoint_events import BoundEvent, KeyEvent, PacketEvent, SocketClosedEvent

SOFTWARE = sys.argv[1] if len(sys.argv) > 1 else "silent/1"
NOT_TOLD = ("screens", "addresses", "packets", "failure", "connected")
"""What the harness knows of the call anyway, or can do without."""


class Silent(worker.Teller):
    """Tells answers and failures, and of them only what a program must."""

    worker: worker.Worker

    def say(self, line: Noun) -> None:
        if isinstance(line, BoundEvent):
            self.worker._known.pop(parse_address(line.address)).set_result(None)
        elif isinstance(line, protocol.Answer) and "software" in line.result:
            super().say(line.model_copy(update={"result": {"protocol": 1, "software": SOFTWARE}}))
        elif isinstance(line, protocol.Answer) and isinstance(said := line.result.get("statement"), dict):
            told = {name: value for name, value in said.items() if name not in NOT_TOLD}
            super().say(line.model_copy(update={"result": {"statement": told}}))
        elif not isinstance(line, (PacketEvent, SocketClosedEvent, KeyEvent)):
            super().say(line)


async def main() -> None:
    teller = Silent(os.dup(sys.stdout.fileno()))
    loop = asyncio.get_running_loop()
    requests = asyncio.StreamReader(limit=protocol.MAX_REQUEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    teller.worker = worker.Worker(teller)
    await teller.worker.serve(requests)


if __name__ == "__main__":
    asyncio.run(main())
