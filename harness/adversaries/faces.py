"""The sockets that stand for the parties while a relay is on the path.

For each real socket of a party the relay opens one *face*, and the other party is told the face's address instead, as
behind an address translator:

    alice A  --->  face of bob, on relay-alice  ...  face of alice, on relay-bob  --->  B bob

What A sends to bob's face leaves alice's face towards B, so that each side sees one steady address of the other. A
face is bound to the relay's address on the leg where it is used: alice talks to `relay-alice` only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model.base import Party
from ..model.datagram import Address
from ..network.udp_socket import UdpSocket

_MOST: Final = 64

Way = Callable[[bytes], object]
"""How to reach a party so that it seems to be the peer who sends: out of one of the peer's faces, or as its TURN server
would. Answers False when the kernel did not take it."""

Passing = Callable[[Party, bytes, Address, Way, Way], None]
"""(sender, data, source, on, back): a datagram of this party is on its way to the other one."""


@dataclass(frozen=True)
class LegCounters:
    """Datagrams between the relay and one party, as the relay's sockets counted them.

    `dropped`: arrived, but the kernel's buffer was full. `unsent`: the kernel would not take them.
    """

    received: int
    sent: int
    dropped: int
    unsent: int


@dataclass(frozen=True)
class _Face:
    """A socket that stands for `real`, one of `party`'s. `ways`: by the address of who sends there, whose that is, the
    way on, and the way back."""

    party: Party
    real: Address
    socket: UdpSocket
    ways: dict[Address, tuple[Party, Way, Way]] = field(default_factory=dict)


class Faces:
    """Opens faces, and tells `passes` of each datagram that the other party sends to one. `hosts`: where a party's
    faces are bound. `broke` is told why, when that fails."""

    def __init__(self, hosts: Mapping[Party, str], passes: Passing, broke: Callable[[str], None]) -> None:
        self.strangers = 0
        self._hosts = hosts
        self._passes = passes
        self._broke = broke
        self._faces: dict[Address, _Face] = {}
        self._by_socket: dict[UdpSocket, _Face] = {}

    def of(self, real: Address) -> Address | None:
        """The face that stands for a real socket, if there is one."""
        face = self._faces.get(real)
        return None if face is None else face.socket.address

    def open(self, party: Party, real: Address) -> Address:
        """A new face. Raises OSError; RuntimeError when a party opens sockets without end."""
        if len(self._faces) >= _MOST:
            raise RuntimeError(f"the relay opens no more faces: {len(self._faces)} are open")
        face = _Face(party, real, UdpSocket(self._hosts[party], self._arrived))
        self._faces[real] = self._by_socket[face.socket] = face
        return face.socket.address

    @property
    def sockets(self) -> list[UdpSocket]:
        return list(self._by_socket)

    def counters(self, party: Party) -> LegCounters:
        """A party's leg is made of the faces that it talks to: those of its peer."""
        sockets = [face.socket for face in self._faces.values() if face.party is party.peer]
        return LegCounters(
            received=sum(udp.received for udp in sockets),
            sent=sum(udp.sent for udp in sockets),
            dropped=sum(udp.dropped for udp in sockets),
            unsent=sum(udp.unsent for udp in sockets),
        )

    def _arrived(self, udp: UdpSocket, data: bytes, source: Address) -> None:
        """Only the other party's real sockets are expected to send to a face."""
        try:
            face = self._by_socket[udp]
            way = face.ways.get(source) or self._way(face, source)
            if way is None:
                self.strangers += 1
            else:
                sender, on, back = way
                self._passes(sender, data, source, on, back)
        except Exception as error:  # noqa: BLE001 - the event loop would log it, and the relay seem to be well
            self._broke(f"a datagram: {type(error).__name__}: {error}")

    def _way(self, face: _Face, source: Address) -> tuple[Party, Way, Way] | None:
        """None for whoever is not the other party."""
        from_face = self._faces.get(source)
        if from_face is None or from_face.party is face.party:
            return None
        on, back = from_face.socket.towards(face.real), face.socket.towards(from_face.real)
        face.ways[source] = from_face.party, on, back
        return face.ways[source]
