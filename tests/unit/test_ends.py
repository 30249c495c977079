"""What each end of a call came to: what stands in a cell of the interop matrix."""

from __future__ import annotations

from harness.ends import ends
from tests.unit.auditors.stage import ALICE, BOB, PROFILE, SUITE, honest_call, refused_call


def test_an_end_has_what_its_own_leg_shows_of_the_handshake() -> None:
    both = ends(honest_call().case())
    assert set(both) == {ALICE, BOB}
    for one in both.values():
        assert (one.version, one.suite, one.group, one.srtp_profile) == ("DTLSv1.2", SUITE, "x25519", PROFILE)


def test_an_end_that_came_to_the_end_of_no_handshake_has_nothing() -> None:
    one = ends(refused_call().case())[ALICE]
    assert (one.version, one.suite, one.group, one.srtp_profile) == (None, None, None, None)
