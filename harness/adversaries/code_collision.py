"""How an interceptor has both screens show the same digits: it tries certificates for the caller until they agree.

    alice ---- offer, with the certificate for bob ----> bob        the code on bob's screen is fixed from here on
    alice <--- answer, held while certificates are tried --- bob    the certificate for alice is chosen by it

The one for the callee went out with the offer, before anybody knew the callee's. So there is one search, of as many
tries as the digits allow, and the caller waits for it (Vaudenay, CRYPTO 2005; RFC 6189 section 4.4.1.1).
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography import x509

from ..codes import teams20
from ..model.base import Party, Role
from ..model.recording import SignalMessage
from ..wire.certificate import Identity
from ..wire.sdp import Sdp
from .grinding import Agreement, Task, varied


class CodeCollision:
    """The two codes of one call, as far as the interceptor knows them. `identities` are its certificates, by whom
    they are presented to."""

    def __init__(self, agreement: Agreement, identities: Mapping[Party, Identity]) -> None:
        self._agreement = agreement
        self._identities = identities
        self._thumbprints: dict[Role, bytes] = {}
        self._begun = 0.0
        self._task: Task | None = None

    def task(self, message: SignalMessage, time: float) -> Task | None:
        """What has to be searched before this message goes on; None as long as there is something to learn first."""
        digest = sha256_of(message)
        if digest is None or self._task is not None:
            return None
        self._thumbprints[message.sender.role] = digest
        if len(self._thumbprints) < len(Role):
            return None
        caller, callee = self._thumbprints[Role.CALLER], self._thumbprints[Role.CALLEE]
        wanted = int(teams20.code(self._identities[Party.BOB].thumbprint, callee))
        self._begun = time
        self._task = Task(self._identities[Party.ALICE].der, caller, wanted, self._agreement)
        return self._task

    def found(self, tries: int) -> Identity:
        """The certificate of the last try. ValueError when it does not do what it is said to do."""
        task = self._task
        if task is None:
            raise ValueError("a certificate was found that nobody looked for")
        der = varied(task.der, tries)
        code = int(teams20.code(task.caller, teams20.thumbprint(der)))
        if not task.agreement.holds(code, task.wanted):
            raise ValueError(f"the certificate of try {tries} gives another code")
        return Identity(x509.load_der_x509_certificate(der), self._identities[Party.ALICE].key)

    def milliseconds(self, time: float) -> int:
        """How long the search took, and the message waited, if it ended at `time`."""
        return round(1000 * (time - self._begun))


def sha256_of(message: SignalMessage) -> bytes | None:
    """The thumbprint that a description announces, None without a sha-256 fingerprint."""
    try:
        fingerprints = Sdp.parse(message.body).fingerprints()
    except ValueError:
        return None
    return next(
        (digest for one in fingerprints if one.algorithm.lower() == "sha-256" and (digest := one.digest())), None
    )
