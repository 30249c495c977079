"""The browser's log names the fingerprint that a certificate was refused for."""

from __future__ import annotations

from harness.endpoints.chromium.refused import refused
from harness.wire.sdp import Fingerprint

GENUINE, OWN = Fingerprint.of(b"genuine"), Fingerprint.of(b"the interceptor's", "sha-512")


def line(expected: Fingerprint, process: int = 8753) -> str:
    place = f"[{process}:8840:1129/020524.930061:WARNING:third_party/webrtc/rtc_base/openssl_stream_adapter.cc:1244]"
    mismatch = f"Rejected peer certificate due to mismatched digest using {expected.algorithm}."
    return f"{place} {mismatch} Expected {expected.value.lower()} got d3:13:5f\n"


def test_the_fingerprint_that_was_compared_is_named_among_those_that_were_announced() -> None:
    assert refused(line(OWN), [GENUINE, OWN]) == OWN
    assert refused(line(GENUINE), [GENUINE, OWN]) == GENUINE


def test_a_line_about_another_call_says_nothing_of_this_one() -> None:
    assert refused(line(Fingerprint.of(b"another call")), [GENUINE]) is None
    assert refused(line(GENUINE), []) is None


def test_a_log_without_a_refusal_names_nothing() -> None:
    assert refused("", [GENUINE]) is None
    assert refused(line(GENUINE).replace("Rejected", "Accepted"), [GENUINE]) is None


def test_a_fingerprint_without_a_digest_is_passed_over() -> None:
    assert refused(line(GENUINE), [Fingerprint(None, "sha-256", "zz"), GENUINE]) == GENUINE
