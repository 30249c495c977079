"""A DTLS transport that negotiates an SRTP profile without encryption (RFC 5764 section 4.1.2).

OpenSSL knows no such profile. So the number of the one that it negotiates is exchanged on the wire, on the way out and
on the way in, in the only place where it is in clear: both ends do it, and neither OpenSSL notices.
"""

from __future__ import annotations

from struct import pack
from typing import Any, ClassVar, Final

from OpenSSL import SSL

from ...model.statement import DtlsParameters
from ...wire.dtls import SRTP_PROFILES
from ..sessions import Inbound, Outbound, null_cipher_sessions
from .dtls_transport import DtlsTransport

NULL_PROFILE: Final = "SRTP_NULL_HMAC_SHA1_80"
_INSTEAD_OF: Final = "SRTP_AES128_CM_HMAC_SHA1_80"
_USE_SRTP: Final = 14


def _extension(profile: str) -> bytes:
    """The use_srtp extension with one profile and no MKI."""
    (number,) = (number for number, name in SRTP_PROFILES.items() if name == profile)
    return pack("!HHHHB", _USE_SRTP, 5, 2, number, 0)


_ON_THE_WIRE, _IN_OPENSSL = _extension(NULL_PROFILE), _extension(_INSTEAD_OF)


class _Exchanging:
    """pyOpenSSL's connection with the profile's number exchanged in what it reads and writes."""

    def __init__(self, connection: SSL.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def bio_write(self, datagram: bytes) -> int:
        return int(self._connection.bio_write(datagram.replace(_ON_THE_WIRE, _IN_OPENSSL)))

    def bio_read(self, size: int) -> bytes:
        return bytes(self._connection.bio_read(size)).replace(_IN_OPENSSL, _ON_THE_WIRE)


class NullProfileTransport(DtlsTransport):
    """Offers the NULL profile and no other, and then does what was agreed on."""

    profiles: ClassVar[tuple[str, ...]] = (_INSTEAD_OF,)

    async def _do_handshake(self) -> None:
        self._ssl = _Exchanging(self._ssl)
        await super()._do_handshake()

    def parameters(self) -> DtlsParameters:
        return super().parameters().model_copy(update={"srtp_profile": NULL_PROFILE})

    def sessions(self) -> tuple[Inbound, Outbound]:
        return null_cipher_sessions(*self.keys_and_salts())
