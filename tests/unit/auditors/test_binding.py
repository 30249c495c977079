"""Signalling, wire and statements must name the same certificates; where two of them part, somebody was in between."""

from __future__ import annotations

import pytest

from harness.auditors.binding import audit
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import Failure, Indicator, Screen, ScreenMoment
from harness.wire.dtls import ContentType
from harness.wire.dtls import writer as write
from harness.wire.sdp import Fingerprint, Sdp
from tests.unit.wire.openssl_pair import shake_hands

from .answers import detail, raised
from .dumped import dumped, hidden
from .packets import DTLS_JUNK
from .stage import (
    ALICE,
    BOB,
    IDENTITIES,
    OF_ALICE,
    OF_BOB,
    OF_MALLORY,
    Stage,
    clear_call,
    description,
    entry,
    failed_statement,
    honest_call,
    intercepted_call,
    refused_call,
    resumed_call,
    service_call,
    statement,
    taken_call,
    through_processor,
)


def arrive(stage: Stage, party: Party, body: str) -> None:
    """Another description arrives at a party than the other one sent."""
    hop = party.value
    stage.signalling = [
        one.model_copy(update={"message": one.message.model_copy(update={"body": body})})
        if (one.hop, one.direction) == (hop, "in")
        else one
        for one in stage.signalling
    ]


def test_an_ordinary_call_is_one_of_each_party_with_the_service_and_that_is_told() -> None:
    findings = audit(through_processor(intercepted_call()).case())
    told = [(one.reason, one.severity, one.vantage) for one in findings]
    assert told == [(Reason.DTLS_WITH_SERVICE, Severity.NOTICE, party.value) for party in Party]
    assert findings[0].detail.startswith("alice made DTLS with the service, as it was told: certificate")


def test_who_was_promised_an_encrypted_call_is_owed_the_other_ones_certificate_whoever_ends_the_legs() -> None:
    assert raised(audit(through_processor(intercepted_call(), Mode.E2EE).case())) == {
        Reason.FINGERPRINT_ALTERED,
        Reason.CERTIFICATE_NOT_SIGNALLED,
        Reason.CERTIFICATE_SUBSTITUTED,
    }


def test_an_ordinary_call_in_which_the_service_shows_what_it_did_not_name_is_an_alarm() -> None:
    stage = through_processor(intercepted_call())
    arrive(stage, ALICE, description(OF_BOB, BOB))
    assert Reason.CERTIFICATE_NOT_SIGNALLED in raised(audit(stage.case()))
    assert Reason.FINGERPRINT_NOT_COMPARED in raised(audit(stage.case()))


def test_a_certificate_of_the_other_party_on_a_leg_that_should_be_the_services_is_an_alarm() -> None:
    findings = audit(through_processor(honest_call()).case())
    assert raised(findings) == {Reason.CERTIFICATE_SUBSTITUTED}
    assert {one.vantage for one in findings if one.reason is Reason.CERTIFICATE_SUBSTITUTED} == {"alice", "bob"}


def test_in_an_honest_call_everything_agrees() -> None:
    findings = audit(honest_call().case())
    assert [(one.reason, one.severity) for one in findings] == [(Reason.CERTIFICATES_AGREE, Severity.FACT)]


def test_two_swapped_fingerprints_are_seen_in_the_signalling_and_in_what_each_leg_shows() -> None:
    findings = audit(intercepted_call().case())
    assert raised(findings) == {
        Reason.FINGERPRINT_ALTERED,
        Reason.CERTIFICATE_NOT_SIGNALLED,
        Reason.CERTIFICATE_SUBSTITUTED,
    }
    for reason in (Reason.CERTIFICATE_NOT_SIGNALLED, Reason.CERTIFICATE_SUBSTITUTED):
        assert [one.vantage for one in findings if one.reason is reason] == ["alice-bob", "bob-alice"]
    assert Reason.CERTIFICATES_AGREE not in {one.reason for one in findings}


