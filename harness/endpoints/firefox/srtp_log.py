"""What Firefox logs of the packets that its SRTP layer opens and refuses, told apart by the page that they are for.

A page hears nothing of it: its statistics count what came out, and `packetsDiscarded` is about the jitter buffer. The
modules `mtransport` (dom/media/webrtc/transport: nricemediastream.cpp, transportlayerice.cpp, SrtpFlow.cpp) and
`MediaPipeline` of the browser's own log say it packet by packet. One thread opens all packets, and says whose a packet
is before it says what became of it. No payload is in the log.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ...model.statement import PacketCounts

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of the log, from one call's beginning to its end: some hundred thousand packets."""

_MODULES: Final = "sync,append,mtransport:5,MediaPipeline:4"
"""A line is on the disk before its packet goes on, and all processes write at the end of one file."""

_LINE: Final = re.compile(r"\[(\w+) \d+: Socket Thread\]: \w/(\w+) (.*)")
_CONNECTION: Final = re.compile(r"PC:(\{[0-9a-f-]{36}\}) ")
_CAME: Final = re.compile(r"Flow\[.*\]; Layer\[ice\]: PacketReceived\(PC:(\{[0-9a-f-]{36}\}) .*,\d+\)")
_OPENED: Final = re.compile(r"Successfully unprotected an S(RTCP|RTP) packet of len \d+")
_REFUSED: Final = re.compile(r"Error unprotecting (?:SRTCP|SRTP) packet error=(\d+)")
_SENT: Final = re.compile(r"(\{[0-9a-f-]{36}\})\| (?:Receive|Transmit) .* sending (RTCP|RTP) packet")
_KEYED: Final = "Created SRTP flow!"
_ANY: Final = re.compile(r"unprotected an S|unprotecting S")

_WHY: Final = {"7": "not_authenticated", "21": "not_authenticated", "9": "replayed", "10": "replayed"}
"""libsrtp's srtp_err_status_t: auth_fail; parse_err, of what has no room for header and tag, which nobody with the keys
makes; replay_fail, replay_old. Whatever else it says, it refused."""


class SrtpLog:
    """The log of one browser, in its folder. Its processes share it, and it is emptied when nobody wants it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._readers = 0

    @property
    def environment(self) -> dict[str, str]:
        """By which a browser writes it."""
        return {"MOZ_LOG": _MODULES, "MOZ_LOG_FILE": str(self._folder / "srtp")}

    def opened(self) -> int:
        """Somebody will want what is logged from here on: ask `counts` with this, and `left` at the end."""
        if not self._readers:
            for file in self._files():
                file.write_bytes(b"")
        self._readers += 1
        return sum(file.stat().st_size for file in self._files())

    def left(self) -> None:
        self._readers -= 1

    def counts(self, begin: int, page: str) -> PacketCounts | None:
        """Of the packets of this page since then; None when that cannot be said."""
        size = sum(file.stat().st_size for file in self._files()) - begin
        if not 0 <= size <= MOST_BYTES:
            return None
        logged = b"".join(file.read_bytes() for file in self._files())
        return counts(logged[begin:].decode("utf-8", "replace"), page)

    def _files(self) -> list[Path]:
        """Those of the processes that have anything to do with packets: all but the first."""
        return sorted(self._folder.glob("srtp.child-*.moz_log"))


def counts(log: str, page: str) -> PacketCounts | None:
    """What the connections of this page sealed, opened and refused. `page`: what its address, and no other, has in it.

    None when the log speaks of no connection of the page, or a line that tells of a packet cannot be read.
    """
    text = log[: log.rfind("\n") + 1]  # its last line may be on its way
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    told = [(found[1], found[2], found[3]) for found in lines if found is not None]
    own = {found[1] for _, _, said in told if page in said and (found := _CONNECTION.search(said)) is not None}
    fates = _fates(said for process, _, said in told if process == "Socket")
    if not own or len(fates) != len(_ANY.findall(text)) or None in [one for one, _ in fates[1:]]:
        return None
    seen = Counter(fate for receiver, fate in fates if receiver in own)
    keyed, sent = _sent(told)
    if not keyed.issuperset(receiver for receiver, _ in fates if receiver in own):
        return None  # it tells of keys in other words, then, and what was sent is not known
    seen.update(what for sender, what in sent if sender in own)
    return PacketCounts(**seen)


def _sent(told: Iterable[tuple[str, str, str]]) -> tuple[set[str], list[tuple[str, str]]]:
    """The connections that have keys, and of each packet that one of them sends since then, whose and what it is.

    RTP goes on when DTLS has agreed on no profile, and then nothing seals or sends it. Keys come of a handshake, and
    that ends with a packet that comes in.
    """
    receiver = ""
    keyed: set[str] = set()
    sent: list[tuple[str, str]] = []
    for process, module, said in told:
        if process == "Socket" and (came := _CAME.fullmatch(said)) is not None:
            receiver = came[1]
        elif process == "Socket" and said == _KEYED:
            keyed.add(receiver)
        elif module == "MediaPipeline" and (given := _SENT.fullmatch(said)) is not None and given[1] in keyed:
            sent.append((given[1], f"{given[2].lower()}_sent"))
    return keyed, sent


def _fates(said: Iterable[str]) -> list[tuple[str | None, str]]:
    """Of each packet that came in, for which connection and what became of it, as it is counted.

    None where that is not said: of the first one, because it came before the log begins.
    """
    fates: list[tuple[str | None, str]] = []
    receiver: str | None = None
    for one in said:
        if (came := _CAME.fullmatch(one)) is not None:
            receiver = came[1]
        elif (opened := _OPENED.fullmatch(one)) is not None:
            fates.append((receiver, f"{opened[1].lower()}_received"))
            receiver = None
        elif (refused := _REFUSED.fullmatch(one)) is not None:
            fates.append((receiver, _WHY.get(refused[1], "refused")))
            receiver = None
    return fates
