"""The common part of our own DTLS 1.2 client and server: records, flights, transcript, secrets (RFC 6347, RFC 5246).

ECDHE with AES_128_GCM_SHA256 over secp256r1, unless that is bent, our own certificate being ECDSA; EMS and use_srtp.
What the peer presents is taken unseen, except for its Finished. A lost flight is sent again; nothing else of a
transport's duties is done.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ...wire.certificate import Identity
from ...wire.dtls import ContentType, HandshakeMessage, HandshakeReader, HandshakeType, Record, iter_records
from ...wire.dtls import writer as write
from ...wire.dtls.flight import datagrams
from ...wire.dtls.secrets import (
    CLIENT_FINISHED,
    SERVER_FINISHED,
    RecordKeys,
    extended_master_secret,
    master_secret,
    record_keys,
    verify_data,
)
from ...wire.dtls.suites import srtp_profile_name
from ...wire.keylog import MASTER_BYTES
from ...wire.srtp import (
    PROFILES,
    SrtpKeys,
    export_keying_material_tls12,
    keying_material_length,
    split_keying_material,
)
from .bend import Bend, Point, Signature

_PATIENCE: Final = 1.0
"""Seconds before a flight is sent again (RFC 6347 section 4.2.4.1)."""
_TRIES: Final = 4

_CURVES: Final[dict[int, ec.EllipticCurve]] = {write.SECP256R1: ec.SECP256R1(), write.SECP192R1: ec.SECP192R1()}

_WARNING: Final = 1
_FATAL: Final = 2
_CLOSE_NOTIFY: Final = 0


class BentLeg(ABC):
    """One end of an association. `bent`: what is wrong on purpose has been said. `refused`: alerts that came back.
    `resumed`: both ends go on with an earlier session, and no certificate is shown.

    Otherwise as `Leg` says.
    """

    client: bool

    def __init__(self, identity: Identity, bend: Bend) -> None:
        self.established = False
        self.closed = False
        self.bent = False
        self.resumed = False
        self.failure: str | None = None
        self.refused: list[int] = []
        self._identity = identity
        self._bend = bend
        self._random = secrets.token_bytes(32)
        self._peer_random = b""
        self._curve = _CURVES[bend.group]
        self._ephemeral = ec.generate_private_key(self._curve)
        self._extended = False
        self._profile: int | None = None
        self._master = b""
        self._keys: tuple[RecordKeys, RecordKeys] | None = None
        self._reader = HandshakeReader()
        self._early: dict[int, HandshakeMessage] = {}
        self._expected = 0
        self._transcript = b""
        self._proof = b""
        self._said = 0
        self._sequences = [0, 0]
        self._flight: list[tuple[ContentType, int, bytes]] = []
        self._tries = 0
        self._received: list[bytes] = []

    # what a leg can do

    @property
    def over(self) -> bool:
        return self.closed or self.failure is not None

    @property
    def certificate_presented(self) -> bool:
        return self.established

    def start(self) -> list[bytes]:
        return []

    def receive(self, datagram: bytes) -> list[bytes]:
        flight = self._flight
        # What is malformed is dropped (RFC 6347 section 4.1.2.7).
        with suppress(ValueError):
            for record in iter_records(datagram):
                if not self.over:
                    self._record(record)
        return [] if self._flight is flight else self._fly()

    def expire(self) -> list[bytes]:
        if self.timeout() is None:
            return []
        self._tries += 1
        return self._fly()

    def timeout(self) -> float | None:
        waits = bool(self._flight) and not self.established and not self.over and self._tries < _TRIES
        return _PATIENCE if waits else None

    def send(self, data: bytes) -> list[bytes]:
        ready = self.established and not self.over
        return [self._sealed(ContentType.APPLICATION_DATA, 1, data)] if ready else []

    def close(self) -> list[bytes]:
        if not self.established or self.over:
            return []
        self.closed = True
        return [self._sealed(ContentType.ALERT, 1, write.alert(_WARNING, _CLOSE_NOTIFY))]

    def take_received(self) -> list[bytes]:
        taken, self._received = self._received, []
        return taken

    def srtp_keys(self) -> SrtpKeys | None:
        name = None if self._profile is None else srtp_profile_name(self._profile)
        return self.srtp_keys_as(name) if name in PROFILES else None

    def srtp_keys_as(self, profile: str) -> SrtpKeys:
        """Keys as they would be had this profile (IANA's name) been agreed on."""
        material = export_keying_material_tls12(self._master, *self._randoms, keying_material_length(profile))
        return split_keying_material(material, profile)

    # what client and server do each in its own way

    @abstractmethod
    def _take(self, message: HandshakeMessage) -> None:
        """The next message of the peer, in its order."""

    @property
    def _randoms(self) -> tuple[bytes, bytes]:
        """The client's and the server's."""
        mine, theirs = self._random, self._peer_random
        return (mine, theirs) if self.client else (theirs, mine)

    # records in

    def _record(self, record: Record) -> None:
        plain = self._opened(record)
        if plain is None:
            return
        if record.content_type is ContentType.ALERT:
            self._alert(plain)
        elif record.content_type is ContentType.APPLICATION_DATA and record.epoch:
            self._received.append(plain)
        elif record.content_type is ContentType.HANDSHAKE:
            for message in self._reader.read(Record(ContentType.HANDSHAKE, record.version, 0, 0, plain)):
                self._early[message.message_seq] = message
            for message in self._in_order():
                self._take(message)

    def _opened(self, record: Record) -> bytes | None:
        """What a record holds; None when it cannot be read. Epoch 1 is the last: nothing is negotiated twice here."""
        if record.epoch == 0:
            return record.fragment
        if record.epoch > 1 or self._keys is None:
            return None
        theirs = self._keys[1 if self.client else 0]
        try:
            return theirs.open(record.content_type, record.version, 1, record.sequence, record.fragment)
        except InvalidTag:
            return None

    def _alert(self, body: bytes) -> None:
        if len(body) != 2:
            return
        level, description = body
        if description == _CLOSE_NOTIFY:
            self.closed = True
            return
        self.refused.append(description)
        if level == _FATAL:
            self.failure = f"the peer sent the alert {description}"

    def _in_order(self) -> Iterator[HandshakeMessage]:
        while (message := self._early.pop(self._expected, None)) is not None:
            self._expected += 1
            yield message

    # records out

    def _say(self, kind: HandshakeType, body: bytes, epoch: int = 0) -> None:
        """Add a handshake message to the flight and to the transcript."""
        message = write.handshake(kind, self._said, body)
        self._said += 1
        self._transcript += message
        self._flight.append((ContentType.HANDSHAKE, epoch, message))

    def _heard(self, message: HandshakeMessage) -> None:
        self._transcript += write.handshake(message.type, message.message_seq, message.body)

    def _new_flight(self) -> None:
        self._flight, self._tries = [], 0

    def _fly(self) -> list[bytes]:
        return list(datagrams(b"".join(self._sealed(*part) for part in self._flight)))

    def _sealed(self, content_type: ContentType, epoch: int, plain: bytes) -> bytes:
        sequence = self._sequences[epoch]
        self._sequences[epoch] += 1
        if epoch and self._keys is not None:
            mine = self._keys[0 if self.client else 1]
            plain = mine.seal(content_type, self._bend.version, epoch, sequence, plain)
        return write.record(content_type, plain, sequence, epoch, self._bend.version)

    def _finish(self) -> None:
        """ChangeCipherSpec and Finished."""
        label = CLIENT_FINISHED if self.client else SERVER_FINISHED
        self._flight.append((ContentType.CHANGE_CIPHER_SPEC, 0, b"\1"))
        self._proof = verify_data(self._master, label, self._transcript)
        self._say(HandshakeType.FINISHED, self._proof, epoch=1)

    def _finished(self, message: HandshakeMessage) -> bool:
        """Whether the peer's Finished is right; if not, the association has failed."""
        label = SERVER_FINISHED if self.client else CLIENT_FINISHED
        right = message.body == verify_data(self._master, label, self._transcript)
        self._heard(message)
        if not right:
            self.failure = "the peer's Finished covers another handshake"
        return right

    # secrets

    def _agree(self, peer_point: bytes) -> None:
        """Secrets from the peer's ephemeral key. ValueError when it is no point of the curve."""
        peer = ec.EllipticCurvePublicKey.from_encoded_point(self._curve, peer_point)
        premaster = self._ephemeral.exchange(ec.ECDH(), peer)
        if self._extended:
            self._begin(extended_master_secret(premaster, sha256(self._transcript).digest()))
        else:
            self._begin(master_secret(premaster, *self._randoms))

    def _begin(self, master: bytes) -> None:
        self._master = master
        self._keys = record_keys(master, *self._randoms)

    def _resumes(self, session_id: bytes) -> bool:
        """Whether this is the id of the session that we know the secret of."""
        session = self._bend.session
        self.resumed = session is not None and session_id == session.identifier
        if session is not None and self.resumed:
            self._begin(session.master)
        return self.resumed

    def _claim(self) -> None:
        """Go on as if a session were resumed whose secret only we would know."""
        self._begin(secrets.token_bytes(MASTER_BYTES))
        self._finish()

    def _point(self) -> bytes:
        point = self._ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return point if self._bend.point is Point.ON_CURVE else point[:-1] + bytes([point[-1] ^ 1])

    def _signature(self, content: bytes) -> bytes:
        forged = self._bend.signature is Signature.FORGED
        key = ec.generate_private_key(ec.SECP256R1()) if forged else self._identity.key
        return write.signed(key.sign(content, ec.ECDSA(SHA256())))
