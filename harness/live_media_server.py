"""A media server of other people's in one recorded call: the descriptions pass it, and the media; what it recorded is
what it got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple, Protocol

from .adversaries.media_server import CAPTURED, RECORDED, REWRITTEN
from .evidence.recording_folder import MEDIA_SERVER, RecordingFolder
from .live_memory import Suspect
from .model.adversary import MediaServerMode, MediaServerProgram
from .model.base import Party
from .model.memory import Holder
from .model.recording import SignalKind, SignalMessage
from .network import janus, rtpengine
from .network.child import Child
from .network.janus import Janus
from .network.loopback import CallNetwork
from .network.rtpengine import RELAYS, TERMINATES, Rtpengine
from .vantage import wire_rows
from .vantage.janus_files import JanusFileKind, janus_files
from .vantage.loot import LootFile


class Server(Protocol):
    """The program. `word` is what it was told and nobody else; it is started before the call and closed after."""

    child: Child
    word: str

    @property
    def fault(self) -> str | None: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def offered(self, sdp: str, sender: str, receiver: str) -> str: ...

    async def answered(self, sdp: str, sender: str, receiver: str) -> str: ...


class Taken(NamedTuple):
    """A packet in one of its files: which deed that is, who sent it, when, and whether it is to be written down."""

    deed: str
    party: Party
    time: float
    data: bytes
    kept: bool = True


class LiveMediaServer:
    """`open` it before the call, `close` it after; then `collect` what it has."""

    def __init__(
        self, program: MediaServerProgram, handling: MediaServerMode, network: CallNetwork, folder: RecordingFolder
    ) -> None:
        self.deeds: Counter[str] = Counter()
        self._unread: str | None = None
        self._program = program
        self._hosts = {network.address(party.value): party for party in Party}
        self._folder = folder.path(MEDIA_SERVER)
        self._host = network.address("turn")
        self._server = self._made(handling)

    def _made(self, handling: MediaServerMode) -> Server:
        if self._program is MediaServerProgram.JANUS:
            return Janus(self._host, self._folder.resolve())
        how = TERMINATES if handling is MediaServerMode.TERMINATE else RELAYS
        return Rtpengine(self._host, self._folder.resolve(), how)

    @property
    def fault(self) -> str | None:
        return self._server.fault or self._unread

    @property
    def provenance(self) -> dict[str, str]:
        return {self._program.value: _VERSIONS[self._program]()}

    async def open(self) -> None:
        """OSError when it does not start."""
        self._folder.mkdir(mode=0o700)
        await self._server.start()

    async def signal(self, message: SignalMessage, to: Party | None = None) -> SignalMessage:
        """A message as the service passes it on."""
        if to is not None or message.kind not in (SignalKind.OFFER, SignalKind.ANSWER):
            return message
        passes = self._server.offered if message.kind is SignalKind.OFFER else self._server.answered
        body = await passes(message.body, message.sender.value, message.sender.peer.value)
        self.deeds[REWRITTEN] += 1
        return message.model_copy(update={"body": only_through(self._host, body)})

    async def close(self) -> None:
        await self._server.close()
        if self._folder.is_dir():
            for path in self._folder.rglob("*"):
                path.chmod(0o700 if path.is_dir() else 0o600)

    def suspects(self) -> tuple[Suspect, ...]:
        """The process that all media pass."""
        pid, word = partial(getattr, self._server.child, "pid"), self._server.word.encode()
        return (Suspect(self._program.value, Holder.INTERMEDIARY, pid, word),)

    def collect(self, loot: LootFile) -> None:
        """Take down what it recorded of each party; a recording that cannot be read is a fault."""
        taken = self._of_janus() if self._program is MediaServerProgram.JANUS else self._of_rtpengine()
        try:
            for one in taken:
                if one.kept:
                    loot.write_down(one.party, one.data, one.time)
                self.deeds[one.deed] += 1
        except ValueError as error:  # a CaptureError, or a file of somebody who is not in the call
            self._unread = f"what {self._program} recorded cannot be read: {error}"

    def _of_rtpengine(self) -> Iterator[Taken]:
        for path in sorted(self._folder.rglob("*.pcap")):
            for row in wire_rows.read(path).rows:
                party = self._hosts.get(row.source.rpartition(":")[0])
                if party is not None and not row.carries:
                    yield Taken(RECORDED, party, row.time, row.data)

    def _of_janus(self) -> Iterator[Taken]:
        """Its recording of each party, and what its administration captured, which is the same packets again."""
        for file in janus_files(self._folder):
            recorded = file.kind is JanusFileKind.RECORDING
            for one in file.packets:
                if one.sent:
                    deed = RECORDED if recorded else CAPTURED
                    yield Taken(deed, Party(file.party), one.time, one.data, kept=recorded)


_VERSIONS: Final = {MediaServerProgram.RTPENGINE: rtpengine.version, MediaServerProgram.JANUS: janus.version}


def only_through(host: str, sdp: str) -> str:
    """A description without the candidates that lead past the media server, which as a relay leaves them in."""
    lines = sdp.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("a=candidate:") or line.split()[4:5] == [host])
