"""The README is true: what it shows works, what it points to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.runner import Options
from harness.scenario_file import read
from harness.vantage import tshark

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text()


@pytest.mark.live
def test_the_scenario_in_ten_lines_goes_as_expected(tmp_path: Path) -> None:
    from harness.placement import place

    block = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert block is not None
    assert block[1].count("\n") <= 10
    (tmp_path / "signalling").mkdir()
    path = tmp_path / "signalling" / "my-interception.call.yaml"
    path.write_text(block[1])
    without = () if tshark.available() else ("wireshark",)
    placed = place(read(path).scenarios[0], Options(captures=tmp_path / "captures", without=without))
    assert placed.result.status == "AS_EXPECTED", placed.result.because


def test_everything_it_points_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", TEXT) + re.findall(r"`(harness/[\w/.-]+|reports/schema/[\w.]+)`", TEXT)
    assert len(targets) >= 3
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_commands_it_names_exist() -> None:
    from harness.cli import main

    named = set(re.findall(r"^\.venv/bin/harness (\w+)", TEXT, re.MULTILINE))
    assert len(named) >= 5
    assert named <= set(main.commands)
