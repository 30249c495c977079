"""How much each leak weighs: a choice, not a fact. Data in `policy.json`, with sources."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from ...model.base import SCHEMA_VERSION, Noun
from ...model.finding import Severity
from ..policy_file import read_policy

DEFAULT: Final = Path(__file__).with_name("policy.json")

Source = Annotated[str, Field(min_length=1, max_length=200)]


class Leak(StrEnum):
    """Everything that a policy has to weigh."""

    RTP_HEADER = "rtp-header"
    AUDIO_LEVEL = "audio-level"
    MIXER_AUDIO_LEVEL = "mixer-audio-level"
    CONTRIBUTING_SOURCES = "contributing-sources"
    MID = "mid"
    RID = "rid"
    CNAME = "cname"
    SEND_TIME = "send-time"
    TRANSPORT_SEQUENCE = "transport-sequence"
    VIDEO_ORIENTATION = "video-orientation"
    PLAYOUT_DELAY = "playout-delay"
    FRAME_STRUCTURE = "frame-structure"
    VIDEO_DESCRIPTION = "video-description"
    OTHER_EXTENSION = "other-extension"
    SPEECH_ACTIVITY = "speech-activity"
    SPEECH_IN_LENGTH = "speech-in-length"
    LINKABILITY = "linkability"


class Weight(Noun):
    """One leak, what it weighs, and the document that says so."""

    leak: Leak
    severity: Severity
    source: Source


class Threshold(Noun):
    """A correlation from which on two curves are said to follow each other, and where that comes from."""

    value: float = Field(gt=0, le=1)
    source: Source


class LeakPolicy(Noun):
    """A weight for every leak, each exactly once."""

    schema_version: Literal[1] = SCHEMA_VERSION
    minimum_correlation: Threshold
    leaks: tuple[Weight, ...]

    @model_validator(mode="after")
    def _every_leak_once(self) -> LeakPolicy:
        weighed = [weight.leak for weight in self.leaks]
        twice = sorted({leak for leak in weighed if weighed.count(leak) > 1})
        missing = [leak for leak in Leak if leak not in weighed]
        if twice:
            raise ValueError(f"leaks weighs {twice[0].value!r} twice")
        if missing:
            raise ValueError(f"leaks does not weigh {missing[0].value!r}")
        return self

    def severity(self, leak: Leak) -> Severity:
        return next(weight.severity for weight in self.leaks if weight.leak is leak)


def load_leak_policy(path: Path | None = None) -> LeakPolicy:
    """Read a policy file, the built-in one without a path. ValueError says which file, and where in it."""
    return read_policy(DEFAULT if path is None else path, LeakPolicy)
