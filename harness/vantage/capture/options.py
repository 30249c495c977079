"""Options of pcapng blocks (draft-ietf-opsawg-pcapng section 3.5), and what interfaces and secrets say with them."""

from __future__ import annotations

from struct import unpack_from
from typing import Final, NamedTuple

from .interface import Interface

END, COMMENT = 0, 1
IF_NAME, IF_TSRESOL, IF_FCSLEN, IF_TSOFFSET = 2, 9, 13, 14
PACKET_FLAGS: Final = 2
"""epb_flags, and pack_flags of the obsolete packet block."""

_SIZES: Final = {IF_TSRESOL: 1, IF_TSOFFSET: 8}


class Options(NamedTuple):
    """Code and value of each option, in order; `fault` says why there are no more."""

    found: list[tuple[int, bytes]]
    fault: str | None = None

    def first(self, code: int) -> bytes | None:
        return next((value for one, value in self.found if one == code), None)


def parse(body: bytes, order: str) -> Options:
    """The list may end without opt_endofopt: the draft tells readers to allow it."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(body):
        if at + 4 > len(body):
            return Options(found, "an option is cut off")
        code, length = unpack_from(order + "HH", body, at)
        if code == END:
            break
        at += 4
        if at + length > len(body):
            return Options(found, f"option {code} says {length} bytes, which do not fit")
        found.append((code, body[at : at + length]))
        at += length + -length % 4
    return Options(found)


def texts(options: Options) -> tuple[tuple[str, ...], str | None]:
    """The comments, and what is wrong with one of them."""
    comments = [value for code, value in options.found if code == COMMENT]
    decoded = tuple(value.decode(errors="replace") for value in comments)
    sound = all(text.encode() == value for text, value in zip(decoded, comments, strict=True))
    return decoded, None if sound else "a text is not UTF-8"


def interface(body: bytes, order: str) -> tuple[Interface, str | None]:
    """What an interface description block describes, and what is wrong with it. At least eight bytes are needed."""
    link_type, _, snap_length = unpack_from(order + "HHI", body)
    options = parse(body[8:], order)
    comments, fault = texts(options)
    values = {code: options.first(code) for code in (IF_NAME, IF_TSRESOL, IF_TSOFFSET, IF_FCSLEN)}
    for code, size in _SIZES.items():
        value = values[code]
        if value is not None and len(value) != size:
            fault, values[code] = "the size of its time resolution or time offset is wrong", None
    exponent = (values[IF_TSRESOL] or b"\x06")[0]
    described = Interface(
        link_type,
        snap_length,
        ticks=2 ** (exponent & 0x7F) if exponent & 0x80 else 10**exponent,
        epoch=unpack_from(order + "q", values[IF_TSOFFSET] or bytes(8))[0],
        name=None if (name := values[IF_NAME]) is None else name.decode(errors="replace"),
        comments=comments,
        fcs_length=(values[IF_FCSLEN] or b"\0")[0],
    )
    return described, options.fault or fault
