"""Evidence that is cut, changed, hostile, or has no room on the disk: said by name, and of that recording only."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from harness import outputs
from harness.audit_process import AuditProcess
from harness.auditing import Thinker
from harness.cli import main
from harness.evidence.recording_folder import RecordingFolder
from harness.evidence.run_folder import RunFolder
from harness.model.recording import FileEntry
from harness.model.run import IndexEntry
from harness.model.verdict import Status
from harness.placement import InProcess
from harness.vantage import tshark
from tests.unit.model.outlined import outlined
from tests.unit.report.html_tree import Page

from .sabotage import AUDIO, WITHOUT_WIRESHARK, Ran, inconclusive, nothing_left, run, scenario

pytestmark = pytest.mark.live
ROOT = Path(__file__).parent.parent.parent
LEG: Final = "alice-bob.pcapng"


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of what runs calls or Wireshark, nothing is left."""
    with nothing_left(monkeypatch, tmp_path / "temporary"):
        yield


def audited(folder: Path, *options: str) -> Result:
    """`harness audit`, in this process: its exit code, what it says, and no exception."""
    done = CliRunner().invoke(main, ["audit", str(folder), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.stderr.replace("\n", "").isprintable()
    return done


# captures that are cut


def last_packet(path: Path) -> None:
    """Take the last block away: what is left is a sound capture."""
    data = path.read_bytes()
    os.truncate(path, len(data) - int.from_bytes(data[-4:], "little"))


def half_a_packet(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 10)


def everything(path: Path) -> None:
    os.truncate(path, 0)


def copied(path: Path) -> None:
    """The recording of the other end in its place: each packet has both addresses, so it reads from here as well."""
    shutil.copyfile(path.with_name("bob-alice.pcapng"), path)


CUTS: Final = {
    "last-packet": (last_packet, ("packets-lost-by-tap", "alice-bob"), "packets where the tap wrote"),
    "half-a-packet": (half_a_packet, ("capture-damaged", "alice-bob"), f"{LEG}: truncated block at byte"),
    "everything": (everything, ("capture-damaged", "alice-bob"), f"the capture cannot be read: {LEG}: "),
    "copied": (copied, ("capture-copied", "call"), "alice-bob and bob-alice are one recording, not two"),
}


@pytest.mark.usefixtures("clean")
def test_captures_that_were_cut_before_they_were_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same is said afterwards, from the files. Wireshark is not blinded to the capture beside them."""
    without = WITHOUT_WIRESHARK if tshark.available() is None else ()
    entries = RecordingFolder.entries

    def cut(folder: RecordingFolder) -> tuple[FileEntry, ...]:
        name = folder.root.parent.name
        if name in CUTS:
            CUTS[name][0](folder.root / LEG)
        return entries(folder)

    monkeypatch.setattr(RecordingFolder, "entries", cut)
    ran = run(tmp_path / "captures", [*map(scenario, CUTS), scenario("healthy")], without=without)
    for name, (_, said, cause) in CUTS.items():
        result = ran.of(name)
        assert result.status is Status.INCONCLUSIVE, result.because
        assert said in inconclusive(result)
        assert cause in result.because
    ran.unharmed("healthy")
    again = audited(ran.folder, "-o", "json=-", "-o", f"html={tmp_path / 'report.html'}")
    assert again.exit_code == 3
    assert json.loads(again.stdout) == ran.document.model_dump(mode="json")


@pytest.mark.parametrize("cut", [last_packet, half_a_packet, everything])
def test_a_capture_that_is_cut_afterwards_does_not_verify(tmp_path: Path, cut: Callable[[Path], None]) -> None:
    ran = run(tmp_path / "captures", [scenario("harmed"), scenario("healthy")])
    ran.unharmed("harmed", "healthy")
    cut(ran.folder / "harmed" / "call-1" / LEG)
    done = audited(ran.folder)
    assert done.exit_code == 4
    assert f"harmed/call-1/{LEG}: " in done.stderr
    assert "were recorded" in done.stderr


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("thinker", [InProcess, AuditProcess])
def test_a_capture_that_is_cut_between_recording_and_auditing_is_an_error_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thinker: Callable[[Path, Path | None], Thinker]
) -> None:
    """While the first one is audited the other two end, and are one batch."""
    add = RunFolder.add

    def add_and_cut(folder: RunFolder, entry: IndexEntry) -> None:
        add(folder, entry)
        if entry.scenario == "harmed":
            last_packet(folder.root / "harmed" / "call-1" / LEG)

    monkeypatch.setattr(RunFolder, "add", add_and_cut)
    scenarios = [scenario("first", call=AUDIO | {"seconds": 0.3}), scenario("harmed"), scenario("healthy")]
    ran = run(tmp_path / "captures", scenarios, thinker=thinker)
    result = ran.of("harmed")
    assert result.status is Status.ERROR
    assert result.because.startswith("the evidence does not verify: ")
    assert "were recorded" in result.because
    ran.unharmed("first", "healthy")


# statements that are hostile, in files whose hashes are right

ESCAPES: Final = "\x1b[2J\x07\x00\u202e<script>alert(1)</script>\u2028"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    captures = tmp_path_factory.mktemp("recorded") / "captures"
    ran = run(captures, [scenario("harmed"), scenario("healthy")], without=("wireshark", "wire", "randomness"))
    ran.unharmed("harmed", "healthy")
    return ran


@pytest.fixture(scope="module")
def forwarded(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    captures = tmp_path_factory.mktemp("forwarded") / "captures"
    bystander = scenario("harmed", {"kind": "bystander", "position": ["path"]})
    ran = run(captures, [bystander], without=("wireshark", "wire", "randomness"))
    ran.unharmed("harmed")
    return ran


def sealed_again(folder: Path) -> None:
    """Make every hash right again, as whoever can write the files can."""
    call = folder / "harmed" / "call-1"
    recording = json.loads((call / "recording.json").read_text())
    for entry in recording["files"]:
        content = (call / entry["path"]).read_bytes()
        entry.update(size=len(content), sha256=sha256(content).hexdigest())
    (call / "recording.json").write_text(json.dumps(recording))
    lines = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    for line in lines:
        if line.get("scenario") == "harmed":
            line["sha256"] = sha256((call / "recording.json").read_bytes()).hexdigest()
    (folder / "index.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def with_statement(recorded: Ran, target: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The recorded run with another statement of Alice's: what `change` makes of hers, as JSON or as bytes."""
    folder = target / recorded.folder.name
    shutil.copytree(recorded.folder, folder)
    path = folder / "harmed" / "call-1" / "endpoint-alice.json"
    content = change(json.loads(path.read_text()))
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    sealed_again(folder)
    return folder


def merged(said: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """With these fields instead, those of a field that has fields of its own included."""
    inside = {name: merged(said[name], value) for name, value in change.items() if isinstance(said[name], dict)}
    return said | change | inside


def deeper(depth: int) -> bytes:
    return b'{"screen": ' + b'{"peer": ' * depth + b"1" + b"}" * depth + b"}"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda said: b"", "Invalid JSON"),
        (lambda said: [], "EndpointStatement"),
        (lambda said: said | {"party": "bob"}, "is the statement of bob"),
        (lambda said: said | {"role": "callee"}, "is the statement of alice, as callee"),
        (lambda said: said | {"connected": "yes"}, "connected: "),
        (lambda said: said | {"packets": {"rtp_sent": -1}}, "packets.rtp_sent: "),
        (lambda said: said | {"packets": {"rtp_sent": 10**300}}, "packets.rtp_sent: "),
        (lambda said: said | {"software": "x" * 300}, "software: "),
        (lambda said: said | {"addresses": ["127.0.0.1:1"] * 1000}, "addresses: "),
        (lambda said: said | {"heard": {"audio": "f" * 10_000}}, "heard.audio: "),
        (lambda said: said | {"failure": {"reason": "because", "detail": ""}}, "failure.reason: "),
        (lambda said: said | {"presented_certificate": ESCAPES}, "presented_certificate: "),
        (lambda said: said | {"local_certificate": "zz"}, "local_certificate: "),
        (lambda said: said | {ESCAPES: 1}, "U+001B"),
        (lambda said: said | {"software": "\ud800"}, "hex escape"),
        (lambda said: deeper(100_000), "endpoint-alice.json"),
        (lambda said: b" " * 100_000_000, "larger than"),
    ],
)
def test_a_statement_that_is_none_does_not_verify(
    recorded: Ran, tmp_path: Path, change: Callable[[dict[str, Any]], Any], cause: str
) -> None:
    done = audited(with_statement(recorded, tmp_path, change))
    assert done.exit_code == 4
    assert "endpoint-alice.json: " in done.stderr
    assert cause in done.stderr
    assert len(done.stderr) < 2200


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"adversary": None, "required": [], "deeds": {}}, "the ground truth tells of nobody"),
        ({"adversary": "recorder"}, "the ground truth tells of a recorder, and the adversary was a bystander"),
        ({"required": []}, "asks for nothing that its bystander must have done"),
    ],
)
def test_a_ground_truth_that_is_not_of_the_scenarios_adversary_does_not_verify(
    forwarded: Ran, tmp_path: Path, change: dict[str, Any], cause: str
) -> None:
    folder = tmp_path / forwarded.folder.name
    shutil.copytree(forwarded.folder, folder)
    path = folder / "harmed" / "call-1" / "ground-truth.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    sealed_again(folder)
    done = audited(folder)
    assert done.exit_code == 4
    assert cause in done.stderr


