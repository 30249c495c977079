"""Every packet says to which section of the description it belongs, whoever sent it."""

from __future__ import annotations

from harness.calling.media.description import unwrapped
from harness.calling.media.sections import Sections
from harness.wire import rtp
from harness.wire.sdp import Sdp

from .browser import ordinary_call
from .device import Device, report
from .device import rtp as packet
from .test_dtls_leg import browser

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
TWO_PICTURES = Sdp.parse(
    "v=0\r\n"
    f"m=audio 9 RTP/SAVPF 111\r\na=mid:0\r\na=extmap:4 {MID}\r\na=ssrc:10 cname:x\r\n"
    f"m=video 9 RTP/SAVPF 96\r\na=mid:1\r\na=extmap:5/sendrecv {MID}\r\na=ssrc:20 cname:x\r\n"
    f"m=video 9 RTP/SAVPF 96\r\na=mid:screen\r\na=ssrc:30 cname:x\r\n"
)


def test_a_source_that_was_announced_tells_its_section_and_else_a_payload_type_of_one_section_only() -> None:
    sections = Sections(TWO_PICTURES)
    assert sections.name(packet(111, 1, 1, 99, b"x")) == "0"
    assert sections.name(packet(96, 1, 1, 30, b"x")) == "screen"
    assert sections.name(packet(96, 1, 1, 20, b"x")) == "1"
    assert sections.name(packet(96, 1, 1, 99, b"x")) is None
    assert sections.name(report(20)) is None
    assert sections.name(b"\x80") is None


def test_the_name_is_said_under_the_number_of_its_section_and_not_where_none_was_agreed() -> None:
    sections = Sections(TWO_PICTURES)
    clear = packet(96, 1, 1, 20, b"x")
    assert rtp.parse(sections.named(clear, "1")).extension == bytes.fromhex("50310000")
    assert sections.named(clear, "screen") == clear
    assert sections.named(clear, None) == clear


def test_extensions_that_make_no_sense_are_none() -> None:
    odd = Sdp.parse(f"v=0\r\nm=audio 9 RTP/SAVPF 111\r\na=mid:0\r\na=extmap:x {MID}\r\na=extmap:999 {MID}\r\n")
    clear = packet(111, 1, 1, 20, b"x")
    assert Sections(odd).named(clear, "0") == clear


def test_what_would_wrap_other_encodings_is_not_passed_on() -> None:
    offered = Sdp.parse(
        "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 118 119 120\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n"
        "a=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:118 red/90000\r\n"
        "a=rtpmap:119 rtx/90000\r\na=fmtp:119 apt=118\r\na=rtpmap:120 ulpfec/90000\r\n"
    )
    left = unwrapped(offered)
    assert [one.formats for one in left.media()] == [("96", "97")]
    assert [value for _, value in left.values("rtpmap")] == ["96 VP8/90000", "97 rtx/90000"]
    assert left.values("fmtp") == ((0, "97 apt=96"),)
    assert left.values("rtcp-fb") == ((0, "96 nack"),)


def test_a_section_of_nothing_else_stays() -> None:
    alone = Sdp.parse("v=0\r\nm=video 9 RTP/SAVPF 118\r\na=rtpmap:118 red/90000\r\n")
    assert unwrapped(alone) == alone


def heard_as(session: object, speaker: Device, listener: Device, number: int) -> int:
    listener.heard.clear()
    listener.receive(session.datagram(speaker.leg, speaker.sound(1, number), speaker.address))  # type: ignore[attr-defined]
    (clear,) = listener.heard
    return rtp.parse(clear).ssrc


def test_after_each_turn_a_browser_hears_everybody_as_somebody_new_and_other_clients_do_not() -> None:
    alice, bob = browser("alice"), Device("bob", "127.0.9.2")
    session = ordinary_call(alice, bob)
    assert heard_as(session, bob, alice, 1) == bob.audio
    session.talk((), held=("alice",))
    session.talk(("alice", "bob"))
    once = [heard_as(session, bob, alice, number) for number in (2, 3)]
    session.talk((), held=("alice",))
    session.talk(("alice", "bob"))
    again = heard_as(session, bob, alice, 4)
    assert once[0] == once[1]
    assert len({bob.audio, once[0], again}) == 3
    assert heard_as(session, alice, bob, 5) == alice.audio
    session.talk(("alice", "bob"))
    assert heard_as(session, bob, alice, 6) == again, "what changes nothing is no turn"
