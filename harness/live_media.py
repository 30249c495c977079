"""The calling service's media processor in one recorded call: its sockets, what it had in its hands, what it kept, and
the devices that it brought in."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from .calling.media.features import Bring, FeatureRefused
from .calling.media.processor import MediaProcessor
from .evidence.recording_folder import KEPT, PROCESSED, RecordingFolder
from .live_guest import LiveGuest
from .model.base import Party
from .model.datagram import Address
from .model.feature import FeatureRequest
from .model.keying import Keying
from .model.recording import SignalKind, SignalMessage
from .vantage.loot import LootFile

MOST_GUESTS: Final = 4

SETTLED_PACKETS: Final = 30
"""Of sound, 20 ms each: twice what a marker needs to be heard."""

GUEST_SECONDS: Final = 15.0
"""Until a device that was brought in must be connected."""

_NAME: Final = re.compile(r"[a-z]{1,32}")
TEXT: Final = "What the service's media processor had in clear: plaintext, not packets of a network."


class LiveMedia:
    """`host` is where the service receives; `guest` makes a further device of a name; `keyings` say how the parties'
    clients get their keys. `keylog` is told the keys that are agreed on a path. Create it inside a running event loop,
    `open` it before the call."""

    def __init__(
        self,
        host: str,
        folder: RecordingFolder,
        guest: Callable[[str], LiveGuest],
        keyings: Mapping[Party, Keying],
        keylog: Callable[[str, str], None],
    ) -> None:
        self._keyings, self._keylog = keyings, keylog
        self._file = LootFile(folder.path(PROCESSED), TEXT)
        self.processor = MediaProcessor(host, folder.path(KEPT), watcher=self)
        self.guests: list[LiveGuest] = []
        self._guest = guest
        self._bringing: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._broken: str | None = None

    @property
    def fault(self) -> str | None:
        """What went wrong in the service's processor, or at a tap of its, that is none of the call's making."""
        taps = [f"the tap of {one.name} broke: {one.tap.fault}" for one in self.guests if one.tap.fault]
        return self.processor.fault or self._broken or next(iter(taps), None)

    async def open(self, advertise: Callable[[Address], Awaitable[Address]] | None) -> None:
        """A leg for each party; `advertise` gives the address that Alice is told of hers. OSError without a socket."""
        await self.processor.open(Party.ALICE.value, advertise)
        await self.processor.open(Party.BOB.value)
        for party, keying in self._keyings.items():
            self.processor.session.keyed(party.value, keying)

    def opened(self, name: str, clear: bytes) -> None:
        """The processor has a packet in clear."""
        self._file.of_device(name, clear, time.time())
        self._news.set()

    async def settled(self) -> None:
        """Wait until whoever is to come has come, and all who talk have heard each other for a while as things are."""
        while self._bringing or not self.processor.session.flowed(SETTLED_PACKETS):
            self._news.clear()
            await self._news.wait()

    def agreed(self, name: str, line: str) -> None:
        """It has agreed on keys with a device."""
        self._keylog(name, line)

    def passed(self, message: SignalMessage) -> SignalMessage | None:
        """What the service passes on of an offer or an answer; None for one that it can do nothing with."""
        sender, receiver = message.sender.value, message.sender.peer.value
        session = self.processor.session
        passes = session.passed_offer if message.kind is SignalKind.OFFER else session.passed_answer
        try:
            body = passes(message.body, sender, receiver)
        except (ValueError, KeyError):
            return None
        if message.kind is SignalKind.ANSWER and not session.talking:
            self.processor.connect(receiver, sender)
        return message.model_copy(update={"body": body})

    def granted(self, request: FeatureRequest, by: Party) -> str | None:
        """Do what a party asks for, or say why it cannot be done."""
        argument = request.argument or None
        if argument is not None and not _NAME.fullmatch(argument):
            return "A device is named by up to 32 small letters."
        if argument is not None and (len(self.guests) >= MOST_GUESTS or argument in {one.name for one in self.guests}):
            return "No further device can be brought into this call."
        try:
            bring = self.processor.asked(request.feature, request.on, by.value, argument)
        except FeatureRefused as error:
            return f"{error}."
        self.processor.session.count_anew()
        if bring is not None:
            self._begin(bring)
        return None

    async def close(self) -> None:
        """The call is over."""
        for task in self._bringing:
            task.cancel()
        await asyncio.gather(*self._bringing, return_exceptions=True)
        for guest in self.guests:
            await guest.close()
        await self.processor.close()
        self._file.close()

    def write(self) -> None:
        """What is to be known of the devices that came."""
        for guest in self.guests:
            guest.write()

    def _begin(self, bring: Bring) -> None:
        task = asyncio.create_task(self._bring(bring))
        self._bringing.add(task)
        task.add_done_callback(self._brought)

    async def _bring(self, bring: Bring) -> None:
        guest = self._guest(bring.device)
        self.guests.append(guest)
        answer = await guest.answer(await self.processor.bring(bring))
        if answer is None:
            self.processor.failed(bring.device)
            return
        self.processor.joined(bring.device, answer)
        await guest.talk(GUEST_SECONDS)

    def _brought(self, task: asyncio.Task[None]) -> None:
        self._bringing.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and self._broken is None:
            self._broken = f"a device could not be brought into the call: {type(error).__name__}: {error}"
