"""Bad ciphers and good ones, over whole RTP packets: the header stays as it is, what stands behind it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count, cycle

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pylibsrtp import Policy, Session

from harness.inspection.statistics.battery import Statistics
from harness.inspection.statistics.randomness import Randomness
from tests.unit.inspection.windows import Capture, Sent

HEADER = 12
ALICE, BOB = "192.0.2.1:5000", "192.0.2.2:6000"

Encrypt = Callable[[Sequence[bytes]], list[bytes]]


def plain(packets: Sequence[bytes]) -> list[bytes]:
    return list(packets)


def xor_each(key: bytes) -> Encrypt:
    """A repeating key that begins anew in every packet."""
    return lambda packets: [one[:HEADER] + _xored(one[HEADER:], cycle(key)) for one in packets]


def xor_on(key: bytes) -> Encrypt:
    """A repeating key that runs on from packet to packet."""

    def encrypt(packets: Sequence[bytes]) -> list[bytes]:
        running = cycle(key)
        return [one[:HEADER] + _xored(one[HEADER:], running) for one in packets]

    return encrypt


def _xored(text: bytes, key: Iterable[int]) -> bytes:
    return bytes(byte ^ other for byte, other in zip(text, key, strict=False))


def ecb(key: bytes) -> Encrypt:
    """AES, block by block; what is left over is filled with zeros."""

    def encrypt(packets: Sequence[bytes]) -> list[bytes]:
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        padded = [one[HEADER:] + bytes(-len(one[HEADER:]) % 16) for one in packets]
        return [one[:HEADER] + encryptor.update(text) for one, text in zip(packets, padded, strict=True)]

    return encrypt


def same_keystream(key: bytes) -> Encrypt:
    """AES in counter mode with the same nonce for every packet."""

    def encrypt(packets: Sequence[bytes]) -> list[bytes]:
        encrypted = []
        for one in packets:
            encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
            encrypted.append(one[:HEADER] + encryptor.update(one[HEADER:]))
        return encrypted

    return encrypt


def srtp(profile: int, key: bytes) -> Encrypt:
    """What libsrtp makes of it (RFC 3711, RFC 7714)."""

    def encrypt(packets: Sequence[bytes]) -> list[bytes]:
        session = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        return [session.protect(one) for one in packets]

    return encrypt


AES_CM_80 = srtp(Policy.SRTP_PROFILE_AES128_CM_SHA1_80, bytes(range(30)))
AES_CM_32 = srtp(Policy.SRTP_PROFILE_AES128_CM_SHA1_32, bytes(range(30)))
GCM_128 = srtp(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, bytes(range(28)))
GCM_256 = srtp(Policy.SRTP_PROFILE_AEAD_AES_256_GCM, bytes(range(44)))


def noise_packets(random: np.random.Generator, packets: int, size: int) -> list[bytes]:
    """What is behind the header is random already."""
    return [
        b"\x80\x60" + (number & 0xFFFF).to_bytes(2, "big") + bytes(8) + random.bytes(size)
        for number, _ in zip(count(), range(packets), strict=False)
    ]


def tested(packets: Sequence[bytes], level: float = 1e-6, per_window: int = 500) -> Statistics:
    """What the follower says of one stream."""
    capture, randomness = Capture(), Randomness()
    for first in range(0, len(packets), per_window):
        sent = [Sent(first / 50, ALICE, BOB, one) for one in packets[first : first + per_window]]
        randomness.add(capture.window(sent))
    (statistics,) = randomness.result(level).values()
    return statistics
