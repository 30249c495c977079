"""Secrets of a DTLS 1.2 handshake: from the pre-master secret to the records' keys (RFC 5246 section 8.1 and 6.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from struct import pack
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..keylog import MASTER_BYTES
from ..srtp import prf_tls12

CLIENT_FINISHED: Final = b"client finished"
SERVER_FINISHED: Final = b"server finished"

_VERIFY_DATA: Final = 12
_KEY: Final = 16
_SALT: Final = 4
_EXPLICIT_NONCE: Final = 8


def master_secret(premaster: bytes, client_random: bytes, server_random: bytes, hash_name: str = "sha256") -> bytes:
    """The master secret as it was before RFC 7627 (RFC 5246 section 8.1)."""
    return prf_tls12(premaster, b"master secret", client_random + server_random, MASTER_BYTES, hash_name)


def extended_master_secret(premaster: bytes, session_hash: bytes, hash_name: str = "sha256") -> bytes:
    """The master secret that is bound to the handshake: `session_hash` is the digest of all its messages up to
    ClientKeyExchange (RFC 7627 section 4)."""
    return prf_tls12(premaster, b"extended master secret", session_hash, MASTER_BYTES, hash_name)


def verify_data(master: bytes, label: bytes, transcript: bytes) -> bytes:
    """What a Finished message holds, under a suite whose hash is SHA-256 (RFC 5246 section 7.4.9)."""
    return prf_tls12(master, label, sha256(transcript).digest(), _VERIFY_DATA)


@dataclass(frozen=True)
class RecordKeys:
    """AES-128-GCM of one direction: key and the fixed part of the nonce (RFC 5288 section 3)."""

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    def seal(self, content_type: int, version: int, epoch: int, sequence: int, plain: bytes) -> bytes:
        """The protected fragment of a record: explicit nonce, ciphertext, tag."""
        explicit = pack("!HHI", epoch, sequence >> 32, sequence & 0xFFFFFFFF)
        added = explicit + pack("!BHH", content_type, version, len(plain))
        return explicit + AESGCM(self.key).encrypt(self.salt + explicit, plain, added)

    def open(self, content_type: int, version: int, epoch: int, sequence: int, fragment: bytes) -> bytes:
        """The reverse. InvalidTag when these are not the keys, or the record was tampered with."""
        length = len(fragment) - _EXPLICIT_NONCE - 16
        number = pack("!HHI", epoch, sequence >> 32, sequence & 0xFFFFFFFF)
        added = number + pack("!BHH", content_type, version, max(length, 0))
        nonce = self.salt + fragment[:_EXPLICIT_NONCE].ljust(_EXPLICIT_NONCE, b"\0")
        return AESGCM(self.key).decrypt(nonce, fragment[_EXPLICIT_NONCE:], added)


def record_keys(master: bytes, client_random: bytes, server_random: bytes) -> tuple[RecordKeys, RecordKeys]:
    """Keys for what the client sends and for what the server sends, under a suite with AES_128_GCM_SHA256."""
    block = prf_tls12(master, b"key expansion", server_random + client_random, 2 * (_KEY + _SALT))
    client_key, server_key, salts = block[:_KEY], block[_KEY : 2 * _KEY], block[2 * _KEY :]
    return RecordKeys(client_key, salts[:_SALT]), RecordKeys(server_key, salts[_SALT:])
