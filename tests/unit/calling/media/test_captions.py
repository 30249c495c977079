"""Captions say what is heard: markers by their number, single tones by their pitch, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from harness.calling.media.captions import LISTENS, Captioner, Line, caption
from harness.calling.media.own_sound import tone
from harness.calling.media.sound import FRAME, RATE, Heard, Pcm
from harness.markers import audio

MARKER = 0x3F00000000000042


def pieces(pcm: Pcm) -> list[Pcm]:
    return [pcm[at : at + FRAME] for at in range(0, len(pcm), FRAME)]


def said(captioner: Captioner, speaker: str, pcm: Pcm) -> list[Line]:
    lines = [captioner.take(speaker, Heard(0, 0, one), 1.5) for one in pieces(pcm)]
    return [one for one in lines if one is not None]


def test_a_marker_is_told_by_its_number() -> None:
    assert caption(audio.chord(MARKER, LISTENS)) == "[chord 3f00000000000042]"


@pytest.mark.parametrize("hertz", [440, 1_000, 3_141])
def test_a_tone_is_told_by_its_pitch(hertz: int) -> None:
    told = caption(np.concatenate([tone(hertz, number) for number in range(25)]))
    assert told.startswith("[tone ")
    assert float(told.split()[1]) == pytest.approx(hertz, abs=2)


@pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(LISTENS, np.int16),
        np.random.default_rng(5).normal(0, 3_000, LISTENS).astype(np.int16),
        np.zeros(0, np.int16),
        (np.concatenate([tone(500, n) for n in range(25)]) + np.concatenate([tone(900, n) for n in range(25)])) // 2,
        audio.chord(MARKER, LISTENS) // 1_000,
    ],
    ids=["silence", "noise", "nothing", "two tones", "a whisper"],
)
def test_nothing_is_made_up(pcm: Pcm) -> None:
    assert caption(pcm) == ""


def test_each_speaker_is_listened_to_and_what_goes_on_is_said_once() -> None:
    captioner = Captioner()
    second = audio.chord(MARKER, RATE)
    assert said(captioner, "alice", second) == [Line(1.5, "alice", "[chord 3f00000000000042]")]
    assert said(captioner, "alice", second) == []
    assert said(captioner, "bob", second) == [Line(1.5, "bob", "[chord 3f00000000000042]")]
    assert said(captioner, "alice", np.zeros(RATE, np.int16)) == []
    assert said(captioner, "alice", second) == [Line(1.5, "alice", "[chord 3f00000000000042]")], "after a silence again"


def test_a_line_reads_as_a_line() -> None:
    assert str(Line(12.5, "alice", "[tone 440 Hz]")) == "   12.50 alice: [tone 440 Hz]"
