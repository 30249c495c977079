"""DTLS that belongs to no handshake: a ClientHello of somebody else's, alerts, records, pieces of handshakes.

Before the keys are there nothing in DTLS is authenticated, so a party must take such a datagram for what it is worth:
by its source (only a checked ICE pair may speak, RFC 8445 section 12.2) or by dropping in silence what does not fit
(RFC 6347 section 4.1.2.7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from random import Random
from typing import Final

from ..model.adversary import DtlsNoise
from ..model.base import Party
from ..wire.demux import PacketClass, classify
from ..wire.dtls import ContentType, iter_records
from . import craft
from .machine import CallUp, Command, Deed, Event, Forward, PathDatagram
from .volley import SENT, Volley

NULL_SUITES: Final = (0x0000, 0x0001, 0x0002)
"""TLS_NULL_WITH_NULL_NULL and the two with RSA: nothing that a party could agree to."""

_FAR: Final = 1 << 40
"""Where record sequence numbers begin, so that none is one which the true peer uses."""

_IN_FRONT: Final = 1 << 20
"""Where the numbers of what stands in front begin: behind those of any volley."""

_WARNING, _FATAL = 1, 2
_CLOSE_NOTIFY, _HANDSHAKE_FAILURE = 0, 40
_APPLICATION_DATA: Final = 23
_SERVER_HELLO_DONE: Final = 14


class ClientHellos:
    """A ClientHello that offers suites without encryption only, with another random and sequence number each time."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def see(self, event: Event) -> None:
        """What happens in the call is of no interest."""

    def packet(self, to: Party, number: int) -> bytes | None:
        return craft.client_hello(self._random.randbytes(32), NULL_SUITES, number)


class DtlsJunk:
    """One kind of noise; `before_keys`: to a party only until its peer's first datagram under keys is on its way.

    Between the keys and the moment at which a call counts as up it would hang on time what a party loses by believing
    noise: a call that is being set up, or one that was up.
    """

    def __init__(self, noise: DtlsNoise, seed: str, *, before_keys: bool = False) -> None:
        self._noise = noise
        self._random = Random(seed)
        self._before_keys = before_keys
        self._too_late: set[Party] = set()

    def see(self, event: Event) -> None:
        if self._before_keys and isinstance(event, PathDatagram) and _brings_keys(event.data):
            self._too_late.add(event.sender.peer)

    def packet(self, to: Party, number: int) -> bytes | None:
        if to in self._too_late:
            return None
        sequence = _FAR + number
        match self._noise:
            case DtlsNoise.FATAL_ALERT:
                return craft.dtls_alert(_FATAL, _HANDSHAKE_FAILURE, sequence)
            case DtlsNoise.CLOSE_NOTIFY:
                return craft.dtls_alert(_WARNING, _CLOSE_NOTIFY, sequence)
            case DtlsNoise.RECORDS:
                return craft.dtls_record(_APPLICATION_DATA, 1, sequence, self._random.randbytes(64))
            case DtlsNoise.HANDSHAKE:
                return craft.dtls_handshake(_SERVER_HELLO_DONE, b"", 0, sequence)


def _brings_keys(datagram: bytes) -> bool:
    """Whether its sender uses keys from here on (RFC 5246 section 7.1), or in it (DTLS 1.3, RFC 9147 section 4)."""
    if classify(datagram) is not PacketClass.DTLS:
        return False
    with suppress(ValueError):
        return any(
            record.encrypted or record.content_type is ContentType.CHANGE_CIPHER_SPEC
            for record in iter_records(datagram)
        )
    return False


class NoiseInFront:
    """On the path, while the call is set up: noise stands in front of true datagrams of DTLS, besides the volley.

    A handshake may be over between two packets of a volley; what comes behind it tells nothing of who believes noise.
    """

    reroutes = False

    def __init__(self, volley: Volley, maker: DtlsJunk) -> None:
        self._volley, self._maker = volley, maker
        self.required = volley.required
        self._number = _IN_FRONT
        self._up = False

    def handle(self, event: Event) -> Iterable[Command]:
        self._up = self._up or isinstance(event, CallUp)
        if isinstance(event, PathDatagram) and not self._up and classify(event.data) is PacketClass.DTLS:
            yield from self._in_front(event.sender.peer)
        yield from self._volley.handle(event)

    def _in_front(self, to: Party) -> Iterator[Command]:
        noise = self._maker.packet(to, self._number)
        if noise is not None:
            yield Forward(to, noise)
            yield Deed(SENT)
            self._number += 1