def test_with_honest_signalling_the_presented_certificate_was_not_signalled_and_who_connects_did_not_compare() -> None:
    stage = intercepted_call()
    arrive(stage, ALICE, description(OF_BOB))
    arrive(stage, BOB, description(OF_ALICE))
    assert raised(audit(stage.case())) == {
        Reason.CERTIFICATE_NOT_SIGNALLED,
        Reason.FINGERPRINT_NOT_COMPARED,
        Reason.CERTIFICATE_SUBSTITUTED,
    }
    for party in Party:
        stage.state(party, connected=False)
    assert raised(audit(stage.case())) == {Reason.CERTIFICATE_NOT_SIGNALLED, Reason.CERTIFICATE_SUBSTITUTED}


def test_with_one_view_swapped_only_the_other_party_could_have_noticed() -> None:
    stage = intercepted_call()
    arrive(stage, BOB, description(OF_ALICE))
    findings = audit(stage.case())
    assert [one.vantage for one in findings if one.reason is Reason.FINGERPRINT_NOT_COMPARED] == [BOB]


def test_another_spelling_of_the_same_digest_is_a_notice() -> None:
    stage = honest_call()
    arrive(stage, BOB, description(OF_ALICE).replace(_value(OF_ALICE.der), _value(OF_ALICE.der).lower()))
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.FINGERPRINT_ALTERED}
    assert Reason.CERTIFICATES_AGREE in raised(findings, Severity.FACT)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("a=fingerprint:", "a=finger:"),
        lambda text: text.replace(_value(OF_ALICE.der), _value(OF_ALICE.der)[:-3]),
        lambda text: text.replace(_value(OF_ALICE.der), _value(OF_ALICE.der).replace(":", "")),
        lambda text: text.replace("sha-256", "sha-1"),
        lambda text: text + f"a=fingerprint:{Fingerprint.of(OF_MALLORY.der)}\r\n",
        lambda text: text + f"a=fingerprint:{Fingerprint.of(OF_MALLORY.der, 'sha-512')}\r\n",
        lambda text: "\n" * 5000,
    ],
    ids=["missing", "truncated", "no separators", "weak hash", "one more", "one more hash", "no description"],
)
def test_every_other_change_to_a_fingerprint_is_an_alarm(change: object) -> None:
    assert callable(change)
    stage = honest_call()
    arrive(stage, BOB, change(description(OF_ALICE)))
    assert Reason.FINGERPRINT_ALTERED in raised(audit(stage.case()))


def test_a_genuine_line_does_not_make_up_for_a_false_one_of_another_hash() -> None:
    stage = honest_call()
    arrive(stage, BOB, description(OF_ALICE) + f"a=fingerprint:{Fingerprint.of(OF_MALLORY.der, 'sha-512')}\r\n")
    assert raised(audit(stage.case())) == {Reason.FINGERPRINT_ALTERED, Reason.FINGERPRINT_NOT_COMPARED}


def test_a_certificate_that_is_named_by_a_hash_that_vouches_for_nothing_is_told_so() -> None:
    stage = intercepted_call()
    weak = description(OF_ALICE).replace(
        str(Fingerprint.of(OF_ALICE.der)), str(Fingerprint.of(OF_MALLORY.der, "sha-1"))
    )
    arrive(stage, BOB, weak)
    said = detail(audit(stage.case()), Reason.FINGERPRINT_NOT_COMPARED)
    assert "which the signalling it had received names by sha-1 alone, and considered itself connected" in said
    arrive(stage, BOB, description(OF_ALICE))
    assert "does not name, and considered" in detail(audit(stage.case()), Reason.FINGERPRINT_NOT_COMPARED)


def test_a_description_that_never_came_covers_nothing() -> None:
    stage = honest_call()
    stage.signalling = [one for one in stage.signalling if one.hop != "bob" or one.direction == "out"]
    findings = audit(stage.case())
    assert [(one.reason, one.vantage) for one in findings] == [(Reason.FINGERPRINT_NOT_COMPARED, BOB)]


