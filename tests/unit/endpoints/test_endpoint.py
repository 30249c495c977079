"""What crosses the border of the room."""

from __future__ import annotations

import pytest

from harness.endpoints.endpoint import MAX_DETAIL, CallFailed, failure
from harness.model.finding import Reason


def test_a_failure_is_cut_to_what_a_statement_can_hold() -> None:
    assert failure(Reason.DTLS_ERROR, "x" * 5_000).detail == "x" * MAX_DETAIL


def test_a_failure_takes_text_that_no_file_could_hold() -> None:
    assert failure(Reason.SDP_REJECTED, "a\ud800b").detail == "a?b"


def test_a_failed_call_says_why() -> None:
    with pytest.raises(CallFailed, match="sdp-rejected: line 3") as raised:
        raise CallFailed(Reason.SDP_REJECTED, "line 3")
    assert (raised.value.reason, raised.value.detail) == (Reason.SDP_REJECTED, "line 3")
