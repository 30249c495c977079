"""The service's media processor of one call: a socket for each leg, a clock, what is kept. The rest is `session`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Final

from ...model.datagram import Address
from ...model.feature import Feature
from ...wire.demux import PacketClass, classify
from .captions import Line
from .features import Bring, Features
from .keeping import Keeping
from .session import Send, Session, Watcher

FRAME_SECONDS: Final = 0.02
_FAR_BEHIND: Final = 0.2
"""Seconds after which a clock that could not keep up begins anew instead of sending a burst."""


class MediaProcessor:
    """Receives on addresses of `host`. What is kept lies below `folder`; `told` is given each caption.

    `fault` says what went wrong in it that is none of the call's making: then nothing passes any more.
    """

    def __init__(
        self,
        host: str,
        folder: Path,
        watcher: Watcher | None = None,
        told: Callable[[Line], None] | None = None,
    ) -> None:
        self.session = Session(watcher)
        self.fault: str | None = None
        self._host = host
        self._sockets: dict[str, asyncio.DatagramTransport] = {}
        self._kept = Keeping(folder, time.monotonic, told)
        self._features = Features(self.session, self._keep)
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    async def open(self, name: str, advertise: Callable[[Address], Awaitable[Address]] | None = None) -> None:
        """A leg with a socket of its own. `advertise` gives the address that its device is told in place of the real
        one. OSError when there is no socket; ValueError for a leg too many."""
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Socket(self, name), local_addr=(self._host, 0)
        )
        try:
            real: Address = transport.get_extra_info("sockname")[:2]
            self.session.open(name, real if advertise is None else await advertise(real))
        except BaseException:
            transport.close()
            raise
        self._sockets[name] = transport

    def close_leg(self, name: str) -> None:
        """The device has left."""
        self.session.close(name)
        self._after()

    # the call

    def connect(self, caller: str, callee: str) -> None:
        """These two talk to each other from now on."""
        self.session.talk((caller, callee))
        self._after()

    def voicemail(self, caller: str, offer: str) -> str:
        """Answer the caller's offer in the callee's place, and keep what is said after the tone. ValueError."""
        answer = self.session.own_answer(offer, caller)
        self.session.talk((caller,))
        self.session.beep(caller)
        self._keep(Feature.VOICEMAIL, True)
        self._after()
        return answer

    def comply(self) -> None:
        """Record all of the call, from now to its end. OSError when the files cannot be made."""
        self._kept.comply()
        self.session.listeners = list(self._kept.listeners)

    def asked(self, feature: Feature, on: bool, by: str, argument: str | None = None) -> Bring | None:
        """A party asks for a feature. For an answer, `bring` and then `joined` must follow. FeatureRefused, OSError."""
        bring = self._features.asked(feature, on, by, argument)
        self._after()
        return bring

    async def bring(self, bring: Bring) -> str:
        """A leg for the further device, and the offer that it must be given. OSError, ValueError."""
        await self.open(bring.device)
        return self.session.own_offer(bring.device, bring.like)

    def joined(self, device: str, answer: str) -> None:
        """The further device's answer: the feature goes on. ValueError when it is of no use: nothing has changed."""
        try:
            self.session.taken_answer(answer, device)
        except ValueError:
            self.failed(device)
            raise
        self._features.joined(device)
        self._after()

    def failed(self, device: str) -> None:
        """The further device did not answer."""
        self._features.failed(device)
        self._after()

    async def close(self) -> None:
        """The call is over: sockets and files are closed."""
        if self._timer is not None:
            self._timer.cancel()
        for transport in self._sockets.values():
            transport.close()
        self._kept.close()
        self.session.listeners = []
        await asyncio.sleep(0)  # a transport lets go of its socket in the next turn of the loop

    # inner steps

    def _keep(self, feature: Feature, on: bool) -> None:
        self._kept.turn(feature, on)
        self.session.listeners = list(self._kept.listeners)

    def _after(self) -> None:
        """Let go of the sockets of legs that have ended, and of the clock when the service has nothing to say."""
        for name in [name for name in self._sockets if name not in self.session.legs]:
            self._sockets.pop(name).close()
        self._wind()

    def _wind(self) -> None:
        """The clock runs while it is needed."""
        if self.session.speaks and self._timer is None:
            self._due = asyncio.get_running_loop().time()
            self._tick()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        if not self.session.speaks or self.fault is not None:
            return
        self._send(self.session.tick)
        now = loop.time()
        self._due = now if now - self._due > _FAR_BEHIND else self._due + FRAME_SECONDS
        self._timer = loop.call_at(self._due, self._tick)

    def arrived(self, name: str, data: bytes, source: Address) -> None:
        """A datagram at the socket of a leg."""
        self._send(lambda: self.session.datagram(name, data, source))
        if classify(data) is PacketClass.DTLS:
            self._wind()

    def _send(self, made: Callable[[], Iterable[Send]]) -> None:
        if self.fault is not None:
            return
        try:
            for leg, data, to in made():
                transport = self._sockets.get(leg)
                if transport is not None:
                    transport.sendto(data, to)
            self.fault = self._kept.fault
        except Exception as error:  # noqa: BLE001 - the event loop would log it, and the processor seem to be well
            self.fault = f"the media processor broke: {type(error).__name__}: {error}"


class _Socket(asyncio.DatagramProtocol):
    """Gives what arrives to the processor. An ICMP error tells of a device that is gone; ICE notices by itself."""

    def __init__(self, processor: MediaProcessor, name: str) -> None:
        self._processor, self._name = processor, name

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._processor.arrived(self._name, data, addr[:2])
