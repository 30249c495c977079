"""The clear endpoint's description says that it is clear, and it reads one that says so."""

from __future__ import annotations

import pytest

from harness.endpoints.clear import ClearEndpoint
from harness.endpoints.endpoint import EndpointSetup
from harness.model.base import Asset, Party
from harness.model.datagram import Address
from harness.model.scenario import Mode
from harness.wire.sdp import Sdp

pytestmark = pytest.mark.asyncio

DESCRIPTION = """\
v=0
a=fingerprint:sha-256 AA
a=setup:actpass
m=audio 9 UDP/TLS/RTP/SAVPF 96
a=setup:active
a=mid:0
m=video 9 UDP/TLS/RTP/SAVPF 97
a=fingerprint:sha-256 BB
a=mid:1
"""


class NoTap:
    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        raise AssertionError("nothing is sent here")

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        raise AssertionError("no socket is opened here")


def endpoint() -> ClearEndpoint:
    return ClearEndpoint(
        EndpointSetup(Party.ALICE, "Bob", Mode.CLEAR, (Asset.AUDIO,), {}, "127.0.0.9", None, NoTap(), lambda line: None)
    )


async def test_nothing_of_dtls_is_written() -> None:
    written = Sdp.parse(endpoint().written(DESCRIPTION))
    assert written.fingerprints() == ()
    assert written.setups() == ()
    assert [media.protocol for media in written.media()] == ["RTP/AVPF", "RTP/AVPF"]
    assert written.values("mid") == ((0, "0"), (1, "1"))


async def test_every_section_is_read_with_one_role_whatever_it_said() -> None:
    read = Sdp.parse(endpoint().read(DESCRIPTION))
    assert read.setups() == ((0, "passive"), (1, "passive"))
