"""Which markers are in a heap of RTP packets: the proof that whoever holds the packets holds the media.

The packets are what an adversary wrote down or a vantage saw, so they are hostile: any order, doubled, forged, any
bytes. Every stream is tried as VP8 and then as Opus, whatever its payload type says. Ciphertext is given up without
one call to a decoder: it shows no VP8 key frame, and its first bytes do not repeat as those of Opus do.
Limits: the 16 streams with the most packets out of the first 1,024, the first 2,048 packets of each, 30 frames of
video and 6 s of sound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..wire import rtp
from ..wire.demux import PacketClass, classify
from ..wire.rtp_payload.red import last_block
from ..wire.rtp_payload.vp8 import frames
from . import audio, opus, video, vp8

MAX_STREAMS: Final = 16
MAX_STREAMS_SEEN: Final = 1_024
MAX_PACKETS: Final = 2_048

_FIRST_TRY: Final = int(0.4 * opus.RATE)

Stream = list[tuple[rtp.RtpHeader, bytes]]
"""Header and payload of the packets of one SSRC."""


class RecoveredMarker(NamedTuple):
    """A marker that was decoded, checksum correct, from the packets of one SSRC. `asset` is "audio",
    "video" or "screen"."""

    asset: str
    ssrc: int
    marker: int


def recover(packets: Iterable[bytes]) -> tuple[RecoveredMarker, ...]:
    """The markers in plaintext RTP packets, one or none for each SSRC, sorted by asset and SSRC. Never a ValueError."""
    streams = sorted(_streams(packets).items(), key=lambda item: len(item[1]), reverse=True)
    tried = (_recover_stream(ssrc, _in_order(stream)) for ssrc, stream in streams[:MAX_STREAMS])
    return tuple(sorted(found for found in tried if found is not None))


def recover_all(packets: Iterable[bytes]) -> tuple[RecoveredMarker, ...]:
    """As `recover`, with every marker of a stream that carries several: a conference, a call that was handed over."""
    streams = sorted(_streams(packets).items(), key=lambda item: len(item[1]), reverse=True)
    found = {one for ssrc, stream in streams[:MAX_STREAMS] for one in _all_of(ssrc, _in_order(stream))}
    return tuple(sorted(found))


def _streams(packets: Iterable[bytes]) -> dict[int, Stream]:
    """Packets by SSRC in order of arrival, each only once. What is no RTP is left out."""
    unique: dict[int, dict[tuple[int, bytes], rtp.RtpHeader]] = {}
    for data in packets:
        if classify(data) is not PacketClass.SRTP:
            continue
        try:
            header = rtp.parse(data)
            payload = rtp.payload(data, header)
        except ValueError:
            continue
        if header.ssrc not in unique and len(unique) == MAX_STREAMS_SEEN:
            continue
        stream = unique.setdefault(header.ssrc, {})
        if len(stream) < MAX_PACKETS:
            stream.setdefault((header.sequence, payload), header)
    return {ssrc: [(header, payload) for (_, payload), header in stream.items()] for ssrc, stream in unique.items()}


def _in_order(stream: Stream) -> Stream:
    """By sequence number, across its wrap to zero: the first arrival is the middle of the circle (RFC 1982)."""
    middle = stream[0][0].sequence - 0x8000
    return sorted(stream, key=lambda packet: (packet[0].sequence - middle) & 0xFFFF)


def _recover_stream(ssrc: int, stream: Stream) -> RecoveredMarker | None:
    seen = next(_from_pictures(stream), None)
    if seen is not None:
        asset, marker = seen
        return RecoveredMarker(asset, ssrc, marker)
    heard = _from_audio(stream)
    return None if heard is None else RecoveredMarker("audio", ssrc, heard)


def _all_of(ssrc: int, stream: Stream) -> Iterator[RecoveredMarker]:
    seen = set(_from_pictures(stream))
    if seen:
        yield from (RecoveredMarker(asset, ssrc, marker) for asset, marker in seen)
        return
    heard = list(opus.decoded(opus.clear_packets(stream)))
    if heard:
        yield from (RecoveredMarker("audio", ssrc, marker) for marker in audio.decode_all(np.concatenate(heard)))


def _from_pictures(stream: Stream) -> Iterator[tuple[str, int]]:
    """What the pictures are of, each with its marker; they may be the last blocks of packets with several."""
    for packets in (stream, _last_blocks(stream)):
        for luma in vp8.pictures(frames(packets)):
            yield from video.recognise(luma)


def _last_blocks(stream: Stream) -> Stream:
    """What is in the packets of a stream of RED (RFC 2198), of the payload type that most have: not their FEC's.

    Nothing where fewer than half have one, as in ciphertext and in payloads of anything else.
    """
    blocks = []
    for header, payload in stream:
        with suppress(ValueError):
            blocks.append((header, *last_block(payload)))
    kinds = Counter(kind for _, kind, _ in blocks)
    kind, count = next(iter(kinds.most_common(1)), (0, 0))
    return [(header, data) for header, its, data in blocks if its == kind] if 2 * count >= len(stream) else []


def _from_audio(stream: Stream) -> int | None:
    """Tries after 0.4 s of sound, then each time it has doubled, and at the end."""
    heard: list[NDArray[Any]] = []
    samples, next_try = 0, _FIRST_TRY
    for sound in opus.decoded(opus.clear_packets(stream)):
        heard.append(sound)
        samples += len(sound)
        if samples < next_try:
            continue
        marker = audio.decode(np.concatenate(heard))
        if marker is not None:
            return marker
        next_try *= 2
    return audio.decode(np.concatenate(heard)) if heard else None
