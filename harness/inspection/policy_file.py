"""Reads a policy: what is a choice stands in a file, and a file that says it wrongly is refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from ..model.base import Noun

MAX_BYTES: Final = 262_144

Kind = TypeVar("Kind", bound=Noun)


def read_policy(source: Path, kind: type[Kind]) -> Kind:
    """The policy of this kind. ValueError says which file, and where in it."""
    try:
        if source.exists() and not source.is_file():
            raise ValueError(f"{source}: is not a regular file")
        with source.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{source}: {error.strerror or error}") from error
    if len(text) > MAX_BYTES:
        raise ValueError(f"{source}: a policy has at most {MAX_BYTES} bytes")
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise ValueError(f"{source}: {place}: {first['msg']}") from error
