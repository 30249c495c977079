"""Speed, as ratios measured in one run: the whole harness beside bare calls on the same machine in the same minute.

`python -m tests.bench.calls [CALLS]`. Rounds alternate, so that noise hits both sides alike; medians are printed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from aioice import ice
from aiortc import RTCConfiguration, RTCPeerConnection

from harness.model.adversary import Adversary, DtlsMitm, Position
from harness.model.base import Asset, Role
from harness.model.call import Call
from harness.model.expectation import Expectation
from harness.model.scenario import Family, Scenario
from harness.model.verdict import Outcome, Result, Status
from harness.runner import Options, Runner

ROUNDS = 3
BARE_ADDRESS = "127.0.0.7"
INTERCEPTOR = DtlsMitm(kind="dtls-mitm", position=(Position.SIGNALLING, Position.PATH), swap=(Role.CALLER, Role.CALLEE))


class Silence:
    def started(self, scenario: str) -> None:
        """A benchmark has nobody to tell."""

    def ended(self, result: Result) -> None:
        """A benchmark has nobody to tell."""


async def bare_call() -> None:
    """What anybody writes first: two peer connections that connect and close."""
    alice, bob = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    up = asyncio.Event()

    def check() -> None:
        if alice.connectionState == bob.connectionState == "connected":
            up.set()

    alice.on("connectionstatechange", check)
    bob.on("connectionstatechange", check)
    alice.addTransceiver("audio")
    alice.addTransceiver("video")
    await alice.setLocalDescription(await alice.createOffer())
    await bob.setRemoteDescription(alice.localDescription)
    await bob.setLocalDescription(await bob.createAnswer())
    await alice.setRemoteDescription(bob.localDescription)
    await up.wait()
    await alice.close()
    await bob.close()


def bare_one_after_another(calls: int) -> float:
    async def loop() -> None:
        for _ in range(calls):
            await bare_call()

    return rate(calls, lambda: asyncio.run(loop()))


def bare_overlapping(calls: int, jobs: int = 8) -> float:
    """A stronger opponent than the plain loop: as many at once as serve it best."""

    async def loop() -> None:
        slots = asyncio.Semaphore(jobs)

        async def one() -> None:
            async with slots:
                await bare_call()

        await asyncio.gather(*(one() for _ in range(calls)))

    return rate(calls, lambda: asyncio.run(loop()))


def through_the_harness(calls: int, call: Call, adversary: Adversary | None, expected: Outcome) -> float:
    """Calls per second with recording, hashing, every auditor and the verdict. Fails unless each verdict is right."""
    scenarios = [
        Scenario(
            id=f"bench-{number}",
            family=Family.CONTROL,
            title="bench",
            why="bench",
            call=call,
            adversary=adversary,
            expect=Expectation(outcome=expected),
        )
        for number in range(calls)
    ]
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(scenarios, Options(captures=Path(folder)), Silence())
        begun = time.perf_counter()
        document = asyncio.run(runner.run())
        elapsed = time.perf_counter() - begun
    wrong = [result for result in document.results if result.outcome is not expected]
    unclear = [result for result in document.results if result.status in (Status.ERROR, Status.INCONCLUSIVE)]
    if wrong or unclear:
        raise SystemExit(f"the benchmark's calls went wrong: {(wrong or unclear)[0].because}")
    return calls / elapsed


def rate(calls: int, work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return calls / (time.perf_counter() - begun)


def main(calls: int) -> None:
    ice.get_host_addresses = lambda use_ipv4, use_ipv6: [BARE_ADDRESS]
    bare_one_after_another(3)
    silent = Call(media=(Asset.AUDIO, Asset.VIDEO), seconds=0)
    spoken = Call(media=(Asset.AUDIO,), seconds=0.5)
    contests: dict[str, Callable[[], float]] = {
        "bare loop, one after another": lambda: bare_one_after_another(calls),
        "bare loop, 8 at once": lambda: bare_overlapping(calls),
        "honest calls, whole harness": lambda: through_the_harness(calls, silent, None, Outcome.SECURE),
        "intercepted calls, 0.5 s of speech": lambda: through_the_harness(
            calls // 6, spoken, INTERCEPTOR, Outcome.DETECTED
        ),
    }
    rates: dict[str, list[float]] = {name: [] for name in contests}
    for _ in range(ROUNDS):
        for name, contest in contests.items():
            rates[name].append(contest())
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, median in medians.items():
        print(f"{name:<36} {median:6.1f} calls/s")
    harness = medians["honest calls, whole harness"]
    for name in list(contests)[:2]:
        print(f"harness / {name:<26} {harness / medians[name]:6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
