"""The address plan: every call in a network of its own, and nobody outside it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.network.loopback import HOSTS, NETWORKS, CallNetwork, behind

INDICES = st.integers(min_value=0, max_value=10**9)


@given(INDICES)
def test_everybody_has_a_loopback_address_of_their_own(index: int) -> None:
    addresses = {CallNetwork(index).address(name) for name in HOSTS}
    assert len(addresses) == len(HOSTS) == 8
    assert all(ipaddress.ip_address(address).is_loopback for address in addresses)


@given(INDICES)
def test_the_machines_own_network_and_the_broadcast_are_left_alone(index: int) -> None:
    network = CallNetwork(index)
    assert not network.contains("127.0.0.1")
    assert not network.contains("127.255.255.255")


@given(st.integers(min_value=0, max_value=NETWORKS), st.integers(min_value=1, max_value=NETWORKS - 1))
def test_two_calls_share_a_network_only_after_all_have_been_used(index: int, distance: int) -> None:
    network, later = CallNetwork(index), CallNetwork(index + distance)
    assert not any(network.contains(later.address(name)) for name in HOSTS)
    assert CallNetwork(index + NETWORKS).address("alice") == network.address("alice")


@pytest.mark.parametrize(("index", "alice"), [(0, "127.0.1.1"), (1, "127.0.2.1"), (NETWORKS - 1, "127.255.254.1")])
def test_the_plan_in_three_examples(index: int, alice: str) -> None:
    assert CallNetwork(index).address("alice") == alice


def test_a_call_contains_its_own_addresses() -> None:
    network = CallNetwork(7)
    for name in HOSTS:
        assert network.guard(network.address(name)) == network.address(name)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.8.1", "127.0.8.256", "::1", "localhost", "", "127.0.8.1 "])
def test_nothing_else_gets_past_the_guard(address: str) -> None:
    network = CallNetwork(7)
    assert not network.contains(address)
    with pytest.raises(ValueError, match=r"outside 127\.0\.8\.0/24"):
        network.guard(address)


def test_strangers_and_negative_calls_have_no_address() -> None:
    with pytest.raises(ValueError, match="'mallory'"):
        CallNetwork(0).address("mallory")
    with pytest.raises(ValueError, match="-1"):
        CallNetwork(-1)


@pytest.mark.parametrize("address", ["127.9.0.1", "10.0.1.2"])
def test_a_program_and_its_gates_are_on_loopback_wherever_its_device_is(address: str) -> None:
    """What a program sends to its gates never passes an interface that is listened to."""
    program, gates = behind(address)
    assert len({address, program, gates}) == 3
    assert all(ipaddress.ip_address(one).is_loopback for one in (program, gates))
