"""Record headers in columns, against the parser that reads one record after the other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.misuse.records import record_columns
from harness.wire.dtls import Record, iter_records
from tests.unit.inspection.windows import Capture, Sent

PLAIN_TYPES = [20, 21, 22, 23, 24]


def made(kind: int, epoch: int, sequence: int, fragment: bytes) -> bytes:
    head = bytes([kind, 0xFE, 0xFD]) + epoch.to_bytes(2, "big") + sequence.to_bytes(6, "big")
    return head + len(fragment).to_bytes(2, "big") + fragment


record = st.builds(
    made, st.sampled_from(PLAIN_TYPES), st.integers(0, 65_535), st.integers(0, 2**48 - 1), st.binary(max_size=40)
)
datagram = st.tuples(st.lists(record, min_size=1, max_size=4).map(b"".join), st.binary(max_size=15)).map(b"".join)


def one_by_one(data: bytes) -> tuple[list[Record], bool]:
    found: list[Record] = []
    try:
        for one in iter_records(data):
            if one.content_type not in PLAIN_TYPES:
                return found, True
            found.append(one)
    except ValueError:
        return found, True
    return found, False


@settings(deadline=None)
@given(st.lists(datagram, max_size=8))
def test_both_parsers_read_the_same(datagrams: list[bytes]) -> None:
    window = Capture().window([Sent(0, "192.0.2.1:1", "192.0.2.2:2", one) for one in datagrams])
    columns = record_columns(window)
    expected = [(row, *one_by_one(data)) for row, data in enumerate(datagrams)]
    assert [
        (row, kind, epoch, sequence, window.data[at : at + length].tobytes())
        for row, kind, epoch, sequence, at, length in zip(
            columns.row.tolist(),
            columns.kind.tolist(),
            columns.epoch.tolist(),
            columns.sequence.tolist(),
            columns.at.tolist(),
            columns.length.tolist(),
            strict=True,
        )
    ] == [
        (row, int(one.content_type), one.epoch, one.sequence, one.fragment)
        for row, records, _ in expected
        for one in records
    ]
    assert columns.unread == sum(broken for _, _, broken in expected)


def test_a_datagram_of_very_many_records_is_read_in_part_and_counted() -> None:
    window = Capture().window([Sent(0, "192.0.2.1:1", "192.0.2.2:2", made(23, 1, 1, b"") * 100)])
    columns = record_columns(window)
    assert (len(columns), columns.unread) == (64, 1)
