"""The peer connection: aiortc's own, with our transport inside and no task that dies unheard."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDtlsTransport,
    RTCIceTransport,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
    rtcrtpsender,
)

from ...model.datagram import Address, Tap
from ...model.finding import Reason
from ...model.turn import TurnServer
from ...wire.sdp import Sdp, with_bundled_candidates
from .certificate import CallCertificate
from .ice import LoopbackGatherer
from .transport import Transport
from .watcher import Watcher, described


class _DecoderQueue(queue.Queue[Any]):
    """What waits for aiortc's decoder thread. When no more is wanted, only the sign that ends the thread passes."""

    wanted = True

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        if self.wanted or item is None:
            super().put(item, block, timeout)


class Stack(RTCPeerConnection):
    """An RTCPeerConnection with a single transport, of the kind it is given, on a single address.

    `first_sequence` and `replay_window` are settings that aiortc does not offer; None leaves them to it. `turn`: the
    server that all of it goes through.
    """

    first_sequence: int | None = None
    replay_window: int | None = None
    turn: TurnServer | None = None

    def __init__(
        self, address: str, tap: Tap, certificate: CallCertificate, watcher: Watcher, kind: type[Transport]
    ) -> None:
        super().__init__(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.transport: Transport | None = None
        self._address = address
        self._tap = tap
        self._certificate = certificate
        self._watcher = watcher
        self._kind = kind
        self._connecting: set[asyncio.Task[Any] | None] = set()

    async def gather(self) -> Address:
        """Bind the socket; the address it got. OSError when it got none."""
        if self.transport is None:
            raise RuntimeError("a call without media has no socket")
        gatherer = self.transport.transport.iceGatherer
        await gatherer.gather()
        candidate = gatherer.getLocalCandidates()[0]
        return candidate.ip, candidate.port

    async def setRemoteDescription(self, sessionDescription: RTCSessionDescription) -> None:
        """aiortc takes the candidates of the last section of a bundle, and they stand in the first one."""
        given = with_bundled_candidates(Sdp.parse(sessionDescription.sdp))
        await super().setRemoteDescription(RTCSessionDescription(sdp=str(given), type=sessionDescription.type))

    def stop_decoding(self, track: MediaStreamTrack) -> None:
        """Go on receiving this track without decoding it: everything but the picture or sound is as before."""
        for receiver in self.getReceivers():
            if receiver.track is track:
                own: Any = receiver
                own._RTCRtpReceiver__decoder_queue.wanted = False

    async def close(self) -> None:
        await super().close()
        await asyncio.gather(*filter(None, self._connecting))
        for transceiver in self.getTransceivers():
            # Again: a transport that came up while it was being closed has started its senders since.
            await transceiver.stop()
            track: Any = transceiver.receiver.track
            if track is not None:
                track._queue.put_nowait(None)

    # What aiortc's constructor and its tasks call.

    def _RTCPeerConnection__createDtlsTransport(self) -> RTCDtlsTransport:
        """As aiortc does it, with our own gatherer and transport."""
        own: Any = self
        gatherer = LoopbackGatherer(self._address, self._tap, self.turn)
        gatherer.on("statechange", own._RTCPeerConnection__updateIceGatheringState)
        ice = RTCIceTransport(gatherer)
        ice.on("statechange", own._RTCPeerConnection__updateIceConnectionState)
        ice.on("statechange", own._RTCPeerConnection__updateConnectionState)
        own._RTCPeerConnection__iceTransports.add(ice)
        self.transport = self._kind(ice, self._certificate, self._watcher)
        self.transport.replay_window = self.replay_window
        self.transport.on("statechange", own._RTCPeerConnection__updateConnectionState)
        own._RTCPeerConnection__dtlsTransports.add(self.transport)
        return self.transport

    def _RTCPeerConnection__createTransceiver(self, *args: Any, **kwargs: Any) -> RTCRtpTransceiver:
        parent: Any = super()
        transceiver: RTCRtpTransceiver = parent._RTCPeerConnection__createTransceiver(*args, **kwargs)
        sender: Any = transceiver.sender
        receiver: Any = transceiver.receiver
        receiver._RTCRtpReceiver__decoder_queue = _DecoderQueue()
        if self.first_sequence is not None:
            sender._run_rtp = _counting_from(self.first_sequence, sender)
        sender._run_rtcp = self._guarded(sender._run_rtcp, sender._RTCRtpSender__rtcp_exited)
        receiver._run_rtcp = self._guarded(receiver._run_rtcp, receiver._RTCRtpReceiver__rtcp_exited)
        return transceiver

    def _guarded(self, run: Callable[[], Any], exited: asyncio.Event) -> Callable[[], Any]:
        """aiortc waits for `exited` for ever when its RTCP task ends in an exception."""

        async def guarded() -> None:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - the border: whatever it is becomes a value
                self._watcher.failed(Reason.ENDPOINT_ERROR, f"aiortc stopped sending RTCP: {described(error)}")
            finally:
                exited.set()

        return guarded

    async def _RTCPeerConnection__connect(self) -> None:
        task = asyncio.current_task()
        self._connecting.add(task)
        parent: Any = super()
        try:
            await parent._RTCPeerConnection__connect()
        except Exception as error:  # noqa: BLE001 - the border: whatever it is becomes a value
            self._watcher.failed(Reason.ENDPOINT_ERROR, f"aiortc could not connect: {described(error)}")
        finally:
            self._connecting.discard(task)


def _counting_from(first: int, sender: RTCRtpSender) -> Any:
    """aiortc's sending task, with a number of ours where it draws one by chance."""
    run: Any = type(sender)._run_rtp
    names = {**vars(rtcrtpsender), "random_sequence_number": lambda: first}
    return MethodType(FunctionType(run.__code__, names), sender)
