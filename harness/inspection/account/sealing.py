"""What is known in the end of how a stream is protected: it decides what the bytes behind the headers are."""

from __future__ import annotations

from typing import NamedTuple

from ...wire.srtp import SrtpProfile


class Sealing(NamedTuple):
    """`encrypted`: whether the payload is ciphertext, None when nothing shows it. `profile`: what appends its tag."""

    encrypted: bool | None = None
    profile: SrtpProfile | None = None
