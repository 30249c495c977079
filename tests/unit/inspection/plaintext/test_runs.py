"""Runs: where one ends, and that what was found once is not forgotten."""

from __future__ import annotations

from harness.inspection.plaintext.runs import Runs
from harness.inspection.plaintext.sample import Sample
from tests.unit.inspection import media

from .excerpts import samples


def noise(count: int, size: int) -> list[Sample]:
    packets = media.audio_packets(media.OPUS, [bytes(size)] * count, 960)
    return samples(media.as_ciphertext(packets, size))


def ends(runs: Runs, sampled: list[Sample]) -> list[int]:
    return [place for place, sample in enumerate(sampled, 1) if runs.take(sample)]


def test_the_first_run_is_of_two_hundred_packets_and_later_ones_of_thirty_two() -> None:
    assert ends(Runs(), noise(300, 50)) == [200, 232, 264, 296]


def test_a_run_of_large_packets_ends_at_64_kibibytes() -> None:
    # 1,000 and a tag of 10: 65 of them are more than 65,536 bytes.
    assert ends(Runs(), noise(100, 1_000)) == [65, 97]


def test_what_was_found_in_one_run_stays_found() -> None:
    runs = Runs()
    for sample in samples(media.opus_packets(media.speech(4.0, 48_000))):
        runs.take(sample)
    found = runs.evidence
    for sample in noise(100, 50):
        runs.take(sample)
    runs.judge()

    assert found is not None
    assert runs.evidence is found
    assert runs.sampled == 300


def test_an_unfinished_run_is_judged_when_asked_and_as_often_as_asked() -> None:
    runs = Runs()
    for sample in samples(media.opus_packets(media.speech(0.3, 48_000))):
        runs.take(sample)
    assert runs.evidence is None

    runs.judge()
    runs.judge()

    assert runs.evidence is not None
