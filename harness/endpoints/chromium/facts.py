"""What the browser says of a call, beside its screen: the certificates that DTLS presented, what was negotiated,
and how many packets there were. https://www.w3.org/TR/webrtc-stats/"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...model.statement import DtlsParameters, PacketCounts
from .tab import Tab

_VERSIONS: Final = {"FEFF": "DTLSv1", "FEFD": "DTLSv1.2", "FEFC": "DTLSv1.3"}
_PROFILES: Final = {
    "AES_CM_128_HMAC_SHA1_80": "SRTP_AES128_CM_HMAC_SHA1_80",
    "AES_CM_128_HMAC_SHA1_32": "SRTP_AES128_CM_HMAC_SHA1_32",
    "AEAD_AES_128_GCM": "SRTP_AEAD_AES_128_GCM",
    "AEAD_AES_256_GCM": "SRTP_AEAD_AES_256_GCM",
}
"""Names of the browser, and IANA's."""

Stats = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """Certificates are DER. `state` is the browser's connectionState; `path_found`: by its iceConnectionState."""

    state: str
    path_found: bool
    local: bytes | None
    presented: bytes | None
    dtls: DtlsParameters | None
    packets: PacketCounts


async def read(tab: Tab) -> Facts | None:
    """What is true at this moment of the tab's latest connection; None when it never had one."""
    told = await tab.evaluate('async () => window[Symbol.for("harness")].facts()')
    return None if told is None else facts(told)


def facts(told: Mapping[str, Any]) -> Facts:
    """The facts in what `instruments.js` tells.

    Of a certificate the statistics tell only where the connection itself names none: it may not tell of a second one.
    """
    stats: list[Stats] = told["stats"]
    transports = [one for one in stats if one["type"] == "transport" and one.get("dtlsState") == "connected"]
    presented = {der for chain in told["presented"] for der in chain[:1]}
    single = transports[0] if len(transports) == 1 else None
    return Facts(
        state=str(told["state"]),
        path_found=told["ice"] in ("connected", "completed"),
        local=None if single is None else _certificate(stats, single.get("localCertificateId")),
        presented=_presented(presented, stats, single),
        dtls=None if single is None else _parameters(single),
        packets=PacketCounts(
            rtp_sent=_sum(stats, "outbound-rtp", "packetsSent"),
            rtp_received=_sum(stats, "inbound-rtp", "packetsReceived"),
        ),
    )


def _presented(named: Collection[str], stats: Iterable[Stats], single: Stats | None) -> bytes | None:
    if not named and single is not None:
        return _certificate(stats, single.get("remoteCertificateId"))
    return base64.b64decode(next(iter(named))) if len(named) == 1 else None


def _certificate(stats: Iterable[Stats], identity: str | None) -> bytes | None:
    found = (one["base64Certificate"] for one in stats if one["type"] == "certificate" and one["id"] == identity)
    return next((base64.b64decode(der) for der in found), None)


def _parameters(transport: Stats) -> DtlsParameters:
    version, profile = str(transport.get("tlsVersion")), transport.get("srtpCipher")
    return DtlsParameters(
        version=_VERSIONS.get(version, version),
        suite=str(transport.get("dtlsCipher")),
        srtp_profile=None if profile is None else _PROFILES.get(profile, str(profile)),
        role=str(transport.get("dtlsRole", "unknown")),
    )


def _sum(stats: Iterable[Stats], kind: str, field: str) -> int:
    return sum(int(one.get(field, 0)) for one in stats if one["type"] == kind)
