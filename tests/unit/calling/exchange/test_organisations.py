"""Two tenants of one service: only calls go from one to the other, by full address, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from harness.calling.exchange.directory import Directory
from harness.calling.exchange.outcome import Answered, Outcome
from harness.calling.policy.transitions import record_tenant, record_user, take_unanswered, turn
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
    assert world.heard("incoming") == [
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


def test_what_is_no_address_is_refused_as_such_and_in_ones_own_tenant_who_is_nobody() -> None:
    world = connected("alice-pc", ERINS)
    for name in (f"erin@x@{FABRIKAM}", f"@{FABRIKAM}", f"e rin@{FABRIKAM}", "nobody@contoso.example", "nobody", "x@"):
        assert world.say("alice-pc", "invite", to=name, media=["audio"]) == {"refused": "unknown-user"}, name
    assert world.say(ERINS, "invite", to="alice", media=["audio"]) == {"refused": "unknown-user"}
    assert "NAME@DOMAIN" in world.refused


Deed = Callable[[World, str], object]
"""What becomes of it over there: the world, and the call that comes from outside."""


def nothing(_world: World, _call: str) -> None: ...


def there(world: World, *sessions: str) -> None:
    for one in sessions:
        world.join(one)


def talking(world: World, _to: str) -> None:
    there(world, ERINS, ALICES_TOO)
    call = world.say(ALICES_TOO, "invite", to=ERIN, media=["audio"])["call"]
    assert "mode" in world.say(ERINS, "accept", call=call)


def calling(world: World, _to: str) -> None:
    there(world, ERINS, ALICES_TOO)
    assert "call" in world.say(ERINS, "invite", to=ALICE_TOO, media=["audio"])


def overrun(world: World, to: str) -> None:
    """As many call her from there as may."""
    there(world, ERINS, *(f"bob-{number}" for number in range(8)))
    assert all("call" in world.say(f"bob-{number}", "invite", to=to, media=["audio"]) for number in range(8))


def declines(world: World, call: str) -> None:
    assert world.say(ERINS, "ringing", call=call) == {}
    assert world.say(ERINS, "decline", call=call, why="declined") == {}


def passes_it_on(world: World, call: str) -> None:
    more = {"feature": "simultaneous-ring", "on": True, "argument": ALICE_TOO}
    if world.say(ERINS, "feature", call=call, **more) == {}:  # and not encrypted
        assert world.say(ALICES_TOO, "decline", call=call, why="declined") == {}
    assert world.say(ERINS, "decline", call=call, why="declined") == {}


def is_removed(world: World, _call: str) -> None:
    first, other = world.directory.tenants
    world.change(first, other.model_copy(update={"users": other.users[1:]}))
    world.leave(ERINS)


ABSENT: list[tuple[str, Deed, Deed]] = [
    (f"nobody@{FABRIKAM}", nothing, nothing),
    (ERIN, nothing, nothing),
    (ERIN, talking, nothing),
    (ERIN, calling, nothing),
    (ERIN, overrun, nothing),
    (ERIN, lambda world, _to: there(world, ERINS), nothing),
    (ERIN, lambda world, _to: there(world, ERINS), lambda world, call: world.say(ERINS, "ringing", call=call)),
    (ERIN, lambda world, _to: there(world, ERINS), declines),
    (ERIN, lambda world, _to: there(world, ERINS), lambda world, _call: world.leave(ERINS)),
    (ERIN, lambda world, _to: there(world, ERINS), is_removed),
    (ERIN, lambda world, _to: there(world, ERINS, ALICES_TOO), passes_it_on),
]


def seen_from_outside(world: World, to: str, before: Deed, meanwhile: Deed) -> list[object]:
    """All that Alice can see, with the time of each; the words of a refusal, too."""
    world.join("alice-pc")
    before(world, to)
    seen: list[object] = [answer := world.say("alice-pc", "invite", to=to, media=["audio", "video"])]
    call = str(answer["call"])
    told = [line for session, line in world.told if session == "alice-pc"]
    seen += [[line for line in told if line["type"] != "presence"]]

    def note(line: object) -> None:
        seen.append((world.now, line))

    happens = world.happens

    def watched(event: Callable[[], Outcome]) -> Outcome:
        outcome = happens(event)
        for session, line in world.told:
            if session == "alice-pc" and line["type"] != "presence":
                note(line)
        return outcome

    world.happens = watched  # type: ignore[method-assign]
    world.now = 2.0
    meanwhile(world, call)
    for feature in ("voicemail", "simultaneous-ring", "recording"):
        note((world.say("alice-pc", "feature", call=call, feature=feature, on=True, argument=BOB), world.refused))
    note((world.say("alice-pc", "accept", call=call), world.refused))
    note((world.say("alice-pc", "offer", call=call, sdp="x"), world.refused))
    for now in (30.0, 59.5, 60.0, 90.0):
        world.tick(now)
    note(world.say("alice-pc", "cancel", call=call))
    return seen


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("case", range(len(ABSENT)))
def test_from_outside_nobody_can_tell_who_is_there_who_is_busy_and_who_does_not_want(case: int, on: bool) -> None:
    """A name that nobody has, who is away, in a call, declines or is removed: it rings, and nobody answers."""
    same = seen_from_outside(World(Directory(tenant(on=on), other_tenant(on=on))), *ABSENT[0])
    to, before, meanwhile = ABSENT[case]
    seen = seen_from_outside(World(Directory(tenant(on=on), other_tenant(on=on))), to, before, meanwhile)
    assert _without_ids(seen) == _without_ids(same)
    assert "'why': 'no-answer'" in repr(seen)
    assert repr(seen).count("'type': 'ringing'") == 1


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("case", range(1, len(ABSENT)))
def test_nor_by_the_voicemail_which_answers_whoever_is_there_or_never(case: int, on: bool) -> None:
    _, before, meanwhile = ABSENT[case]
    if meanwhile is is_removed:
        return
    with_voicemail = take_unanswered(other_tenant(on=on), ERIN, True)
    same = seen_from_outside(World(Directory(tenant(on=on), with_voicemail)), *ABSENT[1])
    seen = seen_from_outside(World(Directory(tenant(on=on), with_voicemail)), ERIN, before, meanwhile)
    assert _without_ids(seen) == _without_ids(same)
    assert ("'device': 'voicemail'" in repr(seen)) is not on


def _without_ids(seen: list[object]) -> str:
    return re.sub(r"[0-9a-f]{32}|(erin|nobody)(?=@)", "X", repr(seen))


def test_strangers_who_ring_keep_no_colleague_away_nor_each_other() -> None:
    world = connected(ERINS, ALICES_TOO, *(f"bob-{number}" for number in range(8)), "alice-pc")
    for number in range(8):
        world.say(f"bob-{number}", "invite", to=ERIN, media=["audio"])
        assert [session for session, _ in world.heard("incoming")] == [ERINS]
    world.say("alice-pc", "invite", to=ERIN, media=["audio"])
    assert world.heard("incoming") == [], "of one tenant there are enough"
    assert "call" in world.say(ALICES_TOO, "invite", to=ERIN, media=["audio"])
    assert [session for session, _ in world.heard("incoming")] == [ERINS]


def test_who_does_answer_from_another_tenant_has_the_call_as_ever() -> None:
    world = connected("alice-pc", ERINS, f"{ERIN}-phone")
    call = world.say("alice-pc", "invite", to=ERIN, media=["audio"])["call"]
    assert {session for session, _ in world.heard("incoming")} == {ERINS, f"{ERIN}-phone"}
    assert world.say(ERINS, "accept", call=call) == {"call": call, "mode": "e2ee"}
    assert [(session, line["type"]) for session, line in world.heard()] == [
        ("alice-pc", "accepted"),
        (f"{ERIN}-phone", "cancelled"),
    ]


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
    assert answered.tenants == ("", FABRIKAM), "what is recorded belongs to both"
    assert {session for session, _ in world.heard("recorded")} == {"alice-pc", ERINS}


def test_a_call_within_a_tenant_is_its_own() -> None:
    world = connected(ERINS, ALICES_TOO, on=False)
    call = world.say(ERINS, "invite", to=ALICE_TOO, media=["audio"])["call"]
    assert world.say(ALICES_TOO, "accept", call=call)["mode"] == "service"
    assert [one.tenants for one in world.deeds if isinstance(one, Answered)] == [(FABRIKAM,)]


def test_a_message_at_a_voicemail_belongs_to_both_tenants() -> None:
    world = connected("alice-pc", ERINS, on=False)
    call = world.say("alice-pc", "invite", to=ERIN, media=["audio"])["call"]
    assert world.say(ERINS, "feature", call=call, feature="voicemail", on=True) == {}
    assert [one.tenants for one in world.deeds if isinstance(one, Answered)] == [("", FABRIKAM)]


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
