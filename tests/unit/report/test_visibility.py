"""The matrices of a run: the most that anybody saw in each cell, what breaks a promise named, specimens left out."""

from __future__ import annotations

from typing import Any

from harness.model.base import Party
from harness.model.mode import Mode
from harness.model.verdict import Outcome, Result, Status
from harness.model.visibility import Cell, Content, Observer, Sight, Visibility
from harness.report.console import closing_lines
from harness.report.html import render
from harness.report.tally import tally
from harness.report.visibility import ModeMatrix, Square, matrices, visibility_lines

from .sample import document, flow, result

PROMISED = Sight.CIPHERTEXT


def seen(sight: Sight, where: str = "", *, shown: Mode = Mode.E2EE, observer: Observer = Observer.PATH) -> Visibility:
    """A matrix in which one cell differs from what could not be measured."""
    cells = tuple(
        Cell(
            content=content,
            observer=column,
            sight=sight if (content, column) == (Content.AUDIO, observer) else Sight.NOT_MEASURED,
            promised=PROMISED,
            where=where,
        )
        for content in Content
        for column in Observer
    )
    return Visibility(shown=shown, cells=cells)


def call(name: str, visibility: Visibility | None, **changes: Any) -> Result:
    return result(
        name, **{"visibility": visibility, "flows": (flow("alice-bob", Party.ALICE, "SRTP", 1, 1),)} | changes
    )


def square(matrix: ModeMatrix, content: Content, observer: Observer) -> Square:
    rows = dict(matrix.rows)
    return rows[content][list(Observer).index(observer)]


def test_each_mode_has_a_matrix_of_the_most_that_was_seen() -> None:
    made = matrices(
        [
            call("one", seen(Sight.ABSENT)),
            call("two", seen(Sight.CIPHERTEXT)),
            call("three", seen(Sight.NOT_MEASURED)),
            call("four", seen(Sight.METADATA, shown=Mode.SERVICE)),
        ]
    )
    assert [(one.mode, one.calls) for one in made] == [(Mode.E2EE, 3), (Mode.SERVICE, 1)]
    audio = square(made[0], Content.AUDIO, Observer.PATH)
    assert (audio.sight, audio.measured, audio.text) == (Sight.CIPHERTEXT, 2, "ciphertext")
    assert square(made[0], Content.VIDEO, Observer.PATH).text == "not measured"


def test_plaintext_beyond_the_promise_is_marked_and_its_place_is_named() -> None:
    (made,) = matrices([call("leaking", seen(Sight.PLAINTEXT, "alice-bob.pcapng: the audio"), outcome=Outcome.BREACH)])
    assert square(made, Content.AUDIO, Observer.PATH).text == "plaintext!"
    assert made.sentence == "e2ee, 1 call: plaintext beyond the promise in 1 cell"
    assert "  ! leaking: audio at path (alice-bob.pcapng: the audio): BREACH" in list(visibility_lines([made]))


def test_what_the_codes_tell_of_is_said_to_be_told() -> None:
    (made,) = matrices([call("swap", seen(Sight.PLAINTEXT, observer=Observer.ADVERSARY), outcome=Outcome.DETECTED)])
    assert made.sentence == "e2ee, 1 call: plaintext beyond the promise in 1 cell, and the codes tell"
    assert [one.told for one in made.breaks] == [True]


def test_specimens_and_calls_that_were_not_recorded_are_left_out() -> None:
    assert matrices([call("broken", seen(Sight.PLAINTEXT), family="specimens"), call("none", None)]) == ()


def test_the_end_of_a_run_says_what_it_comes_to() -> None:
    run = document([call("honest", seen(Sight.CIPHERTEXT))])
    assert "visibility: e2ee, 1 call: nothing beyond the promise" in list(closing_lines(run, tally(run)))


def test_of_a_call_without_a_packet_it_is_not_said_that_nothing_was_found() -> None:
    never = [call(name, seen(Sight.ABSENT), flows=()) for name in ("one", "two")]
    (made,) = matrices([*never, call("honest", seen(Sight.CIPHERTEXT))])
    assert made.sentence == "e2ee, 3 calls: nothing beyond the promise in 1; there is no packet to look at of 2 calls"
    audio = square(made, Content.AUDIO, Observer.PATH)
    assert (audio.sight, audio.measured) == (Sight.CIPHERTEXT, 1)
    (made,) = matrices(never)
    assert made.sentence == "e2ee, 2 calls: there is no packet to look at"
    assert square(made, Content.AUDIO, Observer.PATH).text == "not measured"


def test_of_a_call_that_was_inconclusive_it_is_not_said_that_nothing_was_found() -> None:
    unclear = call("unclear", seen(Sight.CIPHERTEXT), status=Status.INCONCLUSIVE, outcome=Outcome.UNKNOWN)
    (made,) = matrices([unclear, call("honest", seen(Sight.CIPHERTEXT))])
    assert made.sentence == "e2ee, 2 calls: nothing beyond the promise in 1; inconclusive: 1 call"


def test_what_breaks_a_promise_counts_without_a_packet_and_hides_no_call_that_has_none() -> None:
    never = call("never", seen(Sight.ABSENT), flows=())
    (made,) = matrices([never, call("leaking", seen(Sight.PLAINTEXT), flows=(), outcome=Outcome.BREACH)])
    assert made.sentence == (
        "e2ee, 2 calls: plaintext beyond the promise in 1 cell; there is no packet to look at of 1 call"
    )
    assert not made.nothing_seen


def test_what_was_seen_in_a_call_that_was_refused_before_its_first_packet_is_shown() -> None:
    (made,) = matrices([call("refused", seen(Sight.METADATA), flows=())])
    assert square(made, Content.AUDIO, Observer.PATH).text == "metadata"


def test_the_page_shows_the_matrix_of_the_run_and_the_cells_of_each_call_and_escapes_places() -> None:
    page = render(document([call("leaking", seen(Sight.PLAINTEXT, "<script>alert(1)</script>"))]))
    assert "Who saw what" in page
    assert "plaintext!" in page
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2
