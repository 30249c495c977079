"""Only ciphertext under shared keys: each layer of the proof has a call that must fail it."""

from __future__ import annotations

import pytest

from harness.auditors.datagram import protected
from harness.auditors.opacity import audit
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from harness.model.mode import Mode
from harness.model.statement import Failure
from tests.unit.wire.openssl_pair import shake_hands

from .answers import detail, raised
from .packets import (
    BINDING_REQUEST,
    DTLS_JUNK,
    NULL_CIPHER,
    check,
    check_answer,
    flip,
    opus,
    pictures,
    receiver_report,
    sender,
    sound,
)
from .stage import (
    ALICE,
    BOB,
    OF_ALICE,
    OF_BOB,
    SIGNALLED,
    clear_call,
    description,
    failed_statement,
    honest_call,
    intercepted_call,
    keyed_description,
    password,
    processed_call,
    refused_call,
    service_call,
    taken_call,
)


def test_an_honest_call_is_ciphertext_under_shared_keys() -> None:
    findings = audit(honest_call().case())
    assert raised(findings, Severity.FACT) == {Reason.EVERY_PACKET_AUTHENTICATED, Reason.KEYS_SHARED}
    assert len(findings) == 3
    assert "all 44 media packets" in findings[0].detail


def test_an_intercepted_call_is_ciphertext_too_but_not_under_shared_keys() -> None:
    findings = audit(intercepted_call().case())
    assert raised(findings) == {Reason.KEYS_NOT_SHARED}
    assert raised(findings, Severity.FACT) == {Reason.EVERY_PACKET_AUTHENTICATED}


def test_a_clear_call_is_called_plaintext_on_both_legs() -> None:
    findings = audit(clear_call().case())
    assert [(one.reason, one.vantage) for one in findings] == [
        (Reason.PLAINTEXT_ON_WIRE, "alice-bob"),
        (Reason.PLAINTEXT_ON_WIRE, "bob-alice"),
    ]


def test_a_strangers_junk_does_not_make_a_clear_call_one_whose_keys_are_missing() -> None:
    stage = clear_call()
    stage.on_leg(ALICE, False, DTLS_JUNK)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.PLAINTEXT_ON_WIRE}
    assert raised(findings, Severity.INCONCLUSIVE) == set()


def test_media_that_can_be_played_from_the_wire_shows_its_marker() -> None:
    stage = clear_call(packets=0)
    for packet in (*sound(), *pictures()):
        stage.send(ALICE, packet)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.PLAINTEXT_ON_WIRE, Reason.MARKER_ON_WIRE}
    marked = [one for one in findings if one.reason is Reason.MARKER_ON_WIRE]
    assert [one.vantage for one in marked] == ["alice-bob"] * 2
    assert "audio of SSRC 0x0000ad10" in marked[0].detail
    assert "video of SSRC 0x0000f1de" in marked[1].detail


def test_a_few_pictures_in_clear_are_plaintext_though_too_few_to_look_it() -> None:
    stage = honest_call(packets=0)
    for packet in pictures()[:10]:
        stage.on_leg(ALICE, True, packet)
    case = stage.case()
    assert case.legs[0].clear == ("media packets of alice can be decoded as they are on the wire",)
    assert raised(audit(case)) == {Reason.PLAINTEXT_ON_WIRE, Reason.MARKER_ON_WIRE, Reason.PACKET_NOT_AUTHENTICATED}


def test_a_null_cipher_under_good_keys_is_found_by_what_its_payloads_begin_with() -> None:
    stage = honest_call(packets=0)
    for direction, key in stage.keys.items():
        stage.protects[direction] = sender(key, NULL_CIPHER)
    stage.talk(20)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.PLAINTEXT_ON_WIRE}
    said = " ".join(one.detail for one in findings if one.vantage == "alice-bob")
    assert "20 of 20 payloads of SSRC 0x000a11ce begin with 0x78" in said
    assert "2 packets of alice carry a tag but are not encrypted" in said


def test_clear_packets_before_the_first_secured_one_are_found_among_many() -> None:
    stage = honest_call(packets=100)
    for number in range(20):
        stage.on_leg(ALICE, True, opus(number))
    assert raised(audit(stage.case())) == {Reason.PLAINTEXT_ON_WIRE, Reason.PACKET_NOT_AUTHENTICATED}


