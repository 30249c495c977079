"""A further device in a recorded call: the service rings it, it accepts at once, and has a leg and a tap of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .endpoints.endpoint import CallFailed, Endpoint, EndpointSetup, NoStatement
from .evidence.recording_folder import RecordingFolder
from .model.base import Asset, Party
from .model.mode import Mode
from .model.recording import GuestDevice, SignalKind, SignalMessage
from .vantage.tap import LegTap

_SEAT: Final = Party.BOB
"""It answers, as a callee does."""


class LiveGuest:
    """`make` gives the client, by its setup; `markers` are what it sends. FileExistsError for a name that was used."""

    def __init__(
        self,
        name: str,
        folder: RecordingFolder,
        markers: Mapping[Asset, int],
        address: str,
        make: Callable[[EndpointSetup], Endpoint],
    ) -> None:
        self.name, self.markers = name, markers
        self.tap = LegTap(f"{name}-processor", _SEAT, folder.path(f"guest-{name}.pcapng"))
        self.stopped: str | None = None
        self._folder = folder
        self._told: list[str] = []
        self._said: list[str] = []
        self._client = make(
            EndpointSetup(
                party=_SEAT,
                peer_name="",
                media=tuple(markers),
                markers=markers,
                address=address,
                advertise=None,
                tap=self.tap,
                keylog=lambda line: None,
            )
        )

    async def answer(self, offer: str) -> str | None:
        """Its answer to the service's offer; None when it refuses."""
        self._client.told(SignalMessage(kind=SignalKind.INVITE, sender=_SEAT.peer, body=""))
        self._client.picked_up()
        self._client.told(SignalMessage(kind=SignalKind.ACCEPT, sender=_SEAT, body=Mode.SERVICE))
        self._told.append(offer)
        try:
            answer = await self._client.answer(offer)
        except CallFailed:
            return None
        self._said.append(answer)
        return answer

    async def talk(self, seconds: float) -> None:
        """Speak as soon as it is connected, which it must be in so many seconds."""
        if await self._client.connect(seconds):
            self._client.start_media()

    @property
    def took(self) -> bool:
        """Whether it has answered what it was offered."""
        return bool(self._said)

    async def wait_heard(self) -> None:
        await self._client.wait_heard()

    async def close(self) -> None:
        await self._client.conclude()
        await self._client.close()

    def write(self) -> None:
        """Its file in the recording."""
        try:
            statement = self._client.statement()
            heard, connected = statement.heard, statement.connected
        except NoStatement:
            heard, connected = {}, False
        vantage = self.tap.close()
        self._folder.guest(
            GuestDevice(
                name=self.name,
                vantage=vantage,
                told=tuple(self._told),
                said=tuple(self._said),
                heard=heard,
                connected=connected,
                stopped=self.stopped,
            )
        )
