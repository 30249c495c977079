"""Which cryptographic parameters are acceptable: a choice, not a fact. Data in `policy.json`, with sources."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, model_validator

from ...model.base import SCHEMA_VERSION, Noun
from ..policy_file import read_policy

DEFAULT: Final = Path(__file__).with_name("policy.json")


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
    """Allowed lists. `suites` are IANA names, `groups` names of the IANA registry of TLS groups, in which keys are
    agreed on, `profiles` names of the IANA DTLS-SRTP registry, `curves` SEC 2 names of those that certificates are on.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    versions: Rows = Field(min_length=1)
    suites: Rows = Field(min_length=1)
    groups: Rows = Field(min_length=1)
    profiles: Rows = Field(min_length=1)
    curves: Rows
    signature_hashes: Rows = Field(min_length=1)
    minimum_rsa_bits: Minimum

    @model_validator(mode="after")
    def _rows_are_distinct(self) -> Policy:
        for name in ("versions", "suites", "groups", "profiles", "curves", "signature_hashes"):
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
    return read_policy(DEFAULT if path is None else path, Policy)
