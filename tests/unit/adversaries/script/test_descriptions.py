"""Each move on the signalling, shown on the lines that arrive."""

from __future__ import annotations

from collections.abc import Iterable

from harness.adversaries.machine import (
    CallUp,
    Command,
    Deliver,
    EarlierSignal,
    OwnSocketOpened,
    SendSignal,
    StartTimer,
    TimerFired,
)
from harness.adversaries.script import Script
from harness.model.base import Party
from harness.model.recording import SignalKind, SignalMessage
from harness.wire.sdp import Fingerprint

from ..descriptions import ANSWER, OFFER, SHA256, SHA512, attributes
from ..transcript import ALICE, BOB, NOW, answer, deeds, hangup, offer, only, signal
from .scripts import IDENTITIES, move, script


def arrived(machine: Script, message: SignalMessage) -> str:
    (delivered,) = only(signal(machine, message), Deliver)
    return delivered.message.body


def fingerprints(machine: Script, message: SignalMessage) -> list[str]:
    """Of the first of the two media sections, which look alike."""
    values = attributes(arrived(machine, message), "fingerprint")
    assert values[: len(values) // 2] == values[len(values) // 2 :]
    return values[: len(values) // 2]


def own(party: Party, algorithm: str) -> str:
    return str(Fingerprint.of(IDENTITIES[party].der, algorithm))


GENUINE = [f"sha-256 {SHA256}", f"sha-512 {SHA512}"]


def test_a_known_rewrite_and_its_deed() -> None:
    machine = script(move("rewrite", rewrite="fingerprint-missing", towards="callee"))
    commands = signal(machine, offer(OFFER))
    assert attributes(only(commands, Deliver)[0].message.body, "fingerprint") == []
    assert deeds(commands) == {"move-1-rewrite": 1}


def test_only_the_description_towards_that_role_is_touched() -> None:
    machine = script(move("rewrite", rewrite="fingerprint-missing", towards="callee"))
    assert signal(machine, answer(ANSWER)) == [Deliver(answer(ANSWER))]
    assert signal(machine, hangup(ALICE)) == [Deliver(hangup(ALICE))]


def test_the_second_description_is_the_one_of_the_restart() -> None:
    machine = script(move("swap-fingerprint", towards="callee", nth=2))
    assert fingerprints(machine, offer(OFFER)) == GENUINE
    arrived(machine, answer(ANSWER))
    assert fingerprints(machine, offer(OFFER)) == [own(BOB, "sha-256"), own(BOB, "sha-512")]
    assert fingerprints(machine, offer(OFFER)) == GENUINE


def test_the_certificate_that_is_named_to_a_party_is_the_one_that_it_will_see() -> None:
    machine = script(move("swap-fingerprint", towards="caller"))
    assert fingerprints(machine, answer(ANSWER)) == [own(ALICE, "sha-256"), own(ALICE, "sha-512")]


def test_own_fingerprints_beside_the_genuine_ones_and_of_another_hash_function() -> None:
    beside = script(move("swap-fingerprint", towards="callee", how="before", algorithm="sha-1"))
    weak = own(BOB, "sha-1")
    assert fingerprints(beside, offer(OFFER)) == [weak, GENUINE[0], weak, GENUINE[1]]
    after = script(move("swap-fingerprint", towards="callee", how="after"))
    assert fingerprints(after, offer(OFFER))[::2] == GENUINE


def test_an_octet_of_every_digest_or_of_one() -> None:
    last = script(move("alter-fingerprint", towards="callee", octet=-1))
    assert fingerprints(last, offer(OFFER)) == [f"sha-256 {SHA256[:-2]}E0", f"sha-512 {SHA512[:-2]}80"]
    second = script(move("alter-fingerprint", towards="callee", octet=0, line=2))
    values = attributes(arrived(second, offer(OFFER)), "fingerprint")
    assert values == [GENUINE[0], f"sha-512 BF{SHA512[2:]}", *GENUINE]


def test_any_line_can_be_removed_doubled_replaced_or_preceded() -> None:
    def lines(how: str, **text: str) -> list[str]:
        machine = script(move("change-line", towards="callee", start="a=mid:0", how=how, **text))
        return [line for line in arrived(machine, offer(OFFER)).split("\r\n") if line.startswith(("a=mid:", "a=x"))]

    assert lines("remove") == ["a=mid:1"]
    assert lines("double") == ["a=mid:0", "a=mid:0", "a=mid:1"]
    assert lines("replace", text="a=mid:7") == ["a=mid:7", "a=mid:1"]
    assert lines("insert", text="a=x") == ["a=x", "a=mid:0", "a=mid:1"]


def test_a_line_that_is_not_there_is_no_deed() -> None:
    machine = script(move("change-line", towards="callee", start="a=nowhere", how="remove"))
    assert signal(machine, offer(OFFER)) == [Deliver(offer(OFFER))]


def test_the_own_candidate_comes_first_once_there_is_a_socket() -> None:
    machine = script(move("add-candidate", towards="callee"))
    assert signal(machine, offer(OFFER)) == [Deliver(offer(OFFER))]
    list(machine.handle(OwnSocketOpened(("127.1.0.5", 7000), NOW)))
    assert "127.1.0.5 7000" in attributes(arrived(machine, offer(OFFER)), "candidate")[0]


def test_a_withheld_description_does_not_arrive_whatever_else_is_done_to_it() -> None:
    machine = script(
        move("withhold", towards="callee"), move("change-line", towards="callee", start="s=", how="remove")
    )
    commands = signal(machine, offer(OFFER))
    assert only(commands, Deliver) == []
    assert deeds(commands) == {"move-1-withhold": 1}


def fire(machine: Script, commands: Iterable[Command]) -> tuple[float, list[Command]]:
    """Let the only timer run out."""
    (timer,) = only(commands, StartTimer)
    return timer.seconds, list(machine.handle(TimerFired(timer.token, NOW)))


def test_a_repeated_description_comes_again_as_it_arrived() -> None:
    machine = script(
        move("change-line", towards="callee", start="s=", how="replace", text="s=x"),
        move("repeat", towards="callee", after=0.5),
    )
    commands = signal(machine, offer(OFFER))
    (delivered,) = only(commands, Deliver)
    assert deeds(commands) == {"move-1-change-line": 1}
    seconds, later = fire(machine, commands)
    assert seconds == 0.5
    assert only(later, SendSignal) == [SendSignal(BOB, delivered.message)]
    assert deeds(later) == {"move-2-repeat": 1}


def test_an_earlier_description_of_the_same_kind_comes_instead() -> None:
    machine = script(move("recall", towards="callee"))
    assert signal(machine, offer(OFFER)) == [Deliver(offer(OFFER))]
    list(machine.handle(EarlierSignal(1, offer("old"), NOW)))
    list(machine.handle(EarlierSignal(1, answer("other"), NOW)))
    commands = signal(machine, offer(OFFER))
    assert only(commands, Deliver) == [Deliver(offer("old"))]
    assert deeds(commands) == {"move-1-recall": 1}


def test_a_reoffer_is_the_last_description_but_newer_and_with_another_fingerprint() -> None:
    machine = script(move("forge-offer", towards="caller", after=0.2))
    assert list(machine.handle(CallUp(NOW))) == []
    signal(machine, answer(ANSWER))
    seconds, forged = fire(machine, machine.handle(CallUp(NOW)))
    assert seconds == 0.2
    ((to, message),) = [(one.to, one.message) for one in only(forged, SendSignal)]
    assert (to, message.kind, message.sender) == (ALICE, SignalKind.OFFER, BOB)
    assert message.body.startswith("v=0\r\no=- 1 2 IN IP4")
    assert attributes(message.body, "setup") == ["actpass", "actpass"]
    assert attributes(message.body, "fingerprint")[0] == own(ALICE, "sha-256")
    assert deeds(forged) == {"move-1-forge-offer": 1}


def test_a_forged_hang_up_claims_to_come_from_the_peer() -> None:
    machine = script(move("hang-up", towards="callee"))
    _, forged = fire(machine, machine.handle(CallUp(NOW)))
    assert [(one.to, one.message.kind, one.message.sender) for one in only(forged, SendSignal)] == [
        (BOB, SignalKind.HANGUP, ALICE)
    ]


def test_a_description_that_arrives_as_it_was_sent_was_not_changed() -> None:
    there = move("change-line", towards="callee", start="a=mid:0", how="replace", text="a=mid:9")
    back = move("change-line", towards="callee", start="a=mid:9", how="replace", text="a=mid:0")
    assert arrived(script(there, back), offer(OFFER)) == offer(OFFER).body
    assert deeds(signal(script(there, back), offer(OFFER))) == {}
    assert deeds(signal(script(there), offer(OFFER))) == {"move-1-change-line": 1}
