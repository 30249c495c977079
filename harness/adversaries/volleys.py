"""Which packets, when, to whom, how fast: from what a scenario says to the volley that does it."""

from __future__ import annotations

from typing import Final

from ..model.adversary import (
    ClientHelloRace,
    DtlsJunk,
    MalformedMedia,
    RocPoisoning,
    RtpBleed,
    SrtpFlood,
    SsrcCollision,
    StunForgery,
    StunHijack,
)
from ..model.base import Party
from . import dtls_forgery
from . import malformed_media as malformed
from . import stun_hijack as hijack
from .forged_media import ForgedMedia, Place, ahead, far_away, next_ones, onwards
from .machine import Machine
from .rtp_streams import RtpStreams
from .volley import Phase, Volley

RACE: Final = 0.002
"""Seconds between packets that must be there before the true ones: a fiftieth of what a set-up takes at its fastest."""

_FLOOD_TICKS: Final = 40


def clienthello_race(one: ClientHelloRace, seed: str) -> Volley:
    """From the moment an address is known until the call is up."""
    to = tuple(party for party in Party if party.role in one.towards)
    maker = dtls_forgery.ClientHellos(seed)
    return Volley(maker, one.packets, on_path=one.on_path, phase=Phase.SETUP, to=to, interval=RACE)


def dtls_junk(one: DtlsJunk, seed: str) -> Machine:
    """While the call is being set up (on the path, until there are keys), or once it is up."""
    phase = Phase(one.during)
    maker = dtls_forgery.DtlsJunk(one.noise, seed, before_keys=phase is Phase.SETUP)
    volley = Volley(maker, one.packets, on_path=one.on_path, phase=phase, interval=RACE)
    return dtls_forgery.NoiseInFront(volley, maker) if one.on_path and phase is Phase.SETUP else volley


def stun_hijack(one: StunHijack, seed: str) -> Machine:
    """From the first moment on: before, between and after the true checks."""
    maker = hijack.StunHijack(one.forgery, seed)
    volley = Volley(maker, one.packets, on_path=one.on_path, phase=Phase.ALWAYS)
    return hijack.RoleConflict(volley) if one.on_path and one.forgery is StunForgery.ROLE_CONFLICT else volley


def rtp_bleed(one: RtpBleed, seed: str) -> Volley:
    """From the first moment on: who learns its peer from what comes first learns the wrong one."""
    return _forged(one, seed, onwards, phase=Phase.ALWAYS)


def srtp_flood(one: SrtpFlood, seed: str) -> Volley:
    """All of it within 0.8 s."""
    return _forged(one, seed, onwards, batch=-(-one.packets // _FLOOD_TICKS))


def roc_poisoning(one: RocPoisoning, seed: str) -> Volley:
    """While media flows."""
    return _forged(one, seed, far_away if one.distance == "far" else ahead)


def ssrc_collision(one: SsrcCollision, seed: str) -> Volley:
    """While media flows."""
    return _forged(one, seed, next_ones)


def malformed_media(one: MalformedMedia, seed: str) -> Volley:
    """While media flows."""
    maker = malformed.MalformedMedia(one.malformation, RtpStreams(seed, on_path=one.on_path))
    return Volley(maker, one.packets, on_path=one.on_path)


def _forged(
    one: RtpBleed | SrtpFlood | RocPoisoning | SsrcCollision,
    seed: str,
    place: Place,
    *,
    phase: Phase = Phase.CALL,
    batch: int = 1,
) -> Volley:
    maker = ForgedMedia(RtpStreams(seed, on_path=one.on_path), place)
    return Volley(maker, one.packets, on_path=one.on_path, phase=phase, batch=batch)
