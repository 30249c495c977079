"""`harness run --program`: anybody's program in place of the healthy client, in calls of the catalogue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent
SILENT = f"'{sys.executable}' -m tests.live.silent_endpoint"
UNSEEN = "bob has no screen of its own, and no code can be made of the certificates that it told"
STRANGE = """schema_version: 1
id: strange
title: A program
why: To see that a file starts none.
call: {media: [audio], seconds: 0.3}
endpoints: {bob: program}
expect: {outcome: SECURE}
"""


def run(tmp_path: Path, *arguments: str) -> tuple[int, Any, str]:
    """Exit code, document (None when there is none), and what was said."""
    folders = ("--captures", str(tmp_path / "captures"), "--reports", str(tmp_path / "reports"))
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", "run", *arguments, *folders, "--without", "wireshark", "-o", "json=-"],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
        text=True,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def statuses(document: Any) -> dict[str, str]:
    return {one["scenario"]: one["status"] for one in document["results"]}


def test_a_program_that_exports_nothing_is_judged_like_the_healthy_client(tmp_path: Path) -> None:
    """Without a key, a packet or a counter of its own: the leg and the other end's keys are enough for each verdict."""
    names = ("honest-audio-call", "fingerprint-swap", "dtls-mitm-sdp-untouched")
    code, document, said = run(tmp_path, *names, "--program", f"bob={SILENT}")
    results = {one["scenario"]: one for one in document["results"]}
    assert set(statuses(document).values()) == {"AS_EXPECTED"}, said
    assert code == 0
    for result in results.values():
        assert not [one for one in result["findings"] if one["severity"] == "inconclusive"]
        assert any(one["reason"] == "seen-through-leg" for one in result["findings"])
    [recording] = (tmp_path / "captures").glob("*/honest-audio-call/call-1/endpoint-bob.json")
    assert json.loads(recording.read_text())["software"] == "silent/1"
    [index] = (tmp_path / "captures").glob("*/honest-audio-call/call-1/recording.json")
    through = {one["party"]: one["through_leg"] for one in json.loads(index.read_text())["vantages"]}
    assert through == {"alice": False, "bob": True}


def test_that_nobody_else_saw_the_packets_of_a_program_that_tells_them_is_said(tmp_path: Path) -> None:
    """Not of a client that is ours, in a process of its own or not."""
    told = f"'{sys.executable}' -P -m harness.endpoint_worker"
    ends = (f"--program=bob={told}", "--endpoint=alice=aiortc-process")
    code, document, said = run(tmp_path, "honest-audio-call", *ends)
    (result,) = document["results"]
    assert (result["status"], code) == ("AS_EXPECTED", 0), said
    assert [one["vantage"] for one in result["findings"] if one["reason"] == "seen-as-told"] == ["bob-alice"]


def test_a_program_that_says_it_is_another_stack_is_not_measured_by_what_is_known_of_that(tmp_path: Path) -> None:
    """Chromium refuses this hash as it reads the description, aiortc a moment later; who knows what a program does?"""
    liar = f"{SILENT} chromium/148.0"
    programs = (f"--program=alice={liar}", f"--program=bob={liar}")
    code, document, said = run(tmp_path, "fingerprint-weak-hash[rewrite=hash-md5]", *programs)
    (result,) = document["results"]
    assert (result["status"], result["outcome"], code) == ("AS_EXPECTED", "BLOCKED", 0), said
    assert {one["software"] for one in result["ends"].values()} == {"chromium/148.0"}
    assert "fingerprint-unusable" in {one["reason"] for one in result["findings"] if one["severity"] == "alarm"}


def test_a_scenario_file_starts_no_program(tmp_path: Path) -> None:
    folder = tmp_path / "control"
    folder.mkdir()
    (folder / "strange.call.yaml").write_text(STRANGE)
    code, document, said = run(tmp_path, str(folder / "strange.call.yaml"))
    assert code == 3
    assert statuses(document) == {"strange": "NOT_RUN"}
    assert "--program bob='COMMAND'" in document["results"][0]["because"]
    assert document["unmet"] == [{"scenario": "strange", "why": document["results"][0]["because"], "asked": True}]
    assert "--program bob=" in said
    [captures] = (tmp_path / "captures").iterdir()
    again = subprocess.run(
        [sys.executable, "-m", "harness.cli", "audit", str(captures), "-o", "json=-"],
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
        text=True,
    )
    assert json.loads(again.stdout)["results"] == document["results"]
    assert again.returncode == 3


