"""ICE candidates, from the examples of RFC 8839."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.sdp import Candidate

# RFC 8839 section 5.1, its examples.
HOST = "1 1 UDP 2130706431 203.0.113.141 8998 typ host"
REFLEXIVE = "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998"


def test_a_host_candidate() -> None:
    assert Candidate.parse(HOST) == Candidate("1", 1, "UDP", 2130706431, "203.0.113.141", 8998, "host")


def test_a_reflexive_candidate_keeps_its_related_address() -> None:
    candidate = Candidate.parse(REFLEXIVE)
    assert (candidate.type, candidate.extra) == ("srflx", ("raddr", "203.0.113.141", "rport", "8998"))


@pytest.mark.parametrize("text", [HOST, REFLEXIVE])
def test_printing_gives_what_was_read(text: str) -> None:
    assert str(Candidate.parse(text)) == text


def test_the_largest_numbers() -> None:
    candidate = Candidate.parse("1 256 UDP 4294967295 203.0.113.141 65535 typ host")
    assert (candidate.component, candidate.priority, candidate.port) == (256, 2**32 - 1, 65535)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "at least 8 fields"),
        ("1 1 UDP 2130706431 203.0.113.141 8998 typ", "at least 8 fields"),
        (HOST.replace("typ", "tip"), "the seventh being 'typ'"),
        (HOST.replace("8998", "65536"), "port .* up to 65535: '65536'"),
        (HOST.replace("8998", "-1"), "port"),
        (HOST.replace("8998", "٨"), "port"),
        (HOST.replace("8998", "1_0"), "port"),
        (HOST.replace("8998", "0" * 11), "port"),
        (HOST.replace("1 1", "1 257"), "component .* up to 256"),
        (HOST.replace("2130706431", "4294967296"), "priority"),
    ],
)
def test_a_malformed_candidate_is_refused_with_the_reason(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Candidate.parse(text)


@given(st.text() | st.lists(st.sampled_from([*HOST.split(), "²", "x"]), max_size=10).map(" ".join))
def test_whatever_comes_only_a_value_error_goes_out(text: str) -> None:
    with suppress(ValueError):
        assert Candidate.parse(str(Candidate.parse(text))) == Candidate.parse(text)
