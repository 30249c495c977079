"""Descriptions: nothing is lost, auditors read what is there, attackers change what they name and nothing else."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.sdp import MAX_LINES, MAX_SIZE, Candidate, Fingerprint, Line, Media, Sdp, with_addresses

from .sample import LINES, OFFER, SHA_1, SHA_256, with_changed, without

SDP = Sdp.parse(OFFER)
ENDINGS = st.sampled_from(["\r\n", "\n", "\r", "", "\x85", " ", "\n\n"])
TEXTS = st.sampled_from([*LINES, "", "a=", "a=candidate:", "a=candidate:1 1 udp x", "a=fingerprint:", "m=", "m=audio"])
DESCRIPTIONS = st.lists(st.tuples(TEXTS | st.text(max_size=12), ENDINGS), max_size=12).map(
    lambda lines: "".join(text + ending for text, ending in lines)
)


@given(DESCRIPTIONS | st.text())
def test_parsing_and_printing_give_the_identical_text(text: str) -> None:
    sdp = Sdp.parse(text)
    assert str(sdp) == text
    assert sdp.rewrite(lambda line: (line.text,)) == sdp


@given(DESCRIPTIONS)
def test_a_change_that_changes_nothing_leaves_the_identical_text(text: str) -> None:
    sdp = Sdp.parse(text)
    assert str(sdp.map_fingerprints(lambda fingerprint: fingerprint)) == text
    with suppress(ValueError):
        assert str(sdp.map_candidates(lambda candidate: candidate)) == text
    with suppress(ValueError):
        assert str(with_addresses(sdp, {})) == text


def test_lines_know_their_number_and_their_level() -> None:
    assert SDP.lines[0] == Line(1, None, "v=0")
    assert SDP.lines[6] == Line(7, 0, LINES[6])
    assert SDP.lines[-1] == Line(len(LINES), 2, "x=whatever this may be")
    assert [line.text for line in SDP.lines] == list(LINES)


def test_lines_end_at_crlf_or_lf_and_nowhere_else() -> None:
    assert [line.text for line in Sdp.parse("v=0\ns=a\rb\x0bc\x85d e\r\nt=0 0").lines] == [
        "v=0",
        "s=a\rb\x0bc\x85d e",
        "t=0 0",
    ]


def test_what_is_too_large_is_refused() -> None:
    assert str(Sdp.parse("x" * MAX_SIZE)) == "x" * MAX_SIZE
    with pytest.raises(ValueError, match=f"{MAX_SIZE + 1} characters"):
        Sdp.parse("x" * (MAX_SIZE + 1))
    with pytest.raises(ValueError, match=f"more than {MAX_LINES} lines"):
        Sdp.parse("\n" * MAX_LINES)


def test_a_description_cannot_grow_without_bounds() -> None:
    with pytest.raises(ValueError, match="lines"):
        SDP.rewrite(lambda line: ["", *[""] * (MAX_LINES // len(LINES))])
    with pytest.raises(ValueError, match="characters"):
        SDP.insert("x" * MAX_SIZE)


# what auditors ask


def test_every_fingerprint_with_its_level() -> None:
    assert SDP.fingerprints() == (
        Fingerprint(None, "sha-1", SHA_1),
        Fingerprint(0, "sha-256", SHA_256),
        Fingerprint(1, "sha-256", SHA_256),
    )


def test_setups_cryptos_and_flags() -> None:
    assert SDP.setups() == ((0, "actpass"), (1, "actpass"))
    assert SDP.cryptos() == ()
    crypto = "1 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"
    assert SDP.insert(f"a=crypto:{crypto}", level=1).cryptos() == ((1, crypto),)
    assert SDP.values("rtcp-mux") == ((0, ""),)
    assert SDP.values("rtcp") == ()


def test_the_media_sections() -> None:
    assert SDP.media() == (
        Media(0, "audio", 54013, "UDP/TLS/RTP/SAVPF", ("96", "0")),
        Media(1, "video", 37487, "UDP/TLS/RTP/SAVPF", ("97", "98")),
        Media(2, "application", 9, "UDP/DTLS/SCTP", ("webrtc-datachannel",)),
    )


def test_the_candidates() -> None:
    assert [(level, candidate.type, candidate.address) for level, candidate in SDP.candidates()] == [
        (0, "host", "192.0.2.2"),
        (0, "srflx", "203.0.113.9"),
        (1, "host", "192.0.2.2"),
    ]


def test_a_malformed_line_is_named_by_its_number() -> None:
    spoilt = Sdp.parse(with_changed({LINES[11]: "a=candidate:f957 1 udp", LINES[15]: "m=video"}))
    with pytest.raises(ValueError, match="line 12: a candidate has"):
        spoilt.candidates()
    with pytest.raises(ValueError, match="line 12: a candidate has"):
        spoilt.map_candidates(lambda candidate: candidate)
    with pytest.raises(ValueError, match="line 16: not a media description"):
        spoilt.media()


# what attackers do


def test_every_fingerprint_is_exchanged() -> None:
    forged = Fingerprint(None, "sha-256", "AA:BB")
    swapped = SDP.map_fingerprints(lambda _: forged)
    new = "a=fingerprint:sha-256 AA:BB"
    assert str(swapped) == with_changed({LINES[5]: new, LINES[13]: new})


def test_one_fingerprint_is_taken_away() -> None:
    kept = SDP.map_fingerprints(lambda fingerprint: None if fingerprint.algorithm == "sha-1" else fingerprint)
    assert str(kept) == without(LINES[5])


def test_an_attribute_is_replaced_everywhere_or_in_one_section() -> None:
    assert str(SDP.with_setup("active")) == with_changed({"a=setup:actpass": "a=setup:active"})
    assert SDP.replace("setup", "passive", level=1).setups() == ((0, "actpass"), (1, "passive"))


def test_an_attribute_is_removed_everywhere_or_in_one_section() -> None:
    assert str(SDP.remove("fingerprint")) == without(LINES[5], LINES[13])
    assert SDP.remove("candidate", level=0).candidates() == SDP.candidates()[2:]
    assert SDP.remove("nonsense") == SDP


def test_a_line_is_inserted_at_the_end_of_its_level() -> None:
    at_session = [line.text for line in SDP.insert("a=ice-lite").lines]
    assert at_session == [*LINES[:6], "a=ice-lite", *LINES[6:]]
    in_audio = [line.text for line in SDP.insert("a=new", level=0).lines]
    assert in_audio == [*LINES[:15], "a=new", *LINES[15:]]
    at_the_end = SDP.insert("a=new", level=2)
    assert str(at_the_end) == OFFER + "a=new\r\n"


@pytest.mark.parametrize(
    ("before", "level", "after"),
    [
        ("", None, "a=new\r\n"),
        ("v=0", None, "v=0\r\na=new\r\n"),
        ("v=0\nm=audio 9 RTP/AVP 0", None, "v=0\na=new\nm=audio 9 RTP/AVP 0"),
        ("v=0\nm=audio 9 RTP/AVP 0", 0, "v=0\nm=audio 9 RTP/AVP 0\na=new\n"),
        ("m=audio 9 RTP/AVP 0\r\n", None, "a=new\r\nm=audio 9 RTP/AVP 0\r\n"),
    ],
)
def test_inserting_keeps_the_line_endings(before: str, level: int | None, after: str) -> None:
    assert str(Sdp.parse(before).insert("a=new", level)) == after


def test_nothing_is_inserted_into_a_section_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no media section 3"):
        SDP.insert("a=new", level=3)


def test_a_line_becomes_several() -> None:
    doubled = Sdp.parse("v=0\ns=-").rewrite(lambda line: (line.text, line.text))
    assert str(doubled) == "v=0\nv=0\ns=-\ns=-"


def test_audio_and_video_get_another_protocol_and_data_does_not() -> None:
    protocols = [media.protocol for media in SDP.with_protocol("RTP/AVP").media()]
    assert protocols == ["RTP/AVP", "RTP/AVP", "UDP/DTLS/SCTP"]
    assert str(SDP.with_protocol("UDP/TLS/RTP/SAVPF")) == OFFER


def test_the_shortest_m_line_gets_another_protocol_and_a_broken_one_stays() -> None:
    changed = Sdp.parse("m=audio 9 RTP/SAVP 0\r\nm=audio 9 RTP/SAVP\r\n").with_protocol("RTP/AVP")
    assert str(changed) == "m=audio 9 RTP/AVP 0\r\nm=audio 9 RTP/SAVP\r\n"


def test_candidates_are_changed_added_and_taken_away() -> None:
    moved = SDP.map_candidates(lambda old: replace(old, port=1) if old.type == "host" else None)
    assert [str(candidate) for _, candidate in moved.candidates()] == [
        "f957 1 udp 2130706431 192.0.2.2 1 typ host",
        "f957 1 udp 2130706431 192.0.2.2 1 typ host",
    ]
    added = Candidate("x", 1, "udp", 1, "198.51.100.1", 9, "host")
    assert SDP.insert(f"a=candidate:{added}", level=1).candidates()[-1] == (1, added)


def test_addresses_are_translated_in_candidates_and_defaults() -> None:
    translated = with_addresses(SDP, {("192.0.2.2", 54013): ("198.51.100.7", 7)})
    assert [line.text for line in translated.lines if line.text not in LINES] == [
        "m=audio 7 UDP/TLS/RTP/SAVPF 96 0",
        "c=IN IP4 198.51.100.7",
        "a=candidate:f957 1 udp 2130706431 198.51.100.7 7 typ host",
    ]
    assert len(translated.lines) == len(LINES)


@given(DESCRIPTIONS | st.text(), st.text(max_size=8), st.none() | st.integers(-1, 3))
def test_whatever_comes_only_a_value_error_goes_out(text: str, value: str, level: int | None) -> None:
    sdp = Sdp.parse(text)
    assert len(sdp.fingerprints()) == len(sdp.values("fingerprint"))
    for attempt in (
        sdp.candidates,
        sdp.media,
        lambda: sdp.insert(value, level),
        lambda: sdp.replace(value, value, level).remove(value, level),
        lambda: sdp.with_protocol(value).with_setup(value),
        lambda: with_addresses(sdp, {("192.0.2.2", 54013): (value, 1)}),
    ):
        with suppress(ValueError):
            attempt()
