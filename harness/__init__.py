"""A test harness that detects, and proves, interception of end-to-end-encrypted calls."""

__version__ = "0.1.0"
