"""What Chromium logs of the packets that its SRTP layer seals and opens: in memory only, taken apart by process.

`WebRTC-Debugging-RtpDump` is a field trial of WebRTC (pc/srtp_session.cc). The browser's processes append to one log;
a tab with a profile of its own has a process of its own, which its SSRCs tell from the others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from typing import Final

from ...wire.demux import PacketClass, classify
from ...wire.rtp_dump import MARK, MOST_BYTES, parse_dump
from ...wire.sdp import Sdp

FLAGS: Final = (
    "--force-fieldtrials=WebRTC-Debugging-RtpDump/Enabled/",
    "--enable-logging",
    "--vmodule=*/pc/srtp_session*=3",
)
VARIABLE: Final = "CHROME_LOG_FILE"

_HEAD: Final = re.compile(r"\[(\d+):\d+:[^\]]*/pc/srtp_session\.cc:\d+\]\s*")


class RtpLog:
    """The log of one browser: a file without a name, gone with this process. `place` is where a browser finds it."""

    def __init__(self) -> None:
        self._file = os.memfd_create("rtp-log", os.MFD_CLOEXEC)
        self._readers = 0
        self.place = f"/proc/{os.getpid()}/fd/{self._file}"

    def opened(self) -> int:
        """Somebody will want what is logged from here on: call `taken` with this."""
        if not self._readers:
            os.ftruncate(self._file, 0)
        self._readers += 1
        return os.fstat(self._file).st_size

    def taken(self, begin: int) -> str:
        """What was logged since then; nobody waits for it any longer."""
        self._readers -= 1
        return self.since(begin)

    def since(self, begin: int) -> str:
        """What was logged since then, up to now."""
        size = min(os.fstat(self._file).st_size - begin, 2 * MOST_BYTES)
        return os.pread(self._file, max(size, 0), begin).decode("utf-8", "replace")

    def close(self) -> None:
        os.close(self._file)


def ssrcs(sdp: Sdp) -> set[int]:
    """What a browser says that it will send with (RFC 5576)."""
    named = (value.partition(" ")[0] for _, value in sdp.values("ssrc"))
    return {int(one) for one in named if one.isascii() and one.isdigit()}


def dump_of(log: str, ssrcs: Collection[int]) -> str | None:
    """The dump of the process that sends with one of these SSRCs; None when no process does.

    A line of which nobody can say whose it is goes to everybody, and is for nobody to explain.
    """
    of_process: dict[str, list[str]] = {}
    unclaimed: list[str] = []
    process: str | None = None
    for line in log.splitlines():
        head = _HEAD.match(line)
        if head is not None:
            process = head[1]
        elif line.endswith(MARK):
            (unclaimed if process is None else of_process.setdefault(process, [])).append(line)
            process = None
    dump = next((lines for lines in of_process.values() if _sends(lines, ssrcs)), None)
    return None if dump is None else "".join(f"{line}\n" for line in (*dump, *unclaimed))[: MOST_BYTES + 1]


def _sends(lines: list[str], ssrcs: Collection[int]) -> bool:
    sent = (one.data for one in parse_dump("\n".join(lines)).packets if one.outward)
    return any(classify(data) is PacketClass.SRTP and int.from_bytes(data[8:12], "big") in ssrcs for data in sent)
