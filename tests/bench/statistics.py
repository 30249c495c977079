"""False alarms, power and speed of the statistics: `python -m tests.bench.statistics [STREAMS]`.

10,000 streams of random bytes go through all tests, once with a level low enough to be never met, and once with one
that must be met a known number of times; then media under bad ciphers; then what a packet costs once samples are full.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np
from scipy.special import bdtrc

from harness.inspection.statistics.battery import LEVEL, Check, probabilities
from harness.inspection.statistics.chance import holm
from harness.inspection.statistics.randomness import Randomness
from harness.inspection.statistics.sample import Ciphertext
from harness.vantage.rtp_columns import rtp_columns
from tests.bench.search import windows
from tests.unit.inspection.media import VP8, g711_packets, opus_packets, silence, speech, video_packets, with_tag
from tests.unit.inspection.statistics import ciphers

PACKET_SIZES = (40, 80, 160, 1_000)
STREAM_SIZES = (1_100, 4_500, 17_000)
EASY_LEVEL = 0.01
ROUNDS = 3


def random_stream(random: np.random.Generator, number: int) -> Ciphertext:
    """Packets of changing length, of which every fourth stream has each length."""
    size, total = PACKET_SIZES[number % 4], STREAM_SIZES[number // 4 % 3]
    data = np.frombuffer(random.bytes(total), np.uint8)
    packets = tuple(data[start : start + size - start % 3] for start in range(0, total, size))
    return Ciphertext(packets, tuple(len(packet) + 10 for packet in packets))


def false_alarms(streams: int) -> None:
    random = np.random.default_rng(1)
    found = [probabilities(random_stream(random, number)) for number in range(streams)]
    everything = [value for one in found for value in one.values()]
    below = sum(value <= LEVEL for value in holm(everything))
    print(f"{streams} random streams, {len(everything)} tests: {below} refuted at the level {LEVEL:.0e}")
    alarms = sum(min(holm(list(one.values()))) <= EASY_LEVEL for one in found)
    odds = float(bdtrc(alarms - 1, streams, EASY_LEVEL)) if alarms else 1.0
    print(f"each stream alone at {EASY_LEVEL}: {alarms} refuted, {EASY_LEVEL * streams:.0f} allowed, odds {odds:.2f}")
    print(f"{'test':<32} {'streams':>8} {'smallest':>9}   share of p-values below x, divided by x")
    for test in Check:
        values = np.array([one[test] for one in found if test in one])
        shares = "  ".join(f"{x:g}: {np.mean(values <= x) / x:4.2f}" for x in (0.5, 0.1, 0.01, 0.001))
        print(f"{test:<32} {len(values):>8} {values.min():>9.1e}   {shares}")


def power() -> None:
    key = np.random.default_rng(2)
    media = {
        "Opus": opus_packets(speech(20, 48_000)),
        "PCMU": g711_packets(speech(20, 8_000)),
        "PCMU silence": g711_packets(silence(20, 8_000)),
        "VP8": video_packets(VP8, 200),
    }
    bad: dict[str, ciphers.Encrypt] = {"plain": ciphers.plain, "NULL and a tag": lambda sent: with_tag(sent, 10)}
    for size in (1, 2, 8, 16, 33, 64):
        bad[f"XOR, {size} bytes, each"] = ciphers.xor_each(key.bytes(size))
        bad[f"XOR, {size} bytes, on"] = ciphers.xor_on(key.bytes(size))
    bad["one keystream"] = ciphers.same_keystream(key.bytes(16))
    bad["ECB"] = ciphers.ecb(key.bytes(16))
    bad["AES_CM"], bad["AEAD_AES_GCM"] = ciphers.AES_CM_80, ciphers.GCM_128
    for name, encrypt in bad.items():
        row = [(kind, ciphers.tested(encrypt(sent))) for kind, sent in media.items()]
        print(f"{name:<22}" + "  ".join(f"{kind}: {one.reading} ({len(one.refuted)})" for kind, one in row))


def speed(packets: int) -> None:
    """Of a packet whose RTP header the columns hold already, as everything else that follows needs them too."""
    over = [(window, rtp_columns(window)) for window in windows(packets)]
    randomness, taken = Randomness(), []
    for number in range(ROUNDS + 1):
        begun = time.process_time()
        for window, rtp in over:
            randomness.add(window, rtp)
        if number:
            taken.append(1e9 * (time.process_time() - begun) / packets)
    print(f"first samples full: {statistics.median(taken):.0f} ns/packet")


def main(streams: int) -> None:
    speed(400_000)
    power()
    false_alarms(streams)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
