"""One RTP stream as a capture shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..stream_key import StreamKey
from .srtcp import RtcpSeen

_KNOWN_CLOCKS: Final = (8_000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 90_000)
_CLOCK_TOLERANCE: Final = 0.05
_SHORTEST_MEASURE: Final = 1.0


@dataclass(frozen=True, slots=True)
class RtpSeen:
    """The RTP of one sender; times in seconds since 1970, frames as Wireshark counts them.

    `payload_bytes` is all behind the RTP headers, tags included. `broken` packets claim a longer header than they have.
    `lowest` and `highest` are extended sequence numbers (RFC 3550 appendix A.1); they begin with the first packet's own
    number, so `lowest` is below zero where an older packet came after it. `reordered` came later than a higher number;
    `repeated` carried a number that had been there, whatever the bytes. `ticks`: how far the time stamp advanced
    up to `ticks_time`, when the last packet came that was in its place.
    `csrcs` are the first contributing sources, `more_csrcs` says that there were others.
    """

    packets: int
    payload_bytes: int
    broken: int
    payload_types: tuple[int, ...]
    first_frame: int
    last_frame: int
    first_time: float
    last_time: float
    first_sequence: int
    last_sequence: int
    lowest: int
    highest: int
    reordered: int
    repeated: int
    ticks: int
    ticks_time: float
    csrcs: tuple[int, ...] = ()
    more_csrcs: bool = False

    @property
    def rollover_counter(self) -> int:
        """How often the sequence number wrapped since the first packet: an estimate (RFC 3711 section 3.3.1)."""
        return self.highest >> 16

    @property
    def lost(self) -> int:
        """Packets expected less packets received (RFC 3550 appendix A.3), repetitions not counted."""
        return max(0, self.highest - self.lowest + 1 - (self.packets - self.repeated))

    @property
    def clock(self) -> float | None:
        """The time stamp's rate in hertz; None when it was seen for less than a second, or without times."""
        seconds = self.ticks_time - self.first_time
        return self.ticks / seconds if seconds >= _SHORTEST_MEASURE else None

    @property
    def nominal_clock(self) -> int | None:
        """The usual clock rate within 5 % of the measured one; None when there is none."""
        measured = self.clock
        if measured is None:
            return None
        nearest = min(_KNOWN_CLOCKS, key=lambda known: abs(known - measured))
        return nearest if abs(nearest - measured) <= _CLOCK_TOLERANCE * nearest else None


@dataclass(frozen=True, slots=True)
class RtpStream:
    """What one sender sent on one leg: RTP, RTCP or both."""

    key: StreamKey
    rtp: RtpSeen | None
    rtcp: RtcpSeen | None

    @property
    def rtp_packets(self) -> int:
        return self.rtp.packets if self.rtp else 0

    @property
    def rtcp_packets(self) -> int:
        return self.rtcp.datagrams if self.rtcp else 0

    @property
    def first_frame(self) -> int:
        return min(seen.first_frame for seen in (self.rtp, self.rtcp) if seen)

    @property
    def last_frame(self) -> int:
        return max(seen.last_frame for seen in (self.rtp, self.rtcp) if seen)
