"""A recording is a file that others open, for its owner only, in which every speaker stands at its own time."""

from __future__ import annotations

import stat
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from harness.calling.media.recording import LONGEST, MOST_FILES, Recorder
from harness.calling.media.sound import FRAME, RATE, Heard
from harness.markers import audio

MARKER = 0x4EC04D


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def samples_of(path: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def ones(count: int = FRAME) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.ones(count, np.int16)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(tmp_path: Path, clock: Clock) -> Recorder:
    return Recorder(tmp_path, "recording", clock)


def test_what_is_said_can_be_heard_in_the_file_by_others(recorder: Recorder) -> None:
    for number in range(25):
        recorder.take("alice", Heard(0, number * FRAME, audio.chord(MARKER, FRAME, number * FRAME)))
    recorder.close()
    (path,) = recorder.files
    assert path.name == "recording-alice.wav"
    with av.open(str(path), "r") as container:
        pcm = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert len(pcm) == 25 * FRAME
    assert audio.decode(pcm) == MARKER


def test_only_its_owner_may_read_it(recorder: Recorder) -> None:
    recorder.take("alice", Heard(0, 0, ones()))
    recorder.close()
    assert stat.S_IMODE(recorder.files[0].stat().st_mode) == 0o600


def test_each_speaker_has_a_file_and_silence_where_nothing_came(recorder: Recorder, clock: Clock) -> None:
    recorder.take("alice", Heard(0, 0, ones()))
    clock.now += 1
    recorder.take("bob", Heard(0, 0, ones()))
    recorder.take("alice", Heard(0, 3 * FRAME, ones()))
    recorder.close()
    alice, bob = (samples_of(path) for path in recorder.files)
    assert alice.reshape(-1, FRAME).any(axis=1).tolist() == [True, False, False, True]
    assert (len(bob), int(bob.argmax())) == (RATE + FRAME, RATE), "bob began a second later"


def test_another_source_of_the_same_device_stands_where_the_clock_is(recorder: Recorder, clock: Clock) -> None:
    recorder.take("alice", Heard(0, 0, ones()))
    clock.now += 2
    recorder.take("alice", Heard(1, 0, ones()))
    recorder.take("alice", Heard(1, FRAME, ones()))
    recorder.close()
    (alice,) = (samples_of(path) for path in recorder.files)
    assert alice[:FRAME].all()
    assert not alice[FRAME : 2 * RATE].any()
    assert alice[2 * RATE :].tolist() == [1] * 1920


def test_a_service_that_is_killed_leaves_a_file_that_opens(recorder: Recorder) -> None:
    for number in range(120):
        recorder.take("alice", Heard(0, number * FRAME, ones()))
    assert len(samples_of(recorder.files[0])) >= 2 * RATE, "the head was true after each second"


def test_nothing_is_overwritten_and_no_name_leaves_the_folder(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "recording-alice.wav").write_bytes(b"before")
    recorder = Recorder(tmp_path, "recording", clock)
    for name in ("alice", "../../bob", "", "a" * 500):
        recorder.take(name, Heard(0, 0, ones()))
    recorder.close()
    assert (tmp_path / "recording-alice.wav").read_bytes() == b"before"
    assert [path.parent for path in recorder.files] == [tmp_path] * 4
    assert [path.name for path in recorder.files[:3]] == [
        "recording-alice-2.wav",
        "recording-bob.wav",
        "recording-device.wav",
    ]


def test_a_silence_of_hours_takes_no_room_and_a_file_has_a_longest_length(recorder: Recorder) -> None:
    recorder.take("alice", Heard(0, 0, ones()))
    recorder.take("alice", Heard(0, LONGEST - 2 * FRAME, ones()))
    recorder.take("alice", Heard(0, LONGEST, ones()))
    recorder.close()
    status = recorder.files[0].stat()
    assert status.st_size == 44 + 2 * (LONGEST - FRAME)
    assert status.st_blocks * 512 < 1_000_000


def test_speakers_without_end_get_no_files_without_end(recorder: Recorder) -> None:
    for number in range(MOST_FILES + 5):
        recorder.take(f"device-{number}", Heard(0, 0, ones()))
    assert len(recorder.files) == MOST_FILES
    recorder.close()


def test_a_disk_that_is_full_ends_the_recording_and_nothing_else(clock: Clock, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "gone", "recording", clock)
    recorder.take("alice", Heard(0, 0, ones()))
    recorder.take("alice", Heard(0, FRAME, ones()))
    assert recorder.fault == "the recording could not go on: No such file or directory"
    assert recorder.files == []
