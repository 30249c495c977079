"""The codes of both screens: equal or not, well-formed or not, and made from the right certificates or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.auditors.codes import audit
from harness.codes import teams20
from harness.model.finding import Reason, Severity
from harness.model.statement import Failure, Indicator, Screen, ScreenMoment
from tests.unit.wire.openssl_pair import shake_hands

from .answers import detail, raised
from .dumped import dumped, hidden
from .packets import DTLS_JUNK
from .stage import (
    ALICE,
    BOB,
    OF_ALICE,
    OF_BOB,
    OF_MALLORY,
    STARTED,
    Stage,
    clear_call,
    code,
    honest_call,
    intercepted_call,
    refused_call,
    unseen,
)


def test_an_honest_call_shows_one_code_twice() -> None:
    findings = audit(honest_call().case())
    assert [finding.reason for finding in findings] == [Reason.CODES_EQUAL]
    assert raised(findings, Severity.FACT) == {Reason.CODES_EQUAL}


def test_an_intercepted_call_shows_two_codes_each_true_to_its_own_leg() -> None:
    findings = audit(intercepted_call().case())
    assert raised(findings) == {Reason.CODES_DIFFER}
    said = detail(findings, Reason.CODES_DIFFER)
    assert teams20.grouped(code(OF_ALICE, OF_MALLORY)) in said
    assert teams20.grouped(code(OF_MALLORY, OF_BOB)) in said


def test_calls_without_a_code_have_none_to_compare() -> None:
    for stage in (clear_call(), refused_call()):
        findings = audit(stage.case())
        assert [(one.reason, one.severity) for one in findings] == [(Reason.CODES_ABSENT, Severity.FACT)]


def test_a_screen_that_has_not_noticed_yet_that_the_peer_refused_is_no_alarm() -> None:
    stage = honest_call()
    stage.show(BOB, code=None)
    stage.state(BOB, connected=False)
    assert raised(audit(stage.case())) == set()


def test_one_change_that_is_announced_excuses_no_other() -> None:
    stage = honest_call()
    announced = moments("1" * 20, "2" * 20, notice="It has changed.")
    silent = ScreenMoment(
        time=STARTED + 3, screen=Screen(indicator=Indicator.LOCK, code=code(OF_ALICE, OF_BOB), peer="Bob")
    )
    stage.state(ALICE, screens=(*announced, silent))
    assert raised(audit(stage.case())) == {Reason.CODE_CHANGE_NOT_ANNOUNCED}


def moments(*codes: str, notice: str | None) -> tuple[ScreenMoment, ...]:
    """A screen that shows these codes one after the other; all but the first with this notice."""
    return tuple(
        ScreenMoment(
            time=STARTED + number,
            screen=Screen(indicator=Indicator.LOCK, code=one, peer="Bob", notice=notice if number else None),
        )
        for number, one in enumerate(codes)
    )


def restarted() -> Stage:
    """An honest call that Mallory intercepts when it restarts: a second handshake on each leg."""
    stage = honest_call()
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    return stage


def test_after_a_restart_the_code_is_that_of_the_second_handshake() -> None:
    stage = restarted()
    stage.show(ALICE, code=code(OF_ALICE, OF_MALLORY))
    stage.show(BOB, code=code(OF_MALLORY, OF_BOB))
    assert raised(audit(stage.case())) == {Reason.CODES_DIFFER}


def test_the_code_of_the_first_handshake_is_outdated_then() -> None:
    findings = audit(restarted().case())
    assert raised(findings) == {Reason.CODE_OUTDATED}
    assert raised(findings, Severity.FACT) == {Reason.CODES_EQUAL}


@pytest.mark.parametrize("reason", [Reason.FINGERPRINT_MISMATCH, Reason.CONNECTION_LOST])
def test_a_call_that_ends_over_the_later_handshake_does_not_owe_its_code(reason: Reason) -> None:
    stage = restarted()
    stage.state(BOB, failure=Failure(reason=reason, detail="so it says"))
    assert severities(stage) == {Severity.NOTICE}
    stage.talk()
    assert severities(stage) == {Severity.ALARM}, "there was media under it"


def severities(stage: Stage) -> set[Severity]:
    return {found.severity for found in audit(stage.case()) if found.reason is Reason.CODE_OUTDATED}


@pytest.mark.parametrize(("notice", "alarms"), [("It has changed.", set()), (None, {Reason.CODE_CHANGE_NOT_ANNOUNCED})])
def test_a_code_that_changes_must_be_announced(notice: str | None, alarms: set[Reason]) -> None:
    stage = honest_call()
    stage.state(ALICE, screens=moments("1" * 20, code(OF_ALICE, OF_BOB), notice=notice))
    findings = audit(stage.case())
    assert raised(findings) == alarms
    assert raised(findings, Severity.NOTICE) == {Reason.CODE_CHANGED}


def test_a_screen_that_is_drawn_again_has_not_changed() -> None:
    stage = honest_call()
    stage.state(ALICE, screens=moments(code(OF_ALICE, OF_BOB), code(OF_ALICE, OF_BOB), notice=None))
    assert raised(audit(stage.case()), Severity.NOTICE) == set()


def test_a_system_with_a_shorter_code_is_asked_for_its_own_digits() -> None:
    stage = honest_call()
    for party in (ALICE, BOB):
        stage.show(party, code=code(OF_ALICE, OF_BOB)[-5:])
    whole, short = stage.case(), replace(stage.case())
    short = replace(short, recording=short.recording.model_copy(update={"code_digits": 5}))
    assert raised(audit(short)) == set()
    assert raised(audit(whole)) == {Reason.CODE_MALFORMED, Reason.CODE_NOT_FROM_CERTIFICATES}


def test_a_code_on_one_side_is_an_alarm() -> None:
    stage = honest_call()
    stage.show(BOB, code=None)
    assert raised(audit(stage.case())) == {Reason.CODE_ON_ONE_SIDE}


def test_a_constant_code_is_equal_and_still_found_out_on_both_screens() -> None:
    stage = honest_call()
    stage.show(ALICE, code="0" * 20)
    stage.show(BOB, code="0" * 20)
    findings = audit(stage.case())
    assert Reason.CODES_EQUAL in raised(findings, Severity.FACT)
    assert [one.vantage for one in findings if one.reason is Reason.CODE_NOT_FROM_CERTIFICATES] == [ALICE, BOB]


def test_a_code_made_from_the_signalled_certificate_is_found_out_by_the_presented_one() -> None:
    stage = intercepted_call()
    stage.show(ALICE, code=code(OF_ALICE, OF_BOB))
    stage.show(BOB, code=code(OF_ALICE, OF_BOB))
    findings = audit(stage.case())
    assert raised(findings, Severity.FACT) == {Reason.CODES_EQUAL}
    assert raised(findings) == {Reason.CODE_NOT_FROM_CERTIFICATES}


def test_a_code_with_the_roles_exchanged_is_found_out() -> None:
    stage = honest_call()
    stage.show(ALICE, code=code(OF_BOB, OF_ALICE))
    assert raised(audit(stage.case())) == {Reason.CODES_DIFFER, Reason.CODE_NOT_FROM_CERTIFICATES}


@pytest.mark.parametrize("wrong", ["", "1" * 19, "1" * 21, "1" * 10 + " " + "1" * 10, "١" * 20, "-" + "1" * 19])
def test_what_is_not_20_ascii_digits_is_malformed(wrong: str) -> None:
    stage = honest_call()
    stage.show(ALICE, code=wrong)
    assert Reason.CODE_MALFORMED in raised(audit(stage.case()))


def test_a_code_without_any_handshake_comes_from_no_certificate() -> None:
    stage = clear_call()
    stage.show(ALICE, code=code(OF_ALICE, OF_BOB))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.CODE_ON_ONE_SIDE, Reason.CODE_NOT_FROM_CERTIFICATES}
    assert "no certificates" in detail(findings, Reason.CODE_NOT_FROM_CERTIFICATES)


def test_a_strangers_junk_does_not_vouch_for_a_code() -> None:
    stage = clear_call()
    stage.on_leg(ALICE, False, DTLS_JUNK)
    stage.show(ALICE, code=code(OF_ALICE, OF_BOB))
    assert Reason.CODE_NOT_FROM_CERTIFICATES in raised(audit(stage.case()))


def test_without_packets_the_stated_certificates_have_to_do() -> None:
    stage = honest_call()
    stage.wire[ALICE].clear()
    assert raised(audit(stage.case())) == set()
    stage.state(ALICE, presented_certificate=OF_MALLORY.der.hex())
    assert raised(audit(stage.case())) == {Reason.CODE_NOT_FROM_CERTIFICATES}


def test_the_wire_is_believed_before_the_statement() -> None:
    stage = intercepted_call()
    stage.state(ALICE, presented_certificate=OF_BOB.der.hex())
    stage.show(ALICE, code=code(OF_ALICE, OF_BOB))
    assert Reason.CODE_NOT_FROM_CERTIFICATES in raised(audit(stage.case()))


def test_a_code_over_certificates_that_dtls_hides_is_checked_by_those_that_are_stated() -> None:
    stage = hidden(dumped(honest_call()))
    assert raised(audit(stage.case())) == set()
    stage.show(ALICE, code="1" * 20)
    assert Reason.CODE_NOT_FROM_CERTIFICATES in raised(audit(stage.case()))


def test_without_packets_and_without_certificates_it_stays_open() -> None:
    stage = honest_call()
    stage.wire[ALICE].clear()
    stage.state(ALICE, presented_certificate=None)
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.CERTIFICATE_NOT_VISIBLE}
    assert raised(findings) == set()


def test_without_a_statement_there_is_no_comparison() -> None:
    stage = honest_call()
    del stage.statements[ALICE]
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_MISSING}
    assert {one.reason for one in findings} == {Reason.STATEMENT_MISSING}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"local_certificate": None}, "local_certificate missing"),
        ({"presented_certificate": None}, "presented_certificate missing"),
        (
            {"local_certificate": None, "presented_certificate": None},
            "local_certificate and presented_certificate missing",
        ),
        ({"presented_certificate": OF_BOB.der.hex()}, "both are the same one"),
    ],
)
def test_a_code_that_cannot_be_known_is_neither_there_nor_missing(told: dict[str, str | None], why: str) -> None:
    stage, honest = unseen(honest_call()), honest_call().statements[BOB].model_dump()
    stage.state(BOB, **{name: honest[name] for name in ("local_certificate", "presented_certificate")} | told)
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_MISSING}
    assert {one.reason for one in findings} == {Reason.STATEMENT_MISSING}
    assert detail(findings, Reason.STATEMENT_MISSING) == (
        f"bob has no screen of its own, and no code can be made of the certificates that it told: {why}"
    )


def test_a_code_that_cannot_be_known_is_not_asked_for_where_a_party_never_was_connected() -> None:
    stage = unseen(honest_call())
    stage.state(ALICE, connected=False)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()


def test_what_is_still_sent_when_the_call_is_over_owes_nothing() -> None:
    """The peer refused and said so; the stack needs a moment to fall silent, and the screen is empty already."""
    stage = restarted()
    for party in (ALICE, BOB):
        stage.state(party, failure=Failure(reason=Reason.REMOTE_HUNG_UP, detail="fingerprint-mismatch"))
        shown = stage.statements[party].screen
        empty = shown.model_copy(update={"indicator": Indicator.NONE, "code": None})
        moments = (ScreenMoment(time=STARTED + 0.05, screen=shown), ScreenMoment(time=stage.now, screen=empty))
        stage.state(party, screens=moments)
    stage.talk()
    assert severities(stage) == {Severity.NOTICE}
