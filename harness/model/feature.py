"""The features that an end-to-end encrypted call has to do without, by the names of docs/calling-service.md."""

from __future__ import annotations

from enum import StrEnum


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
