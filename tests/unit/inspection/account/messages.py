"""Messages made by hand, and a short way to their byte account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from harness.inspection.account import ByteAccount, Sealing
from harness.inspection.stream_key import StreamKey
from harness.model.byte_label import ByteLabel
from harness.vantage.window import Window
from harness.wire.demux import classify

from ..windows import Capture, Sent

NEAR, FAR = "192.0.2.1:5000", "192.0.2.2:6000"
COOKIE = bytes.fromhex("2112a442")

Labelled = dict[tuple[ByteLabel, str], int]

LAYERS = (ByteLabel.LINK, ByteLabel.NETWORK, ByteLabel.TRANSPORT)


def stun(*attributes: tuple[int, bytes], method: int = 0x0001, behind: bytes = b"") -> bytes:
    """A message with these (type, value) attributes, padded with zeros; `behind` is not counted in its length."""
    body = b"".join(
        code.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
        for code, value in attributes
    )
    return method.to_bytes(2, "big") + len(body).to_bytes(2, "big") + COOKIE + bytes(range(12)) + body + behind


def record(content: int, body: bytes, epoch: int = 0, version: int = 0xFEFD) -> bytes:
    """A DTLS record with the header of DTLS 1.2."""
    head = bytes([content]) + version.to_bytes(2, "big") + epoch.to_bytes(2, "big")
    return head + bytes(6) + len(body).to_bytes(2, "big") + body


def handshake(kind: int, body: bytes, offset: int = 0, length: int | None = None) -> bytes:
    """A handshake message, or the fragment at `offset` of one that has `length` bytes."""
    whole = len(body) if length is None else length
    numbers = (whole.to_bytes(3, "big"), bytes(2), offset.to_bytes(3, "big"), len(body).to_bytes(3, "big"))
    return bytes([kind]) + b"".join(numbers) + body


def rtp(payload: bytes, extension: tuple[int, bytes] | None = None, sources: int = 0, ssrc: int = 7) -> bytes:
    """An RTP packet; `extension` is its profile and its body, which is padded to whole words."""
    first = 0x80 | (0x10 if extension else 0) | sources
    packet = bytes([first, 111, 0, 1, 0, 0, 0, 2]) + ssrc.to_bytes(4, "big") + bytes(4 * sources)
    if extension:
        profile, body = extension
        body += bytes(-len(body) % 4)
        packet += profile.to_bytes(2, "big") + (len(body) // 4).to_bytes(2, "big") + body
    return packet + payload


def sent(payloads: Iterable[bytes]) -> list[Sent]:
    """From the near end to the far end, one each millisecond."""
    return [Sent(number / 1000, NEAR, FAR, payload) for number, payload in enumerate(payloads)]


def window(*payloads: bytes, cut: int = 0) -> Window:
    """One window of these payloads; the capture has left out the last `cut` bytes of each."""
    made = Capture().window(sent(payloads))
    if not cut:
        return made
    lost = np.minimum(made.length, cut)
    frames = replace(made.frames, length=made.frames.length - lost)
    layers = replace(made.frame_bytes, message=made.length - lost)
    klass = np.array([classify(one[: max(0, len(one) - cut)]) for one in payloads], np.uint8)
    return replace(made, frames=frames, frame_bytes=layers, length=made.length - lost, missing=lost, klass=klass)


def account(*windows: Window) -> ByteAccount:
    made = ByteAccount()
    for one in windows:
        made.add(one)
    return made


def labelled(made: ByteAccount, sealing: Callable[[StreamKey], Sealing] = lambda _: Sealing()) -> Labelled:
    """The bytes of the messages: what the layers around them take is left out."""
    rows = made.totals(sealing).overall
    return {(row.label, row.detail): row.bytes for row in rows if row.label not in LAYERS}


def labels_of(*payloads: bytes) -> Labelled:
    return labelled(account(window(*payloads)))


def found(*payloads: bytes) -> list[tuple[str, int, str, tuple[int, ...]]]:
    """(reason, bytes, what, frames) of everything that nobody can explain; every byte has been labelled once."""
    reasons = {ByteLabel.UNKNOWN: "unknown-bytes", ByteLabel.TRAILING: "trailing-bytes"}
    made = account(window(*payloads))
    assert sum(labelled(made).values()) == sum(map(len, payloads))
    assert [one.reason.value for one in made.findings(str)] == [reasons[one.kind.label] for one in made.oddities()]
    return [(reasons[one.kind.label], one.bytes, one.kind.detail, one.frames) for one in made.oddities()]
