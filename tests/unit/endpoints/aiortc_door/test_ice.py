"""ICE talks to the loopback interface and to nothing else."""

from __future__ import annotations

import pytest
from aioice import Candidate

from harness.endpoints.aiortc_door.ice import _LoopbackIce
from harness.model.datagram import Address

pytestmark = pytest.mark.asyncio


class NoTap:
    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        raise AssertionError("nothing is sent here")

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        assert (local[0], counted, dropped) == ("127.0.0.9", 0, 0)


def candidate(host: str) -> Candidate:
    return Candidate("1", 1, "udp", 1, host, 4444, "host")


@pytest.mark.parametrize(
    "host", ["198.51.100.7", "0.0.0.0", "224.0.0.251", "2001:db8::1", "::1", "localhost", "a.local", ""]
)
async def test_a_candidate_elsewhere_is_passed_over(host: str) -> None:
    ice = _LoopbackIce("127.0.0.9", NoTap())
    await ice.add_remote_candidate(candidate(host))
    assert ice.remote_candidates == []


async def test_a_candidate_on_the_loopback_interface_is_taken() -> None:
    ice = _LoopbackIce("127.0.0.9", NoTap())
    await ice.add_remote_candidate(candidate("127.3.4.5"))
    await ice.add_remote_candidate(None)
    assert [known.host for known in ice.remote_candidates] == ["127.3.4.5"]


async def test_the_only_candidate_of_its_own_is_on_the_address_it_was_given() -> None:
    ice = _LoopbackIce("127.0.0.9", NoTap())
    await ice.gather_candidates()
    await ice.gather_candidates()
    [own] = ice.local_candidates
    assert (own.host, own.type, own.transport) == ("127.0.0.9", "host", "udp")
    await ice.close()


@pytest.mark.parametrize(("host", "taken"), [("10.0.7.10", True), ("10.0.8.10", False), ("127.0.0.1", False)])
async def test_in_a_namespace_it_talks_to_the_network_of_its_call(host: str, taken: bool) -> None:
    ice = _LoopbackIce("10.0.7.2", NoTap())
    await ice.add_remote_candidate(candidate(host))
    assert bool(ice.remote_candidates) is taken
