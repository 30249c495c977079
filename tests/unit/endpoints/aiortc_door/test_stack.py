"""The parts of the stack that no call is needed for; and what aiortc loses of what it is told, unless it is helped."""

from __future__ import annotations

import pytest

from harness.endpoints.aiortc_door import CallCertificate, DtlsTransport
from harness.endpoints.aiortc_door.stack import Stack, _DecoderQueue
from harness.model.datagram import Address
from harness.wire.sdp import Sdp

from .test_without_handshake import NoWatcher

HOST = "127.0.0.9"


class Closing:
    """A tap over whose sockets nothing passes."""

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        raise AssertionError("nothing is sent here")

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        assert (counted, dropped) == (0, 0)


def made() -> Stack:
    stack = Stack(HOST, Closing(), CallCertificate.fresh(), NoWatcher(), DtlsTransport)
    stack.addTransceiver("audio")
    stack.addTransceiver("video")
    return stack


def test_a_decoder_gets_no_work_once_nobody_listens_and_is_still_told_to_end() -> None:
    waiting = _DecoderQueue()
    waiting.put("frame")
    waiting.wanted = False
    waiting.put("another frame")
    waiting.put(None)
    assert [waiting.get_nowait() for _ in range(waiting.qsize())] == ["frame", None]


@pytest.mark.asyncio
async def test_the_candidates_of_a_bundle_are_taken_from_the_section_that_has_them() -> None:
    offering, offered = made(), made()
    await offering.gather()
    offer = await offering.createOffer()
    await offering.setLocalDescription(offer)
    told = Sdp.parse(offering.localDescription.sdp)
    ((_, candidate), *_) = told.values("candidate")
    in_the_first_only = told.remove("candidate", 1).remove("end-of-candidates", 1)
    assert len(in_the_first_only.values("candidate")) == 1
    offer.sdp = str(in_the_first_only)
    await offered.setRemoteDescription(offer)
    assert offered.transport is not None
    known = offered.transport.transport.getRemoteCandidates()
    assert [f"{one.ip} {one.port}" for one in known] == [" ".join(candidate.split()[4:6])]
    for stack in (offering, offered):
        await stack.close()
