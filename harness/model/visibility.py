"""The visibility matrix: what each observer of a call really got to see of it, beside what was promised."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from .base import SCHEMA_VERSION, Noun
from .mode import Mode

MOST_PLACE: Final = 300


class Content(StrEnum):
    """The rows: everything of a call that somebody might see."""

    AUDIO = "audio"
    VIDEO = "video"
    SCREEN = "screen share"
    CHAT = "chat"
    FILE = "file"
    PRESENCE = "presence"
    SDP = "session description"
    MEDIA_KEYS = "media keys"
    HEADER_FIELDS = "header fields"
    PACKET_LENGTHS = "packet lengths"


class Observer(StrEnum):
    """The columns. `PATH`: who copies the packets next to a party. `RELAY`: who forwards the media. `SERVICE`: its
    process, with its files. `ADVERSARY`: what it wrote down and what passed through its hands. `PEER`: the other one.
    """

    PATH = "path"
    RELAY = "relay"
    SERVICE = "service"
    ADVERSARY = "adversary"
    PEER = "peer"


class Sight(StrEnum):
    """A cell, from the least to the most that can be seen. `NOT_MEASURED` is no amount: nobody could look."""

    ABSENT = "absent"
    CIPHERTEXT = "ciphertext"
    METADATA = "metadata"
    PLAINTEXT = "plaintext"
    NOT_MEASURED = "not measured"


AMOUNTS: Final = (Sight.ABSENT, Sight.CIPHERTEXT, Sight.METADATA, Sight.PLAINTEXT)
"""In order: each shows more than the one before."""


class Cell(Noun):
    """What one observer saw of one content. `where`: the place at which it was found, or why nobody could look.

    `promised` is the most that it may see; None where there is nobody to promise anything of.
    """

    content: Content
    observer: Observer
    sight: Sight
    promised: Sight | None
    where: str = Field(max_length=MOST_PLACE)

    @property
    def beyond(self) -> bool:
        """Plaintext where less was promised: the one excess that is a breach."""
        return self.sight is Sight.PLAINTEXT and self.promised not in (None, Sight.PLAINTEXT)

    @property
    def more(self) -> bool:
        """More than was promised, of whatever kind."""
        if self.promised is None or self.sight is Sight.NOT_MEASURED:
            return False
        return AMOUNTS.index(self.sight) > AMOUNTS.index(self.promised)


class Place(Noun):
    """A cell by its row and its column."""

    content: Content = Field(strict=False)
    observer: Observer = Field(strict=False)

    def __str__(self) -> str:
        return f"{self.content.value} at {self.observer.value}"


class Visibility(Noun):
    """The matrix of one call. `shown`: the mode that its users were shown, by which it is measured."""

    shown: Mode
    cells: tuple[Cell, ...]

    @property
    def beyond(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.beyond)

    def cell(self, content: Content, observer: Observer) -> Cell:
        """KeyError when the matrix has no such cell."""
        found = next((one for one in self.cells if (one.content, one.observer) == (content, observer)), None)
        if found is None:
            raise KeyError((content, observer))
        return found


Amount = Annotated[Sight, Field(strict=False)]


class PromisedRow(Noun):
    """The most that each may see of one content, and where that is said. An adversary is promised nothing: it is
    measured by those in whose place it stands."""

    path: Amount
    relay: Amount
    service: Amount
    peer: Amount
    source: str = Field(min_length=1, max_length=300)

    @model_validator(mode="after")
    def _amounts(self) -> Self:
        if Sight.NOT_MEASURED in (self.path, self.relay, self.service, self.peer):
            raise ValueError("a promise is an amount: absent, ciphertext, metadata or plaintext")
        return self

    def of(self, observer: Observer) -> Sight:
        """KeyError for the adversary."""
        found: dict[Observer, Sight] = {
            Observer.PATH: self.path,
            Observer.RELAY: self.relay,
            Observer.SERVICE: self.service,
            Observer.PEER: self.peer,
        }
        return found[observer]


class Promise(Noun):
    """Every row for every mode."""

    schema_version: Literal[1] = SCHEMA_VERSION
    modes: dict[Annotated[Mode, Field(strict=False)], dict[Annotated[Content, Field(strict=False)], PromisedRow]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for mode in Mode:
            missing = [one.value for one in Content if one not in self.modes.get(mode, {})]
            if missing:
                raise ValueError(f"{mode.value} does not say what may be seen of {missing[0]!r}")
        return self
