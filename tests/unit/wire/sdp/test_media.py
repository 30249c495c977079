"""m= lines."""

from __future__ import annotations

import pytest

from harness.wire.sdp import Media


def test_a_media_description() -> None:
    assert Media.parse(3, "m=audio 49170 RTP/AVP 0 8") == Media(3, "audio", 49170, "RTP/AVP", ("0", "8"))


def test_the_largest_port() -> None:
    assert Media.parse(0, "m=audio 65535 RTP/AVP 0").port == 65535


def test_a_number_of_ports() -> None:
    assert Media.parse(0, "m=video 49170/2 RTP/AVP 31").port == 49170


@pytest.mark.parametrize(
    "text",
    ["m=", "m=audio", "m=audio 9", "m=audio x RTP/AVP 0", "m=audio 65536 RTP/AVP 0", "m=audio  9 RTP/AVP 0", "a=mid:0"],
)
def test_a_malformed_media_description_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a media description"):
        Media.parse(0, text)
