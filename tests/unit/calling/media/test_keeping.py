"""What is kept of a call, by whose will, and when it ends."""

from __future__ import annotations

from pathlib import Path

from harness.calling.media.keeping import Keeping
from harness.calling.media.sound import FRAME, Heard
from harness.markers import audio
from harness.model.feature import Feature


def heard(keeping: Keeping, name: str, number: int) -> None:
    for listener in keeping.listeners:
        listener.take(name, Heard(0, number * FRAME, audio.chord(7, FRAME, number * FRAME)))


def test_what_must_be_recorded_is_ended_by_nobody_but_the_end_of_the_call(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path / "kept", lambda: 0.0)
    keeping.comply()
    keeping.comply()
    keeping.turn(Feature.RECORDING, on=True)
    heard(keeping, "alice", 0)
    keeping.turn(Feature.RECORDING, on=False)
    heard(keeping, "alice", 1)
    keeping.close()
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "kept").iterdir()}
    assert set(sizes) == {"compliance-alice.wav", "recording-alice.wav"}
    assert sizes["compliance-alice.wav"] == sizes["recording-alice.wav"] + 2 * FRAME


def test_a_recording_that_must_be_and_cannot_go_on_is_a_fault(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path / "kept", lambda: 0.0)
    keeping.comply()
    assert keeping.fault is None
    (tmp_path / "kept").rmdir()
    heard(keeping, "alice", 0)
    assert keeping.fault is not None
    assert "compliance" in keeping.fault
