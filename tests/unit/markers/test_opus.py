"""Opus from RTP: its first byte tells clear packets from ciphertext, and what is clear is decoded, but not for ever."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from harness.markers import audio, opus

from .sent_media import heard, numbered, opus_payloads

MARKER = 0xFEDC_BA98_7654_3210


def ciphertext(count: int, seed: int = 1) -> list[bytes]:
    random = Random(seed)
    return [random.randbytes(100) for _ in range(count)]


# clear or secured


def test_every_packet_of_clear_opus_is_kept_in_order() -> None:
    packets = numbered(opus_payloads(audio.chord(MARKER, 14_400)))

    assert len(packets) == 15
    assert opus.clear_packets(packets) == packets


@pytest.mark.parametrize("count", [1, 15, 75, 512, 2048])
def test_a_stream_of_ciphertext_is_given_up_whatever_its_length(count: int) -> None:
    for seed in range(20):
        assert opus.clear_packets(numbered(ciphertext(count, seed))) == []


def test_clear_packets_are_found_among_ten_times_as_many_secured_ones() -> None:
    clear = opus_payloads(audio.chord(MARKER, 48_000))
    mixed = [*clear, *ciphertext(10 * len(clear))]
    Random(2).shuffle(mixed)

    found = [payload for _, payload in opus.clear_packets(numbered(mixed))]

    assert set(clear) <= set(found)
    assert len(found) < 1.3 * len(clear)


def test_empty_payloads_are_left_out() -> None:
    assert opus.clear_packets(numbered([b""] * 50)) == []


# decoded


def test_clear_packets_are_decoded_to_mono_samples_at_48_khz() -> None:
    sound = list(opus.decoded(numbered(opus_payloads(audio.chord(MARKER, 48_000)))))

    assert [pcm.shape for pcm in sound] == [(960,)] * 50
    assert all(pcm.dtype == np.int16 for pcm in sound)
    assert audio.decode(np.concatenate(sound)) == MARKER


def test_both_channels_are_heard() -> None:
    silence, chord = np.zeros(24_000, np.int16), audio.chord(MARKER, 24_000)
    for left, right in ((chord, silence), (silence, chord)):
        payloads = opus_payloads(np.stack((left, right), axis=1))

        assert audio.decode(heard(numbered(payloads))) == MARKER


def test_a_packet_that_is_no_opus_is_left_out() -> None:
    # Frame count code 3 with 49 frames of 20 ms: more than 120 ms (RFC 6716 section 3.4, requirement R5).
    impossible = b"\xff\x31" + bytes(60)
    payloads = opus_payloads(audio.chord(MARKER, 14_400))

    assert len(list(opus.decoded(numbered([impossible, *payloads, impossible])))) == len(payloads)


def test_no_packets_are_no_sound() -> None:
    assert list(opus.decoded([])) == []


def test_no_more_than_six_seconds_are_decoded() -> None:
    payloads = opus_payloads(audio.chord(MARKER, 14_400)) * 30

    assert len(heard(numbered(payloads))) == 6 * 48_000


# gaps


@pytest.mark.parametrize("first_sequence", [0, 0xFFFF - 14])
def test_what_is_missing_is_concealed_and_keeps_its_time(first_sequence: int) -> None:
    whole = numbered(opus_payloads(audio.chord(MARKER, 48_000)), first_sequence)
    with_gaps = whole[:10] + whole[20:30] + whole[31:]

    assert len(heard(with_gaps)) == len(heard(whole)) == 48_000


def test_a_gap_of_more_than_ten_packets_is_skipped() -> None:
    whole = numbered(opus_payloads(audio.chord(MARKER, 48_000)))

    assert len(heard(whole[:10] + whole[21:])) == 48_000 - 11 * 960


def test_concealed_sound_is_no_silence() -> None:
    whole = numbered(opus_payloads(audio.chord(MARKER, 48_000)))
    concealed = heard(whole[:10] + whole[11:])[9_600:10_560]

    assert np.abs(concealed.astype(int)).max() > 1_000
