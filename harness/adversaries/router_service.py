"""An adversary that is the router between the two devices, or copies what passes it.

In the router's place it takes every packet from the interface where it arrives, and the kernel forwards none: what the
machine does not send on does not arrive. The addresses in the descriptions are the devices' own, and so are those of
what it sends. As a mere tap it is shown what the kernel forwards, and can change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from ..model.base import Party
from ..model.datagram import Address
from ..network.packet_port import PacketPort, RawSender
from ..wire import udp
from .relay import Relay

_MOST_ID: Final = 0xFFFF


class RouterService:
    """`interfaces`: the router's end of each party's line; `hosts`: the address of each device.

    Create it inside the router's namespace and a running event loop; OSError when it may not. `unread` counts packets
    that are no whole UDP datagram of a device to the other one: they go nowhere.
    """

    def __init__(
        self, relay: Relay, interfaces: Mapping[Party, str], hosts: Mapping[Party, str], *, passive: bool
    ) -> None:
        self.unread = self.unsent = 0
        self._relay, self._hosts, self._passive = relay, dict(hosts), passive
        self._sent = 0
        self._sender = RawSender()
        self._ports = [PacketPort(name, partial(self._arrived, party)) for party, name in interfaces.items()]

    @property
    def fault(self) -> str | None:
        """What it lost, which no network did."""
        dropped = sum(port.dropped for port in self._ports)
        return f"the router lost {dropped} packets before anybody could read them" if dropped else None

    def close(self) -> None:
        """Take what has arrived, and stop. May be called again."""
        for port in self._ports:
            port.close()
        self._sender.close()

    def _arrived(self, party: Party, packet: bytes) -> None:
        try:
            where = udp.locate(packet)
        except ValueError:
            self.unread += 1
            return
        if (where.source[0], where.destination[0]) != (self._hosts[party], self._hosts[party.peer]):
            self.unread += 1
            return
        data = packet[where.start : where.start + where.length]
        on = partial(self._put, where.source, where.destination)
        back = partial(self._put, where.destination, where.source)
        self._relay.passes(party, data, where.source, on, back)

    def _put(self, source: Address, destination: Address, data: bytes) -> bool:
        if self._passive:
            return True  # the kernel has forwarded it
        self._sent += 1
        if not self._sender.send(udp.pack(source, destination, data, self._sent & _MOST_ID)):
            self.unsent += 1
            return False
        return True
