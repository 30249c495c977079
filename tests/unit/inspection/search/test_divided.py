"""Windows are put together before they are searched, and that is seen by nobody."""

from __future__ import annotations

import numpy as np
import pytest

from harness.inspection.search import divided, groups
from harness.inspection.search.pattern import Pattern, PatternKind
from harness.inspection.search.search import Search
from tests.unit.inspection.windows import Sent

from .hiding import ALICE, BOB, KEY, find, rtp, stream, windows


def hide(at: int, packet: bytearray) -> None:
    if 30 <= at < 46:
        packet[20] = KEY[at - 30]


@pytest.mark.parametrize("enough", [1, 7, 20, 1_000])
def test_how_many_packets_are_waited_for_makes_no_difference(monkeypatch: pytest.MonkeyPatch, enough: int) -> None:
    monkeypatch.setattr(divided, "ENOUGH", enough)
    places = {(hit.spot.place.split(",")[0], hit.frames, hit.count) for hit in find(windows(stream(90, hide), 6))}
    assert places == {("byte 20 of the message", (31, 46), 1), ("byte 8 of the RTP payload", (31, 46), 1)}


def test_packets_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(divided, "ENOUGH", 60)
    searched = []
    monkeypatch.setattr(divided.Divided, "_search", lambda self, scope, ordered: searched.append(len(ordered)))
    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    for window in windows(stream(100), 20):
        search.add(window)
    assert searched[0] == 60


def test_packets_that_could_not_be_carried_over_are_a_shortfall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_KEPT", 10)
    noise = np.random.default_rng(1)
    search = Search([Pattern("alice", PatternKind.MASTER, KEY)])
    sent = [Sent(0, ALICE, BOB, bytes(rtp(number, noise, ssrc=number))) for number in range(50)]
    for window in windows(sent):
        search.add(window)
    shortfalls = search.coverage().shortfalls
    assert any("were not carried over to the next part of the capture" in one for one in shortfalls)
