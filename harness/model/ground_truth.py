"""Ground truth: what was really sent, and what the adversary shows that it did and got. Auditors never see it."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from .base import Asset, Noun, Party

PEER_SENT: Final = "packets-sent-as-a-peer"
"""The deed of a client that attacks its peer."""


class SentMarker(Noun):
    """The marker that `sender` put into `asset`, as 16 hex digits."""

    asset: Asset
    sender: Party
    marker: str = Field(pattern=r"^[0-9a-f]{16}$")


class GuestMarker(Noun):
    """The marker that a further device put into `asset`, as 16 hex digits."""

    device: str = Field(max_length=32)
    asset: Asset
    marker: str = Field(pattern=r"^[0-9a-f]{16}$")


class GroundTruth(Noun):
    """What happened, by those who did it.

    `deeds` counts each thing the adversary did; every name in `required` must have happened at least once, or the
    attack did not take place and the scenario is INVALID. `loot` names the file of what the adversary wrote down, and
    `loot_packets` says how many pieces it holds, as counted by the file's writer and not by the adversary. `guests`
    holds the markers of the devices that the service brought in.
    """

    markers: tuple[SentMarker, ...]
    adversary: str | None
    required: tuple[str, ...] = ()
    deeds: dict[str, int] = {}
    loot: str | None = None
    loot_packets: int = Field(default=0, ge=0)
    guests: tuple[GuestMarker, ...] = ()

    @property
    def ended_one(self) -> bool:
        """Whether the adversary says that a DTLS handshake with one of the two, at least, came to its end."""
        return any(self.deeds.get(ended_with(party), 0) for party in Party)

    @property
    def ended_both(self) -> bool:
        """Whether the adversary says that a DTLS handshake with each of the two came to its end."""
        return all(self.deeds.get(ended_with(party), 0) for party in Party)


def ended_with(party: Party) -> str:
    """The deed of an adversary whose own DTLS handshake with this party came to its end, and gave keys."""
    return f"dtls-ended-{party}"


class Recovered(Noun):
    """A marker decoded from what the adversary wrote down: media of `sender`, checksum correct."""

    asset: Asset
    sender: Party
    marker: str = Field(pattern=r"^[0-9a-f]{16}$")
