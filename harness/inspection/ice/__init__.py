"""ICE (RFC 8445) as an observer sees it: checks, their answers, and who controls."""

from .check import Check
from .follower import IceFollower
from .leg import IceLeg

__all__ = ["Check", "IceFollower", "IceLeg"]
