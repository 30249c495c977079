"""RTP headers of whole columns say what each says by itself."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.vantage.rtp_columns import big_endian, rtp_columns
from harness.wire import rtp
from harness.wire.demux import PacketClass, classify
from tests.unit.inspection.windows import Capture, Sent


def packet(first: int, second: int, numbers: tuple[int, int, int], behind: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80 | first, second, *numbers) + behind


def extension(words: list[bytes]) -> bytes:
    return struct.pack("!HH", 0xBEDE, len(words)) + b"".join(words)


extensions = st.lists(st.binary(min_size=4, max_size=4), max_size=4).map(extension)
packets = st.builds(
    packet,
    st.integers(0, 63),
    st.integers(0, 255).filter(lambda second: not 192 <= second <= 223),
    st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    st.one_of(extensions, st.binary(max_size=80), st.builds(bytes.__add__, extensions, st.binary(max_size=20))),
)


@given(st.lists(st.one_of(packets, st.binary(max_size=20))))
def test_a_column_says_what_the_parser_says_of_each_packet(sent: list[bytes]) -> None:
    window = Capture().window([Sent(0.0, "192.0.2.1:1", "192.0.2.2:1", one) for one in sent])
    columns = rtp_columns(window)
    assert columns.row.tolist() == [row for row, one in enumerate(sent) if classify(one) is PacketClass.SRTP]
    for place, row in enumerate(columns.row.tolist()):
        try:
            header = rtp.parse(sent[row])
        except ValueError:
            assert not columns.sound[place]
            assert (columns.header[place], columns.extension[place]) == (len(sent[row]), -1)
            continue
        assert columns.sound[place]
        assert columns.payload_type[place] == header.payload_type
        assert columns.marker[place] == header.marker
        assert columns.padding[place] == header.padding
        assert columns.sequence[place] == header.sequence
        assert columns.timestamp[place] == header.timestamp
        assert columns.ssrc[place] == header.ssrc
        assert columns.header[place] == header.header_length
        assert columns.extension[place] == (-1 if header.extension_profile is None else header.extension_profile)
        begin, size = int(columns.extension_at[place]), int(columns.extension_length[place])
        assert window.data[begin : begin + size].tobytes() == header.extension


@given(st.binary(min_size=7, max_size=30), st.integers(1, 7))
def test_numbers_of_every_size_are_read(content: bytes, size: int) -> None:
    at = np.arange(len(content) - size + 1)
    found = big_endian(np.frombuffer(content, np.uint8), at, size)
    assert found.tolist() == [int.from_bytes(content[place : place + size]) for place in at]
