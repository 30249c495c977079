"""The mode that a device is told when it accepts, for every combination, against the notebook of another hand."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.calling.exchange.directory import Directory
from harness.calling.policy.transitions import (
    Settings,
    grant_group,
    grant_tenant,
    grant_user,
    new_policy,
    put_group,
    record_tenant,
    record_user,
    set_policy,
    turn,
)
from harness.model.tenant import ClientKind, Encryption, Tenant
from tests.unit.calling.exchange.world import ALICE, BOB, World, tenant
from tests.unit.calling.policy.other_model import OFF, ON, Book, End, is_e2ee

GROUPS = ("one", "two")
NAMES = st.sampled_from((None, "No", "Yes"))


@dataclass(frozen=True)
class Person:
    """What decides about one of the two."""

    direct: str | None
    groups: frozenset[str]
    toggle: bool
    kind: ClientKind
    old: bool
    recorded: bool


@dataclass(frozen=True)
class Situation:
    everybody: str
    whole: str | None
    ranked: tuple[tuple[str, str, int | None], ...]
    records: bool


people = st.builds(
    Person,
    direct=NAMES,
    groups=st.frozensets(st.sampled_from(GROUPS)),
    toggle=st.booleans() | st.just(True),
    kind=st.sampled_from(ClientKind) | st.just(ClientKind.WINDOWS),
    old=st.just(False) | st.booleans(),
    recorded=st.just(False) | st.booleans(),
)
situations = st.builds(
    Situation,
    everybody=st.sampled_from((OFF, ON)),
    whole=NAMES,
    ranked=st.lists(
        st.tuples(st.sampled_from(GROUPS), st.sampled_from(("No", "Yes")), st.none() | st.integers(1, 3)), max_size=4
    ).map(tuple),
    records=st.just(False) | st.booleans(),
)


def both_books(situation: Situation, two: dict[str, Person]) -> tuple[Tenant, Book]:
    made = new_policy(tenant(), "No")
    made = new_policy(made, "Yes", Settings(calling=Encryption.USER_OVERRIDE))
    book = Book({"Global": situation.everybody, "No": OFF, "Yes": ON}, whole=situation.whole)
    for user, person in two.items():
        # Turned on, or off, while the policy of the new tenant still allows it.
        made = turn(made, user, person.toggle)
        made = record_user(grant_user(made, user, person.direct), user, person.recorded)
        if person.direct is not None:
            book.direct[user] = person.direct
    for group in GROUPS:
        members = tuple(user for user, person in two.items() if group in person.groups)
        made, book.members[group] = put_group(made, group, members), set(members)
    for group, policy, rank in situation.ranked:
        made = grant_group(made, group, policy, rank)
        book.give_group(group, policy, rank)
    made = record_tenant(grant_tenant(made, situation.whole), situation.records)
    return set_policy(made, "Global", Settings(calling=Encryption(situation.everybody))), book


@given(situations, people, people)
@settings(max_examples=400, deadline=None)
def test_the_mode_is_what_the_words_of_the_specification_say(situation: Situation, ann: Person, ben: Person) -> None:
    two = {ALICE: ann, BOB: ben}
    made, book = both_books(situation, two)
    records = situation.records or ann.recorded or ben.recorded
    world = World(Directory(made))
    world.join("alice-pc", ann.kind, recent=not ann.old)
    world.join("bob-pc", ben.kind, recent=not ben.old)
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    mine, theirs = (
        End(book.policies[book.in_force(user)[0]], one.toggle, one.kind.value, one.old, records)
        for user, one in two.items()
    )
    expected = "e2ee" if is_e2ee(mine, theirs, "one-to-one") else "service"
    assert world.say("bob-pc", "accept", call=call) == {"call": call, "mode": expected}
    assert world.heard("accepted")[0][1]["mode"] == expected


def test_the_table_holds_both_modes() -> None:
    """What the strategies are biased towards: a call that meets every condition."""
    good = Person("Yes", frozenset(), True, ClientKind.IOS, old=False, recorded=False)
    for person, records in ((good, False), (good, True)):
        made, _ = both_books(Situation(OFF, None, (), records), {ALICE: person, BOB: person})
        world = World(Directory(made))
        world.join("alice-pc")
        world.join("bob-pc")
        call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
        assert world.say("bob-pc", "accept", call=call)["mode"] == ("service" if records else "e2ee")
