"""What each end of a call came to: what stands in a cell of the interop matrix."""

from __future__ import annotations

import pytest

from harness.ends import ends
from harness.model.recording import SignalKind
from tests.unit.auditors.stage import ALICE, BOB, PROFILE, SUITE, honest_call, refused_call


def test_an_end_has_what_its_own_leg_shows_of_the_handshake() -> None:
    both = ends(honest_call().case())
    assert set(both) == {ALICE, BOB}
    for one in both.values():
        assert (one.version, one.suite, one.group, one.srtp_profile) == ("DTLSv1.2", SUITE, "x25519", PROFILE)


def test_an_end_that_came_to_the_end_of_no_handshake_has_nothing() -> None:
    one = ends(refused_call().case())[ALICE]
    assert (one.version, one.suite, one.group, one.srtp_profile) == (None, None, None, None)


def test_a_page_that_is_read_later_was_up_when_it_says() -> None:
    stage = honest_call()
    at_service = [one for one in stage.signalling if one.hop == "service"]
    offered = min(one.time for one in at_service if one.message.kind is SignalKind.OFFER)
    shown = stage.now - offered
    assert ends(stage.case())[ALICE].setup_seconds == pytest.approx(shown)
    stage.state(ALICE, up=offered + shown / 2)
    assert ends(stage.case())[ALICE].setup_seconds == pytest.approx(shown / 2)
    stage.state(ALICE, up=stage.now + 9)
    assert ends(stage.case())[ALICE].setup_seconds == pytest.approx(shown), "its screen has said so before"
    assert ends(stage.case())[BOB].setup_seconds == pytest.approx(shown), "the other end says nothing of it"
