"""Our own endpoint as a program that says that it lacks something: `python -m tests.live.modest_endpoint WORD...`.

`--later FILE` before the words: only from the second time on that it is asked, which it remembers by the file.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from harness import endpoint_worker as worker
from harness.endpoints.aiortc import software
from harness.model import endpoint_protocol as protocol
from harness.model.ability import Ability
from harness.model.endpoint_protocol import Operation


def words(given: list[str]) -> tuple[Ability, ...]:
    if given[:1] == ["--later"]:
        asked_before = Path(given[1])
        first, given = not asked_before.exists(), given[2:]
        asked_before.touch()
        if first:
            return ()
    return tuple(Ability(one) for one in given)


async def hello(_: Any, __: str) -> protocol.Hello:
    return protocol.Hello(software=f"modest/1 {software()}", tells_packets=True, lacks=words(sys.argv[1:]))


if __name__ == "__main__":
    vars(worker)["_OPERATIONS"][Operation.HELLO] = hello
    asyncio.run(worker.main())
