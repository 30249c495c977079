"""Clients that negotiate well and then treat media badly (RFC 3711)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from ...model.base import Asset
from ..aiortc import AiortcEndpoint
from ..aiortc_door import DtlsTransport, FallbackTransport, NullProfileTransport, Transport
from ..media import MarkerTrack
from ..sessions import ForgetfulSession, Inbound, Outbound, null_cipher_sessions
from .sessions import (
    Accompanied,
    ClearReportsTaken,
    ClearTaken,
    FirstInClear,
    ForgeryListed,
    ReportsInClear,
    SomeInClear,
    TagIgnored,
)

FIRST_IN_CLEAR: Final = 20
TELEMETRY: Final = b"x-telemetry: a packet has been sent"
"""Its first byte belongs to no protocol of a call (RFC 7983)."""

_DISCARD: Final = 9
_TELEMETRY_EVERY: Final = 10

Sessions = tuple[Inbound, Outbound]


def with_sessions(
    change: Callable[[DtlsTransport, Inbound, Outbound], Sessions], *, profiles: tuple[str, ...] = ()
) -> type[Transport]:
    """A transport like the healthy one, but for its SRTP sessions; `profiles` as in DtlsTransport."""

    class Changed(DtlsTransport):
        def sessions(self) -> Sessions:
            return change(self, *super().sessions())

    Changed.profiles = profiles
    return Changed


class NullCipher(AiortcEndpoint):
    """Negotiates an honest SRTP profile and then only authenticates: the media goes out in clear, with a valid tag."""

    transport = with_sessions(lambda dtls, _in, _out: null_cipher_sessions(*dtls.keys_and_salts()))


class NullProfile(AiortcEndpoint):
    """Offers and takes the SRTP profile that does not encrypt."""

    transport: ClassVar[type[Transport]] = NullProfileTransport


def _forgetful(dtls: DtlsTransport, _inbound: Inbound, outbound: Outbound) -> Sessions:
    return ForgetfulSession(dtls.keys_and_salts()[0], profile_of(dtls)), outbound


class ReplayAccepted(AiortcEndpoint):
    """Remembers no packet index, so a packet that comes again is authentic again and is handed up again."""

    transport = with_sessions(_forgetful)


def _ignoring_tags(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    return TagIgnored(inbound, dtls.keys_and_salts()[0], profile_of(dtls)), outbound


class TagUnchecked(AiortcEndpoint):
    """Decrypts RTP packets and plays them, whether their tag is right or not."""

    transport = with_sessions(_ignoring_tags)


def _listing_forgeries(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    return ForgeryListed(inbound, dtls.keys_and_salts()[0], profile_of(dtls)), outbound


class ForgeryReplaces(AiortcEndpoint):
    """Plays a forged packet in place of the genuine one, which it then refuses as a replay: no packet is too many."""

    transport = with_sessions(_listing_forgeries)


class PlaintextRtcpAccepted(AiortcEndpoint):
    """Acts on reports that are not authentic as if their sender had not been able to encrypt."""

    transport = with_sessions(lambda _, inbound, outbound: (ClearReportsTaken(inbound), outbound))


class PlaintextFirst(AiortcEndpoint):
    """Sends its first twenty RTP packets in clear, because the session is not ready in time."""

    transport = with_sessions(lambda _, inbound, outbound: (inbound, FirstInClear(outbound, FIRST_IN_CLEAR)))


class PlaintextRtcp(AiortcEndpoint):
    """Encrypts the media and sends the reports about them in clear."""

    transport = with_sessions(lambda _, inbound, outbound: (inbound, ReportsInClear(outbound)))


def _around_screens(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    def of_a_screen(ssrc: int) -> bool:
        track = dtls.sent_from(ssrc)
        return isinstance(track, MarkerTrack) and track.asset is Asset.SCREEN

    return ClearTaken(inbound), SomeInClear(outbound, of_a_screen)


class ScreenInClear(AiortcEndpoint):
    """Encrypts sound and camera, sends its screen past the SRTP session, and takes the peer's as it comes."""

    transport = with_sessions(_around_screens)


class PlaintextFallback(AiortcEndpoint):
    """Calls without encryption when the peer's description has no fingerprint. Its screen shows no lock then."""

    transport: ClassVar[type[Transport]] = FallbackTransport


def _copying(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    def copy(_number: int, packet: bytes) -> None:
        dtls.send_beside(packet, (dtls.host, _DISCARD))

    return inbound, Accompanied(outbound, copy)


class MediaCopied(AiortcEndpoint):
    """Sends each media packet to a third address as well."""

    transport = with_sessions(_copying)


def _reporting(dtls: DtlsTransport, inbound: Inbound, outbound: Outbound) -> Sessions:
    def report(number: int, _packet: bytes) -> None:
        if number % _TELEMETRY_EVERY == 0:
            dtls.send_beside(TELEMETRY)

    return inbound, Accompanied(outbound, report)


class TelemetrySent(AiortcEndpoint):
    """Sends datagrams of a protocol of its own between those of the call."""

    transport = with_sessions(_reporting)


def profile_of(dtls: DtlsTransport) -> str:
    """IANA's name of the negotiated SRTP profile; ValueError when there is none."""
    profile = dtls.parameters().srtp_profile
    if profile is None:
        raise ValueError("no SRTP profile was negotiated")
    return profile
