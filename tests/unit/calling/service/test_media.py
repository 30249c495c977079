"""What the service does with the media of a call: a deed that is refused has changed nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.calling.exchange.outcome import Answered, Asked, Ended, Passed, Talker
from harness.calling.exchange.refusal import Refusal
from harness.calling.service.media import ServiceMedia
from harness.model.feature import Feature
from tests.unit.calling.media.device import Device
from tests.unit.calling.service.running import ALICE, BOB

CALL = "c1"


def test_who_has_described_nothing_that_can_be_used_has_described_nothing(tmp_path: Path) -> None:
    recording = Asked(CALL, Feature.RECORDING, on=True, by="s1")

    async def served() -> None:
        media = ServiceMedia("127.0.0.1", tmp_path / "kept", lambda _call, _frame: None)
        media.do(Answered(CALL, Talker("s1", ALICE), Talker("s2", BOB)))
        await media.settled()
        with pytest.raises(Refusal) as refused:
            media.do(Passed(CALL, "offer", "v=0\r\n", "s1", "s2"))
        assert refused.value.reason == "bad-description"
        with pytest.raises(Refusal) as refused:
            media.do(recording)
        assert refused.value.reason == "not-now"
        assert not (tmp_path / "kept").exists()
        media.do(Passed(CALL, "offer", Device(ALICE, "127.0.0.1").description(), "s1", "s2"))
        media.do(recording)
        media.do(Ended(CALL))
        await media.settled()

    asyncio.run(served())
    assert list((tmp_path / "kept").glob("@/c1")), "then it is kept"
