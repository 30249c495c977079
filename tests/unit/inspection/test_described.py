"""What descriptions say of a capture, and that hostile ones say nothing wrong."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inspection.described import Codec, Crypto, described, sdes_summaries
from harness.wire.sdp import MAX_LINES

KEY = bytes(range(30))
INLINE = f"inline:{b64encode(KEY).decode()}"
OFFER = "\r\n".join(
    [
        "v=0",
        "a=fingerprint:sha-256 00:11",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 0",
        "a=extmap:2/sendonly http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:0 PCMU/8000",
        f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {INLINE}|2^20|1:4 UNENCRYPTED_SRTCP",
        "",
    ]
)


def test_what_an_offer_says() -> None:
    said = described(OFFER)
    assert said.extensions == {
        1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        2: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    }
    assert said.codecs == {111: Codec("opus", 48000, 2), 0: Codec("PCMU", 8000)}
    assert [codec.encoding for codec in said.codecs.values()] == ["opus/48000/2", "PCMU/8000"]
    assert [line.value for line in said.fingerprints] == ["00:11"]
    assert said.cryptos == (Crypto(0, 1, "AES_CM_128_HMAC_SHA1_80", "00000001"),)
    assert said.problems == ()


def test_an_answer_adds_to_the_offer() -> None:
    said = described(OFFER, OFFER.replace("111", "96").replace("00:11", "22:33"))
    assert set(said.codecs) == {0, 96, 111}
    assert [line.value for line in said.fingerprints] == ["00:11", "22:33"]
    assert len(said.cryptos) == 2


def test_what_has_two_meanings_has_none() -> None:
    said = described(OFFER, OFFER.replace("opus/48000/2", "VP8/90000").replace("extmap:1", "extmap:2"))
    assert set(said.codecs) == {0}
    assert set(said.extensions) == {1}
    assert said.problems == (
        "extension 2 is described in different ways",
        "payload type 111 is described in different ways",
    )


def test_the_master_key_shows_nowhere() -> None:
    said = described(OFFER)
    (summary,) = sdes_summaries(said.cryptos)
    assert (summary.protocol, summary.suite, summary.mki) == ("SDES", "AES_CM_128_HMAC_SHA1_80", "00000001")
    assert summary.place == "signalling, media section 0"
    for shown in (repr(said), repr(summary)):
        assert b64encode(KEY).decode() not in shown
        assert KEY.hex() not in shown
        assert repr(KEY) not in shown


@pytest.mark.parametrize(
    "line",
    [
        "a=rtpmap:111 opus",
        "a=rtpmap:128 opus/48000",
        "a=rtpmap:111 opus/48000/2/3",
        "a=extmap:x urn:y",
        "a=extmap:1",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 uri:nothing",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAA",
        f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {INLINE};inline:*",
    ],
)
def test_what_cannot_be_read_is_named_without_being_quoted(line: str) -> None:
    said = described(f"v=0\n{line}\n")
    attribute = line[2:].partition(":")[0]
    assert said.problems == (f"line 2 of a description has an a={attribute} that cannot be read",)
    assert (said.extensions, said.codecs, said.cryptos) == ({}, {}, ())


def test_a_description_that_is_too_long_is_named() -> None:
    said = described("\n" * (MAX_LINES + 1), OFFER)
    assert said.problems == (f"the description has more than {MAX_LINES} lines",)
    assert said.codecs


def test_names_cannot_steer_the_terminal() -> None:
    said = described("a=rtpmap:96 op\x1bus/48000\na=extmap:1 urn:\u202ex\n")
    assert len(said.problems) == 2


PIECES = st.sampled_from(
    ["a=crypto:", "a=rtpmap:", "a=extmap:", "1", " ", "/", "inline:", "AAAA", "==", "|", ";", "\n"]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80))
def test_whatever_comes_is_described_without_raising(text: str) -> None:
    said = described(text)
    sdes_summaries(said.cryptos)
