"""Calls in network namespaces: a router between the devices, somebody in its place or beside it, and nothing left."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from harness.endpoints.chromium import installed as chromium
from harness.endpoints.firefox import installed as firefox
from harness.model.base import Party
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome, Status
from harness.network import user_namespace
from harness.network.namespaces import NamespacePlan, why_not
from harness.placement import Placed, place, plan
from harness.runner import Options
from harness.vantage import wire_rows
from tests.commands import ROOT, SECONDS, WHERE, folders, started

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(why_not() is not None, reason=f"no call was made in namespaces: {why_not()}"),
]
NUMBER = 0x0E00
ALICE, BOB = (NamespacePlan(NUMBER).address(party.value) for party in Party)
CALL: dict[str, Any] = {"media": ["audio"], "seconds": 0.8, "alice": "aiortc-process", "bob": "aiortc-process"}


def placed(tmp_path: Path, adversary: dict[str, Any] | None, expect: Outcome) -> Placed:
    content = plan("in-namespaces", adversary, expect, CALL).model_dump(mode="json") | {"network": "namespaces"}
    options = Options(captures=tmp_path, without=("wireshark",), first=NUMBER)
    return place(Scenario.model_validate_json(json.dumps(content)), options)


def reasons(done: Placed) -> set[str]:
    return {one.reason.value for one in done.result.findings}


def candidates(done: Placed) -> set[str]:
    """The hosts that the parties were told."""
    assert done.recording is not None
    lines = [*(done.recording / "signalling-alice.jsonl").read_text().splitlines()]
    lines += (done.recording / "signalling-bob.jsonl").read_text().splitlines()
    bodies = [json.loads(line)["message"]["body"] for line in lines if json.loads(line)["direction"] == "in"]
    return {line.split()[4] for body in bodies for line in body.splitlines() if line.startswith("a=candidate:")}


def test_two_devices_call_each_other_through_a_router(tmp_path: Path) -> None:
    done = placed(tmp_path, None, Outcome.SECURE)
    assert done.result.status is Status.AS_EXPECTED, done.result.because
    assert "network-accounted" in reasons(done)
    assert done.recording is not None
    index = json.loads((done.recording / "recording.json").read_text())
    assert {one["name"]: one["dropped"] for one in index["wires"]} == {"alice-wire": 0, "bob-wire": 0}
    assert candidates(done) == {ALICE, BOB}


def test_a_router_that_ends_dtls_touches_no_address_and_is_refused(tmp_path: Path) -> None:
    done = placed(tmp_path, {"kind": "dtls-mitm", "position": ["path"], "swap": []}, Outcome.BLOCKED)
    assert done.result.outcome is Outcome.BLOCKED
    assert {"certificate-not-signalled", "network-accounted"} <= reasons(done)
    assert candidates(done) == {ALICE, BOB}
    assert done.recording is not None
    ends = {
        end.rpartition(":")[0]
        for name in ("alice-wire", "bob-wire")
        for row in wire_rows.read(done.recording / f"{name}.pcapng").rows
        for end in (row.source, row.destination)
    }
    assert ends == {ALICE, BOB}


def test_somebody_beside_the_path_who_lies_about_his_address_changes_nothing(tmp_path: Path) -> None:
    flood = {"kind": "srtp-flood", "position": ["off-path"], "packets": 100}
    done = placed(tmp_path, flood, Outcome.SECURE)
    assert done.result.outcome is Outcome.SECURE
    assert {"foreign-packet-dropped", "datagrams-added"} <= reasons(done)
    assert "foreign-datagram" not in reasons(done), "by its address it cannot be told from the peer"
    assert done.recording is not None
    truth = json.loads((done.recording / "ground-truth.json").read_text())
    assert "sources-forged" in truth["required"]
    assert truth["deeds"]["sources-forged"] > 0


def test_a_tap_at_the_router_gets_everything_and_nothing_of_it(tmp_path: Path) -> None:
    done = placed(tmp_path, {"kind": "recorder", "position": ["path"]}, Outcome.SECURE)
    assert done.result.status is Status.AS_EXPECTED, done.result.because
    assert done.result.intercepted is False
    assert not {"datagrams-added", "datagrams-repeated"} & reasons(done)
    assert done.recording is not None
    assert json.loads((done.recording / "ground-truth.json").read_text())["loot_packets"] > 50


def as_an_ordinary_user(*words: str) -> subprocess.CompletedProcess[bytes]:
    """The kernel knows this user by its files; rights it has none."""
    nobody = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    return subprocess.run(
        [*nobody, sys.executable, "-m", "harness.cli", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"PYTHONPATH": str(ROOT), "PATH": WHERE},
        timeout=120,
        check=False,
    )


WITHOUT_ROOT = pytest.mark.skipif(
    user_namespace.why_not() is not None, reason=f"no call was made without root: {user_namespace.why_not()}"
)


@WITHOUT_ROOT
def test_the_doctor_tells_an_ordinary_user_what_a_run_would_have() -> None:
    told = as_an_ordinary_user("doctor").stdout.decode()
    for part in ("packet sockets", "namespaces"):
        assert re.search(rf"^installed +{part} +in a user namespace$", told, re.MULTILINE), told


@WITHOUT_ROOT
def test_without_root_a_run_goes_to_a_user_namespace_and_listens_there(tmp_path: Path) -> None:
    words = ("interop", "--endpoints=aiortc", "--network=namespaces,loopback", *folders(tmp_path))
    done = as_an_ordinary_user(*words)
    assert done.returncode == 0, done.stderr
    (reports,) = (tmp_path / "reports").iterdir()
    cells = json.loads((reports / "interop.json").read_text())["cells"]
    assert [(one["pairing"]["network"], one["status"], one["outcome"]) for one in cells] == [
        ("namespaces", "AS_EXPECTED", "SECURE"),
        ("loopback", "AS_EXPECTED", "SECURE"),
    ]


@WITHOUT_ROOT
def test_without_root_an_interceptor_stands_in_the_routers_place_as_well(tmp_path: Path) -> None:
    done = as_an_ordinary_user("run", "namespaces-fingerprint-swap", *folders(tmp_path))
    assert done.returncode == 0, done.stderr
    (reports,) = (tmp_path / "reports").iterdir()
    (result,) = json.loads((reports / "results.json").read_text())["results"]
    assert (result["status"], result["outcome"]) == ("AS_EXPECTED", "DETECTED")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_however_the_harness_ends(tmp_path: Path, how: signal.Signals) -> None:
    with started("run", "namespaces-call", *folders(tmp_path)) as run:
        watched = opened(inside(run))
        assert watched
        run.send_signal(how)
        run.wait(SECONDS)
    for one in watched:
        assert select.select([one], [], [], 10.0)[0], "a process in a namespace outlived the run"
        os.close(one)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize(
    "stack",
    [
        pytest.param("firefox", marks=pytest.mark.skipif(firefox.program() is None, reason="no Firefox to be left")),
        pytest.param("chromium", marks=pytest.mark.skipif(chromium.program() is None, reason="no Chromium to be left")),
    ],
)
def test_no_browser_is_left_in_a_namespace(tmp_path: Path, stack: str, how: signal.Signals) -> None:
    ends = [f"--endpoints={'chromium-raw' if stack == 'chromium' else stack}", "--network=namespaces"]
    with started("interop", *ends, *folders(tmp_path)) as run:
        watched = opened(inside(run, stack))
        assert watched
        run.send_signal(how)
        run.wait(SECONDS)
    for one in watched:
        assert select.select([one], [], [], 10.0)[0], "a process in a namespace outlived the run"
        os.close(one)


def inside(run: subprocess.Popen[bytes], name: str = "") -> list[int]:
    """The processes of this run that live in other network namespaces, as soon as both devices do; and as soon as there
    are two with this in their names."""
    own = Path(f"/proc/{run.pid}/ns/net").stat().st_ino
    while run.poll() is None:
        pids = living_in(set(children(run.pid)), own)
        if len(pids) >= 6 and sum(name in called(pid) for pid in pids) >= 2:
            return pids
    raise AssertionError("the run ended before its devices were in their namespaces")


def opened(pids: list[int]) -> list[int]:
    """A descriptor for each that has not ended by itself meanwhile, as some that a browser starts do."""
    found = []
    for pid in pids:
        with suppress(ProcessLookupError):
            found.append(os.pidfd_open(pid))
    return found


def called(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text()
    return ""


def children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    return found


def living_in(pids: set[int], own: int) -> list[int]:
    """Those that are in another namespace than this one."""
    found = []
    for pid in pids:
        with suppress(OSError):
            if Path(f"/proc/{pid}/ns/net").stat().st_ino != own:
                found.append(pid)
    return found
