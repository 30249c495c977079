"""The plaintext test measured: false alarms among random streams, and how many packets of each codec it needs.

`python -m tests.bench.plaintext [STREAMS]`. The random streams have the headers and lengths of real ones, and are
judged as a capture's are: 200 packets at first, and later runs of 32.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence

import numpy as np

from harness.inspection.plaintext.chance import LEVEL
from harness.inspection.plaintext.recognition import evidence
from harness.inspection.plaintext.runs import Runs
from harness.inspection.plaintext.sample import Sample
from tests.unit.inspection import media
from tests.unit.inspection.plaintext.excerpts import samples

PACKETS = 260
TAG = 10


def headers() -> dict[str, list[Sample]]:
    """Samples of real streams, whose payloads only say how long one is."""
    kinds = {
        "Opus": media.opus_packets(media.speech(6.0, 48_000)),
        "PCMU": media.g711_packets(media.speech(6.0, 8_000)),
        "G.711 or G.722, payload type 101": media.g711_packets(media.speech(6.0, 8_000), 101),
        "L16": media.l16_packets(media.speech(6.0, 44_100)),
        "VP8": media.video_packets(media.VP8, 120),
        "H.264": media.video_packets(media.H264, 90),
    }
    return {kind: samples(packets[:PACKETS]) for kind, packets in kinds.items()}


def false_alarms(real: Sequence[Sample], streams: int, seed: int) -> int:
    """How many of so many streams with random payloads and tags are called plaintext."""
    random = np.random.default_rng(seed)
    alarms = 0
    for _ in range(streams):
        runs = Runs()
        for one in real:
            runs.take(one._replace(payload=random.bytes(len(one.payload) + TAG)))
        runs.judge()
        alarms += runs.evidence is not None
    return alarms


def needed(packets: Sequence[bytes]) -> str:
    """The fewest packets from the first on that are told, and what they are read as."""
    sampled = samples(packets)
    told = ((count, evidence(sampled[:count])) for count in range(1, len(sampled) + 1))
    return next((f"{count} {found.codec}" for count, found in told if found is not None), "never")


def power() -> None:
    sounds: dict[str, tuple[int, Callable[[media.Pcm], list[bytes]]]] = {
        "Opus": (48_000, media.opus_packets),
        "Opus, voip, DTX": (48_000, lambda pcm: media.opus_packets(pcm, application="voip", dtx="1")),
        "Opus, stereo": (48_000, lambda pcm: media.opus_packets(np.stack((pcm, pcm), axis=1))),
        "PCMU": (8_000, media.g711_packets),
        "PCMA": (8_000, lambda pcm: media.g711_packets(pcm, media.PCMA, media.PCMA)),
        "G.722": (16_000, media.g722_packets),
        "L16": (44_100, media.l16_packets),
    }
    print(f"\n{'packets needed':<34}{'in clear':>14}{'10 B tag':>14}{'16 B tag':>14}")
    for name, (rate, encode) in sounds.items():
        for sound, make in media.SOUNDS.items():
            row(f"{name}, {sound}", encode(make(2.0, rate)))
    for size in ((160, 120), (320, 240), (1280, 720)):
        row(f"VP8 {size[0]} x {size[1]}", media.video_packets(media.VP8, 20, size))
        row(f"H.264 {size[0]} x {size[1]}", media.video_packets(media.H264, 20, size))


def row(name: str, packets: Sequence[bytes]) -> None:
    cells = [needed(media.with_tag(packets, tag)) for tag in (0, 10, 16)]
    print(f"{name:<34}" + "".join(f"{cell:>14}" for cell in cells))


def main(streams: int) -> None:
    kinds = headers()
    each, alarms = math.ceil(streams / len(kinds)), 0
    total = each * len(kinds)
    print(f"level of one stream {LEVEL:.0e}: in {total:,} random streams {total * LEVEL:.0e} false alarms are expected")
    for seed, (name, real) in enumerate(kinds.items()):
        found = false_alarms(real, each, seed)
        alarms += found
        print(f"{name:<34}{each:>8,} streams of {len(real)} packets {found:>6} false alarms")
    bound = -math.expm1(math.log(0.05) / total)
    print(f"{alarms} false alarms in {total:,}" + (f"; below {bound:.1e} with 95 % confidence" if not alarms else ""))
    power()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
