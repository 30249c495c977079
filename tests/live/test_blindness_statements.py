"""An endpoint says hostile things of itself: it is never believed, never crashes anything, and harms nobody else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.call_views import call_views
from harness.endpoints import dialogue
from harness.endpoints.process import ProcessEndpoint
from harness.endpoints.registry import ENDPOINTS
from harness.model.endpoints import EndpointKind
from harness.model.verdict import Outcome, Status
from harness.report.html import render
from harness.report.junit import render as junit
from tests.unit.report.html_tree import Page

from .hostile_endpoint import LIES
from .hostile_program import MISCHIEF
from .sabotage import APART, Ran, impatient, nothing_left, run, scenario

pytestmark = pytest.mark.live

NEITHER = "it said what is neither an answer nor an event: "
TOO_LONG = "it said a line of more than 1048576 bytes"
NONE_OF_STATS = "its answer to 'stats' is none: "
SAID = {
    "a-hundred-megabytes": TOO_LONG,
    "a-hundred-megabytes-of-json": TOO_LONG,
    "deep-json": NEITHER,
    "deep-statement": NEITHER,
    "half-a-line": f"it gave no answer to 'screen' for {dialogue.PATIENCE:g} s",
    "no-answer-at-all": f"it gave no answer to 'screen' for {dialogue.PATIENCE:g} s",
    "nul": NEITHER,
    "no-text": NEITHER,
    "lone-surrogate": NEITHER,
    "the-answer-to-another-request": "it answered a request that nobody made",
    "two-answers": "it answered a request that nobody made",
    "no-statement": "its answer to 'screen' is none: 'screen: ",
    "refusal": "screen was refused: ",
    "wrong-types": f"{NONE_OF_STATS}'connected: ",
    "out-of-range": f"{NONE_OF_STATS}'packets.rtp_sent: ",
    "far-out-of-range": f"{NONE_OF_STATS}'packets.rtp_sent: ",
    "certificate-that-is-none": f"{NONE_OF_STATS}'presented_certificate: ",
    "certificate-in-escapes": f"{NONE_OF_STATS}'local_certificate: ",
    "unknown-field": f"{NONE_OF_STATS}",
    "the-other-party": "its statistics speak of 'party', which is not theirs to tell",
    "a-reason-of-nobody": f'{NONE_OF_STATS}"failure.reason: ',
    "no-indicator": "its answer to 'screen' is none: \"screen.indicator: ",
    "a-name-without-end": "its answer to 'screen' is none: 'screen.peer: ",
    "packet-of-another": "it uses 127.9.9.9:4000, and its address is 127.",
    "packet-before-time": NEITHER,
    "packet-of-the-world": NEITHER,
    "packet-without-bytes": NEITHER,
    "socket-of-another": "it uses 127.9.9.9:1, and its address is 127.",
    "key-that-is-none": "its key log is none: line 1 of the key log has a random of 1 or a secret of 1 bytes",
    "key-of-two-lines": NEITHER,
    "unheard-of-event": NEITHER,
}
"""Why there is no statement."""

JUDGED = {
    "a-reason-of-an-auditor": (Status.UNEXPECTED, "FAILED_CALL where SECURE was expected"),
    "another-name": (Status.UNEXPECTED, "MISBOUND where SECURE was expected"),
    "another-code": (Status.UNEXPECTED, "FALSE_ALARM where SECURE was expected"),
    "a-packet-of-another-time": (Status.INCONCLUSIVE, "establishment could not tell: "),
    # It comes when the harness ends the call, and then it is no failure of the call any more.
    "a-failure-of-nobody": (Status.AS_EXPECTED, "SECURE"),
}
"""A statement that is one, and what is said of it."""


PROGRAM = Path(__file__).parent / "hostile_program.py"
APART_FROM_ALL = APART | {"setup_seconds": 0.2}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("statements")
    commands: dict[str, tuple[str, ...]] = {name: (sys.executable, "-IS", str(PROGRAM), name) for name in MISCHIEF}
    commands |= {name: (sys.executable, "-P", "-m", "tests.live.hostile_endpoint", name) for name in LIES}
    # Alice's address tells her scenario: each has a network of its own, in the order of the run.
    hosts = {f"127.0.{number + 1}.1": command for number, command in enumerate(commands.values(), 1)}

    with pytest.MonkeyPatch.context() as patch, nothing_left(patch, folder / "temporary"):
        impatient(patch)
        patch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))  # where the endpoint that lies is found
        patch.setitem(
            ENDPOINTS, EndpointKind.AIORTC_PROCESS, lambda setup: ProcessEndpoint(setup, hosts[setup.address])
        )
        scenarios = [scenario(name, call=APART if name in LIES else APART_FROM_ALL) for name in commands]
        found = run(folder / "captures", [*scenarios, scenario("healthy")], jobs=40)
    yield found


def test_everything_that_is_said_is_looked_at() -> None:
    assert set(SAID) | {"none"} == set(MISCHIEF)
    assert set(JUDGED) == set(LIES)


def test_without_mischief_the_program_gives_a_statement(ran: Ran) -> None:
    result = ran.of("none")
    assert (result.status, result.outcome) == (Status.UNEXPECTED, Outcome.FAILED_CALL), result.because
    assert "ice-failed" in {str(one.reason) for one in result.findings}


@pytest.mark.parametrize("name", SAID)
def test_what_is_no_statement_is_missing_for_a_named_reason(ran: Ran, name: str) -> None:
    result = ran.of(name)
    assert (result.status, result.outcome) == (Status.INCONCLUSIVE, Outcome.UNKNOWN), result.because
    assert result.because.startswith(
        "establishment could not tell: statement-missing at alice: alice left no statement"
    )
    assert SAID[name] in result.because.replace("\\'", "'")
    assert result.because.isprintable()
    assert len(result.because) < 700


@pytest.mark.parametrize("name", JUDGED)
def test_what_is_one_is_judged(ran: Ran, name: str) -> None:
    status, cause = JUDGED[name]
    result = ran.of(name)
    assert result.status is status, result.because
    assert cause in result.because


def test_the_call_beside_them_is_unharmed(ran: Ran) -> None:
    ran.unharmed("healthy")


def test_in_no_report_any_of_it_is_more_than_text(ran: Ran, tmp_path: Path) -> None:
    page = render(ran.document, call_views(ran.folder, ran.document))
    assert not Page(page).root.all("script")
    assert not Page(page).root.all("u")
    assert "\u202e" not in page
    assert "\x1b" not in page + junit(ran.document)
