"""SRTP keys as DTLS gives them: exporters, master keys and master salts (RFC 5705, RFC 5764, RFC 7714)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final

from . import hkdf
from .keylog import MASTER_BYTES, RANDOM_BYTES

LABEL: Final = b"EXTRACTOR-dtls_srtp"
"""The exporter's label for SRTP keying material (RFC 5764 section 4.2)."""

_EXPORTER_HASHES: Final = {32: "sha256", 48: "sha384"}
"""An exporter secret is as long as the digest of its suite's hash (RFC 8446 section 7.1)."""

MD5_SHA1: Final = "md5-sha1"
"""In place of a hash: the two at once that the PRF of DTLS 1.0 uses under every suite."""


@dataclass(frozen=True, slots=True)
class SrtpProfile:
    """Sizes in bytes: master key, master salt, and what is appended to each packet to authenticate it.

    `rtcp_tag` does not count the four bytes of E flag and SRTCP index, which every SRTCP packet has as well.
    """

    name: str
    key: int
    salt: int
    rtp_tag: int
    rtcp_tag: int
    encrypts: bool = True

    @property
    def aead(self) -> bool:
        return self.salt == 12

    @property
    def rtcp_tail(self) -> int:
        """Bytes behind the index of an SRTCP packet: an AEAD has its tag in front of it (RFC 7714 section 9.2)."""
        return 0 if self.aead else self.rtcp_tag


PROFILES: Final[dict[str, SrtpProfile]] = {
    profile.name: profile
    for profile in (
        SrtpProfile("SRTP_AES128_CM_HMAC_SHA1_80", 16, 14, 10, 10),
        # The short tag is for RTP only: RFC 5764 section 4.1.2 keeps 80 bits for RTCP.
        SrtpProfile("SRTP_AES128_CM_HMAC_SHA1_32", 16, 14, 4, 10),
        # RFC 5764 gives NULL a cipher key of 0 bits, but its authentication key still comes from a master key: the
        # implementations take one of 128 bits and a salt of 112.
        SrtpProfile("SRTP_NULL_HMAC_SHA1_80", 16, 14, 10, 10, encrypts=False),
        SrtpProfile("SRTP_NULL_HMAC_SHA1_32", 16, 14, 4, 10, encrypts=False),
        SrtpProfile("SRTP_AEAD_AES_128_GCM", 16, 12, 16, 16),
        SrtpProfile("SRTP_AEAD_AES_256_GCM", 32, 12, 16, 16),
    )
}
"""By IANA's name."""


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Master key followed by master salt, for what each side *sends*. `profile` is IANA's name."""

    client_key_and_salt: bytes = field(repr=False)
    server_key_and_salt: bytes = field(repr=False)
    profile: str


def profile(name: str) -> SrtpProfile:
    """The profile with this IANA name; ValueError when there is none."""
    if name not in PROFILES:
        raise ValueError(f"no SRTP profile is called {name!r}")
    return PROFILES[name]


def prf_tls12(secret: bytes, label: bytes, seed: bytes, n: int, hash_name: str = "sha256") -> bytes:
    """`n` bytes of the TLS 1.2 pseudorandom function: P_hash(secret, label || seed) (RFC 5246 section 5)."""
    return _p_hash(secret, label + seed, n, hash_name)


def prf_tls10(secret: bytes, label: bytes, seed: bytes, n: int) -> bytes:
    """`n` bytes of the pseudorandom function of TLS 1.0, and so of DTLS 1.0: half of the secret goes to MD5, the other
    half to SHA-1, and the answers are XORed (RFC 2246 section 5). Halves of an odd secret share the byte between."""
    half = (len(secret) + 1) // 2
    md5 = _p_hash(secret[:half], label + seed, n, "md5")
    sha1 = _p_hash(secret[-half:], label + seed, n, "sha1")
    return bytes(one ^ other for one, other in zip(md5, sha1, strict=True))


def _p_hash(secret: bytes, seed: bytes, n: int, hash_name: str) -> bytes:
    a = seed
    output = b""
    while len(output) < n:
        a = hmac.digest(secret, a, hash_name)
        output += hmac.digest(secret, a + seed, hash_name)
    return output[:n]


def export_keying_material_tls12(
    master: bytes, client_random: bytes, server_random: bytes, length: int, hash_name: str = "sha256"
) -> bytes:
    """Keying material for SRTP, exported without a context (RFC 5705 section 4, RFC 5764 section 4.2).

    `hash_name` follows version and suite: `DtlsAssociation.prf_hash`. ValueError when a secret or a random has the
    wrong length.
    """
    if len(master) != MASTER_BYTES:
        raise ValueError(f"the master secret has {len(master)} bytes, not {MASTER_BYTES}")
    for side, random in (("client", client_random), ("server", server_random)):
        if len(random) != RANDOM_BYTES:
            raise ValueError(f"the {side}'s random has {len(random)} bytes, not {RANDOM_BYTES}")
    if hash_name == MD5_SHA1:
        return prf_tls10(master, LABEL, client_random + server_random, length)
    return prf_tls12(master, LABEL, client_random + server_random, length, hash_name)


def export_keying_material_tls13(exporter: bytes, length: int, prefix: bytes = hkdf.DTLS13) -> bytes:
    """Keying material for SRTP from an exporter secret of DTLS 1.3 (RFC 8446 section 7.5, RFC 5764 section 4.2).

    Stacks that forgot RFC 9147 section 5.9 write `hkdf.TLS13` in front of the labels. ValueError when the secret has
    the length of no digest.
    """
    if len(exporter) not in _EXPORTER_HASHES:
        raise ValueError(f"an exporter secret has 32 or 48 bytes, not {len(exporter)}")
    return hkdf.export(exporter, LABEL, length, _EXPORTER_HASHES[len(exporter)], prefix)


def keying_material_length(profile_name: str) -> int:
    """Bytes to export for a profile: two master keys and two master salts."""
    sizes = profile(profile_name)
    return 2 * (sizes.key + sizes.salt)


def split_keying_material(material: bytes, profile_name: str) -> SrtpKeys:
    """Cut exported material into client key, server key, client salt, server salt (RFC 5764 section 4.2)."""
    sizes = profile(profile_name)
    if len(material) != keying_material_length(profile_name):
        raise ValueError(
            f"{profile_name} takes {keying_material_length(profile_name)} bytes of keying material, not {len(material)}"
        )
    salts = 2 * sizes.key
    return SrtpKeys(
        client_key_and_salt=material[: sizes.key] + material[salts : salts + sizes.salt],
        server_key_and_salt=material[sizes.key : salts] + material[salts + sizes.salt :],
        profile=profile_name,
    )
