"""What an SRTP layer says that it sealed, and that it opened: WebRTC's own dump, in the format of text2pcap.

One line for each RTP or RTCP packet in clear, as libsrtp was given it or gave it back (webrtc/pc/srtp_session.cc,
`DumpPacket`): `O 00:00:55.029 0000 90 ef ... # RTP_DUMP`, with O for what goes out, I for what came in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MARK: Final = "# RTP_DUMP"
MOST_BYTES: Final = 32 * 1024 * 1024
"""Of one dump: some eight million bytes of packets."""

_LINE: Final = re.compile(r"([IO]) [0-9:.]{1,20} 0{1,8} ((?:[0-9a-f]{2} ){1,2048})" + re.escape(MARK))


@dataclass(frozen=True, slots=True)
class DumpedPacket:
    """One packet in clear. `outward`: it was to be sealed and sent; else it was opened."""

    outward: bool
    data: bytes


@dataclass(frozen=True)
class Dump:
    """Packets in the order in which they were sealed and opened. `problem`: why these cannot be all of them."""

    packets: tuple[DumpedPacket, ...]
    problem: str | None = None


def parse_dump(text: str) -> Dump:
    """Any text is a dump; what cannot be read in it, or is too much, is its problem."""
    if len(text) > MOST_BYTES:
        return Dump((), f"it has more than {MOST_BYTES} bytes")
    packets: list[DumpedPacket] = []
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if found is None:
            return Dump(tuple(packets), f"line {number} is no packet")
        packets.append(DumpedPacket(found[1] == "O", bytes.fromhex(found[2])))
    return Dump(tuple(packets))
