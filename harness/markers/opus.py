"""Opus from RTP (RFC 7587): one payload is one Opus packet, and its first byte, the TOC, tells clear from secured.

An encoder says in the TOC byte (RFC 6716 section 3.1) which mode, bandwidth and frame size it used, and keeps to one
or two of them; ciphertext spreads over all 256. Any bytes at all decode as Opus, to noise, so this is what saves the
work on ciphertext, and what finds clear packets among secured ones of the same SSRC.

Packets are given as (RTP header, payload) in order of sequence number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import av
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from ..wire.rtp import RtpHeader

RATE: Final = 48_000
MAX_SECONDS: Final = 6.0
"""Of sound decoded from one stream: the chord is the same throughout, more cannot tell more."""

_OFTEN: Final = 12
_TOC_VALUES: Final = 256
_CONCEALED: Final = 10
"""Packets in a row. After a longer gap the sound goes on without it."""

Packet = tuple[RtpHeader, bytes]


def clear_packets(packets: Sequence[Packet]) -> list[Packet]:
    """The packets whose TOC byte comes back as often as an encoder's: 12 times, and once more for each 128 packets.

    Of 2,048 packets of ciphertext chance gives 8 to each value, and 28 are asked for; 15 packets of 20 ms, the shortest
    sound a marker can be decoded from, have 13 alike.
    """
    counts = Counter(payload[0] for _, payload in packets if payload)
    often = {toc for toc, count in counts.items() if count >= _OFTEN + 2 * len(packets) / _TOC_VALUES}
    return [packet for packet in packets if packet[1] and packet[1][0] in often]


def decoder(layout: str = "mono") -> AudioCodecContext:
    """A decoder to 48 kHz. Told to be mono, libopus itself mixes both channels into one."""
    context = AudioCodecContext.create("libopus", "r")
    context.layout = layout
    context.sample_rate = RATE
    return context


def decoded(packets: Sequence[Packet]) -> Iterator[NDArray[Any]]:
    """The sound of each packet, mono, 48 kHz, int16, until 6 s are reached. What does not decode is left out.

    A gap of up to ten packets is concealed by the decoder, so that the sound after it keeps its place in time.
    """
    if not packets:
        return
    codec = decoder()
    samples = 0
    for data in _with_gaps_concealed(packets):
        try:
            frames = codec.decode(av.Packet(data))
        except av.FFmpegError:
            continue
        for frame in frames:
            yield frame.to_ndarray().ravel()
            samples += frame.samples
        if samples >= MAX_SECONDS * RATE:
            return


def _with_gaps_concealed(packets: Sequence[Packet]) -> Iterator[bytes]:
    expected = packets[0][0].sequence
    for header, payload in packets:
        missing = (header.sequence - expected) & 0xFFFF
        if missing <= _CONCEALED:
            # A TOC byte alone is a frame without data, which asks for concealment (RFC 6716 sections 3.2.1 and 4.4).
            yield from [bytes([payload[0] & 0xFC])] * missing
        yield payload
        expected = header.sequence + 1
