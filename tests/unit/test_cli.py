"""The command line as a user meets it: clear errors, right exit codes, no traceback."""

from __future__ import annotations

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
    for word in ("run", "audit", "list", "doctor", "schema", "code", "4 evidence does not verify"):
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
        (("list", "no-such-scenario"), 2, "no-such-scenario"),
        (("audit", "nowhere"), 2, "nowhere"),
        (("audit", "docs"), 4, "docs/run.json"),
        (("audit", "README.md"), 2, "README.md: no capture at byte 0"),
        (("schema", "nothing"), 2, "nothing"),
        (("code", "nowhere.pem", "00" * 32), 2, "nowhere.pem"),
        (("code", "00" * 32, "00" * 32), 2, "same thumbprint"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_a_wrong_word_is_explained(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = harness(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_not_a_pass(tmp_path: Path) -> None:
    done = harness("run", "--scenarios", str(tmp_path), "--captures", str(tmp_path / "captures"))
    assert done.returncode == 2
    assert "no scenarios" in done.stderr
    assert not (tmp_path / "captures").exists()


def test_the_published_code_comes_out_of_the_command() -> None:
    done = harness("code", bytes(range(32)).hex(), bytes(range(32, 64)).hex())
    assert done.stdout == "65921 65961 22486 75366\n"


def test_data_goes_to_standard_output_and_talk_does_not() -> None:
    done = harness("list", "honest-call")
    assert done.stdout.startswith("honest-call")
    assert done.stderr == ""
