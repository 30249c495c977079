"""What session descriptions say that helps to read a capture: names of extensions, codecs, fingerprints, SDES keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ..wire import sdes
from ..wire.sdp import Fingerprint, Sdp
from .associations import Association, printable

MAX_PROBLEMS: Final = 100

_T = TypeVar("_T")

_RTPMAP: Final = re.compile(r"([0-9]{1,3}) ([!-.0-~]+)/([0-9]{1,9})(?:/([0-9]{1,3}))?")
_EXTMAP: Final = re.compile(r"([0-9]{1,5})(?:/[a-z]+)? ([!-~]+)(?: .*)?")
_LARGEST_PAYLOAD_TYPE: Final = 127


@dataclass(frozen=True, slots=True)
class Codec:
    """What a payload type stands for (RFC 8866 section 6.6): `name` as written, `clock` in Hz; `channels` is 1 when it
    is not said."""

    name: str
    clock: int
    channels: int = 1

    @property
    def encoding(self) -> str:
        """As an rtpmap has it: "opus/48000/2"."""
        return f"{self.name}/{self.clock}" + (f"/{self.channels}" if self.channels > 1 else "")


@dataclass(frozen=True, slots=True)
class Crypto:
    """One `a=crypto` line (RFC 4568 section 9.1) without its keys: `level` is the section from 0, `mki` is in hex."""

    level: int | None
    tag: int
    suite: str
    mki: str = ""


@dataclass(frozen=True)
class Described:
    """`extensions`: URI by id; `codecs` by payload type. What is described twice in different ways is in neither, and
    in `problems`, which also has what could not be read."""

    extensions: dict[int, str] = field(default_factory=dict)
    codecs: dict[int, Codec] = field(default_factory=dict)
    cryptos: tuple[Crypto, ...] = ()
    fingerprints: tuple[Fingerprint, ...] = ()
    problems: tuple[str, ...] = ()


def described(*texts: str) -> Described:
    """Read descriptions of one call, as an offer and its answer. Never raises for anything that they may hold."""
    reading = _Reading()
    for text in texts:
        reading.read(text)
    return reading.result()


def sdes_summaries(cryptos: tuple[Crypto, ...]) -> tuple[Association, ...]:
    """SDES as a key agreement: the keys travel in the signalling, and are not shown here."""
    return tuple(
        Association(
            protocol="SDES",
            suite=printable(one.suite),
            profile=printable(one.suite),
            mki=one.mki,
            place="signalling" if one.level is None else f"signalling, media section {one.level}",
            finished=True,
            details=(f"tag {one.tag}: the key lies open to whoever reads the signalling",),
        )
        for one in cryptos
    )


class _Reading:
    """Gathers what several descriptions say. A key that got two meanings has None."""

    def __init__(self) -> None:
        self._extensions: dict[int, str | None] = {}
        self._codecs: dict[int, Codec | None] = {}
        self._cryptos: list[Crypto] = []
        self._fingerprints: list[Fingerprint] = []
        self._problems: list[str] = []

    def read(self, text: str) -> None:
        try:
            sdp = Sdp.parse(text)
        except ValueError as fault:
            self._problem(str(fault))
            return
        if not any(line.text[1:2] == "=" for line in sdp.lines):
            self._problem("a description has no line of one")
        self._fingerprints += sdp.fingerprints()
        for line in sdp.lines:
            for attribute, take in (("extmap", self._extmap), ("rtpmap", self._rtpmap), ("crypto", self._crypto)):
                value = line.value(attribute)
                if value is not None and not take(line.level, value):
                    self._problem(f"line {line.number} of a description has an a={attribute} that cannot be read")

    def result(self) -> Described:
        return Described(
            {number: name for number, name in self._extensions.items() if name is not None},
            {number: codec for number, codec in self._codecs.items() if codec is not None},
            tuple(self._cryptos),
            tuple(dict.fromkeys(self._fingerprints)),
            tuple(self._problems),
        )

    def _extmap(self, level: int | None, value: str) -> bool:
        found = _EXTMAP.fullmatch(value)
        if found is None:
            return False
        self._mean(self._extensions, int(found[1]), printable(found[2]), "extension")
        return True

    def _rtpmap(self, level: int | None, value: str) -> bool:
        found = _RTPMAP.fullmatch(value.strip())
        if found is None or int(found[1]) > _LARGEST_PAYLOAD_TYPE:
            return False
        codec = Codec(printable(found[2]), int(found[3]), int(found[4] or 1))
        self._mean(self._codecs, int(found[1]), codec, "payload type")
        return True

    def _crypto(self, level: int | None, value: str) -> bool:
        try:
            line = sdes.parse(value)
        except ValueError:
            return False
        self._cryptos.append(Crypto(level, line.tag, line.suite, line.keys[0].mki.hex()))
        return True

    def _mean(self, table: dict[int, _T | None], number: int, meaning: _T, what: str) -> None:
        known = table.setdefault(number, meaning)
        if known is not None and known != meaning:
            table[number] = None
            self._problem(f"{what} {number} is described in different ways")

    def _problem(self, sentence: str) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(sentence)