def test_a_scenario_that_was_not_asked_for_is_counted_and_fails_nothing(tmp_path: Path) -> None:
    scenarios = tmp_path / "scenarios"
    folder = scenarios / "control"
    folder.mkdir(parents=True)
    (folder / "strange.call.yaml").write_text(STRANGE)
    (folder / "plain.call.yaml").write_text(STRANGE.replace("strange", "plain").replace("bob: program", "bob: aiortc"))
    code, document, said = run(tmp_path, "--scenarios", str(scenarios))
    assert (code, statuses(document)) == (0, {"plain": "AS_EXPECTED", "strange": "NOT_RUN"}), said
    assert "1 did not run for want of something" in said
    code, document, said = run(tmp_path, "--scenarios", str(scenarios), "--program", f"bob={SILENT}")
    assert (code, set(statuses(document).values())) == (0, {"AS_EXPECTED"}), said


MODEST = f"'{sys.executable}' -m tests.live.modest_endpoint"


def test_what_a_program_says_that_it_lacks_is_not_run_and_by_name_that_is_no_success(tmp_path: Path) -> None:
    lacking = f"{MODEST} chat packets"
    code, document, said = run(tmp_path, "honest-chat-call", "srtp-replay", "--program", f"bob={lacking}")
    assert (code, set(statuses(document).values())) == (3, {"NOT_RUN"}), said
    whys = {one["scenario"]: one["because"] for one in document["results"]}
    assert whys["honest-chat-call"].startswith("bob is the program 'modest/1 aiortc/")
    assert whys["honest-chat-call"].endswith(", which says that it lacks chat")
    assert whys["srtp-replay"].endswith(", which says that it lacks packets")
    assert {one["scenario"]: (one["why"], one["asked"]) for one in document["unmet"]} == {
        name: (why, True) for name, why in whys.items()
    }
    assert whys["srtp-replay"] in said


def test_the_same_client_that_claims_everything_is_tried_with_it(tmp_path: Path) -> None:
    code, document, said = run(tmp_path, "honest-chat-call", "srtp-replay", "--program", f"bob={MODEST}")
    assert (code, set(statuses(document).values())) == (0, {"AS_EXPECTED"}), said


