"""What must be seen hangs on the stacks at the two ends, where they refuse the same thing at different moments."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from harness.model.expectation import Expectation
from harness.model.finding import Reason
from harness.model.outcome import Outcome

EXPECT = Expectation(
    outcome=Outcome.BLOCKED,
    because=(Reason.FINGERPRINT_ALTERED,),
    by_stack={"aiortc": (Reason.FINGERPRINT_MISMATCH,), "firefox": (Reason.DTLS_ERROR,)},
)
AIORTC, FIREFOX, OTHER = "aiortc/1.16.0 aioice/0.13.0", "firefox/153.8.0", "not-aiortc/1.0"


@pytest.mark.parametrize(
    ("stack", "reason"),
    [(AIORTC, Reason.FINGERPRINT_MISMATCH), (FIREFOX, Reason.DTLS_ERROR)],
    ids=["aiortc", "firefox"],
)
def test_of_one_stack_at_both_ends_it_is_known_what_it_raises(stack: str, reason: Reason) -> None:
    found = EXPECT.of([stack, stack])
    assert (found.because, found.either) == ((Reason.FINGERPRINT_ALTERED, reason), ())


@pytest.mark.parametrize("software", [[AIORTC, FIREFOX], [OTHER, OTHER], [AIORTC, OTHER], [AIORTC], []])
def test_of_two_stacks_of_an_unknown_one_and_of_a_silent_end_one_of_all_is_demanded(software: Collection[str]) -> None:
    found = EXPECT.of(software)
    assert found.because == (Reason.FINGERPRINT_ALTERED,)
    assert found.either == (Reason.FINGERPRINT_MISMATCH, Reason.DTLS_ERROR)


def test_what_hangs_on_no_stack_is_the_same_for_all() -> None:
    plain = Expectation(outcome=Outcome.SECURE, either=(Reason.SDP_REJECTED, Reason.DTLS_ERROR))
    assert plain.of([FIREFOX, FIREFOX]) == plain
