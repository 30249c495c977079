"""The origin line: which session, which version, and what may follow."""

from __future__ import annotations

import pytest

from harness.wire.sdp import Origin

SDP = "v=0\r\no=carol 28908764872 7 IN IP4 100.3.6.6\r\ns=-\r\n"


def test_it_is_read_and_written_without_touching_anything_else() -> None:
    assert Origin.read(SDP) == Origin(28908764872, 7)
    assert Origin(28908764872, 7).written(SDP) == SDP
    assert Origin(1, 2).written(SDP) == SDP.replace("28908764872 7", "1 2")


def test_a_new_session_begins_with_version_one_and_an_id_of_its_own() -> None:
    one, other = Origin.fresh(), Origin.fresh()
    assert one.version == other.version == 1
    assert one.session != other.session


def test_the_next_version_of_the_same_session_follows() -> None:
    Origin(5, 1).check_successor(Origin(5, 1).next())
    Origin(5, 1).check_successor(Origin(5, 9))


@pytest.mark.parametrize("later", [Origin(5, 3), Origin(5, 2), Origin(6, 4)], ids=["same", "older", "other session"])
def test_nothing_else_does(later: Origin) -> None:
    with pytest.raises(ValueError, match=r"version|session"):
        Origin(5, 3).check_successor(later)


@pytest.mark.parametrize("text", ["v=0\r\n", SDP + "o=- 1 1 IN IP4 0.0.0.0\r\n", SDP.replace(" 7 ", " x ")])
def test_a_description_without_exactly_one_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="origin lines"):
        Origin.read(text)
