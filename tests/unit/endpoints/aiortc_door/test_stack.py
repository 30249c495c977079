"""The parts of the stack that no call is needed for."""

from __future__ import annotations

from harness.endpoints.aiortc_door.stack import _DecoderQueue


def test_a_decoder_gets_no_work_once_nobody_listens_and_is_still_told_to_end() -> None:
    waiting = _DecoderQueue()
    waiting.put("frame")
    waiting.wanted = False
    waiting.put("another frame")
    waiting.put(None)
    assert [waiting.get_nowait() for _ in range(waiting.qsize())] == ["frame", None]
