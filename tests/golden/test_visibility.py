"""The visibility matrix of the golden recordings, from their files alone: who saw what was written down by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.evidence.run_folder import open_run
from harness.inspection.parameters.policy import load_policy
from harness.model.mode import Mode
from harness.model.visibility import Cell, Content, Observer, Sight, Visibility
from harness.recorded_call import case_of, open_entry
from harness.visibility import visibility

GOLDEN = Path(__file__).parent.parent.parent / "captures" / "golden" / "first"


def matrix_of(name: str) -> Visibility:
    run = open_run(GOLDEN)
    opened = open_entry(run, next(one for one in run.entries if one.scenario == name))
    return visibility(opened, case_of(opened, "not asked", load_policy(), ()), ())


def column(matrix: Visibility, observer: Observer, *contents: Content) -> list[Sight]:
    return [matrix.cell(content, observer).sight for content in contents]


def beyond(matrix: Visibility) -> set[tuple[Content, Observer]]:
    return {(one.content, one.observer) for one in matrix.beyond}


def test_every_content_has_a_cell_for_every_observer() -> None:
    cells = matrix_of("honest-audio-call").cells
    assert [(one.content, one.observer) for one in cells] == [(row, column) for row in Content for column in Observer]


def test_of_an_honest_call_the_path_has_ciphertext_the_service_nothing_and_the_peer_everything() -> None:
    matrix = matrix_of("honest-audio-call")
    assert matrix.shown is Mode.E2EE
    media = (Content.AUDIO, Content.MEDIA_KEYS, Content.HEADER_FIELDS, Content.PACKET_LENGTHS)
    assert column(matrix, Observer.PATH, *media) == [
        Sight.CIPHERTEXT,
        Sight.ABSENT,
        Sight.METADATA,
        Sight.METADATA,
    ]
    assert column(matrix, Observer.SERVICE, *media) == [Sight.ABSENT] * 4
    assert column(matrix, Observer.PEER, Content.AUDIO, Content.MEDIA_KEYS) == [Sight.PLAINTEXT] * 2
    assert matrix.cell(Content.SDP, Observer.SERVICE).sight is Sight.PLAINTEXT
    assert matrix.beyond == ()


def test_what_could_not_be_looked_at_is_never_called_absent() -> None:
    matrix = matrix_of("honest-audio-call")
    unknown = [Content.VIDEO, Content.SCREEN, Content.CHAT, Content.FILE, Content.PRESENCE]
    for observer in Observer:
        assert column(matrix, observer, *unknown) == [Sight.NOT_MEASURED] * 5
    assert {one.sight for one in matrix.cells if one.observer in (Observer.RELAY, Observer.ADVERSARY)} == {
        Sight.NOT_MEASURED
    }
    assert matrix.cell(Content.SDP, Observer.PATH).sight is Sight.NOT_MEASURED, "its way was not recorded"
    assert all(one.where for one in matrix.cells if one.sight is Sight.NOT_MEASURED)


@pytest.mark.parametrize("name", ["clear-with-lock", "null-cipher"])
def test_media_in_clear_under_a_lock_are_beyond_the_promise_on_the_path_and_at_the_relay(name: str) -> None:
    matrix = matrix_of(name)
    assert matrix.shown is Mode.E2EE
    assert {Observer.PATH, Observer.RELAY} <= {observer for _, observer in beyond(matrix)}
    first: Cell = matrix.beyond[0]
    assert first.where.startswith(("alice-relay.pcapng", "bob-relay.pcapng"))


def test_an_interceptor_has_plaintext_where_the_path_has_not() -> None:
    matrix = matrix_of("fingerprint-never-compared")
    assert matrix.cell(Content.AUDIO, Observer.ADVERSARY).sight is Sight.PLAINTEXT
    assert matrix.cell(Content.AUDIO, Observer.PATH).sight is Sight.CIPHERTEXT
    assert (Content.AUDIO, Observer.ADVERSARY) in beyond(matrix)
    assert matrix.cell(Content.MEDIA_KEYS, Observer.ADVERSARY).sight is Sight.NOT_MEASURED


def test_a_call_that_was_refused_showed_nobody_its_media() -> None:
    matrix = matrix_of("fingerprint-missing")
    assert matrix.shown is Mode.E2EE, "it was never up: measured by what was decided"
    for observer in (Observer.PATH, Observer.SERVICE):
        assert matrix.cell(Content.AUDIO, observer).sight is Sight.ABSENT
    assert matrix.beyond == ()
