"""A certificate fingerprint in SDP (RFC 8122 section 5)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

_DIGEST_BYTES: Final = {"md2": 16, "md5": 16, "sha-1": 20, "sha-224": 28, "sha-256": 32, "sha-384": 48, "sha-512": 64}
"""Every hash function that RFC 8122 names, with the bytes of its digest."""

_VALUE: Final = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an `a=fingerprint` line says, right or wrong.

    `level` is the media section, counted from 0, or None at session level. `algorithm` and `value` are as written.
    """

    level: int | None
    algorithm: str
    value: str

    @classmethod
    def parse(cls, level: int | None, text: str) -> Fingerprint:
        """Split the value of an attribute. Never fails: a line that is nonsense is a fingerprint that is unusable.

        White space is taken as loosely as the stacks take it.
        """
        algorithm, value, *_ = [*text.strip().split(None, 1), "", ""]
        return cls(level, algorithm, value)

    @classmethod
    def of(cls, certificate: bytes, algorithm: str = "sha-256", level: int | None = None) -> Fingerprint:
        """The fingerprint of a DER certificate; ValueError when the hash function is not available."""
        digest = _hash(algorithm, certificate)
        if digest is None:
            raise ValueError(f"no hash function {algorithm!r} is available")
        return cls(level, algorithm, digest.hex(":").upper())

    def __str__(self) -> str:
        """The value of the attribute."""
        return f"{self.algorithm} {self.value}" if self.value else self.algorithm

    def digest(self) -> bytes | None:
        """The bytes it stands for, or None when it is not a well-formed fingerprint of a known hash function.

        Digits of either case are taken: RFC 8122 wants upper case, stacks accept both.
        """
        size = _DIGEST_BYTES.get(self.algorithm.lower())
        if size is None or not _VALUE.fullmatch(self.value):
            return None
        digest = bytes.fromhex(self.value.replace(":", ""))
        return digest if len(digest) == size else None

    def matches(self, certificate: bytes) -> bool:
        """Whether it is the fingerprint of this DER certificate; False also when it is unusable."""
        digest = self.digest()
        return digest is not None and digest == _hash(self.algorithm, certificate)


def _hash(algorithm: str, certificate: bytes) -> bytes | None:
    name = algorithm.lower()
    if name not in _DIGEST_BYTES or name == "md2":
        return None
    # Weak functions are computed to say whether a weak fingerprint is at least true, not to trust it.
    return hashlib.new(name.replace("-", ""), certificate, usedforsecurity=False).digest()
