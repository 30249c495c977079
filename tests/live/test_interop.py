"""The interop matrix of real calls: two stacks that nobody here wrote, and ours, in one run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.command_interop import interop_command
from harness.endpoints.chromium import installed as chromium
from harness.endpoints.firefox import installed as firefox
from harness.endpoints.gstreamer import installed as gstreamer
from harness.model.finding import Reason
from harness.model.verdict import RunDocument
from harness.network import coturn
from harness.network.namespaces import why_not
from harness.vantage.packet_tap import may_listen

pytestmark = pytest.mark.live

WITH_GSTREAMER = pytest.mark.skipif(gstreamer.found().why != "", reason=f"no webrtcbin: {gstreamer.found().why}")
WITH_FIREFOX = pytest.mark.skipif(firefox.lacking() != "", reason=f"no Firefox: {firefox.lacking()}")
WITH_CHROMIUM = pytest.mark.skipif(chromium.program() is None, reason=f"no Chromium ({', '.join(chromium.PROGRAMS)})")


def table(folder: Path, endpoints: str, network: str, scenarios: tuple[str, ...] = ()) -> tuple[RunDocument, Path]:
    """The run, and the folder of its reports."""
    chosen = {
        "root": None,
        "captures": folder / "captures",
        "jobs": None,
        "timeout": None,
        "seed": None,
        "without": (),
        "policy": None,
    }
    made = interop_command(scenarios, (endpoints, network), folder / "reports", (), chosen)
    assert isinstance(made, RunDocument), made
    (reports,) = (folder / "reports").iterdir()
    return made, reports


def cells(reports: Path) -> dict[tuple[str, str], dict[str, object]]:
    made = json.loads((reports / "interop.json").read_text())
    return {(one["pairing"]["alice"], one["pairing"]["bob"]): one for one in made["cells"]}


@pytest.mark.parametrize(
    ("stack", "software"),
    [
        pytest.param("gstreamer", "webrtcbin/", marks=WITH_GSTREAMER),
        pytest.param("firefox", "firefox/", marks=WITH_FIREFOX),
    ],
)
def test_every_pair_has_equal_codes_and_points_to_its_recording(tmp_path: Path, stack: str, software: str) -> None:
    _, reports = table(tmp_path, f"aiortc,{stack}", "loopback")
    found = cells(reports)
    assert set(found) == {(alice, bob) for alice in ("aiortc", stack) for bob in ("aiortc", stack)}
    for ends, cell in found.items():
        assert (cell["status"], cell["outcome"]) == ("AS_EXPECTED", "SECURE"), (ends, cell["why"])
        assert (cell["codes"], cell["connected"]) == ("equal", True)
        assert (tmp_path / "captures" / reports.name / str(cell["recording"]) / "recording.json").is_file()
    strange = found["aiortc", stack]["ends"]
    assert isinstance(strange, dict)
    assert strange["bob"]["software"].startswith(software)
    assert strange["alice"]["version"] == strange["bob"]["version"] != None  # noqa: E711 - it was seen at all
    assert 'href="report.html#s4-inside"' in (reports / "interop.html").read_text()
    made_again(tmp_path, reports)


def made_again(folder: Path, reports: Path) -> None:
    """The table is the same when it is made from the recordings, and who looks for other calls in them is told."""
    words = ["interop", f"--again={folder / 'captures' / reports.name}", f"--reports={folder / 'reports'}", "-o"]
    done = CliRunner().invoke(main, [*words, f"json={folder / 'again.json'}", "-o", f"html={reports / 'again.html'}"])
    assert done.exit_code == 0, done.output
    assert (folder / "again.json").read_text() == (reports / "interop.json").read_text()
    assert (reports / "again.html").read_text() == (reports / "interop.html").read_text()
    assert CliRunner().invoke(main, [*words, "json=-", "--network=turn"]).exit_code == 2


@pytest.mark.skipif(not may_listen(), reason="no right to open packet sockets: no stranger went through a TURN server")
@pytest.mark.skipif(not coturn.installed(), reason="coturn is not installed: no stranger went through it")
@pytest.mark.parametrize("network", ["turn-udp", "turn-tcp"])
@pytest.mark.parametrize(
    "stack",
    [
        pytest.param("gstreamer", marks=WITH_GSTREAMER),
        pytest.param("firefox", marks=WITH_FIREFOX),
        pytest.param("chromium-raw", marks=WITH_CHROMIUM),
    ],
)
def test_a_stranger_is_forced_through_coturn_and_everything_is_accounted_for(
    tmp_path: Path, stack: str, network: str
) -> None:
    made, reports = table(tmp_path, f"aiortc,{stack}", network)
    for ends, cell in cells(reports).items():
        assert (cell["status"], cell["outcome"], cell["codes"]) == ("AS_EXPECTED", "SECURE", "equal"), (ends, cell)
    for result in made.results:
        assert Reason.NETWORK_ACCOUNTED in {one.reason for one in result.findings}
        index = json.loads((tmp_path / "captures" / made.run / str(result.recording) / "recording.json").read_text())
        relays = {one.rpartition(":")[0] for leg in index["vantages"] for one in leg["near"]}
        assert len(relays) == 1
        assert relays.isdisjoint(index["devices"].values()), "what left a device had not gone through the server"


def test_what_cannot_be_put_into_a_namespace_is_counted_and_says_so(tmp_path: Path) -> None:
    made, reports = table(tmp_path, "clear", "namespaces")
    (cell,) = cells(reports).values()
    assert cell["status"] == "NOT_RUN"
    assert cell["why"]
    assert (made.summary.selected, made.summary.executed, made.unmet[0].asked) == (1, 0, True)


@pytest.mark.skipif(why_not() is not None, reason=f"no call was made in namespaces: {why_not()}")
@pytest.mark.parametrize(
    "stack",
    [
        pytest.param("gstreamer", marks=WITH_GSTREAMER),
        pytest.param("firefox", marks=WITH_FIREFOX),
        pytest.param("chromium-raw", marks=WITH_CHROMIUM),
    ],
)
def test_a_stranger_lives_in_a_namespace_of_its_own(tmp_path: Path, stack: str) -> None:
    """Whatever leaves the device, the router sees: a browser that looks up a name would not be accounted for."""
    made, _ = table(tmp_path, stack, "namespaces", ("honest-call", "fingerprint-swap"))
    outcomes = [(one.status, one.outcome) for one in made.results]
    assert outcomes == [("AS_EXPECTED", "SECURE"), ("AS_EXPECTED", "DETECTED")], [one.because for one in made.results]
    for one in made.results:
        assert Reason.NETWORK_ACCOUNTED in {found.reason for found in one.findings}
