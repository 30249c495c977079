"""One real call, recorded: endpoints, the service between them, an adversary perhaps, and a tap on each leg.

Planning is done before (the scenario), interpreting after (the audit). Nothing here knows what is expected.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any

from .adversaries import registry as adversaries
from .adversaries.relay import Relay
from .calling.signalling import CallingService
from .endpoints import registry as endpoints
from .endpoints.endpoint import CallFailed, Endpoint, EndpointSetup
from .evidence.recording_folder import LOOT, RecordingFolder
from .model.adversary import Position, Recorder
from .model.base import Asset, Party
from .model.datagram import Address
from .model.finding import Reason
from .model.ground_truth import GroundTruth, SentMarker
from .model.recording import Recording, SignalKind, SignalMessage, Vantage
from .model.scenario import Scenario
from .network.loopback import CallNetwork
from .vantage.loot import LootFile
from .vantage.tap import LegTap

WRITTEN_DOWN = "pieces-written-down"
"""The deed that a recorder cannot merely claim: the harness counts what really went into the file."""

PATIENCE = 10.0
"""Seconds beyond the scenario's own that media may take to be heard."""

NAMES = {Party.ALICE: "Alice", Party.BOB: "Bob"}


class LiveCallError(RuntimeError):
    """The harness itself could not hold or record the call; the message says why."""


@dataclass(frozen=True)
class Conditions:
    """Under which conditions a call is made. `number` is unique within the run and chooses the call's addresses."""

    run: str
    seed: str
    number: int
    provenance: dict[str, str]


def marker(seed: str, scenario: str, sender: Party, asset: Asset) -> int:
    """The 64-bit marker of one asset and direction: random over seeds, the same again for the same seed."""
    text = "\0".join((seed, scenario, sender, asset))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