def test_in_a_selection_it_is_counted_with_its_reason_and_is_not_green(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios" / "control"
    folder.mkdir(parents=True)
    plain = STRANGE.replace("strange", "plain").replace("bob: program", "bob: aiortc")
    (folder / "plain.call.yaml").write_text(plain)
    written = plain.replace("id: plain", "id: written").replace("seconds: 0.3", "seconds: 0.3, chat: [{text: Hello}]")
    (folder / "written.call.yaml").write_text(written)
    root = ("--scenarios", str(tmp_path / "scenarios"))
    code, document, said = run(tmp_path, *root, "--program", f"bob={MODEST} chat")
    assert (code, statuses(document)) == (0, {"plain": "AS_EXPECTED", "written": "NOT_RUN"}), said
    assert document["summary"]["by_status"] == {"AS_EXPECTED": 1, "NOT_RUN": 1}
    assert "1 of 2 scenarios went as expected, 1 did not run for want of something" in said


def test_nobody_gets_out_of_an_attack_by_saying_so_in_the_middle_of_a_run(tmp_path: Path) -> None:
    program = f"bob={MODEST} --later '{tmp_path / 'asked'}' packets"
    code, document, said = run(tmp_path, "srtp-replay", "--program", program)
    [result] = document["results"]
    assert (code, result["status"], document["unmet"]) == (3, "INCONCLUSIVE", []), said
    assert "it says that it lacks packets, and before it was nothing" in result["because"]


def test_words_of_a_program_are_no_matter_of_a_call_that_it_is_not_in(tmp_path: Path) -> None:
    """Specimens keep their endpoints, also those that are processes of their own."""
    folder, plain = tmp_path / "specimens", tmp_path / "control" / "plain.call.yaml"
    folder.mkdir()
    plain.parent.mkdir()
    plain.write_text(STRANGE.replace("strange", "plain").replace("bob: program", "bob: aiortc"))
    own = STRANGE.replace("strange", "own").replace("{bob: program}", "{alice: constant-code, bob: aiortc-process}")
    own = own.replace("outcome: SECURE", "outcome: FALSE_ALARM, because: [code-not-from-certificates, codes-differ]")
    (folder / "own.call.yaml").write_text(own)
    code, document, said = run(tmp_path, str(folder / "own.call.yaml"), str(plain), "--program", f"bob={MODEST} chat")
    assert (code, statuses(document)) == (0, {"own": "AS_EXPECTED", "plain": "AS_EXPECTED"}), said


def test_a_program_that_finds_no_markers_itself_has_read_what_it_was_told_if_it_has_a_chat(tmp_path: Path) -> None:
    program = f"bob='{sys.executable}' '{ROOT / 'tests' / 'live' / 'chatting_example.py'}'"
    code, document, said = run(tmp_path, "honest-chat-call", "--program", program)
    assert (code, statuses(document)) == (0, {"honest-chat-call": "AS_EXPECTED"}), said
    [statement] = (tmp_path / "captures").glob("*/honest-chat-call/call-1/endpoint-bob.json")
    assert set(json.loads(statement.read_text())["heard"]) == {"audio", "chat"}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("bob=no-such-program-anywhere", "there is no program 'no-such-program-anywhere'"),
        ("eve=true", "use alice=PROGRAM or bob=PROGRAM"),
    ],
)
def test_a_program_that_is_not_there_is_a_mistake_of_the_command_line(tmp_path: Path, option: str, words: str) -> None:
    code, document, said = run(tmp_path, "honest-audio-call", "--program", option)
    assert (code, document) == (2, None)
    assert words in said


def test_a_program_that_is_none_leaves_a_named_reason(tmp_path: Path) -> None:
    code, document, _ = run(tmp_path, "honest-audio-call", "--program", f"bob='{sys.executable}' -c 'print(1)'")
    assert code == 3
    [result] = document["results"]
    assert result["status"] == "INCONCLUSIVE"
    assert "bob left no statement" in result["because"]


ONE_SIDE = "fingerprint-swap-one-side[swap=caller]"


@pytest.mark.parametrize(
    ("flaw", "words"),
    [
        ("untold", f"{UNSEEN}: local_certificate and presented_certificate missing"),
        ("screenless", f"{UNSEEN}: both are the same one"),
        ("in-pem", "bob left no statement: \"its answer to 'stats' is none: 'local_certificate: "),
    ],
)
def test_what_a_screen_shows_that_nobody_can_know_is_no_breach(tmp_path: Path, flaw: str, words: str) -> None:
    """Neither in an honest call nor in an intercepted one: the reference client's lock and code are just not known."""
    program = f"bob='{sys.executable}' -m tests.live.flawed_endpoint {flaw}"
    code, document, said = run(tmp_path, "honest-audio-call", "fingerprint-swap", "--program", program)
    assert (code, set(statuses(document).values())) == (3, {"INCONCLUSIVE"}), said
    for result in document["results"]:
        assert words in result["because"]
        assert result["outcome"] == "UNKNOWN"
        assert "Traceback" not in said


def test_a_call_that_a_party_refuses_needs_no_code(tmp_path: Path) -> None:
    """Alice is shown another certificate than was signalled; Bob may think for a moment that the call is up."""
    program = f"bob='{sys.executable}' -m tests.live.flawed_endpoint untold"
    code, document, said = run(tmp_path, ONE_SIDE, "--program", program)
    assert (code, {one["outcome"] for one in document["results"]}) == (0, {"BLOCKED"}), said
