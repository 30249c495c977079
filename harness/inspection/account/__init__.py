"""The byte account: one label for every captured byte, and none for two."""

from .account import ByteAccount, Totals
from .sealing import Sealing

__all__ = ["ByteAccount", "Sealing", "Totals"]
