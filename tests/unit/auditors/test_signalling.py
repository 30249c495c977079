"""What became of the messages on their way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.auditors.signalling import audit
from harness.model.base import Party
from harness.model.feature import Feature, FeatureRequest
from harness.model.finding import Reason, Severity
from harness.model.recording import SignalEntry, SignalKind, SignalMessage

from .answers import raised
from .stage import (
    ALICE,
    BOB,
    OF_MALLORY,
    Stage,
    description,
    honest_call,
    intercepted_call,
    processed_call,
    refused_call,
)


def notices(stage: Stage) -> set[Reason]:
    return raised(audit(stage.case()), Severity.NOTICE)


def test_a_service_that_only_carries_is_said_to() -> None:
    (found,) = audit(honest_call().case())
    assert (found.reason, found.severity) == (Reason.SIGNALLING_INTACT, Severity.FACT)


def test_a_service_whose_processor_stands_between_describes_its_own_legs() -> None:
    stage = processed_call()
    (found,) = audit(stage.case())
    assert (found.reason, found.severity) == (Reason.SIGNALLING_INTACT, Severity.FACT)
    assert "the service's own legs" in found.detail
    stage.vantages.clear()
    assert notices(stage) == {Reason.SIGNALLING_ALTERED}, "without a processor nobody else may describe anything"


@pytest.mark.parametrize("kind", [SignalKind.ACCEPT, SignalKind.CHAT, SignalKind.HANGUP])
def test_a_service_whose_processor_stands_between_says_nothing_else_in_a_partys_name(kind: SignalKind) -> None:
    stage = processed_call()
    forged = SignalMessage(kind=kind, sender=Party.ALICE, body="in her name")
    stage.signalling.append(SignalEntry(time=stage.now, hop="bob", direction="in", message=forged))
    assert notices(stage) == {Reason.SIGNALLING_ALTERED}


def test_a_changed_message_is_altered() -> None:
    assert notices(intercepted_call()) == {Reason.SIGNALLING_ALTERED}


def test_a_message_that_nobody_sent_is_altered_too() -> None:
    stage = honest_call()
    forged = stage.signalling[0].message.model_copy(update={"body": description(OF_MALLORY)})
    stage.signalling.append(SignalEntry(time=stage.now, hop="bob", direction="in", message=forged))
    assert notices(stage) == {Reason.SIGNALLING_ALTERED}


def test_another_name_on_a_genuine_description_is_altered() -> None:
    stage = honest_call()
    stage.signalling = [
        one.model_copy(update={"message": one.message.model_copy(update={"name": "Mallory"})})
        if (one.hop, one.direction) == ("bob", "in")
        else one
        for one in stage.signalling
    ]
    assert notices(stage) == {Reason.SIGNALLING_ALTERED}


def test_a_message_that_arrives_twice_is_replayed() -> None:
    stage = honest_call()
    stage.signalling.append(next(one for one in stage.signalling if (one.hop, one.direction) == ("bob", "in")))
    assert notices(stage) == {Reason.SIGNALLING_REPLAYED}


def test_a_message_of_an_earlier_call_is_replayed() -> None:
    earlier = honest_call()
    earlier.describe(ALICE, description(OF_MALLORY))
    stage = honest_call()
    stage.describe(ALICE, "v=0\r\n", arrives=description(OF_MALLORY))
    assert raised(audit(stage.case()), Severity.NOTICE) == {Reason.SIGNALLING_ALTERED}
    known = replace(stage.case(), earlier=(earlier.case(),))
    assert raised(audit(known), Severity.NOTICE) == {Reason.SIGNALLING_REPLAYED}


def test_what_every_call_says_is_no_old_message() -> None:
    earlier, stage = honest_call().course(), honest_call().course()
    assert notices(stage) == set()
    (found,) = audit(replace(stage.case(), earlier=(earlier.case(),)))[:1]
    assert found.reason is not Reason.SIGNALLING_ALTERED


def test_what_the_service_decides_and_answers_is_no_alteration() -> None:
    stage = honest_call().course()
    request = FeatureRequest(feature=Feature.PARK).model_dump_json()
    message = SignalMessage(kind=SignalKind.FEATURE, sender=ALICE, body=request)
    refused = message.model_copy(update={"kind": SignalKind.FEATURE_REFUSED, "body": "{}"})
    stage.signalling += [
        SignalEntry(time=stage.now, hop="alice", direction="out", message=message),
        SignalEntry(time=stage.now, hop="alice", direction="in", message=refused, to=ALICE),
    ]
    assert notices(stage) == set()


def test_a_message_that_does_not_arrive_is_swallowed() -> None:
    stage = honest_call()
    stage.say(ALICE, SignalKind.HANGUP, "bye")
    del stage.signalling[-2:]
    assert notices(stage) == {Reason.SIGNALLING_SWALLOWED}


def with_origin(version: int, session: int = 1) -> str:
    return description(OF_MALLORY).replace("o=- 1 1 ", f"o=- {session} {version} ")


def hears_and_says(stage: Stage, heard: str, kind: SignalKind, said: str) -> None:
    offer = SignalMessage(kind=SignalKind.OFFER, sender=ALICE, body=heard)
    reply = SignalMessage(kind=kind, sender=BOB, body=said)
    stage.signalling += [
        SignalEntry(time=stage.now, hop="bob", direction="in", message=offer),
        SignalEntry(time=stage.now, hop="bob", direction="out", message=reply),
    ]


def in_effect(stage: Stage) -> str:
    """The offer that the callee has got and answered."""
    return next(one.message.body for one in stage.signalling if (one.hop, one.direction) == ("bob", "in"))


def answered(stage: Stage, *offers: str) -> list[str]:
    """Which old offers the callee answered, when these come one after the other and it answers every one."""
    for offer in offers:
        hears_and_says(stage, offer, SignalKind.ANSWER, with_origin(2))
    found = [one for one in audit(stage.case()) if one.reason is Reason.OLD_OFFER_ANSWERED]
    assert {(one.severity, one.vantage) for one in found} <= {(Severity.ALARM, "bob")}, "it is that party's fault"
    return [one.detail.removeprefix("bob answered an old offer: ") for one in found]


NOT_HIGHER = "it is version {} where version {} is known already"
ANOTHER_SESSION = "it belongs to another session"


@pytest.mark.parametrize(
    ("heard", "flaws"),
    [
        (with_origin(2), []),
        (with_origin(1), [NOT_HIGHER.format(1, 1)]),
        (with_origin(0), [NOT_HIGHER.format(0, 1)]),
        (with_origin(9, session=2), [ANOTHER_SESSION]),
        ("no description at all", []),
    ],
    ids=["the next version", "the same version, another body", "a lower version", "another session", "unreadable"],
)
def test_a_party_must_not_answer_an_offer_that_does_not_follow_those_before_it(heard: str, flaws: list[str]) -> None:
    assert answered(honest_call(), heard) == flaws


def test_the_offer_in_effect_may_come_again_and_must_be_answered_as_often_as_it_does() -> None:
    stage = honest_call()
    assert answered(stage, in_effect(stage), in_effect(stage)) == []
    assert Reason.SIGNALLING_REPLAYED in notices(stage), "it is told all the same"
    assert answered(stage, with_origin(2), with_origin(2)) == [], "and so may the one that follows it"


def test_one_byte_of_another_body_makes_it_another_offer() -> None:
    stage = honest_call()
    assert answered(stage, in_effect(stage) + "a=x\r\n") == [NOT_HIGHER.format(1, 1)]


def test_an_offer_that_another_one_has_replaced_is_an_old_one() -> None:
    stage = honest_call()
    first = in_effect(stage)
    assert answered(stage, with_origin(2), first, with_origin(2)) == [NOT_HIGHER.format(1, 2)]


def test_an_offer_that_an_answer_has_replaced_is_an_old_one() -> None:
    stage = honest_call()
    first = in_effect(stage)
    own = SignalMessage(kind=SignalKind.OFFER, sender=BOB, body=with_origin(5))
    reply = SignalMessage(kind=SignalKind.ANSWER, sender=ALICE, body=with_origin(2))
    stage.signalling += [
        SignalEntry(time=stage.now, hop="bob", direction="out", message=own),
        SignalEntry(time=stage.now, hop="bob", direction="in", message=reply),
    ]
    assert answered(stage, first, reply.body) == [NOT_HIGHER.format(1, 2), NOT_HIGHER.format(2, 2)], (
        "what was an answer was never offered"
    )


@pytest.mark.parametrize("forged", [with_origin(1), with_origin(0), with_origin(9, session=2)])
def test_a_forged_offer_never_becomes_the_one_in_effect_however_often_it_was_answered(forged: str) -> None:
    stage = honest_call()
    genuine = in_effect(stage)
    flaws = answered(stage, forged, forged)
    assert len(flaws) == 2
    assert answered(stage, genuine) == flaws
    assert len(answered(stage, forged)) == 3
    assert len(answered(stage, with_origin(2))) == 3, "what follows the genuine one comes in its turn"


@pytest.mark.parametrize("cover", ["before it", "behind it"])
def test_an_old_offer_cannot_hide_beside_the_one_in_effect(cover: str) -> None:
    stage = honest_call()
    offers = [in_effect(stage), with_origin(0)] if cover == "before it" else [with_origin(0), in_effect(stage)]
    heard, said = [], []
    for offer in offers:
        hears_and_says(stage, offer, SignalKind.ANSWER, with_origin(2))
        said.append(stage.signalling.pop())
        heard.append(stage.signalling.pop())
    stage.signalling += [*heard, said[0]]
    assert bool(answered(stage)) is (cover == "behind it"), "offers are answered in the order in which they came"
    stage.signalling.append(said[1])
    assert answered(stage) == [NOT_HIGHER.format(0, 1)]


def test_what_people_write_to_each_other_is_no_description() -> None:
    stage = honest_call()
    stage.tell(BOB, SignalKind.CHAT, with_origin(9))
    hears_and_says(stage, with_origin(2), SignalKind.ANSWER, with_origin(2))
    assert raised(audit(stage.case())) == set(), "it came in its turn"


def test_what_the_service_says_of_ones_own_offer_is_nothing_to_be_answered() -> None:
    own = SignalMessage(kind=SignalKind.OFFER, sender=BOB, body=with_origin(9))
    stage = honest_call()
    stage.signalling.append(SignalEntry(time=stage.now, hop="bob", direction="in", message=own, to=BOB))
    hears_and_says(stage, with_origin(1), SignalKind.ANSWER, with_origin(2))
    assert raised(audit(stage.case())) == {Reason.OLD_OFFER_ANSWERED}


@pytest.mark.parametrize("answers", [1, 2])
def test_an_offer_that_comes_twice_before_it_is_answered_is_answered_once_or_twice(answers: int) -> None:
    stage = honest_call()
    offer = next(one for one in stage.signalling if (one.hop, one.direction) == ("bob", "in"))
    answer = next(one for one in stage.signalling if (one.hop, one.direction) == ("bob", "out"))
    stage.signalling.insert(stage.signalling.index(offer), offer)
    stage.signalling += [answer] * (answers - 1)
    assert raised(audit(stage.case())) == set()


@pytest.mark.parametrize("kind", [SignalKind.HANGUP, SignalKind.DECLINE, SignalKind.CANCEL])
def test_an_old_offer_that_is_refused_is_the_senders_fault_alone(kind: SignalKind) -> None:
    stage = honest_call()
    hears_and_says(stage, with_origin(1), kind, "sdp-rejected")
    assert raised(audit(stage.case())) == set()
    hears_and_says(stage, with_origin(2), SignalKind.ANSWER, with_origin(2))
    assert raised(audit(stage.case())) == set(), "the next one came in its turn"


def lost(stage: Stage, hop: str, *kinds: SignalKind) -> Stage:
    """What passed a hop was not recorded: all of it, or what was of these kinds."""
    stage.signalling = [one for one in stage.signalling if one.hop != hop or (kinds and one.message.kind not in kinds)]
    return stage


@pytest.mark.parametrize("hop", ["alice", "bob", "service"])
@pytest.mark.parametrize("kinds", [(), (SignalKind.OFFER,), (SignalKind.ANSWER,)])
def test_a_hop_whose_messages_were_not_recorded_leaves_the_call_open(hop: str, kinds: tuple[SignalKind, ...]) -> None:
    (found,) = audit(lost(honest_call().course(), hop, *kinds).case())
    assert (found.reason, found.severity, found.vantage) == (Reason.SIGNALLING_UNSEEN, Severity.INCONCLUSIVE, hop)
    assert found.detail == f"no {kinds[0] if kinds else 'message'} was recorded of what passed {hop}"


def test_a_call_that_never_came_up_needs_no_descriptions() -> None:
    stage = refused_call().course()
    for hop in ("alice", "bob", "service"):
        lost(stage, hop, SignalKind.ANSWER)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()


@pytest.mark.parametrize("party", [ALICE, BOB])
def test_who_sent_media_has_described_himself_whatever_came_of_the_call(party: Party) -> None:
    stage = honest_call().course()
    for one in (ALICE, BOB):
        stage.state(one, connected=False)
    for hop in ("alice", "bob", "service"):
        lost(stage, hop, SignalKind.OFFER)
    lacking = {one.vantage: one.detail for one in audit(stage.case()) if one.reason is Reason.SIGNALLING_UNSEEN}
    way = "out" if party is ALICE else "in"
    assert f"no description on its way {way} was recorded" in lacking[party.value]


def test_an_invitation_that_the_service_keeps_to_itself_is_none_that_was_not_recorded() -> None:
    stage = refused_call().course()
    kept = (("alice", "out"), ("service", "in"))
    said_by_alice = [one for one in stage.signalling if one.message.sender is ALICE]
    stage.signalling = [one for one in said_by_alice if (one.hop, one.direction) in kept]
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()


def test_a_callee_may_begin_before_its_answer_has_left() -> None:
    stage = honest_call().course()
    for one in (ALICE, BOB):
        stage.state(one, connected=False)
    for hop in ("alice", "bob", "service"):
        lost(stage, hop, SignalKind.ANSWER)
    lacking = {one.vantage for one in audit(stage.case()) if one.reason is Reason.SIGNALLING_UNSEEN}
    assert lacking == {ALICE}


def test_nobody_is_invited_without_an_invitation() -> None:
    stage = honest_call().course()
    for hop in ("alice", "bob", "service"):
        lost(stage, hop, SignalKind.INVITE)
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == {Reason.SIGNALLING_UNSEEN}


@pytest.mark.parametrize(
    ("hop", "way", "kind"),
    [
        ("alice", "out", SignalKind.OFFER),
        ("service", "in", SignalKind.ANSWER),
        ("service", "out", SignalKind.ACCEPT),
        ("bob", "in", SignalKind.OFFER),
    ],
)
def test_what_a_party_and_the_service_say_of_each_other_must_agree(hop: str, way: str, kind: SignalKind) -> None:
    stage = honest_call().course()
    stage.say(ALICE, SignalKind.OFFER, "v=0\r\nagain")
    stage.say(BOB, SignalKind.ANSWER, "v=0\r\nand again")
    assert raised(audit(stage.case()), Severity.INCONCLUSIVE) == set()
    gone = [one for one in stage.signalling if (one.hop, one.direction, one.message.kind) == (hop, way, kind)][-1]
    stage.signalling.remove(gone)
    (found,) = [one for one in audit(stage.case()) if one.severity is Severity.INCONCLUSIVE]
    assert (found.reason, found.vantage) == (Reason.SIGNALLING_UNSEEN, hop)
    assert f"not every message ({kind})" in found.detail