def test_clear_packets_of_the_same_stream_are_found_among_secured_ones() -> None:
    stage = honest_call(packets=0)
    for n, packet in enumerate(sound()):
        if n % 4:
            stage.speak(ALICE, packet)
        else:
            stage.on_leg(ALICE, True, packet)
    findings = audit(stage.case())
    assert raised(findings) >= {Reason.PACKET_NOT_AUTHENTICATED, Reason.PLAINTEXT_ON_WIRE}


def test_one_damaged_byte_of_what_a_party_sent_is_an_alarm() -> None:
    stage = honest_call()
    frame = stage.media(ALICE, outward=True)[7]
    frame.data = flip(frame.data, 40)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.PACKET_NOT_AUTHENTICATED}
    number = stage.wire[ALICE].index(frame) + 1
    assert f"1 of 22 media packets that alice sent are not authentic under its keys: frame {number}" in detail(
        findings, Reason.PACKET_NOT_AUTHENTICATED
    )


@pytest.mark.parametrize(
    "packet",
    [
        b"\x00",
        b"\xff" * 40,
        b"\x40\x00\x00\x04data",
        b"\x10" * 40,
        BINDING_REQUEST.replace(b"\x21\x12\xa4\x42", b"key!"),
        b"\x16\xfe\xfd" + bytes(8) + b"\xff\xff" + b"no fragment is that long",
    ],
    ids=["short", "QUIC", "TURN channel", "ZRTP", "STUN without a cookie", "DTLS cut off"],
)
def test_every_packet_must_belong_to_a_protocol_of_the_call(packet: bytes) -> None:
    stage = honest_call()
    stage.on_leg(ALICE, True, packet)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.UNEXPLAINED_PACKET}
    assert f"frame {len(stage.wire[ALICE])}" in detail(findings, Reason.UNEXPLAINED_PACKET)


def test_what_only_came_in_is_not_the_partys_to_explain() -> None:
    stage = honest_call()
    stage.on_leg(ALICE, False, b"\xc0" + bytes(40))
    findings = audit(stage.case())
    assert not raised(findings)
    assert f"frame {len(stage.wire[ALICE])}" in detail(findings, Reason.UNEXPLAINED_PACKET)


def test_a_refused_call_has_no_packets_and_that_is_a_fact() -> None:
    findings = audit(refused_call().case())
    assert [(one.reason, one.severity) for one in findings] == [(Reason.NO_PACKETS, Severity.FACT)] * 2


def test_no_packets_of_a_call_that_was_connected_leave_it_open() -> None:
    stage = honest_call()
    stage.wire[ALICE].clear()
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}
    stage = refused_call()
    stage.state(BOB, connected=True)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}


@pytest.mark.parametrize(
    ("told", "due"), [("the-password-of-another-device", Severity.FACT), (password(ALICE), Severity.INCONCLUSIVE)]
)
def test_an_empty_leg_is_explained_by_a_peer_whom_somebody_else_has_answered(told: str, due: Severity) -> None:
    stage = refused_call()
    arrived = description(OF_ALICE).replace(password(ALICE), told)
    stage.signalling.clear()
    stage.describe(ALICE, description(OF_ALICE), arrives=arrived)
    stage.on_leg(BOB, True, check(1, told))
    stage.on_leg(BOB, False, check_answer(1, told))
    stage.state(BOB, connected=True, failure=None)
    (found,) = [one for one in audit(stage.case()) if one.vantage == "alice-bob"]
    assert (found.reason, found.severity) == (Reason.NO_PACKETS, due)
    stage.count(ALICE, rtp_sent=3)
    (found,) = [one for one in audit(stage.case()) if one.vantage == "alice-bob"]
    assert found.severity is Severity.INCONCLUSIVE, "what she says that she sent was not recorded"


def test_no_packets_of_a_party_that_says_it_sent_some_leave_it_open() -> None:
    stage = refused_call()
    stage.count(ALICE, rtp_sent=3)
    findings = audit(stage.case())
    assert "alice says it sent 3 media packets" in next(
        one.detail for one in findings if one.severity is Severity.INCONCLUSIVE
    )


def test_whose_device_only_rang_has_an_empty_leg_unless_it_says_that_it_sent() -> None:
    stage = taken_call()
    said = [one for one in audit(stage.case()) if one.vantage == "bob-processor"]
    assert [(one.reason, one.severity) for one in said] == [(Reason.NO_PACKETS, Severity.FACT)]
    stage.count(BOB, rtp_sent=3)
    said = [one for one in audit(stage.case()) if one.vantage == "bob-processor"]
    assert (Reason.NO_PACKETS, Severity.INCONCLUSIVE) in [(one.reason, one.severity) for one in said]


