"""Whole captures, and what is in them. Only a file that is no capture may be refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from harness.inspection.account import ByteAccount
from harness.inspection.inspect import inspect
from harness.inspection.options import Options
from harness.inspection.search import Pattern, PatternKind
from harness.report import inspection_console
from harness.vantage.capture import CaptureError, open_capture
from harness.vantage.layers import Layers
from harness.vantage.mjr import read_mjr
from harness.vantage.rtp_columns import rtp_columns
from harness.vantage.window import Frames, Window
from harness.wire import rtp
from harness.wire.demux import PacketClass, classify
from tests.unit.vantage.blocks import pcap_header, record
from tests.unit.vantage.layers.frames import datagram, frames
from tests.unit.vantage.layers.test_layers import nothing_is_lost

from .media_targets import POLICY, SECRET, ends
from .pieces import cut

LINKS: Final = (1, 0, 101, 108, 113, 228, 229, 276, 147)
"""Ethernet, BSD null, raw IP, loop, Linux cooked, IPv4, IPv6, Linux cooked version 2, and one that nobody reads."""

_FRAMES_OF_WINDOW: Final = 3
_SMALL: Final = 256
"""Bytes: a window that ends in the middle of everything."""


@contextmanager
def as_file(data: bytes) -> Iterator[Path]:
    with NamedTemporaryFile(prefix="fuzz-") as file:
        file.write(data)
        file.flush()
        yield Path(file.name)


def capture_file(data: bytes) -> None:
    """Every byte has one place, wherever windows end."""
    with as_file(data) as path, suppress(CaptureError):
        assert accounted(path, _SMALL) == accounted(path, 1 << 20)


def janus_recording(data: bytes) -> None:
    """What is read of it is all of it: a head, and a head of ten bytes before each packet."""
    with as_file(data) as path, suppress(CaptureError):
        packets = [packet for _, packet in read_mjr(path).packets]
        described = 10 + int.from_bytes(data[8:10]) if data[8:] else 8
        assert described + sum(10 + len(packet) for packet in packets) == len(data)
        assert b"".join(packets[-1:]) == (data[-len(packets[-1]) :] if packets else b"")


def accounted(path: Path, size: int) -> tuple[object, ...]:
    capture, layers, account = open_capture(path, window=size), Layers(), ByteAccount()
    captured = 0
    for read in capture.windows():
        captured += int(read.length.sum())
        account.add(layers.window(read))
    rest = layers.finish()
    if rest is not None:
        account.add(rest)
    assert capture.container + captured + capture.unread == capture.size
    totals = account.totals(file=capture.container, unread=capture.unread)
    assert totals.bytes == capture.size
    return capture.packets, capture.container, capture.unread, capture.problems, totals.overall


def layers(data: bytes) -> None:
    """The first byte chooses a link type, the second flag of a frame says that a part of it was cut off."""
    found = cut(data[1:])
    link = LINKS[data[0] % len(LINKS)] if data else 0
    nothing_is_lost(
        Parity(),
        [
            frames(
                [one.data for one in part],
                link,
                first=1 + at,
                wire=[len(one.data) + 40 * one.second for one in part],
            )
            for at in range(0, len(found), _FRAMES_OF_WINDOW)
            for part in [found[at : at + _FRAMES_OF_WINDOW]]
        ],
    )


class Parity(Layers):
    """What columns say of a row is what the parsers of one message say."""

    def window(self, captured: Frames) -> Window:
        window = super().window(captured)
        for row, klass in enumerate(window.klass.tolist()):
            # What does not begin where a message begins is OTHER, whatever it looks like.
            assert klass in (classify(window.payload(row)), PacketClass.OTHER)
        headers = rtp_columns(window)
        for place, row in enumerate(headers.row.tolist()):
            try:
                header = rtp.parse(window.payload(row))
            except ValueError:
                assert not headers.sound[place]
            else:
                assert headers.sound[place]
                assert headers.header[place] == header.header_length
                assert headers.ssrc[place] == header.ssrc
        return window


def inspected(data: bytes) -> None:
    """A capture of any kind, all the way to its reports."""
    with as_file(data) as path, suppress(CaptureError):
        report(path, "", "")


def conversation(data: bytes) -> None:
    """A key log, a description, then datagrams: the first flag says who sent it, the second on which leg."""
    pieces = iter(cut(data))
    keys, description = ([piece.data.decode("utf-8", "replace") for piece in islice(pieces, 2)] + ["", ""])[:2]
    with as_file(pcap([datagram(piece.data, *ends(piece)) for piece in pieces])) as path:
        report(path, keys, description)


def pcap(packets: Sequence[bytes]) -> bytes:
    """One packet each 20 ms."""
    records = [record(one, at // 50, at % 50 * 20_000) for at, one in enumerate(packets)]
    return b"".join((pcap_header(network=1), *records))


def report(path: Path, keys: str, description: str) -> None:
    """Nothing that a capture, a key log or a description says is an error."""
    options = Options(
        sdp=(("a description", description),),
        keylogs=(("a key log", keys),),
        patterns=(Pattern("a secret", PatternKind.MASTER, SECRET),),
        leak_policy=POLICY,
    )
    document = inspect([path], options)
    document.model_dump_json()
    inspection_console.show(document, TextIOWrapper(BytesIO(), encoding="utf-8"))
