"""The derivation step by step: each step follows from the one before, by what it says."""

from __future__ import annotations

from hashlib import sha256

import pytest

from harness.codes.explanation import explain

LOW, HIGH = bytes(range(32)), bytes(range(32, 64))


def test_each_step_follows_from_the_one_before() -> None:
    steps = {step.name: step.value for step in explain(LOW, HIGH)}
    assert list(steps) == ["caller", "callee", "hashed", "digest", "number", "digits", "code"]
    assert (steps["caller"], steps["callee"]) == (LOW.hex(), HIGH.hex())
    assert steps["hashed"] == b"teams20/v1".hex() + "00" + steps["caller"] + steps["callee"]
    assert steps["digest"] == sha256(bytes.fromhex(steps["hashed"])).hexdigest()
    assert steps["number"] == str(int(steps["digest"], 16))
    assert steps["digits"] == steps["number"][-20:]
    assert steps["code"] == "65921 65961 22486 75366"


def test_the_zeros_of_the_third_vector_are_kept() -> None:
    steps = explain((194).to_bytes(32, "big"), HIGH)
    assert [step.value for step in steps[-2:]] == ["00616657530557221667", "00616 65753 05572 21667"]


def test_the_number_of_hashed_bytes_is_told() -> None:
    hashed = explain(LOW, HIGH)[2]
    assert f"{len(bytes.fromhex(hashed.value))} bytes" in hashed.how


def test_what_has_no_code_has_no_explanation() -> None:
    with pytest.raises(ValueError, match="reflected"):
        explain(LOW, LOW)