def test_a_connected_call_in_which_no_media_was_seen_stays_open_unless_none_was_due() -> None:
    stage = honest_call(packets=0)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}
    stage.media_seconds = 0.0
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    assert raised(findings, Severity.FACT) == {Reason.KEYS_SHARED}


def test_a_handshake_that_agreed_on_no_srtp_profile_explains_why_there_is_no_media() -> None:
    stage = honest_call(packets=0, made=shake_hands(OF_BOB, OF_ALICE, profiles=""))
    for party in Party:
        stage.keylogs[party].clear()
    findings = audit(stage.case())
    assert [(one.reason, one.severity) for one in findings] == [(Reason.NO_PACKETS, Severity.FACT)] * 2
    assert "agreed on no SRTP profile" in findings[0].detail
    stage.count(ALICE, rtp_sent=1)
    (doubt,) = [one for one in audit(stage.case()) if one.severity is Severity.INCONCLUSIVE]
    assert (doubt.reason, doubt.vantage) == (Reason.NO_PACKETS, "alice-bob"), "what she says that she sent was not seen"


def test_media_without_an_srtp_profile_are_in_clear_whatever_they_look_like() -> None:
    stage = honest_call(packets=0, made=shake_hands(OF_BOB, OF_ALICE, profiles=""))
    stage.on_leg(ALICE, True, opus(1))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.PLAINTEXT_ON_WIRE}
    assert "1 media packet left alice, whose handshake made no keys for SRTP" in findings[0].detail


def test_without_any_handshake_there_can_be_no_media() -> None:
    stage = honest_call(packets=0)
    for party, frames in stage.wire.items():
        del frames[2:]
        stage.keylogs[party].clear()
    findings = audit(stage.case())
    assert [(one.reason, one.severity) for one in findings] == [(Reason.NO_PACKETS, Severity.FACT)] * 2
    assert "alice came to no handshake" in findings[0].detail
    stage.mode = Mode.SERVICE
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}, "its keys need no handshake"


def test_a_handshake_whose_end_was_not_seen_explains_nothing() -> None:
    pair = shake_hands(OF_BOB, OF_ALICE, profiles="")
    pair.datagrams = [(client, data) for client, data in pair.datagrams if not (client and protected(data))]
    stage = honest_call(packets=0, made=pair)
    for party in Party:
        stage.keylogs[party].clear()
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) >= {Reason.NO_PACKETS}


def test_a_call_that_was_over_before_anything_was_said_owes_no_media() -> None:
    stage = honest_call(packets=0)
    lost = Failure(reason=Reason.SDP_REJECTED, detail="an old offer came again")
    stage.state(ALICE, failure=lost)
    findings = [one for one in audit(stage.case()) if one.severity is Severity.INCONCLUSIVE]
    assert [(one.reason, one.vantage) for one in findings] == [(Reason.NO_PACKETS, "bob-alice")], "bob's was not over"
    stage.state(BOB, failure=lost)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()
    stage.count(ALICE, rtp_sent=1)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}


def test_a_leg_that_was_not_recorded_leaves_it_open() -> None:
    case = honest_call().case()
    findings = audit(type(case)(**{**vars(case), "tables": {"alice-bob": case.tables["alice-bob"]}}))
    (missing,) = [one for one in findings if one.severity is Severity.INCONCLUSIVE]
    assert (missing.reason, missing.vantage) == (Reason.NO_PACKETS, BOB)


def test_keys_of_another_call_fit_nothing() -> None:
    stage = honest_call()
    stage.keylogs[BOB] = honest_call().keylogs[BOB]
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.KEYS_MISSING}


def test_a_forged_master_secret_authenticates_nothing() -> None:
    stage = honest_call()
    stage.keylogs[BOB] = {random: secret[::-1] for random, secret in stage.keylogs[BOB].items()}
    assert raised(audit(stage.case())) == {
        Reason.PACKET_NOT_AUTHENTICATED,
        Reason.FOREIGN_PACKET_ACCEPTED,
        Reason.KEYS_NOT_SHARED,
    }


def test_a_failed_call_needs_no_keys() -> None:
    stage = honest_call(packets=0)
    for party in Party:
        stage.statements[party] = failed_statement(party, None)
        stage.keylogs[party].clear()
    assert audit(stage.case()) == ()