def test_a_certificate_that_nobody_announced_was_not_signalled() -> None:
    stage = honest_call()
    stage.signalling = [one for one in stage.signalling if (one.hop, one.direction) != ("alice", "out")]
    findings = audit(stage.case())
    assert [one.vantage for one in findings if one.reason is Reason.CERTIFICATE_NOT_SIGNALLED] == ["bob-alice"]


@pytest.mark.parametrize("field", ["local_certificate", "presented_certificate"])
def test_an_endpoint_that_names_another_certificate_than_its_leg_shows_contradicts_the_wire(field: str) -> None:
    stage = honest_call()
    stage.state(BOB, **{field: OF_MALLORY.der.hex()})
    findings = audit(stage.case())
    assert raised(findings) == {Reason.STATEMENT_CONTRADICTS_WIRE}
    assert findings[-1].vantage == BOB


@pytest.mark.parametrize(
    "lie",
    [
        {"version": "DTLSv1.3"},
        {"suite": "TLS_AES_128_GCM_SHA256"},
        {"group": "secp256r1"},
        {"srtp_profile": "SRTP_AEAD_AES_256_GCM"},
    ],
)
def test_an_endpoint_that_names_other_parameters_contradicts_the_wire(lie: dict[str, str]) -> None:
    stage = honest_call()
    stated = stage.statements[ALICE].dtls
    assert stated is not None
    stage.state(ALICE, dtls=stated.model_copy(update=lie))
    assert raised(audit(stage.case())) == {Reason.STATEMENT_CONTRADICTS_WIRE}


@pytest.mark.parametrize("group", ["x25519", None])
def test_the_group_of_the_leg_or_none_contradicts_nothing(group: str | None) -> None:
    stage = honest_call()
    stated = stage.statements[ALICE].dtls
    assert stated is not None
    stage.state(ALICE, dtls=stated.model_copy(update={"group": group}))
    assert raised(audit(stage.case())) == set()


def test_an_endpoint_that_speaks_of_a_handshake_that_never_was_contradicts_the_wire() -> None:
    stage = clear_call()
    stage.state(ALICE, presented_certificate=OF_BOB.der.hex(), dtls=honest_call().statements[ALICE].dtls)
    findings = audit(stage.case())
    assert [one.reason for one in findings] == [Reason.STATEMENT_CONTRADICTS_WIRE] * 2


def test_a_strangers_junk_does_not_confirm_what_an_endpoint_claims() -> None:
    stage = clear_call()
    stage.on_leg(ALICE, False, DTLS_JUNK)
    for claim in ({"dtls": honest_call().statements[ALICE].dtls}, {"presented_certificate": OF_BOB.der.hex()}):
        stage.state(ALICE, **{"dtls": None, "presented_certificate": None, **claim})
        assert raised(audit(stage.case())) == {Reason.STATEMENT_CONTRADICTS_WIRE}


def test_clear_and_refused_calls_have_no_certificates_to_bind() -> None:
    assert audit(clear_call().case()) == ()
    findings = audit(refused_call().case())
    assert raised(findings) == {Reason.FINGERPRINT_ALTERED}
    assert raised(findings, Severity.INCONCLUSIVE) == set()


def test_a_connected_call_whose_certificates_cannot_be_seen_stays_open() -> None:
    stage = honest_call()
    for frames in stage.wire.values():
        frames.clear()
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.CERTIFICATE_NOT_VISIBLE}
    assert Reason.CERTIFICATES_AGREE not in {one.reason for one in findings}


def test_who_is_connected_without_any_handshake_contradicts_the_wire() -> None:
    stage = honest_call(packets=0)
    for party, frames in stage.wire.items():
        del frames[2:]
        stage.state(party, dtls=None, presented_certificate=None)
        stage.on_leg(party, False, write.record(ContentType.ALERT, write.alert(1, 0), 0))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.STATEMENT_CONTRADICTS_WIRE}
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    assert "neither an answered DTLS handshake nor media" in findings[0].detail
    stage.state(ALICE, connected=False)
    assert [one.vantage for one in audit(stage.case())] == [BOB]


