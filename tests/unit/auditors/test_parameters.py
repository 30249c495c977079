"""What was negotiated is a fact; whether the policy accepts it is another finding."""

from __future__ import annotations

import datetime
import os
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from harness.adversaries.dtls import Bend, BentClient, BentServer
from harness.auditors.parameters import audit
from harness.inspection.parameters import read_certificate
from harness.inspection.parameters.policy import Allowed
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from harness.model.mode import Mode
from harness.wire.certificate import fresh_identity
from tests.unit.adversaries.dtls.openssl import OpenSsl, talk
from tests.unit.wire.openssl_pair import ECDSA_GCM, Identity, identity, shake_hands

from .answers import raised
from .dumped import dumped, hidden, without_certificate
from .packets import OPENSSL_PROFILE
from .stage import (
    ALICE,
    BOB,
    OF_ALICE,
    OF_BOB,
    OF_MALLORY,
    PROFILE,
    STARTED,
    SUITE,
    Stage,
    clear_call,
    honest_call,
    intercepted_call,
    refused_call,
    resumed_call,
    service_call,
    statement,
    through_processor,
)

ECDSA_CBC = "ECDHE-ECDSA-AES128-SHA"
ECDSA_OR_RSA = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"
USE_SRTP = bytes.fromhex("000e 0005 0002 0001 00")
X25519_IN_CLEAR = bytes.fromhex("03 001d 20")
"""How a ServerKeyExchange begins (RFC 8422 section 5.4): a named curve, which one, and the length of its point."""
UNKNOWN_EXTENSION = b"\x00\x99" + USE_SRTP[2:]


def call(
    of_alice: Identity = OF_ALICE, of_bob: Identity = OF_BOB, suites: str = ECDSA_GCM, profiles: str = OPENSSL_PROFILE
) -> Stage:
    """A connected call after a handshake with these certificates, suites and profiles."""
    stage = Stage()
    pair = shake_hands(of_bob, of_alice, suites, profiles)
    for party in Party:
        stage.statements[party] = statement(party, OF_BOB if party is ALICE else OF_ALICE)
        stage.handshake(party, pair)
    return stage


