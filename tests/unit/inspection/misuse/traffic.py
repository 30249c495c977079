"""Calls whose media libsrtp encrypts: honest ones, and ones with exactly one misuse planted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import pylibsrtp

from harness.inspection.misuse import Misuse, MisuseFollower, Proof, Surroundings, misuse_findings
from harness.model.finding import Finding, Reason
from tests.unit.inspection.media import encoded, speech
from tests.unit.inspection.windows import Capture, Sent
from tests.unit.markers.sent_media import rtp

ALICE, BOB = "192.0.2.1:5000", "192.0.2.2:6000"
SSRC, OPUS = 0x1234ABCD, 111
KEY, OTHER_KEY = bytes(range(30)), bytes(range(100, 130))
GCM_KEY = bytes(range(28))
PACKET_SECONDS = 0.02


@cache
def voice(seed: int = 1) -> list[bytes]:
    """Ten seconds of Opus: 500 payloads."""
    return encoded("libopus", 48_000, speech(10, 48_000, seed), b="24000")


def plain(
    count: int, first: int = 0, timestamp: int = 0, ssrc: int = SSRC, seed: int = 1, **more: object
) -> list[bytes]:
    """RTP packets with sequence numbers from `first` on, speech in them."""
    payloads = voice(seed)
    return [
        rtp(OPUS, ssrc, first + step, timestamp + 960 * step, payloads[step % len(payloads)], **more)
        for step in range(count)
    ]


def session(key: bytes = KEY, profile: int | None = None) -> pylibsrtp.Session:
    """A sender that counts its rollovers from zero, as one does that has just begun."""
    policy = pylibsrtp.Policy(
        key=key,
        ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80 if profile is None else profile,
    )
    policy.allow_repeat_tx = True
    return pylibsrtp.Session(policy)


def secured(packets: Iterable[bytes], sender: pylibsrtp.Session | None = None) -> list[bytes]:
    sender = sender or session()
    return [sender.protect(packet) for packet in packets]


def sent(packets: Sequence[bytes], start: float = 0.0, back: bool = False) -> list[Sent]:
    """One packet every 20 ms from Alice to Bob, or back."""
    source, destination = (BOB, ALICE) if back else (ALICE, BOB)
    return [Sent(start + PACKET_SECONDS * at, source, destination, packet) for at, packet in enumerate(packets)]


def watched(*windows: Sequence[Sent], proofs: Sequence[Proof | None] = ()) -> Misuse:
    """What a follower makes of consecutive windows of one capture."""
    capture, follower = Capture(), MisuseFollower()
    for datagrams, proof in zip(windows, proofs or [None] * len(windows), strict=True):
        follower.add(capture.window(datagrams), proof)
    return follower.result()


def around(profile: str | None = None, suite: str | None = None) -> Surroundings:
    return Surroundings(lambda leg: f"leg {leg}", profile=lambda leg: profile, suite=lambda leg: suite)


def found(misuse: Misuse, surroundings: Surroundings | None = None) -> tuple[Finding, ...]:
    return misuse_findings(misuse, surroundings or around())


def reasons(misuse: Misuse, surroundings: Surroundings | None = None) -> list[tuple[Reason, str]]:
    return [(finding.reason, finding.severity.value) for finding in found(misuse, surroundings)]
