"""rtpengine, a media server that nobody here wrote, for one call: as a man in the middle or as an honest relay.

It is told of each description over its control protocol ("ng": a cookie, a space, a bencoded dictionary, over UDP) and
answers with the one to be passed on. What it records, it records by itself.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from ..wire import bencode
from .child import Child, ChildFailed

PROGRAM: Final = "rtpengine"
PACKAGE: Final = "rtpengine-daemon"
SECONDS: Final = 5.0
UNKNOWN: Final = "unknown"
_NG: Final = 2223
_READY: Final = b"Startup complete"

TERMINATES: Final[dict[str, bencode.Value]] = {
    "ICE": "force",
    "transport-protocol": "UDP/TLS/RTP/SAVPF",
    "SDES": ["off"],
    "flags": ["generate-mid", "trust-address"],
}
"""It ends ICE and DTLS with each side, on its own certificate, and has the media in clear."""

RELAYS: Final[dict[str, bencode.Value]] = {"ICE": "force-relay", "flags": ["trust-address"]}
"""It puts its own address into the descriptions, and passes on what it gets."""


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


@cache
def version() -> str:
    """What it says of itself, or UNKNOWN."""
    try:
        said = subprocess.run([PROGRAM, "--version"], capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return UNKNOWN
    found = re.search(r"\d+(\.\d+)+", (said.stdout + said.stderr).decode(errors="replace"))
    return found[0] if found else UNKNOWN


class Rtpengine:
    """`start` it before the call, `close` it after. `how`: TERMINATES or RELAYS; `records` is a folder for it alone."""

    def __init__(self, host: str, records: Path, how: dict[str, bencode.Value]) -> None:
        self._host, self._how = host, how
        self.word = self._call = f"call-{secrets.token_hex(8)}"
        """The name of the call, which nobody else is told."""
        self.child = Child(
            (
                PROGRAM,
                "--foreground",
                "--log-stderr",
                "--log-level=6",
                "--table=-1",
                "--config-file=none",
                f"--interface={host}",
                f"--listen-ng={host}:{_NG}",
                "--dtls-cert-cipher=prime256v1",
                "--dtls-signature=SHA-256",
                f"--recording-dir={records}",
                "--recording-method=pcap",
                "--recording-format=raw",
                "--num-threads=1",
            )
        )

    @property
    def fault(self) -> str | None:
        return self.child.fault

    async def start(self) -> None:
        """ChildFailed when it does not come up."""
        await self.child.start()
        await self.child.says(_READY, SECONDS)

    async def close(self) -> None:
        """The call is over, and with it the recording."""
        await self.child.end()

    async def offered(self, sdp: str, sender: str, receiver: str) -> str:
        """The offer to pass on. ChildFailed when it refuses, or is silent."""
        return await self._asked("offer", sdp, {"from-tag": sender})

    async def answered(self, sdp: str, sender: str, receiver: str) -> str:
        """The answer to pass on, to whom the offer came from."""
        return await self._asked("answer", sdp, {"from-tag": receiver, "to-tag": sender})

    async def _asked(self, command: str, sdp: str, tags: dict[str, bencode.Value]) -> str:
        asked: dict[str, bencode.Value] = {
            "command": command,
            "call-id": self._call,
            "sdp": sdp,
            "replace": ["origin"],
            "rtcp-mux": ["require"],
            "record call": "yes",
            **tags,
            **self._how,
        }
        answer = await self._exchange(asked)
        changed = answer.get(b"sdp")
        if answer.get(b"result") != b"ok" or not isinstance(changed, bytes):
            raise ChildFailed(f"{PROGRAM} refuses the {command}: {answer.get(b'error-reason', b'')!r}")
        return changed.decode(errors="replace")

    async def _exchange(self, asked: dict[str, bencode.Value]) -> dict[bytes, bencode.Read]:
        cookie = secrets.token_hex(6).encode()
        client = _Client(cookie)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: client, local_addr=(self._host, 0), remote_addr=(self._host, _NG)
        )
        try:
            transport.sendto(cookie + b" " + bencode.written(asked))
            async with asyncio.timeout(SECONDS):
                return await client.answer
        except (TimeoutError, ValueError) as error:
            raise ChildFailed(f"{PROGRAM} gives no answer: {error or 'it is silent'}") from error
        finally:
            transport.close()


class _Client(asyncio.DatagramProtocol):
    def __init__(self, cookie: bytes) -> None:
        self._cookie = cookie
        self.answer: asyncio.Future[dict[bytes, bencode.Read]] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        cookie, _, body = data.partition(b" ")
        if cookie != self._cookie or self.answer.done():
            return
        try:
            read = bencode.read(body)
        except ValueError as error:
            self.answer.set_exception(error)
            return
        self.answer.set_result(read if isinstance(read, dict) else {})
