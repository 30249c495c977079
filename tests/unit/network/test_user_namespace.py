"""Who may make no namespaces is started again where he may, once, and with the same words."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from harness.network import user_namespace
from harness.network.user_namespace import MARK, start_again


class Started(Exception):
    """In the place of a program that becomes another one."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was started: a command with its environment, or what a program of the system was given."""
    seen: list[Any] = []

    def becomes(program: str, command: list[str], environment: dict[str, str]) -> None:
        seen.append((program, command, environment))
        raise Started

    def runs(command: list[str], **given: Any) -> subprocess.CompletedProcess[bytes]:
        seen.append(given["input"])
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(os, "execvpe", becomes)
    monkeypatch.setattr(subprocess, "run", runs)
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "harness.cli", "interop"])
    monkeypatch.setattr(user_namespace, "why_not", lambda: None)
    return seen


def test_the_same_command_is_started_inside_with_a_mark(started: list[Any]) -> None:
    with pytest.raises(Started):
        start_again({"HOME": "/home/user"})
    words = ["unshare", "--user", "--map-root-user", "--net", "--", sys.executable, "-m", "harness.cli", "interop"]
    assert started == [("unshare", words, {"HOME": "/home/user", MARK: "1"})]


def test_whoever_is_inside_gets_a_network_and_is_not_started_once_more(started: list[Any]) -> None:
    start_again({MARK: "1"})
    (told,) = started
    assert b"link set lo up" in told
    assert b"route add default" in told


def test_a_network_that_cannot_be_made_is_an_error(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess(["ip"], 1, b"", b"no veth here")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(OSError, match="cannot be set up: no veth here"):
        start_again({MARK: "1"})


def test_where_there_is_none_to_be_had_everything_stays_as_it_is(
    started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_namespace, "why_not", lambda: "the kernel forbids it")
    start_again({})
    assert started == []
