"""Frames taken apart, layer by layer: link, network, transport, and TURN, up to the messages of a call."""

from .flows import MOST_LEGS
from .layers import Layers
from .notes import Note, Notes
from .tunnels import NO_MESSAGE

__all__ = ["MOST_LEGS", "NO_MESSAGE", "Layers", "Note", "Notes"]
