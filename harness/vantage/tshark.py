"""The one way to ask tshark, through pyshark: start it, hand on what it shows, and say honestly when it broke."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from signal import SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP
from typing import Any, Final

from ..model.voice import ended
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


_OF_PYSHARK: Final = ("num", "len", "caplen", "timestamp")
"""Fields of what tshark says of a frame that every Packet is made of."""

_CRASHES: Final = frozenset({SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS})
"""Signals by which a program ends itself. By any other one somebody else has ended it."""


class DissectError(RuntimeError):
    """There is no view of Wireshark's. Says what is missing, broke, or could not be read."""

    by_a_capture = False
    """Whether one of the captures may be the cause, so that the others alone might be shown."""
    by_tshark = False
    """Whether it was tshark that broke."""


class CaptureUnusable(DissectError):
    """A capture cannot be given to tshark."""

    by_a_capture = True


class TsharkBroke(DissectError):
    """tshark ended by itself before it had shown everything."""

    by_a_capture = by_tshark = True


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
    path: Path,
    options: Sequence[str],
    take: Callable[[Any], None],
    timeout: float = TIMEOUT,
    *,
    json: bool = False,
    fields: Collection[str] = (),
) -> None:
    """Give `take` every packet of a capture that tshark shows with these options, as a pyshark Packet, in order.

    `json` asks tshark for JSON, eight times as fast as XML, which shows no names for numbers. `fields` are those that
    `take` reads, if it is not to have all. DissectError when tshark is missing, breaks or takes longer than `timeout`
    seconds. pyshark brings its own event loop: call it from a thread without a running one (RuntimeError).
    """
    _refuse_running_loop()
    tshark = shutil.which("tshark")
    if tshark is None:
        raise DissectError("tshark is not installed")
    import pyshark  # here, because only who asks for Wireshark's view should pay for it
    from pyshark.capture.capture import TSharkCrashException

    class Capture(pyshark.FileCapture):  # type: ignore[misc]
        def _created_new_process(self, _parameters: Any, process: Any, process_name: str = "") -> None:
            # pyshark raises here when tshark has ended already, and does not say how.
            self._running_processes.add(process)

        def _setup_tshark_output_parser(self) -> Any:
            return _lean_parser(fields) if fields else super()._setup_tshark_output_parser()

    loop = asyncio.new_event_loop()
    capture = Capture(
        path, keep_packets=False, tshark_path=tshark, eventloop=loop, custom_parameters=list(options), use_json=json
    )
    try:
        loop.run_until_complete(asyncio.wait_for(_show(capture, take), timeout))
    except TSharkCrashException as error:
        raise TsharkBroke(f"tshark failed: {' '.join(str(error).partition('(command ran')[0].split())}") from error
    except TimeoutError as error:
        raise DissectError(f"tshark took longer than {timeout:g} seconds") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise DissectError(f"tshark could not be run: {error}") from error
    except DissectError:
        raise
    except Exception as error:
        raise TsharkBroke(f"what tshark shows cannot be read: {type(error).__name__}: {error}") from error
    finally:
        # pyshark forgets to do so after a crash, and would then fail again in its destructor.
        capture._running_processes.clear()
        loop.close()


def _lean_parser(fields: Collection[str]) -> Any:
    """One of pyshark's that leaves out fields nobody asks for: it makes an object of each, and most of its time goes
    there. What other fields stand in stays. tshark escapes every ">" in a value."""
    from pyshark.tshark.output_parser.tshark_xml import TsharkXmlParser

    kept = "|".join(map(re.escape, (*_OF_PYSHARK, *fields)))
    others = re.compile(rf'\s*<field name="(?!(?:{kept})")[^>]*/>'.encode())

    class Lean(TsharkXmlParser):  # type: ignore[misc]
        def _parse_single_packet(self, packet: bytes) -> Any:
            return super()._parse_single_packet(others.sub(b"", packet))

    return Lean()


def _refuse_running_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("Wireshark was asked where an event loop is running; ask it in a thread of its own")


def _refuse_killed(code: int) -> None:
    """pyshark looks at exit codes only."""
    if code < 0:
        kind = TsharkBroke if -code in _CRASHES else DissectError
        raise kind(f"tshark {ended(code)}")


async def _show(capture: Any, take: Callable[[Any], None]) -> None:
    try:
        await capture.packets_from_tshark(take, close_tshark=False)
        for tshark in capture._running_processes:  # pyshark itself would kill it now, and not learn how it ended
            _refuse_killed(await tshark.wait())
    finally:
        await capture.close_async()
