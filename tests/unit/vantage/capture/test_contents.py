"""What a capture holds beside its packets is bounded, and each limit that was reached is named."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from harness.vantage.capture import contents

from ..blocks import block, enhanced, interface, options, secrets, section
from .reading import read

HEAD = section() + interface()
COMMENT = 1


def test_problems_beyond_the_limit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MOST_PROBLEMS", 3)
    broken = block(6, struct.pack("<IIIII", 0, 0, 0, 9, 9) + b"data")
    frames, capture = read(tmp_path, HEAD + (broken + enhanced(b"fine")) * 10 + enhanced(b"", number=4))
    assert [problem.place for problem in capture.problems] == [48, 120, 192]
    assert {problem.fault for problem in capture.problems} == {"malformed packet"}
    assert capture.more_problems == 8
    assert capture.unread == 10 * len(broken)
    assert len(frames) == 11


def test_comments_beyond_the_limit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "COMMENT_ROOM", 3 * 100)
    said = [enhanced(b"", extra=options((COMMENT, b"%d" % number * 36))) for number in range(5)]
    _, capture = read(tmp_path, HEAD + b"".join(said))
    assert capture.comments == ["0" * 36, "1" * 36, "2" * 36]
    assert [problem.fault for problem in capture.problems] == ["too many comments"]
    assert capture.problems[0].sentence == "300 bytes of them are kept, 2 comments were not"


def test_secrets_beyond_the_limit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "SECRET_ROOM", 1000)
    _, capture = read(tmp_path, HEAD + secrets(b"small") + secrets(bytes(1000)) + secrets(b"late"))
    assert capture.secrets == [(0x544C534B, b"small")]
    assert [problem.fault for problem in capture.problems] == ["too many decryption secrets"]
    assert "2 decryption secrets were not" in capture.problems[0].sentence
