"""Calls from captures alone: a story for each way in which two captures can be of one call, or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.codes.teams20 import code, thumbprint
from harness.inspection.associations import Association
from harness.inspection.calls import Call, CallEvidence, OpenMedia, calls
from harness.model.inspection import CallVerdict
from harness.wire.dtls import DtlsAssociation

from ...wire.openssl_pair import Identity, shake_hands
from ..call_traffic import ALICE, BOB, dtls, evidence, ice
from .captured import (
    ALICE_ID,
    BEHIND_NAT,
    BOB_ID,
    MALLORY,
    MALLORY_ID,
    captured,
    changed,
    honest,
    intercepted,
    together,
)

INTERCEPTED, NOT_INTERCEPTED, CANNOT_TELL = (
    CallVerdict.INTERCEPTED,
    CallVerdict.NOT_INTERCEPTED,
    CallVerdict.CANNOT_TELL,
)


def code_of(caller: Identity, callee: Identity) -> str:
    return code(thumbprint(caller.der), thumbprint(callee.der))


def the_call(*captures: CallEvidence, caller: str | None = None) -> Call:
    (call,) = calls(captures, caller)
    return call


def test_one_handshake_in_two_captures_is_a_call_that_nobody_intercepted() -> None:
    call = the_call(*honest())
    assert call.verdict is NOT_INTERCEPTED
    expected = code_of(ALICE_ID, BOB_ID)
    assert call.codes == {"caller": expected, "callee": expected}
    assert (call.caller, call.captures) == (ALICE, ("alice.pcap", "bob.pcap"))
    assert call.caller_known_by == f"alice.pcap: {ALICE} is the controlling side of ICE (frame 1)"
    assert "alice.pcap frames 5–8 and bob.pcap frames 5–8 show the same handshake" in call.because[0]
    assert thumbprint(ALICE_ID.der)[:8].hex(":").upper() in call.because[0]


def test_two_handshakes_with_other_certificates_are_an_interception() -> None:
    call = the_call(*intercepted())
    assert call.verdict is INTERCEPTED
    assert call.codes == {"caller": code_of(ALICE_ID, MALLORY_ID), "callee": code_of(MALLORY_ID, BOB_ID)}
    assert call.because[0].startswith("the certificates differ: alice.pcap frames 5–8 ")
    for one in (ALICE_ID, MALLORY_ID, BOB_ID):
        assert thumbprint(one.der)[:8].hex(":").upper() in call.because[0]
    assert "given together" in call.because[1]
    assert call.because[2] == "alice.pcap, given first, is taken as the caller's side"


def test_the_order_of_the_captures_changes_no_verdict() -> None:
    for made, verdict in ((honest(), NOT_INTERCEPTED), (intercepted(), INTERCEPTED)):
        assert the_call(*reversed(made)).verdict is verdict


def test_the_side_that_captured_says_which_capture_is_the_callers() -> None:
    alice, bob = intercepted()
    alice, bob = replace(alice, near=("192.0.2.1",)), replace(bob, near=(BOB,))
    call = the_call(bob, alice)
    assert call.codes == {"callee": code_of(MALLORY_ID, BOB_ID), "caller": code_of(ALICE_ID, MALLORY_ID)}
    assert call.because[-1] == "which capture is whose is known from the side that captured, and from who called"


def test_the_callee_may_have_been_dtls_client() -> None:
    pair = shake_hands(BOB_ID, ALICE_ID)
    call = the_call(captured("a", pair, BOB, ALICE), captured("b", pair, BOB, BEHIND_NAT, BEHIND_NAT, time=9))
    assert call.codes["caller"] == call.codes["callee"] == code_of(ALICE_ID, BOB_ID)


def test_one_capture_gives_the_code_of_its_side_and_no_verdict() -> None:
    for capture, expected in zip(intercepted(), [(ALICE_ID, MALLORY_ID), (MALLORY_ID, BOB_ID)], strict=True):
        call = the_call(capture)
        assert (call.verdict, call.codes) == (CANNOT_TELL, {"this side": code_of(*expected)})
        assert "one side of a call" in call.because[0]


@pytest.mark.parametrize(("near", "side"), [(ALICE, "caller"), (BOB, "callee")])
def test_one_capture_names_its_side_when_that_is_known(near: str, side: str) -> None:
    alice = replace(honest()[0], near=(near,))
    assert the_call(alice).codes == {side: code_of(ALICE_ID, BOB_ID)}


def test_the_user_may_say_who_called() -> None:
    for address in (BOB, "192.0.2.2"):
        call = the_call(honest()[0], caller=address)
        assert (call.caller, call.codes) == (BOB, {"this side": code_of(BOB_ID, ALICE_ID)})
        assert call.caller_known_by == f"{BOB} was named as the caller"


def test_what_the_user_says_holds_for_the_other_capture_of_the_handshake_too() -> None:
    """Bob's capture shows Alice at another address; ICE there says that she called."""
    call = the_call(*honest(), caller=BOB)
    assert set(call.codes.values()) == {code_of(BOB_ID, ALICE_ID)}
    only_alice_knows_this_address = the_call(*honest(), caller=ALICE)
    assert set(only_alice_knows_this_address.codes.values()) == {code_of(ALICE_ID, BOB_ID)}


