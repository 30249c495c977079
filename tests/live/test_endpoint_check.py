"""`harness endpoint check` passes a client that is one, and names what is wrong with each that is not."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import jsonschema_rs
import pytest

from harness.endpoint_check import checks
from harness.endpoint_check.checks import Group
from harness.endpoint_check.groups import GROUPS
from harness.endpoint_check.run import conformance
from harness.endpoint_check.stand import Stand
from harness.endpoints import dialogue
from harness.model.ability import Ability
from harness.model.base import Asset, Party
from harness.model.endpoint_check import Answered, EndpointCheck
from harness.schema import schema_text

from .flawed_endpoint import FLAWED
from .odd_program import ODD

pytestmark = pytest.mark.live

ROOT = Path(__file__).parent.parent.parent
NAMES = [name for group in GROUPS for name in group.names]
AUDIO = (Asset.AUDIO,)


def odd(name: str) -> tuple[str, ...]:
    return (sys.executable, "-IS", str(ROOT / "tests" / "live" / "odd_program.py"), name)


def checked(command: tuple[str, ...], limit: float = 60.0, groups: Sequence[Group] = GROUPS) -> EndpointCheck:
    document = asyncio.run(conformance(command, AUDIO, limit=limit, groups=groups))
    assert [one.name for one in document.checks] == [name for group in groups for name in group.names]
    return document


def failed(document: EndpointCheck) -> dict[str, str]:
    return {one.name: one.detail for one in document.checks if one.answered is Answered.FAILED}


@pytest.mark.parametrize(
    ("name", "check", "words"),
    [
        ("silent", "hello", "it gave no answer to 'hello' for"),
        ("of-tomorrow", "hello", "its answer to 'hello' is none: 'protocol: Input should be 1'"),
        ("misspelt", "hello", "its answer to 'hello' is none: \"lacks.1: Input should be 'screen', 'chat', "),
        ("chatty", "hello", "it said what is neither an answer nor an event"),
        ("long-winded", "hello", "it said a line of more than 1048576 bytes"),
        ("agreeable", "unknown operation", "it did not refuse an unknown operation as 'unsupported'"),
        ("dying", "unknown operation", "it ended with code 3; its last words: 'out of paper'"),
        ("flooding", "unknown operation", "not ended after 3 s"),
        ("staying", "end of standard input", "it went on when its standard input had ended"),
    ],
)
def test_what_is_wrong_with_a_program_is_said_where_it_shows(
    name: str, check: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "PATIENCE", 2.0 if name == "silent" else 60.0)
    monkeypatch.setattr(dialogue, "STARTING", 0.0)
    document = checked(odd(name), limit=3.0 if name == "flooding" else 60.0)
    assert words in failed(document)[check]
    assert not document.passed
    before = document.checks[: NAMES.index(check)]
    assert all(one.answered is Answered.PASSED for one in before)
    if check in ("hello", "unknown operation"):
        assert {one.answered for one in document.checks[len(before) + 1 :]} == {Answered.UNTRIED}
    assert document.software == ("" if check == "hello" else "odd/1")


def test_every_odd_program_is_checked() -> None:
    assert set(ODD) == {"proper", "agreeable", "silent", "of-tomorrow", "chatty", "long-winded", "dying"} | {
        "misspelt",
        "flooding",
        "staying",
    }


def test_a_program_that_only_says_no_fails_at_the_first_thing_that_it_must_do() -> None:
    document = checked(odd("proper"))
    assert document.software == "odd/1"
    assert {one.name for one in document.checks if one.answered is Answered.PASSED} == set(GROUPS[0].names)
    assert all("open was refused: 'unsupported'" in why for why in failed(document).values())


@pytest.mark.parametrize(
    ("name", "flaws"),
    [
        (
            "early",
            {
                "offer before the call is accepted": "before anybody has accepted the call",
                "answer before the call is accepted": "before anybody has accepted the call",
            },
        ),
        ("deaf", {"hang-up": "it does not tell that the call has failed"}),
        (
            "forgetful",
            {
                "screen, as caller": "it calls the other person 'Somebody'",
                "screen, as callee": "it calls the other person 'Somebody'",
            },
        ),
        (
            "mute",
            {
                "media, as caller": "our client heard nothing, or not everything, of it",
                "media, as callee": "our client heard nothing, or not everything, of it",
            },
        ),
        (
            "dying",
            {
                "media, as caller": "its program failed: it ended with code 3; its last words: 'out of paper'",
                "media, as callee": "its program failed: it ended with code 3; its last words: 'out of paper'",
            },
        ),
        (
            "screenless",
            {
                "screen, as caller": "no code can be made of what it tells as local_certificate and",
                "screen, as callee": "no code can be made of what it tells as local_certificate and",
            },
        ),
        (
            "untold",
            {
                "screen, as caller": "no code can be made of what it tells as local_certificate and",
                "screen, as callee": "no code can be made of what it tells as local_certificate and",
            },
        ),
        (
            "in-pem",
            {
                "screen, as caller": "local_certificate: Value error, it is not the hex of a DER certificate",
                "screen, as callee": "local_certificate: Value error, it is not the hex of a DER certificate",
            },
        ),
        (
            "mistaken",
            {
                "certificates, as caller": "its local_certificate is not the one that our client knows",
                "certificates, as callee": "its local_certificate is not the one that our client knows",
            },
        ),
        *(
            (name, {f"packets, as {role}": words for role in ("caller", "callee")})
            for name, words in (
                ("boastful", "it says it sent 100000 RTP packets, and "),
                ("overfed", "it says it accepted 100000 RTP packets, and "),
                ("offended", "1 of them as not authentic; "),
                ("careless", "it says it sent 1 RTP packet, and "),
                ("fasting", "it says it accepted no packet, and heard what came in them"),
            )
        ),
        ("speechless", {"chat": "there is no chat here"}),
        ("illiterate", {"chat": "it does not know the line that it was told"}),
        ("locking", {"ordinary call": "in an ordinary call it shows 'lock' and the code "}),
        (
            "settled",
            {
                "restart of ICE, as caller": "this call is up",
                "restart of ICE, as callee": "this call is up",
            },
        ),
        ("resting", {"restart of ICE, as caller": "with the same ICE credentials again, which is no restart"}),
        ("secretive", {"ordinary call": "the service says that this is a call of the kind 'service', which is none"}),
        ("unshared", {"shared screens": "there is no screen here"}),
        ("from-nought", {"first sequence number": "a stream begins to count at 0 and not at first_sequence, 65000"}),
        ("discreet", {"keys": "none of the 0 keys that it tells is one of the call's"}),
        (
            "uncounted",
            {
                "packets, as caller": "and does not say that it lacks 'packets'",
                "packets, as callee": "and does not say that it lacks 'packets'",
            },
        ),
        (
            "never-compared",
            {
                "wrong fingerprint in the answer": "the call came up with a certificate whose fingerprint nobody",
                "wrong fingerprint in the offer": "the call came up with a certificate whose fingerprint nobody",
            },
        ),
        (
            "constant-code",
            {
                "screen, as caller": "where our client has",
                "screen, as callee": "where our client has",
            },
        ),
        (
            "lock-without-code",
            {
                "screen, as caller": "its code is None where our client has",
                "screen, as callee": "its code is None where our client has",
            },
        ),
    ],
)
def test_each_check_of_a_call_fails_for_its_own_fault_and_for_no_other(
    name: str, flaws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name in FLAWED
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(checks, "SETUP", 4.0 if name in ("mute", "deaf") else checks.SETUP)
    # Who says hello and makes a call, and where the fault must show: every check takes a program's start.
    groups = [one for one in GROUPS if len(one.names) > 1 or not flaws.keys().isdisjoint(one.names)]
    document = checked((sys.executable, "-m", "tests.live.flawed_endpoint", name), groups=groups)
    found = failed(document)
    assert found.keys() == flaws.keys(), found
    for check, words in flaws.items():
        assert words in found[check]
    assert not document.passed


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", "endpoint", "check", *arguments],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=200,
        check=False,
        text=True,
    )


def test_the_command_says_a_line_for_each_check_and_data_goes_to_standard_output() -> None:
    done = command("--media", "audio", "-o", "json=-", "--", *odd("agreeable"))
    assert done.returncode == 1
    document = json.loads(done.stdout)
    jsonschema_rs.Draft202012Validator(json.loads(schema_text("endpoint-check"))).validate(document)
    assert document["command"] == list(odd("agreeable"))
    lines = done.stderr.splitlines()
    assert len(lines) == len(NAMES) + 1
    assert lines[0].startswith("ok    hello ")
    assert lines[1].startswith("FAIL  unknown operation ")
    assert lines[-1].startswith("1 of ")


def test_a_client_that_is_one_ends_with_code_0() -> None:
    done = command("--media", "audio", "--", sys.executable, "-m", "harness.endpoint_worker")
    assert done.returncode == 0, done.stderr
    assert (
        done.stderr.splitlines()[-1]
        == f"{len(NAMES)} of {len(NAMES)} checks passed: this program can be put under test"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("no-such-program-anywhere",), 2, "there is no program 'no-such-program-anywhere'"),
        (("-o", "html=-", "true"), 2, "can be had as json"),
        ((), 2, "Missing argument"),
        (("--media", "smell", "true"), 2, "smell"),
    ],
)
def test_what_cannot_be_checked_is_a_mistake_of_the_command_line(
    arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr


def test_a_call_that_a_program_calls_failed_has_failed_whichever_check_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it heard may be known before it says that it gives up: then the next thing that is asked of it fails."""
    monkeypatch.chdir(ROOT)
    groups = [one for one in GROUPS if len(one.names) > 1]
    found = failed(checked((sys.executable, "-m", "tests.live.flawed_endpoint", "quitting"), groups=groups))
    assert {name.partition(", ")[2] for name in found} == {"as caller", "as callee"}
    assert {name.partition(", ")[0] for name in found} <= {"media", "screen"}
    assert all("the call ended at its side: endpoint-error: enough heard" in why for why in found.values())


