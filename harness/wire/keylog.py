"""Key logs in NSS format (RFC 9850): what a TLS or DTLS endpoint wrote down of its secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MAX_KEYLOG: Final = 1 << 24
"""Characters of the longest key log that is read."""

MAX_PROBLEMS: Final = 100
"""Problems of one key log that are told one by one; the last one then counts the others."""

RANDOM_BYTES: Final = 32
MASTER_BYTES: Final = 48

_LINE: Final = re.compile(r"([A-Z0-9_]{1,64}) ((?:[0-9a-fA-F]{2})+) ((?:[0-9a-fA-F]{2})+)")


class Label(StrEnum):
    """The labels whose secrets are kept; others are passed over."""

    MASTER = "CLIENT_RANDOM"
    """TLS and DTLS up to 1.2: the master secret."""
    EXPORTER = "EXPORTER_SECRET"
    """1.3: what keying material is exported from."""
    CLIENT_HANDSHAKE = "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
    SERVER_HANDSHAKE = "SERVER_HANDSHAKE_TRAFFIC_SECRET"
    """1.3: what the handshake itself is encrypted with, the certificates and the SRTP profile among it."""


_LABELS: Final = {str(label): label for label in Label}

_SIZES: Final = {
    Label.MASTER: (MASTER_BYTES,),
    # One digest of the suite's hash: SHA-256 or SHA-384 in every suite of TLS 1.3.
    Label.EXPORTER: (32, 48),
    Label.CLIENT_HANDSHAKE: (32, 48),
    Label.SERVER_HANDSHAKE: (32, 48),
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets by label and by client random (32 bytes)."""

    by_label: Mapping[Label, Mapping[bytes, bytes]] = field(default_factory=dict, repr=False)

    def of(self, label: Label) -> Mapping[bytes, bytes]:
        """The secrets with this label, by client random."""
        return self.by_label.get(label, {})

    def __or__(self, other: Secrets) -> Secrets:
        """Both; where they contradict each other, what `self` says."""
        return Secrets({label: {**other.of(label), **self.of(label)} for label in Label})

    def __len__(self) -> int:
        return sum(len(secrets) for secrets in self.by_label.values())


def read_keylog(text: str) -> tuple[Secrets, tuple[str, ...]]:
    """The secrets of a key log that anybody may have written, and one sentence about each line that is wrong.

    Comments, empty lines and well-formed lines with other labels are passed over. When two lines contradict each other
    the first one counts. ValueError when the text is longer than MAX_KEYLOG.
    """
    if len(text) > MAX_KEYLOG:
        raise ValueError(f"the key log is longer than {MAX_KEYLOG} characters")
    secrets: dict[Label, dict[bytes, bytes]] = {label: {} for label in Label}
    problems: list[str] = []
    wrong = 0
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        fault = _read_line(secrets, line) if line and not line.startswith("#") else None
        if fault is not None:
            wrong += 1
            if wrong <= MAX_PROBLEMS:
                problems.append(f"line {number} of the key log {fault}")
    if wrong > MAX_PROBLEMS:
        problems.append(f"{wrong - MAX_PROBLEMS} more lines of the key log are wrong")
    return Secrets(secrets), tuple(problems)


def parse_keylog(text: str) -> dict[bytes, bytes]:
    """Master secrets (48 bytes) by client random, from a key log of our own: ValueError at the first wrong line."""
    secrets, problems = read_keylog(text)
    if problems:
        raise ValueError(problems[0])
    return dict(secrets.of(Label.MASTER))


def parse_session_secrets(text: str) -> dict[bytes, bytes]:
    """By client random, the secret from which SRTP keys come: the master secret, and the exporter's under DTLS 1.3.

    ValueError at the first wrong line of a key log of our own.
    """
    secrets, problems = read_keylog(text)
    if problems:
        raise ValueError(problems[0])
    return {**secrets.of(Label.EXPORTER), **secrets.of(Label.MASTER)}


def _read_line(secrets: dict[Label, dict[bytes, bytes]], line: str) -> str | None:
    # The words never quote the line: it may hold a secret.
    fields = _LINE.fullmatch(line)
    if not fields:
        return "is not a label and two hexadecimal fields"
    label = _LABELS.get(fields[1])
    if label is None:
        return None
    random, secret = bytes.fromhex(fields[2]), bytes.fromhex(fields[3])
    if len(random) != RANDOM_BYTES or len(secret) not in _SIZES[label]:
        return f"has a random of {len(random)} or a secret of {len(secret)} bytes"
    if secrets[label].setdefault(random, secret) != secret:
        return "contradicts an earlier line for the same client random"
    return None
