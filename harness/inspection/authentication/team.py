"""Runs of packets unprotected by this process and by helpers that share its workspace.

Rows are dealt out in portions, so that even one stream keeps all processes busy: each process has a receiver for each
sender, and each receiver bridges the portions that others took (RFC 3711 section 3.3.1 guesses the rollover counter
over 2^15 packets). Packets are handed over in shared memory; only places go through the pipes, and what comes back is
one line: nothing that a helper says is executed or unpickled.
"""

from __future__ import annotations

import json
import mmap
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..keys import KeyedSender
from .libsrtp import Receiver
from .workspace import Workspace

_ROOT: Final = Path(__file__).resolve().parents[3]
_PORTION: Final = 2048

WORTH_SHARING: Final = 4096
"""Rows of one window below which the hand-over costs more than it saves."""

_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """Rows `start` up to `stop` of the workspace: packets of one sender in order. `near`: see Receiver.unprotect."""

    sender: int
    rtcp: bool
    start: int
    stop: int
    near: int


class Receivers:
    """The receivers of one process, by the number of their sender."""

    def __init__(self) -> None:
        self._receivers: dict[int, Receiver] = {}

    def open(self, sender: int, profile: str, key_and_salt: bytes, ssrc: int) -> None:
        self._receivers[sender] = Receiver(profile, key_and_salt, ssrc)

    def run(self, space: Workspace, sender: int, rtcp: bool, rows: range | list[int], near: int) -> None:
        self._receivers[sender].unprotect(space, rows, near, rtcp=rtcp)


class Helper:
    """One more process; `python -m harness.inspection.authentication.worker` on the same memory."""

    def __init__(self, memory: int) -> None:
        self.alive = True
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "harness.inspection.authentication.worker", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(memory,),
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )

    def say(self, message: Mapping[str, Any]) -> None:
        """Hand over a message; a helper that has gone is only noted."""
        if not self.alive or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(f"{json.dumps(message)}\n".encode())
            self._process.stdin.flush()
        except OSError:
            self.alive = False

    def finished(self) -> bool:
        """Wait until the last run is done; False when the helper has gone without finishing it."""
        if self.alive and self._process.stdout is not None:
            self.alive = self._process.stdout.readline() == b"done\n"
        return self.alive

    def close(self) -> None:
        """End the process, which ends by itself when nothing more can come."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class Team:
    """This process and up to `jobs - 1` helpers, which are started when there is work for them. `close` ends them."""

    def __init__(self, jobs: int = 1) -> None:
        self._own = Receivers()
        self._memory = os.memfd_create("harness-packets") if jobs > 1 and hasattr(os, "memfd_create") else None
        self._jobs = jobs if self._memory is not None else 1
        self._helpers: list[Helper] = []
        self._opened: dict[int, Mapping[str, Any]] = {}
        self._space = Workspace(bytearray(), 0, 0)

    @property
    def lost(self) -> int:
        """Helpers that ended before their time; their work was done here."""
        return sum(not helper.alive for helper in self._helpers)

    def space(self, size: int, rows: int) -> Workspace:
        """A workspace with this much room, the same one as before as long as it is large enough."""
        if size > self._space.size or rows > self._space.rows:
            size, rows = max(size, self._space.size), max(rows + -rows % 8, self._space.rows)
            room = Workspace.room(size, rows)
            if self._memory is None:
                self._space = Workspace(bytearray(room), size, rows)
            else:
                os.ftruncate(self._memory, room)
                self._space = Workspace(mmap.mmap(self._memory, room), size, rows)
                self._tell({"size": size, "rows": rows})
        return self._space

    def open(self, sender: int, key: KeyedSender, ssrc: int) -> None:
        """Make receivers for a sender, in place of what it had; its profile must be one of libsrtp's."""
        self._own.open(sender, key.profile, key.key_and_salt, ssrc)
        message = {"sender": sender, "profile": key.profile, "key": key.key_and_salt.hex(), "ssrc": ssrc}
        if self._jobs > 1:
            self._opened[sender] = message
            self._tell(message)

    def run(self, runs: Sequence[Run]) -> None:
        """Unprotect all of these rows; their codes are set when it returns."""
        if self._jobs == 1 or sum(one.stop - one.start for one in runs) < WORTH_SHARING:
            self._run_here(runs)
            return
        self._start()
        own, *others = _shares(runs, self._jobs)
        for helper, share in zip(self._helpers, others, strict=True):
            helper.say({"runs": [[one.sender, one.rtcp, one.start, one.stop, one.near] for one in share]})
        self._run_here(own)
        for helper, share in zip(self._helpers, others, strict=True):
            if not helper.finished():
                for one in share:
                    self._space.restore(list(range(one.start, one.stop)))
                self._run_here(share)

    def again(self, sender: int, rtcp: bool, rows: list[int], near: int) -> None:
        """Unprotect rows of one sender here, outside a run."""
        self._own.run(self._space, sender, rtcp, rows, near)

    def close(self) -> None:
        """End the helpers and give the memory back."""
        for helper in self._helpers:
            helper.close()
        if self._memory is not None:
            os.close(self._memory)
        self._memory, self._jobs = None, 1

    def _start(self) -> None:
        while self._memory is not None and len(self._helpers) < self._jobs - 1:
            helper = Helper(self._memory)
            self._helpers.append(helper)
            for message in ({"size": self._space.size, "rows": self._space.rows}, *self._opened.values()):
                helper.say(message)

    def _run_here(self, runs: Sequence[Run]) -> None:
        for one in runs:
            self._own.run(self._space, one.sender, one.rtcp, range(one.start, one.stop), one.near)

    def _tell(self, message: Mapping[str, Any]) -> None:
        for helper in self._helpers:
            helper.say(message)


def _shares(runs: Sequence[Run], processes: int) -> list[list[Run]]:
    """The runs in portions, each portion to the process that has the fewest rows so far."""
    shares: list[list[Run]] = [[] for _ in range(processes)]
    rows = [0] * processes
    if processes == 1:
        return [list(runs)]
    for one in runs:
        for start in range(one.start, one.stop, _PORTION):
            stop = min(start + _PORTION, one.stop)
            least = rows.index(min(rows))
            shares[least].append(Run(one.sender, one.rtcp, start, stop, one.near))
            rows[least] += stop - start
    return shares