def test_a_handshake_of_which_the_certificates_are_not_there_stays_open() -> None:
    stage = hidden(honest_call())
    assert Reason.CERTIFICATE_NOT_VISIBLE in raised(audit(stage.case()), Severity.INCONCLUSIVE)


def test_a_resumed_session_shows_no_certificate_and_leaves_nothing_open() -> None:
    """That it was resumed is an alarm of the auditor of parameters."""
    findings = audit(resumed_call().case())
    assert raised(findings) == raised(findings, Severity.INCONCLUSIVE) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.CERTIFICATE_NOT_VISIBLE}
    assert Reason.CERTIFICATES_AGREE not in {one.reason for one in findings}


def test_who_refuses_a_certificate_as_soon_as_it_comes_contradicts_nothing() -> None:
    """Alice is the server: the client's last flight brings its certificate, and she answers no more."""
    stage = honest_call(packets=0)
    last = max(n for n, frame in enumerate(stage.wire[ALICE]) if frame.outward and frame.data[0] in (20, 22))
    del stage.wire[ALICE][last]
    stage.statements[ALICE] = failed_statement(
        ALICE, Failure(reason=Reason.FINGERPRINT_MISMATCH, detail="another one was signalled")
    ).model_copy(update={"presented_certificate": OF_BOB.der.hex()})
    case = stage.case()
    assert not case.legs[0].secured
    assert Reason.STATEMENT_CONTRADICTS_WIRE not in {one.reason for one in audit(case)}


def test_a_party_without_a_statement_leaves_it_open() -> None:
    stage = honest_call()
    del stage.statements[BOB]
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_MISSING}
    assert Reason.CERTIFICATES_AGREE not in {one.reason for one in findings}


def test_a_blocked_interception_still_shows_the_foreign_certificate() -> None:
    stage = Stage()
    stage.describe(ALICE, description(OF_ALICE))
    stage.describe(BOB, description(OF_BOB))
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    for party in Party:
        stage.statements[party] = failed_statement(party, None)
    assert raised(audit(stage.case())) == {Reason.CERTIFICATE_NOT_SIGNALLED, Reason.CERTIFICATE_SUBSTITUTED}


def _value(certificate: bytes) -> str:
    return Fingerprint.of(certificate).value


def test_the_staged_descriptions_name_their_certificates() -> None:
    (line,) = Sdp.parse(description(OF_BOB)).fingerprints()
    assert line.matches(OF_BOB.der)
    assert not line.matches(OF_ALICE.der)


def test_a_handshake_message_that_changed_on_its_way_is_named() -> None:
    stage = honest_call()
    for frame in stage.wire[ALICE]:
        # Bob's ClientHello offers one suite, without compression. It arrives with another one.
        frame.data = frame.data.replace(bytes.fromhex("0002c02b0100"), bytes.fromhex("0002c0090100"))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.HANDSHAKE_ALTERED}
    said = detail(findings, Reason.HANDSHAKE_ALTERED)
    assert said == "the CLIENT_HELLO that bob sent is not the one that reached alice"


def test_a_description_that_names_another_certificate_in_mid_call_must_not_be_ignored() -> None:
    stage = honest_call()
    stage.describe(ALICE, description(OF_ALICE), arrives=description(OF_MALLORY))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.REOFFER_IGNORED, Reason.FINGERPRINT_ALTERED}
    assert [one.vantage for one in findings if one.reason is Reason.REOFFER_IGNORED] == [BOB]


def test_a_description_that_names_no_certificate_in_mid_call_is_none_that_names_another() -> None:
    stage = honest_call()
    stage.describe(ALICE, str(Sdp.parse(description(OF_ALICE)).remove("fingerprint")))
    assert Reason.REOFFER_IGNORED not in raised(audit(stage.case()))


