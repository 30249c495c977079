"""An answer uses the payload types of the offer."""

from __future__ import annotations

from harness.endpoints.gstreamer.codecs import payload_types

OFFER = """m=audio 9 UDP/TLS/RTP/SAVPF 96 0
a=rtpmap:96 opus/48000/2
a=rtpmap:0 PCMU/8000
m=video 9 UDP/TLS/RTP/SAVPF 97 98
a=rtpmap:97 VP8/90000
a=rtpmap:98 rtx/90000
a=rtpmap:99 VP8/90000
"""


def test_the_first_number_of_each_of_our_codecs_counts() -> None:
    assert payload_types(OFFER.replace("\n", "\r\n")) == payload_types(OFFER) == {"audio": 96, "video": 97}


def test_an_offer_without_our_codecs_has_none() -> None:
    assert payload_types("m=audio 9 UDP/TLS/RTP/SAVPF 0\na=rtpmap:0 PCMU/8000\na=rtpmap:1234 opus/48000/2\n") == {}
