"""Our relay in a process of its own: `python -m tests.bench.relay_process forward|intercept NETWORK LOOT`.

It is told on its input, line by line, at which ports alice and bob are, answers with the ports of their faces, and ends
with its input.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from harness.adversaries.bystander import Bystander
from harness.adversaries.dtls_mitm import DtlsMitm, Plan
from harness.adversaries.machine import Machine
from harness.adversaries.relay import Relay
from harness.model.adversary import Position
from harness.model.base import Party
from harness.network.loopback import CallNetwork
from harness.vantage.loot import LootFile
from harness.wire.certificate import fresh_identity


def machine(task: str) -> Machine:
    if task == "forward":
        return Bystander()
    return DtlsMitm(Plan(), {party: fresh_identity(datetime.now(UTC)) for party in Party})


async def main(task: str, number: int, loot: LootFile) -> None:
    network = CallNetwork(number)
    addresses = network.addresses("relay-alice", "relay-bob", "attacker")
    relay = Relay(machine(task), (Position.PATH,), addresses, network.contains, loot.write_down, lambda *_: None)
    await relay.open()
    try:
        for party in Party:
            port = int(await asyncio.to_thread(sys.stdin.readline))
            _, face = await relay.advertise(party, (network.address(party.value), port))
            print(face, flush=True)
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await relay.close()
        loot.close()
    if relay.fault is not None:
        sys.exit(relay.fault)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), LootFile(Path(sys.argv[3]))))
