"""Reads captures: pcap and pcapng, plain or compressed, sound or damaged, whatever their size."""

from .capture import Capture, open_capture
from .interface import Interface
from .problem import CaptureError, Problem

__all__ = ["Capture", "CaptureError", "Interface", "Problem", "open_capture"]
