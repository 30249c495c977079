"""The transport addresses that a description names, exchanged for others, as a translating relay would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .candidate import Candidate
from .description import Line, Sdp

_ADDRESS_TYPE = "c=IN IP4 "


def with_addresses(sdp: Sdp, mapping: Mapping[tuple[str, int], tuple[str, int]]) -> Sdp:
    """Each candidate, and each section's default (m= port and IPv4 c= address), given the address it is mapped to.

    Addresses that are not in the mapping stay. ValueError, naming the line, when a candidate or m= line is malformed.
    """

    def candidate(old: Candidate) -> Candidate:
        address, port = mapping.get((old.address, old.port), (old.address, old.port))
        return replace(old, address=address, port=port)

    defaults = _defaults(sdp)

    def default(line: Line) -> tuple[str]:
        old = None if line.level is None else defaults.get(line.level)
        if old is None or old not in mapping:
            return (line.text,)
        address, port = mapping[old]
        if line.text.startswith("m="):
            kind, _, rest = line.text.split(" ", 2)
            return (f"{kind} {port} {rest}",)
        return (f"{_ADDRESS_TYPE}{address}" if line.text.startswith(_ADDRESS_TYPE) else line.text,)

    return sdp.map_candidates(candidate).rewrite(default)


def _defaults(sdp: Sdp) -> dict[int, tuple[str, int]]:
    """The default destination of each media section that has its own c= line."""
    ports = {media.level: media.port for media in sdp.media()}
    return {
        line.level: (line.text.removeprefix(_ADDRESS_TYPE), ports[line.level])
        for line in sdp.lines
        if line.level is not None and line.text.startswith(_ADDRESS_TYPE)
    }
