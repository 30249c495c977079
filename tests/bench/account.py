"""What is measured of reading: captures opened, classified and accounted for, and nothing else imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.inspection.account import ByteAccount
from harness.vantage.capture import open_capture
from harness.vantage.layers import Layers
from harness.vantage.rtp_columns import rtp_columns
from harness.vantage.window import Window


def account(path: Path) -> int:
    """Read, classify, and account for every byte of a capture; how many packets there were."""
    capture, layers, total = open_capture(path), Layers(), ByteAccount()
    for frames in capture.windows():
        window = layers.window(frames)
        total.add(window, rtp_columns(window))
    if (rest := layers.finish()) is not None:
        total.add(rest)
    accounted = total.totals(file=capture.container, unread=capture.unread).bytes
    if accounted != capture.size:
        raise SystemExit(f"{accounted} of {capture.size} bytes are accounted for")
    return capture.packets


def windows(path: Path) -> Iterator[Window]:
    """A capture's windows, as all that comes later gets them."""
    layers = Layers()
    return map(layers.window, open_capture(path).windows())
