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
from tests.unit.calling.exchange.world import ALICE, ALICE_TOO, BOB, ERIN, World, other_tenant, tenant
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


def both_books(made: Tenant, situation: Situation, people: dict[str, Person]) -> tuple[Tenant, Book]:
    """A tenant whose users have turned it on, as its administrator changes it; and what another hand notes down."""
    made = new_policy(made, "No")
    made = new_policy(made, "Yes", Settings(calling=Encryption.USER_OVERRIDE))
    book = Book({"Global": situation.everybody, "No": OFF, "Yes": ON}, whole=situation.whole)
    for user, person in people.items():
        # Turned on, or off, while the policy of the new tenant still allows it.
        made = turn(made, user, person.toggle)
        made = record_user(grant_user(made, user, person.direct), user, person.recorded)
        if person.direct is not None:
            book.direct[user] = person.direct
    for group in GROUPS:
        members = tuple(user for user, person in people.items() if group in person.groups)
        made, book.members[group] = put_group(made, group, members), set(members)
    for group, policy, rank in situation.ranked:
        made = grant_group(made, group, policy, rank)
        book.give_group(group, policy, rank)
    made = record_tenant(grant_tenant(made, situation.whole), situation.records)
    return set_policy(made, "Global", Settings(calling=Encryption(situation.everybody))), book


def end(book: Book, user: str, person: Person, records: bool) -> End:
    return End(book.policies[book.in_force(user)[0]], person.toggle, person.kind.value, person.old, records)


def accepted(world: World, two: dict[str, Person]) -> str:
    """The mode that both are told of the first one's call to the second, whose devices are what they have."""
    devices = [f"{user.removesuffix('@contoso.example')}-pc" for user in two]
    for device, person in zip(devices, two.values(), strict=True):
        world.join(device, person.kind, recent=not person.old)
    call = world.say(devices[0], "invite", to=list(two)[1], media=["audio"])["call"]
    answer = world.say(devices[1], "accept", call=call)
    assert world.heard("accepted")[0][1]["mode"] == answer["mode"]
    return str(answer["mode"])


@given(situations, people, people)
@settings(max_examples=400, deadline=None)
def test_the_mode_is_what_the_words_of_the_specification_say(situation: Situation, ann: Person, ben: Person) -> None:
    two = {ALICE: ann, BOB: ben}
    made, book = both_books(tenant(), situation, two)
    records = situation.records or ann.recorded or ben.recorded
    mine, theirs = (end(book, user, one, records) for user, one in two.items())
    expected = "e2ee" if is_e2ee(mine, theirs, "one-to-one") else "service"
    assert accepted(World(Directory(made)), two) == expected


@given(situations, situations, people, people, st.booleans(), st.booleans())
@settings(max_examples=400, deadline=None)
def test_and_between_two_tenants_each_party_is_under_its_own(
    here: Situation, there: Situation, ann: Person, eve: Person, elsewhere: bool, comes_in: bool
) -> None:
    """The names of policies and groups are the same in both. `elsewhere`: somebody else is recorded over there."""
    made, mine = both_books(tenant(), here, {ALICE: ann})
    other, theirs = both_books(other_tenant(), there, {ERIN: eve})
    other = record_user(other, ALICE_TOO, elsewhere)
    near = end(mine, ALICE, ann, here.records or ann.recorded)
    far = end(theirs, ERIN, eve, there.records or eve.recorded or elsewhere)
    two = {ERIN: eve, ALICE: ann} if comes_in else {ALICE: ann, ERIN: eve}
    expected = "e2ee" if is_e2ee(near, far, "one-to-one") else "service"
    assert accepted(World(Directory(made, other)), two) == expected


def test_the_table_holds_both_modes() -> None:
    """What the strategies are biased towards: a call that meets every condition."""
    good = Person("Yes", frozenset(), True, ClientKind.IOS, old=False, recorded=False)
    for records in (False, True):
        made, _ = both_books(tenant(), Situation(OFF, None, (), records), {ALICE: good, BOB: good})
        other, _ = both_books(other_tenant(), Situation(OFF, None, (), False), {ERIN: good})
        for callee in (BOB, ERIN):
            found = accepted(World(Directory(made, other)), {ALICE: good, callee: good})
            assert found == ("service" if records else "e2ee")
