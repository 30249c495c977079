"""Master keys that senders of SRTP may have: from handshakes with their secrets, and from session descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ..wire import hkdf, srtp
from ..wire.dtls import DtlsAssociation, srtp_profile_name
from ..wire.keylog import Label, Secrets
from ..wire.sdes import parse as parse_crypto
from ..wire.sdp import Sdp

MAX_UNSEEN: Final = 256
"""Handshakes of which only the exporter secret is known, not one message: each gives many keys to try."""

_PREFIXES: Final = (hkdf.DTLS13, hkdf.TLS13)
"""The second one is what stacks write that forgot RFC 9147 section 5.9: tried too, and named when it fits."""


@dataclass(frozen=True)
class Handshake:
    """What SRTP keys are derived from besides a secret. What was not seen is None or empty.

    `leg` is a place in `Window.legs`; None when another capture shows the handshake. `profiles`: the one that the
    server chose, or else what the client offered (DTLS 1.3 encrypts the choice). `prf_hash`: DtlsAssociation.prf_hash.
    """

    client_random: bytes
    server_random: bytes | None
    prf_hash: str
    profiles: tuple[str, ...]
    client_is_near: bool | None
    leg: int | None = None
    mki: bytes = b""

    @classmethod
    def of(cls, association: DtlsAssociation, leg: int | None) -> Handshake | None:
        """The handshake of an association; None when its ClientHello was not seen."""
        hello, chosen = association.client_hello, association.srtp_profile
        if association.client_random is None or hello is None:
            return None
        offered = tuple(srtp_profile_name(code) for code in hello.srtp_profiles)
        try:
            prf_hash = association.prf_hash
        except ValueError:
            prf_hash = "sha256"
        return cls(
            association.client_random,
            association.server_random,
            prf_hash,
            tuple(name for name in ((chosen,) if chosen else offered) if name in srtp.PROFILES),
            association.client_is_near,
            leg,
            association.srtp_mki,
        )

    def elsewhere(self) -> Handshake:
        """The same handshake for another capture, whose legs have other numbers."""
        return Handshake(
            self.client_random, self.server_random, self.prf_hash, self.profiles, self.client_is_near, None, self.mki
        )


@dataclass(frozen=True)
class KeyedSender:
    """A master key with its salt, and where its packets are expected.

    `leg` and `outward` are those of StreamKey, None for anywhere. `origin` names where the key comes from. `mki` is the
    master key identifier that each packet carries.
    """

    profile: str
    key_and_salt: bytes = field(repr=False)
    origin: str
    leg: int | None = None
    outward: bool | None = None
    mki: bytes = b""


def keyed_senders(handshakes: Iterable[Handshake], secrets: Secrets) -> tuple[KeyedSender, ...]:
    """Every key that these secrets give: one for each side of each handshake, more when the profile is not known.

    Exporter secrets without a handshake count too (a capture may begin after it), at most MAX_UNSEEN of them.
    """
    found: list[KeyedSender] = []
    seen = set()
    for one in handshakes:
        seen.add(one.client_random)
        found += _of_handshake(one, secrets)
    unseen = [secret for random, secret in secrets.of(Label.EXPORTER).items() if random not in seen]
    profiles = tuple(name for name, profile in srtp.PROFILES.items() if profile.encrypts)
    for secret in unseen[:MAX_UNSEEN]:
        nothing = Handshake(b"", None, "", profiles, None)
        found += _exported(nothing, secret, _PREFIXES[:1])
    return tuple(found)


def left_out(handshakes: Iterable[Handshake], secrets: Secrets) -> int:
    """Exporter secrets that `keyed_senders` did not use, because there are too many without a handshake."""
    seen = {one.client_random for one in handshakes}
    return max(0, len(secrets.of(Label.EXPORTER).keys() - seen) - MAX_UNSEEN)


def described_senders(
    sdp: Sdp, origin: str, leg: int | None = None, outward: bool | None = None
) -> tuple[tuple[KeyedSender, ...], tuple[str, ...]]:
    """The keys of every `a=crypto` line (what the describing side sends with), and a sentence on each that is wrong."""
    found: list[KeyedSender] = []
    problems: list[str] = []
    for number, (_, value) in enumerate(sdp.cryptos(), start=1):
        try:
            keys = parse_crypto(value).keys
        except ValueError as fault:
            problems.append(f"{origin}, crypto line {number}: {fault}")
            continue
        name = f"{origin}, crypto line {number}"
        found += [KeyedSender(one.profile, one.key_and_salt, name, leg, outward, one.mki) for one in keys]
    return tuple(found), tuple(problems)


def _of_handshake(one: Handshake, secrets: Secrets) -> Iterator[KeyedSender]:
    master = secrets.of(Label.MASTER).get(one.client_random)
    exporter = secrets.of(Label.EXPORTER).get(one.client_random)
    if master is not None and one.server_random is not None:
        for name in one.profiles:
            length = srtp.keying_material_length(name)
            material = srtp.export_keying_material_tls12(
                master, one.client_random, one.server_random, length, one.prf_hash
            )
            yield from _both_sides(one, material, name, "DTLS handshake")
    if exporter is not None:
        yield from _exported(one, exporter, _PREFIXES)


def _exported(one: Handshake, exporter: bytes, prefixes: tuple[bytes, ...]) -> Iterator[KeyedSender]:
    for prefix in prefixes:
        origin = "DTLS 1.3 exporter" if prefix == hkdf.DTLS13 else "DTLS 1.3 exporter with the labels of TLS 1.3"
        for name in one.profiles:
            material = srtp.export_keying_material_tls13(exporter, srtp.keying_material_length(name), prefix)
            yield from _both_sides(one, material, name, origin)


def _both_sides(one: Handshake, material: bytes, profile: str, origin: str) -> Iterator[KeyedSender]:
    keys = srtp.split_keying_material(material, profile)
    near = one.client_is_near if one.leg is not None else None
    yield KeyedSender(profile, keys.client_key_and_salt, f"{origin}, client's key", one.leg, near, one.mki)
    far = None if near is None else not near
    yield KeyedSender(profile, keys.server_key_and_salt, f"{origin}, server's key", one.leg, far, one.mki)
