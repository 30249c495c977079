"""A program counts as installed when it was found and answered; anything else is told apart and explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import bootstrap
from harness.doctor import programs
from harness.doctor.examination import examine, render
from harness.doctor.part import State

from .examined import part

Fake = Callable[[str], None]


@pytest.fixture
def fake_tshark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a program called tshark, made of the given shell script, in front of all others."""

    def make(script: str) -> None:
        program = tmp_path / "tshark"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return make


def test_what_make_system_installs_is_what_it_is_named_for() -> None:
    installed = {package for one in (*bootstrap.RUN, *bootstrap.STRANGERS) for package in one.packages.split()}
    named = [one.how_to_install for one in examine() if "make system" in one.how_to_install]
    assert {package for one in named for package in one.partition("apt-get install ")[2].split()} == installed


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
    monkeypatch.setattr(programs, "SECONDS", 0.2)
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
