"""The plan of a call in namespaces, and why there can be none."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.network.loopback import NETWORKS
from harness.network.namespaces import HOSTS, INTERFACES, NamespacePlan, why_not

HOLDERS = {"alice": 101, "bob": 102, "attacker": 103}


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    why_not.cache_clear()
    yield
    why_not.cache_clear()


@given(st.integers(min_value=0, max_value=10**9))
def test_everybody_has_an_address_in_the_network_of_the_call(index: int) -> None:
    plan = NamespacePlan(index)
    addresses = {plan.address(name) for name in HOSTS}
    assert len(addresses) == len(HOSTS)
    assert all(plan.contains(one) and ip_address(one).is_private for one in addresses)
    assert not plan.contains("127.0.1.1")
    assert not NamespacePlan(index + NETWORKS - 1).contains(plan.address("alice"))


def test_nobody_else_lives_there() -> None:
    with pytest.raises(ValueError, match="'relay-alice'"):
        NamespacePlan(0).address("relay-alice")
    assert NamespacePlan(0).addresses("relay-alice", "attacker") == {"attacker": "10.0.1.18"}


def test_each_device_has_one_line_to_the_router_and_no_other_way() -> None:
    told = NamespacePlan(0).lines(HOLDERS)
    assert list(told) == ["router", *HOSTS]
    assert told["alice"].splitlines() == [
        "link set lo up",
        "addr add 10.0.1.2/29 dev eth0",
        "link set eth0 up",
        "route add default via 10.0.1.1",
    ]
    assert "link add rb type veth peer name eth0 netns 102" in told["router"].splitlines()
    assert {line.split()[-1] for line in told["router"].splitlines() if line.startswith("addr")} == set(
        INTERFACES.values()
    )
    lines = [ip_interface(line.split()[2]).network for line in told["router"].splitlines() if line.startswith("addr")]
    assert len(set(lines)) == 3
    assert all(ip_address(NamespacePlan(0).address(name)) in net for name, net in zip(HOSTS, lines, strict=True))


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "harness.network.namespaces.shutil.which", lambda name: None if name == "ip" else f"/usr/bin/{name}"
    )
    assert why_not() == "ip is not installed: apt-get install iproute2 util-linux"


def test_who_may_not_make_any_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.network.namespaces.shutil.which", lambda name: "/bin/false")
    assert why_not() == "only root can make them, with CAP_SYS_ADMIN and CAP_NET_ADMIN"