class LiveCall:
    """The parts of one call, wired together."""

    def __init__(self, scenario: Scenario, conditions: Conditions, folder: RecordingFolder) -> None:
        self.scenario = scenario
        self.conditions = conditions
        self.folder = folder
        self.network = CallNetwork(conditions.number)
        self.loot: LootFile | None = None
        self.relay = self._relay()
        self.service = CallingService(time.time, None if self.relay is None else self.relay.signal)
        self.keylogs: dict[Party, list[str]] = {party: [] for party in Party}
        self.taps = {party: self._tap(party) for party in Party}
        self.endpoints = {party: self._endpoint(party) for party in Party}

    async def run(self) -> None:
        """Set up, let media flow, and end the call. A call that fails is a result, not an error."""
        if self.relay is not None:
            await self.relay.open()
        try:
            await self._set_up_and_talk()
        finally:
            await _to_the_end(self._close())

    async def _close(self) -> None:
        await asyncio.gather(*(endpoint.close() for endpoint in self.endpoints.values()))
        if self.relay is not None:
            await self.relay.close()

    async def _set_up_and_talk(self) -> None:
        watchers = [asyncio.create_task(self._hang_up_when_failed(party)) for party in Party]
        try:
            timeout = self.scenario.call.setup_seconds
            if not await self._negotiate():
                await asyncio.wait(watchers, timeout=timeout, return_when=FIRST_COMPLETED)
                return
            up = await asyncio.gather(*(endpoint.connect(timeout) for endpoint in self.endpoints.values()))
            if all(up):
                await self._talk()
        finally:
            await _cancelled(*watchers)

    async def _talk(self) -> None:
        """Media flows for the time the scenario asks for, and on until each has heard the other; a failure ends it.

        The second part is for machines that are slow, so that a verdict never hangs on how busy one is.
        """
        if self.relay is not None:
            self.relay.call_up()
        if not self.scenario.call.seconds:
            return
        for endpoint in self.endpoints.values():
            endpoint.start_media()
        failures: list[asyncio.Task[Any]] = [asyncio.create_task(one.wait_failed()) for one in self.endpoints.values()]
        heard = asyncio.create_task(self._all_heard())
        try:
            done, _ = await asyncio.wait(failures, timeout=self.scenario.call.seconds, return_when=FIRST_COMPLETED)
            if not done:
                await asyncio.wait({*failures, heard}, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        finally:
            await _cancelled(*failures, heard)

    async def _all_heard(self) -> None:
        await asyncio.gather(*(endpoint.wait_heard() for endpoint in self.endpoints.values()))

    async def _negotiate(self) -> bool:
        """Offer and answer (RFC 3264). False when a message did not arrive or was refused."""
        alice, bob = self.endpoints[Party.ALICE], self.endpoints[Party.BOB]
        offer = self._carry(SignalKind.OFFER, Party.ALICE, await _described(alice.offer()))
        answer = self._carry(SignalKind.ANSWER, Party.BOB, offer and await _described(bob.answer(offer)))
        if answer is None:
            return False
        try:
            await alice.accept(answer)
        except CallFailed:
            return False
        return True

    def _carry(self, kind: SignalKind, sender: Party, body: str | None) -> str | None:
        if body is None:
            return None
        arrived = self.service.carry(SignalMessage(kind=kind, sender=sender, body=body))
        return None if arrived is None else arrived.body

    async def _hang_up_when_failed(self, party: Party) -> None:
        """A client whose call fails tells the other one through the service, as people's clients do."""
        failure = await self.endpoints[party].wait_failed()
        if failure.reason is Reason.REMOTE_HUNG_UP:
            return
        why = self._carry(SignalKind.HANGUP, party, failure.reason)
        if why is not None:
            self.endpoints[party.peer].hung_up(why)

    def _relay(self) -> Relay | None:
        adversary = self.scenario.adversary
        if adversary is None:
            return None
        self.loot = LootFile(self.folder.path(LOOT))
        return Relay(
            adversaries.create(adversary, self.conditions.seed),
            adversary.position,
            {name: self.network.address(name) for name in ("relay-alice", "relay-bob", "attacker")},
            self.network.contains,
            self.loot.write_down,
        )

    def _tap(self, party: Party) -> LegTap:
        adversary = self.scenario.adversary
        on_path = adversary is not None and Position.PATH in adversary.position
        name = f"{party}-relay" if on_path else f"{party}-{party.peer}"
        return LegTap(name, party, self.folder.path(f"{name}.pcapng"))

    def _endpoint(self, party: Party) -> Endpoint:
        call = self.scenario.call
        setup = EndpointSetup(
            party=party,
            peer_name=NAMES[party.peer],
            mode=call.mode,
            media=call.media,
            markers={asset: self._marker(party, asset) for asset in self._spoken()},
            address=self.network.address(party),
            advertise=self._advertise,
            tap=self.taps[party],
            keylog=self.keylogs[party].append,
        )
        return endpoints.create(self.scenario.endpoints.of(party), setup)

    def _spoken(self) -> tuple[Asset, ...]:
        """The assets that carry something: none in a call that lasts no time."""
        return self.scenario.call.media if self.scenario.call.seconds else ()

    def _marker(self, sender: Party, asset: Asset) -> int:
        return marker(self.conditions.seed, self.scenario.id, sender, asset)

    async def _advertise(self, party: str, real: Address) -> Address:
        """Which address the others are told: the relay's face when one is on the path, else the real one."""
        if self.relay is None:
            return real
        self.relay.learned(Party(party), real)
        return await self.relay.advertise(Party(party), real)

    def write(self, started: float) -> str:
        """Close the recording; returns the hash of its index."""
        vantages = tuple(tap.close() for tap in self.taps.values())
        if self.loot is not None:
            self.loot.close()
        for party, endpoint in self.endpoints.items():
            self.folder.statement(endpoint.statement())
            self.folder.keylog(party, self.keylogs[party])
        self.folder.signalling(self.service.entries)
        self.folder.ground_truth(self._ground_truth())
        self._refuse_faults()
        return self.folder.finish(self._index(vantages, started))

    def _ground_truth(self) -> GroundTruth:
        adversary = self.scenario.adversary
        markers = tuple(
            SentMarker(asset=asset, sender=party, marker=f"{self._marker(party, asset):016x}")
            for party in Party
            for asset in self._spoken()
        )
        if self.relay is None or self.loot is None or adversary is None:
            return GroundTruth(markers=markers, adversary=None)
        written = self.loot.packets
        return GroundTruth(
            markers=markers,
            adversary=adversary.kind,
            required=(*self.relay.machine.required, *((WRITTEN_DOWN,) if isinstance(adversary, Recorder) else ())),
            deeds={**self.relay.deeds, WRITTEN_DOWN: written},
            loot=LOOT if written else None,
            loot_packets=written,
        )

    def _refuse_faults(self) -> None:
        """A relay or a tap that broke makes the recording worthless, whatever the call looked like."""
        faults = [tap.fault for tap in self.taps.values()]
        if self.relay is not None:
            faults.append(self.relay.fault)
        broken = [fault for fault in faults if fault]
        if broken:
            raise LiveCallError(broken[0])

    def _index(self, vantages: tuple[Vantage, ...], started: float) -> Recording:
        call = self.scenario.call
        return Recording(
            run=self.conditions.run,
            scenario=self.scenario.id,
            call=self.folder.root.name,
            mode=call.mode,
            media=call.media,
            media_seconds=call.seconds,
            started=started,
            ended=time.time(),
            provenance=self.conditions.provenance,
            vantages=vantages,
            files=self.folder.entries(),
        )


async def record_call(scenario: Scenario, conditions: Conditions, folder: RecordingFolder) -> str:
    """Make the call and close its recording; returns the SHA-256 of `recording.json`.

    Raises LiveCallError, or OSError (disk full, no socket): then there is no closed recording.
    """
    started = time.time()
    call = LiveCall(scenario, conditions, folder)
    await call.run()
    return call.write(started)


async def _to_the_end(closing: Coroutine[Any, Any, None]) -> None:
    """Close, even if we are cancelled meanwhile: half-closed endpoints keep threads and sockets."""
    task = asyncio.create_task(closing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _cancelled(*futures: asyncio.Future[Any]) -> None:
    """End what still waits, and wait until it has ended."""
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)


async def _described(description: Awaitable[str]) -> str | None:
    """The SDP a party produced, or None when it refused; why stands in its statement."""
    try:
        return await description
    except CallFailed:
        return None
