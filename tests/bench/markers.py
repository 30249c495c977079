"""What it takes to look for the markers of a call, in clear and as ciphertext: `python -m tests.bench.markers`.

Milliseconds of processor time for the media of one call, the least of several runs: what it costs when nothing else
disturbs. The targets are of a core of 2024.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random

from harness.markers.recover import recover
from tests.unit.markers.sent_media import as_ciphertext, audio_packets, video_packets

RUNS = 7
CLEAR, CIPHERTEXT = 60, 10


def milliseconds(packets: Sequence[bytes]) -> float:
    best = float("inf")
    for _ in range(RUNS):
        started = time.process_time()
        recover(packets)
        best = min(best, time.process_time() - started)
    return 1000 * best


def main() -> None:
    clear = audio_packets(1, 0x1000_0001) + video_packets(2, 0xF000_0002)
    in_clear, secured = milliseconds(clear), milliseconds(as_ciphertext(clear, Random(3)))
    print(f"markers of a call of {len(clear)} packets in clear: {in_clear:.1f} ms (target {CLEAR})")
    print(f"the same as ciphertext: {secured:.1f} ms (target {CIPHERTEXT}), {secured / in_clear:.2f} of it")


if __name__ == "__main__":
    main()
