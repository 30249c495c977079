"""One capture on its way through an inspection: the file, its windows, and what the first pass saw in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from ..model.voice import counted
from ..vantage.capture import Capture, open_capture
from ..vantage.layers import NO_MESSAGE, Layers
from ..vantage.rtp_columns import RtpColumns, rtp_columns
from ..vantage.window import NONE, Endpoints, Legs, Window
from ..wire.srtp import PROFILES, SrtpProfile
from .account import ByteAccount
from .associations import Association, AssociationFollower, Followed, QuicFollower, ZrtpFollower, dtls_summary
from .calls import CallEvidence
from .cross_check import CrossCheck
from .ice import IceFollower, IceLeg
from .leaks import LeakFollower
from .plaintext import Decoded, PlaintextTest
from .statistics.battery import Statistics
from .statistics.randomness import Randomness
from .stream_key import StreamKey
from .streams import RtpStream, StreamFollower

_KEPT: Final = 2
"""Windows of a capture that are kept for the later passes when these are all: one of frames, and what waited there."""

Read = tuple[Window, RtpColumns]
"""A window, with its RTP headers read."""


@dataclass
class Captured:
    """`name` is what the capture is called in every answer. The first pass must be over before anything is asked."""

    path: Path
    name: str
    near: Collection[str] = ()
    cross_check: CrossCheck | None = None
    layers: Layers = field(init=False)
    endpoints: Endpoints = field(default_factory=Endpoints)
    legs: Legs = field(default_factory=Legs)

    def __post_init__(self) -> None:
        self.capture: Capture = open_capture(self.path)
        self.account, self.streams = ByteAccount(), StreamFollower()
        self.associations, self.ice = AssociationFollower(), IceFollower()
        self.zrtp, self.quic = ZrtpFollower(), QuicFollower()
        self.plaintext, self.randomness, self.leaks = PlaintextTest(), Randomness(), LeakFollower()
        self._small: tuple[Read, ...] | None = None

    def windows(self) -> Iterator[Read]:
        """Every window from the beginning of the file; the same in each pass. A small capture is read in the first."""
        if self._small is not None:
            yield from self._small
            return
        kept: tuple[Read, ...] | None = ()
        for window in self._read():
            one = window, rtp_columns(window)
            kept = None if kept is None or len(kept) == _KEPT else (*kept, one)
            yield one
        self._small = kept

    def _read(self) -> Iterator[Window]:
        self.layers = Layers(self.near)
        for frames in self.capture.windows():
            yield self.layers.window(frames)
        if (rest := self.layers.finish()) is not None:
            yield rest

    def follow(self) -> None:
        """The first pass."""
        with_rtp = (self.account, self.streams, self.leaks, self.plaintext)
        without = (self.associations, self.ice, self.zrtp, self.quic, self.randomness)
        for window, rtp in self.windows():
            self.endpoints, self.legs = window.endpoints, window.legs
            for follower in with_rtp:
                follower.add(window, rtp)
            for other in without:
                other.add(window)
            if self.cross_check is not None:
                self.cross_check.add(window)

    @cached_property
    def followed(self) -> tuple[Followed, ...]:
        """Every DTLS association."""
        return self.associations.result()

    @cached_property
    def others(self) -> tuple[Association, ...]:
        """Key agreements that are not DTLS."""
        return (*self.zrtp.result(), *self.quic.result())

    @property
    def agreements(self) -> tuple[Association, ...]:
        return (*(dtls_summary(one) for one in self.followed), *self.others)

    @cached_property
    def checks(self) -> tuple[IceLeg, ...]:
        return self.ice.result()

    @cached_property
    def decoded(self) -> Mapping[StreamKey, Decoded]:
        """What each stream's payload is read as, without keys."""
        return self.plaintext.result()

    @cached_property
    def reports(self) -> Mapping[StreamKey, Decoded]:
        """What the RTCP of each sender is read as, without keys."""
        return self.plaintext.rtcp()

    @cached_property
    def statistics(self) -> Mapping[StreamKey, Statistics]:
        """Whether each stream's payload looks like noise."""
        return self.randomness.result()

    @cached_property
    def senders(self) -> tuple[RtpStream, ...]:
        return self.streams.result(self.profile)

    @cached_property
    def evidence(self) -> CallEvidence:
        """What this capture shows of calls."""
        sources: dict[int, set[int]] = {}
        for stream in self.streams.result():
            sources.setdefault(stream.key.leg, set()).add(stream.key.ssrc)
        return CallEvidence(
            name=self.name,
            associations=self.followed,
            ice=self.checks,
            others=self.others,
            near=tuple(self.near),
            sources={leg: frozenset(found) for leg, found in sources.items()},
            limits=tuple(self._unseen()),
        )

    def _unseen(self) -> Iterator[str]:
        """Whatever may have hidden a part of a handshake: after it, nothing can be excluded."""
        yield from self.associations.limits()
        if self.capture.problems:
            yield f"{self.name} is damaged"
        if self.capture.cut_short:
            yield f"{self.name} has {counted(self.capture.cut_short, 'packet')} cut short"
        hiding = ((kind, note) for kind, note in self.layers.problems if kind not in NO_MESSAGE)
        yield from (f"{self.name}: {note.count} × {kind}" for kind, note in hiding)

    @cached_property
    def _finished(self) -> dict[int, Followed]:
        """The last finished handshake of each leg: its keys are in force."""
        return {one.leg: one for one in self.followed if one.dtls.finished}

    def profile(self, leg: int) -> SrtpProfile | None:
        """The SRTP profile that was agreed on for a leg; None when that was not seen."""
        found = self._finished.get(leg)
        return PROFILES.get(found.dtls.srtp_profile or "") if found else None

    def suite(self, leg: int) -> str | None:
        """The cipher suite of a leg."""
        found = self._finished.get(leg)
        return found.dtls.suite_iana if found else None

    def agreed(self, leg: int) -> str | None:
        """Which finished key agreement protects the media of a leg, in a few words; None when none was seen."""
        if leg in self._finished and self._finished[leg].dtls.client_hello is not None:
            hello = self._finished[leg].dtls.client_hello
            return "DTLS-SRTP" if hello and hello.srtp_profiles else None
        return next((one.protocol for one in self.zrtp.result() if one.leg == leg and one.finished), None)

    def leg(self, leg: int) -> str:
        """A leg by name, as findings have it."""
        if leg == NONE:
            return self.name
        ends = self.legs.found[leg]
        return f"{self.name} {self.endpoints.names[ends.near]} ↔ {self.endpoints.names[ends.far]}"

    def ends(self, key: StreamKey) -> tuple[str, str]:
        """(source, destination) of a stream."""
        ends = self.legs.found[key.leg]
        names = self.endpoints.names[ends.near], self.endpoints.names[ends.far]
        return names if key.outward else (names[1], names[0])
