"""Work shared between processes comes out the same, also when one of them dies."""

from __future__ import annotations

import numpy as np
import pytest

from harness.inspection.authentication import Authenticator, Fate, SenderProof, team
from harness.inspection.authentication.libsrtp import OK
from harness.inspection.authentication.workspace import Workspace
from tests.unit.inspection.windows import Capture, Sent

from .speakers import CM, GCM, SSRC, Speaker, flipped, inward, key_of, outward, proofs


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Speaker], list[list[Sent]]]:
    """Two senders over three windows, with all that can go wrong: a loss, a wrap, replays, forgeries, late packets."""
    monkeypatch.setattr(team, "WORTH_SHARING", 1)
    monkeypatch.setattr(team, "_PORTION", 50)
    alice, bob = Speaker(), Speaker(GCM, key_of(GCM, 2))
    indexes = [*range(65_300, 65_700), *range(110_000, 110_300)]
    said = [alice.say(index) for index in indexes]
    said[120:120] = [said[10], flipped(said[119], 200), said[119]]
    said[30], said[75] = said[75], said[30]
    heard = [bob.say(index) for index in range(500)]
    windows = [
        [*outward(*said[at : at + 250]), *inward(*heard[at : at + 250], bob.report(at))] for at in range(0, 750, 250)
    ]
    return [alice, bob], windows


def alone_and_together(speakers: list[Speaker], windows: list[list[Sent]]) -> list[tuple[SenderProof, ...]]:
    keys = [speakers[0].keyed(), speakers[1].keyed(outward=False)]
    return [proofs(keys, *windows, jobs=jobs) for jobs in (1, 2)]


def test_two_processes_find_what_one_finds(call: tuple[list[Speaker], list[list[Sent]]]) -> None:
    alone, together = alone_and_together(*call)
    assert alone == together
    assert alone[0].rtp == {Fate.AUTHENTICATED: 700, Fate.REPLAYED: 2, Fate.FAILED: 1}
    assert alone[1].rtp == {Fate.AUTHENTICATED: 500}


def test_a_helper_that_dies_is_replaced_by_the_one_who_asked(
    call: tuple[list[Speaker], list[list[Sent]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers: list[team.Helper] = []

    class Mortal(team.Helper):
        def __init__(self, memory: int) -> None:
            super().__init__(memory)
            helpers.append(self)

    monkeypatch.setattr(team, "Helper", Mortal)
    speakers, windows = call
    capture = Capture()
    with Authenticator([speakers[0].keyed(), speakers[1].keyed(outward=False)], jobs=2) as follower:
        follower.add(capture.window(windows[0]))
        helpers[0]._process.kill()
        helpers[0]._process.wait()
        for sent in windows[1:]:
            follower.add(capture.window(sent))
        found = follower.result()
        assert follower.limits == ("1 helping processes ended before their time: one process did their work",)
    assert found == proofs([speakers[0].keyed(), speakers[1].keyed(outward=False)], *windows)


def test_a_small_window_is_not_worth_a_process() -> None:
    speaker = Speaker(CM)
    with Authenticator([speaker.keyed()], jobs=2) as follower:
        follower.add(Capture().window(outward(speaker.say(1))))
        assert follower._team._helpers == []


def test_a_helper_takes_its_share_of_a_single_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "WORTH_SHARING", 1)
    monkeypatch.setattr(team, "_PORTION", 10)
    here: list[int] = []

    class Counted(team.Receivers):
        def run(self, space: Workspace, sender: int, rtcp: bool, rows: range | list[int], near: int) -> None:
            here.extend(rows)
            super().run(space, sender, rtcp, rows, near)

    monkeypatch.setattr(team, "Receivers", Counted)
    speaker = Speaker()
    packets = [speaker.say(index) for index in range(100)]
    source = np.frombuffer(b"".join(packets), np.uint8)
    lengths = np.array([len(packet) for packet in packets])
    together = team.Team(2)
    try:
        space = together.space(len(source), 100)
        space.load(source, np.cumsum(lengths) - lengths, lengths)
        together.open(0, speaker.keyed(), SSRC)
        together.run([team.Run(0, False, 0, 100, 0)])
        assert here == [row for start in range(0, 100, 20) for row in range(start, start + 10)]
        assert space.codes[:100].tolist() == [OK] * 100
        assert together.lost == 0
    finally:
        together.close()
