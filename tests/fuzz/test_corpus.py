"""Every input that is kept is harmless, without a fuzzer: the seeds, and whatever once was a crash or a hang."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pieces import MOST, Piece, cut, joined
from .targets import TARGETS, target

CORPUS = Path(__file__).parent / "corpus"
INPUTS = sorted(CORPUS.glob("*/*"))


def test_every_target_has_a_corpus_and_every_corpus_a_target() -> None:
    assert {path.parent.name for path in INPUTS} == set(TARGETS)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_nothing_that_is_kept_breaks_a_target(path: Path) -> None:
    target(path.parent.name)(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_at_all_breaks_no_target(name: str) -> None:
    target(name)(b"")


def test_pieces_are_cut_as_they_were_joined() -> None:
    pieces = [Piece(True, False, b"one"), Piece(False, True, b""), Piece(True, True, bytes(300))]
    assert cut(joined(pieces)) == pieces
    assert cut(joined(pieces)[:-100])[-1] == Piece(True, True, bytes(200))
    assert len(cut(bytes(4 * MOST))) == MOST
