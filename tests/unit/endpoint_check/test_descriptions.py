"""What is wrong with a description, and what only looks like it."""

from __future__ import annotations

from harness.endpoint_check.descriptions import OFFER, flaws
from harness.model.base import Asset

TALKED = (Asset.AUDIO, Asset.VIDEO)
FINGERPRINT = ":".join(["0A"] * 32)
BUNDLED = f"""v=0
a=group:BUNDLE 0 1
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=candidate:1 1 UDP 2015364607 127.9.9.17 57650 typ host
m=video 0 UDP/TLS/RTP/SAVPF 96
a=bundle-only
"""


def test_a_section_that_only_goes_into_a_bundle_has_port_0_and_is_there() -> None:
    assert list(flaws(BUNDLED, OFFER, TALKED)) == []


def test_any_other_section_with_port_0_says_no() -> None:
    refused = BUNDLED.replace("a=bundle-only\n", "")
    assert list(flaws(refused, OFFER, TALKED)) == ["it has no section for video"]
