"""A capture becomes columns: what was sent, by whom, of which class, and where its bytes are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.vantage import table, udp
from harness.vantage.capture import CaptureError
from harness.wire.demux import PacketClass

from . import blocks
from .blocks import ALICE, BOB, MALLORY

STUN, DTLS = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12), b"\x16\xfe\xfd" + bytes(10)
SRTP, SRTCP = b"\x80\x60" + bytes(40), b"\x81\xc8" + bytes(30)
NEAR = ("127.1.0.2:40000",)


def capture(tmp_path: Path, *packets: bytes) -> Path:
    path = tmp_path / "a.pcapng"
    body = [blocks.enhanced(packet, ticks=1_700_000_000_000_000 + 250_000 * n) for n, packet in enumerate(packets)]
    path.write_bytes(blocks.section() + blocks.interface() + b"".join(body))
    return path


@pytest.fixture
def call(tmp_path: Path) -> table.PacketTable:
    out, back = (ALICE, BOB), (BOB, ALICE)
    steps = ((out, STUN), (back, DTLS), (out, SRTP), (back, SRTP), (out, SRTCP), (back, b""), (back, b"what"))
    path = capture(tmp_path, *(udp.pack(*ends, payload) for ends, payload in steps))
    return table.read(path, NEAR)


def test_each_datagram_is_one_row_in_the_order_of_the_file(call: table.PacketTable) -> None:
    assert len(call) == 7
    assert [call.payload(row) for row in range(7)] == [STUN, DTLS, SRTP, SRTP, SRTCP, b"", b"what"]
    assert call.time.tolist() == [1_700_000_000 + 0.25 * row for row in range(7)]
    assert call.outward.tolist() == [True, False, True, False, True, False, False]
    assert [PacketClass(number).name for number in call.klass] == [
        *("STUN", "DTLS", "SRTP", "SRTP", "SRTCP", "OTHER", "OTHER")
    ]
    assert call.length.tolist() == [20, 13, 42, 42, 32, 0, 4]
    assert call.addresses == ("127.1.0.2:40000", "127.1.0.3:40001")
    assert call.source.tolist() == [0, 1, 0, 1, 0, 1, 1]
    assert call.destination.tolist() == [1, 0, 1, 0, 1, 0, 0]


def test_columns_have_the_types_that_auditors_rely_on(call: table.PacketTable) -> None:
    columns = ("time", "outward", "klass", "source", "destination", "offset", "length")
    types = [str(getattr(call, column).dtype) for column in columns]
    assert types == ["float64", "bool", "uint8", "int64", "int64", "int64", "int64"]


def test_rows_are_selected_by_class_and_direction(call: table.PacketTable) -> None:
    assert call.select().tolist() == list(range(7))
    assert call.select(PacketClass.SRTP).tolist() == [2, 3]
    assert call.select(outward=True).tolist() == [0, 2, 4]
    assert call.select(PacketClass.SRTP, outward=False).tolist() == [3]
    assert call.select(PacketClass.OTHER, outward=True).tolist() == []


def test_a_table_cannot_be_written(call: table.PacketTable) -> None:
    with pytest.raises(ValueError, match="read-only"):
        call.outward[0] = False
    with pytest.raises(AttributeError):
        call.blob = b""  # type: ignore[misc]


def test_columns_of_different_lengths_are_refused(call: table.PacketTable) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        replace(call, outward=np.zeros(6, bool))


def test_there_is_no_row_behind_the_last(call: table.PacketTable) -> None:
    with pytest.raises(IndexError):
        call.payload(7)


def test_an_empty_capture_is_an_empty_table(tmp_path: Path) -> None:
    empty = table.read(capture(tmp_path), ())
    assert (len(empty), empty.addresses, empty.select(PacketClass.SRTP).tolist()) == (0, (), [])


def test_several_sockets_can_be_near(tmp_path: Path) -> None:
    second = (ALICE[0], 41_000)
    path = capture(
        tmp_path, udp.pack(BOB, ALICE, b"in"), udp.pack(second, BOB, b"out"), udp.pack(ALICE, second, b"own")
    )
    read = table.read(path, (*NEAR, "127.1.0.2:41000"))
    assert read.outward.tolist() == [False, True, True]
    assert read.addresses == ("127.1.0.3:40001", "127.1.0.2:40000", "127.1.0.2:41000")


def test_a_packet_that_does_not_touch_the_party_is_refused_with_its_place(tmp_path: Path) -> None:
    ours = udp.pack(ALICE, BOB, b"ours")
    place = len(blocks.section() + blocks.interface() + blocks.enhanced(ours)) + blocks.ENHANCED_HEAD
    path = capture(tmp_path, ours, udp.pack(MALLORY, BOB, b"not ours"), ours)
    with pytest.raises(CaptureError, match=r"127\.1\.0\.9:666 to 127\.1\.0\.3:40001 has neither end among") as caught:
        table.read(path, NEAR)
    assert caught.value.offset == place


def test_a_damaged_capture_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = capture(tmp_path, udp.pack(ALICE, BOB, b"one"), udp.pack(ALICE, BOB, b"two"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CaptureError, match="1 bytes are missing"):
        table.read(path, NEAR)


def test_the_number_of_packets_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = capture(tmp_path, *[udp.pack(ALICE, BOB, b"")] * 3)
    monkeypatch.setattr(table, "MOST_PACKETS", 3)
    assert len(table.read(path, NEAR)) == 3
    monkeypatch.setattr(table, "MOST_PACKETS", 2)
    with pytest.raises(CaptureError, match="more than 2 cannot be read"):
        table.read(path, NEAR)