def test_an_address_that_nobody_has_is_said_and_ice_counts() -> None:
    call = the_call(honest()[0], caller="192.0.2.77")
    assert call.codes == {"this side": code_of(ALICE_ID, BOB_ID)}
    assert call.caller_known_by.startswith(f"192.0.2.77 is no end of {ALICE} ↔ {BOB}; alice.pcap: ")


def test_without_ice_both_orders_are_possible() -> None:
    call = the_call(captured("alice.pcap", shake_hands(ALICE_ID, BOB_ID), controlling=None))
    assert call.caller is None
    assert call.codes == {
        f"this side, if {ALICE} called": code_of(ALICE_ID, BOB_ID),
        f"this side, if {BOB} called": code_of(BOB_ID, ALICE_ID),
    }
    assert call.caller_known_by == f"alice.pcap shows no ICE on {ALICE} ↔ {BOB}"


def test_ice_in_one_of_two_captures_of_a_handshake_is_enough() -> None:
    pair = shake_hands(ALICE_ID, BOB_ID)
    call = the_call(captured("a", pair, controlling=None), captured("b", pair, BEHIND_NAT, BOB, BEHIND_NAT, time=9))
    assert set(call.codes.values()) == {code_of(ALICE_ID, BOB_ID)}
    assert call.caller == ALICE


def test_captures_that_contradict_each_other_about_the_caller_give_both_orders_and_the_verdict_stays() -> None:
    pair = shake_hands(ALICE_ID, BOB_ID)
    call = the_call(captured("a", pair), captured("b", pair, BEHIND_NAT, BOB, BOB, time=9))
    assert (call.verdict, call.caller, len(call.codes)) == (NOT_INTERCEPTED, None, 4)
    assert "contradict" in call.caller_known_by


def test_only_one_capture_is_complete() -> None:
    alice, _ = honest()
    late = evidence("bob.pcap", ice(BEHIND_NAT, BOB) + dtls(shake_hands(ALICE_ID, BOB_ID), BEHIND_NAT, BOB)[-1:])
    call = the_call(alice, late)
    assert (call.verdict, call.captures, call.absent_from) == (CANNOT_TELL, ("alice.pcap",), ("bob.pcap",))
    assert "bob.pcap shows no DTLS handshake from its beginning to its end" in call.because
    assert call.codes == {"this side": code_of(ALICE_ID, BOB_ID)}


