"""ICE on one address, through a socket that is watched: one of its own, or an allocation at a TURN server."""

from __future__ import annotations

import logging
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any, Final

from aioice import Candidate, Connection, TransportPolicy
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol
from aioice.stun import Class, Message, parse_message
from aiortc import RTCIceGatherer, RTCIceTransport

from ...model.datagram import Address, Tap
from ...model.turn import TurnServer
from .. import sockets
from . import turn
from .watcher import described

_STUN: Final = b"\1"
"""The first byte of an answer (RFC 8489 section 5)."""

_LOG: Final = logging.getLogger(__name__)


class _Stun(StunProtocol):
    """aioice's protocol. A datagram that it chokes on is dropped, as the event loop would do with more noise."""

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        try:
            if isinstance(self.receiver, _LoopbackIce) and self.receiver.credulous:
                self.receiver.credulous = not self._believed(data)
            super().datagram_received(data, addr)
        except Exception as error:  # noqa: BLE001 - a stranger's bytes, and any of them may be what it chokes on
            _LOG.debug("aioice dropped a datagram from %s: %s", addr, described(error))

    def _believed(self, data: bytes | str) -> bool:
        """Whether this is a conflict of roles to a check that waits, which then wants no proof of its answer."""
        message = parse_message(data) if isinstance(data, bytes) and data[:1] == _STUN else None
        waiting = None if message is None else self.transactions.get(message.transaction_id)
        if waiting is None or message is None or message.message_class != Class.ERROR or message.error_code != 487:
            return False
        waiting._Transaction__integrity_key = None  # type: ignore[attr-defined]
        return True


class _LoopbackIce(Connection):
    """An ICE agent with one candidate: of the host, on the address it is given; or relayed, where a server is named,
    and then no other way is taken (RFC 8828 section 5.2, mode 4). It contacts addresses of the call's network only.
    """

    credulous = False
    """What a specimen needs: the first conflict of roles is believed, whoever says it."""

    def __init__(self, address: str, tap: Tap, server: TurnServer | None = None) -> None:
        policy = TransportPolicy.ALL if server is None else TransportPolicy.RELAY
        super().__init__(ice_controlling=False, use_ipv6=False, transport_policy=policy)
        self._address = address
        self._tap = tap
        self._server = server

    async def gather_candidates(self) -> None:
        if self._local_candidates_start:
            return
        self._local_candidates_start = True
        protocol = _Stun(self)
        if self._server is None:
            sock = sockets.bind(self._address)
            protocol.local_candidate = _candidate("host", sock.getsockname())
            await sockets.attach(sock, protocol, self._tap)
        else:
            relayed = await turn.allocate(self._address, self._server, protocol, self._tap)
            protocol.local_candidate = _candidate("relay", relayed)
        self._protocols.append(protocol)
        self._local_candidates.append(protocol.local_candidate)
        self._local_candidates_end = True

    async def add_remote_candidate(self, remote_candidate: Candidate | None) -> None:
        # A peer's description may name any host, or ask for a multicast DNS look-up.
        if remote_candidate is None or _is_near(self._address, remote_candidate.host):
            await super().add_remote_candidate(remote_candidate)


def _candidate(kind: str, address: Address) -> Candidate:
    """The address behind a relay is named to nobody (RFC 9429 section 3.5.3, in the format of RFC 8839 section 5.1)."""
    related = ("0.0.0.0", 9) if kind == "relay" else (None, None)  # noqa: S104 - a word of SDP, and no address
    return Candidate(
        foundation=candidate_foundation(kind, "udp", address[0]),
        component=1,
        transport="udp",
        priority=candidate_priority(1, kind),
        host=address[0],
        port=address[1],
        type=kind,
        related_address=related[0],
        related_port=related[1],
    )


def without_proof(ice: RTCIceTransport) -> None:
    """What a specimen needs: once the call is up, every check passes for one that its sender had the password for."""
    agent: Any = ice.iceGatherer._connection
    received = agent.request_received

    def believing(message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        if ice.state == "completed":
            message.check_message_integrity = lambda key: True  # type: ignore[method-assign]
        received(message, addr, protocol)

    agent.request_received = believing


def believing_conflicts(ice: RTCIceTransport) -> None:
    """What a specimen needs: the first conflict of roles passes for one that its sender had the password for."""
    agent: Any = ice.iceGatherer._connection
    agent.credulous = True


def _is_near(own: str, host: str) -> bool:
    """Whether this is in the network of a call: the loopback interface, or the /24 of its namespaces."""
    try:
        near = "127.0.0.0/8" if IPv4Address(own).is_loopback else f"{own}/24"
        return IPv4Address(host) in IPv4Network(near, strict=False)
    except AddressValueError:
        return False


class LoopbackGatherer(RTCIceGatherer):
    """aiortc's gatherer over such an agent. It asks no STUN server, and of TURN servers the one that it is given."""

    def __init__(self, address: str, tap: Tap, server: TurnServer | None = None) -> None:
        super().__init__(iceServers=[])
        self._connection = _LoopbackIce(address, tap, server)
