"""Tables of what packets have in fixed places."""

from __future__ import annotations

from harness.inspection.search.records import (
    ENDING,
    MESSAGE,
    NETWORK,
    PAYLOAD,
    Records,
    Region,
    element_of,
    elements,
    packets,
    same_class,
    same_direction,
    sender_of,
)
from harness.vantage.rtp_columns import rtp_columns
from tests.unit.inspection.windows import Capture, Sent

from .hiding import ALICE, BOB

RTP = b"\x80\x60\0\1" + bytes(4) + b"\0\0\xca\xfe" + bytes(range(60, 130))
CONTROL = b"\x80\xc8\0\1\0\0\xca\xfe" + bytes(20)
CHECK = b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12)
ELEMENTS = b"\xbe\xde\0\3" + b"\x10A" + b"\x22BBB" + b"\0" + b"\x30C" + b"\0\0\0"
EXTENDED = b"\x90\x60\0\2" + bytes(4) + b"\0\0\xca\xfe" + ELEMENTS + b"payload"


def table(*payloads: bytes) -> Records:
    window = Capture().window([Sent(0, ALICE, BOB, payload) for payload in payloads])
    return packets(window, rtp_columns(window))


def cut(records: Records, row: int, region: Region) -> bytes:
    cells = records.cells[row, region.start : region.start + region.size].tobytes()
    count = int(records.count[row, region.number])
    return cells[region.size - count :] if region.ending else cells[:count]


def test_every_region_holds_what_it_is_called() -> None:
    records = table(RTP, EXTENDED, CHECK)
    assert cut(records, 0, MESSAGE) == RTP[:64]
    assert cut(records, 0, PAYLOAD) == RTP[12:28]
    assert cut(records, 0, ENDING) == RTP[-32:]
    assert cut(records, 1, PAYLOAD) == b"payload"
    assert cut(records, 2, MESSAGE) == cut(records, 2, ENDING) == CHECK
    assert cut(records, 2, PAYLOAD) == b""
    assert cut(records, 2, NETWORK) == bytes(28)


def test_streams_are_told_apart_and_named() -> None:
    window = Capture().window(
        [Sent(0, ALICE, BOB, RTP), Sent(0, ALICE, BOB, CONTROL), Sent(0, BOB, ALICE, RTP), Sent(0, BOB, ALICE, CHECK)]
    )
    records = packets(window, rtp_columns(window))
    assert [sender_of(int(stream)) for stream in records.stream] == [
        (0, "SRTP with SSRC 0x0000cafe", "sent by the near end"),
        (0, "SRTCP with SSRC 0x0000cafe", "sent by the near end"),
        (0, "SRTP with SSRC 0x0000cafe", "sent by the far end"),
        (0, "STUN", "sent by the far end"),
    ]
    assert len(set(same_class(records.stream).tolist())) == 4
    assert len(set(same_direction(records.stream).tolist())) == 2


def test_elements_of_extensions_are_records_of_their_own() -> None:
    window = Capture().window([Sent(0, ALICE, BOB, RTP), Sent(0, ALICE, BOB, EXTENDED)])
    found, unread = elements(window, rtp_columns(window))
    values = [cells[:count].tobytes() for cells, count in zip(found.cells, found.count[:, 0].tolist(), strict=True)]
    assert (values, found.frame.tolist(), unread) == ([b"A", b"BBB", b"C"], [2, 2, 2], 0)
    assert [element_of(int(stream)) for stream in found.stream] == [
        (0, f"identifier {number}, of SSRC 0x0000cafe") for number in (1, 2, 3)
    ]
