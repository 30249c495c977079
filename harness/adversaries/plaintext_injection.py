"""Sends clear RTP and RTCP into a running call: nothing that is not authenticated may be played (RFC 3711).

On the path the packets come out of the relay, so that their source address is the peer's, and they continue streams
that were seen on the wire. Off the path they come from an address of the adversary's own, and SSRC and payload type
are guessed.
"""

from __future__ import annotations

from typing import Final

from ..model.base import Party
from . import craft
from .machine import Event
from .rtp_streams import RtpStreams, Stream
from .volley import SENT, Volley

INJECTED: Final = SENT

INTERVAL: Final = 0.02
_TICKS: Final = 40
"""A batch every 20 ms, all sent within 0.8 s: shorter than the shortest call that is worth attacking."""

_GROUP: Final = 4
_PAYLOAD: Final = 60


class PlaintextInjection(Volley):
    """Sends `packets` packets in all, to both parties in turn."""

    def __init__(self, packets: int, seed: str, *, on_path: bool) -> None:
        maker = ClearMedia(RtpStreams(seed, on_path=on_path))
        super().__init__(maker, packets, on_path=on_path, interval=INTERVAL, batch=-(-packets // _TICKS))


class ClearMedia:
    """Three RTP packets are followed by one of RTCP; each stream gets a sender report first, then a BYE."""

    def __init__(self, streams: RtpStreams) -> None:
        self._streams = streams

    def see(self, event: Event) -> None:
        self._streams.see(event)

    def packet(self, to: Party, number: int) -> bytes | None:
        """The next packet of one of the streams, each in its turn, if only it were authenticated."""
        streams = self._streams.of(to.peer)
        if not streams:
            return None
        group, place = divmod(number, _GROUP)
        if place < _GROUP - 1:
            return self._media(streams[((_GROUP - 1) * group + place) % len(streams)])
        stream = streams[group % len(streams)]
        if group // len(streams) % 2:
            return craft.bye(stream.ssrc)
        return craft.sender_report(stream.ssrc, stream.timestamp, stream.sequence, stream.sequence * _PAYLOAD)

    def _media(self, stream: Stream) -> bytes:
        stream.step()
        payload = self._streams.random.randbytes(_PAYLOAD)
        return craft.rtp(stream.payload_type, stream.sequence, stream.timestamp, stream.ssrc, payload)
