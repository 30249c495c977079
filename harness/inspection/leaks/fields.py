"""Which header field an extension element is, by its name in SDP or by its form; and what it reveals."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Ints
from .policy import Leak
from .samples import Element, Packets

REVEALS: Final = {
    Leak.RTP_HEADER: "who sends when: SSRC, payload type, sequence number, time stamp and marker bit",
    Leak.AUDIO_LEVEL: "how loud every packet is, and so when somebody speaks",
    Leak.MIXER_AUDIO_LEVEL: "how loud each participant is",
    Leak.CONTRIBUTING_SOURCES: "who is mixed into each packet",
    Leak.MID: "which media section a stream belongs to",
    Leak.RID: "which encoding of a picture a stream carries",
    Leak.CNAME: "which streams and calls come from one endpoint",
    Leak.SEND_TIME: "the sender's clock, and with its drift the device",
    Leak.TRANSPORT_SEQUENCE: "how many packets the sender sends over the whole transport",
    Leak.VIDEO_ORIENTATION: "how the device is held and which camera is used",
    Leak.PLAYOUT_DELAY: "how patient the receiver shall be: gaming, call or broadcast",
    Leak.FRAME_STRUCTURE: "where pictures begin and end and how they depend on each other",
    Leak.VIDEO_DESCRIPTION: "kind, colours, timing or layers of the picture",
    Leak.OTHER_EXTENSION: "whatever its author put there",
}

_IETF: Final = "urn:ietf:params:rtp-hdrext:"
_WEBRTC: Final = "http://www.webrtc.org/experiments/rtp-hdrext/"
ENCRYPTED: Final = f"{_IETF}encrypt"
"""What stands in front of the name of an element whose value is encrypted (RFC 6904 section 4)."""

_BY_NAME: Final = {
    f"{_IETF}ssrc-audio-level": Leak.AUDIO_LEVEL,
    f"{_IETF}csrc-audio-level": Leak.MIXER_AUDIO_LEVEL,
    f"{_IETF}sdes:mid": Leak.MID,
    f"{_IETF}sdes:rtp-stream-id": Leak.RID,
    f"{_IETF}sdes:repaired-rtp-stream-id": Leak.RID,
    f"{_IETF}sdes:cname": Leak.CNAME,
    f"{_IETF}toffset": Leak.SEND_TIME,
    f"{_IETF}ntp-64": Leak.SEND_TIME,
    f"{_IETF}ntp-56": Leak.SEND_TIME,
    f"{_IETF}framemarking": Leak.FRAME_STRUCTURE,
    "http://tools.ietf.org/html/draft-ietf-avtext-framemarking-07": Leak.FRAME_STRUCTURE,
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension": Leak.FRAME_STRUCTURE,
    f"{_WEBRTC}generic-frame-descriptor-00": Leak.FRAME_STRUCTURE,
    f"{_WEBRTC}abs-send-time": Leak.SEND_TIME,
    f"{_WEBRTC}abs-capture-time": Leak.SEND_TIME,
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01": Leak.TRANSPORT_SEQUENCE,
    f"{_WEBRTC}transport-wide-cc-02": Leak.TRANSPORT_SEQUENCE,
    "urn:3gpp:video-orientation": Leak.VIDEO_ORIENTATION,
    f"{_WEBRTC}playout-delay": Leak.PLAYOUT_DELAY,
    f"{_WEBRTC}video-content-type": Leak.VIDEO_DESCRIPTION,
    f"{_WEBRTC}video-timing": Leak.VIDEO_DESCRIPTION,
    f"{_WEBRTC}color-space": Leak.VIDEO_DESCRIPTION,
    f"{_WEBRTC}video-layers-allocation00": Leak.VIDEO_DESCRIPTION,
}

_ENOUGH: Final = 50
"""Packets that a form is told from."""
_MOSTLY: Final = 0.9
_SEND_TIME_TICKS: Final = 2**18
"""Of a second: 24 bits, 6 of them in front of the point."""
_SEND_TIME_ERROR: Final = 0.05


def by_name(uri: str) -> Leak | None:
    """What an element of this name leaks; None when its value is encrypted."""
    return None if uri.startswith(ENCRYPTED) else _BY_NAME.get(uri, Leak.OTHER_EXTENSION)


def by_form(element: Element, packets: Packets) -> Leak:
    """What an element looks like, without a name for it."""
    if len(element) < _ENOUGH or (element.length != element.length[0]).any():
        return Leak.OTHER_EXTENSION
    size = int(element.length[0])
    value = element.value[:, : min(size, element.value.shape[1])]
    number = _numbers(value)
    if _constant_text(value, size):
        return Leak.MID
    if size == 1:
        return _one_byte(number)
    if size == 2 and _counts(number):
        return Leak.TRANSPORT_SEQUENCE
    if size == 3 and _tells_time(number, packets.time[element.packet]):
        return Leak.SEND_TIME
    return Leak.OTHER_EXTENSION


def _numbers(value: NDArray[np.uint8]) -> Ints:
    found = np.zeros(len(value), np.int64)
    for place in range(min(value.shape[1], 7)):
        found = found << 8 | value[:, place]
    return found


def _constant_text(value: NDArray[np.uint8], size: int) -> bool:
    return size <= 16 and bool((value == value[0]).all() and ((value[0] > 0x20) & (value[0] < 0x7F)).all())


def _one_byte(number: Ints) -> Leak:
    """A level moves; the orientation has its upper four bits at zero (3GPP TS 26.114 section 7.4.5)."""
    if number.max() < 16:
        return Leak.VIDEO_ORIENTATION
    return Leak.AUDIO_LEVEL if len(np.unique(number)) >= 8 else Leak.OTHER_EXTENSION


def _counts(number: Ints) -> bool:
    step = np.diff(number) % 2**16
    return bool(np.mean((step > 0) & (step < 64)) >= _MOSTLY)


def _tells_time(number: Ints, time: NDArray[np.float64]) -> bool:
    passed = (np.diff(number) + 2**23) % 2**24 - 2**23
    error = np.abs(passed / _SEND_TIME_TICKS - np.diff(time))
    moved = np.count_nonzero(passed) >= len(passed) / 4
    return bool(moved and np.mean(error < _SEND_TIME_ERROR) >= _MOSTLY)
