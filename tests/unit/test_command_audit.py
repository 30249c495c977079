"""`harness audit` on captures as a security team meets it: exit codes, messages with file and place, no traceback."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from harness.cli import main
from harness.inspection.leaks.policy import DEFAULT as LEAK_POLICY
from harness.inspection.parameters.policy import DEFAULT as POLICY
from tests.unit.inspection.call_traffic import ALICE
from tests.unit.inspection.made_calls import MadeCall, made_call, text, write

ROOT = Path(__file__).parent.parent.parent
RANDOM = Random(11)


@pytest.fixture(scope="module")
def call() -> MadeCall:
    return made_call(count=20)


@pytest.fixture
def capture(call: MadeCall, tmp_path: Path) -> Path:
    return write(tmp_path / "call.pcapng", call.sent)


@pytest.fixture
def keylog(call: MadeCall, tmp_path: Path) -> Path:
    return text(tmp_path / "call.keylog", call.keylog)


def audit(*arguments: object) -> Result:
    """What the command comes to; whatever it raises besides its end is a fault."""
    done = CliRunner().invoke(main, ["audit", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done


# what goes well


def test_data_goes_to_standard_output_and_the_report_for_people_does_not(capture: Path, keylog: Path) -> None:
    done = audit(capture, "--keylog", keylog, "-o", "json=-")
    document = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {one["protection"] for one in document["streams"]} == {"authenticated"}
    assert set(document) >= {"captures", "streams", "associations", "calls", "findings"}
    assert "streams: authenticated 2" in done.stderr


def test_every_option_at_once(capture: Path, keylog: Path, tmp_path: Path) -> None:
    sdp = text(tmp_path / "offer.sdp", "v=0\r\na=rtpmap:111 opus/48000/2\r\n")
    files = [tmp_path / name for name in ("a.json", "a.html")]
    done = audit(
        capture, "--keylog", keylog, "--sdp", sdp, "--recover", tmp_path / "media", "--caller", "192.0.2.2",
        "--near", ALICE, "--jobs", 2, "--policy", POLICY, "--leak-policy", LEAK_POLICY,
        "-o", f"json={files[0]}", "-o", f"html={files[1]}",
    )  # fmt: skip
    assert done.exit_code == 0
    assert done.stdout == ""
    document = json.loads(files[0].read_text())
    assert [one["caller_known_by"] for one in document["calls"]] == ["192.0.2.2:6000 was named as the caller"]
    assert {one["kind"] for one in document["streams"]} == {"audio (opus/48000/2)"}
    assert len(list((tmp_path / "media").iterdir())) == 2
    assert files[1].read_text().startswith("<!DOCTYPE html>")


def test_a_policy_of_the_users_is_used(capture: Path, tmp_path: Path) -> None:
    policy = json.loads(POLICY.read_text())
    policy["versions"] = [one for one in policy["versions"] if one["value"] != "DTLSv1.2"]
    done = audit(capture, "--policy", text(tmp_path / "strict.json", json.dumps(policy)))
    assert done.exit_code == 1
    assert "version-not-allowed" in done.stderr


def test_the_weight_of_what_lies_open_is_the_users(capture: Path, tmp_path: Path) -> None:
    policy = json.loads(LEAK_POLICY.read_text())
    for weight in policy["leaks"]:
        weight["severity"] = "alarm"
    heavy = text(tmp_path / "leaks.json", json.dumps(policy))
    assert audit(capture).exit_code == 0
    assert audit(capture, "--leak-policy", heavy).exit_code == 1


# exit codes


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def copy(path: Path) -> Path:
    other = path.with_name(f"copy of {path.name}")
    other.write_bytes(path.read_bytes())
    return other


def test_an_alarm_is_one_damage_is_three_and_nothing_is_five(
    call: MadeCall, capture: Path, keylog: Path, tmp_path: Path
) -> None:
    last = call.sent[-1]
    forged = [*call.sent[:-1], last._replace(payload=last.payload[:-1] + bytes([last.payload[-1] ^ 1]))]
    assert audit(write(tmp_path / "forged.pcapng", forged), "--keylog", keylog).exit_code == 1
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(capture.read_bytes()[:-3])
    assert audit(cut, "--keylog", keylog).exit_code == 3
    assert audit(write(tmp_path / "empty.pcapng", [])).exit_code == 5


WRONG: dict[str, tuple[Callable[[Path, Path], list[object]], str]] = {
    "no such capture": (lambda capture, at: [at / "nowhere.pcap"], "nowhere.pcap: No such file"),
    "no capture": (lambda capture, at: [text(at / "notes.txt", "hello, world")], "notes.txt: no capture at byte 0"),
    "an empty file": (lambda capture, at: [text(at / "empty", "")], "empty: empty file at byte 0"),
    "no file": (lambda capture, at: ["/dev/null"], "/dev/null: no regular file"),
    "a folder beside a capture": (lambda capture, at: [capture, at], "is a folder"),
    "a run with keys": (lambda capture, at: [at, "--keylog", capture], "is a recorded run"),
    "no such key log": (lambda capture, at: [capture, "--keylog", at / "nowhere"], "nowhere: No such file"),
    "a folder as key log": (lambda capture, at: [capture, "--keylog", at], "Is a directory"),
    "no such description": (lambda capture, at: [capture, "--sdp", at / "nowhere"], "nowhere: No such file"),
    "an endless description": (
        lambda capture, at: [capture, "--sdp", text(at / "long.sdp", "a=" + "x" * (1 << 24))],
        "long.sdp: has more than",
    ),
    "a used folder": (lambda capture, at: [capture, "--recover", at], "empty folder"),
    "a file as folder": (lambda capture, at: [capture, "--recover", capture], "call.pcapng: "),
    "a used folder for two": (lambda capture, at: [capture, copy(capture), "--recover", at], "is not empty"),
    "a capture twice": (lambda capture, at: [capture, capture], "is given twice"),
    "an output that is there": (lambda capture, at: [capture, "-o", f"json={capture}"], "the file is there already"),
    "an output nowhere": (lambda capture, at: [capture, "-o", "json=/nowhere/x.json"], "there is no folder /nowhere"),
    "junit": (lambda capture, at: [capture, "-o", "junit=-"], "-o junit"),
    "another format": (lambda capture, at: [capture, "-o", "xml=-"], "-o xml=-"),
    "no policy": (lambda capture, at: [capture, "--policy", text(at / "p.json", "{}")], "p.json: "),
    "no leak policy": (lambda capture, at: [capture, "--leak-policy", at / "nowhere"], "nowhere: No such file"),
    "no process": (lambda capture, at: [capture, "--jobs", 0], "--jobs"),
    "a folder that is no run": (lambda capture, at: [folder(at / "empty")], "holds no recorded run"),
    "no capture at all": (lambda capture, at: [], "Missing argument"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_use_is_explained(name: str, capture: Path, tmp_path: Path) -> None:
    arguments, words = WRONG[name]
    before = capture.read_bytes()
    done = audit(*arguments(capture, tmp_path))
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert capture.read_bytes() == before


@pytest.mark.parametrize("option", ["--keylog", "--sdp"])
def test_a_file_of_noise_is_named_and_the_rest_is_audited(option: str, capture: Path, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(RANDOM.randbytes(3000))
    done = audit(capture, option, tmp_path / "noise", "-o", "json=-")
    assert done.exit_code == 3
    document = json.loads(done.stdout)
    assert [one["packets"] for one in document["streams"]] == [20, 20]
    assert any("not-checked" in one["reason"] for one in document["findings"] if one["severity"] == "inconclusive")


ABSURD = (
    "a=crypto:\nm=\nm=audio 99999999999 x x\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\n"
    "a=extmap:99999999999999999999 urn:x\na=rtpmap:300 x/1\na=rtpmap:111 " + "x" * 5000 + "/48000\n"
    "a=fingerprint:sha-256 zz\na=candidate:\na=crypto:1 NO_SUCH inline:" + "A" * 9000 + "|2^99|1:999\n"
)


def test_an_absurd_description_is_read_as_far_as_it_goes(capture: Path, tmp_path: Path) -> None:
    done = audit(capture, "--sdp", text(tmp_path / "absurd.sdp", ABSURD), "-o", "json=-")
    assert done.exit_code in (1, 3)
    assert len(json.loads(done.stdout)["streams"]) == 2
    assert "absurd.sdp, crypto line 1" in done.stderr


def test_a_name_that_is_no_text_is_no_obstacle(call: MadeCall, keylog: Path, tmp_path: Path) -> None:
    """File names are bytes; reports are text."""
    folder = tmp_path / os.fsdecode(b"\xff\x1b[31m")
    folder.mkdir()
    path = write(folder / os.fsdecode(b"\xe9\n.pcapng"), call.sent)
    done = audit(
        path,
        copy(path),
        "--keylog",
        keylog,
        "--recover",
        folder / "media",
        "-o",
        "json=-",
        "-o",
        f"html={tmp_path}/a.html",
    )
    assert "\x1b" not in done.stderr
    assert len(json.loads(done.stdout)["recovered"]) == 4
    assert "\ufffd" in (tmp_path / "a.html").read_text()


# the machine


def harness(*arguments: object, **how: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "harness.cli", "audit", *map(str, arguments)]
    where: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    return subprocess.run(command, cwd=ROOT, timeout=120, stdin=subprocess.DEVNULL, **where)  # type: ignore[call-overload,no-any-return]


def no_room() -> None:
    """From here on no file may grow beyond 4 KiB; writing more fails as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_report_that_does_not_fit_on_the_disk_is_an_error_and_leaves_nothing(capture: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    done = harness(capture, "-o", f"html={folder}/a.html", preexec_fn=no_room)
    assert done.returncode == 3
    assert b"File too large" in done.stderr
    assert list(folder.iterdir()) == []


def test_media_that_does_not_fit_on_the_disk_is_an_error_that_names_the_folder(
    capture: Path, keylog: Path, tmp_path: Path
) -> None:
    done = harness(capture, "--keylog", keylog, "--recover", tmp_path / "media", preexec_fn=no_room)
    assert done.returncode == 3
    assert done.stderr.decode() == f"harness: {tmp_path / 'media'}: File too large\n"


@pytest.mark.parametrize("full", ["stdout", "stderr"])
def test_where_nothing_can_be_written_is_never_a_finding(capture: Path, full: str) -> None:
    with Path("/dev/full").open("wb") as device:
        done = harness(capture, "-o", "json=-", **{full: device})
    assert done.returncode == 3
    assert b"Traceback" not in (done.stderr or b"")


def test_an_interrupted_audit_says_so(capture: Path, tmp_path: Path) -> None:
    """A key log that never ends (a pipe whose writer is silent) holds it up until it is interrupted."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "harness.cli", "audit", str(capture), "--keylog", str(pipe)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        silent = pipe.open("wb")  # waits for the reader
        running.send_signal(signal.SIGINT)
        with silent:  # whoever did not hear the signal reads its end
            _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said == b"harness: interrupted before anything was known\n"
