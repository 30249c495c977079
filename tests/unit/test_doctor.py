"""A part counts as installed when it was found and answered; anything else is told apart and explained."""

from __future__ import annotations

import importlib.util
import re
import socket
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

import bootstrap
from harness import doctor
from harness.doctor import PACKAGES, Part, State, carries_datagrams, examine, fits, render
from harness.network import namespaces, user_namespace

PYPROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"
Fake = Callable[[str], None]


def part(name: str) -> Part:
    (found,) = [one for one in examine() if one.name == name]
    return found


@pytest.fixture
def fake_tshark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a program called tshark, made of the given shell script, in front of all others."""

    def make(script: str) -> None:
        program = tmp_path / "tshark"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return make


def test_the_packages_are_those_the_project_depends_on() -> None:
    declared = tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"]
    assert {f"{package.name}{package.wanted}" for package in PACKAGES} == set(declared)


def test_the_environment_of_these_tests_is_fit_to_make_calls() -> None:
    parts = examine()
    assert [one for one in parts if one.required and not one.usable] == []
    assert {one.name: one.version for one in parts}["aiortc"] == metadata.version("aiortc")


def test_each_part_says_what_it_is_for_and_how_to_get_it() -> None:
    parts = examine()
    assert all(one.needed_for and one.how_to_install for one in parts)
    assert len({one.name for one in parts}) == len(parts)


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


def test_a_fit_part_has_nothing_to_complain_of() -> None:
    assert all(one.detail == "" for one in examine() if one.usable)


@pytest.mark.parametrize(
    ("here", "inside", "state", "said"),
    [
        (None, "no", State.INSTALLED, "as this user"),
        ("only root can", None, State.INSTALLED, "in a user namespace"),
        ("only root can", "the kernel forbids it", State.MISSING, "only root can; the kernel forbids it"),
    ],
)
@pytest.mark.parametrize("name", ["namespaces", "packet sockets"])
def test_what_takes_rights_is_had_as_we_are_or_in_a_user_namespace(
    name: str, here: str | None, inside: str | None, state: State, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namespaces, "why_not", lambda: here)
    monkeypatch.setattr(doctor, "_deaf", lambda: here)
    monkeypatch.setattr(user_namespace, "why_not", lambda *_tried: inside)
    found = part(name)
    assert found.state is state
    assert said in (found.version or found.detail)


@pytest.mark.parametrize("name", ["namespaces", "packet sockets"])
def test_what_is_missing_both_ways_is_told_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "nsenter is not installed"
    monkeypatch.setattr(namespaces, "why_not", lambda: missing)
    monkeypatch.setattr(doctor, "_deaf", lambda: missing)
    monkeypatch.setattr(user_namespace, "why_not", lambda *_tried: missing)
    assert part(name).detail == missing


def test_what_make_system_installs_is_what_it_is_named_for() -> None:
    installed = {package for one in (*bootstrap.RUN, *bootstrap.STRANGERS) for package in one.packages.split()}
    named = [one.how_to_install for one in examine() if "make system" in one.how_to_install]
    assert {package for one in named for package in one.partition("apt-get install ")[2].split()} == installed


def test_memory_that_may_not_be_read_is_missing_with_the_kernels_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.network.process_memory.why_not", lambda: "Permission denied")
    memory = part("memory")
    assert (memory.state, memory.required, memory.detail) == (State.MISSING, False, "Permission denied")
    monkeypatch.setattr("harness.network.process_memory.why_not", lambda: None)
    assert (part("memory").state, part("memory").detail) == (State.INSTALLED, "")


@pytest.mark.parametrize(
    ("installed", "version", "lacking", "state", "detail"),
    [
        (False, "unknown", "it is not installed", State.MISSING, ""),
        (True, "unknown", None, State.BROKEN, "janus --version does not name a version"),
        (True, "1.1.2", "no default route", State.UNFIT, "no default route"),
        (True, "1.1.2", None, State.INSTALLED, ""),
    ],
)
def test_a_janus_is_named_with_the_scenarios_that_need_it(
    monkeypatch: pytest.MonkeyPatch, installed: bool, version: str, lacking: str | None, state: State, detail: str
) -> None:
    for name, value in (("installed", installed), ("version", version), ("lacking", lacking)):
        monkeypatch.setattr(f"harness.network.janus.{name}", lambda value=value: value)
    found = part("janus")
    assert (found.state, found.detail) == (state, detail)
    shown = render([found])
    for scenario in ("service-janus-call", "chromium-janus-pair", "janus-terminates", "janus-memory-terminates"):
        assert (scenario in shown) is (state is not State.INSTALLED)
    assert ("apt-get install janus" in shown) is (state is not State.INSTALLED)


def test_a_working_tshark_is_installed(fake_tshark: Fake) -> None:
    fake_tshark("echo 'TShark (Wireshark) 4.2.1 (Git v4.2.1).'; echo 'more'")
    tshark = part("tshark")
    assert (tshark.state, tshark.version, tshark.usable) == (State.INSTALLED, "4.2.1", True)


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ("echo 'TShark (Wireshark) 4.2.1'; exit 127", "ended with 127"),
        ("echo 'something else 1.0'", "does not name a version of tshark"),
        ("kill -9 $$", "ended with -9"),
    ],
)
def test_a_tshark_that_does_not_answer_is_broken_and_not_installed(fake_tshark: Fake, script: str, detail: str) -> None:
    fake_tshark(script)
    tshark = part("tshark")
    assert (tshark.state, tshark.usable) == (State.BROKEN, False)
    assert detail in tshark.detail


def test_a_tshark_that_hangs_is_broken(fake_tshark: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_SECONDS", 0.2)
    fake_tshark("exec tail -f /dev/null")
    assert part("tshark").state is State.BROKEN


def test_no_tshark_is_missing_but_calls_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    tshark = part("tshark")
    assert (tshark.state, tshark.required) == (State.MISSING, False)


@pytest.mark.parametrize(
    ("there", "state", "detail"),
    [
        ((), State.MISSING, ""),
        (("setpriv",), State.UNFIT, "not installed: prlimit (package util-linux)"),
        (("setpriv", "prlimit"), State.INSTALLED, ""),
    ],
)
def test_what_ends_servers_with_us_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], state: State, detail: str
) -> None:
    for name in there:
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho setpriv from util-linux 2.40\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = part("setpriv")
    assert (found.state, found.detail, found.how_to_install) == (state, detail, "apt-get install util-linux")


def test_a_datagram_crosses_the_loopback_between_two_of_its_addresses() -> None:
    assert carries_datagrams("127.83.1.1", "127.83.1.2") == ""


def test_an_address_that_is_not_ours_is_named() -> None:
    # 192.0.2.0/24 is for documentation (RFC 5737): no interface has it.
    assert carries_datagrams("192.0.2.1", "127.0.0.1").startswith("no datagram from 192.0.2.1 to 127.0.0.1: ")


def test_without_its_addresses_the_loopback_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket, "socket", refuse)
    loopback = part("loopback")
    assert (loopback.state, loopback.required) == (State.BROKEN, True)
    assert "Cannot assign requested address" in loopback.detail


def test_what_cannot_be_used_is_shown_with_its_cost_and_its_cure() -> None:
    found = Part("git", State.INSTALLED, "2.39.5", "x", "y", False)
    missing = Part("tshark", State.MISSING, None, "a second opinion", "apt-get install tshark", False)
    broken = Part("av", State.BROKEN, "18.1.0", "media", "pip install av", True, "no module")
    assert render([found, missing, broken]).splitlines() == [
        "installed  git           2.39.5",
        "missing    tshark        -",
        "           needed for a second opinion",
        "           to get it: apt-get install tshark",
        "broken     av            18.1.0",
        "           no module",
        "           required for media",
        "           to get it: pip install av",
    ]


def test_nothing_of_the_terminal_gets_into_the_table() -> None:
    assert re.search(r"[\x00-\x09\x0b-\x1f]", render(examine())) is None
