"""The main job, as a user does it: every scenario really runs, and everything said about it can be said again."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from harness.audit import audit_run
from harness.catalogue import load
from harness.evidence.recording_folder import LOOT, open_recording
from harness.evidence.run_folder import Run, open_run
from harness.inspection.parameters.policy import load_policy
from harness.model.network import Network
from harness.model.recording import Recording
from harness.model.verdict import Status
from harness.schema import schema_text
from harness.vantage import table, tshark

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(tshark.available() is None, reason="tshark is not installed: Wireshark's view is part of a run"),
]

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], int]:
    """The default run by the command line: its folder, the document it printed, its exit code."""
    folder = tmp_path_factory.mktemp("run")
    command = ["run", f"--captures={folder}/captures", f"--reports={folder}/reports", "-o", "json=-"]
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr
    return next((folder / "captures").iterdir()), json.loads(done.stdout), done.returncode


@pytest.fixture(scope="module")
def run(ran: tuple[Path, dict[str, Any], int]) -> Run:
    return open_run(ran[0])


def recordings(run: Run) -> Iterator[tuple[Path, Recording]]:
    for entry in run.entries:
        assert entry.recording is not None
        yield run.root / entry.recording, open_recording(run.root / entry.recording, entry.sha256)


def test_every_scenario_of_the_catalogue_went_as_expected(ran: tuple[Path, dict[str, Any], int]) -> None:
    _, printed, code = ran
    fine = (Status.AS_EXPECTED, Status.KNOWN_DEVIATION)
    assert {one["scenario"]: one["because"] for one in printed["results"] if one["status"] not in fine} == {}
    assert [one["scenario"] for one in printed["results"]] == [scenario.id for scenario in load(ROOT / "scenarios")]
    assert printed["summary"]["executed"] == printed["summary"]["selected"] == len(printed["results"])
    assert code == 0


def test_intercepted_and_different_codes_are_the_same_thing_on_healthy_clients(
    ran: tuple[Path, dict[str, Any], int],
) -> None:
    seen = set()
    for one in ran[1]["results"]:
        reasons = {finding["reason"] for finding in one["findings"]}
        if one["family"] == "specimens" or not {"call-established", "lock-on-both"} <= reasons:
            continue
        if one["outcome"] == "BLOCKED":  # an end has given it up: there is nobody to compare codes with
            continue
        differ = one["codes"]["alice"] != one["codes"]["bob"]
        assert one["intercepted"] == differ, one["scenario"]
        seen.add(differ)
    assert seen == {True, False}


def test_the_document_is_what_its_schema_says(ran: tuple[Path, dict[str, Any], int]) -> None:
    jsonschema_rs.validate(json.loads(schema_text("results")), ran[1])


def test_the_files_alone_give_the_same_findings_and_verdicts(ran: tuple[Path, dict[str, Any], int]) -> None:
    folder, printed, _ = ran
    assert audit_run(folder, load_policy()).model_dump(mode="json") == printed


def test_no_packet_left_the_network_of_its_call(run: Run) -> None:
    """Every address at every tap: loopback, or that of namespaces; one /24 for each call, each party at its own."""
    networks: set[str] = set()
    for root, recording in recordings(run):
        hosts = set()
        near: dict[str, set[str]] = {}
        for vantage in recording.vantages:
            packets = table.read(root / vantage.file, vantage.near)
            hosts |= {address.rpartition(":")[0] for address in packets.addresses}
            near[vantage.party] = {address.rpartition(":")[0] for address in vantage.near}
        if not recording.network.turn:  # there, what the peer sees of each is an address of the one server
            assert not near["alice"] & near["bob"]
        whole = IPv4Network("10.0.0.0/8" if recording.network is Network.NAMESPACES else "127.0.0.0/8")
        assert all(IPv4Address(host) in whole for host in hosts)
        mine = {str(IPv4Network(f"{host}/24", strict=False)) for host in hosts}
        assert len(mine) <= 1
        assert not mine & networks
        networks |= mine
    assert len(networks) > 10


def test_the_taps_lost_nothing(run: Run) -> None:
    for root, recording in recordings(run):
        for vantage in recording.vantages:
            packets = table.read(root / vantage.file, vantage.near)
            assert (len(packets), vantage.sockets, vantage.dropped) == (vantage.packets, vantage.packets, 0)


def test_keys_and_plaintext_are_for_their_owner_only(run: Run) -> None:
    loot = 0
    for root, recording in recordings(run):
        secret = [entry.path for entry in recording.files if entry.secret]
        assert {f"keys/{party}.keylog" for party in ("alice", "bob")} <= set(secret)
        loot += LOOT in secret
        assert {stat.S_IMODE((root / path).stat().st_mode) for path in secret} == {0o600}
    assert loot > 3


def test_the_report_holds_no_secret(ran: tuple[Path, dict[str, Any], int], run: Run) -> None:
    folder = ran[0]
    report = (folder.parent.parent / "reports" / folder.name / "report.html").read_text().lower()
    keys = [
        line.split()[2]
        for root, _ in recordings(run)
        for keylog in (root / "keys").glob("*.keylog")
        for line in keylog.read_text().splitlines()
    ]
    assert len(keys) > 20
    assert not [key for key in keys if key.lower() in report]
