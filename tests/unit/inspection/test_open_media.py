"""Media that a verdict on the handshakes does not cover."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from harness.inspection.authentication import Fate, SenderProof
from harness.inspection.calls import OpenMedia
from harness.inspection.captured import Captured
from harness.inspection.open_media import open_media
from harness.inspection.protection import Protected
from harness.inspection.stream_key import StreamKey
from harness.model.inspection import Protection
from harness.wire.srtp import profile

SEALED = Protected(Protection.CIPHERTEXT, "")
HERE, THERE = StreamKey(0, True, 7), StreamKey(1, True, 8)
"""Leg 0 has a handshake, leg 1 has none."""


def found(answers: dict[StreamKey, Protected], agreed: str = "SRTP_AES128_CM_HMAC_SHA1_80") -> tuple[OpenMedia, ...]:
    seen = SimpleNamespace(last_time=5.0)
    ends = SimpleNamespace(near=0, far=1)
    captured = SimpleNamespace(
        followed=[SimpleNamespace(leg=0, dtls=SimpleNamespace(finished=True))],
        agreed=lambda leg: "DTLS-SRTP" if leg == 0 else None,
        profile=lambda leg: profile(agreed) if leg == 0 else None,
        senders=[SimpleNamespace(key=key, rtp=seen, rtcp=None) for key in answers],
        legs=SimpleNamespace(found=[ends, ends]),
        endpoints=SimpleNamespace(names=["192.0.2.1:1", "192.0.2.2:2"]),
    )
    return open_media(cast(Captured, captured), answers)


def under(origin: str, fate: Fate = Fate.AUTHENTICATED) -> Protected:
    empty: dict[str, Any] = {"rtcp": {}, "whys": {}, "failures": (), "failures_left_out": 0}
    span: dict[str, Any] = {"first_index": 0, "last_index": 9}
    proof = SenderProof(key=THERE, rtp={fate: 9}, profile="P", origin=origin, keys=1, **empty, **span)
    return Protected(Protection.AUTHENTICATED, "", proof)


def test_media_on_the_leg_of_its_handshake_is_covered() -> None:
    assert found({HERE: SEALED}) == ()


def test_media_on_a_leg_without_a_handshake_is_not() -> None:
    (one,) = found({HERE: SEALED, THERE: SEALED})
    assert (one.last, one.both_ways) == (5.0, False)
    assert one.why.startswith("1 stream on 192.0.2.1:1 ↔ 192.0.2.2:2 under keys whose agreement was not seen")
    (both,) = found({THERE: SEALED, StreamKey(1, False, 9): SEALED})
    assert both.both_ways


def test_a_stream_that_moved_to_another_leg_keeps_its_keys() -> None:
    assert found({HERE: SEALED, StreamKey(1, True, HERE.ssrc): SEALED}) == ()


def test_keys_of_a_handshake_cover_media_wherever_it_is() -> None:
    assert found({THERE: under("DTLS handshake, client's key")}) == ()
    (one,) = found({THERE: under("offer.sdp, crypto line 1")})
    assert "keys that did not come from a handshake" in one.why
    assert len(found({THERE: under("DTLS handshake, client's key", Fate.FAILED)})) == 1


def test_what_is_not_encrypted_is_open_in_spite_of_any_handshake() -> None:
    (clear,) = found({HERE: Protected(Protection.PLAINTEXT, "")})
    assert "in clear" in clear.why
    (null,) = found({HERE: SEALED}, agreed="SRTP_NULL_HMAC_SHA1_80")
    assert "not encrypted, as was agreed on" in null.why
