"""coturn, a TURN server that nobody here wrote, for one call: two credentials, one address, nothing on the disk."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Final

from ..model.datagram import Address
from ..model.turn import TurnServer
from ..wire.stun import Method, StunClass
from ..wire.stun_writer import written
from .child import Child, ChildFailed

PROGRAM: Final = "turnserver"
PACKAGE: Final = "coturn"
PORT: Final = 3478
"""Registered for STUN and TURN, over UDP and TCP (RFC 8656 section 20)."""

SECONDS: Final = 10.0
"""How long it may take to be there."""

STILL: Final = 3.0
"""How long it may take to answer later, when somebody waits for it."""

_AGAIN: Final = 0.01
_ANSWER: Final = 0.5


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


@cache
def version() -> str:
    """What it says of itself, or "unknown"."""
    try:
        said = subprocess.run([PROGRAM, "--version"], capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    found = re.search(r"\d+(\.\d+)+", said.stdout.decode(errors="replace"))
    return found[0] if found else "unknown"


def command(host: str, users: Iterable[TurnServer]) -> tuple[str, ...]:
    """How it is started: by the command line alone. Its database is in memory, its id file is its own output."""
    return (
        PROGRAM,
        "-n",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
        "--no-rfc5780",
        "--no-multicast-peers",
        "--allow-loopback-peers",
        f"--listening-ip={host}",
        f"--relay-ip={host}",
        f"--listening-port={PORT}",
        "--lt-cred-mech",
        "--fingerprint",
        "--realm=harness",
        *(f"--user={one.username}:{one.password}" for one in users),
        "--userdb=:memory:",
        "--pidfile=/proc/self/fd/1",
        "--log-file=stdout",
        "--simple-log",
    )


class Coturn:
    """`start` it before the call, `close` it after. `fault` says that it did not last."""

    def __init__(self, host: str, users: Iterable[TurnServer], prefix: Sequence[str] = ()) -> None:
        self._address: Address = (host, PORT)
        self.child = Child(command(host, users), prefix)
        self._silent: str | None = None

    @property
    def fault(self) -> str | None:
        return self.child.fault or self._silent

    async def start(self) -> None:
        """Start it, and wait until it answers, over TCP and UDP. ChildFailed when it does not."""
        await self.child.start()
        try:
            await self._until_it_answers(SECONDS)
        except TimeoutError:
            raise ChildFailed(f"{PROGRAM} gives no answer after {SECONDS:g} s") from None

    async def ask(self) -> None:
        """See whether it still answers; `fault` says if it does not. Whoever listens hears the question, too."""
        try:
            await self._until_it_answers(STILL)
        except TimeoutError:
            self._silent = f"{PROGRAM} is there, and has given no answer for {STILL:g} s"
        except ChildFailed:
            return

    async def close(self) -> None:
        await self.child.end()

    async def _until_it_answers(self, seconds: float) -> None:
        """TimeoutError when it does not; ChildFailed when it has ended."""
        async with asyncio.timeout(seconds):
            while not await self._answers():
                if self.child.fault is not None:
                    raise ChildFailed(self.child.fault)
                await asyncio.sleep(_AGAIN)

    async def _answers(self) -> bool:
        """It opens its ports one after the other: over TCP it may be there when over UDP it is not."""
        # From its own address: the taps of a call listen to its network, and nobody of the call sent this.
        own, loop = (self._address[0], 0), asyncio.get_running_loop()
        with suppress(OSError):
            _, writer = await asyncio.open_connection(*self._address, local_addr=own)
            writer.close()
            await writer.wait_closed()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                asking.setblocking(False)
                asking.bind(own)
                asking.connect(self._address)
                await loop.sock_sendall(asking, written(Method.BINDING, StunClass.REQUEST, os.urandom(12), [], None))
                async with asyncio.timeout(_ANSWER):
                    await loop.sock_recv(asking, 1)
            return True
        return False
