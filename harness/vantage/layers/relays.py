"""What control messages tell of the TURN server of a leg: its client, what it relays, to whom (RFC 8656)."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from ...wire import stun
from ...wire.stun import Method, StunClass
from ..window import Direction, Transport
from .flows import Flows, endpoint_name
from .turn_messages import CHANNEL, SEND

MOST_CHANNELS: Final = 65_536
"""Channels of all legs together whose peers are remembered."""

_SERVER_PORTS: Final = (":3478", ":5349")

TELLING: Final = (0x0003, 0x0103, 0x0004, 0x0008, 0x0009)
"""First two bytes of the messages that tell something: Allocate request and success, and the requests of a client."""


@dataclass(slots=True)
class _Relay:
    client: str = ""
    relayed: str = ""
    channels: dict[int, str] = field(default_factory=dict)


class Relays:
    """Learns from control messages, in the order of the capture, and names both ends of what is relayed."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._relays: dict[int, _Relay] = {}
        self._channels = 0

    def learn(self, flow: int, message: bytes) -> str | None:
        """Take one message with TELLING first bytes; what is wrong with it, if something is."""
        try:
            parsed = stun.parse(message[: stun.HEADER + int.from_bytes(message[2:4])])
            return self._learn(flow, parsed)
        except ValueError:
            return "a malformed TURN message"

    def inner_flow(self, flow: int, kind: int, channel: int, peer: str | None) -> int:
        """The flow of what a message on `flow` carries: between the relayed address and the peer."""
        source, destination = self._flows.source_and_destination(flow)
        relay = self._relays.get(flow >> 1, _Relay())
        from_client = kind == SEND or (kind == CHANNEL and self._is_client(source, destination, flow, relay))
        client, server = (source, destination) if from_client else (destination, source)
        relayed = relay.relayed or f"relayed by {server} for {client}"
        peer = peer or relay.channels.get(channel) or f"{server} channel 0x{channel:04x}"
        ends = (relayed, peer) if from_client else (peer, relayed)
        # The client's side of what is relayed is near where the client is.
        direction = Direction.OUTBOUND if flow % 2 == 0 else Direction.INBOUND
        return self._flows.flow(*ends, Transport.UDP, direction, outer=flow >> 1)

    def _learn(self, flow: int, message: stun.StunMessage) -> str | None:
        source, destination = self._flows.source_and_destination(flow)
        relay = self._relays.setdefault(flow >> 1, _Relay())
        if message.klass is StunClass.SUCCESS:
            relay.client, relayed = destination, message.get("XOR-RELAYED-ADDRESS")
            if relayed is not None:
                relay.relayed = _name(relayed, message)
            return None
        relay.client = source
        number, peer = message.get("CHANNEL-NUMBER"), message.get("XOR-PEER-ADDRESS")
        if message.method != Method.CHANNEL_BIND or number is None or peer is None:
            return None
        channel = int.from_bytes(number[:2])
        if channel not in relay.channels:
            if self._channels >= MOST_CHANNELS:
                return "a TURN channel beyond the most that are remembered"
            self._channels += 1
        relay.channels[channel] = _name(peer, message)
        return None

    def _is_client(self, source: str, destination: str, flow: int, relay: _Relay) -> bool:
        if relay.client:
            return relay.client == source
        if source.endswith(_SERVER_PORTS) != destination.endswith(_SERVER_PORTS):
            return destination.endswith(_SERVER_PORTS)
        return flow % 2 == 0


def _name(value: bytes, message: stun.StunMessage) -> str:
    host, port = stun.xor_address(value, message.transaction_id)
    return endpoint_name(ip_address(host).packed, port)
