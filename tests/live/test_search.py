"""The search on real calls: it finds a planted fault, shrinks it, writes it down, and what it wrote runs again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.endpoints.chromium.installed import program
from harness.endpoints.gstreamer.installed import found as gstreamer
from harness.model.endpoints import EndpointKind, Endpoints
from harness.model.finding import Reason
from harness.model.search import SearchDocument
from harness.needs import not_installed
from harness.placement import place
from harness.runner import Options
from harness.scenario_file import read
from harness.search.calls import RealCalls
from harness.search.plan import Plan, Shape
from harness.search.search import Bounds, Finding, Search, Tried
from harness.search.writing import write
from tests.commands import ROOT, processes_that_name, started, until
from tests.unit.search.world import INTERCEPT, move

pytestmark = pytest.mark.live


def both(kind: EndpointKind) -> Endpoints:
    return Endpoints(alice=kind, bob=kind)


def calls(endpoints: Endpoints, folder: Path) -> RealCalls:
    workshop = folder / "workshop"
    workshop.mkdir()
    return RealCalls(endpoints, workshop, first=0xE000)


def harness(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr
    return done


def test_a_planted_fault_is_found_shrunk_and_written_down_so_that_it_runs_again(tmp_path: Path) -> None:
    out, captures = tmp_path / "found", tmp_path / "captures"
    done = harness(
        *("search", "--endpoint=alice=replay-accepted", "--endpoint=bob=replay-accepted"),
        *(
            "--seconds=100",
            "--seed=fixed",
            "--jobs=4",
            "--moves=3",
            f"--out={out}",
            f"--captures={captures}",
            "-o",
            "json=-",
        ),
    )
    document = SearchDocument.model_validate_json(done.stdout)
    assert done.returncode == 1
    found = document.found[0]
    assert found.stable
    assert found.name == "replay-accepted"
    assert [line.partition('"')[2].partition('"')[0] for line in found.moves] == ["replay"]
    # Nothing is left of calls in which nothing was found; the recording of the finding is there.
    assert Path(found.recording).is_dir()
    assert not [path for path in captures.iterdir() if path.name.startswith(".")]

    (scenario,) = read(Path(found.scenario)).scenarios
    placed = place(scenario, Options(tmp_path / "again", without=("wireshark",)))
    assert (placed.result.outcome, placed.result.status) == (scenario.expect.outcome, "AS_EXPECTED")
    again = harness(
        *("run", found.scenario, "--without=wireshark", f"--captures={captures}", f"--reports={tmp_path}/reports")
    )
    assert again.returncode == 0, again.stderr


def known(plan: Plan, endpoints: Endpoints, folder: Path) -> Finding:
    """What a searcher makes of a plan that violates the property."""
    made = calls(endpoints, folder)
    first = made.call(plan)
    return Finding(plan, first, (made.confirm(plan, first),), 1.0, 1)


def test_an_interceptor_is_not_noticed_by_who_makes_the_code_from_the_signalling(tmp_path: Path) -> None:
    endpoints, captures = both(EndpointKind.CODE_FROM_SDP), tmp_path / "captures"
    captures.mkdir()
    finding = known(Plan(moves=(INTERCEPT,)), endpoints, tmp_path)
    assert finding.stable
    assert finding.first.recording is not None and finding.first.recording.is_dir()
    found = write(finding, endpoints, tmp_path / "found", captures)
    assert (found.name, found.moves) == ("BREACH", ('{do: "intercept"}',))
    (scenario,) = read(Path(found.scenario)).scenarios
    assert scenario.endpoints == endpoints
    assert place(scenario, Options(tmp_path / "again", without=("wireshark",))).result.status == "AS_EXPECTED"
    audited = harness("audit", str(Path(found.recording).parent.parent), "-o", "json=-")
    assert json.loads(audited.stdout)["results"][0]["outcome"] == "BREACH"


def test_moves_on_a_healthy_system_take_effect_and_find_nothing(tmp_path: Path) -> None:
    made = calls(Endpoints(), tmp_path)
    plans = [
        Plan(moves=(INTERCEPT, move("swap-fingerprint", towards="caller"), move("swap-fingerprint", towards="callee"))),
        Plan(moves=(move("replay", packet="srtp", sender="alice", first=2, count=5),)),
        Plan(moves=(move("flip", packet="srtp", sender="bob", octet=-1, first=2, count=5),)),
        Plan(moves=(move("forge-offer", towards="callee"),)),
        Plan(moves=(move("inject", what="rtp", to="bob", via="off-path"),)),
        Plan(moves=(move("forge-accept", towards="caller", when="ringing"),)),
        Plan(moves=(move("forge-accept", towards="callee", mode="service"),)),
        Plan(moves=(move("forge-invite", towards="callee"),)),
        Plan(moves=(move("withhold-message", towards="callee", message="invite"),)),
        Plan(moves=(move("tell-mode", towards="caller", mode="service"),)),
        Plan(moves=(move("forge-feature", feature="recording", holder="bot"),)),
        Plan(moves=(move("forge-feature", feature="add-participant", holder="device"),)),
        Plan(moves=(move("ring-another", answers="late"),)),
        Plan(moves=(move("ring-another", answers="instead"),)),
    ]
    for tried in map(made.call, plans):
        assert tried.violation is None, tried.result.because
        assert tried.unseeing is None
        assert all(tried.effective), tried.plan.described
    never = made.call(Plan(moves=(move("drop", packet="srtp", sender="alice", first=50_000),)))
    assert never.effective == (False,), "no call of half a second has so many packets"
    assert list((tmp_path / "workshop").iterdir()) == []


def test_a_short_search_of_the_healthy_system_finds_nothing(tmp_path: Path) -> None:
    heard: list[Tried] = []
    bounds = Bounds(seconds=120.0, calls=15, moves=4, seed="healthy")
    assert list(Search(calls(Endpoints(), tmp_path), bounds, heard.append).run()) == []
    assert len(heard) == 15
    assert [tried.unseeing for tried in heard if tried.unseeing is not None] == []
    assert any(any(tried.effective) for tried in heard)


@pytest.mark.skipif(bool(gstreamer().why), reason="no webrtcbin: no search was made of it")
def test_a_stack_that_writes_no_chat_is_searched_all_the_same(tmp_path: Path) -> None:
    heard: list[Tried] = []
    made = calls(Endpoints(bob=EndpointKind.GSTREAMER), tmp_path)
    bounds = Bounds(seconds=120.0, calls=8, moves=3, seed="no chat")
    list(Search(made, bounds, heard.append).run())
    assert {"aiortc", "webrtcbin"} == {end.software.split("/")[0] for one in heard for end in one.result.ends.values()}
    assert Shape.PLAIN in {one.plan.shape for one in heard if Reason.CALL_ESTABLISHED in reasons(one)}
    assert Shape.RESTART not in {one.plan.shape for one in heard}
    assert any(any(one.effective) for one in heard)


@pytest.mark.skipif(bool(gstreamer().why), reason="no webrtcbin: no search was made of it")
@pytest.mark.parametrize("do", ["swap-fingerprint", "alter-fingerprint"])
def test_that_webrtcbin_compares_no_fingerprint_is_no_news_without_an_interceptor_either(
    do: str, tmp_path: Path
) -> None:
    tried = calls(Endpoints(bob=EndpointKind.GSTREAMER), tmp_path).call(Plan(moves=(move(do, towards="callee"),)))
    assert Reason.FINGERPRINT_NOT_COMPARED in reasons(tried), tried.result.because
    assert tried.known == ("webrtcbin-takes-any-certificate",)


@pytest.mark.parametrize("kind", [EndpointKind.FIREFOX, EndpointKind.GSTREAMER])
def test_no_forged_acceptance_takes_the_lock_of_a_bare_stack(kind: EndpointKind, tmp_path: Path) -> None:
    if not_installed([kind]):
        pytest.skip(f"no {kind}: no acceptance was forged to it")
    forged = move("forge-accept", towards="callee", mode="service", when="up")
    tried = calls(Endpoints(bob=kind), tmp_path).call(Plan(moves=(forged,)))
    assert tried.effective == (True,)
    assert tried.violation is None, tried.result.because
    assert Reason.MODE_UNKNOWN not in reasons(tried), "it went on in the mode that it was accepted in"


def reasons(tried: Tried) -> set[Reason]:
    return {one.reason for one in tried.result.findings}


def searchers(captures: Path) -> list[int]:
    """Searchers that keep their recordings there."""
    return [pid for pid, words in processes_that_name(captures).items() if "harness.search.worker" in words]


def test_what_a_killed_search_left_goes_with_the_next_one(tmp_path: Path) -> None:
    """The recordings of calls that are still being looked at: beside those that stay, because some are moved there.

    Its searchers, in sessions of their own, end with it, whatever they are at: nobody writes there any more.
    """
    captures = tmp_path / "captures"
    words = ("search", "--jobs=1", "--calls=1", "--seed=killed", f"--captures={captures}", f"--out={tmp_path}/found")
    with started(*words) as searching:
        until(lambda: any(captures.glob(".harness-search-*/*")))
        (searcher,) = searchers(captures)
        os.kill(searcher, signal.SIGSTOP)  # by itself it ends no more
        searching.kill()
    try:
        until(lambda: searchers(captures) == [])
    finally:
        for stopped in searchers(captures):
            os.kill(stopped, signal.SIGKILL)
    assert any(captures.glob(".*"))
    assert harness(*words).returncode == 5, "its one call is an ordinary one, of which nothing is known then"
    assert list(captures.glob(".*")) == []


@pytest.mark.skipif(program() is None, reason="no Chromium: no search was made of it")
def test_what_is_known_of_a_stack_is_told_and_not_found(tmp_path: Path) -> None:
    """Both pages believe the interceptor's sha-1 line, and only the codes differ."""
    swaps = (move("swap-fingerprint", towards=role, algorithm="sha-1") for role in ("callee", "caller"))
    tried = calls(both(EndpointKind.CHROMIUM_RAW), tmp_path).call(Plan(moves=(INTERCEPT, *swaps)))
    assert Reason.FINGERPRINT_NOT_COMPARED in {one.reason for one in tried.result.findings}, tried.result.because
    assert tried.known == ("chromium-believes-sha-1",)
    assert tried.violation is None
