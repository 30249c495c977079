"""Two handshakes held against each other: only what is whole and equal counts as untouched."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.inspection.calls import CallEvidence, calls
from harness.inspection.calls.comparison import Comparison, combined, compare_handshakes
from harness.inspection.calls.evidence import Seen
from harness.model.inspection import CallVerdict
from harness.wire.dtls import ClientHello, DtlsAssociation, ServerHello
from harness.wire.dtls.association import SeenMessage

from ...wire.openssl_pair import connect, context, shake_hands
from ..call_traffic import ALICE, BOB, datagrams, dtls, evidence
from .captured import ALICE_ID, BOB_ID, MALLORY_ID, captured, changed, honest, intercepted, without

INTERCEPTED, NOT_INTERCEPTED, CANNOT_TELL = (
    CallVerdict.INTERCEPTED,
    CallVerdict.NOT_INTERCEPTED,
    CallVerdict.CANNOT_TELL,
)
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEYS, VERIFY, CLIENT_KEYS = 1, 2, 11, 12, 15, 16

RECORDED = json.loads((Path(__file__).parents[2] / "wire/dtls/chromium-dtls13.json").read_text(encoding="utf-8"))
DTLS_13 = [(row["from"] == "client", bytes.fromhex(row["hex"])) for row in RECORDED["datagrams"]]


def compared(one: CallEvidence, other: CallEvidence) -> Comparison:
    (left,), (right,) = one.associations, other.associations
    return compare_handshakes(Seen(one, left), Seen(other, right))


def forged(capture: CallEvidence, kind: int, from_client: bool) -> CallEvidence:
    """The capture with another message in the place of one."""
    (one,) = capture.associations
    near = one.dtls.client_is_near is from_client
    return changed(
        capture,
        messages=tuple(
            SeenMessage(kind, near, 3, b"forged") if (each.type, each.from_near) == (kind, near) else each
            for each in one.dtls.messages
        ),
    )


def browser(name: str, time: float) -> CallEvidence:
    return evidence(name, datagrams(DTLS_13, ALICE, BOB, time))


def test_the_same_bytes() -> None:
    assert compared(*honest()).verdict is NOT_INTERCEPTED


@pytest.mark.parametrize(
    ("kind", "from_client", "verdict", "why"),
    [
        (CERTIFICATE, True, INTERCEPTED, "the certificates differ"),
        (CERTIFICATE, False, INTERCEPTED, "the certificates differ"),
        (SERVER_KEYS, False, INTERCEPTED, "other keys were exchanged"),
        (CLIENT_KEYS, True, INTERCEPTED, "other keys were exchanged"),
        (CLIENT_HELLO, True, CANNOT_TELL, "its ClientHello differ"),
        (SERVER_HELLO, False, CANNOT_TELL, "its ServerHello differ"),
        (VERIFY, True, CANNOT_TELL, "its CertificateVerify differ"),
    ],
)
def test_randoms_alone_prove_nothing(kind: int, from_client: bool, verdict: CallVerdict, why: str) -> None:
    alice, bob = honest()
    found = compared(alice, forged(bob, kind, from_client))
    assert found.verdict is verdict
    assert why in found.because[0]


@pytest.mark.parametrize(
    ("kind", "from_client", "named"),
    [
        (CLIENT_HELLO, True, "ClientHello"),
        (SERVER_HELLO, False, "ServerHello"),
        (CERTIFICATE, True, "client's certificate"),
        (CERTIFICATE, False, "server's certificate"),
        (SERVER_KEYS, False, "ServerKeyExchange"),
        (CLIENT_KEYS, True, "ClientKeyExchange"),
    ],
)
def test_a_message_that_was_lost_from_a_capture_leaves_the_question_open(
    kind: int, from_client: bool, named: str
) -> None:
    alice, bob = honest()
    for pair in ((alice, without(bob, kind, from_client)), (without(alice, kind, from_client), bob)):
        found = compared(*pair)
        assert found.verdict is CANNOT_TELL
        assert found.because[0].endswith(f"it was not captured whole: {named}")


def test_a_proof_of_possession_that_was_lost_does_not_matter() -> None:
    alice, bob = honest()
    assert compared(alice, without(bob, VERIFY)).verdict is NOT_INTERCEPTED


def test_an_rsa_key_transport_has_no_key_exchange_of_the_server() -> None:
    alice, bob = honest()
    static = {"suite_iana": "TLS_RSA_WITH_AES_128_GCM_SHA256"}
    assert (
        compared(changed(alice, **static), changed(without(bob, SERVER_KEYS, False), **static)).verdict
        is NOT_INTERCEPTED
    )


def test_a_resumed_session_says_nothing_of_its_first_handshake() -> None:
    client, server = context(ALICE_ID), context(BOB_ID)
    server.set_session_id(b"resumption")
    first = connect(client, server)
    second = connect(client, server, session=first.client.get_session())
    found = compared(captured("alice.pcap", second), captured("bob.pcap", second, time=9))
    assert found.verdict is CANNOT_TELL
    assert "resumed" in found.because[0]


def test_contradicting_messages_leave_the_question_open() -> None:
    alice, bob = honest()
    assert compared(changed(alice, contradicted=True), bob).verdict is CANNOT_TELL
    assert compared(alice, changed(bob, contradicted=True)).verdict is CANNOT_TELL


def test_other_certificates() -> None:
    found = compared(*intercepted())
    assert found.verdict is INTERCEPTED
    assert found.because[0].startswith("the certificates differ: alice.pcap frames 5–8 ")


def test_the_same_certificates_in_two_handshakes() -> None:
    one, other = (captured(name, shake_hands(ALICE_ID, BOB_ID)) for name in ("a", "b"))
    found = compared(one, other)
    assert found.verdict is CANNOT_TELL
    assert "a holder of both keys" in found.because[0]
    turned = captured("b", shake_hands(BOB_ID, ALICE_ID))
    assert compared(one, turned).verdict is CANNOT_TELL


def test_a_third_certificate_is_enough_where_one_was_not_seen() -> None:
    alice, bob = intercepted()
    half = changed(bob, certificates_near=())
    assert half.associations[0].dtls.certificates_far == (BOB_ID.der,)
    assert compared(alice, half).verdict is INTERCEPTED


def test_certificates_that_were_not_seen_prove_nothing() -> None:
    blind = changed(captured("b", shake_hands(ALICE_ID, BOB_ID)), certificates_near=(), certificates_far=())
    found = compared(honest()[0], blind)
    assert found.verdict is CANNOT_TELL
    assert "not all certificates were seen" in found.because[0]


def test_both_ends_with_one_certificate_are_not_the_two_of_the_other_side() -> None:
    reflected = captured("b", shake_hands(ALICE_ID, ALICE_ID))
    assert compared(honest()[0], reflected).verdict is INTERCEPTED


def test_dtls_13_with_the_same_hellos_was_not_touched() -> None:
    found = compared(browser("a", 1), browser("b", 5))
    assert found.verdict is NOT_INTERCEPTED
    assert "both hellos with their key shares (X25519MLKEM768) are equal byte for byte" in found.because[0]


def test_dtls_13_with_other_randoms_was_ended_by_somebody() -> None:
    found = compared(browser("a", 1), changed(browser("b", 5), client_random=bytes(32)))
    assert found.verdict is INTERCEPTED
    assert "DTLS 1.3 hides the certificates" in found.because[0]
    downgraded = compared(browser("a", 1), captured("b", shake_hands(MALLORY_ID, BOB_ID)))
    assert downgraded.verdict is INTERCEPTED


def with_share(hello: ClientHello | ServerHello | None, share: bytes) -> ClientHello | ServerHello:
    assert hello is not None
    return replace(hello, extensions=tuple((code, share if code == 51 else body) for code, body in hello.extensions))


@pytest.mark.parametrize("side", ["client_hello", "server_hello"])
def test_dtls_13_with_other_key_shares_under_the_same_randoms(side: str) -> None:
    bob = browser("b", 5)
    (one,) = bob.associations
    forged_hello = with_share(getattr(one.dtls, side), b"\x00\x1d\x00\x01x")
    found = compared(browser("a", 1), changed(bob, **{side: forged_hello}))
    assert found.verdict is INTERCEPTED
    assert "other keys were exchanged" in found.because[0]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda one: without(one, CLIENT_HELLO), "not captured whole: ClientHello"),
        (lambda one: without(one, SERVER_HELLO, False), "not captured whole: ServerHello"),
        (lambda one: forged(one, CLIENT_HELLO, True), "its ClientHello differ"),
    ],
)
def test_dtls_13_of_which_not_all_is_known(spoil: Callable[[CallEvidence], CallEvidence], why: str) -> None:
    found = compared(browser("a", 1), spoil(browser("b", 5)))
    assert found.verdict is CANNOT_TELL
    assert why in found.because[0]


def test_dtls_13_without_a_key_share_made_no_new_secret() -> None:
    found = compared(changed(browser("a", 1), group=None), changed(browser("b", 5), group=None))
    assert found.verdict is CANNOT_TELL


def test_the_gravest_verdict_counts_and_every_reason_is_kept() -> None:
    clean, open_, bad = (Comparison(verdict, (verdict,)) for verdict in (NOT_INTERCEPTED, CANNOT_TELL, INTERCEPTED))
    assert combined([clean, bad, open_]) == Comparison(INTERCEPTED, (INTERCEPTED, NOT_INTERCEPTED, CANNOT_TELL))
    assert combined([clean, open_]).verdict is CANNOT_TELL
    assert combined([clean, clean]).verdict is NOT_INTERCEPTED
    assert combined([]).verdict is CANNOT_TELL


def test_an_association_of_which_nothing_is_known_is_equal_to_nothing() -> None:
    empty = changed(honest()[0], **{name: getattr(DtlsAssociation(), name) for name in ("messages", "group")})
    assert compared(empty, changed(empty)).verdict is CANNOT_TELL


def test_lost_and_repeated_datagrams_on_one_side_change_nothing() -> None:
    pair = shake_hands(ALICE_ID, BOB_ID, mtu=400)
    twice = [one for one in dtls(pair, ALICE, BOB) for _ in range(2)]
    assert compared(evidence("a", twice), evidence("b", dtls(pair, ALICE, BOB, time=7))).verdict is NOT_INTERCEPTED


PAIR = shake_hands(ALICE_ID, BOB_ID)
KINDS = ((1, True), (2, False), (11, False), (11, True), (12, False), (16, True))


@settings(max_examples=60)
@given(st.data())
def test_a_flipped_bit_is_never_overlooked(data: st.DataObject) -> None:
    """Wherever it is: either a message is not the same any more, or it was not one that makes the keys."""
    at = data.draw(st.integers(0, len(PAIR.datagrams) - 1))
    from_client, datagram = PAIR.datagrams[at]
    spoilt = bytearray(datagram)
    spoilt[data.draw(st.integers(0, len(datagram) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    said = [*PAIR.datagrams[:at], (from_client, bytes(spoilt)), *PAIR.datagrams[at + 1 :]]
    alice, bob = evidence("a", datagrams(PAIR.datagrams, ALICE, BOB)), evidence("b", datagrams(said, ALICE, BOB, 5))
    (call, *_) = calls((alice, bob))
    if call.verdict is NOT_INTERCEPTED:
        one, other = alice.associations[0].dtls, bob.associations[0].dtls
        assert [one.digest(*kind) for kind in KINDS] == [other.digest(*kind) for kind in KINDS]
