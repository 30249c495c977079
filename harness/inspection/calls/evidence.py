"""What one capture shows of calls: the input of every question about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..associations import Association, Followed
from ..endpoint_name import host_of, is_at
from ..ice import IceLeg


@dataclass(frozen=True)
class OpenMedia:
    """Media on one leg of which no handshake of this capture is known to have made the keys.

    Who is in between may read it, however untouched the handshakes are that were seen. `last`: time of its last packet.
    `both_ways`: each end sent some, which no stranger can bring about. `why` is a sentence.
    """

    near: str
    far: str
    last: float
    both_ways: bool
    why: str

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset((host_of(self.near), host_of(self.far)))


@dataclass(frozen=True)
class CallEvidence:
    """`name` is the capture's file name. `others`: key agreements that are not DTLS. `near`: the
    addresses that the user calls the side of this capture. `sources`: the SSRCs of each leg,
    where they are known; by them two legs of a relay are recognised as one call. `limits`: sentences on handshakes
    that could not be followed, after which nothing can be excluded any more. `open_media`: media that no handshake
    protects, as far as is known.
    """

    name: str
    associations: tuple[Followed, ...]
    ice: tuple[IceLeg, ...] = ()
    others: tuple[Association, ...] = ()
    near: tuple[str, ...] = ()
    sources: Mapping[int, frozenset[int]] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    open_media: tuple[OpenMedia, ...] = ()

    def ice_of(self, leg: int) -> IceLeg | None:
        return self._ice_by_leg.get(leg)

    @cached_property
    def _ice_by_leg(self) -> dict[int, IceLeg]:
        return {one.leg: one for one in self.ice}

    def open_media_of(self, host: str) -> Sequence[OpenMedia]:
        return self._open_media_by_host.get(host, ())

    @cached_property
    def _open_media_by_host(self) -> dict[str, list[OpenMedia]]:
        found: dict[str, list[OpenMedia]] = {}
        for one in self.open_media:
            for host in one.hosts:
                found.setdefault(host, []).append(one)
        return found

    def local_near(self, followed: Followed) -> bool | None:
        """Whether the near end is the side of this capture: the user says so, or the direction of the packets does."""
        named = [any(is_at(end, address) for address in self.near) for end in (followed.near, followed.far)]
        return followed.local_near if named[0] == named[1] else named[0]


@dataclass(frozen=True)
class Seen:
    """One association as one capture shows it."""

    evidence: CallEvidence
    followed: Followed

    @property
    def where(self) -> str:
        """Capture and frames, as a person looks them up."""
        return f"{self.evidence.name} frames {self.followed.dtls.first}–{self.followed.dtls.last}"

    @property
    def handshake(self) -> tuple[bytes | None, bytes | None]:
        """What tells one handshake from every other: the randoms of client and server."""
        return self.followed.dtls.client_random, self.followed.dtls.server_random


def hosts_of(one: Followed) -> frozenset[str]:
    """The hosts of both ends; one, when a host talks to itself."""
    return frozenset((host_of(one.near), host_of(one.far)))
