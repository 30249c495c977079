"""H.264: every payload begins like a NAL unit that a sender sends, and the slices among them like slices."""

from __future__ import annotations

from typing import Final

from ...wire.rtp_payload import h264
from ...wire.rtp_payload.codec import H264
from ...wire.rtp_payload.h264 import NalType
from .chance import LEVEL, at_least, told
from .evidence import Evidence
from .sample import TAILS, Excerpt

_NEVER_ZERO: Final = (NalType.IDR_SLICE, NalType.SPS, NalType.PPS)
_ALWAYS_ZERO: Final = (NalType.SEI, NalType.DELIMITER)
_IN_FRAGMENTS: Final = (NalType.SLICE, NalType.IDR_SLICE, NalType.SEI, NalType.SPS, NalType.PPS)
_LONGEST: Final = 2_048
PROBABILITY: Final = (15 + 4 * 15 / 256 + 4 / 32) / 256
"""That a random payload fits. Alone: types 1 with 4 values of nal_ref_idc; 5, 7, 8 with 3; 6, 9 with 1: 15 of 256 first
bytes. FU-A: 4 of 256, and 15 of 256 second bytes (not start and end at once, reserved bit clear, one of 5 types).
STAP-A: 4 of 256, and a size of 16 bits that fits into 2,048 bytes: at most 1 of 32."""
_PLAUSIBLE: Final = 0.9


def evidence(excerpt: Excerpt) -> Evidence | None:
    """That the payloads are H.264 in packets (RFC 6184); None when chance or the slices say that they are not."""
    short = [one.payload for one in excerpt.samples if len(one.payload) <= _LONGEST]
    fitting = [payload for payload in short if fits(payload)]
    chance = at_least(len(fitting), len(short), PROBABILITY)
    slices = [begin for payload in fitting if (begin := _slice(payload))]
    if chance > LEVEL or sum(map(_begins_like_a_slice, slices)) < max(1, _PLAUSIBLE * len(slices)):
        return None
    said = f"{len(fitting):,} of {len(short):,} payloads begin like H.264 NAL units"
    return Evidence(H264.name, chance, f"{said}, {len(slices):,} of them like slices ({told(chance)})")


def fits(payload: bytes) -> bool:
    """Whether a payload of at most 2,048 bytes begins as one that a sender of H.264 makes."""
    kind, referenced = h264.nal_type(payload[0]), payload[0] >> 5 & 3
    if payload[0] & 0x80:
        return False
    if kind == NalType.FU_A:
        return len(payload) > 2 and payload[1] >> 5 in (0, 2, 4) and payload[1] & 0x1F in _IN_FRAGMENTS
    if kind == NalType.STAP_A:
        return any(_adds_up(payload[: max(len(payload) - tail, 0)]) for tail in TAILS)
    if kind in _NEVER_ZERO:
        return referenced > 0
    return kind == NalType.SLICE or (kind in _ALWAYS_ZERO and referenced == 0)


def _adds_up(payload: bytes) -> bool:
    try:
        return bool(list(h264.aggregated(payload)))
    except ValueError:
        return False


def _slice(payload: bytes) -> bytes:
    """The first bytes of a slice behind its NAL header, when one begins in this payload."""
    kind = h264.nal_type(payload[0])
    if kind in h264.SLICES:
        return payload[1:9]
    begins = kind == NalType.FU_A and payload[1] & 0x80 and payload[1] & 0x1F in h264.SLICES
    return payload[2:10] if begins else b""


def _begins_like_a_slice(begin: bytes) -> bool:
    """first_mb_in_slice, slice_type of at most 9, pic_parameter_set_id of at most 255 (ITU-T H.264 section 7.3.3)."""
    bits = f"{int.from_bytes(begin, 'big'):0{8 * len(begin)}b}"
    values = []
    for _ in range(3):
        zeros = len(bits) - len(bits.lstrip("0"))
        code, bits = bits[: 2 * zeros + 1], bits[2 * zeros + 1 :]
        if len(code) < 2 * zeros + 1:
            return False
        values.append(int(code, 2) - 1)
    return values[1] <= 9 and values[2] <= 255
