"""The one way to ask tshark, through pyshark: start it, hand on what it shows, and say honestly when it broke."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from ..wire.demux import PacketClass

TIMEOUT: Final = 120.0
"""Seconds for one tshark, whatever it is given."""

LAYERS: Final = {
    "stun": PacketClass.STUN,
    "classicstun": PacketClass.STUN,
    "dtls": PacketClass.DTLS,
    "rtp": PacketClass.SRTP,
    "rtcp": PacketClass.SRTCP,
    "zrtp": PacketClass.ZRTP,
}
"""What Wireshark calls the layers of a call. Any other name, and none, is OTHER."""

_VERSION_TIMEOUT: Final = 20.0


class DissectError(RuntimeError):
    """There is no view of Wireshark's. Says what is missing, broke, or could not be read."""


def available() -> str | None:
    """The version of the tshark that would be used ("4.0.17"); None when there is none that runs."""
    tshark = shutil.which("tshark")
    if tshark is None:
        return None
    try:
        answer = subprocess.run(
            [tshark, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=_VERSION_TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(rb"\b\d+\.\d+\.\d+\b", answer.stdout)
    return found[0].decode() if found else None


def ask(
    path: Path, options: Sequence[str], take: Callable[[Any], None], timeout: float = TIMEOUT, *, json: bool = False
) -> None:
    """Give `take` every packet of a capture that tshark shows with these options, as a pyshark Packet, in order.

    `json` asks tshark for JSON, eight times as fast as XML, which shows no names for numbers. DissectError when tshark
    is missing, breaks or takes longer than `timeout` seconds. pyshark brings its own event loop, so this must be called
    from a thread without a running one (RuntimeError).
    """
    _refuse_running_loop()
    tshark = shutil.which("tshark")
    if tshark is None:
        raise DissectError("tshark is not installed")
    import pyshark  # here, because only who asks for Wireshark's view should pay for it
    from pyshark.capture.capture import TSharkCrashException

    loop = asyncio.new_event_loop()
    capture = pyshark.FileCapture(
        path, keep_packets=False, tshark_path=tshark, eventloop=loop, custom_parameters=list(options), use_json=json
    )
    try:
        loop.run_until_complete(asyncio.wait_for(_show(capture, take), timeout))
    except TSharkCrashException as error:
        raise DissectError(f"tshark failed: {' '.join(str(error).partition('(command ran')[0].split())}") from error
    except TimeoutError as error:
        raise DissectError(f"tshark took longer than {timeout:g} seconds") from error
    except OSError as error:
        raise DissectError(f"tshark could not be run: {error}") from error
    finally:
        # pyshark forgets to do so after a crash, and would then fail again in its destructor.
        capture._running_processes.clear()
        loop.close()


def _refuse_running_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("Wireshark was asked where an event loop is running; ask it in a thread of its own")


async def _show(capture: Any, take: Callable[[Any], None]) -> None:
    try:
        await capture.packets_from_tshark(take, close_tshark=False)
        for tshark in capture._running_processes:  # pyshark itself would kill it now, and not learn how it ended
            await tshark.wait()
    finally:
        await capture.close_async()
