"""Speed of proof with keys: every packet authenticated and decrypted, beside a bare loop over pylibsrtp's `unprotect`.

`python -m tests.bench.authentication [PACKETS [STREAMS …]]`. Windows, and bytes objects for the
bare loop, are made beforehand. Three rounds alternate, so that noise hits all alike; medians are printed.
"""

from __future__ import annotations

import statistics
import struct
import sys
import time
from collections.abc import Callable

from pylibsrtp import Policy, Session

from harness.inspection.authentication import Authenticator, Fate
from harness.inspection.keys import KeyedSender
from harness.model.voice import counted
from harness.vantage.window import Window
from tests.unit.inspection.windows import Capture, Sent

ROUNDS = 3
WINDOW = 8192
"""Packets of one window: what the reader makes of two mebibytes of such a call."""
PROFILES = {
    "SRTP_AES128_CM_HMAC_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
    "SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
}
NEAR, FAR = "192.0.2.1:5000", "192.0.2.2:6000"


def packets(count: int, profile: str, streams: int) -> list[tuple[int, bytes]]:
    """SRTP of a call: `streams` senders in turn, each with its key; (sender, packet), long like Opus or video."""
    number, size = PROFILES[profile]
    senders = [
        Session(Policy(key=bytes([one] * size), ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=number))
        for one in range(streams)
    ]
    body = [bytes(160) if one < 2 else bytes(1000) for one in range(streams)]
    made = []
    for place in range(count):
        one, sequence = place % streams, place // streams
        header = struct.pack("!BBHII", 0x80, 111, sequence & 0xFFFF, sequence * 960 & 0xFFFFFFFF, 0x1000 + one)
        made.append((one, senders[one].protect(header + body[one])))
    return made


def windows(made: list[tuple[int, bytes]]) -> list[Window]:
    capture = Capture()
    sent = [Sent(0.0, NEAR if one % 2 == 0 else FAR, FAR if one % 2 == 0 else NEAR, data) for one, data in made]
    return [capture.window(sent[at : at + WINDOW]) for at in range(0, len(sent), WINDOW)]


def bare(made: list[tuple[int, bytes]], profile: str, streams: int) -> None:
    number, size = PROFILES[profile]
    policies = [
        Policy(key=bytes([one] * size), ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=number)
        for one in range(streams)
    ]
    for policy in policies:
        policy.window_size = 1024
    unprotect = [Session(policy).unprotect for policy in policies]
    for one, data in made:
        unprotect[one](data)


def ours(seen: list[Window], count: int, profile: str, streams: int, jobs: int) -> float:
    """Seconds; the start of helping processes is not counted, their work and the hand-over are."""
    keys = [KeyedSender(profile, bytes([one] * PROFILES[profile][1]), "", 0, one % 2 == 0) for one in range(streams)]
    with Authenticator(keys, jobs=jobs) as authenticator:
        authenticator.add(seen[0])
        begun = time.perf_counter()
        for window in seen[1:]:
            authenticator.add(window)
        elapsed = time.perf_counter() - begun
        authentic = sum(one.count(Fate.AUTHENTICATED) for one in authenticator.result())
        if authentic != count:
            raise SystemExit(f"only {authentic} of {count} packets are authentic: {authenticator.result()}")
    return elapsed * count / (count - len(seen[0]))


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def contest(count: int, profile: str, streams: int) -> dict[str, float]:
    """Median seconds of each contestant for the same packets."""
    made = packets(count, profile, streams)
    seen = windows(made)
    contestants: dict[str, Callable[[], float]] = {
        "bare loop": lambda: timed(lambda: bare(made, profile, streams)),
        "harness": lambda: ours(seen, count, profile, streams, 1),
        "harness, 2 processes": lambda: ours(seen, count, profile, streams, 2),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            times[name].append(run())
    return {name: statistics.median(values) for name, values in times.items()}


def main(count: int, streams: tuple[int, ...]) -> None:
    for profile in PROFILES:
        for number in streams:
            medians = contest(count, profile, number)
            print(f"{profile}, {counted(number, 'stream')}, {count} packets")
            for name, median in medians.items():
                ratio = medians["bare loop"] / median
                print(f"  {name:<22} {count / median:10.0f} packets/s  {ratio:5.2f} × the bare loop")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, tuple(map(int, sys.argv[2:])) or (1, 2, 4))
