"""What the kernel lets us have is tried, and told with its reason."""

from __future__ import annotations

import socket

import pytest

from harness.doctor import rights
from harness.doctor.part import State
from harness.doctor.rights import carries_datagrams
from harness.network import namespaces, user_namespace

from .examined import part


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
    monkeypatch.setattr(rights, "_deaf", lambda: here)
    monkeypatch.setattr(user_namespace, "why_not", lambda *_tried: inside)
    found = part(name)
    assert found.state is state
    assert said in (found.version or found.detail)


@pytest.mark.parametrize("name", ["namespaces", "packet sockets"])
def test_what_is_missing_both_ways_is_told_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "nsenter is not installed"
    monkeypatch.setattr(namespaces, "why_not", lambda: missing)
    monkeypatch.setattr(rights, "_deaf", lambda: missing)
    monkeypatch.setattr(user_namespace, "why_not", lambda *_tried: missing)
    assert part(name).detail == missing


def test_memory_that_may_not_be_read_is_missing_with_the_kernels_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.network.process_memory.why_not", lambda: "Permission denied")
    memory = part("memory")
    assert (memory.state, memory.required, memory.detail) == (State.MISSING, False, "Permission denied")
    monkeypatch.setattr("harness.network.process_memory.why_not", lambda: None)
    assert (part("memory").state, part("memory").detail) == (State.INSTALLED, "")


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
