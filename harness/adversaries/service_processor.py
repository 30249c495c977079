"""A service that puts a processor onto the path of a call in which it has no business: between the two devices.

It opens what the keys that it has carried will open (RFC 4568 section 1), which of an end-to-end encrypted call is
nothing, and changes nothing. The processor of an ordinary call is no adversary: see `calling/media`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from ..model.base import Party
from ..wire.demux import PacketClass, classify
from ..wire.sdes import SdesKey, parse
from ..wire.sdp import Sdp
from ..wire.srtp_session import SrtpOpener
from .machine import Command, Deed, Deliver, Event, Forward, PathDatagram, Signal, WriteDown, let_pass
from .signalling import DESCRIPTIONS

_MOST: Final = 8
"""Keys of one party that are tried on a packet. Those of a restart come after the first ones, and last longer."""

_MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})


class ServiceProcessor:
    """Reads keys, opens packets with them if it can, writes down what it has of each, and lets everything pass."""

    required = tuple(f"packets-processed-from-{party}" for party in Party)
    reroutes = False

    def __init__(self) -> None:
        self._known: set[tuple[Party, bytes]] = set()
        self._openers: dict[Party, deque[SrtpOpener]] = {party: deque(maxlen=_MOST) for party in Party}

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal) and event.message.kind in DESCRIPTIONS:
            return self._carry(event)
        if isinstance(event, PathDatagram) and classify(event.data) in _MEDIA:
            return self._process(event)
        return let_pass(event)

    def _carry(self, event: Signal) -> Iterator[Command]:
        sender = event.message.sender
        for key in _keys(event.message.body):
            if (sender, key.key_and_salt) not in self._known:
                self._known.add((sender, key.key_and_salt))
                self._openers[sender].appendleft(SrtpOpener(key.key_and_salt, key.profile))
                yield Deed(f"keys-read-from-{sender}")
        yield Deliver(event.message)

    def _process(self, event: PathDatagram) -> Iterator[Command]:
        yield Forward(event.sender.peer, event.data)
        opened = (one.open(event.data) for one in self._openers[event.sender])
        clear = next((one for one in opened if one is not None), None)
        yield WriteDown(event.sender, event.data if clear is None else clear)
        yield Deed(f"packets-processed-from-{event.sender}")
        yield Deed(f"packets-{'not-' if clear is None else ''}opened-from-{event.sender}")


def _keys(body: str) -> Iterator[SdesKey]:
    """Every key of a description. What cannot be read is passed over: it is not for the service to refuse it."""
    with suppress(ValueError):
        for _, value in Sdp.parse(body).cryptos():
            with suppress(ValueError):
                yield from parse(value).keys
