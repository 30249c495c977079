"""Speed of proof with keys: every packet authenticated and decrypted, beside a bare loop over pylibsrtp's `unprotect`.

`python -m tests.bench.authentication [PACKETS [STREAMS …]]`. Windows, and bytes objects for the
bare loop, are made beforehand. Three rounds alternate, so that noise hits all alike; medians are printed.
"""

from __future__ import annotations

import statistics
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pylibsrtp import Policy, Session

from harness.inspection.authentication import Authenticator, Fate
from harness.inspection.keys import KeyedSender
from harness.model.voice import counted
from harness.vantage.window import Window
from harness.wire.demux import PacketClass
from tests.unit.inspection.windows import Capture, Sent

ROUNDS = 3
WINDOW = 8192
"""Packets of one window: what the reader makes of two mebibytes of such a call."""
PROFILES = {
    "SRTP_AES128_CM_HMAC_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
    "SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
}
NEAR, FAR = "192.0.2.1:5000", "192.0.2.2:6000"


@dataclass(frozen=True)
class Load:
    """The same packets for all: as windows, and as bytes, each with the place of its way to be opened.

    The key in place n opens SRTP in place 2·n and SRTCP in 2·n + 1.
    """

    profile: str
    keys: Sequence[bytes]
    sent: Sequence[tuple[int, bytes]]
    windows: Sequence[Window]


def load(count: int, profile: str, streams: int) -> Load:
    """SRTP of a call: `streams` senders in turn, each with its key; long like Opus or video."""
    number, size = PROFILES[profile]
    keys = [bytes([one] * size) for one in range(streams)]
    senders = [Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=number)) for key in keys]
    body = [bytes(160) if one < 2 else bytes(1000) for one in range(streams)]
    made = []
    for place in range(count):
        one, sequence = place % streams, place // streams
        header = struct.pack("!BBHII", 0x80, 111, sequence & 0xFFFF, sequence * 960 & 0xFFFFFFFF, 0x1000 + one)
        made.append((2 * one, senders[one].protect(header + body[one])))
    return Load(profile, keys, made, windows(made))


def windows(made: Sequence[tuple[int, bytes]]) -> list[Window]:
    """Senders in places with even numbers are near."""
    capture = Capture()
    ends = (NEAR, FAR), (FAR, NEAR)
    sent = [Sent(0.0, *ends[way // 2 % 2], data) for way, data in made]
    return [capture.window(sent[at : at + WINDOW]) for at in range(0, len(sent), WINDOW)]


def bare(work: Load) -> None:
    """What anybody writes first: a session for each key, and a loop."""
    number, _ = PROFILES[work.profile]
    policies = [Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=number) for key in work.keys]
    for policy in policies:
        policy.window_size = 1024
    ways = [way for one in map(Session, policies) for way in (one.unprotect, one.unprotect_rtcp)]
    for way, data in work.sent:
        ways[way](data)


def ours(work: Load, jobs: int) -> float:
    """Seconds; the start of helping processes is not counted, their work and the hand-over are."""
    count, first = len(work.sent), work.windows[0]
    with Authenticator([KeyedSender(work.profile, key, "") for key in work.keys], jobs=jobs) as authenticator:
        authenticator.add(first)
        begun = time.perf_counter()
        for window in work.windows[1:]:
            authenticator.add(window)
        elapsed = time.perf_counter() - begun
        authentic = sum(one.count(Fate.AUTHENTICATED) for one in authenticator.result())
        if authentic != count:
            raise SystemExit(f"only {authentic} of {count} packets are authentic: {authenticator.result()}")
    return elapsed * count / (count - len(first.rows(PacketClass.SRTP, PacketClass.SRTCP)))


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


BARE, ONE, TWO = "bare loop", "harness", "harness, 2 processes"


def contest(work: Load) -> dict[str, float]:
    """Median seconds of each contestant for the same packets."""
    contestants: dict[str, Callable[[], float]] = {
        BARE: lambda: timed(lambda: bare(work)),
        ONE: lambda: ours(work, 1),
        TWO: lambda: ours(work, 2),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            times[name].append(run())
    return {name: statistics.median(values) for name, values in times.items()}


def main(count: int, streams: tuple[int, ...]) -> None:
    for profile in PROFILES:
        for number in streams:
            medians = contest(load(count, profile, number))
            print(f"{profile}, {counted(number, 'stream')}, {count} packets")
            for name, median in medians.items():
                ratio = medians[BARE] / median
                print(f"  {name:<22} {count / median:10.0f} packets/s  {ratio:5.2f} × the bare loop")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, tuple(map(int, sys.argv[2:])) or (1, 2, 4))
