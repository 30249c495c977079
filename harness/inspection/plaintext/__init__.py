"""The plaintext test without keys: a stream whose payload decodes as a codec is plaintext, whatever its header claims.

It can refute encryption and never confirm it: that nothing decoded says only that nothing decoded.
"""

from .decoded import Decoded, Reading
from .plaintext_test import PlaintextTest

__all__ = ["Decoded", "PlaintextTest", "Reading"]
