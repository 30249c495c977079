"""The command line as a user meets it: clear errors, right exit codes, no traceback."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def harness(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )


def test_help_names_the_commands_and_the_exit_codes() -> None:
    text = " ".join(harness("--help").stdout.split())
    for word in ("run", "interop", "audit", "list", "doctor", "schema", "code", "policy", "4 evidence does not verify"):
        assert word in text


def test_help_loads_nothing_that_takes_time() -> None:
    """The promise of a quick --help, asserted on what is imported and not on a clock."""
    program = "import sys; from harness.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout.split()
    assert "click" in loaded
    assert not {"pydantic", "aiortc", "numpy", "scapy", "av", "asyncio", "yaml", "cryptography"} & set(loaded)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run", "no-such-scenario"), 2, "no-such-scenario"),
        (("run", "-o", "xml=-"), 2, "-o xml=-"),
        (("run", "--without", "nobody"), 2, "nobody"),
        (("run", "--jobs", "0"), 2, "--jobs"),
        (("run", "--policy", "nowhere.json"), 2, "nowhere.json"),
        (("run", "honest-call", "--captures", "README.md"), 2, "--captures README.md: File exists; name a folder"),
        (("interop", "--captures", "README.md"), 2, "--captures README.md: File exists; name a folder"),
        (("list", "no-such-scenario"), 2, "no-such-scenario"),
        (("interop", "no-such-scenario"), 2, "no-such-scenario"),
        (("interop", "--endpoints", "aiortc,chromium-rav"), 2, "chromium-raw"),
        (("interop", "--network", "moon"), 2, "moon"),
        (("interop", "--network", "turn,,loopback"), 2, "commas"),
        (("interop", "gstreamer-calls"), 2, "certain endpoints"),
        (("interop", "namespaces-passive-tap"), 2, "certain network"),
        (("interop", "tenant-default-is-off"), 2, "certain network"),
        (("audit", "nowhere"), 2, "nowhere"),
        (("audit", "docs"), 2, "docs: holds no recorded run"),
        (("audit", "README.md"), 2, "README.md: no capture at byte 0"),
        (("schema", "nothing"), 2, "nothing"),
        (("code", "nowhere.pem", "00" * 32), 2, "nowhere.pem"),
        (("code", "00" * 32, "00" * 32), 2, "same thumbprint"),
        (("code",), 2, "CALLER"),
        (("code", "00" * 32), 2, "CALLEE"),
        (("code", "--frobnicate"), 2, "--frobnicate"),
        (("code", "derive", "00" * 32, "00" * 32), 2, "same thumbprint"),
        (("code", "explain", "00" * 32, "00" * 32), 2, "same thumbprint"),
        (("code", "explain", "nowhere.pem", "00" * 32), 2, "nowhere.pem"),
        (("code", "cost", "--rate", "fast"), 2, "--rate"),
        (("code", "cost", "--rate", "nan"), 2, "a rate is"),
        (("code", "cost", "--rate", "0"), 2, "a rate is"),
        (("code", "cost", "--ring", "-1"), 2, "a caller waits"),
        (("code", "cost", "--ring", "inf"), 2, "a caller waits"),
        (("code", "cost", "--digits", "21"), 2, "4 to 20 digits"),
        (("code", "cost", "--fingerprints", "0"), 2, "an endpoint accepts"),
        (("code", "cost", "-o", "html=-"), 2, "json"),
        (("policy",), 2, "LINE"),
        (("policy", "Remove-Item /"), 2, "1:1: no cmdlet here is called 'Remove-Item'"),
        (("policy", "--store", "nowhere/store", "Get-CsTeamsEnhancedEncryptionPolicy"), 2, "nowhere"),
        (("policy", "--store", "README.md", "Get-CsTeamsEnhancedEncryptionPolicy"), 2, "README.md: Not a directory"),
        (("policy", "audit", "--policies", "README.md"), 2, "--users"),
        (("policy", "audit", "--policies", "README.md", "--users", "README.md"), 2, "README.md:1:1: this is no object"),
        (("policy", "audit", "--policies", "nowhere.json", "--users", "README.md"), 2, "nowhere.json"),
        (("policy", "call", "alice", "nobody"), 2, "no user 'nobody'"),
        (("policy", "directory", "--toggle", "bob=on"), 2, "Global says Disabled"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_a_wrong_word_is_explained(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = harness(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [("list",), ("run",), ("run", "honest-call"), ("interop",), ("attacks", "firefox"), ("selftest",)]
)
def test_outside_of_the_harness_a_command_that_needs_the_catalogue_says_where_to_have_it(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    done = harness(*words, cwd=tmp_path)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line.startswith("harness: there is no folder 'scenarios' here: go to the folder of the harness, or say with")
    assert list(tmp_path.iterdir()) == []


def test_outside_of_the_harness_a_catalogue_can_be_named_and_a_file_needs_none(tmp_path: Path) -> None:
    honest = ROOT / "scenarios" / "control" / "honest-call.call.yaml"
    named = harness("list", "honest-call", "--scenarios", str(ROOT / "scenarios"), cwd=tmp_path)
    assert (named.returncode, named.stdout.split()[:2]) == (0, ["honest-call", "SECURE"])
    assert harness("list", str(honest), cwd=tmp_path).stdout == named.stdout


def test_a_self_test_without_a_specimen_is_refused_and_runs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "scenarios" / "control").mkdir(parents=True)
    shutil.copy(ROOT / "scenarios" / "control" / "honest-call.call.yaml", tmp_path / "scenarios" / "control")
    done = harness("selftest", cwd=tmp_path)
    assert done.returncode == 2
    assert "no specimen in these scenarios" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["scenarios"]


def test_an_empty_folder_is_not_a_pass(tmp_path: Path) -> None:
    done = harness("run", "--scenarios", str(tmp_path), "--captures", str(tmp_path / "captures"))
    assert done.returncode == 2
    assert "no scenarios" in done.stderr
    assert not (tmp_path / "captures").exists()


@pytest.mark.parametrize("words", [("code",), ("code", "derive"), ("code", "--")])
def test_the_published_code_comes_out_of_the_command(words: tuple[str, ...]) -> None:
    done = harness(*words, bytes(range(32)).hex(), bytes(range(32, 64)).hex())
    assert done.stdout == "65921 65961 22486 75366\n"


def test_the_way_to_the_published_code_is_shown() -> None:
    done = harness("code", "explain", bytes(range(32)).hex(), bytes(range(32, 64)).hex())
    assert done.stdout.splitlines()[-1].strip() == "65921 65961 22486 75366"
    assert "SHA-256 of that" in done.stdout


def test_what_a_code_is_worth_is_a_table_and_no_alarm() -> None:
    done = harness("code", "cost", "--rate", "1e9", "--ring", "20", "--digits", "10")
    assert done.returncode == 0
    assert "teams20/v1, 10 digits" in done.stdout
    assert "86.5 %" in done.stdout, "1 - exp(-20e9 / 1e10)"
    assert done.stderr == ""


def test_help_for_the_code_names_its_commands() -> None:
    text = harness("code", "--help").stdout
    for word in ("derive", "explain", "cost", "harness code CALLER CALLEE"):
        assert word in text


def test_data_goes_to_standard_output_and_talk_does_not() -> None:
    done = harness("list", "honest-call")
    assert done.stdout.startswith("honest-call")
    assert done.stderr == ""


@pytest.mark.parametrize(("closed", "code"), [(">&-", 2), ("2>&-", 0)])
def test_a_stream_that_is_closed_is_no_traceback(closed: str, code: int) -> None:
    line = f'exec "$0" -m harness.cli code cost {closed}'
    done = subprocess.run(["/bin/sh", "-c", line, sys.executable], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == code
    assert ("standard output is closed" in done.stderr) == (code == 2)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["doctor", "list", "schema run"])
def test_a_python_package_that_is_missing_is_named_with_the_way_to_have_it(command: str) -> None:
    program = "import sys; sys.modules['pydantic'] = None; from harness.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program, *command.split()], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 3
    assert "the Python package pydantic is not installed" in done.stderr
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_policy_is_made_granted_and_decides_a_call(tmp_path: Path) -> None:
    store = ("--store", str(tmp_path / "tenant.json"))
    noun = "CsTeamsEnhancedEncryptionPolicy"
    made = harness("policy", *store, f"New-{noun} E2EE -CallingEndtoEndEncryptionEnabledType DisabledUserOverride")
    assert "Tag:E2EE" in made.stdout
    for line in (f"Grant-{noun} -Identity bob -PolicyName E2EE", f"Grant-{noun} -Identity alice -PolicyName E2EE"):
        assert harness("policy", line, *store).returncode == 0
    assert harness("policy", "directory", "--toggle", "alice=on", "--toggle", "bob=on", *store).returncode == 0
    assert harness("policy", "call", "alice", "bob", *store).stdout.startswith("mode: e2ee\n")
