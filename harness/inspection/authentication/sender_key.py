"""A key that a sender was found to have, and the packet indexes that it used under it."""

from __future__ import annotations

from collections.abc import Iterable

from ...wire.srtp_packet import Opened
from .fate import Why
from .key_search import COUNTERS, Fit
from .libsrtp import supports
from .replays import Replays


def nearest(highest: int, sequence: int) -> int:
    """The packet index with this sequence number that is nearest to the highest one (RFC 3711 section 3.3.1).

    Before the first rollover there is nothing further back: what seems to lie there lies ahead.
    """
    index = highest + ((sequence - highest + 0x8000 & 0xFFFF) - 0x8000)
    return index if index >= 0 else index + 0x1_0000


class SenderKey:
    """`replays` holds the authentic packets, SRTP's under False and SRTCP's under True."""

    def __init__(self, fit: Fit, near: int) -> None:
        """`near`: an SRTP index at which the sender was found, or 0."""
        self.number, self.sender, self.keys = fit.number, fit.sender, fit.keys
        self.replays = {False: Replays(), True: Replays()}
        # libsrtp knows most profiles, and pylibsrtp lets it know no master key identifiers.
        self.fast = supports(fit.sender.profile) and not fit.sender.mki
        self._near = near

    @property
    def near(self) -> int:
        """The highest SRTP index, or where the sender was found as long as there is none."""
        return max(self.replays[False].highest, self._near)

    def open(self, packet: bytes, *, rtcp: bool, wide: bool) -> Opened | None:
        """The packet under the indexes that it may have; ValueError when it is malformed."""
        if rtcp:
            return self.keys.open_rtcp(packet)
        return self.keys.open_rtp(packet, self._counters(packet, wide))

    def _counters(self, packet: bytes, wide: bool) -> Iterable[int]:
        """The rollover counter nearest to the highest index, its neighbours, and 0, as after a restart.

        `wide`: and any other, as long as no SRTP packet told where the sender is (its SRTCP may have told the key).
        """
        if wide and self.near == 0 and self.replays[False].highest < 0:
            return range(COUNTERS + 1)
        counter = nearest(self.near, int.from_bytes(packet[2:4], "big")) >> 16
        return dict.fromkeys(one for one in (counter, counter + 1, counter - 1, 0) if one >= 0)

    def tried(self, packet: bytes, *, rtcp: bool, wide: bool) -> str:
        """Why a packet that `open` refused failed, in words."""
        if rtcp:
            return Why.WRONG_TAG.value
        counters = self._counters(packet, wide)
        if isinstance(counters, range):
            return f"{Why.WRONG_TAG.value} under rollover counters 0 to {COUNTERS}"
        *others, last = counters
        many = f"counters {', '.join(map(str, others))} and" if others else "counter"
        return f"{Why.WRONG_TAG.value} under rollover {many} {last}"