def test_captures_without_dtls_say_what_they_show() -> None:
    media_only = CallEvidence("alice.pcap", (), others=(Association("ZRTP"), Association("ZRTP"), Association("SDES")))
    call = the_call(media_only)
    assert (call.verdict, call.codes, call.caller) == (CANNOT_TELL, {}, None)
    assert [sentence.split(", ")[0] for sentence in call.because] == [
        "alice.pcap shows no DTLS handshake from its beginning to its end",
        "alice.pcap shows SDES",
        "alice.pcap shows ZRTP",
    ]
    assert calls(()) == ()


def test_a_capture_that_began_after_the_handshake_says_so() -> None:
    (one,) = honest()[0].associations
    protected = DtlsAssociation(protected_near=True, protected_far=True, first=3, last=9)
    call = the_call(CallEvidence("late.pcap", (replace(one, dtls=protected),)))
    assert call.because[1].startswith("late.pcap frames 3–9: both sides sent protected records")


def test_a_stranger_who_never_finished_does_not_disturb() -> None:
    alice, bob = honest()
    hello = dtls(shake_hands(MALLORY_ID, BOB_ID), ALICE, BOB)[:1]
    disturbed = evidence("alice.pcap", [*hello, *ice(ALICE, BOB), *dtls(shake_hands(ALICE_ID, BOB_ID), ALICE, BOB)])
    assert len(disturbed.associations) == 2
    assert the_call(disturbed).codes == {"this side": code_of(ALICE_ID, BOB_ID)}
    stranger = replace(disturbed.associations[0], leg=7)
    noisy = replace(alice, associations=(stranger, *alice.associations))
    assert the_call(noisy, bob).verdict is NOT_INTERCEPTED


def test_without_bundle_every_handshake_must_be_the_same() -> None:
    audio, video, other = (shake_hands(ALICE_ID, BOB_ID) for _ in range(3))
    alice = together("alice.pcap", captured("", audio), captured("", video, ALICE.replace("5000", "5002"), time=1.2))
    same = together("bob.pcap", captured("", video, time=7), captured("", audio, time=7.2))
    call = the_call(alice, same)
    assert (call.verdict, len(call.because)) == (NOT_INTERCEPTED, 3)
    one_missing = the_call(alice, together("bob.pcap", captured("", audio, time=7)))
    assert one_missing.verdict is CANNOT_TELL
    assert "the other side shows no handshake that belongs to this one" in one_missing.because[0]
    one_other = the_call(alice, together("bob.pcap", captured("", audio, time=7), captured("", other, time=7.2)))
    assert one_other.verdict is CANNOT_TELL


def test_a_call_is_intercepted_when_one_of_its_handshakes_is() -> None:
    audio, video = shake_hands(ALICE_ID, BOB_ID), shake_hands(ALICE_ID, MALLORY_ID)
    alice = together("alice.pcap", captured("", audio), captured("", video, ALICE.replace("5000", "5002"), time=1.2))
    to_bob = captured("", shake_hands(MALLORY_ID, BOB_ID), time=7.2)
    call = the_call(alice, together("bob.pcap", captured("", audio, time=7), to_bob))
    assert call.verdict is INTERCEPTED
    assert call.codes == {}
    assert [why.split(": ")[1] for why in call.missing_code] == ["the handshakes of this call give different codes"] * 2


def test_the_code_follows_the_latest_handshake_of_a_leg() -> None:
    again = [captured("a", shake_hands(ALICE_ID, one), time=time) for one, time in ((BOB_ID, 1.0), (MALLORY_ID, 99.0))]
    call = the_call(together("alice.pcap", *again, legs=False))
    assert call.codes == {"this side": code_of(ALICE_ID, MALLORY_ID)}


