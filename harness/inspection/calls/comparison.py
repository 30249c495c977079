"""Is the handshake that one capture shows the one that the other shows? What follows from it for the call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...codes.teams20 import thumbprint
from ...model.inspection import CallVerdict
from ...wire.dtls import ClientHello, DtlsAssociation, HandshakeType, ServerHello
from ...wire.dtls.hello import KEY_SHARE
from .conversation import Conversation
from .evidence import Seen

_CLIENT, _SERVER = True, False

_MESSAGES: Final = (
    (HandshakeType.CLIENT_HELLO, _CLIENT, "ClientHello"),
    (HandshakeType.SERVER_HELLO, _SERVER, "ServerHello"),
    (HandshakeType.CERTIFICATE, _SERVER, "server's certificate"),
    (HandshakeType.CERTIFICATE, _CLIENT, "client's certificate"),
    (HandshakeType.SERVER_KEY_EXCHANGE, _SERVER, "ServerKeyExchange"),
    (HandshakeType.CLIENT_KEY_EXCHANGE, _CLIENT, "ClientKeyExchange"),
    (HandshakeType.CERTIFICATE_VERIFY, _CLIENT, "CertificateVerify"),
)
_HELLOS: Final = frozenset({"ClientHello", "ServerHello"})
_CERTIFICATES: Final = frozenset({"server's certificate", "client's certificate"})
_KEYS: Final = frozenset({"ServerKeyExchange", "ClientKeyExchange"})
_HIDES_CERTIFICATES: Final = "DTLSv1.3"
_CLOCK_STEPS: Final = 4e-6
"""Seconds that times of one capture may be off when they were rounded to microseconds."""


@dataclass(frozen=True)
class Comparison:
    """A verdict on two sides of a call, and its reasons."""

    verdict: CallVerdict
    because: tuple[str, ...]


def compare(one: Conversation, other: Conversation) -> Comparison:
    """Pair the handshakes of both sides, and compare each pair. One that differs decides; one without a partner, or
    that was not seen whole, leaves the question open."""
    pairs, alone = _pairs(one, other)
    found = [compare_handshakes(*pair) for pair in pairs]
    found += [
        _cannot_tell(f"{seen.where}: the other side shows no handshake that belongs to this one") for seen in alone
    ]
    found += [_cannot_tell(sentence) for side in (one, other) for sentence in incomplete(side)]
    return combined(found)


def incomplete(conversation: Conversation) -> list[str]:
    """What may belong to a call and was not seen whole, or is not protected by its handshakes, one sentence each."""
    why = "media may be protected by a handshake that was not seen whole"
    return [f"{seen.where}: {why}" for seen in conversation.unclear] + [
        f"{conversation.evidence.name}: {media.why}" for media in conversation.open_media
    ]


def combined(found: Sequence[Comparison]) -> Comparison:
    """The gravest verdict of all, with all reasons: first those that decided."""
    verdicts = [one.verdict for one in found]
    grave = (CallVerdict.INTERCEPTED, CallVerdict.CANNOT_TELL)
    clean = CallVerdict.NOT_INTERCEPTED if found else CallVerdict.CANNOT_TELL
    verdict = next((each for each in grave if each in verdicts), clean)
    in_order = sorted(found, key=lambda one: one.verdict is not verdict)
    return Comparison(verdict, tuple(sentence for one in in_order for sentence in one.because))


def compare_handshakes(one: Seen, other: Seen) -> Comparison:
    """Two handshakes that are taken as the two sides of one."""
    for seen in (one, other):
        if seen.followed.dtls.contradicted:
            return _cannot_tell(f"{seen.where}: two different messages of one kind; which one counted is not known")
    return _same(one, other) if one.handshake == other.handshake else _different(one, other)


def printed(certificate: bytes) -> str:
    """A certificate as a person can compare it: the first bytes of its SHA-256 thumbprint."""
    return f"{thumbprint(certificate)[:8].hex(':').upper()}…"


def _pairs(one: Conversation, other: Conversation) -> tuple[list[tuple[Seen, Seen]], list[Seen]]:
    """Handshakes with equal randoms, then with an equal client random, then the rest in order; and those left over."""
    left, right = list(one.finished), list(other.finished)
    pairs: list[tuple[Seen, Seen]] = []
    for depth in (2, 1):
        waiting: dict[tuple[bytes | None, ...], list[Seen]] = {}
        for seen in reversed(right):
            waiting.setdefault(seen.handshake[:depth], []).append(seen)
        found = [(seen, waiting[key].pop()) for seen in left if waiting.get(key := seen.handshake[:depth])]
        taken = {id(seen) for pair in found for seen in pair}
        left, right = ([seen for seen in side if id(seen) not in taken] for side in (left, right))
        pairs += found
    pairs += zip(left, right, strict=False)
    shorter = min(len(left), len(right))
    return pairs, left[shorter:] + right[shorter:]


def _same(one: Seen, other: Seen) -> Comparison:
    """The randoms are equal. An interceptor may hand them through, so everything else has to be equal as well."""
    both = f"{one.where} and {other.where}"
    a, b = one.followed.dtls, other.followed.dtls
    differing = {name for name, left, right in _digests(a, b) if left and right and left != right}
    missing = [name for name, left, right in _digests(a, b) if not (left and right) and name in _needed(a, b)]
    if differing & _CERTIFICATES:
        return _intercepted(f"the handshakes have the same randoms, but the certificates differ: {_shown(one, other)}")
    if differing & _KEYS or _other_key_shares(a, b):
        return _intercepted(f"{both}: the handshakes have the same randoms, but other keys were exchanged")
    if differing:
        return _cannot_tell(f"{both}: the same handshake, but its {', '.join(sorted(differing))} differ")
    if a.resumed or b.resumed:
        return _cannot_tell(f"{both}: a resumed session; the handshake that made its keys is not here")
    if missing:
        return _cannot_tell(f"{both}: the same handshake, but it was not captured whole: {', '.join(missing)}")
    if a.version == _HIDES_CERTIFICATES and a.group is None:
        return _cannot_tell(f"{both}: the same handshake, but it made no new secret")
    if _same_place(one, other):
        return _cannot_tell(f"{both}: the same handshake, but both were captured on the same side of the call")
    return Comparison(CallVerdict.NOT_INTERCEPTED, (f"{both} show the same handshake: {_equal(a)}",))


def _same_place(one: Seen, other: Seen) -> bool:
    """Whether both saw one handshake from one end: then they cannot show what is between the ends."""
    a, b = one.followed, other.followed
    if one.evidence is not other.evidence and {a.near, a.far} == {b.near, b.far}:
        # At the other end an answer comes later by the whole way there and back: equal waits are those of copies,
        # whatever became of the clock when they were converted.
        waits = [seen.followed.answered - seen.followed.started for seen in (one, other)]
        if a.started == b.started or abs(waits[0] - waits[1]) < _CLOCK_STEPS:
            return True
    sides = [_local_is_client(each) for each in (one, other)]
    return sides[0] is not None and sides[0] is sides[1]


def _local_is_client(seen: Seen) -> bool | None:
    """Whether the side that captured was DTLS client; None when it is not known which side that was."""
    near = seen.evidence.local_near(seen.followed)
    return None if near is None else near is seen.followed.dtls.client_is_near


def _equal(handshake: DtlsAssociation) -> str:
    why = "who has not made one of the keys cannot know the secret, so nobody between the two places can"
    if handshake.version == _HIDES_CERTIFICATES:
        return f"both hellos with their key shares ({handshake.group}) are equal byte for byte; {why}"
    ends = " and ".join(printed(chain[0]) for chain in (handshake.certificates_client, handshake.certificates_server))
    return f"hellos, certificates ({ends}) and key exchange are equal byte for byte; {why}"


def _different(one: Seen, other: Seen) -> Comparison:
    """Two handshakes of one call: somebody ended the first one and made the second."""
    both = f"{one.where} and {other.where}"
    a, b = _certificates(one), _certificates(other)
    if len(a | b) > 2 or (_complete(one) and _complete(other) and a != b):
        return _intercepted(f"the certificates differ: {_shown(one, other)}")
    if _complete(one) and _complete(other):
        detail = "two handshakes with the same two certificates: a holder of both keys is between the captures,"
        return _cannot_tell(f"{both}: {detail} or they do not show one moment of one call")
    if _HIDES_CERTIFICATES in (one.followed.dtls.version, other.followed.dtls.version):
        detail = "DTLS 1.3 hides the certificates, but these are two handshakes with keys of their own"
        return _intercepted(f"{both}: {detail}: somebody between the captures ended one and began the other")
    return _cannot_tell(f"{both}: two handshakes, of which not all certificates were seen")


def _needed(a: DtlsAssociation, b: DtlsAssociation) -> frozenset[str]:
    """The messages that must be known to be equal before a handshake counts as untouched."""
    if a.version == b.version == _HIDES_CERTIFICATES:
        return _HELLOS
    needed = _HELLOS | _CERTIFICATES | {"ClientKeyExchange"}
    static = (a.suite_iana or "").startswith("TLS_RSA_")
    return needed if static else needed | {"ServerKeyExchange"}


def _digests(a: DtlsAssociation, b: DtlsAssociation) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    for kind, from_client, name in _MESSAGES:
        yield name, a.digest(kind, from_client), b.digest(kind, from_client)


def _other_key_shares(a: DtlsAssociation, b: DtlsAssociation) -> bool:
    """Whether both captures show a key share of one side of DTLS 1.3, and not the same."""
    if not a.version == b.version == _HIDES_CERTIFICATES:
        return False
    hellos = ((a.client_hello, b.client_hello), (a.server_hello, b.server_hello))
    shares = [(_key_share(left), _key_share(right)) for left, right in hellos]
    return any(left is not None and right is not None and left != right for left, right in shares)


def _key_share(hello: ClientHello | ServerHello | None) -> bytes | None:
    return None if hello is None else dict(hello.extensions).get(KEY_SHARE)


def _certificates(seen: Seen) -> frozenset[bytes]:
    dtls = seen.followed.dtls
    return frozenset((*dtls.certificates_near[:1], *dtls.certificates_far[:1]))


def _complete(seen: Seen) -> bool:
    return bool(seen.followed.dtls.certificates_near and seen.followed.dtls.certificates_far)


def _shown(one: Seen, other: Seen) -> str:
    return "; ".join(f"{seen.where} {' and '.join(sorted(map(printed, _certificates(seen))))}" for seen in (one, other))


def _intercepted(sentence: str) -> Comparison:
    return Comparison(CallVerdict.INTERCEPTED, (sentence,))


def _cannot_tell(sentence: str) -> Comparison:
    return Comparison(CallVerdict.CANNOT_TELL, (sentence,))
