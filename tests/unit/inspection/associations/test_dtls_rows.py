"""Which DTLS rows are worth reading: held against the scalar reading of the same datagrams."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.associations.dtls_rows import DtlsRows, dtls_rows
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls import ContentType, iter_records
from harness.wire.dtls.association_reader import belongs_to_handshake

from ...wire.dtls.test_record import record
from ..call_traffic import ALICE, BOB
from ..windows import Capture, Sent

DATA, FINISHED, HELLO = record(23, bytes(40), epoch=1), record(22, bytes(40), epoch=1), record(22, bytes(12))
WITH_ID = bytes.fromhex("19 fefd 0001 000000000001") + b"an id and a length that only the peers know"


def unified(epoch: int, body: int = 20, length: bool = True, long: bool = True, connection_id: bool = False) -> bytes:
    """RFC 9147 figure 3."""
    first = 0x20 | connection_id << 4 | long << 3 | length << 2 | epoch
    sequence = bytes(2 if long else 1)
    return bytes([first]) + sequence + (body.to_bytes(2, "big") if length else b"") + bytes(body)


def rows(payloads: Sequence[bytes]) -> DtlsRows:
    return dtls_rows(Capture().window([Sent(0, ALICE, BOB, payload) for payload in payloads]))


def test_media_and_what_is_protected_is_not_read() -> None:
    found = rows([b"\x80\x60" + bytes(30), DATA, DATA + DATA, WITH_ID])
    assert found.read.tolist() == []
    assert found.protected.tolist() == [1, 2, 3]
    assert found.finishing.tolist() == [False, False, False]


def test_a_handshake_record_under_keys_is_read_because_its_epoch_and_length_tell_of_a_renegotiation() -> None:
    found = rows([DATA, FINISHED, DATA + FINISHED])
    assert found.read.tolist() == [1, 2]


def test_a_record_in_clear_is_read_wherever_in_the_datagram_it_is() -> None:
    found = rows([HELLO, DATA, DATA + HELLO, DATA * 9 + HELLO, unified(3) + HELLO])
    assert found.read.tolist() == [0, 2, 3, 4]


def test_ciphertext_of_dtls_13_in_all_its_forms() -> None:
    payloads = [
        unified(3),
        unified(2),
        unified(3, length=False),
        unified(3, long=False) + unified(2, long=False),
        unified(3, connection_id=True),
        unified(3)[:17],
        unified(3)[:-1],
    ]
    found = rows(payloads)
    assert found.read.tolist() == [5, 6]
    assert found.finishing.tolist() == [False, True, False, True, False]


def test_a_datagram_of_very_many_records_is_read_one_by_one() -> None:
    assert rows([DATA * 64]).read.tolist() == []
    assert rows([DATA * 65]).read.tolist() == [0]


PIECES = st.one_of(
    st.sampled_from([DATA, FINISHED, HELLO, WITH_ID, record(20, b"\x01"), record(21, bytes(2), epoch=1)]),
    st.builds(unified, st.integers(0, 3), st.integers(10, 30), st.booleans(), st.booleans(), st.booleans()),
    st.binary(min_size=1, max_size=20),
)


@given(st.lists(st.lists(PIECES, min_size=1, max_size=4).map(b"".join), min_size=1, max_size=6), st.data())
def test_columns_and_scalars_agree(payloads: list[bytes], data: st.DataObject) -> None:
    payloads = [payload[: data.draw(st.integers(1, len(payload)))] for payload in payloads]
    found = rows(payloads)
    finishing = dict(zip(found.protected.tolist(), found.finishing.tolist(), strict=True))
    of_dtls = [row for row, payload in enumerate(payloads) if classify(payload) is PacketClass.DTLS]
    assert sorted([*found.read.tolist(), *finishing]) == of_dtls
    for row in of_dtls:
        try:
            records = list(iter_records(payloads[row]))
        except ValueError:
            assert row in found.read
            continue
        handshake = any(one.content_type is ContentType.HANDSHAKE for one in records)
        assert (row in finishing) is (all(one.encrypted for one in records) and not handshake)
        if row in finishing:
            assert finishing[row] is any(belongs_to_handshake(one) for one in records)