def test_calls_of_one_capture_are_told_apart_and_each_finds_its_other_side() -> None:
    pairs = [shake_hands(ALICE_ID, BOB_ID) for _ in range(3)]
    ports = [ALICE.replace("5000", str(port)) for port in (5000, 5002, 5004)]
    legs = [
        captured("", pair, port, BOB, port, time=hour)
        for pair, port, hour in zip(pairs, ports, (0, 3600, 7200), strict=True)
    ]
    all_of_them, second = together("alice.pcap", *legs), captured("bob.pcap", pairs[1], time=5000)
    found = calls((all_of_them, second))
    assert [call.verdict for call in found] == [CANNOT_TELL, NOT_INTERCEPTED, CANNOT_TELL]
    assert [call.absent_from for call in found] == [("bob.pcap",), (), ("bob.pcap",)]


def test_calls_whose_times_do_not_fit_are_not_taken_as_one() -> None:
    """The clocks are an hour apart, as the call shows that both captured; the others are of other times."""
    shared = shake_hands(ALICE_ID, BOB_ID)
    mine = captured("", shake_hands(ALICE_ID, BOB_ID), ALICE.replace("5000", "5002"), time=1000)
    to_bob = shake_hands(MALLORY_ID, BOB_ID)
    other = captured("", to_bob, MALLORY, time=9000)
    alice = together("alice.pcap", captured("", shared), mine)
    bob = together("bob.pcap", captured("", shared, time=3601), other)
    assert [call.verdict for call in calls((alice, bob))] == [NOT_INTERCEPTED, CANNOT_TELL, CANNOT_TELL]
    fitting = together("bob.pcap", captured("", shared, time=3601), captured("", to_bob, MALLORY, time=4600))
    assert [call.verdict for call in calls((alice, fitting))] == [NOT_INTERCEPTED, INTERCEPTED]


def test_a_relay_that_forwards_the_handshake_shows_two_sides() -> None:
    pair = shake_hands(ALICE_ID, BOB_ID)
    relay = together(
        "relay.pcap", captured("", pair, ALICE, MALLORY), captured("", pair, MALLORY, BOB, MALLORY, time=1.001)
    )
    call = the_call(relay)
    assert call.verdict is NOT_INTERCEPTED
    assert "relay.pcap shows two sides of the call, as at a relay" in call.because


def test_a_relay_that_ends_the_encryption_is_known_by_the_media_that_it_carries_on() -> None:
    alice, bob = intercepted()
    relay = together("relay.pcap", alice, bob)
    assert [call.verdict for call in calls((relay,))] == [CANNOT_TELL, CANNOT_TELL]
    with_media = replace(relay, sources={0: frozenset({1, 77}), 1: frozenset({77})})
    call = the_call(with_media)
    assert call.verdict is INTERCEPTED
    assert call.codes == {"caller": code_of(ALICE_ID, MALLORY_ID), "callee": code_of(MALLORY_ID, BOB_ID)}
    later = replace(relay.associations[1], started=500.0)
    apart = replace(with_media, associations=(relay.associations[0], later))
    assert [call.verdict for call in calls((apart,))] == [CANNOT_TELL, CANNOT_TELL]


def test_three_captures_must_all_agree() -> None:
    pair = shake_hands(ALICE_ID, BOB_ID)
    three = [captured(name, pair, time=time) for name, time in (("a", 1), ("relay", 2), ("b", 3))]
    assert the_call(*three).verdict is NOT_INTERCEPTED
    assert the_call(*three[:2], intercepted()[1]).verdict is INTERCEPTED


def test_one_side_given_twice_proves_nothing() -> None:
    alice, _ = honest()
    copy = the_call(alice, replace(alice, name="copy.pcap"))
    assert copy.verdict is CANNOT_TELL
    assert "captured on the same side" in copy.because[0]
    pair = shake_hands(ALICE_ID, BOB_ID)
    twice = [replace(captured(name, pair, time=time), near=("192.0.2.1",)) for name, time in (("a", 1), ("b", 2))]
    assert the_call(*twice).verdict is CANNOT_TELL