def test_the_case_of_a_stated_certificate_does_not_matter() -> None:
    stage = honest_call()
    stage.state(ALICE, local_certificate=OF_ALICE.der.hex().upper())
    assert raised(audit(stage.case())) == set()


def test_whoever_took_the_call_elsewhere_describes_himself() -> None:
    stage = taken_call()
    stage.vantages.clear()
    answer = SignalMessage(kind=SignalKind.ANSWER, sender=BOB, body=description(OF_MALLORY, BOB))
    stage.signalling += [entry(stage.now, *way, answer) for way in (("service", "out"), ("alice", "in"))]
    assert Reason.FINGERPRINT_ALTERED not in raised(audit(stage.case()))


def test_an_ordinary_call_without_dtls_contradicts_nothing() -> None:
    assert raised(audit(service_call().case())) == set()


def test_whoever_ends_the_call_over_it_has_not_ignored_it() -> None:
    stage = honest_call()
    stage.describe(ALICE, description(OF_ALICE), arrives=description(OF_MALLORY))
    stage.state(BOB, failure=Failure(reason=Reason.SDP_REJECTED, detail="another certificate"))
    assert raised(audit(stage.case())) == {Reason.FINGERPRINT_ALTERED}


@pytest.mark.parametrize(("later", "ignored"), [(1, False), (-1, True)])
def test_whose_screen_has_emptied_since_did_not_go_on_as_before(later: int, ignored: bool) -> None:
    stage = honest_call()
    stage.describe(ALICE, description(OF_ALICE), arrives=description(OF_MALLORY))
    empty = Screen(indicator=Indicator.NONE, code=None, peer="Alice")
    locked = ScreenMoment(time=stage.now - 2, screen=stage.statements[BOB].screen)
    gone = ScreenMoment(time=stage.now + later, screen=empty)
    stage.state(BOB, screen=empty, screens=(locked, gone))
    assert (Reason.REOFFER_IGNORED in raised(audit(stage.case()))) is ignored
    # To have shown an empty screen in between gives nothing up.
    stage.state(BOB, screen=locked.screen, screens=(locked, gone, locked.model_copy(update={"time": stage.now + 2})))
    assert Reason.REOFFER_IGNORED in raised(audit(stage.case()))


def test_after_a_restart_each_certificate_is_measured_by_the_description_of_its_time() -> None:
    stage = honest_call()
    for party in (ALICE, BOB):
        stage.describe(party, description(IDENTITIES[party]), arrives=description(OF_MALLORY))
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    for party in (ALICE, BOB):
        stage.state(party, presented_certificate=OF_MALLORY.der.hex())
    assert raised(audit(stage.case())) == {
        Reason.FINGERPRINT_ALTERED,
        Reason.CERTIFICATE_NOT_SIGNALLED,
        Reason.CERTIFICATE_SUBSTITUTED,
    }


def intercepted_restart() -> Stage:
    """An honest call whose restart Mallory intercepts without a word in the signalling; Alice refuses."""
    stage = honest_call()
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    stage.state(ALICE, failure=Failure(reason=Reason.FINGERPRINT_MISMATCH, detail="another certificate"))
    stage.state(BOB, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="fingerprint-mismatch"))
    return stage


def test_a_call_that_came_up_over_its_first_handshake_did_not_compare_though_nobody_spoke_under_it() -> None:
    stage = Stage()
    for party, seen in ((ALICE, OF_ALICE), (BOB, OF_BOB)):
        stage.describe(party, description(seen, party))
        stage.statements[party] = statement(party, OF_MALLORY)
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    stage.state(BOB, failure=Failure(reason=Reason.CONNECTION_LOST, detail="silence"))
    accused = [one.vantage for one in audit(stage.case()) if one.reason is Reason.FINGERPRINT_NOT_COMPARED]
    assert accused == [ALICE, BOB]


def test_a_call_that_is_refused_over_its_restart_has_compared() -> None:
    substituted = {Reason.CERTIFICATE_NOT_SIGNALLED, Reason.CERTIFICATE_SUBSTITUTED}
    assert raised(audit(intercepted_restart().case())) == substituted


