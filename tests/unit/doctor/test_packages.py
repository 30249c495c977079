"""Python and its packages are told apart by what is wrong with them."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from importlib import metadata

import pytest

from harness.doctor.packages import PACKAGES, fits
from harness.doctor.part import State
from tests.commands import ROOT

from .examined import part


def test_the_packages_are_those_the_project_depends_on() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {f"{package.name}{package.wanted}" for package in PACKAGES} == set(declared)


def test_a_package_that_is_not_there_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def without_scapy(name: str) -> str:
        if name == "scapy":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", without_scapy)
    scapy = part("scapy")
    assert (scapy.state, scapy.version, scapy.usable, scapy.required) == (State.MISSING, None, False, True)


def test_a_package_without_its_module_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "OpenSSL" else real(name))
    broken = part("pyopenssl")
    assert (broken.state, broken.usable) == (State.BROKEN, False)
    assert "'OpenSSL'" in broken.detail


def test_a_package_of_another_version_is_unfit_and_says_which_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "1.15.9" if name == "aiortc" else real(name))
    unfit = part("aiortc")
    assert (unfit.state, unfit.version, unfit.usable, unfit.detail) == (
        State.UNFIT,
        "1.15.9",
        False,
        "wanted: ==1.16.0",
    )


@pytest.mark.parametrize(
    ("version", "wanted", "answer"),
    [
        ("1.16.0", "==1.16.0", True),
        ("1.16.1", "==1.16.0", False),
        ("0.6", "==0.6.0", True),
        ("18.1.0", ">=18.1,<19", True),
        ("18.0.9", ">=18.1,<19", False),
        ("19.0.0", ">=18.1,<19", False),
        ("10.0", ">=9", True),
        ("2.0.0rc1", ">=2", True),
        ("0.0", "==0", True),
        ("unknown", ">=1", False),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, wanted: str, answer: bool) -> None:
    assert fits(version, wanted) is answer


def test_a_comparison_that_is_not_understood_is_not_taken_for_met() -> None:
    with pytest.raises(ValueError, match="'~=2' is not a comparison"):
        fits("2.0", "~=2")


def test_an_old_python_is_unfit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    python = part("Python")
    assert (python.state, python.detail) == (State.UNFIT, "Python 3.11 or newer is wanted")
