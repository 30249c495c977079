"""Which cryptographic parameters are acceptable: a choice, not a fact. Data in `policy.json`, with sources."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError, model_validator

from ...model.base import SCHEMA_VERSION, Noun

DEFAULT: Final = Path(__file__).with_name("policy.json")
MAX_BYTES: Final = 262_144


class Allowed(Noun):
    """One allowed value, and the document that says so."""

    value: str = Field(min_length=1, max_length=80)
    source: str = Field(min_length=1, max_length=200)


class Minimum(Noun):
    """A lower limit, and the document that says so."""

    value: int = Field(ge=0)
    source: str = Field(min_length=1, max_length=200)


Rows = tuple[Allowed, ...]


class Policy(Noun):
    """Allowed lists. `suites` are IANA names, `profiles` names of the IANA DTLS-SRTP registry, `curves` SEC 2 names."""

    schema_version: Literal[1] = SCHEMA_VERSION
    versions: Rows = Field(min_length=1)
    suites: Rows = Field(min_length=1)
    profiles: Rows = Field(min_length=1)
    curves: Rows
    signature_hashes: Rows = Field(min_length=1)
    minimum_rsa_bits: Minimum

    @model_validator(mode="after")
    def _rows_are_distinct(self) -> Policy:
        for name in ("versions", "suites", "profiles", "curves", "signature_hashes"):
            values = [row.value for row in getattr(self, name)]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"{name} lists {twice[0]!r} twice")
        return self


def allows(rows: Rows, value: str | None) -> bool:
    """Whether one of the rows has exactly this value."""
    return any(row.value == value for row in rows)


def load_policy(path: Path | None = None) -> Policy:
    """Read a policy file, the built-in one without a path. ValueError says which file, and where in it."""
    source = DEFAULT if path is None else path
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
        return Policy.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise ValueError(f"{source}: {place}: {first['msg']}") from error