@pytest.mark.parametrize(
    ("program", "by_a_leg"),
    [((str(ROOT / "examples" / "python" / "client.py"),), True), (("-m", "harness.endpoint_worker"), False)],
)
@pytest.mark.asyncio
async def test_packets_are_counted_at_a_leg_where_a_program_does_not_tell_them(
    program: tuple[str, ...], by_a_leg: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    async with Stand((sys.executable, *program), AUDIO).call(Party.BOB) as pair:
        pair.accept()
        await pair.program.answer(await pair.client.offer())
        assert pair.tap.through_leg is by_a_leg


def test_what_a_program_says_that_it_lacks_is_skipped_with_that_reason_and_nothing_else_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    words = [ability.value for ability in Ability if ability is not Ability.PACKETS]
    document = checked((sys.executable, "-m", "tests.live.modest_endpoint", *words))
    skipped = {one.name: one.detail for one in document.checks if one.answered is Answered.SKIPPED}
    assert skipped == {
        "shared screens": "it says that it lacks 'screen'",
        "chat": "it says that it lacks 'chat'",
        "restart of ICE, as caller": "it says that it lacks 'restart'",
        "restart of ICE, as callee": "it says that it lacks 'restart'",
        "ordinary call": "it says that it lacks 'ordinary-calls'",
        "first sequence number": "it says that it lacks 'first-sequence'",
        "keys": "it says that it lacks 'keys'",
    }
    assert document.passed
    assert {one.answered for one in document.checks if one.name not in skipped} == {Answered.PASSED}


def test_a_program_that_says_something_else_in_a_call_fails_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    later = ("--later", str(tmp_path / "asked"), "chat")
    document = checked((sys.executable, "-m", "tests.live.modest_endpoint", *later), groups=GROUPS[:2])
    assert failed(document).keys() == {"offer before the call is accepted"}
    assert "it says that it lacks chat, and before it was nothing" in document.checks[-1].detail
