"""Chat, presence, and what people are told when a device comes or goes or an administrator changes something."""

from __future__ import annotations

import pytest

from harness.calling.exchange.directory import Directory
from harness.calling.exchange.exchange import MOST_DEVICES
from harness.calling.exchange.outcome import Closed, Written
from harness.calling.exchange.refusal import Refusal
from harness.calling.exchange.words import Presence
from harness.calling.policy.transitions import grant_user, new_policy, turn
from harness.model.tenant import Client, ClientKind, Tenant
from tests.unit.calling.exchange.world import ALICE, BOB, CEM, EXPIRES, World, tenant, up


def connected(*sessions: str) -> World:
    world = World()
    for one in sessions:
        world.join(one)
    return world


def presence(user: str, what: str) -> dict[str, str]:
    return {"type": "presence", "user": user, "presence": what}


def test_a_chat_line_is_kept_and_told_to_all_devices_of_its_two_people() -> None:
    world = connected("alice-pc", "alice-phone", "bob-pc", "cem-pc")
    world.now = 5.0
    answer = world.say("alice-pc", "chat", to=BOB, text="two\nlines")
    line = {"type": "chat", "from": ALICE, "to": BOB, "text": "two\nlines", "file": None, **answer}
    assert answer["time"] == 5.0
    assert world.heard() == [("alice-pc", line), ("alice-phone", line), ("bob-pc", line)]
    assert world.deeds == (Written(answer["message"], ALICE, BOB, "two\nlines", 5.0),)


def test_a_line_to_somebody_who_is_away_is_kept_for_later() -> None:
    world = connected("alice-pc")
    answer = world.say("alice-pc", "chat", to=CEM, text="later")
    assert [session for session, _ in world.heard()] == ["alice-pc"]
    assert world.deeds == (Written(answer["message"], ALICE, CEM, "later", 0.0),)


def test_nobody_writes_to_herself_or_to_nobody() -> None:
    world = connected("alice-pc")
    assert world.say("alice-pc", "chat", to=ALICE.upper(), text="x") == {"refused": "yourself"}
    assert world.say("alice-pc", "chat", to="nobody@x", text="x") == {"refused": "unknown-user"}


def test_presence_is_told_to_everybody_when_it_changes_and_only_then() -> None:
    world = connected("alice-pc")
    assert world.heard("presence") == [("alice-pc", presence(ALICE, "available"))]
    world.join("bob-pc")
    assert world.heard("presence") == [("alice-pc", presence(BOB, "available")), ("bob-pc", presence(BOB, "available"))]
    world.join("bob-phone")
    assert world.heard("presence") == []
    assert world.say("bob-phone", "presence", presence="away") == {}
    assert world.heard("presence") == [(one, presence(BOB, "away")) for one in ("alice-pc", "bob-pc", "bob-phone")]
    world.say("bob-pc", "presence", presence="away")
    assert world.heard("presence") == []
    world.leave("bob-pc")
    assert world.heard("presence") == []
    world.leave("bob-phone")
    assert world.heard("presence") == [("alice-pc", presence(BOB, "offline"))]


def test_in_a_call_one_is_busy_and_afterwards_what_one_chose() -> None:
    world, call = up()
    assert world.heard("presence") == [(one, presence(BOB, "busy")) for one in ("alice-pc", "bob-pc", "cem-pc")]
    world.say("bob-pc", "presence", presence="away")
    assert world.heard("presence") == []
    world.say("alice-pc", "hang-up", call=call)
    told = {(line["user"], line["presence"]) for _, line in world.heard("presence")}
    assert told == {(ALICE, "available"), (BOB, "away")}


def test_who_joins_is_welcomed_by_name() -> None:
    world = connected("alice-pc")
    assert world.heard("welcome") == [
        ("alice-pc", {"type": "welcome", "user": ALICE, "display": "Alice", "device": "alice-pc"})
    ]


def test_a_user_has_eight_devices_at_most_and_must_be_one() -> None:
    world = connected(*(f"alice-{number}" for number in range(MOST_DEVICES)))
    before = world.exchange
    for session, reason in (("alice-more", "too-many-devices"), ("eve-pc", "unknown-user")):
        with pytest.raises(Refusal) as refused:
            world.join(session)
        assert refused.value.reason == reason
    assert world.exchange is before


def test_who_is_not_connected_says_nothing() -> None:
    assert World().say("alice-pc", "chat", to=BOB, text="x") == {"refused": "unknown-session"}


def test_a_token_that_expires_closes_its_connection() -> None:
    world = connected("alice-pc", "bob-pc")
    world.tick(EXPIRES - 1)
    assert not world.deeds
    world.tick(EXPIRES)
    assert world.deeds == (Closed("alice-pc", "expired"), Closed("bob-pc", "expired"))


def test_a_toggle_is_told_to_every_device_of_its_user_and_to_nobody_else() -> None:
    world = World(Directory(tenant(on=False)))
    for one in ("alice-pc", "alice-phone", "bob-pc"):
        world.join(one)
    world.change(turn(world.directory.tenants[0], ALICE, on=True))
    assert world.heard() == [(one, {"type": "toggle", "on": True}) for one in ("alice-pc", "alice-phone")]


def test_a_policy_is_told_to_those_whom_it_concerns() -> None:
    world = connected("alice-pc", "bob-pc", "bob-phone")
    strict = new_policy(world.directory.tenants[0], "Strict")
    world.change(strict)
    assert world.heard() == []
    world.change(grant_user(strict, BOB, "Strict"))
    told = {
        "type": "policy",
        "policy": "Strict",
        "rule": "direct",
        "because": f"Strict is assigned to {BOB} directly",
        "may_turn_on": False,
    }
    assert world.heard() == [("bob-pc", told), ("bob-phone", told)]


def test_a_client_that_signs_in_concerns_nobody() -> None:
    world = connected("alice-pc")
    more = Client(name="phone", kind=ClientKind.IOS)
    users = tuple(user.model_copy(update={"clients": (more,)}) for user in world.directory.tenants[0].users)
    world.change(world.directory.tenants[0].model_copy(update={"users": users}))
    assert (world.told, world.deeds) == ([], ())


def test_who_is_no_user_any_more_has_to_go() -> None:
    world = connected("alice-pc", "bob-pc")
    world.change(Tenant(users=tuple(one for one in world.directory.tenants[0].users if one.name != BOB)))
    assert world.deeds == (Closed("bob-pc", "no-user"),)


def test_the_call_of_somebody_who_was_removed_ends_and_the_reason_is_told() -> None:
    world, call = up()
    world.change(Tenant(users=tuple(one for one in world.directory.tenants[0].users if one.name != BOB)))
    world.leave("bob-pc")
    assert world.heard() == [("alice-pc", {"type": "hung-up", "call": call, "reason": "user-removed"})]


def test_what_a_removed_user_had_chosen_is_not_for_the_next_of_that_name() -> None:
    world = connected("alice-pc", "bob-pc")
    world.say("bob-pc", "presence", presence="away")
    before = world.directory.tenants[0]
    world.change(Tenant(users=tuple(one for one in before.users if one.name != BOB)))
    world.leave("bob-pc")
    world.change(before)
    world.join("bob-pc")
    assert world.exchange.present(BOB) is Presence.AVAILABLE
