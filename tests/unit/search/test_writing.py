"""The scenario file of a finding reads back as the scenario that was meant, and its recording is kept."""

from __future__ import annotations

from pathlib import Path

from harness.model.adversary import Position, Script
from harness.model.endpoints import EndpointKind, Endpoints
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.service_kind import ServiceKind
from harness.model.verdict import Outcome
from harness.scenario_file import SUFFIX, parse, read
from harness.search.expected import expectation
from harness.search.plan import Plan, Shape
from harness.search.search import Finding, Tried
from harness.search.writing import text_of, write

from .world import FLIP, INTERCEPT, SWAP, finding, move, result

ENDPOINTS = Endpoints(alice=EndpointKind.CODE_FROM_SDP)
PLAN = Plan(Shape.RESTART, (INTERCEPT, SWAP, FLIP, move("change-line", towards="caller", start="a=x", how="remove")))

NAME = PLAN.name(ENDPOINTS, ServiceKind.REFERENCE)


def test_a_plan_says_what_its_adversary_must_control_and_no_more() -> None:
    assert PLAN.positions == (Position.SIGNALLING, Position.PATH)
    assert Plan(moves=(FLIP,)).positions == (Position.PATH,)
    assert Plan().adversary is None
    assert Plan(Shape.EARLIER).call(ENDPOINTS).earlier == 1
    assert PLAN.call(ENDPOINTS).restart_after is not None


def test_the_written_text_is_the_scenario() -> None:
    for plan in (PLAN, Plan(), Plan(moves=(FLIP,))):
        scenario = plan.scenario(ENDPOINTS, expectation(result(Outcome.BREACH, [finding(Reason.CODES_DIFFER)])))
        path = Path(scenario.family) / f"{scenario.id}{SUFFIX}"
        assert parse(text_of(scenario).encode(), path).scenarios == (scenario,)


def test_each_move_stands_on_a_line_of_its_own() -> None:
    lines = text_of(PLAN.scenario(ENDPOINTS)).splitlines()
    assert '    - {do: "intercept"}' in lines
    assert '    - {do: "flip", packet: "srtp", sender: "alice", octet: -1}' in lines


def recorded(folder: Path, run: str, outcome: Outcome) -> Tried:
    recording = folder / run / NAME / "call-1"
    recording.mkdir(parents=True)
    return Tried(PLAN, result(outcome), (True,) * 4, recording)


def found(tmp_path: Path, again: Outcome) -> Finding:
    workshop = tmp_path / "workshop"
    (tmp_path / "captures").mkdir(parents=True)
    first, second = recorded(workshop, "run-1", Outcome.BREACH), recorded(workshop, "run-2", again)
    return Finding(PLAN, first, (second,), seconds=3.0, calls=7)


def test_of_a_finding_that_came_again_the_second_recording_is_kept(tmp_path: Path) -> None:
    written = write(found(tmp_path, Outcome.BREACH), ENDPOINTS, tmp_path / "found", tmp_path / "captures")
    assert written.stable
    assert Path(written.recording) == tmp_path / "captures" / "run-2" / NAME / "call-1"
    assert Path(written.recording).is_dir()
    (scenario,) = read(Path(written.scenario)).scenarios
    assert isinstance(scenario.adversary, Script)
    assert scenario.adversary.moves == PLAN.moves
    assert (written.name, written.seconds, written.calls) == ("BREACH", 3.0, 7)


def test_of_one_that_did_not_the_recording_that_shows_it(tmp_path: Path) -> None:
    written = write(found(tmp_path, Outcome.SECURE), ENDPOINTS, tmp_path / "found", tmp_path / "captures")
    assert not written.stable
    assert Path(written.recording).parent.parent.name == "run-1"
    assert read(Path(written.scenario)).scenarios[0].expect.outcome is Outcome.BREACH


def test_the_same_plan_found_twice_is_one_file(tmp_path: Path) -> None:
    first = write(found(tmp_path / "1", Outcome.BREACH), ENDPOINTS, tmp_path / "found", tmp_path / "1" / "captures")
    again = write(found(tmp_path / "2", Outcome.BREACH), ENDPOINTS, tmp_path / "found", tmp_path / "2" / "captures")
    assert first.scenario == again.scenario
    assert first.recording != again.recording


def test_the_same_plan_between_other_endpoints_is_another_file(tmp_path: Path) -> None:
    """Both searches write to one folder; each file must make the call that it was found in."""
    others = Endpoints(alice=EndpointKind.REPLAY_ACCEPTED)
    first = write(found(tmp_path / "1", Outcome.BREACH), ENDPOINTS, tmp_path / "found", tmp_path / "1" / "captures")
    other = write(found(tmp_path / "2", Outcome.BREACH), others, tmp_path / "found", tmp_path / "2" / "captures")
    written = [read(Path(one.scenario)).scenarios[0].endpoints for one in (first, other)]
    assert written == [ENDPOINTS, others]


def test_what_cannot_be_written_is_told_with_the_plan(tmp_path: Path) -> None:
    """A file lies where the folder of scenarios should be; the recording is kept all the same."""
    (tmp_path / "found").write_text("precious")
    told = write(found(tmp_path, Outcome.BREACH), ENDPOINTS, tmp_path / "found", tmp_path / "captures")
    assert (told.scenario, len(told.moves)) == ("", 4)
    assert Path(told.recording).is_dir()
    (why,) = told.unwritten
    assert why.startswith(f"{tmp_path / 'found'}/")
    assert why.endswith(": Not a directory") or why.endswith(": File exists")


def test_a_recording_that_cannot_be_moved_is_told_and_the_scenario_is_written(tmp_path: Path) -> None:
    told = write(found(tmp_path, Outcome.BREACH), ENDPOINTS, tmp_path / "found", tmp_path / "nowhere")
    assert Path(told.scenario).is_file()
    assert (told.recording, told.unwritten) == ("", (f"{tmp_path / 'nowhere'}: No such file or directory",))


def test_nobody_interferes_where_numbers_wrap_or_the_service_has_the_keys() -> None:
    wrapping, ordinary = (Plan(shape).call(ENDPOINTS) for shape in (Shape.WRAPPING, Shape.ORDINARY))
    packets = wrapping.seconds / 0.02
    assert wrapping.first_sequence is not None
    assert 5 < 2**16 - wrapping.first_sequence < packets - 5
    assert (wrapping.mode, ordinary.mode) == (Mode.E2EE, Mode.SERVICE)
