"""Our own endpoint, in a real call, which lies when it is asked about the call.

`python -m tests.live.hostile_endpoint NAME`: what is named so in LIES becomes of its answers.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Final

from harness import endpoint_worker as worker
from harness.model import endpoint_protocol as protocol
from harness.model.base import Noun
from harness.model.endpoint_events import BoundEvent

from .hostile_program import ESCAPES, Said, event, packet, screen, statement

LIES: Final[dict[str, Callable[[Said], bytes]]] = {
    "a-reason-of-an-auditor": statement(failure={"reason": "codes-equal", "detail": ESCAPES}),
    "another-name": screen(peer=ESCAPES),
    "another-code": screen(code="<u>12345</u>"),
    "a-packet-of-another-time": packet(time=4_000_000_000.0),
    "a-failure-of-nobody": event(event="failed", reason=ESCAPES, detail=ESCAPES),
}


class Hostile(worker.Teller):
    """Says other things in place of the answers to what is asked when the call is over."""

    def __init__(self, descriptor: int, lie: Callable[[Said], bytes]) -> None:
        super().__init__(descriptor)
        self._lie = lie
        self._own = ""
        self._looked_at = 0

    def say(self, line: Noun) -> None:
        if isinstance(line, BoundEvent):
            self._own = line.address.partition(":")[0]
        if isinstance(line, protocol.Answer) and self._over(line):
            self._output.write(self._lie(line.model_dump(mode="json")).replace(b"{own}", self._own.encode()))
        else:
            super().say(line)

    def _over(self, answer: protocol.Answer) -> bool:
        """Whether this is asked when the call is over: its screen is looked at first when the call has come up."""
        self._looked_at += "screen" in answer.result
        return "statement" in answer.result or ("screen" in answer.result and self._looked_at > 1)


async def main(name: str) -> None:
    teller = Hostile(os.dup(sys.stdout.fileno()), LIES[name])
    loop = asyncio.get_running_loop()
    requests = asyncio.StreamReader(limit=protocol.MAX_REQUEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    await worker.Worker(teller).serve(requests)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
