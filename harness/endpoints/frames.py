"""A marker as pieces of media that are sent in a circle: as sound and pictures, and encoded.

The chord repeats every five pieces of 20 ms and the picture never changes, so to encode each frame anew would only burn
time. Every picture is a key frame: a receiver that begins late loses nothing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from ..markers import audio, video
from ..model.base import Asset
from ..model.call import AudioKind

FRAME_TICKS: Final = {Asset.AUDIO: 960, Asset.VIDEO: 9_000, Asset.SCREEN: 9_000}
"""20 ms of sound and a tenth of a second of pictures, on the RTP clock of each."""
CLOCK: Final = {Asset.AUDIO: Fraction(1, 48_000), **dict.fromkeys((Asset.VIDEO, Asset.SCREEN), Fraction(1, 90_000))}

_SAMPLES: Final = FRAME_TICKS[Asset.AUDIO]
_CIRCLE: Final = 5
"""Pieces of sound after which the chord begins anew."""
_WARM_UP: Final = 2
"""Frames until the encoder, which starts from silence, has settled."""

_SYLLABLES: Final = (1.0, 0.7, 0.9, 0.5, 0.0, 0.8, 1.0, 0.6, 0.0, 0.0)
"""How loud each fifth of a second of speech is, in a circle: words of a few syllables, and pauses between them."""
_LOUDNESS: Final = np.repeat(_SYLLABLES, 10)

_ENCODING: Final = {
    # The least effort: the chord is no music, and each call encodes it anew.
    AudioKind.CHORD: {"application": "lowdelay", "compression_level": "0"},
    AudioKind.SPEECH: {"application": "voip", "vbr": "on", "compression_level": "0"},
}


def encoded(asset: Asset, marker: int, voice: AudioKind = AudioKind.CHORD) -> tuple[bytes, ...]:
    """Five Opus packets of 20 ms, for speech a hundred at a variable rate; or one VP8 key frame."""
    if asset is not Asset.AUDIO:
        return (_vp8(video.picture(marker, of=asset)),)
    return _opus(_sound(marker, voice, _WARM_UP), _ENCODING[voice])[_WARM_UP:]


def raw(asset: Asset, marker: int, voice: AudioKind = AudioKind.CHORD) -> tuple[bytes, ...]:
    """The same before it is encoded: 960 samples of 16 bits a piece, little end first, mono; or one picture's luma."""
    if asset is not Asset.AUDIO:
        return (video.picture(marker, of=asset).tobytes(),)
    return tuple(piece.tobytes() for piece in _sound(marker, voice, 0).astype("<i2").reshape(-1, _SAMPLES))


def _sound(marker: int, voice: AudioKind, before: int) -> NDArray[np.int16]:
    """The whole circle, after so many pieces of its end. The one of speech is as loud as who speaks and pauses."""
    circle = _CIRCLE if voice is AudioKind.CHORD else len(_LOUDNESS)
    pcm = audio.chord(marker, _SAMPLES * (before + circle))
    if voice is AudioKind.CHORD:
        return pcm
    steps = np.concatenate((_LOUDNESS[len(_LOUDNESS) - before :], _LOUDNESS, _LOUDNESS[:1]))
    gain = np.interp(np.arange(len(pcm)) / _SAMPLES, np.arange(len(steps)), steps)
    loud: NDArray[np.int16] = (pcm * gain).astype(np.int16)
    return loud


def _opus(pcm: NDArray[np.int16], options: dict[str, str]) -> tuple[bytes, ...]:
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = audio.RATE, "mono", "s16"
    encoder.bit_rate = 48_000
    encoder.options = options
    packets: list[bytes] = []
    for number, samples in enumerate(pcm.reshape(-1, 1, _SAMPLES)):
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts = audio.RATE, number * _SAMPLES
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)


def _vp8(luma: NDArray[np.uint8]) -> bytes:
    encoder = VideoCodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = video.WIDTH, video.HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.time_base, encoder.thread_count = 500_000, CLOCK[Asset.VIDEO], 1
    encoder.options = {"cpu-used": "-6", "deadline": "realtime", "lag-in-frames": "0"}
    grey = np.full((video.HEIGHT // 2, video.WIDTH), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(np.vstack((luma, grey)), format="yuv420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in encoder.encode(frame))
