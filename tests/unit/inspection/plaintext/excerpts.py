"""Packets as the plaintext test samples them."""

from __future__ import annotations

from collections.abc import Iterable

from harness.inspection.plaintext.sample import Sample
from harness.wire import rtp


def samples(packets: Iterable[bytes]) -> list[Sample]:
    found = []
    for packet in packets:
        header = rtp.parse(packet)
        found.append(Sample.of(header, packet[header.header_length :]))
    return found
