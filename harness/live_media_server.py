"""rtpengine in one recorded call: the descriptions pass it, and the media; what it recorded is what it got."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

from .adversaries.media_server import RECORDED, REWRITTEN
from .evidence.recording_folder import MEDIA_SERVER, RecordingFolder
from .live_memory import Suspect
from .model.adversary import MediaServer, MediaServerMode
from .model.base import Party
from .model.memory import Holder
from .model.recording import SignalKind, SignalMessage
from .network import rtpengine
from .network.loopback import CallNetwork
from .network.rtpengine import RELAYS, TERMINATES, Rtpengine
from .vantage import wire_rows
from .vantage.capture import CaptureError
from .vantage.loot import LootFile


class LiveMediaServer:
    """`open` it before the call, `close` it after; then `collect` what it has."""

    def __init__(self, adversary: MediaServer, network: CallNetwork, folder: RecordingFolder) -> None:
        self.deeds: Counter[str] = Counter()
        self._unread: str | None = None
        self._hosts = {network.address(party.value): party for party in Party}
        self._folder = folder.path(MEDIA_SERVER)
        self._host = network.address("turn")
        how = TERMINATES if adversary.handling is MediaServerMode.TERMINATE else RELAYS
        self._server = Rtpengine(self._host, self._folder.resolve(), how)

    @property
    def fault(self) -> str | None:
        return self._server.fault or self._unread

    @property
    def provenance(self) -> dict[str, str]:
        return {"rtpengine": rtpengine.version()}

    async def open(self) -> None:
        """OSError when it does not start."""
        self._folder.mkdir(mode=0o700)
        await self._server.start()

    async def signal(self, message: SignalMessage, to: Party | None = None) -> SignalMessage:
        """A message as the service passes it on."""
        if to is not None or message.kind not in (SignalKind.OFFER, SignalKind.ANSWER):
            return message
        sender = message.sender
        if message.kind is SignalKind.OFFER:
            body = await self._server.offered(message.body, sender.value)
        else:
            body = await self._server.answered(message.body, sender.value, sender.peer.value)
        self.deeds[REWRITTEN] += 1
        return message.model_copy(update={"body": only_through(self._host, body)})

    async def close(self) -> None:
        await self._server.close()
        if self._folder.is_dir():
            for path in self._folder.rglob("*"):
                path.chmod(0o700 if path.is_dir() else 0o600)

    def suspects(self) -> tuple[Suspect, ...]:
        """The process that all media pass."""
        word = self._server.call.encode()
        return (Suspect("rtpengine", Holder.INTERMEDIARY, partial(getattr, self._server.child, "pid"), word),)

    def collect(self, loot: LootFile) -> None:
        """Take down what it recorded of each party; a recording that cannot be read is a fault."""
        try:
            self._collect(loot)
        except CaptureError as error:
            self._unread = f"what rtpengine recorded cannot be read: {error}"

    def _collect(self, loot: LootFile) -> None:
        for path in self._recordings():
            for row in wire_rows.read(path).rows:
                party = self._hosts.get(row.source.rpartition(":")[0])
                if party is not None and not row.carries:
                    loot.write_down(party, row.data, row.time)
                    self.deeds[RECORDED] += 1

    def _recordings(self) -> list[Path]:
        return sorted(self._folder.rglob("*.pcap"))


def only_through(host: str, sdp: str) -> str:
    """A description without the candidates that lead past the media server, which as a relay leaves them in."""
    lines = sdp.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("a=candidate:") or line.split()[4:5] == [host])
