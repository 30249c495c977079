"""Good ciphers, misused: an index or a nonce used twice, counters that start again, keys and numbers that repeat."""

from .findings import Surroundings, misuse_findings
from .follower import Limits, Misuse, MisuseFollower
from .key_pairs import KeyPair, key_findings
from .predictable import predictable
from .proof import REFUSED, UNKNOWN, Proof

__all__ = [
    "REFUSED",
    "UNKNOWN",
    "KeyPair",
    "Limits",
    "Misuse",
    "MisuseFollower",
    "Proof",
    "Surroundings",
    "key_findings",
    "misuse_findings",
    "predictable",
]
