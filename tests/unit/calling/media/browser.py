"""A device that has no SDES, as browsers: it describes itself by a fingerprint, and begins DTLS when it has a path."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.adversaries.dtls import Leg
from harness.calling.media.session import Session
from harness.model.keying import Keying
from harness.wire import stun
from harness.wire.certificate import Identity, fresh_identity
from harness.wire.demux import PacketClass, classify
from harness.wire.dtls_end import DtlsEnd
from harness.wire.sdp import Sdp
from harness.wire.srtp_session import SrtpOpener, SrtpSealer

from .device import Device

PROTOCOL = "UDP/TLS/RTP/SAVPF"


class BrowserDevice(Device):
    """`end` is its end of DTLS, `identity` the certificate that it names; a hostile one changes either."""

    def __init__(self, leg: str, host: str) -> None:
        super().__init__(leg, host)
        self.identity = fresh_identity(datetime.now(UTC))
        self.end: Leg = DtlsEnd(self.identity, client=True, trusts=self._announced)
        self.setup = "actpass"
        self.told = Sdp(())

    def show(self, identity: Identity) -> None:
        """Show this certificate, whatever is named in the description."""
        self.end = DtlsEnd(identity, client=True)

    def description(self) -> str:
        keyed = Sdp.parse(super().description()).remove("crypto").with_protocol(PROTOCOL)
        named = f"a=fingerprint:sha-256 {self.identity.thumbprint.hex(':').upper()}"
        return str(keyed.insert(named).insert(f"a=setup:{self.setup}"))

    def take(self, sdp: str) -> None:
        self.told = Sdp.parse(sdp)

    def restart(self) -> None:
        """Another socket and other ICE credentials. The association goes on (RFC 8842 section 3.3)."""
        before = getattr(self, "sealer", None), getattr(self, "opener", None)
        super().restart()
        self.sealer, self.opener = before

    def check_path(self, session: Session) -> None:
        (answer,) = session.datagram(self.leg, self.check(), self.address)
        assert stun.parse(answer.data).klass is stun.StunClass.SUCCESS

    def shake_hands(self, session: Session) -> None:
        """Until nobody has anything left to say; keys when it ended well."""
        going = self.end.start()
        while going:
            sends = [send for one in going for send in session.datagram(self.leg, one, self.address)]
            assert {(send.leg, send.to, classify(send.data)) for send in sends} <= {
                (self.leg, self.address, PacketClass.DTLS)
            }
            going = [one for send in sends for one in self.end.receive(send.data)]
        keys = self.end.srtp_keys() if self.end.established else None
        if keys is not None:
            self.opener = SrtpOpener(keys.server_key_and_salt, keys.profile)
            self.sealer = SrtpSealer(keys.client_key_and_salt, keys.profile)

    def connect(self, session: Session) -> None:
        self.check_path(session)
        if self.sealer is None:
            self.shake_hands(session)

    def _announced(self, certificate: bytes) -> bool:
        named = self.told.fingerprints()
        return bool(named) and all(one.matches(certificate) for one in named)


def ordinary_call(caller: Device, callee: Device) -> Session:
    """A call of these two, described, connected, talking."""
    session = described(caller, callee)
    for one in (caller, callee):
        one.connect(session)
    session.talk((caller.leg, callee.leg))
    return session


def legs(*devices: Device) -> Session:
    """A leg for each, of which nothing has been said yet."""
    session = Session()
    for number, one in enumerate(devices):
        session.open(one.leg, ("127.0.9.100", 50_000 + number))
        if isinstance(one, BrowserDevice):
            session.keyed(one.leg, Keying.DTLS)
    return session


def described(caller: Device, callee: Device) -> Session:
    """Offer and answer have passed, and nothing else."""
    session = legs(caller, callee)
    renew(session, caller, callee)
    return session


def renew(session: Session, caller: Device, callee: Device) -> None:
    """Offer and answer, as the service passes them on."""
    if isinstance(caller, BrowserDevice):
        caller.setup = "actpass"
    callee.take(session.passed_offer(caller.description(), caller.leg, callee.leg))
    if isinstance(callee, BrowserDevice):
        callee.setup = "active"
    caller.take(session.passed_answer(callee.description(), callee.leg, caller.leg))
