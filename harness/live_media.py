"""The calling service's media processor in one recorded call: its sockets, and what it had in its hands and kept."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Final

from .calling.media.processor import MediaProcessor
from .evidence.recording_folder import KEPT, PROCESSED, RecordingFolder
from .model.base import Party
from .model.datagram import Address
from .model.recording import SignalKind, SignalMessage
from .vantage.loot import LootFile

TEXT: Final = "What the service's media processor had in clear: plaintext, not packets of a network."


class LiveMedia:
    """`host` is where the service receives. Create it inside a running event loop, `open` it before the call."""

    def __init__(self, host: str, folder: RecordingFolder) -> None:
        self._file = LootFile(folder.path(PROCESSED), TEXT)
        self.processor = MediaProcessor(host, folder.path(KEPT), watcher=self)

    @property
    def fault(self) -> str | None:
        """What went wrong in the service's processor that is none of the call's making."""
        return self.processor.fault

    async def open(self, advertise: Callable[[Address], Awaitable[Address]] | None) -> None:
        """A leg for each party; `advertise` gives the address that Alice is told of hers. OSError without a socket."""
        await self.processor.open(Party.ALICE.value, advertise)
        await self.processor.open(Party.BOB.value)

    def opened(self, name: str, clear: bytes) -> None:
        """The processor has a packet in clear."""
        self._file.of_device(name, clear, time.time())

    def passed(self, message: SignalMessage) -> SignalMessage | None:
        """What the service passes on of an offer or an answer; None for one that it can do nothing with."""
        sender, receiver = message.sender.value, message.sender.peer.value
        session = self.processor.session
        passes = session.passed_offer if message.kind is SignalKind.OFFER else session.passed_answer
        try:
            body = passes(message.body, sender, receiver)
        except ValueError:
            return None
        if message.kind is SignalKind.ANSWER:
            self.processor.connect(receiver, sender)
        return message.model_copy(update={"body": body})

    async def close(self) -> None:
        """The call is over."""
        await self.processor.close()
        self._file.close()
