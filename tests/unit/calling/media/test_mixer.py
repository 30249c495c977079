"""A conference: everybody hears all the others and never himself, and who speaks at once takes turns in front."""

from __future__ import annotations

import numpy as np

from harness.calling.media.mixer import BEHIND, TURN, Mixer
from harness.calling.media.sound import FRAME, RATE, Pcm

PEOPLE = ("alice", "bob", "carol")
LEVELS = {"alice": 1_000, "bob": 2_000, "carol": 4_000}


def level(value: int, count: int = FRAME) -> Pcm:
    return np.full(count, value, np.int16)


def say(mixer: Mixer, *names: str) -> None:
    for name in names:
        mixer.heard(name, level(LEVELS[name]))


def test_a_single_speaker_is_heard_by_the_others_as_loud_as_he_spoke() -> None:
    mixer = Mixer()
    say(mixer, "alice")
    assert {name: int(pcm[0]) for name, pcm in mixer.mixed(PEOPLE).items()} == {
        "alice": 0,
        "bob": 1_000,
        "carol": 1_000,
    }


def test_who_speaks_at_once_takes_turns_in_front_and_each_is_in_front_for_everybody() -> None:
    mixer = Mixer()
    heard: dict[str, list[int]] = {name: [] for name in PEOPLE}
    for _ in range(3 * TURN // FRAME):
        say(mixer, *PEOPLE)
        for name, pcm in mixer.mixed(PEOPLE).items():
            assert len(set(pcm.tolist())) == 1
            heard[name].append(int(pcm[0]))
    for name, values in heard.items():
        one, other = (LEVELS[person] for person in PEOPLE if person != name)
        assert set(values) == {round(one + BEHIND * other), round(BEHIND * one + other)}
        assert values[: TURN // FRAME] == [values[0]] * (TURN // FRAME), "a turn is not interrupted"


def test_who_says_nothing_gets_no_turn() -> None:
    mixer = Mixer()
    for _ in range(2 * TURN // FRAME):
        say(mixer, "bob")
        assert int(mixer.mixed(PEOPLE)["alice"][0]) == LEVELS["bob"]


def test_what_is_too_loud_together_is_clipped_and_does_not_wrap() -> None:
    mixer = Mixer()
    for name in PEOPLE:
        mixer.heard(name, level(32_000))
    assert {int(pcm[0]) for pcm in mixer.mixed(PEOPLE).values()} == {32_767}


def test_pieces_of_any_length_are_cut_to_twenty_milliseconds_and_what_is_missing_is_silence() -> None:
    mixer = Mixer()
    mixer.heard("alice", level(1_000, FRAME // 2))
    mixer.heard("alice", level(1_000, FRAME))
    first, second = (mixer.mixed(PEOPLE)["bob"] for _ in range(2))
    assert first.tolist() == [1_000] * FRAME
    assert second.tolist() == [1_000] * (FRAME // 2) + [0] * (FRAME // 2)


def test_who_sends_faster_than_time_passes_does_not_fill_the_memory() -> None:
    mixer = Mixer()
    for _ in range(1_000):
        say(mixer, "alice")
    loud = 0
    while int(mixer.mixed(PEOPLE)["bob"][0]):
        loud += 1
    assert loud * FRAME <= RATE // 2
