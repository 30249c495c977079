"""What OpenSSL agreed on is asked of a library that can say it, or of none; real handshakes: tests/live."""

from __future__ import annotations

import ctypes

import pytest

from harness.endpoints.gstreamer.agreed import Agreed


def test_a_library_that_cannot_be_asked_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(LookupError, match="SSL_get_version"):
        Agreed(ctypes.CDLL("libm.so.6"))
