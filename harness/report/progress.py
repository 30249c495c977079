"""How far the run is, told while it runs: one live line on a terminal, otherwise one line per ended scenario."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Final, TextIO

from ..model.verdict import Result, Status
from .console import encodable
from .text import NAME_LIMIT, visible

_CLEAR: Final = "\r\x1b[2K"


class Progress:
    """Told of scenarios that start and end, in any order and any number at once. Use as a context manager.

    On a terminal the live line is rewritten in place; what is not green stays above it, because nobody scrolls
    through green. Written to `stream`, which is meant to be stderr.
    """

    def __init__(self, stream: TextIO, total: int, environ: Mapping[str, str]) -> None:
        self._stream = stream
        self._total = total
        self._live = stream.isatty() and environ.get("TERM") != "dumb"
        self._running: dict[str, None] = {}
        self._ended: Counter[Status] = Counter()

    def started(self, scenario: str) -> None:
        self._running[scenario] = None
        self._redraw()

    def ended(self, result: Result) -> None:
        self._running.pop(result.scenario, None)
        self._ended[result.status] += 1
        if not self._live or result.status is not Status.AS_EXPECTED:
            self._write(f"{_CLEAR if self._live else ''}{self._line(result)}\n")
        self._redraw()

    def close(self) -> None:
        """Remove the live line; nothing else is taken back."""
        if self._live:
            self._write(_CLEAR)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _line(self, result: Result) -> str:
        line = f"{self._count()} {result.status} {visible(result.scenario, NAME_LIMIT)} ({result.seconds:.1f} s)"
        return line if result.status is Status.AS_EXPECTED else f"{line}: {visible(result.because)}"

    def _redraw(self) -> None:
        if not self._live:
            return
        others = ", ".join(
            f"{count} {status}" for status, count in self._ended.items() if status is not Status.AS_EXPECTED
        )
        running = ", ".join(visible(name, NAME_LIMIT) for name in self._running)
        text = " · ".join(part for part in (self._count(), others, running) if part)
        # One column stays free: a full line would wrap, and a wrapped line cannot be rewritten.
        self._write(_CLEAR + text[: shutil.get_terminal_size().columns - 1])

    def _count(self) -> str:
        return f"[{self._ended.total()}/{self._total}]"

    def _write(self, text: str) -> None:
        try:
            self._stream.write(encodable(text, self._stream))
            self._stream.flush()
        except OSError:
            # Nobody reads any more: the run goes on, its results are elsewhere.
            self._write = _unheard  # type: ignore[method-assign]


def _unheard(text: str) -> None:
    """Where lines go once nobody reads them."""
