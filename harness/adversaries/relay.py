"""The only socket shell of this room: tells a machine what happens, carries out what it commands."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final

from ..model.adversary import Position
from ..model.base import Party
from ..model.datagram import Address
from ..model.recording import SignalMessage
from ..network.udp_socket import UdpSocket
from .bystander import FORWARDED, Bystander
from .faces import Faces, LegCounters, Way
from .grinder import ground
from .machine import (
    CallUp,
    Command,
    Deed,
    Deliver,
    EarlierDatagram,
    EarlierKeys,
    EarlierSignal,
    Event,
    FaceOpened,
    Forward,
    Grind,
    Ground,
    KeyGiven,
    Learned,
    Machine,
    OwnSocketOpened,
    PathDatagram,
    SendOffPath,
    SendSignal,
    Signal,
    StartTimer,
    Stopped,
    StrangerDatagram,
    TimerFired,
    WriteDown,
)

FORGED: Final = "sources-forged"
"""The deed of sending, from beside the path, what says that it comes from the peer."""

Forge = Callable[[Address, Address, bytes], bool]
"""(source, destination, data): send a datagram with this source, whoever has it; whether the kernel took it."""


@dataclass
class _Reply:
    """What a machine wants of the signalling: to let a message go on, or to search something first."""

    delivered: SignalMessage | None = None
    grind: Grind | None = None

    def deliver(self, message: SignalMessage, event: Event) -> None:
        if not isinstance(event, Signal | Ground) or self.delivered is not None or self.grind is not None:
            raise PermissionError("a message is delivered once, in answer to a Signal or to what it was held for")
        self.delivered = message

    def hold(self, grind: Grind, event: Event) -> None:
        if not isinstance(event, Signal) or self.delivered is not None or self.grind is not None:
            raise PermissionError("a message is held once, in answer to a Signal")
        self.grind = grind


_NO_REPLY: Final = _Reply()
"""What a machine wants of the signalling when there was no message: nothing, and it refuses anything else."""


class Relay:
    """Runs one machine during one call.

    `addresses` names the hosts to bind: "relay-alice", "relay-bob", "attacker". `allowed` says whether a host belongs
    to this run; nothing is ever sent to another, the attempt is kept in `refused`. `write_down` is given the loot:
    whose media, the bytes, when (seconds since the epoch). `bring` takes a forged message to a party. `attacker`:
    sockets that are opened meanwhile are in the attacker's network. `forge`, where the network lets one lie about the
    source: what is sent off the path then says that it comes from the peer.

    What the kernel does not take was not done: no deed that the machine tells behind it, in answer to the same event,
    counts.

    A machine or a command that fails ends the adversary, not the harness: `fault` says why, and from then on nothing
    is forwarded or delivered.
    """

    def __init__(
        self,
        machine: Machine,
        positions: tuple[Position, ...],
        addresses: Mapping[str, str],
        allowed: Callable[[str], bool],
        write_down: Callable[[Party, bytes, float], None],
        bring: Callable[[Party, SignalMessage], None],
        attacker: Callable[[], AbstractContextManager[None]] = nullcontext,
        forge: Forge | None = None,
    ) -> None:
        self.machine = machine
        self.deeds: Counter[str] = Counter()
        self.refused: list[Address] = []
        self.fault: str | None = None
        self._positions = frozenset(positions)
        self._on_path = Position.PATH in self._positions
        self._unasked = self._on_path and type(machine) is Bystander
        self._addresses = dict(addresses)
        self._allowed = allowed
        self._checked: set[str] = set()
        self._write_down = write_down
        self._bring = bring
        self._attacker, self._forge = attacker, forge
        self._own: UdpSocket | None = None
        hosts = {party: self._addresses.get(f"relay-{party.peer}", "") for party in Party}
        self._faces = Faces(hosts, self.passes, self._broke)
        self._routes: dict[Party, Way] = {}
        self._known: dict[Party, list[Address]] = {party: [] for party in Party}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._closed = False
        self._taken = True

    # what the call tells the adversary

    async def open(self) -> None:
        """Open the adversary's own socket. Raises OSError, or PermissionError for an address outside the run."""
        self._check((self._addresses["attacker"], 0))
        with self._attacker():
            self._own = UdpSocket(self._addresses["attacker"], self._stranger)
        self._tell(OwnSocketOpened(self._own.address, time.time()))

    async def advertise(self, party: Party, real: Address) -> Address:
        """The address that the other party shall be told for a real socket: its face's when the relay is on the path.

        A machine that reroutes gets its face too, but has to bring the parties there by itself. Raises PermissionError
        for an address outside the run, RuntimeError when a party opens sockets without end or the call is over.
        """
        if not self._on_path:
            return real
        face = self._faces.of(real) or self._open_face(party, real)
        return real if self.machine.reroutes else face

    def learned(self, party: Party, address: Address) -> None:
        """The adversary gets to know where a party receives."""
        self._check(address)
        if address not in self._known[party]:
            self._known[party].append(address)
            self._tell(Learned(party, address, time.time()))

    async def signal(self, message: SignalMessage, to: Party | None = None) -> SignalMessage | None:
        """What becomes of a message on its way to the other party, or of the service's answer `to` its sender; None
        when it does not arrive. It may be held while a search goes on.
        """
        if Position.SIGNALLING not in self._positions:
            return message
        reply = self._tell(Signal(message, time.time(), to), _Reply())
        if reply.grind is not None:
            reply = await self._ground(reply.grind)
        return reply.delivered

    def signal_at_once(self, message: SignalMessage) -> SignalMessage | None:
        """The same for a service that cannot hold a message back."""
        reply = self._tell(Signal(message, time.time(), None), _Reply())
        if reply.grind is not None:
            self._broke("Grind: this service cannot hold a message back while certificates are tried")
        return reply.delivered

    async def _ground(self, grind: Grind) -> _Reply:
        try:
            tries = await ground(grind.task)
        except Exception as error:  # noqa: BLE001 - as with the machine: named, and nothing passes
            self._broke(f"Grind: {type(error).__name__}: {error}")
            return _Reply()
        return self._tell(Ground(grind.message, tries, time.time()), _Reply())

    def earlier(self, call: int, messages: Iterable[SignalMessage]) -> None:
        """What a service that remembers still has of an earlier call."""
        if Position.SIGNALLING in self._positions:
            for message in messages:
                self._tell(EarlierSignal(call, message, time.time()))

    def earlier_traffic(self, call: int, datagrams: Iterable[tuple[Party, bytes]]) -> None:
        """What somebody who was on the path then has kept of an earlier call: who sent it, and the bytes."""
        if self._on_path:
            for sender, data in datagrams:
                self._tell(EarlierDatagram(call, sender, data, time.time()))

    def earlier_keys(self, call: int, party: Party, lines: Iterable[str]) -> None:
        """What a thief found on a party's device: the secrets of its DTLS sessions in an earlier call."""
        self._tell(EarlierKeys(call, party, tuple(lines), time.time()))

    def key_given(self, party: Party, pem: bytes) -> None:
        """The private key of a party's certificate, when the call is over."""
        self._tell(KeyGiven(party, pem, time.time()))

    def call_up(self) -> None:
        """Both parties are connected."""
        self._tell(CallUp(time.time()))

    async def close(self) -> None:
        """End timers and sockets. What had reached the sockets by now still counts."""
        if self._closed:
            return
        dead = sum(not udp.usable for udp in self._sockets())
        if dead:
            self._broke(f"{dead} of its {len(self._sockets())} sockets were closed while the call went on")
        for udp in self._sockets():
            udp.drain()
        self._tell(Stopped(time.time()))
        self._closed = True
        self._stop_timers()
        for udp in self._sockets():
            udp.close()

    @property
    def counters(self) -> dict[Party, LegCounters]:
        """What passed on each party's leg; readable during the call and after it."""
        return {party: self._faces.counters(party) for party in Party}

    @property
    def strangers(self) -> int:
        """Datagrams that came to a face from anybody but the other party."""
        return self._faces.strangers

    def _open_face(self, party: Party, real: Address) -> Address:
        if self._closed:
            raise RuntimeError("the relay opens no more faces: the call is over")
        self._check(real)
        self._check((self._addresses[f"relay-{party.peer}"], 0))
        face = self._faces.open(party, real)
        self._tell(FaceOpened(party, real, face, time.time()))
        return face

    def passes(self, sender: Party, data: bytes, source: Address, on: Way, back: Way) -> None:
        """A datagram is on its way to the other party: what the machine sends now goes `on` with it, or `back`."""
        if self._unasked:
            self._pass_on(data, on)
            return
        self._routes[sender.peer], self._routes[sender] = on, back
        self._tell(PathDatagram(sender, data, time.time(), source))

    def _pass_on(self, data: bytes, on: Way) -> None:
        """What a bystander would command; to ask one about each datagram takes as long as to pass it on."""
        if self.fault is None and not self._closed:
            self.deeds[FORWARDED] += on(data) is not False

    def _stranger(self, _udp: UdpSocket, data: bytes, source: Address) -> None:
        self._tell(StrangerDatagram(source, data, time.time()))

    def _sockets(self) -> list[UdpSocket]:
        own = [] if self._own is None else [self._own]
        return own + self._faces.sockets

    # the machine

    def _tell(self, event: Event, reply: _Reply = _NO_REPLY) -> _Reply:
        """One event, and all that the machine wants done about it. Returns what it wants of the signalling: what this
        event leaves it to want."""
        if self.fault is not None or self._closed:
            return reply
        self._taken = True
        try:
            for command in self.machine.handle(event):
                if isinstance(command, Forward):  # nearly all, and as many as there are datagrams
                    self._forward(command.to, command.data)
                else:
                    self._do(command, event, reply)
        except Exception as error:  # noqa: BLE001 - whatever it is, the recording must name it, and nothing may pass
            self._broke(f"{type(event).__name__}: {type(error).__name__}: {error}")
            return _Reply()
        return reply

    def _broke(self, why: str) -> None:
        """The first fault is the cause."""
        if self.fault is None:
            self.fault = f"the relay broke: {type(self.machine).__name__} at {why}"

    def _do(self, command: Command, event: Event, reply: _Reply) -> None:
        match command:
            case Deed(name, count):
                self.deeds[name] += count * self._taken
            case WriteDown(sender, data):
                self._write_down(sender, data, event.time)
            case SendOffPath(to, data, at):
                self._send_off_path(to, data, at)
            case SendSignal(to, message):
                self._send_signal(to, message)
            case StartTimer(token, seconds):
                self._start_timer(token, seconds)
            case Deliver(message):
                reply.deliver(message, event)
            case Grind():
                reply.hold(command, event)

    def _forward(self, to: Party, data: bytes) -> None:
        if not self._on_path:
            raise PermissionError("not on the path")
        route = self._routes.get(to)
        if route is None:
            raise LookupError(f"no datagram has shown yet how to reach {to}")
        self._taken &= route(data) is not False

    def _send_off_path(self, to: Party, data: bytes, at: Address | None) -> None:
        """To every address known of the party, unless to one of them: off the path nobody knows which is in use."""
        if Position.OFF_PATH not in self._positions:
            raise PermissionError("the position is not off-path")
        if self._own is None or not self._known[to] or (at is not None and at not in self._known[to]):
            raise LookupError(f"no address of {to} is known, or not this one")
        taken = False
        for address in self._known[to] if at is None else (at,):
            if self._forge is not None and self._known[to.peer]:
                forged = self._forge(self._known[to.peer][-1], address, data)
                self.deeds[FORGED] += forged
                taken |= forged
            else:
                taken |= self._own.send(data, address)
        self._taken &= taken

    def _send_signal(self, to: Party, message: SignalMessage) -> None:
        if Position.SIGNALLING not in self._positions:
            raise PermissionError("the signalling is not in this adversary's hands")
        self._bring(to, message)

    def _start_timer(self, token: str, seconds: float) -> None:
        running = self._timers.pop(token, None)
        if running is not None:
            running.cancel()
        self._timers[token] = asyncio.get_running_loop().call_later(seconds, self._fire, token)

    def _fire(self, token: str) -> None:
        del self._timers[token]
        self._tell(TimerFired(token, time.time()))

    def _stop_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _check(self, address: Address) -> None:
        """Refuse an address outside the run's network. Every address is checked before anything can be sent to it."""
        host = address[0]
        if host in self._checked:
            return
        if not self._allowed(host):
            self.refused.append(address)
            raise PermissionError(f"{host} is not in this run's network")
        self._checked.add(host)
