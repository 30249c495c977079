"""The group in which real stacks agree on their keys: told by the harness, and the one that Wireshark reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.catalogue import load
from harness.cli import main
from harness.endpoint_choice import with_endpoints
from harness.endpoints.chromium import installed as chromium
from harness.endpoints.firefox import installed as firefox
from harness.endpoints.gstreamer import installed as gstreamer
from harness.evidence.recording_folder import read_statements
from harness.model.base import Party
from harness.model.endpoints import EndpointKind
from harness.model.finding import Reason
from harness.model.outcome import Status
from harness.placement import Placed, place
from harness.runner import Options
from harness.vantage import tshark

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(tshark.available() is None, reason="tshark is not installed: nobody else read the group"),
]

WITH_GSTREAMER = pytest.mark.skipif(gstreamer.found().why != "", reason=f"no webrtcbin: {gstreamer.found().why}")
WITH_FIREFOX = pytest.mark.skipif(firefox.lacking() != "", reason=f"no Firefox: {firefox.lacking()}")
WITH_CHROMIUM = pytest.mark.skipif(chromium.program() is None, reason=f"no Chromium ({', '.join(chromium.PROGRAMS)})")

SCENARIOS = Path(__file__).parents[2] / "scenarios"
AIORTC, CHROMIUM, FIREFOX = EndpointKind.AIORTC, EndpointKind.CHROMIUM_RAW, EndpointKind.FIREFOX
TELL = {AIORTC, EndpointKind.AIORTC_PROCESS, EndpointKind.GSTREAMER}
"""Whose stack says itself which group it was: the statistics of both browsers do not."""

IANA = {0x001D: "x25519", 0x0017: "secp256r1", 0x11EC: "X25519MLKEM768"}
_FIELDS = ("dtls.handshake.server_named_curve", "dtls.handshake.extensions_key_share_group")


def read_by_wireshark(capture: Path) -> set[str]:
    """The groups of each ServerHello (DTLS 1.3) and ServerKeyExchange (before) in it, in IANA's words."""
    shown = (word for name in _FIELDS for word in ("-e", name))
    words = ["tshark", "-r", str(capture), "-Y", "dtls.handshake.type in {2, 12}", "-T", "fields", *shown]
    told = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
    return {IANA[int(number, 0)] for number in told.replace(",", " ").split()}


def call(folder: Path, alice: EndpointKind, bob: EndpointKind) -> Placed:
    both = {Party.ALICE: alice, Party.BOB: bob}
    (one,) = with_endpoints((one for one in load(SCENARIOS) if one.id == "honest-call"), both)
    placed = place(one, Options(captures=folder))
    assert placed.result.status is Status.AS_EXPECTED, placed.result.because
    return placed


def captures(placed: Placed) -> list[Path]:
    assert placed.recording is not None
    return sorted(placed.recording.glob("*-*.pcapng"))


def told_everywhere(placed: Placed) -> set[str]:
    """What is told of each end, of each leg, and of each capture as one from anywhere: one group, if all is well."""
    legs = [one.detail for one in placed.result.findings if one.reason is Reason.PARAMETERS_NEGOTIATED]
    of_ends = {end.group or "none" for end in placed.result.ends.values()}
    of_legs = {group for group in IANA.values() for detail in legs if f", {group}, " in detail}
    done = CliRunner().invoke(main, ["audit", *map(str, captures(placed)), "-o", "json=-"])
    anywhere = {one["group"] for one in json.loads(done.stdout)["associations"]}
    assert len(legs) >= len(Party)
    return of_ends | of_legs | anywhere


@pytest.mark.parametrize(
    "stack",
    [
        AIORTC,
        EndpointKind.AIORTC_PROCESS,
        pytest.param(CHROMIUM, marks=WITH_CHROMIUM),
        pytest.param(FIREFOX, marks=WITH_FIREFOX),
        pytest.param(EndpointKind.GSTREAMER, marks=WITH_GSTREAMER),
    ],
)
@pytest.mark.parametrize("party", Party)
def test_the_group_of_each_stack_is_told_and_is_the_one_on_the_wire(
    tmp_path: Path, stack: EndpointKind, party: Party
) -> None:
    kinds = {one: stack if one is party else AIORTC for one in Party}
    placed = call(tmp_path, kinds[Party.ALICE], kinds[Party.BOB])
    seen = [read_by_wireshark(capture) for capture in captures(placed)]
    assert len(seen) == len(Party)
    assert seen[0] == seen[1] == told_everywhere(placed)
    assert len(seen[0]) == 1
    assert placed.recording is not None
    statement, end = read_statements(placed.recording)[party].dtls, placed.result.ends[party]
    assert statement is not None
    assert (statement.version, statement.suite, statement.srtp_profile) == (end.version, end.suite, end.srtp_profile)
    assert statement.group == (end.group if stack in TELL else None)


@WITH_CHROMIUM
@pytest.mark.parametrize("called", [CHROMIUM, pytest.param(FIREFOX, marks=WITH_FIREFOX)])
def test_browsers_agree_in_a_hybrid_group_under_dtls_13(tmp_path: Path, called: EndpointKind) -> None:
    """Who answers is the DTLS client: a ServerHello of Firefox comes with records that Wireshark does not open."""
    placed = call(tmp_path, CHROMIUM, called)
    assert {one.version for one in placed.result.ends.values()} == {"DTLSv1.3"}
    assert [read_by_wireshark(one) for one in captures(placed)] == [{"X25519MLKEM768"}] * 2
    assert told_everywhere(placed) == {"X25519MLKEM768"}
