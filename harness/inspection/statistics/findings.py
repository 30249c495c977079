"""What the statistics say: which streams are not noise; of the others, that this proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ...model.finding import Finding, Reason
from ...model.voice import Voice, counted
from ..stream_key import StreamKey
from .battery import LEVEL, Reading, Statistics
from .randomness import DTLS

NAME: Final = "statistics"

_say = Voice(NAME)


def findings(
    result: Mapping[StreamKey, Statistics],
    problems: tuple[str, ...],
    capture: str,
    leg_name: Callable[[int], str],
    level: float = LEVEL,
) -> tuple[Finding, ...]:
    """An alarm for each stream that is not random, then one sentence for all others and one for each limit.

    `capture` names the capture, `leg_name` its legs by their number; `level` is the one the result was made with.
    """
    return (*_alarms(result, leg_name), *_others(result, problems, capture, level))


def _alarms(result: Mapping[StreamKey, Statistics], leg_name: Callable[[int], str]) -> Iterator[Finding]:
    for key, one in result.items():
        if one.reading is Reading.NOT_RANDOM:
            worst = sorted(one.refuted, key=lambda test: one.probabilities[test])
            tests = ", ".join(f"{test} (p {_power(one.probabilities[test])})" for test in worst)
            detail = (
                f"{_sender(key)}: {len(worst)} of {counted(len(one.probabilities), 'test')} on {one.tested:,} bytes "
                f"refute that this is ciphertext: {tests}"
            )
            yield _say.alarm(Reason.NOT_RANDOM, leg_name(key.leg), detail)


def _others(
    result: Mapping[StreamKey, Statistics], problems: tuple[str, ...], capture: str, level: float
) -> Iterator[Finding]:
    noise = [one for one in result.values() if one.reading is Reading.NOT_REFUTED]
    if noise:
        detail = (
            f"{counted(len(noise), 'stream')}: no test at the level {level:.0e} refutes that this is ciphertext, "
            f"on {sum(one.tested for one in noise):,} bytes; that confirms nothing: weak ciphers look like noise too"
        )
        yield _say.fact(Reason.NOT_REFUTED, capture, detail)
    scraps = sum(one.reading is Reading.TOO_LITTLE for one in result.values())
    if scraps:
        yield _say.fact(Reason.NOT_CHECKED, capture, f"{counted(scraps, 'stream')}: too little to test for randomness")
    for problem in problems:
        yield _say.inconclusive(Reason.LIMIT_REACHED, capture, problem)


def _sender(key: StreamKey) -> str:
    way = "sent by the near end" if key.outward else "sent by the far end"
    return f"DTLS records {way}" if key.ssrc == DTLS else f"SSRC 0x{key.ssrc:08x} {way}"


def _power(probability: float) -> str:
    return f"{probability:.0e}" if probability else "below 1e-300"
