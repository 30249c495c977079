"""Between a program and its TURN server: a forwarder that changes nothing, and shows the party's tap what is carried.

The program is told of a *gate* in the server's place. Each socket of its gets a *face* at the party's own address,
from which its messages reach the server, so that to everybody else the party's device is the client:

    program  --->  gate  ...  face, at the party's address  --->  TURN server  --->  peer

What the ICE agent sends and gets is taken out of channels and indications, and the tap is shown it at the address that
the server relays for the program. What passes the network beside it, is for a tap beside the server to see.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from ..model.datagram import Address, Tap
from ..model.turn import TurnServer, TurnTransport
from ..wire.turn_message import MOST_UNREAD, Conversation, take_messages
from .stream_path import StreamPath
from .udp_socket import UdpSocket

MOST_CLIENTS: Final = 64
"""A program has one socket for each network and restart."""


@dataclass
class _Client:
    """A socket of the program's, and what it and the server say. `unread` is what is no whole message yet."""

    said: Conversation = field(default_factory=Conversation)
    unread: dict[bool, bytearray] = field(default_factory=lambda: {True: bytearray(), False: bytearray()})


class TurnLeg:
    """`host` is where the program finds the server; `address` is the party's, from which it comes to the server.

    `relays` is told each address that the server relays for the program, before the program can know it. Needs a
    running event loop; `open` it first, and `close` it whatever happened.
    """

    def __init__(
        self, server: TurnServer, host: str, address: str, tap: Tap, relays: Callable[[Address], object]
    ) -> None:
        self._server, self._host, self._address, self._tap, self._relays = server, host, address, tap, relays
        self._clients: dict[Address, _Client] = {}
        self._faces: dict[Address, UdpSocket] = {}
        self._counted: Counter[Address] = Counter()
        self._lost = 0
        self._gate: UdpSocket | None = None
        self._stream = StreamPath(host, server.address, _Messages(self), address)

    @property
    def relayed(self) -> tuple[Address, ...]:
        """The addresses that the server has relayed for the program, in the order in which it said so."""
        return tuple(self._counted)

    async def open(self) -> TurnServer:
        """Begin to pass on; the server as the program is told of it. OSError when there is no port."""
        if self._server.transport is TurnTransport.TCP:
            return replace(self._server, address=await self._stream.open())
        self._gate = UdpSocket(self._host, self._left)
        return replace(self._server, address=self._gate.address)

    def drain(self) -> None:
        """Pass on what has arrived by now."""
        for udp in self._sockets:
            udp.drain()

    async def close(self) -> None:
        """Pass on what has arrived by now, tell the tap what was counted, and let go of every socket."""
        self.drain()
        await self._stream.close()
        missing = self._lost + sum(udp.dropped for udp in self._sockets)
        for relayed, count in self._counted.items():
            self._tap.socket_closed(relayed, count, missing)
            missing = 0
        for udp in self._sockets:
            udp.close()

    def passed(self, client: Address, outward: bool, message: bytes) -> None:
        """A whole message goes on: learn from it, and show what it carries."""
        said = self._clients[client].said
        carried = said.heard(message, from_client=outward)
        relayed = said.relayed
        if relayed is None:
            return
        if relayed not in self._counted:
            self._counted[relayed] = 0
            self._relays(relayed)
        if carried is not None:
            self._counted[relayed] += 1
            self._tap.seen(outward, relayed, carried.peer, carried.data, time.time())

    def came(self, client: Address, outward: bool, data: bytes) -> None:
        """Bytes of a stream go on. Whoever sends what never ends as a message is shown nothing any more."""
        unread = self._clients.setdefault(client, _Client()).unread[outward]
        if len(unread) <= MOST_UNREAD:
            unread += data
            for message in take_messages(unread):
                self.passed(client, outward, message)

    # over UDP

    @property
    def _sockets(self) -> tuple[UdpSocket, ...]:
        return (*(() if self._gate is None else (self._gate,)), *self._faces.values())

    def _left(self, _gate: UdpSocket, data: bytes, source: Address) -> None:
        """A datagram reached the gate, from whichever address of this machine its program prefers."""
        face = self._face(source)
        if face is None or not face.send(data, self._server.address):
            self._lost += 1
            return
        self.passed(source, True, data)

    def _arrived(self, client: Address, _face: UdpSocket, data: bytes, source: Address) -> None:
        """A datagram reached a face. A client of a server listens to nobody else."""
        if source != self._server.address or self._gate is None:
            return
        self.passed(client, False, data)
        if not self._gate.send(data, client):
            self._lost += 1

    def _face(self, client: Address) -> UdpSocket | None:
        if client not in self._faces and len(self._faces) < MOST_CLIENTS:
            self._clients[client] = _Client()
            self._faces[client] = UdpSocket(self._address, partial(self._arrived, client))
        return self._faces.get(client)


class _Messages:
    """The tap of a stream to the server. A `model.byte_stream.StreamTap`."""

    def __init__(self, leg: TurnLeg) -> None:
        self._leg = leg

    def opened(self, client: Address, server: Address) -> None:
        """What it says, tells enough."""

    def passed(self, client: Address, server: Address, outward: bool, data: bytes) -> None:
        self._leg.came(client, outward, data)

    def ended(self, client: Address, server: Address, outward: bool) -> None:
        """With it the server lets go of what the client had."""