def certificate(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, start: datetime.timedelta, end: datetime.timedelta
) -> Identity:
    """A certificate for a time around that of the staged call."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "alice")])
    now = datetime.datetime.fromtimestamp(STARTED, datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now + start, now + end)
    return Identity(key, builder.sign(key, hashes.SHA256()))


def test_an_honest_call_states_what_was_negotiated_and_that_it_is_acceptable() -> None:
    findings = audit(honest_call().case())
    assert raised(findings, Severity.FACT) == {Reason.PARAMETERS_NEGOTIATED, Reason.PARAMETERS_ACCEPTABLE}
    assert raised(findings) == set()
    said = [one.detail for one in findings if one.vantage == "alice-bob"]
    assert said[0] == f"DTLSv1.2, {SUITE}, x25519, SRTP_AES128_CM_HMAC_SHA1_80"
    assert said[1] == "the certificate from alice's side: secp256r1 certificate signed with sha256"


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("versions", Reason.VERSION_NOT_ALLOWED),
        ("suites", Reason.SUITE_NOT_ALLOWED),
        ("groups", Reason.GROUP_NOT_ALLOWED),
        ("profiles", Reason.PROFILE_NOT_ALLOWED),
        ("curves", Reason.CERTIFICATE_NOT_ALLOWED),
        ("signature_hashes", Reason.CERTIFICATE_NOT_ALLOWED),
    ],
)
def test_each_list_of_the_policy_decides_over_its_own_parameter(field: str, reason: Reason) -> None:
    case = honest_call().case()
    policy = case.policy.model_copy(update={field: (Allowed(value="something else", source="house rule"),)})
    findings = audit(type(case)(**{**vars(case), "policy": policy}))
    assert raised(findings) == {reason}
    assert Reason.PARAMETERS_ACCEPTABLE not in {one.reason for one in findings}


def test_a_suite_and_a_profile_that_nobody_should_use_are_alarms() -> None:
    findings = audit(call(suites=ECDSA_CBC, profiles="SRTP_AES128_CM_SHA1_32").case())
    assert raised(findings) == {Reason.SUITE_NOT_ALLOWED, Reason.PROFILE_NOT_ALLOWED}


def on_the_wire(stage: Stage, old: bytes, new: bytes) -> Stage:
    """The same call, with other bytes in the place of these, wherever they passed."""
    for frames in stage.wire.values():
        for frame in frames:
            frame.data = frame.data.replace(old, new)
    return stage


@pytest.mark.parametrize(("code", "name"), [(1, "sect163k1"), (19, "secp192r1"), (21, "secp224r1"), (0x7F7F, "0x7F7F")])
def test_a_group_that_nobody_should_use_is_an_alarm_with_its_name(code: int, name: str) -> None:
    stage = on_the_wire(honest_call(), X25519_IN_CLEAR, b"\x03" + code.to_bytes(2, "big") + X25519_IN_CLEAR[3:])
    findings = audit(stage.case())
    assert raised(findings) == {Reason.GROUP_NOT_ALLOWED, Reason.CHOICE_NOT_OFFERED}
    said = [one.detail for one in findings if one.reason is Reason.GROUP_NOT_ALLOWED]
    assert len(said) == 2
    assert all(name in one for one in said)


def test_a_group_that_cannot_be_read_is_not_called_acceptable() -> None:
    stage = on_the_wire(honest_call(), X25519_IN_CLEAR, b"\x01" + X25519_IN_CLEAR[1:])
    findings = audit(stage.case())
    assert [one.reason for one in findings if one.severity is Severity.INCONCLUSIVE] == [Reason.GROUP_NOT_VISIBLE] * 2
    assert Reason.PARAMETERS_ACCEPTABLE not in {one.reason for one in findings}


def test_a_handshake_without_an_srtp_profile_is_an_alarm() -> None:
    stage = on_the_wire(honest_call(), USE_SRTP, UNKNOWN_EXTENSION)
    assert raised(audit(stage.case())) == {Reason.PROFILE_NOT_ALLOWED}


def test_certificates_need_an_allowed_key() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    for der, fault in (
        (_signed(weak), "RSA key of 1024 bits"),
        (_signed(ec.generate_private_key(ec.SECP224R1())), "secp224r1"),
        (_signed(ed25519.Ed25519PrivateKey.generate()), "Ed25519PublicKey"),
        (os.urandom(60), "not readable"),
    ):
        case = honest_call(packets=0).case()
        leg = case.legs[0]
        # No OpenSSL presents such a certificate any more: it is put in place of the one that was read from the wire.
        vars(leg)["begun"] = tuple((when, replace(one, certificates_near=(der,))) for when, one in leg.begun)
        findings = audit(case)
        assert raised(findings) == {Reason.CERTIFICATE_NOT_ALLOWED}, fault
        assert any(fault in one.detail for one in findings), fault


def test_an_rsa_key_of_2048_bits_is_long_enough() -> None:
    key = rsa.generate_private_key(65537, 2048)
    found = call(of_alice=identity("alice", key), suites=ECDSA_OR_RSA)
    assert raised(audit(found.case())) == set()


def test_a_certificate_counts_only_within_its_time() -> None:
    hour, key = datetime.timedelta(hours=1), ec.generate_private_key(ec.SECP256R1())
    for of_alice, fault in (
        (certificate(key, -2 * hour, -hour), "not valid after"),
        (certificate(key, hour, 2 * hour), "not valid before"),
    ):
        findings = audit(call(of_alice=of_alice).case())
        assert raised(findings) == {Reason.CERTIFICATE_NOT_ALLOWED}
        assert all(fault in one.detail for one in findings if one.severity is Severity.ALARM)
    assert raised(audit(call(of_alice=certificate(key, -hour, hour)).case())) == set()


def test_a_certificate_may_be_younger_than_the_call_but_not_than_its_handshake() -> None:
    hour, key = datetime.timedelta(hours=1), ec.generate_private_key(ec.SECP256R1())
    case = call(of_alice=certificate(key, -hour, hour)).case()
    early = case.recording.model_copy(update={"started": case.recording.started - 7200})
    assert raised(audit(replace(case, recording=early))) == set()


def test_one_certificate_on_both_sides_of_a_relay_is_an_alarm() -> None:
    assert raised(audit(intercepted_call().case())) == {Reason.CERTIFICATE_REUSED}


def test_one_certificate_on_both_legs_of_the_service_is_a_notice_where_everybody_was_told() -> None:
    findings = audit(through_processor(intercepted_call()).case())
    assert raised(findings) == set()
    assert [one.severity for one in findings if one.reason is Reason.CERTIFICATE_REUSED] == [Severity.NOTICE]
    assert raised(audit(through_processor(intercepted_call(), Mode.E2EE).case())) == {Reason.CERTIFICATE_REUSED}


def test_two_certificates_of_one_relay_are_not() -> None:
    stage = Stage()
    for party in Party:
        stage.statements[party] = statement(party, OF_MALLORY)
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, identity("mallory too")))
    assert raised(audit(stage.case())) == set()


def test_a_reflected_certificate_is_an_alarm() -> None:
    findings = audit(call(of_bob=OF_ALICE).case())
    assert raised(findings) == {Reason.CERTIFICATE_REUSED}


def test_calls_without_a_handshake_say_that_nothing_was_negotiated() -> None:
    for stage in (clear_call(), refused_call()):
        findings = audit(stage.case())
        assert [(one.reason, one.severity) for one in findings] == [(Reason.NOTHING_NEGOTIATED, Severity.FACT)] * 2


def test_a_connected_call_whose_handshake_was_not_seen_stays_open() -> None:
    stage = honest_call()
    stage.wire[ALICE].clear()
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}


def test_a_connected_call_whose_certificate_was_not_seen_stays_open() -> None:
    stage = honest_call(packets=0)
    del stage.wire[ALICE][6:]
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.CERTIFICATE_NOT_VISIBLE}


def test_a_restart_that_came_to_nothing_may_show_no_certificate() -> None:
    stage = honest_call()
    seen = len(stage.wire[ALICE])
    stage.handshake(ALICE, shake_hands(OF_BOB, OF_ALICE))
    del stage.wire[ALICE][seen + 6 :]
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()


def test_what_is_no_certificate_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="error parsing asn1"):
        read_certificate(b"no certificate")


def _signed(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    name = x509.Name([])
    now = datetime.datetime.fromtimestamp(STARTED, datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)


def test_what_a_bent_handshake_shows_is_said_of_its_leg() -> None:
    stage = refused_call()
    client = BentClient(fresh_identity(datetime.datetime.now(datetime.UTC)), Bend(suites=(0xC006,)))
    peer = OpenSsl(fresh_identity(datetime.datetime.now(datetime.UTC)), client=False)
    talk(client, peer)
    stage.wire[ALICE].clear()
    for outward, datagram in peer.wire:
        stage.on_leg(ALICE, outward, datagram)
    findings = [one for one in audit(stage.case()) if one.vantage == "alice-bob" and one.severity is Severity.NOTICE]
    assert [one.reason for one in findings] == [Reason.OFFER_NOT_ALLOWED, Reason.ALERT_IN_CLEAR]
    assert findings[1].detail == "alice sent the alert handshake_failure (fatal), which anybody could have sent"


def test_a_server_that_chooses_what_nobody_offered_is_an_alarm() -> None:
    stage = refused_call()
    peer = OpenSsl(fresh_identity(datetime.datetime.now(datetime.UTC)), client=True)
    talk(BentServer(fresh_identity(datetime.datetime.now(datetime.UTC)), Bend(mki=b"\1")), peer)
    stage.wire[BOB].clear()
    for outward, datagram in peer.wire:
        stage.on_leg(BOB, outward, datagram)
    assert Reason.CHOICE_NOT_OFFERED in raised(audit(stage.case()))


def test_of_an_ordinary_call_the_suite_of_its_descriptions_is_judged() -> None:
    findings = audit(service_call().case())
    assert [one.reason for one in findings] == [
        Reason.PARAMETERS_NEGOTIATED,
        Reason.PARAMETERS_NEGOTIATED,
        Reason.PARAMETERS_ACCEPTABLE,
    ]
    assert findings[0].detail == f"keys in the descriptions, {PROFILE}"
    short = audit(service_call(packets=0, suite="AES_CM_128_HMAC_SHA1_32").case())
    assert raised(short) == {Reason.PROFILE_NOT_ALLOWED}
    assert Reason.PARAMETERS_ACCEPTABLE not in {one.reason for one in short}


def test_a_resumed_session_is_an_alarm_and_lacks_no_certificate() -> None:
    findings = audit(resumed_call().case())
    assert raised(findings) == {Reason.SESSION_RESUMED}
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.RESUMPTION_TRIED}


def test_a_certificate_that_is_lost_beside_a_resumed_session_is_still_missing() -> None:
    stage = resumed_call()
    for outward, datagram in shake_hands(OF_BOB, OF_ALICE).seen_by(client_is_near=False):
        stage.on_leg(ALICE, outward, without_certificate(datagram), far=2)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.CERTIFICATE_NOT_VISIBLE}


def test_certificates_that_a_handshake_hides_are_judged_as_the_ends_state_them() -> None:
    """When both ends' dumps prove that they share their keys. Without the dump of one, nobody has seen them."""
    stage = hidden(dumped(honest_call()))
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    assert Reason.CERTIFICATE_NOT_ALLOWED not in raised(findings)
    assert "the certificate from bob's side, as alice says: " in " ".join(one.detail for one in findings)
    old = fresh_identity(datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC))
    stage.state(ALICE, presented_certificate=old.der.hex())
    assert Reason.CERTIFICATE_NOT_ALLOWED in raised(audit(stage.case()))
    del stage.dumps[BOB]
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.CERTIFICATE_NOT_VISIBLE}
