"""Dumps in place of keys: what one end says of its own leg, and what both together prove."""

from __future__ import annotations

import pytest

from harness.auditors import case as cases
from harness.auditors.authenticity import MediaPacket
from harness.auditors.opacity import audit
from harness.auditors.sealing import sealing
from harness.model.base import Party
from harness.model.finding import Finding, Reason, Severity
from harness.wire.demux import PacketClass
from harness.wire.rtp_dump import Dump, DumpedPacket
from harness.wire.srtp import PROFILES

from .answers import detail, raised
from .dumped import dumped
from .packets import flip, opus, receiver_report, sender
from .stage import ALICE, BOB, honest_call, intercepted_call


def of_leg(findings: tuple[Finding, ...], vantage: str, severity: Severity) -> set[Reason]:
    return {one.reason for one in findings if one.vantage == vantage and one.severity is severity}


def test_what_both_ends_sealed_and_opened_proves_that_they_share_their_keys() -> None:
    stage = dumped(honest_call())
    findings = audit(stage.case())
    assert {one.severity for one in findings} == {Severity.FACT}
    assert raised(findings, Severity.FACT) == {Reason.SEALED_AS_TOLD, Reason.KEYS_SHARED}
    assert "all 22 media packets that left alice are what it says" in findings[0].detail
    assert "44 packets were opened to what the other end had sealed" in detail(findings, Reason.KEYS_SHARED)
    assert stage.case().keys_witnessed is True


def test_without_the_dump_of_one_end_nothing_is_proved() -> None:
    stage = dumped(honest_call())
    del stage.dumps[BOB]
    findings = audit(stage.case())
    assert of_leg(findings, "bob-alice", Severity.INCONCLUSIVE) == {Reason.KEYS_MISSING}
    assert of_leg(findings, "alice-bob", Severity.FACT) == {Reason.SEALED_AS_TOLD}
    assert Reason.KEYS_SHARED not in raised(findings, Severity.FACT)
    assert stage.case().keys_witnessed is None


def test_an_end_that_opened_nothing_has_proved_nothing() -> None:
    stage = dumped(honest_call())
    stage.dumps[BOB] = Dump(tuple(one for one in stage.dumps[BOB].packets if one.outward))
    findings = audit(stage.case())
    assert Reason.KEYS_MISSING in raised(findings, Severity.INCONCLUSIVE)
    assert Reason.KEYS_SHARED not in raised(findings, Severity.FACT)


def test_whoever_opens_and_seals_anew_in_between_shows_by_the_bytes() -> None:
    """One handshake for both, and other keys towards Bob all the same: no handshake gives this one away."""
    stage = honest_call(packets=0)
    other = bytes(range(30))
    stage.keys[BOB, False], stage.protects[BOB, False] = other, sender(other)
    stage.talk()
    findings = audit(dumped(stage).case())
    assert raised(findings) == {Reason.KEYS_NOT_SHARED}
    assert "bob opened 22 packets that did not arrive as alice sealed them" in detail(findings, Reason.KEYS_NOT_SHARED)
    assert stage.case().keys_witnessed is False


def test_two_handshakes_are_named_before_the_dumps_are_compared() -> None:
    findings = audit(dumped(intercepted_call()).case())
    assert raised(findings) == {Reason.KEYS_NOT_SHARED}
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    assert "different handshakes" in detail(findings, Reason.KEYS_NOT_SHARED)


def test_what_the_other_end_never_sealed_is_foreign() -> None:
    stage = dumped(honest_call())
    stage.dumps[BOB] = Dump((*stage.dumps[BOB].packets, DumpedPacket(False, receiver_report(77))))
    assert raised(audit(stage.case())) == {Reason.KEYS_NOT_SHARED}


def test_a_packet_beside_the_dump_is_an_alarm() -> None:
    stage = dumped(honest_call())
    stage.send(ALICE, flip(stage.media(ALICE, outward=True)[0].data, 3))
    findings = audit(stage.case())
    assert raised(findings) == {Reason.PACKET_NOT_TOLD}
    assert "1 of 23 media packets are none of those that alice says it sealed" in detail(
        findings, Reason.PACKET_NOT_TOLD
    )
    assert of_leg(findings, "bob-alice", Severity.NOTICE) == {Reason.PACKET_NOT_OPENED, Reason.FOREIGN_PACKET_DROPPED}


