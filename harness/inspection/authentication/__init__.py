"""Proof with keys: which packets a holder of the keys made, and what they say (RFC 3711 section 3.3)."""

from .authenticator import MAX_SENDERS, Authenticator, Judged, Plain
from .fate import Failure, Fate, SenderProof, Why

__all__ = ["MAX_SENDERS", "Authenticator", "Failure", "Fate", "Judged", "Plain", "SenderProof", "Why"]
