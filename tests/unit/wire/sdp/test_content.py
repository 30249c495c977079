"""What a section is for (RFC 4796): said in a description, and read in one."""

from __future__ import annotations

from harness.wire.sdp import SLIDES, Sdp, sections_for, with_content

TWO_VIDEOS = "\r\n".join(
    (
        "v=0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96",
        "a=mid:0",
        "m=video 9 UDP/TLS/RTP/SAVPF 97",
        "a=mid:camera",
        "m=video 9 UDP/TLS/RTP/SAVPF 97",
        "a=mid:2",
        "",
    )
)


def test_the_section_that_is_named_says_so_and_no_other() -> None:
    told = with_content(Sdp.parse(TWO_VIDEOS), {"2"}, SLIDES)
    assert str(told) == f"{TWO_VIDEOS}a=content:slides\r\n"
    assert sections_for(told, SLIDES) == {"2"}


def test_what_was_said_before_is_replaced() -> None:
    once = with_content(Sdp.parse(TWO_VIDEOS), {"camera"}, SLIDES)
    assert sections_for(with_content(once, {"2"}, SLIDES), SLIDES) == {"2"}
    assert str(with_content(once, (), SLIDES)) == TWO_VIDEOS


def test_a_section_may_say_several_things() -> None:
    told = Sdp.parse(TWO_VIDEOS + "a=content:speaker,slides\r\n")
    assert sections_for(told, SLIDES) == {"2"}
    assert sections_for(told, "speaker") == {"2"}
    assert sections_for(told, "slide") == frozenset()


def test_a_section_without_an_id_and_a_word_outside_every_section_are_nobodys() -> None:
    nameless = "v=0\r\na=content:slides\r\na=mid:x\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=content:slides\r\n"
    assert sections_for(Sdp.parse(nameless), SLIDES) == frozenset()
    assert "content" not in str(with_content(Sdp.parse(nameless), {"x"}, SLIDES))
