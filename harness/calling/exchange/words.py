"""The words that both directions of the signalling share, with their bounds (docs/calling-service.md)."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, FailFast, Field

MOST_FRAME: Final = 262_144
"""Bytes of one frame."""
MOST_CHAT: Final = 4000
MOST_CANDIDATES: Final = 64
MOST_NAME: Final = 128


class Medium(StrEnum):
    """What a call carries."""

    AUDIO = "audio"
    VIDEO = "video"
    SCREEN = "screen"


class Presence(StrEnum):
    """What the directory says of a user. Nobody can choose to be offline; who has no device connected is."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    OFFLINE = "offline"


def _writable(text: str) -> str:
    """What people write may have line ends and joiners, and nothing that steers a terminal or is no character."""
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs"):
            raise ValueError(f"the character U+{ord(character):04X} is not taken")
    return text


def _distinct(media: tuple[Medium, ...]) -> tuple[Medium, ...]:
    if len(set(media)) != len(media):
        raise ValueError("a medium is named twice")
    return media


CallId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
UserName = Annotated[str, Field(min_length=1, max_length=MOST_NAME), AfterValidator(_writable)]
Sdp = Annotated[str, Field(min_length=1, max_length=MOST_FRAME)]
Candidate = Annotated[str, Field(max_length=512)]
Candidates = Annotated[tuple[Candidate, ...], FailFast(), Field(min_length=1, max_length=MOST_CANDIDATES)]
Media = Annotated[tuple[Medium, ...], FailFast(), Field(min_length=1, max_length=3), AfterValidator(_distinct)]
ChatText = Annotated[str, Field(min_length=1, max_length=MOST_CHAT), AfterValidator(_writable)]
Argument = Annotated[str, Field(max_length=MOST_NAME), AfterValidator(_writable)]
