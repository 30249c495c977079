"""The TURN server of one recorded call: coturn, or the adversary's own when that is on the path; a tap beside it."""

from __future__ import annotations

import secrets
from functools import partial

from .adversaries.relay import Relay
from .adversaries.turn_service import TurnService
from .evidence.recording_folder import RecordingFolder
from .live_memory import Suspect
from .model.base import Party
from .model.memory import Holder
from .model.network import Network
from .model.recording import WireVantage
from .model.turn import TurnServer, TurnTransport
from .network.coturn import PORT, Coturn, version
from .network.loopback import CallNetwork
from .vantage.packet_tap import PacketTap

WIRE = "turn-wire"


class LiveTurn:
    """Create it inside a running event loop, `open` it before the call, `close` it after.

    `servers`: what each party's device is told. Nobody else learns these credentials, and they are for this call.
    """

    def __init__(self, kind: Network, network: CallNetwork, folder: RecordingFolder, own: bool) -> None:
        self._network, self._folder = network, folder
        self._host = network.address("turn")
        transport = TurnTransport.TCP if kind is Network.TURN_TCP else TurnTransport.UDP
        self.servers = {party: _told(self._host, transport, party) for party in Party}
        self._tap: PacketTap | None = None
        self._coturn: Coturn | None = None
        self._service: TurnService | None = None
        if own:
            passwords = {one.username: one.password for one in self.servers.values()}
            users = {one.username: party for party, one in self.servers.items()}
            self._service = TurnService(self._host, PORT, passwords, users)
        else:
            self._coturn = Coturn(self._host, self.servers.values())

    @property
    def fault(self) -> str | None:
        """What of it did not last: then the recording is worthless."""
        broken = (self._tap, self._coturn)
        return next((one.fault for one in broken if one is not None and one.fault), None)

    @property
    def provenance(self) -> dict[str, str]:
        """Which software relayed, where it is not ours."""
        return {} if self._coturn is None else {"coturn": version()}

    async def open(self, relay: Relay | None) -> None:
        """OSError when there is no server, or nobody may listen beside it."""
        if self._coturn is not None:
            await self._coturn.start()
        elif self._service is not None and relay is not None:
            await self._service.open(relay)
        self._tap = PacketTap(WIRE, "lo", self._network.network, self._folder.path(f"{WIRE}.pcapng"))

    async def ask(self) -> None:
        """See whether a server that nobody here wrote still answers. If not, that is its `fault`."""
        if self._coturn is not None:
            await self._coturn.ask()

    async def close(self) -> None:
        """The server ends; what has passed by then is on the disk."""
        if self._tap is not None:
            self._tap.close()
        if self._service is not None:
            await self._service.close()
        if self._coturn is not None:
            await self._coturn.close()

    def suspects(self) -> tuple[Suspect, ...]:
        """The process that carries everything, when it is one."""
        if self._coturn is None:
            return ()
        word = self.servers[Party.ALICE].password.encode()
        return (Suspect("coturn", Holder.INTERMEDIARY, partial(getattr, self._coturn.child, "pid"), word),)

    def wires(self) -> tuple[WireVantage, ...]:
        return () if self._tap is None else (self._tap.close(),)


def _told(host: str, transport: TurnTransport, party: Party) -> TurnServer:
    return TurnServer((host, PORT), transport, f"{party}-{secrets.token_hex(4)}", secrets.token_hex(16))
