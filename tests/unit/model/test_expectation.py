"""What must be seen hangs on the stacks at the two ends, where they refuse the same thing at different moments."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from harness.model.endpoints import Endpoints
from harness.model.expectation import Expectation
from harness.model.finding import Reason
from harness.model.outcome import Outcome

EXPECT = Expectation(
    outcome=Outcome.BLOCKED,
    because=(Reason.FINGERPRINT_ALTERED,),
    by_stack={"aiortc": (Reason.FINGERPRINT_MISMATCH,), "firefox": (Reason.DTLS_ERROR,)},
)


@pytest.mark.parametrize(("stack", "reason"), [("aiortc", Reason.FINGERPRINT_MISMATCH), ("firefox", Reason.DTLS_ERROR)])
def test_of_one_stack_at_both_ends_it_is_known_what_it_raises(stack: str, reason: Reason) -> None:
    found = EXPECT.of([stack, stack])
    assert (found.because, found.either) == ((Reason.FINGERPRINT_ALTERED, reason), ())


@pytest.mark.parametrize("stacks", [["aiortc", "firefox"], ["webrtcbin"] * 2, [None, None], ["aiortc", None]])
def test_of_two_stacks_and_of_an_unknown_one_one_of_all_is_demanded(stacks: Collection[str | None]) -> None:
    found = EXPECT.of(stacks)
    assert found.because == (Reason.FINGERPRINT_ALTERED,)
    assert found.either == (Reason.FINGERPRINT_MISMATCH, Reason.DTLS_ERROR)


def test_what_hangs_on_no_stack_is_the_same_for_all() -> None:
    plain = Expectation(outcome=Outcome.SECURE, either=(Reason.SDP_REJECTED, Reason.DTLS_ERROR))
    assert plain.of(["firefox", "firefox"]) == plain


@pytest.mark.parametrize(
    ("kind", "stack"),
    [
        ("aiortc", "aiortc"),
        ("aiortc-process", "aiortc"),
        ("replay-accepted", "aiortc"),
        ("chromium", "chromium"),
        ("chromium-raw", "chromium"),
        ("chromium-code-from-sdp", "chromium"),
        ("firefox", "firefox"),
        ("gstreamer", "webrtcbin"),
        ("program", None),
    ],
)
def test_which_stack_it_is_says_who_was_placed_and_of_a_program_nobody(kind: str, stack: str | None) -> None:
    assert Endpoints.model_validate({"alice": kind}).stacks == (stack, "aiortc")
    assert Endpoints.model_validate({"bob": kind}).stacks == ("aiortc", stack)