def test_no_finding_holds_a_secret() -> None:
    for stage in (honest_call(), intercepted_call(), clear_call()):
        case = stage.case()
        said = " ".join(one.detail for one in audit(case)).lower()
        for secret in (secret for keylog in case.keylogs.values() for secret in keylog.values()):
            assert secret.hex()[:16] not in said


def test_rtcp_in_clear_is_plaintext_too() -> None:
    stage = honest_call()
    session = sender(stage.keys[ALICE, True], NULL_CIPHER)
    stage.on_leg(ALICE, True, session.protect_rtcp(receiver_report(99)))
    assert raised(audit(stage.case())) == {Reason.PLAINTEXT_ON_WIRE}


def test_an_ordinary_call_is_ciphertext_under_the_keys_of_its_descriptions() -> None:
    findings = audit(service_call().case())
    assert raised(findings, Severity.FACT) == {Reason.EVERY_PACKET_AUTHENTICATED, Reason.KEYS_SHARED}
    assert len(findings) == 3


def test_an_ordinary_call_without_its_keys_has_no_encryption_that_anybody_could_see() -> None:
    stage = service_call()
    stage.signalling.clear()
    assert raised(audit(stage.case())) == {Reason.PLAINTEXT_ON_WIRE}


def test_keys_of_one_direction_alone_secure_no_call() -> None:
    stage = service_call()
    stage.signalling = [one for one in stage.signalling if one.message.sender is ALICE]
    assert raised(audit(stage.case())) == {Reason.PLAINTEXT_ON_WIRE}


def test_one_clear_packet_in_an_ordinary_call_is_not_authentic() -> None:
    stage = service_call()
    stage.on_leg(ALICE, True, opus(7, ssrc=0xA11CE))
    assert raised(audit(stage.case())) == {Reason.PACKET_NOT_AUTHENTICATED}


def test_an_ordinary_call_that_only_authenticates_is_plaintext() -> None:
    stage = service_call(packets=0)
    stage.protects[BOB, True] = sender(stage.keys[BOB, True], NULL_CIPHER)
    stage.talk(20)
    assert Reason.PLAINTEXT_ON_WIRE in raised(audit(stage.case()))


def test_other_keys_at_the_other_end_are_somebody_elses() -> None:
    """The service told bob of a key of its own, and protects with it what alice sends."""
    stage = service_call(packets=0)
    stage.signalling.clear()
    stage.describe(ALICE, keyed_description(ALICE, SIGNALLED[ALICE]), arrives=keyed_description(ALICE, bytes(30)))
    stage.describe(BOB, keyed_description(BOB, SIGNALLED[BOB]))
    stage.protects[BOB, False] = sender(bytes(30))
    stage.talk(20)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.KEYS_NOT_SHARED}
    assert raised(findings, Severity.FACT) == {Reason.EVERY_PACKET_AUTHENTICATED}


def test_keys_that_each_shares_with_the_service_are_a_notice_where_its_processor_stands_between_them() -> None:
    stage = processed_call()
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.KEYS_NOT_SHARED}
    assert raised(findings, Severity.FACT) == {Reason.EVERY_PACKET_AUTHENTICATED}
    stage.vantages.clear()
    assert raised(audit(stage.case())) == {Reason.KEYS_NOT_SHARED}, "without a processor they are somebody else's"


def test_a_forgery_that_an_ordinary_call_accepted_is_an_alarm() -> None:
    stage = service_call()
    stage.on_leg(BOB, False, opus(7, ssrc=0xA11CE))
    assert raised(audit(stage.case()), Severity.NOTICE) == {Reason.FOREIGN_PACKET_DROPPED}
    stage.count(BOB, rtp_received=stage.statements[BOB].packets.rtp_received + 1)
    assert raised(audit(stage.case())) == {Reason.FOREIGN_PACKET_ACCEPTED}


@pytest.mark.parametrize(
    ("failed", "open_"),
    [
        (Reason.DTLS_ERROR, True),
        (Reason.FINGERPRINT_MISMATCH, True),
        (Reason.CONNECTION_LOST, True),
        (Reason.FINGERPRINT_MISSING, False),
        (Reason.SDP_REJECTED, False),
    ],
)
def test_a_failure_that_takes_packets_is_not_explained_by_a_leg_without_any(failed: Reason, open_: bool) -> None:
    stage = refused_call()
    stage.state(BOB, failure=Failure(reason=failed, detail="so it says"))
    assert (Reason.NO_PACKETS in raised(audit(stage.case()), Severity.INCONCLUSIVE)) is open_