ANOTHER: Final = outlined(b"another").hex()
LOST: Final = "FAILED_CALL where SECURE was expected"


@pytest.mark.parametrize(
    ("change", "status", "cause", "alarm"),
    [
        ({"screen": {"peer": ESCAPES}}, Status.UNEXPECTED, "MISBOUND where SECURE was expected", "wrong-peer-name"),
        ({"screen": {"code": ESCAPES}}, Status.UNEXPECTED, "FALSE_ALARM where SECURE", "code-malformed"),
        ({"screen": {"notice": ESCAPES}}, Status.WRONG_REASON, "also screens-contradict", "screens-contradict"),
        ({"failure": {"reason": "codes-equal", "detail": ESCAPES}}, Status.UNEXPECTED, LOST, "endpoint-error"),
        ({"failure": {"reason": "call-established", "detail": ""}}, Status.UNEXPECTED, LOST, "endpoint-error"),
        ({"failure": {"reason": "endpoint-error", "detail": ESCAPES}}, Status.UNEXPECTED, LOST, "endpoint-error"),
        (
            {"local_certificate": ANOTHER},
            Status.WRONG_REASON,
            "also statement-",
            "statement-contradicts-wire",
        ),
        ({"dtls": {"version": ESCAPES[:32]}}, Status.WRONG_REASON, "also statement-", "statement-contradicts-wire"),
        ({"heard": {"audio": ESCAPES}}, Status.UNEXPECTED, "DEGRADED where SECURE was expected", None),
        ({"packets": {"rtp_received": 1 << 48}}, Status.WRONG_REASON, "accepted", "foreign-packet-accepted"),
        ({"connected": False}, Status.UNEXPECTED, LOST, "endpoint-error"),
        ({"software": ESCAPES, "addresses": [ESCAPES]}, Status.AS_EXPECTED, "SECURE", None),
    ],
)
def test_a_statement_that_lies_is_judged_and_shown_as_text(
    recorded: Ran, tmp_path: Path, change: dict[str, Any], status: Status, cause: str, alarm: str | None
) -> None:
    """What no verdict rests on may say what it likes, and is escaped; what contradicts itself is an alarm."""
    folder = with_statement(recorded, tmp_path, lambda said: merged(said, change))
    page = tmp_path / "report.html"
    done = audited(folder, "-o", "json=-", "-o", f"html={page}")
    harmed, healthy = json.loads(done.stdout)["results"]
    assert harmed["status"] == status
    assert cause in harmed["because"]
    raised = {one["reason"] for one in harmed["findings"] if one["severity"] == "alarm"}
    assert alarm is None or alarm in raised
    assert healthy["status"] == Status.AS_EXPECTED
    assert done.exit_code == (0 if status is Status.AS_EXPECTED else 1)
    assert not Page(page.read_text()).root.all("script")
    assert "\u202e" not in page.read_text()


