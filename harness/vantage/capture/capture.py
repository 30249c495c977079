"""Opens a capture of any kind, and hands its frames up in windows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from struct import unpack_from
from typing import Final

import numpy as np

from ..window import Frames
from . import pcap, pcapng
from .contents import Contents
from .problem import CaptureError
from .reader import Format, Reader
from .source import Source, open_source
from .stretch import Stretch

WINDOW: Final = 2 * 1024 * 1024
"""Bytes of the file that are in memory at once, when no block is larger."""

_SECTION_MAGIC: Final = 12
"""Bytes up to, and with, the byte order of a section header."""


class Capture(Contents):
    """A capture file, and what is in it beside the frames once they were read. Made by `open_capture`."""

    def __init__(self, path: Path, window: int, strict: bool) -> None:
        super().__init__(path, strict)
        self._window = window
        self.file_size = path.stat().st_size
        """Bytes on the disk; fewer than `size` for a compressed file."""
        self.format = ""
        """"pcap" or "pcapng", once it was opened."""

    def windows(self) -> Iterator[Frames]:
        """All frames in the order of the file; may be asked for again, from the begin, and gives the same again.

        CaptureError when the file is no capture, or at the first problem when the capture was opened as strict; OSError
        when it cannot be read.
        """
        self.clear()
        with closing(open_source(self.path)) as source:
            stretch, form = self._begin(source)
            yield from Reader(source, stretch, form, self).windows(self._window)

    def _begin(self, source: Source) -> tuple[Stretch, Format]:
        """What kind of file it is. The stretch holds those bytes of its head that are records."""
        head = _read(source, pcap.FILE_HEADER)
        if not head:
            raise self._error("empty file", source.fault or "there is not one byte in it")
        if order := pcapng.recognise(head):
            self._check_version(head, order, pcapng.SECTION_VERSION, 1, "pcapng")
            self.format = "pcapng"
            return Stretch(np.frombuffer(head, np.uint8), 0, last=False), pcapng.Pcapng(order, self)
        if header := pcap.recognise(head):
            self._whole(head, pcap.FILE_HEADER)
            self._check_version(head, header.order, pcap.VERSION, 2, "pcap")
            self.format = "pcap"
            return Stretch(np.empty(0, np.uint8), len(head), last=False), pcap.Pcap(header, head, self)
        if head.startswith(pcapng.SECTION_HEADER):
            self._whole(head, _SECTION_MAGIC)
            raise self._error("malformed section header", f"{head[8:12].hex()} is no byte-order magic")
        raise self._error("no capture", f"neither pcap nor pcapng begins with {head[:4].hex(' ')}")

    def _whole(self, head: bytes, size: int) -> None:
        if missing := max(size - len(head), 0):
            raise self._error("truncated header", f"{missing} bytes of the file's header are missing")

    def _check_version(self, head: bytes, order: str, at: int, known: int, name: str) -> None:
        self._whole(head, at + 2)
        (major,) = unpack_from(order + "H", head, at)
        if major != known:
            detail = f"this is version {major} of {name}, only version {known} can be read"
            raise self._error("unknown version", detail)

    def _error(self, fault: str, detail: str) -> CaptureError:
        return CaptureError(self.path, 0, fault, detail)


def open_capture(path: Path, *, window: int = WINDOW, strict: bool = False) -> Capture:
    """A pcap or pcapng file, plain or compressed with gzip.

    CaptureError when it is none of these or its header is cut off, OSError when it cannot be opened.
    `strict` is for files of our own making: the first problem is a CaptureError. `window` is in bytes.
    """
    capture = Capture(path, window, strict)
    with closing(open_source(path)) as source:
        capture._begin(source)
    capture.clear()
    return capture


def _read(source: Source, size: int) -> bytes:
    return Stretch(np.empty(0, np.uint8), 0, last=False).follow(source, 0, size).bytes.tobytes()
