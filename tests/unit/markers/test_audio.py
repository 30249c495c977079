"""The chord: what it sounds like, what it lives through, and what it must not be mistaken for."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.markers import audio
from harness.markers.word import pack

markers = st.integers(min_value=0, max_value=2**64 - 1)
MARKER = 0xFEDC_BA98_7654_3210
OTHER = 0x0123_4567_89AB_CDEF
SECOND = audio.RATE


def noise(samples: int, loudness: float, seed: int = 1) -> NDArray[np.floating[Any]]:
    return np.random.default_rng(seed).normal(0, loudness, samples)


def clipped(pcm: NDArray[np.floating[Any]]) -> NDArray[np.int16]:
    return np.clip(np.round(pcm), -32768, 32767).astype(np.int16)


# what it sounds like


@given(markers)
@settings(deadline=None)
def test_each_nibble_sounds_one_of_sixteen_places_10_hz_apart(marker: int) -> None:
    spectrum = np.abs(np.fft.rfft(audio.chord(marker, SECOND)))
    nibbles = [int(digit, 16) for digit in pack(marker).hex()]
    expected = [300 + 10 * (16 * k + nibble) for k, nibble in enumerate(nibbles)]

    assert np.flatnonzero(spectrum > spectrum.max() / 2).tolist() == expected
    # What is not one of those tones is rounding to whole numbers: 1/12 of variance a sample.
    tone = spectrum[expected].min()
    assert np.delete(spectrum, expected).max() < tone / 1000


@given(markers)
@settings(deadline=None)
def test_it_never_reaches_the_limits_of_int16(marker: int) -> None:
    assert np.abs(audio.chord(marker, 4800).astype(int)).max() <= 28_800


@given(markers, st.integers(0, 200_000), st.integers(0, 5_000))
@settings(deadline=None)
def test_pieces_join_without_a_seam_and_repeat_every_100_ms(marker: int, start: int, samples: int) -> None:
    piece = audio.chord(marker, samples, start)

    assert piece.dtype == np.int16
    assert piece.tolist() == audio.chord(marker, start % 4800 + samples)[start % 4800 :].tolist()


# what it lives through


@given(markers, st.integers(0, 100_000), st.integers(14_400, 40_000))
@settings(deadline=None, max_examples=50)
def test_any_piece_of_three_tenths_of_a_second_is_enough(marker: int, start: int, samples: int) -> None:
    assert audio.decode(audio.chord(marker, samples, start)) == marker


def test_one_sample_less_is_not() -> None:
    assert audio.decode(audio.chord(MARKER, 14_399)) is None


@pytest.mark.parametrize("gain", [0.003, 0.1, 1.1, 2, 4, -1])
def test_it_may_be_quieter_louder_inverted_or_clipped(gain: float) -> None:
    assert audio.decode(clipped(audio.chord(MARKER, SECOND) * gain)) == MARKER


@pytest.mark.parametrize("offset", [-20_000, 300, 20_000])
def test_it_may_ride_on_a_constant(offset: int) -> None:
    assert audio.decode(clipped(audio.chord(MARKER, SECOND) * 0.5 + offset)) == MARKER


def test_its_loudness_may_change_all_the_time() -> None:
    swell = 0.05 + np.abs(np.sin(np.arange(SECOND) * 2 * np.pi * 3 / SECOND))

    assert audio.decode(clipped(audio.chord(MARKER, SECOND) * swell)) == MARKER


def test_the_scale_of_floats_does_not_matter() -> None:
    assert audio.decode(audio.chord(MARKER, SECOND).astype(np.float32) / 32_768) == MARKER


def in_noise(times_louder: float, seed: int) -> NDArray[np.floating[Any]]:
    """1.5 s of a quiet chord under white noise."""
    chord = audio.chord(MARKER, int(1.5 * SECOND)) * 0.1
    return chord + noise(len(chord), chord.std() * times_louder, seed)


@pytest.mark.parametrize("seed", range(8))
def test_averaging_finds_it_under_noise_where_no_single_piece_would_do(seed: int) -> None:
    sound = clipped(in_noise(4.5, seed))

    assert audio.decode(sound) == MARKER
    assert None in [audio.decode(sound[at : at + 14_400]) for at in range(0, len(sound) - 14_399, 4_800)]


@pytest.mark.parametrize("seed", range(8))
def test_neither_a_loud_burst_nor_a_silence_spoils_the_average(seed: int) -> None:
    sound = in_noise(4, seed)
    sound[30_000:36_000] += noise(6_000, 15_000, seed + 100)
    sound[43_200:57_600] = 0

    assert audio.decode(clipped(sound)) == MARKER


@pytest.mark.parametrize(("loss", "silenced"), [(0.05, False), (0.1, False), (0.05, True), (0.2, True)])
def test_a_part_of_the_frames_may_be_cut_out_or_silent(loss: float, silenced: bool) -> None:
    random = Random(7)
    frames = audio.chord(MARKER, int(1.5 * SECOND)).reshape(-1, 960)
    kept = np.array([random.random() >= loss for _ in frames])
    heard = frames * kept[:, None] if silenced else frames[kept]

    assert not kept.all()
    assert audio.decode(heard.ravel().astype(np.int16)) == MARKER


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_it_is_found_where_something_louder_fills_the_rest(place: int) -> None:
    sound = noise(2 * SECOND, 8000)
    sound[place * SECOND // 2 : (place + 1) * SECOND // 2] = audio.chord(MARKER, SECOND // 2)

    assert audio.decode(clipped(sound)) == MARKER


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 96_000])
def test_other_rates_carry_it_too(rate: int) -> None:
    assert audio.decode(audio.chord(MARKER, rate, rate=rate), rate=rate) == MARKER


# what it must not be mistaken for


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(SECOND, np.int16),
        np.full(SECOND, 32_767, np.int16),
        np.zeros(SECOND, np.float64),
        np.full(SECOND, np.nan),
        np.full(SECOND, np.inf),
        np.full(SECOND, 1e300),
        clipped(noise(SECOND, 3000)),
        clipped(noise(SECOND, 90_000)),
        clipped(8000 * np.sin(2 * np.pi * 440 * np.arange(SECOND) / SECOND)),
        clipped(8000 * np.sin(2 * np.pi * np.arange(SECOND) ** 2 * 4000 / SECOND**2)),
        np.tile(np.array([20_000] + [0] * 2399, np.int16), 20),
        np.zeros(0, np.int16),
    ],
    ids=["silence", "dc", "zeros", "nan", "inf", "huge", "noise", "clipped", "tone", "sweep", "clicks", "nothing"],
)
def test_foreign_sound_holds_no_marker(sound: NDArray[np.generic]) -> None:
    assert audio.decode(sound) is None


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=50)
def test_no_noise_holds_a_marker(seed: int) -> None:
    assert audio.decode(clipped(noise(14_400, 5000, seed))) is None


def test_a_chord_with_one_wrong_tone_is_refused() -> None:
    time = np.arange(SECOND) / SECOND
    nibble = pack(MARKER)[0] >> 4
    right, wrong = 300 + 10 * nibble, 300 + 10 * (nibble ^ 1)
    chord = audio.chord(MARKER, SECOND) + 6000 * np.cos(2 * np.pi * wrong * time)

    assert wrong != right
    assert audio.decode(clipped(chord)) is None


@given(markers, markers, st.floats(0.1, 10))
@settings(deadline=None, max_examples=100)
def test_two_chords_at_once_never_make_a_third_marker(one: int, two: int, ratio: float) -> None:
    mixed = audio.chord(one, 20_000) * 0.5 + audio.chord(two, 20_000) * 0.5 * ratio

    assert audio.decode(clipped(mixed)) in (None, one, two)


@pytest.mark.parametrize("ratio", [0.75, 1.0, 1.33])
def test_two_chords_within_3_db_of_each_other_say_nothing(ratio: float) -> None:
    mixed = audio.chord(MARKER, SECOND) * 0.4 + audio.chord(OTHER, SECOND) * 0.4 * ratio

    assert audio.decode(clipped(mixed)) is None


def test_of_two_chords_the_clearly_louder_one_is_heard() -> None:
    one, two = audio.chord(MARKER, SECOND) * 0.5, audio.chord(OTHER, SECOND) * 0.5

    assert audio.decode(clipped(one + two * 0.5)) == MARKER
    assert audio.decode(clipped(one * 0.5 + two)) == OTHER


def test_of_two_chords_one_after_the_other_the_first_is_returned() -> None:
    both = np.concatenate((audio.chord(MARKER, SECOND), audio.chord(OTHER, SECOND)))

    assert audio.decode(both) == MARKER


# what cannot be asked


@pytest.mark.parametrize("rate", [0, -48_000, 8_000, 15_990, 48_005])
def test_a_rate_that_cannot_hold_the_chord_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="rate"):
        audio.chord(MARKER, 100, rate=rate)
    with pytest.raises(ValueError, match="rate"):
        audio.decode(np.zeros(SECOND, np.int16), rate=rate)


def test_more_than_one_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="mono"):
        audio.decode(np.zeros((2, SECOND), np.int16))


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 samples"):
        audio.chord(MARKER, -1)


def test_all_markers_that_take_turns_are_found_and_the_soft_one_behind_another_is_not() -> None:
    first, second, soft = (audio.chord(marker, audio.RATE) for marker in (0x111, 0x222, 0x333))
    turns = np.concatenate((first + soft // 4, second + soft // 4, first))
    assert audio.decode_all(turns) == (0x111, 0x222)
    assert audio.decode_all(first) == (0x111,)
    assert audio.decode_all(first // 2 + second // 2) == ()
    assert audio.decode_all(first[: audio.RATE // 5]) == ()
