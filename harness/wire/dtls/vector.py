"""A cursor over the presentation language of TLS (RFC 5246 section 4): numbers and length-prefixed vectors."""

from __future__ import annotations


class Cursor:
    """Reads one message from front to back. What does not fit is a ValueError that names the byte and the field."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._data) - self._at

    def take(self, size: int, field: str) -> bytes:
        """The next `size` bytes."""
        if size > self.left:
            raise ValueError(f"{field} at byte {self._at} needs {size} bytes, only {self.left} are there")
        start = self._at
        self._at += size
        return self._data[start : self._at]

    def number(self, size: int, field: str) -> int:
        """The next `size` bytes as an unsigned number."""
        return int.from_bytes(self.take(size, field), "big")

    def vector(self, prefix: int, field: str) -> bytes:
        """A vector with a length of `prefix` bytes in front."""
        return self.take(self.number(prefix, f"length of {field}"), field)

    def numbers(self, prefix: int, size: int, field: str) -> tuple[int, ...]:
        """A vector whose elements are numbers of `size` bytes."""
        body = self.vector(prefix, field)
        if len(body) % size:
            raise ValueError(f"{field} has {len(body)} bytes, not a multiple of {size}")
        return tuple(int.from_bytes(body[at : at + size], "big") for at in range(0, len(body), size))

    def end(self, message: str) -> None:
        """Everything must have been read."""
        if self.left:
            raise ValueError(f"{self.left} bytes follow the end of {message} at byte {self._at}")