@pytest.mark.parametrize("change", [5.0, 1e-6, 0.123456])
def test_a_copy_whose_clock_was_changed_is_still_a_copy(change: float) -> None:
    """As a capture in nanoseconds is when it is written again in microseconds, or as `editcap -t` makes it."""
    alice = captured("alice.pcap", shake_hands(ALICE_ID, BOB_ID))
    copied = [replace(one, started=one.started + change, answered=one.answered + change) for one in alice.associations]
    copy = replace(alice, name="copy.pcap", associations=tuple(copied))
    assert the_call(alice, copy).verdict is CANNOT_TELL
    later = [replace(one, answered=one.answered + 1e-4) for one in copied]
    assert the_call(alice, replace(copy, associations=tuple(later))).verdict is NOT_INTERCEPTED


HIDDEN = OpenMedia("192.0.2.1:5004", "192.0.2.2:6004", last=9.0, both_ways=True, why="1 stream under other keys")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, CANNOT_TELL),
        ({"both_ways": False}, CANNOT_TELL),
        ({"far": "198.51.100.9:6004"}, CANNOT_TELL),
        ({"far": "198.51.100.9:6004", "both_ways": False}, NOT_INTERCEPTED),
        ({"near": "198.51.100.1:1", "far": "198.51.100.2:1"}, NOT_INTERCEPTED),
        ({"last": 0.5}, NOT_INTERCEPTED),
    ],
    ids=["same hosts", "one way", "another host", "a stranger's", "others' call", "over before"],
)
def test_media_that_no_handshake_protects_leaves_the_question_open(
    change: dict[str, Any], verdict: CallVerdict
) -> None:
    alice, bob = honest()
    call = the_call(replace(alice, open_media=(replace(HIDDEN, **change),)), bob)
    assert call.verdict is verdict
    assert (verdict is CANNOT_TELL) == ("alice.pcap: 1 stream under other keys" in call.because)


def test_two_captures_of_the_same_name_are_still_two() -> None:
    alice, bob = honest()
    assert the_call(alice, replace(bob, name="alice.pcap")).verdict is NOT_INTERCEPTED
    nothing = CallEvidence("alice.pcap", ())
    assert the_call(alice, nothing).absent_from == ("alice.pcap",)


def test_after_a_limit_nothing_is_excluded_any_more() -> None:
    alice, bob = honest()
    call = the_call(alice, replace(bob, limits=("2 DTLS datagrams not read",)))
    assert call.verdict is CANNOT_TELL
    assert "2 DTLS datagrams not read" in call.because
    assert the_call(*(replace(one, limits=("x",)) for one in intercepted())).verdict is INTERCEPTED


def test_media_under_keys_of_a_handshake_that_was_not_seen_leaves_the_question_open() -> None:
    alice, bob = honest()
    unseen = DtlsAssociation(protected_near=True, protected_far=True, first=30, last=40)
    more = replace(alice.associations[0], dtls=unseen, leg=5, near=ALICE.replace("5000", "5002"))
    call = the_call(replace(alice, associations=(*alice.associations, more)), bob)
    assert call.verdict is CANNOT_TELL
    assert "alice.pcap frames 30–40: media may be protected by a handshake that was not seen whole" in call.because


def test_dtls_13_gives_a_verdict_and_no_code() -> None:
    alice, bob = honest()
    hidden = {"version": "DTLSv1.3", "certificates_near": (), "certificates_far": ()}
    call = the_call(changed(alice, **hidden), changed(bob, **hidden))
    assert (call.verdict, call.codes) == (NOT_INTERCEPTED, {})
    assert [why.split(": ")[1] for why in call.missing_code] == ["DTLS 1.3 encrypts the certificates"] * 2


def test_a_reflected_certificate_gives_no_code() -> None:
    call = the_call(captured("alice.pcap", shake_hands(ALICE_ID, ALICE_ID)))
    assert call.codes == {}
    assert "reflected" in call.missing_code[0]


def test_contradicting_messages_give_no_code() -> None:
    call = the_call(changed(honest()[0], contradicted=True))
    assert call.codes == {}
    assert "which one counted" in call.missing_code[0]
