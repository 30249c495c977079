"""What a leg tells of its handshakes: OpenSSL's real ones, then those that an attacker would write."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire import dtls
from harness.wire.dtls import Alert, AssociationReader, DtlsAssociation, HandshakeMessage
from harness.wire.dtls.association_reader import MAX_ASSOCIATIONS, MAX_REMARKS

from ..openssl_pair import Pair, client_hello, connect, context, identity, shake_hands
from .test_handshake import fragment
from .test_hello import CHOSEN_SRTP, CHOSEN_VERSION, EMS, RANDOM, certificate, server_hello
from .test_hello import client_hello as hello_body
from .test_record import record

ALICE, BOB = identity("alice"), identity("bob")
ENCRYPTED = record(22, bytes(40), epoch=1)


def handshake(kind: int, body: bytes, seq: int = 0) -> bytes:
    return record(22, fragment(HandshakeMessage(kind, seq, body)))


def hello_from(random: bytes = RANDOM) -> bytes:
    return handshake(1, hello_body(EMS, random=random))


CLIENT_HELLO, SERVER_HELLO = hello_from(), handshake(2, server_hello(CHOSEN_SRTP, EMS))


@pytest.mark.parametrize("client_is_near", [True, False])
@pytest.mark.parametrize("mtu", [1200, 260])
def test_a_real_handshake_says_what_both_ends_say(client_is_near: bool, mtu: int) -> None:
    pair = shake_hands(ALICE, BOB, mtu=mtu)
    (association,) = dtls.associations(pair.seen_by(client_is_near))

    assert association.client_is_near is client_is_near
    assert association.version == pair.client.get_protocol_version_name()
    assert association.suite_iana == dtls.suite_by_openssl(str(pair.server.get_cipher_name())).iana
    assert association.srtp_profile == dtls.srtp_profile_by_openssl(pair.server.get_selected_srtp_profile().decode())
    assert association.client_random == pair.server.client_random()
    assert association.server_random == pair.client.server_random()
    near, far = (ALICE, BOB) if client_is_near else (BOB, ALICE)
    assert association.certificates_near == (near.der,)
    assert association.certificates_far == (far.der,)
    assert association.extended_master_secret
    assert association.protected_near
    assert association.protected_far
    assert association.finished
    assert association.group == "x25519"  # the first that OpenSSL offers
    assert (association.first, association.last) == (1, len(pair.datagrams))
    assert (association.resumed, association.alerts, association.problems) == (False, (), ())


def test_dtls_10_is_read_as_well() -> None:
    client, server = (context(one, suites="ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0") for one in (ALICE, BOB))
    for end in (client, server):
        end.set_min_proto_version(0xFEFF)
        end.set_max_proto_version(0xFEFF)
    pair = connect(client, server)
    (association,) = dtls.associations(pair.seen_by(True))
    assert (association.version, association.group, association.finished) == ("DTLSv1", "x25519", True)
    assert association.version == pair.client.get_protocol_version_name()
    assert (association.certificates_client, association.certificates_server) == ((ALICE.der,), (BOB.der,))


def test_the_two_sides_of_one_handshake_have_the_same_digests_and_two_handshakes_have_not() -> None:
    pair = shake_hands(ALICE, BOB)
    (near,), (far,) = (dtls.associations(pair.seen_by(side)) for side in (True, False))
    (other,) = dtls.associations(shake_hands(ALICE, BOB).seen_by(True))
    kinds = [(1, True), (2, False), (11, False), (12, False), (11, True), (16, True), (15, True)]
    digests = [[one.digest(*kind) for kind in kinds] for one in (near, far, other)]
    assert None not in digests[0]
    assert digests[0] == digests[1]
    same = [mine == theirs for mine, theirs in zip(digests[0], digests[2], strict=True)]
    assert same == [False, False, True, False, True, False, False]  # the certificates are the same


def test_other_protocols_on_the_leg_are_passed_over() -> None:
    pair = shake_hands(ALICE, BOB)
    stun, rtp = bytes.fromhex("000100002112a442") + bytes(12), b"\x80\x60" + bytes(30)
    mixed = [(True, b""), (True, stun), *pair.seen_by(True), (False, rtp)]
    assert replace(dtls.associations(mixed)[0], problems=()) == dtls.associations(pair.seen_by(True))[0]
    assert dtls.associations([(True, stun), (False, rtp), (True, b"")]) == ()


def test_the_first_and_the_last_of_the_first_bytes_of_dtls_are_read() -> None:
    changed_cipher = record(20, b"\x01") + ENCRYPTED
    last = bytes([63]) + bytes(20)
    (association,) = dtls.associations([(True, changed_cipher), (False, last)])
    assert (association.protected_near, association.protected_far, association.problems) == (True, True, ())
    assert dtls.associations([(True, b"\x13" + bytes(20)), (True, b"\x40" + bytes(20))]) == ()


def test_two_handshakes_on_one_leg_are_both_reported_also_with_the_same_certificates() -> None:
    first, second = shake_hands(ALICE, BOB), shake_hands(ALICE, BOB)
    both = dtls.associations([*first.seen_by(True), *second.seen_by(True)])
    assert [one.client_random for one in both] == [first.server.client_random(), second.server.client_random()]
    assert [(one.certificates_near, one.certificates_far) for one in both] == [((ALICE.der,), (BOB.der,))] * 2


def test_every_datagram_twice_changes_nothing_but_that_it_was_seen() -> None:
    pair = shake_hands(ALICE, BOB)
    twice = [datagram for datagram in pair.seen_by(True) for _ in range(2)]
    (once,), (again,) = dtls.associations(pair.seen_by(True)), dtls.associations(twice)
    assert (once.replayed, again.replayed) == (False, True)
    assert replace(again, replayed=False) == once


def test_a_resumed_session_shows_no_certificate_and_says_so() -> None:
    client, server = context(ALICE), context(BOB)
    server.set_session_id(b"resumption")
    first = connect(client, server)
    second = connect(client, server, session=first.client.get_session())
    full, resumed = dtls.associations([*first.seen_by(True), *second.seen_by(True)])
    assert (full.resumed, full.certificates_far) == (False, (BOB.der,))
    assert (resumed.resumed, resumed.certificates_far) == (True, ())


def test_ends_without_a_common_suite_leave_an_alert() -> None:
    pair: Pair = connect(context(ALICE, suites="ECDHE-RSA-AES128-GCM-SHA256"), context(BOB))
    (association,) = dtls.associations(pair.seen_by(True))
    assert association.alerts == (Alert(from_near=False, level="fatal", description="handshake_failure"),)
    assert association.version is None
    assert association.client_hello is not None
    assert [dtls.suite_name(code) for code in association.client_hello.suites[:1]] == [
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    ]


def test_a_null_suite_is_called_by_its_name() -> None:
    suites = "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"
    (association,) = dtls.associations(shake_hands(ALICE, BOB, suites=suites).seen_by(True))
    assert association.suite_iana == "TLS_ECDHE_ECDSA_WITH_NULL_SHA"


def test_an_rsa_chain_is_read_from_its_fragments() -> None:
    bob = identity("bob", rsa.generate_private_key(65537, 2048))
    pair = shake_hands(ALICE, bob, suites="ECDHE-RSA-AES256-GCM-SHA384", mtu=300)
    (association,) = dtls.associations(pair.seen_by(True))
    assert association.certificates_far == (bob.der,)


def test_a_second_hello_with_a_cookie_is_the_same_handshake() -> None:
    again = handshake(1, hello_body(EMS, cookie=b"cookie"), seq=1)
    (association,) = dtls.associations([(True, CLIENT_HELLO), (True, again), (False, SERVER_HELLO)])
    assert association.client_hello is not None
    assert association.client_hello.cookie == b"cookie"


def test_a_hello_retry_request_is_not_the_answer() -> None:
    retry = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
    (association,) = dtls.associations(
        [
            (True, CLIENT_HELLO),
            (False, handshake(2, server_hello(CHOSEN_VERSION, random=retry))),
            (True, handshake(1, hello_body(EMS, cookie=b"x"), seq=1)),
            (False, handshake(2, server_hello(CHOSEN_VERSION), seq=1)),
        ]
    )
    assert (association.version, association.server_random) == ("DTLSv1.3", RANDOM[::-1])
    assert association.problems == ()


def test_a_real_dtls_13_handshake_shows_version_and_suite_and_nothing_of_the_certificates() -> None:
    recorded = json.loads(Path(__file__).with_name("chromium-dtls13.json").read_text(encoding="utf-8"))
    leg = [(row["from"] == "client", bytes.fromhex(row["hex"])) for row in recorded["datagrams"]]
    (association,) = dtls.associations(leg)
    assert (association.client_is_near, association.version) == (True, "DTLSv1.3")
    assert association.suite_iana == "TLS_AES_128_GCM_SHA256"
    assert (association.group, association.finished) == ("X25519MLKEM768", True)
    assert (association.srtp_profile, association.certificates_near, association.certificates_far) == (None, (), ())
    assert association.client_hello is not None
    assert [dtls.version_name(version) for version in association.client_hello.versions] == ["DTLSv1.3", "DTLSv1.2"]
    assert 1 in association.client_hello.srtp_profiles
    assert association.protected_near
    assert association.protected_far
    assert association.problems == ()


def test_dtls_13_echoes_the_session_id_without_resuming() -> None:
    offer = handshake(1, hello_body(session_id=b"id"))
    answers = [(server_hello(session_id=b"id"), True), (server_hello(CHOSEN_VERSION, session_id=b"id"), False)]
    for answer, resumed in answers:
        (association,) = dtls.associations([(True, offer), (False, handshake(2, answer))])
        assert association.resumed is resumed


def test_both_sides_want_to_be_the_client() -> None:
    far_random = b"\xff" * 32
    legs = [(True, CLIENT_HELLO), (False, hello_from(far_random)), (False, SERVER_HELLO)]
    mine, theirs = dtls.associations(legs)
    assert (mine.client_is_near, mine.client_random, mine.version) == (True, RANDOM, "DTLSv1.2")
    assert (theirs.client_is_near, theirs.client_random, theirs.version) == (False, far_random, None)


def test_a_reflected_server_hello_is_a_problem() -> None:
    (association,) = dtls.associations([(True, CLIENT_HELLO), (True, SERVER_HELLO)])
    assert association.server_random is None
    assert association.problems == (
        "datagram 2 from the near side: handshake message 0: the ServerHello comes from the side that is the client",
    )


def test_contradicting_messages_are_problems_and_the_first_counts() -> None:
    (association,) = dtls.associations(
        [
            (True, CLIENT_HELLO),
            (False, SERVER_HELLO),
            (False, handshake(2, server_hello(random=b"\x07" * 32))),
            (False, handshake(11, certificate(b"honest"), seq=1)),
            (False, handshake(11, certificate(b"forged"), seq=1)),
        ]
    )
    assert association.server_random == RANDOM[::-1]
    assert association.certificates_far == (b"honest",)
    assert association.contradicted
    assert [problem.split(": ")[0] for problem in association.problems] == [
        "datagram 3 from the far side",
        "datagram 5 from the far side",
    ]


def test_a_late_retransmission_of_the_first_handshake_does_not_spoil_the_second() -> None:
    second_hello = hello_from(b"\xaa" * 32)
    legs = [(True, CLIENT_HELLO), (False, SERVER_HELLO), (True, second_hello), (False, SERVER_HELLO)]
    first, second = dtls.associations(legs)
    assert first.server_random == RANDOM[::-1]
    assert (second.client_random, second.server_random) == (b"\xaa" * 32, None)


def test_junk_after_a_record_does_not_hide_it() -> None:
    (association,) = dtls.associations([(True, CLIENT_HELLO + b"junk"), (False, SERVER_HELLO + record(22, b"junk"))])
    assert association.suite_iana == "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    assert [problem.split(": ")[0] for problem in association.problems] == [
        "datagram 1 from the near side",
        "datagram 2 from the far side",
    ]


def test_half_an_alert_does_not_hide_what_follows_it() -> None:
    (association,) = dtls.associations([(True, record(21, b"\x02") + CLIENT_HELLO)])
    assert association.client_random == RANDOM
    assert len(association.problems) == 1


def test_a_malformed_hello_is_a_problem_and_the_answer_is_still_read() -> None:
    legs = [(True, handshake(1, hello_body()[:-1])), (False, SERVER_HELLO)]
    (association,) = dtls.associations(legs)
    assert (association.client_is_near, association.client_random) == (True, None)
    assert association.server_random == RANDOM[::-1]
    assert len(association.problems) == 1


def test_nothing_but_junk_is_an_association_of_which_nothing_is_known() -> None:
    (association,) = dtls.associations([(True, b"\x16junk")])
    assert association == DtlsAssociation(
        problems=("datagram 1 from the near side: record at byte 0 is cut off in its header",)
    )


def test_a_capture_that_begins_in_the_middle() -> None:
    before, after = dtls.associations([(True, ENCRYPTED), (True, CLIENT_HELLO)])
    assert (before.protected_near, before.protected_far, before.client_random) == (True, False, None)
    assert (after.protected_near, after.client_random) == (False, RANDOM)


def test_an_alert_before_the_hello_belongs_to_the_handshake() -> None:
    (association,) = dtls.associations([(False, record(21, b"\x01\x00")), (True, CLIENT_HELLO)])
    assert association.client_random == RANDOM
    assert [alert.description for alert in association.alerts] == ["close_notify"]


def test_a_protected_record_that_is_no_handshake_finishes_nothing() -> None:
    begun = [(True, CLIENT_HELLO), (False, SERVER_HELLO)]
    data = [(near, record(23, bytes(40), epoch=1)) for near in (True, False)]
    (association,) = dtls.associations(begun + data)
    assert (association.protected_near, association.protected_far, association.finished) == (True, True, False)
    (association,) = dtls.associations([*begun, *data, (True, ENCRYPTED), (False, ENCRYPTED)])
    assert association.finished


def test_a_reader_takes_protected_datagrams_by_what_they_are() -> None:
    reader = AssociationReader("frame")
    for number, (near, datagram) in enumerate([(True, CLIENT_HELLO), (False, SERVER_HELLO + b"junk")], start=7):
        reader.datagram(number, near, datagram)
    reader.protected(9, True, finishing=True)
    reader.protected(10, False, finishing=False)
    (association,) = reader.found
    assert (association.finished_near, association.finished_far, association.protected_far) == (True, False, True)
    assert (association.first, association.last) == (7, 10)
    assert association.problems[0].startswith("frame 8 from the far side: ")


def test_a_hello_after_the_answer_does_not_replace_the_one_that_was_answered() -> None:
    replayed = handshake(1, hello_body(EMS, cookie=b"stranger"), seq=5)
    honest, spoilt = (
        dtls.associations([(True, CLIENT_HELLO), (False, SERVER_HELLO), *more])[0] for more in ([], [(True, replayed)])
    )
    assert spoilt == honest


@pytest.mark.parametrize("order", ["SK", "KS", "SKS", "KSS", "SKSK", "KKS"])
def test_the_group_is_read_whatever_overtakes_what_and_comes_again(order: str) -> None:
    came = {"S": SERVER_HELLO, "K": handshake(12, bytes.fromhex("03 001d 01 aa"), 1)}
    reader = AssociationReader()
    for number, (near, datagram) in enumerate([(True, CLIENT_HELLO), *((False, came[one]) for one in order)], 1):
        reader.datagram(number, near, datagram)
    (association,) = reader.found
    assert (association.group, association.problems) == ("x25519", ())


def test_a_key_exchange_that_waits_for_its_suite_is_held_and_can_be_given_back() -> None:
    reader = AssociationReader()
    reader.datagram(1, True, CLIENT_HELLO)
    before = reader.held
    reader.datagram(2, False, handshake(12, bytes(9_000), 1))
    assert reader.held >= before + 18_000  # as a message seen, and as one that waits
    reader.forget()
    reader.datagram(3, False, SERVER_HELLO)
    assert reader.held < before + 10_000
    assert reader.found[0].group is None


def test_a_key_exchange_from_the_client_is_a_problem() -> None:
    (association,) = dtls.associations([(True, CLIENT_HELLO), (False, SERVER_HELLO), (True, handshake(12, b"x", 1))])
    assert association.group is None
    assert association.problems[0].endswith("the ServerKeyExchange comes from the side that is the client")


def test_what_a_reader_holds_grows_with_what_strangers_send_and_can_be_given_back() -> None:
    reader = AssociationReader()
    reader.datagram(1, True, CLIENT_HELLO)
    before = reader.held
    promise = fragment(HandshakeMessage(11, 1, bytes(60_000)), 0, 1)
    reader.datagram(2, False, record(22, promise))
    assert reader.held > before + 60_000
    reader.forget()
    assert reader.held < before + 1000
    assert [problem.split(": ")[1] for problem in reader.found[0].problems] == [
        "1 unfinished handshake messages were given up to stay within the memory"
    ]


def test_floods_are_bounded() -> None:
    hellos = [(False, hello_from(number.to_bytes(32, "big"))) for number in range(MAX_ASSOCIATIONS + 2)]
    found = dtls.associations(hellos)
    assert len(found) == MAX_ASSOCIATIONS
    assert len(found[-1].problems) == 2
    junk = [(False, b"\x16junk"), (False, record(21, b"\x01\x00"))] * (MAX_REMARKS + 1)
    (association,) = dtls.associations(junk)
    assert (len(association.problems), len(association.alerts)) == (MAX_REMARKS, MAX_REMARKS)


REAL = shake_hands(ALICE, BOB).seen_by(True)


@settings(max_examples=50)
@given(st.data())
def test_whatever_happens_to_a_real_handshake_it_is_read_without_raising(data: st.DataObject) -> None:
    spoilt = []
    for outward, datagram in data.draw(st.permutations(REAL)):
        at, bit = data.draw(st.integers(0, len(datagram) - 1)), data.draw(st.integers(0, 7))
        cut = data.draw(st.integers(at, len(datagram)))
        changed = bytearray(datagram)
        changed[at] ^= 1 << bit
        spoilt.append((outward, bytes(changed[:cut])))
    dtls.associations(spoilt)


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=6))
def test_whatever_comes_it_is_read_without_raising(datagrams: list[tuple[bool, bytes]]) -> None:
    shaped = [(outward, record(22, fragment(HandshakeMessage(1 + outward, 0, body)))) for outward, body in datagrams]
    dtls.associations(datagrams + shaped)


def test_an_openssl_client_offers_what_the_association_shows() -> None:
    (association,) = dtls.associations([(True, client_hello("ECDHE-ECDSA-AES128-GCM-SHA256"))])
    assert association.client_hello is not None
    assert association.client_hello.srtp_profiles == (1,)
    assert association.suite_iana is None
