"""A tap that keeps every packet and is given the private keys of both certificates when the call is over.

With forward secrecy it holds nothing then: the keys sign, and the secret came from other keys that are gone (RFC 8827
section 6.5, RFC 9325 section 6.3). So it really tries: every secret that these keys can give is put to the media.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ..model.base import Party
from ..wire.demux import PacketClass, classify
from .decryption import Captured, key_candidates
from .machine import Command, Deed, Event, Forward, KeyGiven, PathDatagram, Stopped, WriteDown, let_pass
from .srtp_leg import SrtpLeg

RECORDED: Final = "datagrams-recorded"
TRIED: Final = "secrets-tried"

_MOST: Final = 200_000
"""Media packets that are kept: an hour of speech in both directions."""

_MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})


class LaterKeys:
    """Forwards, keeps, and tries when everything is over."""

    required = (RECORDED, *(f"key-given-of-{party}" for party in Party), TRIED)
    reroutes = False

    def __init__(self) -> None:
        self._handshake = Captured()
        self._media: list[tuple[Party, bytes]] = []
        self._keys: list[PrivateKeyTypes] = []

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram):
            return self._keep(event)
        if isinstance(event, KeyGiven):
            self._keys.append(load_pem_private_key(event.pem, None))
            return (Deed(f"key-given-of-{event.party}"),)
        return self._try() if isinstance(event, Stopped) else let_pass(event)

    def _keep(self, event: PathDatagram) -> Iterator[Command]:
        klass = classify(event.data)
        if klass is PacketClass.DTLS:
            self._handshake.add(event.sender, event.data)
        elif klass in _MEDIA and len(self._media) < _MOST:
            self._media.append((event.sender, event.data))
        yield Forward(event.sender.peer, event.data)
        yield Deed(RECORDED)

    def _try(self) -> Iterator[Command]:
        client = self._handshake.client
        if client is None:
            return
        closed = dict(enumerate(self._media))
        for keys in key_candidates(self._handshake, self._keys):
            yield Deed(TRIED)
            # What the client sent is opened as its server does it.
            legs = {party: SrtpLeg(keys, client=party is not client) for party in Party}
            for number, (sender, packet) in enumerate(self._media):
                clear = legs[sender].open(packet)
                if clear is not None:
                    closed.pop(number, None)
                    yield WriteDown(sender, clear)
                    yield Deed(f"packets-opened-from-{sender}")
        # What nothing opens is written down as it came: who holds nothing would have had nothing to try.
        yield from (WriteDown(sender, packet) for sender, packet in closed.values())
