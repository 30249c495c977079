"""One key agreement of any protocol, in the words in which it is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...vantage.window import NONE
from .certificate import PresentedCertificate, presented
from .dtls import Followed

_VERSIONS: Final = {"DTLSv1": "1.0", "DTLSv1.2": "1.2", "DTLSv1.3": "1.3"}


@dataclass(frozen=True)
class Association:
    """What was not seen, or is encrypted, is None or empty.

    `protocol`: DTLS, ZRTP, SDES or QUIC. `leg` is a place in `Window.legs`, NONE for what an SDP says; `place` names
    it. `client` opened the agreement (ZRTP: the initiator). `offered` and `accepted` are the names of the client's and
    the server's extensions. `details` are further facts, one sentence each.
    """

    protocol: str
    version: str | None = None
    suite: str | None = None
    group: str | None = None
    profile: str | None = None
    mki: str = ""
    leg: int = NONE
    place: str = ""
    client: str | None = None
    server: str | None = None
    client_certificates: tuple[PresentedCertificate, ...] = ()
    server_certificates: tuple[PresentedCertificate, ...] = ()
    offered: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    finished: bool = False
    resumed: bool = False
    extended_master_secret: bool = False
    first: int = 0
    last: int = 0
    details: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def dtls_summary(one: Followed) -> Association:
    """A DTLS association without its bytes."""
    dtls = one.dtls
    return Association(
        protocol="DTLS",
        version=_VERSIONS.get(dtls.version or "", dtls.version),
        suite=dtls.suite_iana,
        group=dtls.group,
        profile=dtls.srtp_profile,
        mki=dtls.srtp_mki.hex(),
        leg=one.leg,
        place=one.place,
        client=one.client,
        server=one.server,
        client_certificates=tuple(presented(der) for der in dtls.certificates_client),
        server_certificates=tuple(presented(der) for der in dtls.certificates_server),
        offered=dtls.client_hello.extension_names if dtls.client_hello else (),
        accepted=dtls.server_hello.extension_names if dtls.server_hello else (),
        finished=dtls.finished,
        resumed=dtls.resumed,
        extended_master_secret=dtls.extended_master_secret,
        first=dtls.first,
        last=dtls.last,
        details=tuple(
            f"{one.near if alert.from_near else one.far} sent the alert {alert.description} ({alert.level})"
            for alert in dtls.alerts
        ),
        problems=dtls.problems,
    )
