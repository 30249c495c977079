"""Clients whose code does not come from the two certificates that DTLS presented, or not from all of them."""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from hashlib import sha256
from typing import Final

from ...codes import teams20
from ...model.base import Role
from ...wire.sdp import Sdp
from ..aiortc import AiortcEndpoint
from ..handshake import Handshake
from .comparing import FingerprintNeverCompared

CONSTANT_CODE: Final = "12345678901234567890"
GROUP: Final = 5
"""Digits of a group on the screen."""

_SECRET: Final = b"known to every client of this maker, and to its relay"
_WORDS: Final = "x-security-code"


class CodeFromSdp(FingerprintNeverCompared):
    """Makes the code from the peer's sha-256 line instead of the certificate that DTLS presented.

    It does not compare either, because alone the fault can never show: where the comparison holds, the line and the
    certificate have the same digest, and the code is the right one.
    """

    def code(self, handshake: Handshake) -> str:
        for line in handshake.promised:
            digest = line.digest()
            if line.algorithm.lower() == "sha-256" and digest is not None:
                return self.code_of(digest)
        raise ValueError("the peer's description has no usable sha-256 fingerprint")


class ConstantCode(AiortcEndpoint):
    """Shows the same code in every call, so that two people compare nothing."""

    def code(self, handshake: Handshake) -> str:
        return CONSTANT_CODE


class CodeFromOneCertificate(AiortcEndpoint):
    """Makes the code from the callee's certificate alone: the caller's may be anybody's."""

    def code(self, handshake: Handshake) -> str:
        callee = self.certificate.der if self._setup.party.role is Role.CALLEE else handshake.presented
        return _digits(teams20.thumbprint(callee))


class CodeFromWords(AiortcEndpoint):
    """The caller makes a code up and tells it in its offer; the callee shows what it was told."""

    _told = ""

    def written(self, sdp: str) -> str:
        if self._setup.party.role is Role.CALLEE:
            return sdp
        self._told = self._told or _digits(secrets.token_bytes(32))
        return f"{sdp}a={_WORDS}:{self._told}\r\n"

    def read(self, sdp: str) -> str:
        self._told = next((value for _, value in Sdp.parse(sdp).values(_WORDS)), self._told)
        return sdp

    def code(self, handshake: Handshake) -> str:
        return self._told


class CodeSharedWithRelay(AiortcEndpoint):
    """Makes the code from a secret that all clients and their relay share: it proves a client of the same maker."""

    _call = b""

    def written(self, sdp: str) -> str:
        return self._noted(sdp)

    def read(self, sdp: str) -> str:
        return self._noted(sdp)

    def code(self, handshake: Handshake) -> str:
        return _digits(sha256(_SECRET + self._call).digest())

    def _noted(self, sdp: str) -> str:
        """The first description of a call names it, on both sides."""
        self._call = self._call or "".join(value for _, value in Sdp.parse(sdp).values("ice-ufrag")).encode()
        return sdp


class CodeTruncated(AiortcEndpoint):
    """Shows the last five digits only: an interceptor needs a hundred thousand tries."""

    def code(self, handshake: Handshake) -> str:
        return super().code(handshake)[-GROUP:]


class OneGroupCompared(AiortcEndpoint):
    """Shows the first group of five digits and takes the others for granted."""

    def code(self, handshake: Handshake) -> str:
        return super().code(handshake)[:GROUP]


class CodeCached(AiortcEndpoint):
    """Makes the code in the first call of two devices, and shows it in all later ones."""

    def code(self, handshake: Handshake) -> str:
        return str(self._setup.memory.setdefault("code", super().code(handshake)))


class CodeNotRefreshed(AiortcEndpoint):
    """Makes the code when the call comes up, and not again when another handshake follows."""

    def code(self, handshake: Handshake) -> str:
        return self._display.screen.code or super().code(handshake)


class _Chosen(AiortcEndpoint, ABC):
    """Whoever answers takes certificates until the fault shows, because chance must not decide whether it does."""

    @abstractmethod
    def shows(self, caller: bytes, callee: bytes) -> bool:
        """Whether the fault shows in a call with these thumbprints."""

    async def answer(self, offer: str) -> str:
        if not self._connected:
            caller = _promised(offer)
            while not self.shows(caller, teams20.thumbprint(self.certificate.der)):
                self._take_certificate(self.call_certificate())
        return await super().answer(offer)


class CodeWithoutPadding(_Chosen):
    """Prints the code as a number, so that zeros at its beginning are missing."""

    def shows(self, caller: bytes, callee: bytes) -> bool:
        return teams20.code(caller, callee).startswith("0")

    def code(self, handshake: Handshake) -> str:
        return super().code(handshake).lstrip("0")


class CodeSorted(_Chosen):
    """Puts the smaller thumbprint first, whoever called, and takes a call with itself for one as good as any."""

    def shows(self, caller: bytes, callee: bytes) -> bool:
        return callee < caller

    def code_of(self, peer_thumbprint: bytes) -> str:
        one, other = sorted((teams20.thumbprint(self.certificate.der), peer_thumbprint))
        return _digits(sha256(teams20.CONTEXT + one + other).digest())


def _digits(digest: bytes) -> str:
    """Twenty digits from a digest, as the real code takes them."""
    return f"{int.from_bytes(digest, 'big') % 10**teams20.DIGITS:0{teams20.DIGITS}d}"


def _promised(sdp: str) -> bytes:
    """The digest of the first sha-256 fingerprint of a description; ValueError when there is none."""
    digests = (line.digest() for line in Sdp.parse(sdp).fingerprints() if line.algorithm.lower() == "sha-256")
    found = next((digest for digest in digests if digest is not None), None)
    if found is None:
        raise ValueError("the description has no usable sha-256 fingerprint")
    return found