def test_who_sends_media_under_the_new_handshake_has_not_refused_it() -> None:
    stage = intercepted_restart()
    stage.talk()
    assert Reason.FINGERPRINT_NOT_COMPARED in raised(audit(stage.case()))


def test_nor_has_a_call_that_was_merely_lost_later() -> None:
    stage = intercepted_restart()
    stage.state(ALICE, failure=Failure(reason=Reason.CONNECTION_LOST, detail="silence"))
    assert Reason.FINGERPRINT_NOT_COMPARED not in raised(audit(stage.case())), "nothing was said under it"
    stage.talk()
    assert Reason.FINGERPRINT_NOT_COMPARED in raised(audit(stage.case()))


def test_a_certificate_of_a_handshake_that_never_ended_was_not_accepted() -> None:
    """What somebody reflects to a party in mid-call shows it a certificate, its own, and settles nothing."""
    stage = honest_call()
    for outward, datagram in shake_hands(OF_ALICE, OF_BOB).seen_by(client_is_near=False):
        if datagram[0] == 22 and datagram[3:5] == b"\0\0" and not outward:
            stage.on_leg(ALICE, False, datagram, far=3)
    findings = audit(stage.case())
    assert Reason.FINGERPRINT_NOT_COMPARED not in raised(findings)
    assert Reason.CERTIFICATE_NOT_SIGNALLED in raised(findings)


def test_a_restart_under_the_old_certificate_is_measured_too() -> None:
    """The service swaps the fingerprint of the restart with nobody on the path: whoever goes on did not compare."""
    stage = honest_call()
    stage.describe(ALICE, description(OF_ALICE), arrives=description(OF_MALLORY))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_ALICE))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.FINGERPRINT_ALTERED, Reason.FINGERPRINT_NOT_COMPARED}
    assert [one.vantage for one in findings if one.reason is Reason.FINGERPRINT_NOT_COMPARED] == [BOB]


def test_a_call_that_somebody_ends_over_its_restart_has_not_gone_on() -> None:
    """The handshake is disturbed and the service hangs up: nobody had the time to compare, or to speak."""
    stage = honest_call()
    stage.describe(ALICE, description(OF_ALICE), arrives=description(OF_MALLORY))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_ALICE))
    stage.state(ALICE, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="bye"))
    stage.state(BOB, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="bye"))
    assert Reason.FINGERPRINT_NOT_COMPARED not in raised(audit(stage.case()))
    stage.talk(3)
    assert Reason.FINGERPRINT_NOT_COMPARED in raised(audit(stage.case()))


def test_of_a_handshake_that_hides_its_certificates_the_two_ends_speak() -> None:
    """Once their dumps have proved that they share their keys; before that, nobody knows who was at the other end."""
    stage = hidden(dumped(honest_call()))
    findings = audit(stage.case())
    assert {(one.reason, one.severity) for one in findings} == {(Reason.CERTIFICATE_NOT_VISIBLE, Severity.NOTICE)}
    assert "as bob says it did" in findings[0].detail
    del stage.dumps[BOB]
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.CERTIFICATE_NOT_VISIBLE}


def test_ends_that_state_different_certificates_for_one_handshake_are_an_alarm() -> None:
    stage = hidden(dumped(honest_call()))
    stage.state(ALICE, presented_certificate=OF_MALLORY.der.hex())
    assert raised(audit(stage.case())) == {Reason.CERTIFICATE_SUBSTITUTED, Reason.CERTIFICATE_NOT_SIGNALLED}


def test_a_hidden_certificate_that_nobody_announced_is_an_alarm() -> None:
    stage = hidden(dumped(honest_call()))
    stage.state(ALICE, local_certificate=OF_MALLORY.der.hex())
    stage.state(BOB, presented_certificate=OF_MALLORY.der.hex())
    assert raised(audit(stage.case())) == {Reason.CERTIFICATE_NOT_SIGNALLED}
