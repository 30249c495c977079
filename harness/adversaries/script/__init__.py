"""A machine that makes a list of moves: on descriptions, on packets, and by ending DTLS."""

from .script import Script, deed

__all__ = ["Script", "deed"]
