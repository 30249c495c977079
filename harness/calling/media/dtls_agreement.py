"""Keys agreed on the path by DTLS-SRTP (RFC 5763, RFC 5764), with a device that has no other way: a browser.

The service shows a certificate of its own, on each leg another, and is always the server. Whose certificate it is
shown, the device's description says, through the calling service: where the two differ there are no keys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from ...model.keying import Keying
from ...wire.certificate import fresh_identity
from ...wire.dtls_end import DtlsEnd
from ...wire.sdp import Fingerprint, Sdp
from .agreement import MediaKeys
from .description import PROTOCOLS

_PROTOCOL: Final = PROTOCOLS[Keying.DTLS]

_HASHES: Final = frozenset({"sha-256", "sha-384", "sha-512"})
"""Of a fingerprint that is worth anything (RFC 8122 section 5)."""


class DtlsAgreement:
    """One association for the whole call: new ICE credentials begin no other one (RFC 8842 section 3.3).

    `keylog` is given the lines of a key log. `fault` says why there will be no keys.
    """

    keying = Keying.DTLS

    def __init__(self, keylog: Callable[[str], None] | None = None) -> None:
        identity = fresh_identity(datetime.now(UTC))
        self._fingerprint = Fingerprint.of(identity.der)
        self._end = DtlsEnd(identity, client=False, trusts=self._trusts, keylog=keylog)
        self._wanted: frozenset[Fingerprint] = frozenset()
        self._answers = self._offered = False
        self._keys: MediaKeys | None = None
        self.fault: str | None = None

    # descriptions

    def read(self, sdp: str) -> None:
        parsed = Sdp.parse(sdp)
        strange = [one.protocol for one in parsed.media() if one.protocol != _PROTOCOL]
        if strange:
            raise ValueError(f"the profile {strange[0][:40]!r} is not {_PROTOCOL}")
        wanted = _wanted(parsed)
        if self._wanted and wanted != self._wanted:
            raise ValueError("it names another certificate than the connection was begun with")
        self._check_role(parsed)
        self._answers, self._offered = not self._offered, False
        self._wanted = wanted

    def written(self, sdp: str) -> str:
        """An offer leaves it to the device who begins, as RFC 8842 section 5.2 wants it; an answer waits for it."""
        setup = "passive" if self._answers else "actpass"
        self._answers, self._offered = False, not self._answers
        return str(Sdp.parse(sdp).insert(f"a=fingerprint:{self._fingerprint}").insert(f"a=setup:{setup}"))

    def renewed(self) -> DtlsAgreement:
        return self

    # the path

    @property
    def keys(self) -> MediaKeys | None:
        return None if self._end.over else self._keys

    def receive(self, datagram: bytes) -> list[bytes]:
        """Nothing is listened to before the device has said which certificate it has: its client tries again."""
        if self.fault is not None or not self._wanted:
            return []
        return [*self._end.receive(datagram), *self._settled()]

    @property
    def waits(self) -> bool:
        return self.fault is None and not self._end.established and self._end.timeout() is not None

    def expire(self) -> list[bytes]:
        return [*self._end.expire(), *self._settled()]

    def _settled(self) -> list[bytes]:
        """The handshake may have ended: then there are keys, or a reason why there will be none."""
        if self._end.failure is not None:
            self.fault = f"DTLS has failed: {self._end.failure}"
        elif self._end.established and self._keys is None:
            agreed, shown = self._end.srtp_keys(), self._end.presented
            if agreed is None:
                self.fault = "the device has agreed on no way to protect media (use_srtp, RFC 5764 section 4.1)"
            elif shown is None or not self._trusts(shown):
                self.fault = "the device has shown another certificate than its description names"
            else:
                client, server = agreed.client_key_and_salt, agreed.server_key_and_salt
                self._keys = MediaKeys((client, agreed.profile), (server, agreed.profile))
        return [] if self.fault is None else self._end.close()

    def _trusts(self, certificate: bytes) -> bool:
        return bool(self._wanted) and all(one.matches(certificate) for one in self._wanted)

    def _check_role(self, sdp: Sdp) -> None:
        taken = ("active",) if self._offered else ("active", "actpass")
        roles = {value for _, value in sdp.setups()}
        if not roles or not roles <= set(taken):
            raise ValueError(f"its a=setup is not {' or '.join(taken)}: the device is who begins DTLS")


def _wanted(sdp: Sdp) -> frozenset[Fingerprint]:
    """Every fingerprint, wherever it stands: the media are bundled, so one certificate must be meant by all of them."""
    named = sdp.fingerprints()
    if not named or any(one.algorithm.lower() not in _HASHES or one.digest() is None for one in named):
        raise ValueError("it does not name the device's certificate by fingerprints that count")
    return frozenset(Fingerprint(None, one.algorithm.lower(), one.value.upper()) for one in named)
