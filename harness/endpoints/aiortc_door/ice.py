"""ICE on one address, through a socket that is watched."""

from __future__ import annotations

import logging
from ipaddress import AddressValueError, IPv4Address
from typing import Any, Final

from aioice import Candidate, Connection
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol
from aiortc import RTCIceGatherer

from ...model.datagram import Tap
from .. import sockets
from .watcher import described

_LOG: Final = logging.getLogger(__name__)


class _Stun(StunProtocol):
    """aioice's protocol. A datagram that it chokes on is dropped, as the event loop would do with more noise."""

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        try:
            super().datagram_received(data, addr)
        except Exception as error:  # noqa: BLE001 - a stranger's bytes, and any of them may be what it chokes on
            _LOG.debug("aioice dropped a datagram from %s: %s", addr, described(error))


class _LoopbackIce(Connection):
    """An ICE agent with one host candidate, on the address it is given. It contacts loopback addresses only."""

    def __init__(self, address: str, tap: Tap) -> None:
        super().__init__(ice_controlling=False, use_ipv6=False)
        self._address = address
        self._tap = tap

    async def gather_candidates(self) -> None:
        if self._local_candidates_start:
            return
        self._local_candidates_start = True
        sock = sockets.bind(self._address)
        host, port = sock.getsockname()
        protocol = _Stun(self)
        protocol.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", host),
            component=1,
            transport="udp",
            priority=candidate_priority(1, "host"),
            host=host,
            port=port,
            type="host",
        )
        await sockets.attach(sock, protocol, self._tap)
        self._protocols.append(protocol)
        self._local_candidates.append(protocol.local_candidate)
        self._local_candidates_end = True

    async def add_remote_candidate(self, remote_candidate: Candidate | None) -> None:
        # A peer's description may name any host, or ask for a multicast DNS look-up.
        if remote_candidate is None or _is_loopback(remote_candidate.host):
            await super().add_remote_candidate(remote_candidate)


def _is_loopback(host: str) -> bool:
    try:
        return IPv4Address(host).is_loopback
    except AddressValueError:
        return False


class LoopbackGatherer(RTCIceGatherer):
    """aiortc's gatherer over such an agent. It asks no STUN or TURN server."""

    def __init__(self, address: str, tap: Tap) -> None:
        super().__init__(iceServers=[])
        self._connection = _LoopbackIce(address, tap)
