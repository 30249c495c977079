"""The keys that a program tells are a key log, or the program is not to be believed."""

from __future__ import annotations

import pytest

from harness.endpoints import keys_told as room
from harness.endpoints.keys_told import KeysTold

RANDOM, SECRET = "11" * 32, "22" * 48


def test_each_key_reaches_the_key_log_as_it_was_told() -> None:
    keys: list[str] = []
    told = KeysTold(keys.append)
    lines = [f"CLIENT_RANDOM {RANDOM} {SECRET}", f"OTHER_LABEL {RANDOM} 01"]
    for line in lines:
        told.heed(line)
    assert keys == lines


@pytest.mark.parametrize("line", ["nonsense", "CLIENT_RANDOM 00 11", f"CLIENT_RANDOM {RANDOM} {'33' * 48}"])
def test_a_key_that_is_none_or_contradicts_another_is_refused(line: str) -> None:
    keys: list[str] = []
    told = KeysTold(keys.append)
    told.heed(f"CLIENT_RANDOM {RANDOM} {SECRET}")
    with pytest.raises(ValueError, match="its key log is none"):
        told.heed(line)
    assert keys == [f"CLIENT_RANDOM {RANDOM} {SECRET}"]


def test_keys_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_KEYS", 2)
    keys: list[str] = []
    told = KeysTold(keys.append)
    for number in (1, 2):
        told.heed(f"OTHER_LABEL {RANDOM} {number:02x}")
    with pytest.raises(ValueError, match="more than 2 keys"):
        told.heed(f"OTHER_LABEL {RANDOM} 03")
    assert len(keys) == 2
