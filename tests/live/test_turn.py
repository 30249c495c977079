"""Calls that are forced through a TURN server: coturn, which nobody here wrote, and the adversary's own."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from harness import live_call
from harness.live_call import LiveCall
from harness.live_turn import _told
from harness.model.base import Party
from harness.model.scenario import Scenario
from harness.model.turn import TurnTransport
from harness.model.verdict import Outcome, Status
from harness.model.visibility import Content, Observer, Sight
from harness.network import coturn
from harness.placement import Placed, place, plan
from harness.runner import Options
from harness.vantage.packet_tap import may_listen
from harness.vantage.tap import LegTap
from tests.commands import SECONDS, folders, processes_that_name, started

from .sabotage import Harm, planted, run

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not may_listen(), reason="no right to open packet sockets: no call went through a TURN server"),
]
COTURN = pytest.mark.skipif(not coturn.installed(), reason="coturn is not installed: no call went through it")
ROOT = Path(__file__).parents[2]
NUMBER = 0xE000
"""The network of these calls; those of other tests are far from it."""

CALL: dict[str, Any] = {"media": ["audio"], "seconds": 0.8}


def through(network: str, adversary: dict[str, Any] | None, expect: Outcome) -> Scenario:
    scenario = plan("through-turn", adversary, expect, CALL)
    return Scenario.model_validate_json(json.dumps(scenario.model_dump(mode="json") | {"network": network}))


def placed(tmp_path: Path, scenario: Scenario) -> Placed:
    return place(scenario, Options(captures=tmp_path, without=("wireshark",), first=NUMBER))


@COTURN
@pytest.mark.parametrize("network", ["turn-udp", "turn-tcp"])
def test_coturn_carries_a_call_and_sees_only_ciphertext(tmp_path: Path, network: str) -> None:
    done = placed(tmp_path, through(network, None, Outcome.SECURE))
    assert done.result.status is Status.AS_EXPECTED, done.result.because
    assert "network-accounted" in {one.reason.value for one in done.result.findings}
    assert done.recording is not None
    index = json.loads((done.recording / "recording.json").read_text())
    assert index["network"] == network
    assert index["provenance"]["coturn"] == coturn.version()
    (wire,) = index["wires"]
    assert wire["dropped"] == 0
    near = [one for leg in index["vantages"] for one in leg["near"]]
    assert all(one.rpartition(":")[0] == f"127.{(0x100 + (NUMBER << 8)) >> 16}.{(NUMBER + 1) & 0xFF}.8" for one in near)
    matrix = done.result.visibility
    assert matrix is not None
    assert matrix.cell(Content.AUDIO, Observer.RELAY).sight is Sight.CIPHERTEXT
    assert matrix.cell(Content.MEDIA_KEYS, Observer.RELAY).sight is Sight.ABSENT


@pytest.mark.parametrize("network", ["turn-udp", "turn-tcp"])
def test_a_dishonest_server_with_the_service_behind_it_intercepts_and_is_noticed(tmp_path: Path, network: str) -> None:
    attack = {"kind": "dtls-mitm", "position": ["signalling", "path"], "swap": ["caller", "callee"]}
    done = placed(tmp_path, through(network, attack, Outcome.DETECTED))
    assert (done.result.outcome, done.result.intercepted) == (Outcome.DETECTED, True)
    assert "network-accounted" in {one.reason.value for one in done.result.findings}


def test_the_same_server_without_a_motive_changes_nothing(tmp_path: Path) -> None:
    done = placed(tmp_path, through("turn-udp", {"kind": "bystander", "position": ["path"]}, Outcome.SECURE))
    assert done.result.status is Status.AS_EXPECTED, done.result.because


def kill_coturn(call: LiveCall, _: LegTap) -> None:
    assert call.turn is not None
    assert call.turn._coturn is not None
    os.kill(call.turn._coturn.child.pid, signal.SIGKILL)


@COTURN
def test_a_coturn_that_dies_is_why_a_call_is_an_error_and_not_the_devices_that_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_call, "ENDING", 1.0)
    planted(monkeypatch, {"through-turn": Harm(kill_coturn)})
    result = run(tmp_path / "captures", [through("turn-udp", None, Outcome.SECURE)]).of("through-turn")
    assert (result.status, result.outcome) == (Status.ERROR, Outcome.UNKNOWN)
    assert result.because.startswith("the call could not be recorded: turnserver ended by itself (-9)")
    assert result.because.endswith("; then what took part in the call could not be ended within 1 s")


@COTURN
def test_a_coturn_that_hangs_is_named_before_all_patience_is_spent_and_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung: list[int] = []

    def hang_coturn(call: LiveCall, _: LegTap) -> None:
        assert call.turn is not None
        assert call.turn._coturn is not None
        hung.append(call.turn._coturn.child.pid)
        os.kill(hung[0], signal.SIGSTOP)

    monkeypatch.setattr(live_call, "LATE", 1.0)
    planted(monkeypatch, {"through-turn": Harm(hang_coturn)})
    result = run(tmp_path / "captures", [through("turn-udp", None, Outcome.SECURE)]).of("through-turn")
    assert (result.status, result.outcome) == (Status.ERROR, Outcome.UNKNOWN)
    assert result.because == (
        "the call could not be recorded: turnserver is there, and has given no answer for 3 s; "
        "then what took part in the call could not be ended within 1 s"
    )
    with pytest.raises(ProcessLookupError):
        os.kill(hung[0], 0)


@COTURN
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_coturn_however_the_harness_ends(tmp_path: Path, how: signal.Signals) -> None:
    name = "honest-turn-call[network=turn-udp]"
    with started("run", name, *folders(tmp_path), "--jobs=1") as run:
        daemon = started_by(run)
        run.send_signal(how)
        run.wait(SECONDS)
    wait_until_gone(daemon)
    if how is signal.SIGINT:
        assert processes_that_name(tmp_path) == {}


def started_by(run: subprocess.Popen[bytes]) -> int:
    """The id of the coturn that this process started, as soon as there is one."""
    while run.poll() is None:
        for task in Path(f"/proc/{run.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                with suppress(OSError):  # it ended meanwhile
                    if Path(f"/proc/{child}/comm").read_text().strip() == coturn.PROGRAM:
                        return int(child)
    raise AssertionError("the run ended without a coturn")


def wait_until_gone(pid: int) -> None:
    """It is told by the kernel, which need not be at once."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    assert select.select([watched], [], [], 10.0)[0]
    os.close(watched)


def test_each_call_has_credentials_of_its_own() -> None:
    told = [_told("127.0.9.8", TurnTransport.UDP, party) for party in (*Party, *Party)]
    assert len({one.username for one in told}) == len({one.password for one in told}) == 4
