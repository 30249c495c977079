"""The policy of leaks: every leak weighed once, by a file that is read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.inspection.leaks import Leak, load_leak_policy
from harness.inspection.leaks.policy import DEFAULT
from harness.inspection.policy_file import MAX_BYTES
from harness.model.finding import Severity


@pytest.fixture
def built_in() -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(DEFAULT.read_text())
    return policy


def written(folder: Path, policy: object) -> Path:
    path = folder / "policy.json"
    path.write_text(json.dumps(policy))
    return path


def test_the_built_in_policy_weighs_every_leak() -> None:
    policy = load_leak_policy()
    assert [policy.severity(leak) for leak in Leak].count(Severity.ALARM) == 0
    assert policy.severity(Leak.AUDIO_LEVEL) is Severity.NOTICE


def test_ones_own_policy_is_followed(tmp_path: Path, built_in: dict[str, Any]) -> None:
    for weight in built_in["leaks"]:
        weight["severity"] = "alarm" if weight["leak"] == "audio-level" else "fact"
    policy = load_leak_policy(written(tmp_path, built_in))
    assert (policy.severity(Leak.AUDIO_LEVEL), policy.severity(Leak.CNAME)) == (Severity.ALARM, Severity.FACT)


def test_a_leak_must_be_weighed_exactly_once(tmp_path: Path, built_in: dict[str, Any]) -> None:
    first, *others = built_in["leaks"]
    with pytest.raises(ValueError, match="does not weigh 'rtp-header'"):
        load_leak_policy(written(tmp_path, {**built_in, "leaks": others}))
    with pytest.raises(ValueError, match="weighs 'rtp-header' twice"):
        load_leak_policy(written(tmp_path, {**built_in, "leaks": [first, first, *others]}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"extra": 1}, "extra"),
        ({"schema_version": 2}, "schema_version"),
        ({"minimum_correlation": {"value": 2, "source": "x"}}, "minimum_correlation.value"),
        ({"leaks": [{"leak": "rtp-header", "severity": "dreadful", "source": "x"}]}, "leaks.0.severity"),
        ({"leaks": [{"leak": "rtp-header", "severity": "fact"}]}, "leaks.0.source"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, built_in: dict[str, Any], change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        load_leak_policy(written(tmp_path, {**built_in, **change}))


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (MAX_BYTES + 1))
    for path, words in ((tmp_path, "regular file"), (tmp_path / "none", "No such file"), (large, "at most")):
        with pytest.raises(ValueError, match=words):
            load_leak_policy(path)