@pytest.mark.parametrize("before", [True, False])
def test_a_forgery_with_the_number_of_a_true_packet_is_refused_wherever_it_stands(before: bool) -> None:
    """What is opened is the true one, though the forgery came first."""
    stage = dumped(honest_call())
    frames = stage.wire[BOB]
    true = stage.media(BOB, outward=False)[5]
    stage.on_leg(BOB, False, flip(true.data, 20))
    if before:
        frames.insert(frames.index(true), frames.pop())
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert "1 packet that came in are none that alice sealed" in detail(findings, Reason.FOREIGN_PACKET_DROPPED)
    assert [one.count for one in findings if one.reason is Reason.FOREIGN_PACKET_DROPPED] == [1]
    assert Reason.REPLAY_DROPPED not in raised(findings, Severity.NOTICE)


def test_a_report_of_nobody_and_a_packet_that_came_twice_are_refused() -> None:
    stage = dumped(honest_call())
    stage.on_leg(BOB, False, stage.media(BOB, outward=False)[5].data)
    stage.on_leg(BOB, False, receiver_report(99) + bytes(14))
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert {Reason.FOREIGN_PACKET_DROPPED, Reason.REPLAY_DROPPED} <= of_leg(findings, "bob-alice", Severity.NOTICE)


def test_who_opens_a_packet_twice_has_refused_nothing() -> None:
    stage = dumped(honest_call())
    again = stage.media(BOB, outward=False)[5].data
    stage.on_leg(BOB, False, again)
    plain = next(one for one in stage.dumps[BOB].packets if not one.outward and one.data[2:4] == again[2:4])
    stage.dumps[BOB] = Dump((*stage.dumps[BOB].packets, plain))
    findings = audit(stage.case())
    assert raised(findings)
    assert Reason.REPLAY_DROPPED not in raised(findings, Severity.NOTICE)


def test_where_somebody_seals_anew_a_second_packet_of_a_number_is_refused() -> None:
    stage = honest_call(packets=0)
    other = bytes(range(30))
    stage.keys[BOB, False], stage.protects[BOB, False] = other, sender(other)
    stage.talk()
    stage = dumped(stage)
    stage.on_leg(BOB, False, flip(stage.media(BOB, outward=False)[5].data, 20))
    findings = audit(stage.case())
    assert of_leg(findings, "bob-alice", Severity.NOTICE) == {Reason.PACKET_NOT_OPENED, Reason.FOREIGN_PACKET_DROPPED}


@pytest.mark.parametrize("change", ["header", "tag"])
def test_a_packet_that_sealing_does_not_make_is_an_alarm(change: str) -> None:
    stage = dumped(honest_call())
    frame = stage.media(ALICE, outward=True)[5]
    frame.data = flip(frame.data, 5) if change == "header" else frame.data[:-6]
    findings = audit(stage.case())
    assert Reason.PACKET_NOT_TOLD in raised(findings)
    assert "are not what sealing makes of what alice dumped" in detail(findings, Reason.PACKET_NOT_TOLD)


def test_a_payload_that_is_on_the_wire_as_it_was_dumped_is_plaintext() -> None:
    stage = dumped(honest_call())
    frame = stage.media(ALICE, outward=True)[5]
    plain = next(one.data for one in stage.dumps[ALICE].packets if one.data[2:4] == frame.data[2:4])
    frame.data = plain + bytes(10)
    findings = audit(stage.case())
    assert Reason.PLAINTEXT_ON_WIRE in raised(findings)
    assert "carry what alice dumped as it is" in detail(findings, Reason.PLAINTEXT_ON_WIRE)


def test_what_is_opened_and_never_came_in_took_another_way() -> None:
    stage = dumped(honest_call())
    stage.dumps[ALICE] = Dump((*stage.dumps[ALICE].packets, DumpedPacket(False, opus(9, ssrc=0xB0B))))
    findings = audit(stage.case())
    assert of_leg(findings, "alice-bob", Severity.ALARM) == {Reason.TOLD_NOT_SEEN}


