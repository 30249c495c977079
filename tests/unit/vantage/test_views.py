"""One recording that breaks Wireshark blinds it to no other; a Wireshark that is broken is not asked for ever."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from harness.vantage import views as room
from harness.vantage.views import views

from .blocks import leg

pytestmark = pytest.mark.skipif(which("tshark") is None, reason="tshark is not installed")

TSHARK = which("tshark")
RTP = b"\x80\x60" + bytes(30)
POISON = b"\x80\x60" + b"POISON" + bytes(24)
Fake = Callable[[str], Path]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a program named tshark first in the path; gives a file that gets a line for each time it runs."""

    def install(body: str) -> Path:
        folder, runs = tmp_path / "bin", tmp_path / "runs"
        folder.mkdir()
        program = folder / "tshark"
        program.write_text(f'#!/bin/sh\necho run >> {runs}\n{body}\nexec {TSHARK} "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return runs

    return install


def on_poison(then: str) -> str:
    """Does this when a file among the arguments holds the poison."""
    return f'for one; do if [ -f "$one" ] && grep -qa POISON "$one"; then {then}; fi; done'


def recordings(folder: Path, *payloads: bytes) -> list[list[Path]]:
    """Each with two captures of two packets, of which the last one is of this payload."""
    return [
        [leg(folder / f"{number}-{side}.pcapng", [(True, RTP), (False, payload)]) for side in ("alice", "bob")]
        for number, payload in enumerate(payloads)
    ]


def reasons(found: Sequence[Any]) -> list[str | None]:
    """Why there is no view of a recording; None where there is one of each capture."""
    return [one if isinstance(one, str) else None for one in found]


def test_a_recording_that_crashes_tshark_is_the_only_one_without_a_view(tmp_path: Path, fake: Fake) -> None:
    runs = fake(on_poison("kill -11 $$"))
    given = recordings(tmp_path, RTP, POISON, RTP)
    found = views(given)
    assert reasons(found) == [None, "tshark was killed by signal 11 (SIGSEGV)", None]
    for number in (0, 2):
        view = found[number]
        assert not isinstance(view, str)
        assert [len(view[path].classes) for path in given[number]] == [2, 2]
    assert len(runs.read_text().splitlines()) == 4


def test_a_damaged_capture_spoils_its_own_recording_only(tmp_path: Path) -> None:
    given = recordings(tmp_path, RTP, RTP)
    bad = given[1][0]
    bad.write_bytes(bad.read_bytes()[:-2])
    first, second = reasons(views(given))
    assert first is None
    assert second is not None
    assert "truncated block" in second


def test_a_tshark_that_somebody_ends_is_not_asked_again(tmp_path: Path, fake: Fake) -> None:
    runs = fake("kill -9 $$")
    assert reasons(views(recordings(tmp_path, RTP, RTP, RTP))) == ["tshark was killed by signal 9 (SIGKILL)"] * 3
    assert len(runs.read_text().splitlines()) == 1


def test_a_tshark_that_always_breaks_is_given_up(tmp_path: Path, fake: Fake) -> None:
    runs = fake("kill -11 $$")
    assert reasons(views(recordings(tmp_path, *[RTP] * 5))) == ["tshark was killed by signal 11 (SIGSEGV)"] * 5
    assert len(runs.read_text().splitlines()) == 1 + room.BROKEN


def test_without_tshark_nothing_is_tried_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reasons(views(recordings(tmp_path, RTP, RTP))) == ["tshark is not installed"] * 2