# a disk without room

ROOM: Final = 256 * 1024
LONG: Final = AUDIO | {"media": ["audio", "video"], "seconds": 3}


def small_disk(folder: Path) -> list[str] | None:
    """What to put in front of a command so that `folder` is a file system of ROOM bytes; None without the right to."""
    mount = f'mount -t tmpfs -o size={ROOM} none {folder} && exec "$@"'
    for unshare in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]):
        front = [*unshare, "sh", "-c", mount, "sh"]
        if subprocess.run([*front, "true"], capture_output=True).returncode == 0:
            return front
    return None


def catalogue(folder: Path) -> Path:
    """Three calls in the order of their names, of which the second needs more room than there is."""
    (folder / "control").mkdir(parents=True)
    for name, call in (("a-before", AUDIO), ("b-too-long", LONG), ("c-after", AUDIO)):
        text = f"id: {name}\ntitle: {name}\nwhy: Room.\ncall: {json.dumps(call)}\nexpect: {{outcome: SECURE}}\n"
        (folder / "control" / f"{name}.call.yaml").write_text(f"schema_version: 1\n{text}")
    return folder


@pytest.mark.usefixtures("clean")
def test_a_disk_that_fills_up_harms_what_is_written_then_and_nothing_before(tmp_path: Path) -> None:
    """Without the right to mount, no file may become larger than the disk would be: also a write that fails."""
    captures, reports = tmp_path / "captures", tmp_path / "reports"
    captures.mkdir()
    front = small_disk(captures)
    command = [sys.executable, "-m", "harness.cli", "run", "--scenarios", str(catalogue(tmp_path / "scenarios"))]
    options = [f"--captures={captures}", f"--reports={reports}", "--jobs=1", "--without=wireshark", "-o", "json=-"]
    done = subprocess.run(
        [*(front or []), *command, *options],
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        preexec_fn=None if front else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM // 2, ROOM // 2)),
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 3
    results = {one["scenario"]: one for one in json.loads(done.stdout)["results"]}
    assert results["a-before"]["status"] == Status.AS_EXPECTED
    assert results["b-too-long"]["status"] == Status.ERROR
    assert ("No space left on device" if front else "File too large") in results["b-too-long"]["because"]
    # On a full disk nothing else can be recorded either; where only files are limited, the next one has room.
    assert results["c-after"]["status"] == (Status.ERROR if front else Status.AS_EXPECTED)
    assert (next(reports.iterdir()) / "report.html").is_file()


@pytest.mark.usefixtures("clean")
def test_what_is_known_is_shown_though_no_file_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the page finds no room: verdicts, counts and every other file are there, and the paths are named."""

    def full(path: Path, content: str) -> None:
        if path.suffix == ".html":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        path.write_text(content)

    monkeypatch.setattr(outputs, "write_new", full)
    (tmp_path / "own").mkdir()
    files = [f"-o{name}={tmp_path / 'own' / 'out'}.{name}" for name in ("html", "json")]
    folders = [f"--captures={tmp_path / 'captures'}", f"--reports={tmp_path / 'reports'}"]
    done = CliRunner().invoke(main, ["run", "honest-call", *folders, "--without=wireshark", *files])
    assert done.exit_code == 3
    (report,) = (tmp_path / "reports").iterdir()
    assert "honest-call  SECURE    SECURE   AS_EXPECTED" in done.stderr
    assert "status: AS_EXPECTED 1" in done.stderr
    assert f"recordings  {tmp_path / 'captures' / report.name}" in done.stderr
    assert "\nreport " not in done.stderr
    for page in (tmp_path / "own" / "out.html", report / "report.html"):
        assert f"{page}: No space left on device" in done.stderr
    assert json.loads((tmp_path / "own" / "out.json").read_text()) == json.loads((report / "results.json").read_text())
