"""Which section of the description an RTP packet belongs to, and how the packet itself says so.

Browsers give their packets that name only until the first report on them has come (RFC 9143 section 9.2 leaves it to
them), and drop others' packets without a name when nobody has announced their source. Whoever is put through later
would never be seen: so the service names every packet.
"""

from __future__ import annotations

from ...wire import rtp
from ...wire.demux import PacketClass, classify
from ...wire.rtp_extension import MID, with_element
from ...wire.sdp import Sdp


class Sections:
    """Of a device's description: its payload types, its sources, and the number of the extension in each section."""

    def __init__(self, sdp: Sdp) -> None:
        names = dict(sdp.values("mid"))
        self._numbers = {names[level]: number for level, number in _numbers(sdp).items() if level in names}
        self._types = _types(sdp, names)
        self._sources = {_first(value): names[level] for level, value in sdp.values("ssrc") if level in names}

    def name(self, packet: bytes) -> str | None:
        """Of the section that a packet of the device belongs to; None for RTCP, and where that is not to be told."""
        if classify(packet) is not PacketClass.SRTP:
            return None
        try:
            header = rtp.parse(packet)
        except ValueError:
            return None
        return self._sources.get(str(header.ssrc)) or self._types.get(header.payload_type)

    def named(self, packet: bytes, name: str | None) -> bytes:
        """The packet for the device, with the name in it where it says none and both sides know how to."""
        number = None if name is None else self._numbers.get(name)
        if name is None or number is None:
            return packet
        try:
            return with_element(packet, number, name.encode())
        except ValueError:
            return packet


def _numbers(sdp: Sdp) -> dict[int | None, int]:
    """Of the extension that names a section, by section; of several lines the first counts."""
    found: dict[int | None, int] = {}
    for level, value in sdp.values("extmap"):
        number, _, uri = value.partition(" ")
        number = number.partition("/")[0]
        if uri.split(" ")[0] == MID and number.isascii() and number.isdigit() and len(number) < 3:
            found.setdefault(level, int(number))
    return found


def _types(sdp: Sdp, names: dict[int | None, str]) -> dict[int, str]:
    """Payload types that only one section has."""
    found: dict[int, str] = {}
    several = set()
    for media in sdp.media():
        for number in (int(one) for one in media.formats if one.isascii() and one.isdigit()):
            if number in found:
                several.add(number)
            if media.level in names:
                found[number] = names[media.level]
    return {number: name for number, name in found.items() if number not in several}


def _first(value: str) -> str:
    return value.partition(" ")[0]
