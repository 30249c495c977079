"""Which SSRCs a party sends under: those that its descriptions name, and not those of the other party."""

from __future__ import annotations

import pytest

from harness.auditors.sources import audit, declared
from harness.model.finding import Reason, Severity
from harness.model.recording import SignalKind
from harness.wire.sdp import Sdp

from .answers import detail, raised
from .packets import opus, receiver_report
from .stage import ALICE, BOB, OF_ALICE, OF_BOB, SOURCES, Stage, description, honest_call, processed_call

OTHER = 0x5EED


def naming(stage: Stage) -> Stage:
    """Both parties name the SSRC that they send under, and later restart ICE with one more each."""
    for party, identity in ((ALICE, OF_ALICE), (BOB, OF_BOB)):
        stage.describe(party, f"{description(identity, party)}a=ssrc:{SOURCES[party]} cname:staged\r\n")
        stage.describe(party, f"{description(identity, party)}a=ssrc:{SOURCES[party] + 1} cname:staged\r\n")
    return stage


def named_call() -> Stage:
    stage = honest_call()
    stage.signalling = [
        one for one in stage.signalling if one.message.kind not in (SignalKind.OFFER, SignalKind.ANSWER)
    ]
    return naming(stage)


def notices(stage: Stage) -> set[Reason]:
    findings = audit(stage.case())
    assert not raised(findings)
    return raised(findings, Severity.NOTICE)


def test_who_sends_what_its_descriptions_name_is_said_to() -> None:
    stage = named_call()
    stage.speak(BOB, opus(1, SOURCES[BOB] + 1))
    findings = audit(stage.case())
    assert {(one.reason, one.severity, one.vantage) for one in findings} == {
        (Reason.SOURCES_DECLARED, Severity.FACT, "alice-bob"),
        (Reason.SOURCES_DECLARED, Severity.FACT, "bob-alice"),
    }
    assert "2 of the 2 SSRCs" in findings[1].detail


@pytest.mark.parametrize("packet", [opus(1, OTHER), receiver_report(1, OTHER)])
def test_another_source_of_the_party_itself_is_a_notice_on_its_leg(packet: bytes) -> None:
    stage = named_call()
    stage.speak(BOB, packet)
    (found,) = [one for one in audit(stage.case()) if one.severity is Severity.NOTICE]
    assert (found.reason, found.vantage) == (Reason.SOURCE_UNDECLARED, "bob-alice")
    assert f"bob sent 1 packet under SSRC 0x{OTHER:08x} from frame {len(stage.wire[BOB])} on" in found.detail


@pytest.mark.parametrize("packet", [opus(1, OTHER), opus(1, SOURCES[ALICE]), receiver_report(1, OTHER)])
def test_what_only_came_in_says_nothing_of_the_party(packet: bytes) -> None:
    stage = named_call()
    stage.on_leg(ALICE, False, packet)
    assert notices(stage) == set()


def test_the_source_of_the_other_party_collides() -> None:
    stage = named_call()
    stage.speak(BOB, opus(1, SOURCES[ALICE]))
    assert notices(stage) == {Reason.SOURCE_UNDECLARED, Reason.SOURCE_COLLIDES}
    assert "bob 1 packet" in detail(audit(stage.case()), Reason.SOURCE_COLLIDES)


def test_a_collision_shows_even_where_nobody_names_a_source() -> None:
    stage = honest_call()
    assert {one.reason for one in audit(stage.case())} == {Reason.SOURCES_NOT_NAMED}
    stage.speak(BOB, opus(1, SOURCES[ALICE]))
    assert notices(stage) == {Reason.SOURCE_COLLIDES}


def test_two_legs_of_the_service_may_have_a_source_in_common_and_each_party_answers_for_its_own() -> None:
    stage = naming(processed_call())
    stage.signalling = [one for one in stage.signalling if "a=ssrc" in one.message.body]
    before = notices(stage)
    stage.on_leg(BOB, True, opus(1, SOURCES[ALICE]))
    assert (before, notices(stage)) == (set(), {Reason.SOURCE_UNDECLARED})


def test_many_sources_are_counted_and_a_few_shown() -> None:
    stage = named_call()
    for number in range(9):
        stage.speak(BOB, opus(1, OTHER + number))
    assert detail(audit(stage.case()), Reason.SOURCE_UNDECLARED).count("under SSRC") == 3
    assert "6 SSRCs more" in detail(audit(stage.case()), Reason.SOURCE_UNDECLARED)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("m=audio 9 RTP/SAVPF 0", "a=ssrc:7 cname:x", "a=ssrc:7 msid:x"), {7}),
        (("m=audio 9 RTP/SAVPF 0", "a=ssrc:7", "m=video 9 RTP/SAVPF 1", "a=ssrc:8", "a=ssrc:9"), {7, 8, 9}),
        (("m=audio 9 RTP/SAVPF 0", "a=ssrc:7", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"), {7}),
        (("m=audio 9 RTP/SAVPF 0", "a=ssrc:7", "m=video 9 RTP/SAVPF 1", "a=recvonly"), None),
        (("m=audio 9 RTP/SAVPF 0", "a=ssrc:seven", "a=ssrc:", "a=ssrc:²"), None),
        (("v=0",), None),
    ],
)
def test_where_a_section_of_media_names_no_source_none_is_foreign(
    lines: tuple[str, ...], expected: set[int] | None
) -> None:
    assert declared([Sdp.parse("\r\n".join(lines) + "\r\n")]) == expected


def test_a_party_that_described_nothing_named_nothing() -> None:
    assert declared([]) is None