def test_what_is_sealed_and_does_not_leave_is_worth_a_notice() -> None:
    stage = dumped(honest_call())
    stage.dumps[ALICE] = Dump((*stage.dumps[ALICE].packets, DumpedPacket(True, opus(9, ssrc=0xA11CE))))
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert of_leg(findings, "alice-bob", Severity.NOTICE) == {Reason.TOLD_NOT_SEEN}


def test_a_packet_that_was_taken_unsealed_is_an_alarm() -> None:
    stage = dumped(honest_call())
    plain = opus(9, ssrc=0xB0B)
    stage.on_leg(ALICE, False, plain)
    stage.dumps[ALICE] = Dump((*stage.dumps[ALICE].packets, DumpedPacket(False, plain)))
    assert Reason.FOREIGN_PACKET_ACCEPTED in raised(audit(stage.case()))


def test_a_dump_that_is_not_whole_is_relied_on_for_nothing() -> None:
    stage = dumped(honest_call())
    stage.dumps[ALICE] = Dump(stage.dumps[ALICE].packets, "line 9 is no packet")
    findings = audit(stage.case())
    assert of_leg(findings, "alice-bob", Severity.INCONCLUSIVE) == {Reason.KEYS_MISSING, Reason.NOT_CHECKED}


def test_under_a_profile_that_nobody_knows_a_dump_tells_nothing() -> None:
    stage = dumped(honest_call())
    for party in Party:
        stage.state(party, dtls=None)
    assert stage.case().keys_witnessed is True  # the handshake shows it, too
    stage.wire[ALICE] = [one for one in stage.wire[ALICE] if one.data[0] >= 128]
    assert stage.case().keys_witnessed is None


def test_keys_and_a_dump_are_both_looked_at() -> None:
    stage = honest_call()
    keys = dict(stage.keylogs[BOB])
    dumped(stage).keylogs[BOB].update(keys)
    findings = audit(stage.case())
    assert of_leg(findings, "alice-bob", Severity.FACT) == {Reason.EVERY_PACKET_AUTHENTICATED, Reason.SEALED_AS_TOLD}
    assert detail(findings, Reason.KEYS_SHARED) == "alice, who exports no keys, sends under those that bob exported"


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of the staged handshakes is taken for the one that hides certificates."""
    monkeypatch.setattr(cases, "DTLS13", "DTLSv1.2")


@pytest.mark.parametrize("silent", Party)
def test_whoever_sends_under_the_keys_that_the_other_end_tells_has_them(silent: Party, hidden: None) -> None:
    """Two browsers of different make under DTLS 1.3: one tells its keys, the other one none."""
    stage = honest_call()
    stage.keylogs[silent].clear()
    assert stage.case().keys_witnessed is True


def test_whoever_sends_under_other_keys_than_the_other_end_tells_proves_nothing(hidden: None) -> None:
    stage = honest_call(packets=0)
    stage.keys[BOB, True], stage.protects[BOB, True] = bytes(range(30)), sender(bytes(range(30)))
    stage.talk()
    stage.keylogs[BOB].clear()
    assert stage.case().keys_witnessed is None


def test_the_keys_of_one_end_prove_nothing_of_two_handshakes(hidden: None) -> None:
    stage = intercepted_call()
    stage.keylogs[BOB].clear()
    assert stage.case().keys_witnessed is not True


def test_without_any_keys_nothing_is_proved(hidden: None) -> None:
    stage = honest_call()
    for party in Party:
        stage.keylogs[party].clear()
    assert stage.case().keys_witnessed is None


def test_after_a_second_handshake_packets_are_sealed_under_another_profile() -> None:
    """Whose tag is longer: that of a profile nobody agreed on is none."""
    plain = [opus(number) for number in (1, 2)]
    short, long = (PROFILES[name] for name in ("SRTP_AES128_CM_HMAC_SHA1_80", "SRTP_AEAD_AES_256_GCM"))
    wire = [
        one[:12] + bytes(len(one) - 12 + profile.rtp_tag) for one, profile in zip(plain, (short, long), strict=True)
    ]
    packets = [MediaPacket(frame, PacketClass.SRTP, data) for frame, data in enumerate(wire, 1)]
    told = [DumpedPacket(True, data) for data in plain]
    assert [one.frame for one in sealing(packets, told, (short, long)).sealed] == [1, 2]
    assert sealing(packets, told, (short,)).unlike == (2,)
