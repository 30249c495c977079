"""Follows ZRTP (RFC 6189): one agreement per leg, as far as it is in clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ...model.voice import counted
from ...vantage.window import Endpoints, Legs, Window
from ...wire import zrtp
from ...wire.demux import PacketClass
from .association import Association
from .certificate import printable

MAX_LEGS: Final = 1024
MAX_MESSAGES: Final = 1000
"""Messages that are read on one leg; an agreement with its retransmissions takes some dozens."""

MAX_PROBLEMS: Final = 20


@dataclass
class _Agreement:
    """What both sides of a leg said; the key is True for what the near side said."""

    first: int
    last: int = 0
    messages: int = 0
    hellos: dict[bool, zrtp.Hello] = field(default_factory=dict)
    commit: tuple[bool, zrtp.Commit] | None = None
    seen: set[tuple[str, bool]] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def read(self, frame: int, near: bool, payload: bytes) -> None:
        self.last = frame
        try:
            message = zrtp.parse(payload)
            if not message.crc_holds:
                raise ValueError("the checksum does not fit")
            self.seen.add((message.type, near))
            if message.type == "Hello":
                self.hellos[near] = zrtp.parse_hello(message.body)
            elif message.type == "Commit":
                self.commit = (near, zrtp.parse_commit(message.body))
        except ValueError as fault:
            if len(self.problems) < MAX_PROBLEMS:
                self.problems.append(f"frame {frame}: {fault}")


class ZrtpFollower:
    """Give it every window in order; then ask for `result`, and for `limits`, sentences on what was not read."""

    def __init__(self) -> None:
        self._legs: dict[int, _Agreement] = {}
        self._unread = 0
        self._names: tuple[Endpoints, Legs] = (Endpoints(), Legs())

    def add(self, window: Window) -> None:
        self._names = (window.endpoints, window.legs)
        for row in window.rows(PacketClass.ZRTP).tolist():
            leg, frame = int(window.leg[row]), int(window.frame[row])
            if leg not in self._legs and len(self._legs) < MAX_LEGS:
                self._legs[leg] = _Agreement(first=frame)
            agreement = self._legs.get(leg)
            if agreement is None or agreement.messages == MAX_MESSAGES:
                self._unread += 1
                continue
            agreement.messages += 1
            agreement.read(frame, bool(window.outward[row]), window.payload(row))

    def result(self) -> tuple[Association, ...]:
        """One per leg on which ZRTP was spoken, in the order of their first frames."""
        return tuple(self._summary(leg, one) for leg, one in self._legs.items() if one.seen)

    def limits(self) -> tuple[str, ...]:
        return (f"{counted(self._unread, 'ZRTP message')} not read: too many",) if self._unread else ()

    def _summary(self, leg: int, one: _Agreement) -> Association:
        endpoints, legs = self._names
        near, far = endpoints.names[legs.found[leg].near], endpoints.names[legs.found[leg].far]
        initiator, commit = one.commit or (None, None)
        versions = {printable(hello.version) for hello in one.hellos.values()}
        return Association(
            protocol="ZRTP",
            version=min(versions, default=None),  # both speak the older of their versions (RFC 6189 section 4.1.1)
            suite=printable(f"{commit.cipher} {commit.hash}") if commit else None,
            group=printable(commit.key_agreement) if commit else None,
            profile=printable(commit.auth_tag) if commit else None,
            leg=leg,
            place=f"{near} ↔ {far}",
            client=None if initiator is None else near if initiator else far,
            server=None if initiator is None else far if initiator else near,
            finished=any({("Confirm1", not side), ("Confirm2", side)} <= one.seen for side in (True, False)),
            first=one.first,
            last=one.last,
            details=tuple(
                f"{near if side else far}: client {printable(hello.client)!r}, ZID {hello.zid.hex()}"
                + (", may re-encrypt (MitM flag)" if hello.mitm else "")
                for side, hello in sorted(one.hellos.items(), reverse=True)
            ),
            problems=tuple(one.problems),
        )
