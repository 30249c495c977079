"""Secrets at hand: key logs and decryption-secrets blocks, the keys that follow, and what to look for as a result."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ..vantage.window import NONE
from ..wire.keylog import Label, Secrets, read_keylog
from ..wire.sdp import Sdp
from ..wire.srtp import profile
from ..wire.srtp_kdf import session_keys
from .captured import Captured
from .keys import Handshake, KeyedSender, described_senders, keyed_senders, left_out
from .misuse import KeyPair
from .options import Options
from .search import Pattern, PatternKind

TLS_KEY_LOG: Final = 0x544C534B
"""Type of a pcapng decryption-secrets block that holds a key log."""

MOST_PATTERNS: Final = 400
"""Keys that are looked for. A key log of a long day holds thousands; those of the calls at hand come first."""

_SECRET_KINDS: Final = {Label.MASTER: PatternKind.MASTER, Label.EXPORTER: PatternKind.EXPORTER}


def gathered(captures: Sequence[Captured], options: Options) -> tuple[Secrets, tuple[str, ...]]:
    """Every secret, and one sentence about each line that could not be read. ValueError for a text that is too long."""
    texts = list(options.keylogs)
    for one in captures:
        blocks = [value for kind, value in one.capture.secrets if kind == TLS_KEY_LOG]
        texts += [(f"{one.name}, decryption secrets", value.decode("utf-8", "replace")) for value in blocks]
    secrets, problems = Secrets(), []
    for name, text in texts:
        found, wrong = read_keylog(text)
        secrets |= found
        problems += [f"{name}: {sentence}" for sentence in wrong]
    return secrets, tuple(problems)


@dataclass(frozen=True)
class Keys:
    """The keys to try on each capture: of its own handshakes and of the other captures', and of the descriptions.

    `problems`: a sentence on each that could not be used.
    """

    agreed: tuple[tuple[KeyedSender, ...], ...]
    described: tuple[KeyedSender, ...]
    problems: tuple[str, ...]

    def of(self, capture: int) -> tuple[KeyedSender, ...]:
        """All keys to try on one of the captures."""
        return (*self.agreed[capture], *self.described)


def keys_of(captures: Sequence[Captured], secrets: Secrets, options: Options) -> Keys:
    """Every key that follows from what is at hand."""
    known = [
        [found for one in each.followed if (found := Handshake.of(one.dtls, one.leg)) is not None] for each in captures
    ]
    described: list[KeyedSender] = []
    problems: list[str] = []
    for name, text in options.sdp:
        try:
            senders, wrong = described_senders(Sdp.parse(text), name)
        except ValueError as error:
            senders, wrong = (), (f"{name}: {error}",)
        described += senders
        problems += wrong
    keys = []
    for place, own in enumerate(known):
        elsewhere = [one.elsewhere() for at, each in enumerate(known) if at != place for one in each]
        keys.append(keyed_senders([*own, *elsewhere], secrets))
        if count := left_out([*own, *elsewhere], secrets):
            problems.append(f"{captures[place].name}: {count} exporter secrets without a handshake were not tried")
    return Keys(tuple(keys), tuple(described), tuple(problems))


def key_pairs(captures: Sequence[Captured], keys: Keys) -> tuple[KeyPair, ...]:
    """The keys of both directions of each handshake; and of two descriptions, of which each says how its side sends."""
    pairs = []
    for captured, senders in zip(captures, keys.agreed, strict=True):
        own = [one for one in senders if one.leg is not None]
        for client, server in zip(own[::2], own[1::2], strict=True):
            # One handshake that two captures show is one call. A digest, because a name may be shown.
            call = sha256(client.key_and_salt + server.key_and_salt).hexdigest()
            leg = captured.leg(client.leg if client.leg is not None else NONE)
            pairs.append(KeyPair(leg, call, client.key_and_salt, server.key_and_salt))
    if len(keys.described) > 1:
        one, other, *_ = keys.described
        pairs.append(KeyPair("signalling", "described", one.key_and_salt, other.key_and_salt))
    return tuple(pairs)


def key_patterns(
    captures: Sequence[Captured], secrets: Secrets, keys: Keys, used: Collection[str]
) -> tuple[tuple[Pattern, ...], int]:
    """What to look for because of these secrets, those of the captures first; and how many are left out.

    `used`: origins of the keys under which packets are authentic. A key that a description offers is public where it
    stands; it is a secret only if it protects something.
    """
    seen = {one.dtls.client_random for each in captures for one in each.followed}
    patterns: dict[bytes, Pattern] = {}
    for label, kind in _SECRET_KINDS.items():
        ordered = sorted(secrets.of(label).items(), key=lambda one: one[0] not in seen)
        for random, secret in ordered:
            patterns.setdefault(secret, Pattern(f"client random {random[:4].hex()}…", kind, secret))
    in_use = [one for one in keys.described if one.origin in used]
    for sender in (*(one for each in keys.agreed for one in each), *in_use):
        for pattern in _of_sender(sender):
            patterns.setdefault(pattern.secret, pattern)
    found = tuple(patterns.values())
    return found[:MOST_PATTERNS], max(0, len(found) - MOST_PATTERNS)


def _of_sender(sender: KeyedSender) -> Iterator[Pattern]:
    sizes, name = profile(sender.profile), f"{sender.origin}, {sender.profile}"
    key, salt = sender.key_and_salt[: sizes.key], sender.key_and_salt[sizes.key :]
    yield Pattern(name, PatternKind.SRTP_MASTER_KEY, key)
    yield Pattern(name, PatternKind.SRTP_MASTER_SALT, salt)
    for carrier, rtcp in (("SRTP", False), ("SRTCP", True)):
        session = session_keys(sizes, sender.key_and_salt, rtcp=rtcp)
        yield Pattern(f"{name}, {carrier}", PatternKind.SESSION_KEY, session.cipher)
        yield Pattern(f"{name}, {carrier}", PatternKind.SESSION_AUTH_KEY, session.auth)
        yield Pattern(f"{name}, {carrier}", PatternKind.SESSION_SALT, session.salt)
