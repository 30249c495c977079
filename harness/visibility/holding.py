"""What one observer holds of a call: packets as it has them, texts, and sounds, each with the place where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from numpy.typing import NDArray

from ..model.visibility import Content, Observer

_NEWLINE: Final = bytes([10])


@dataclass(frozen=True, eq=False)
class Packets:
    """Datagrams in order, as they are held: protected or in clear. Observers who saw the same hold the same object."""

    place: str
    datagrams: tuple[bytes, ...]


@dataclass(frozen=True)
class Text:
    """A file as bytes; or one datagram, in which there are no lines."""

    place: str
    data: bytes = field(repr=False)
    lines: bool = True

    def at(self, found: bytes) -> str:
        """Where in it something stands that it holds."""
        return f"{self.place}:{self.data.count(_NEWLINE, 0, self.data.index(found)) + 1}" if self.lines else self.place


@dataclass(frozen=True)
class Sound:
    """Samples, mono, 48 kHz."""

    place: str
    pcm: NDArray[Any] = field(repr=False)


@dataclass(frozen=True)
class Tunnel:
    """One direction of a connection that messages went through. `problem`: why it is not TLS to its last byte."""

    place: str
    stream: bytes = field(repr=False)
    records: int
    problem: str | None


@dataclass(frozen=True)
class Messages:
    """Everything that went to and from the service past this observer, as those at its ends had it; and what the
    observer saw of its way: no tunnel where nobody recorded any."""

    texts: tuple[Text, ...]
    tunnels: tuple[Tunnel, ...]


@dataclass(frozen=True)
class Holding:
    """`blind`: contents of which not all is at hand that this observer may hold, and why. `known`: where something was
    found in it by those who search deeper."""

    observer: Observer
    packets: tuple[Packets, ...] = ()
    texts: tuple[Text, ...] = ()
    sounds: tuple[Sound, ...] = ()
    blind: Mapping[Content, str] = field(default_factory=dict)
    known: Mapping[Content, str] = field(default_factory=dict)
    messages: Messages | None = None
