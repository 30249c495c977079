"""A session description that keeps every line as it was written.

Parsing and printing give the identical text, whatever it holds, so that a change is the change that was asked for and
nothing else. Lines end where RFC 8866 section 5 says: at CRLF, or at a single LF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

from .candidate import Candidate
from .fingerprint import Fingerprint
from .media import Media

_P = ParamSpec("_P")
_T = TypeVar("_T")

MAX_SIZE: Final = 262_144
"""Characters of the longest description that is read."""

MAX_LINES: Final = 4096


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its ending. `number` counts from 1; `level` is its media section from 0, or None."""

    number: int
    level: int | None
    text: str

    def value(self, attribute: str) -> str | None:
        """What `a=attribute:` says in this line: "" when it is only a flag, None when it is another line."""
        head = f"a={attribute}"
        if self.text == head:
            return ""
        return self.text[len(head) + 1 :] if self.text.startswith(f"{head}:") else None


@dataclass(frozen=True, slots=True)
class Sdp:
    """A description. Changing one gives a new one; `raw` holds the lines with their endings."""

    raw: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Sdp:
        """Split a description into lines; ValueError when it is larger than MAX_SIZE or MAX_LINES."""
        if len(text) > MAX_SIZE:
            raise ValueError(f"the description has {len(text)} characters, more than {MAX_SIZE}")
        lines = text.split("\n")
        if len(lines) > MAX_LINES:
            raise ValueError(f"the description has more than {MAX_LINES} lines")
        last = (lines[-1],) if lines[-1] else ()
        return cls(tuple(f"{line}\n" for line in lines[:-1]) + last)

    def __str__(self) -> str:
        return "".join(self.raw)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, with its number and its level."""
        found = []
        level: int | None = None
        for number, raw in enumerate(self.raw, start=1):
            if raw.startswith("m="):
                level = 0 if level is None else level + 1
            found.append(Line(number, level, raw[: len(raw) - len(_ending(raw))]))
        return tuple(found)

    # what auditors ask

    def values(self, attribute: str) -> tuple[tuple[int | None, str], ...]:
        """(level, value) of every `a=attribute` line, in order; the value is "" for a flag."""
        return tuple((line.level, value) for line in self.lines if (value := line.value(attribute)) is not None)

    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Every fingerprint, usable or not."""
        return tuple(Fingerprint.parse(level, value) for level, value in self.values("fingerprint"))

    def setups(self) -> tuple[tuple[int | None, str], ...]:
        """(level, value) of every `a=setup` (RFC 4145, RFC 8842)."""
        return self.values("setup")

    def cryptos(self) -> tuple[tuple[int | None, str], ...]:
        """(level, value) of every `a=crypto`: media keys in the description itself (SDES, RFC 4568)."""
        return self.values("crypto")

    def candidates(self) -> tuple[tuple[int | None, Candidate], ...]:
        """(level, candidate) of every `a=candidate`; ValueError, naming the line, when one is malformed."""
        found = []
        for line in self.lines:
            value = line.value("candidate")
            if value is not None:
                found.append((line.level, _placed(line, Candidate.parse, value)))
        return tuple(found)

    def media(self) -> tuple[Media, ...]:
        """Every media section by its m= line; ValueError, naming the line, when one is malformed."""
        return tuple(
            _placed(line, Media.parse, line.level, line.text)
            for line in self.lines
            if line.level is not None and line.text.startswith("m=")
        )

    # what attackers do

    def rewrite(self, change: Callable[[Line], Iterable[str]]) -> Sdp:
        """Each line replaced by the lines that `change` gives for it: none, itself, or several."""
        newline = self._newline()
        pieces = []
        for raw, line in zip(self.raw, self.lines, strict=True):
            new = tuple(change(line))
            if new:
                pieces.append(newline.join(new) + _ending(raw))
        return Sdp.parse("".join(pieces))

    def replace(self, attribute: str, value: str, level: int | None = None) -> Sdp:
        """Every `a=attribute` says `value`; with a level, only in that media section."""
        return self._map(attribute, lambda line, old: value if level in (None, line.level) else old)

    def remove(self, attribute: str, level: int | None = None) -> Sdp:
        """Without `a=attribute` lines; with a level, only in that media section."""
        return self._map(attribute, lambda line, old: None if level in (None, line.level) else old)

    def insert(self, text: str, level: int | None = None) -> Sdp:
        """One more line at the end of a media section, or of the session level; ValueError without that section."""
        lines = self.lines
        if level is not None and all(line.level != level for line in lines):
            raise ValueError(f"the description has no media section {level}")
        at = sum(1 for line in lines if line.level is None or (level is not None and line.level <= level))
        newline = self._newline()
        before = "".join(self.raw[:at])
        if before and not before.endswith("\n"):
            before += newline
        return Sdp.parse(f"{before}{text}{newline}{''.join(self.raw[at:])}")

    def map_fingerprints(self, change: Callable[[Fingerprint], Fingerprint | None]) -> Sdp:
        """Every fingerprint replaced; None takes the line away."""
        return self._map("fingerprint", lambda line, old: _changed(change, Fingerprint.parse(line.level, old), old))

    def map_candidates(self, change: Callable[[Candidate], Candidate | None]) -> Sdp:
        """Every candidate replaced; None takes the line away. ValueError, naming the line, when one is malformed."""
        return self._map("candidate", lambda line, old: _changed(change, _placed(line, Candidate.parse, old), old))

    def with_setup(self, value: str) -> Sdp:
        """Every `a=setup` says `value`."""
        return self.replace("setup", value)

    def with_protocol(self, protocol: str) -> Sdp:
        """Every m= line of audio and video names `protocol`, like RTP/AVP (RFC 8866 section 5.14)."""
        return self.rewrite(lambda line: (_with_protocol(line.text, protocol),))

    def _map(self, attribute: str, change: Callable[[Line, str], str | None]) -> Sdp:
        def changed(line: Line) -> Iterable[str]:
            old = line.value(attribute)
            if old is None:
                return (line.text,)
            new = change(line, old)
            if new is None:
                return ()
            return (f"a={attribute}:{new}" if new != old else line.text,)

        return self.rewrite(changed)

    def _newline(self) -> str:
        """What ends lines here: as the first line does, or CRLF."""
        return (_ending(self.raw[0]) if self.raw else "") or "\r\n"


def _ending(raw: str) -> str:
    if raw.endswith("\r\n"):
        return "\r\n"
    return "\n" if raw.endswith("\n") else ""


def _changed(change: Callable[[_T], _T | None], value: _T, text: str) -> str | None:
    """The changed value as text. One that stays the same keeps the spelling it had."""
    new = change(value)
    if new == value:
        return text
    return None if new is None else str(new)


def _placed(line: Line, parse: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """What `parse` gives, or its ValueError with the line's number in front."""
    try:
        return parse(*args, **kwargs)
    except ValueError as fault:
        raise ValueError(f"line {line.number}: {fault}") from fault


def _with_protocol(text: str, protocol: str) -> str:
    fields = text.split(" ")
    if not text.startswith(("m=audio ", "m=video ")) or len(fields) < 4:
        return text
    return " ".join((*fields[:2], protocol, *fields[3:]))
