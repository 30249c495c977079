"""The namespaces of one recorded call: the devices' processes in theirs, taps at the router, an adversary in its place
or beside it."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager

from .adversaries.craft import ip_udp
from .adversaries.relay import Relay
from .adversaries.router_service import RouterService
from .evidence.recording_folder import RecordingFolder
from .model.adversary import Position, Recorder
from .model.base import Party
from .model.datagram import Address
from .model.recording import WireVantage
from .model.scenario import Scenario
from .network.namespaces import INTERFACES, ROUTER, NamespacePlan, Namespaces
from .network.packet_port import RawSender
from .vantage.packet_tap import PacketTap


class LiveNamespaces:
    """Create it inside a running event loop, `open` it before everything else, `close` it last."""

    def __init__(self, scenario: Scenario, plan: NamespacePlan, folder: RecordingFolder) -> None:
        self._plan, self._folder = plan, folder
        adversary = scenario.adversary
        self._on_path = adversary is not None and Position.PATH in adversary.position
        self._passive = isinstance(adversary, Recorder)
        self._spaces = Namespaces(plan)
        self._there: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._taps: list[PacketTap] = []
        self._router: RouterService | None = None
        self._forger: RawSender | None = None

    @property
    def fault(self) -> str | None:
        """What of it did not last, or lost something: then the recording is worthless."""
        broken = (self._spaces, *self._taps, self._router)
        return next((one.fault for one in broken if one is not None and one.fault), None)

    async def open(self, relay: Relay | None) -> None:
        """Make the network and listen to it. OSError when that cannot be done."""
        try:
            await self._spaces.open(forward=not self._on_path or self._passive)
            with self._spaces.inside(ROUTER):
                self._taps = [self._tap(party) for party in Party]
                if relay is not None and self._on_path:
                    lines = {party: INTERFACES[party.value] for party in Party}
                    hosts = {party: self._plan.address(party.value) for party in Party}
                    self._router = RouterService(relay, lines, hosts, passive=self._passive)
            with self._spaces.inside("attacker"):
                self._forger = RawSender()
        except OSError:
            self._there.cancel()
            raise
        self._there.set_result(None)

    async def prefix(self, party: Party) -> tuple[str, ...]:
        """The words in front of the command of this party's device, once its namespace is there."""
        await asyncio.shield(self._there)
        return self._spaces.prefix(party.value)

    def device(self, party: Party) -> AbstractContextManager[None]:
        """Sockets that are opened meanwhile are this party's device's."""
        return self._spaces.inside(party.value)

    def attacker(self) -> AbstractContextManager[None]:
        """Sockets that are opened meanwhile are the attacker's."""
        return self._spaces.inside("attacker")

    def forge(self, source: Address, destination: Address, data: bytes) -> bool:
        """Send a datagram from beside the path that says it comes from `source`; whether the kernel took it."""
        return self._forger is not None and self._forger.send(ip_udp(source, destination, data))

    async def close(self) -> None:
        """The devices have ended; nothing of the network stays."""
        if not self._there.done():
            self._there.cancel()
        if self._router is not None:
            self._router.close()
        for tap in self._taps:
            tap.close()
        if self._forger is not None:
            self._forger.close()
        await self._spaces.close()

    def wires(self) -> tuple[WireVantage, ...]:
        return tuple(tap.close() for tap in self._taps)

    def _tap(self, party: Party) -> PacketTap:
        name = f"{party}-wire"
        path = self._folder.path(f"{name}.pcapng")
        return PacketTap(name, INTERFACES[party.value], self._plan.network, path, both=True)
