"""What a program that is an endpoint tells without being asked: one JSON object per line, between its answers."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, TypeAdapter, model_validator

from .base import Moment, Noun
from .datagram import SocketAddress
from .endpoint_protocol import Answer
from .statement import MAX_COUNT

LARGEST_PICTURE: Final = 640 * 480
"""Pixels: the luma of such a picture fits into a line, and a marker needs far fewer."""


class FailedEvent(Noun):
    """The call has failed, or the peer has ended it."""

    event: Literal["failed"] = "failed"
    reason: str = Field(max_length=64)
    detail: str = Field(max_length=1000)


class BoundEvent(Noun):
    """A socket was bound for the next description. Nothing may be sent through it before it is `known`."""

    event: Literal["bound"] = "bound"
    address: SocketAddress


class PacketEvent(Noun):
    """A datagram passed one of the program's sockets, at seconds since the epoch. `data` is base64."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    event: Literal["packet"] = "packet"
    outward: bool
    local: SocketAddress
    remote: SocketAddress
    time: Moment
    data: bytes = Field(max_length=0xFFFF)


class SocketClosedEvent(Noun):
    """A socket ended: how many datagrams it says it sent and received, how many the kernel dropped."""

    event: Literal["socket-closed"] = "socket-closed"
    local: SocketAddress
    counted: int = Field(ge=0, le=MAX_COUNT)
    dropped: int = Field(ge=0, le=MAX_COUNT)


class KeyEvent(Noun):
    """A secret of the call: one line in NSS format."""

    event: Literal["key"] = "key"
    line: str = Field(max_length=1000, pattern=r"^[\x20-\x7e]+$")


class RtpEvent(Noun):
    """An RTP packet came in and was authentic: header and payload, after SRTP, in base64."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    event: Literal["rtp"] = "rtp"
    data: bytes = Field(min_length=12, max_length=0xFFFF)


class SoundEvent(Noun):
    """Sound as the user would hear it: mono, samples of 16 bits signed, little end first, in base64."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    event: Literal["sound"] = "sound"
    rate: int = Field(ge=16_000, le=192_000, multiple_of=10)
    data: bytes = Field(min_length=2, max_length=1 << 19)


class PictureEvent(Noun):
    """A picture as the user would see it: its luma, a byte for each pixel, row by row, in base64."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    event: Literal["picture"] = "picture"
    width: int = Field(gt=0, le=LARGEST_PICTURE)
    height: int = Field(gt=0, le=LARGEST_PICTURE)
    data: bytes = Field(min_length=1, max_length=LARGEST_PICTURE)

    @model_validator(mode="after")
    def _has_a_byte_for_each_pixel(self) -> Self:
        if len(self.data) != self.width * self.height:
            raise ValueError(f"{len(self.data)} bytes are no picture of {self.width} x {self.height}")
        return self


def _kind(said: Any) -> str:
    """Which of the lines this is; an event that nobody knows is none of them."""
    return str(said.get("event", "answer")) if isinstance(said, dict) else str(getattr(said, "event", "answer"))


SocketEvent = BoundEvent | PacketEvent | SocketClosedEvent
MediaEvent = RtpEvent | SoundEvent | PictureEvent
Event = FailedEvent | KeyEvent | SocketEvent | MediaEvent
Line = Annotated[
    Annotated[Answer, Tag("answer")]
    | Annotated[FailedEvent, Tag("failed")]
    | Annotated[BoundEvent, Tag("bound")]
    | Annotated[PacketEvent, Tag("packet")]
    | Annotated[SocketClosedEvent, Tag("socket-closed")]
    | Annotated[KeyEvent, Tag("key")]
    | Annotated[RtpEvent, Tag("rtp")]
    | Annotated[SoundEvent, Tag("sound")]
    | Annotated[PictureEvent, Tag("picture")],
    Discriminator(_kind),
]
LINE: Final[TypeAdapter[Answer | Event]] = TypeAdapter(Line)
"""Reads one line. What it refuses is a ValueError."""
