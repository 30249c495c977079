"""The features that an end-to-end encrypted call has to do without, by the names of docs/calling-service.md."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from .base import Noun

LOCKED: Final = "locked-feature"
"""The reason with which the service refuses a feature in an end-to-end encrypted call."""

NOT_NOW: Final = "not-now"
"""The reason with which it refuses what cannot be had as the call stands."""


class Feature(StrEnum):
    """What a party of an ordinary call can ask the service for."""

    CAPTIONS = "captions"
    TRANSCRIPTION = "transcription"
    RECORDING = "recording"
    TRANSFER = "transfer"
    CONSULT_TRANSFER = "consult-transfer"
    MERGE = "merge"
    ADD_PARTICIPANT = "add-participant"
    PARK = "park"
    COMPANION = "companion"
    VOICEMAIL = "voicemail"
    SIMULTANEOUS_RING = "simultaneous-ring"


NAMES: Final = {
    Feature.CAPTIONS: "Live captions",
    Feature.TRANSCRIPTION: "Transcription",
    Feature.RECORDING: "Recording",
    Feature.TRANSFER: "Call transfer",
    Feature.MERGE: "Call merge",
    Feature.PARK: "Call park",
    Feature.CONSULT_TRANSFER: "Consult, then transfer",
    Feature.COMPANION: "A companion device, or transfer to another device,",
    Feature.ADD_PARTICIPANT: "Adding a participant",
    Feature.VOICEMAIL: "Forwarding to voicemail",
    Feature.SIMULTANEOUS_RING: "Simultaneous ringing",
}
"""What people call them: the service refuses each by its name."""


class FeatureRequest(Noun):
    """A party asks for a feature, or the service says that it is on: the body of such a message.

    `argument`: whom or what it takes, as the one that a call is handed over to.
    """

    feature: Feature = Field(strict=False)
    on: bool = True
    argument: str = Field(default="", max_length=4000)


class FeatureRefusal(Noun):
    """The service refuses a feature, with a sentence that names it: the body of such a message."""

    feature: Feature = Field(strict=False)
    reason: Literal["locked-feature", "not-now"] = LOCKED
    detail: str = Field(max_length=1000)
