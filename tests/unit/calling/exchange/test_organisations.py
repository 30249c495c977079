"""Two tenants of one service: only calls go from one to the other, by full address, and nothing else does."""

from __future__ import annotations

import pytest

from harness.calling.exchange.directory import Directory
from harness.calling.exchange.outcome import Answered
from harness.calling.policy.transitions import record_tenant, record_user, turn
from harness.model.tenant import Tenant
from tests.unit.calling.exchange.world import (
    ALICE,
    ALICE_TOO,
    BOB,
    ERIN,
    FABRIKAM,
    World,
    other_tenant,
    tenant,
)

ERINS = f"{ERIN}-pc"
ALICES_TOO = f"{ALICE_TOO}-pc"


def connected(*sessions: str, on: bool = True) -> World:
    world = World(Directory(tenant(on=on), other_tenant(on=on)))
    for one in sessions:
        world.join(one)
    return world


def up(world: World, *, mode: str) -> str:
    call = str(world.say("alice-pc", "invite", to=ERIN.upper(), media=["audio"])["call"])
    assert world.say(ERINS, "accept", call=call)["mode"] == mode
    return call


def test_a_call_goes_to_another_tenant_and_each_screen_shows_the_others_address() -> None:
    """A tenant calls its own users what it likes: over there they are shown by what only they can be called."""
    world = connected("alice-pc", ERINS)
    call = world.say("alice-pc", "invite", to=ERIN, media=["audio"])["call"]
    assert world.heard() == [
        (ERINS, {"type": "incoming", "call": call, "from": ALICE, "display": ALICE, "media": ["audio"]})
    ]
    world.say(ERINS, "accept", call=call)
    assert world.heard("accepted")[0][1]["display"] == ERIN
    assert world.say("alice-pc", "offer", call=call, sdp="described") == {}
    assert [session for session, _ in world.heard("offer")] == [ERINS]


def test_users_of_one_name_are_two_people() -> None:
    world = connected("alice-pc", "bob-pc", ALICES_TOO)
    world.say("bob-pc", "invite", to=ALICE_TOO, media=["audio"])
    assert [session for session, _ in world.heard("incoming")] == [ALICES_TOO]
    call = world.heard("incoming")[0][1]["call"]
    assert world.say("alice-pc", "accept", call=call) == {"refused": "unknown-call"}


def test_nobody_can_ask_whom_another_tenant_has() -> None:
    """Who is not there and who is nobody are one answer, in the same words; within one's own tenant they are not."""
    answers = set()
    for name in (ERIN, f"nobody@{FABRIKAM}"):
        world = connected("alice-pc")
        said = world.say("alice-pc", "invite", to=name, media=["audio"])
        answers.add((said["refused"], world.refused.replace(name, "X")))
    assert answers == {("unavailable", "X has no device connected.")}
    assert world.say("alice-pc", "invite", to="nobody@contoso.example", media=["audio"]) == {"refused": "unknown-user"}


@pytest.mark.parametrize("name", [ERIN, ALICE_TOO, f"nobody@{FABRIKAM}"])
def test_nothing_is_written_to_another_tenant(name: str) -> None:
    world = connected("alice-pc", ERINS)
    assert world.say("alice-pc", "chat", to=name, text="secret") == {"refused": "other-tenant"}
    assert world.say(ERINS, "chat", to=BOB, text="secret") == {"refused": "other-tenant"}


def test_presence_is_for_ones_own_tenant_also_while_a_call_goes_to_the_other() -> None:
    world = connected("alice-pc", "bob-pc", ERINS, ALICES_TOO)
    up(world, mode="e2ee")
    busy = {(session, line["user"]) for session, line in world.heard("presence")}
    assert busy == {(ERINS, ERIN), (ALICES_TOO, ERIN)}


@pytest.mark.parametrize("by", ["alice-pc", ERINS])
def test_a_party_brings_in_people_of_its_own_tenant_only(by: str) -> None:
    own, other = (BOB, ALICE_TOO) if by == "alice-pc" else (ALICE_TOO, BOB)
    world = connected("alice-pc", "bob-pc", ERINS, ALICES_TOO, on=False)
    call = up(world, mode="service")
    world.say("alice-pc", "offer", call=call, sdp="keys")
    world.say(ERINS, "answer", call=call, sdp="keys")
    asked = {"call": call, "feature": "add-participant", "on": True}
    assert world.say(by, "feature", **asked, argument=other) == {"refused": "other-tenant"}
    assert world.say(by, "feature", **asked, argument=own) == {}
    guest = "bob-pc" if own == BOB else ALICES_TOO
    world.say(guest, "accept", call=call)
    world.say(guest, "answer", call=call, sdp="keys")
    shown = {(session, line["user"]): line["display"] for session, line in world.heard("party")}
    assert shown == {
        ("alice-pc", own): "Bob" if own == BOB else own,
        (ERINS, own): own if own == BOB else "Alice",
        (guest, ALICE): "Alice" if own == BOB else ALICE,
        (guest, ERIN): ERIN if own == BOB else "Erin",
    }


def recorded(*, here: bool = False, there: bool = False, one: bool = False) -> tuple[Tenant, Tenant]:
    first, other = tenant(), other_tenant()
    if one:
        other = record_user(other, ERIN, True)
    return record_tenant(first, here), record_tenant(other, there)


@pytest.mark.parametrize("which", ["here", "there", "one"])
def test_recording_in_either_tenant_makes_it_an_ordinary_call_that_is_recorded(which: str) -> None:
    world = World(Directory(*recorded(**{which: True})))
    world.join("alice-pc")
    world.join(ERINS)
    up(world, mode="service")
    (answered,) = [one for one in world.deeds if isinstance(one, Answered)]
    assert answered.recorded
    assert {session for session, _ in world.heard("recorded")} == {"alice-pc", ERINS}


def test_a_change_in_one_tenant_is_told_to_nobody_of_the_other() -> None:
    world = connected("alice-pc", ERINS)
    world.change(tenant(), turn(other_tenant(allowed=False), ERIN, on=False))
    assert {session for session, _ in world.heard()} == {ERINS}
    assert {line["type"] for _, line in world.heard()} == {"policy", "toggle"}


def test_a_call_that_rings_is_sent_on_within_the_tenant_of_who_is_called_only() -> None:
    world = connected("alice-pc", "bob-pc", ERINS, ALICES_TOO, on=False)
    call = world.say("alice-pc", "invite", to=ERIN, media=["audio"])["call"]
    asked = {"call": call, "feature": "simultaneous-ring", "on": True}
    assert world.say(ERINS, "feature", **asked, argument=BOB) == {"refused": "other-tenant"}
    assert world.say(ERINS, "feature", **asked, argument=ALICE_TOO) == {}
    assert [(session, line["display"]) for session, line in world.heard("incoming")] == [(ALICES_TOO, ALICE)]
