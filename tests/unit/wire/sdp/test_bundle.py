"""The candidates of a bundle stand in the section that speaks for it (RFC 9143), and are good for all of them."""

from __future__ import annotations

import pytest

from harness.wire.sdp import Sdp, with_bundled_candidates

SPEAKS = "a=candidate:1 1 udp 1 127.0.9.8 4000 typ relay raddr 0.0.0.0 rport 9"
OTHER = "a=candidate:2 1 udp 1 127.0.9.8 5000 typ relay raddr 0.0.0.0 rport 9"
END = "a=end-of-candidates"


def description(group: str, audio: tuple[str, ...], video: tuple[str, ...]) -> Sdp:
    lines = ("v=0", *([group] if group else []), "m=audio 9 RTP/SAVPF 96", "a=mid:a", *audio)
    return Sdp.parse("\r\n".join((*lines, "m=video 0 RTP/SAVPF 97", "a=mid:b", *video, "")))


def test_what_the_first_section_of_the_group_offers_is_offered_in_the_others() -> None:
    told = with_bundled_candidates(description("a=group:BUNDLE a b", (SPEAKS, END), ()))
    assert str(told) == str(description("a=group:BUNDLE a b", (SPEAKS, END), (SPEAKS, END)))
    assert with_bundled_candidates(told) == told


def test_the_group_says_which_section_that_is() -> None:
    told = with_bundled_candidates(description("a=group:BUNDLE b a", (), (SPEAKS,)))
    assert str(told) == str(description("a=group:BUNDLE b a", (SPEAKS,), (SPEAKS,)))


@pytest.mark.parametrize(
    "sdp",
    [
        description("a=group:BUNDLE a b", (SPEAKS,), (OTHER,)),
        description("a=group:BUNDLE a b", (), ()),
        description("a=group:BUNDLE a", (SPEAKS,), ()),
        description("a=group:BUNDLE nobody b", (SPEAKS,), ()),
        description("a=group:LS a b", (SPEAKS,), ()),
        description("a=group:", (SPEAKS,), ()),
        description("", (SPEAKS,), ()),
    ],
    ids=["own", "none", "alone", "unknown", "no bundle", "empty", "no group"],
)
def test_every_other_description_stays_as_it_is(sdp: Sdp) -> None:
    assert with_bundled_candidates(sdp) is sdp
