"""The dump of an SRTP layer, line by line: what is read, and what makes it none that can be relied on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import rtp_dump
from harness.wire.rtp_dump import Dump, DumpedPacket, parse_dump

SENT = "O 00:00:55.029 0000 90 ef 14 dc # RTP_DUMP\n"
OPENED = "I 00:00:55.030 0000 80 c8 # RTP_DUMP\n"


def test_packets_come_in_the_order_in_which_they_were_sealed_and_opened() -> None:
    assert parse_dump(SENT + OPENED) == Dump(
        (DumpedPacket(True, bytes.fromhex("90ef14dc")), DumpedPacket(False, bytes.fromhex("80c8")))
    )
    assert parse_dump("") == Dump(())


@pytest.mark.parametrize(
    "line",
    [
        "O 00:00:55.029 0000 90 e # RTP_DUMP",
        "O 00:00:55.029 0000 # RTP_DUMP",
        "X 00:00:55.029 0000 90 # RTP_DUMP",
        "O 00:00:55.029 0000 90 ef",
        "O 00:00:55.029 0010 90 ef # RTP_DUMP",
        "O 00:00:55.029 0000 " + "90 " * 3000 + "# RTP_DUMP",
        "",
    ],
)
def test_a_line_that_is_no_packet_is_the_problem_of_the_dump(line: str) -> None:
    found = parse_dump(f"{SENT}{line}\n{OPENED}")
    assert len(found.packets) == 1
    assert found.problem == "line 2 is no packet"


def test_a_dump_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtp_dump, "MOST_BYTES", 2 * len(SENT))
    assert parse_dump(SENT + SENT).problem is None
    found = parse_dump(SENT + SENT + "O")
    assert (found.packets, found.problem) == ((), f"it has more than {2 * len(SENT)} bytes")


@given(st.text())
def test_any_text_is_a_dump_or_has_a_problem(text: str) -> None:
    found = parse_dump(text)
    assert found.problem is not None or len(found.packets) == len(text.splitlines())
