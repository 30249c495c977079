"""Captures of calls: what the two sides of a call, or somebody in between, would have recorded."""

from __future__ import annotations

from dataclasses import replace

from harness.inspection.associations import Followed
from harness.inspection.calls import CallEvidence
from harness.wire.dtls import DtlsAssociation

from ...wire.openssl_pair import Pair, identity, shake_hands
from ..call_traffic import ALICE, BOB, dtls, evidence, ice

ALICE_ID, BOB_ID, MALLORY_ID = identity("alice"), identity("bob"), identity("mallory")
MALLORY = "198.51.100.9:700"
BEHIND_NAT = "203.0.113.5:41000"
"""Where Bob sees Alice."""


def captured(
    name: str, pair: Pair, client: str = ALICE, server: str = BOB, controlling: str | None = ALICE, time: float = 1.0
) -> CallEvidence:
    """One leg with a handshake and, unless nobody is `controlling`, with ICE before it."""
    controlled = server if controlling == client else client
    checks = ice(controlling, controlled, time - 1) if controlling else []
    return evidence(name, [*checks, *dtls(pair, client, server, time)])


def honest(pair: Pair | None = None) -> tuple[CallEvidence, CallEvidence]:
    """Both sides of a call that Alice made; Bob sees her through a NAT, and his clock is two seconds behind."""
    pair = pair or shake_hands(ALICE_ID, BOB_ID)
    return captured("alice.pcap", pair), captured("bob.pcap", pair, BEHIND_NAT, BOB, BEHIND_NAT, time=-1.0)


def intercepted() -> tuple[CallEvidence, CallEvidence]:
    """Mallory answers Alice and calls Bob."""
    to_alice, to_bob = shake_hands(ALICE_ID, MALLORY_ID), shake_hands(MALLORY_ID, BOB_ID)
    return (
        captured("alice.pcap", to_alice, ALICE, MALLORY),
        captured("bob.pcap", to_bob, MALLORY, BOB, MALLORY, time=1.5),
    )


def changed(capture: CallEvidence, **fields: object) -> CallEvidence:
    """The capture with something else in each of its handshakes."""
    return followed_as(capture, *(replace(one.dtls, **fields) for one in capture.associations))  # type: ignore[arg-type]


def without(capture: CallEvidence, kind: int, from_client: bool = True) -> CallEvidence:
    """The capture without one handshake message, as after a loss."""
    (one,) = capture.associations
    near = one.dtls.client_is_near is from_client
    kept = tuple(message for message in one.dtls.messages if (message.type, message.from_near) != (kind, near))
    return changed(capture, messages=kept)


def followed_as(capture: CallEvidence, *handshakes: DtlsAssociation) -> CallEvidence:
    pairs = zip(capture.associations, handshakes, strict=True)
    return replace(capture, associations=tuple(replace(one, dtls=handshake) for one, handshake in pairs))


def together(name: str, *captures: CallEvidence, legs: bool = True) -> CallEvidence:
    """What one capture shows that has all of these in it, each on a leg of its own."""
    found: list[Followed] = []
    checks = []
    for number, capture in enumerate(captures):
        found += [replace(one, leg=number if legs else one.leg) for one in capture.associations]
        checks += [replace(one, leg=number if legs else one.leg) for one in capture.ice]
    return CallEvidence(name, tuple(found), tuple(checks))
