"""A leg in front of a program that does not tell its packets: a forwarder that shows them to the party's tap.

Whatever socket the program opens gets a *face* at the party's own address, and whoever is at the other end gets a
*gate*, a socket of its own towards the program. So the program can tell its peers apart as if nobody stood between:

    program  I  --->  gate of R  ...  face of I, at the party's address  --->  R

What R sends to the face leaves its gate towards I: on both sides a translator of addresses, one to one. The tap is told
the outside addresses. What the program sends to any other address than a gate's, nobody here sees.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final

from ..model.datagram import Address, Tap, address_text
from .loopback import behind
from .udp_socket import UdpSocket

MOST_FACES: Final = 64
"""A program has one socket in a call, and one more with each restart."""

MOST_GATES: Final = 256
"""One peer is one address; the others are strangers, who may come from as many as they like."""

MOST_WAITING: Final = 64
"""Datagrams that wait until the path knows a new face."""


@dataclass
class _Face:
    """What others see of the socket `inside`. `public` is the address that they are told, which has to be asked for.

    `known`: the path has been told of it, so it may be used.
    """

    inside: Address
    socket: UdpSocket
    public: asyncio.Task[Address]
    known: bool = False
    waiting: list[tuple[bytes, Address]] = field(default_factory=list)
    lost: int = 0


class Leg:
    """Everything between one program and the others. Needs a running event loop; `close` it whatever happened.

    `advertise` is asked under which address others reach a face, before anything leaves it. `broken` is told, once, why
    the leg cannot go on. `program` is where the program's sockets are, for one that cannot be told where to bind.
    `within`: sockets that are opened meanwhile are in the network of the program.
    """

    def __init__(
        self,
        address: str,
        tap: Tap,
        advertise: Callable[[Address], Awaitable[Address]],
        broken: Callable[[str], object],
        program: str | None = None,
        within: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        own, gates = behind(address)
        self.program = own if program is None else program
        # Who is at another address of this machine may have no use for loopback, and is met where it is.
        self._gate_host = gates if IPv4Address(self.program).is_loopback else self.program
        self.strangers: Address | None = None
        """Who sent something to a gate without being at the program's address, last."""
        self._address, self._tap, self._within = address, tap, within
        self._advertise, self._broken = advertise, broken
        self._faces: dict[Address, _Face] = {}
        self._of_socket: dict[UdpSocket, _Face] = {}
        self._gates: dict[Address, UdpSocket] = {}
        self._remotes: dict[UdpSocket, Address] = {}
        self._lost = 0

    @property
    def faces(self) -> tuple[Address, ...]:
        """The faces at the party's address, in the order in which they were opened."""
        return tuple(face.socket.address for face in self._faces.values())

    async def public(self, inside: Address) -> Address:
        """The address under which others reach this socket of the program's.

        ValueError for more sockets than any program needs, OSError and RuntimeError when the path takes no more.
        """
        return await asyncio.shield(self._face(inside).public)

    def gate(self, remote: Address) -> Address:
        """Where the program reaches this address. ValueError for more than any call has, OSError when there is none."""
        return self._gate(remote).address

    def drain(self) -> None:
        """Pass on what has arrived by now."""
        for udp in (*self._remotes, *self._of_socket):
            udp.drain()

    async def close(self) -> None:
        """Pass on what has arrived by now, tell the tap what was counted, and let go of every socket."""
        self.drain()
        publics = [face.public for face in self._faces.values()]
        for public in publics:
            public.cancel()
        await asyncio.gather(*publics, return_exceptions=True)
        # What the program sent and nobody read never got to a face: the first one answers for it.
        missing = self._lost + sum(gate.dropped for gate in self._remotes)
        for face in self._faces.values():
            udp = face.socket
            dropped = udp.dropped + face.lost + len(face.waiting) + missing
            self._tap.socket_closed(udp.address, udp.received + udp.sent, dropped)
            missing = 0
        for udp in (*self._remotes, *self._of_socket):
            udp.close()

    # from the program

    def _left(self, gate: UdpSocket, data: bytes, source: Address) -> None:
        """A datagram reached a gate. Only the program is expected there."""
        if source[0] != self.program:
            self.strangers = source
            return
        try:
            face = self._face(source)
        except (OSError, ValueError) as error:
            self._lost += 1
            self._broken(str(error))
            return
        remote = self._remotes[gate]
        if face.known:
            self._send(face, data, remote)
        elif len(face.waiting) < MOST_WAITING:
            face.waiting.append((data, remote))
        else:
            face.lost += 1

    def _send(self, face: _Face, data: bytes, remote: Address) -> None:
        moment = time.time()
        if face.socket.send(data, remote):
            self._tap.seen(True, face.socket.address, remote, data, moment)
        else:
            face.lost += 1

    # to the program

    def _arrived(self, udp: UdpSocket, data: bytes, source: Address) -> None:
        """A datagram reached a face, from whomever."""
        face = self._of_socket[udp]
        self._tap.seen(False, udp.address, source, data)
        try:
            taken = self._gate(source).send(data, face.inside)
        except (OSError, ValueError):
            taken = False
        if not taken:
            face.lost += 1

    # sockets

    def _face(self, inside: Address) -> _Face:
        if inside not in self._faces:
            if len(self._faces) == MOST_FACES:
                raise ValueError(f"it uses more than {MOST_FACES} sockets")
            with self._within():
                udp = UdpSocket(self._address, self._arrived)
            face = _Face(inside, udp, asyncio.create_task(self._made_known(inside, udp)))
            self._faces[inside] = self._of_socket[udp] = face
        return self._faces[inside]

    async def _made_known(self, inside: Address, udp: UdpSocket) -> Address:
        """Let the path know a face, and then let go what waits for that."""
        try:
            public = await self._advertise(udp.address)
        except (OSError, RuntimeError) as error:
            self._broken(f"the path takes no socket at {address_text(udp.address)}: {error}")
            raise
        face = self._faces[inside]
        face.known = True
        for data, remote in face.waiting:
            self._send(face, data, remote)
        face.waiting.clear()
        return public

    def _gate(self, remote: Address) -> UdpSocket:
        if remote not in self._gates:
            if len(self._gates) == MOST_GATES:
                raise ValueError(f"more than {MOST_GATES} addresses sent something in")
            with self._within():
                udp = UdpSocket(self._gate_host, self._left)
            self._gates[remote] = udp
            self._remotes[udp] = remote
        return self._gates[remote]
