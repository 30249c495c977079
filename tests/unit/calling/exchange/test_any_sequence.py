"""Whatever anybody says in whatever order: what a call's messages may reach, and what a refusal may change.

The book of each call is kept here from what was answered and told, and knows nothing of the exchange's own state.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.calling.exchange.outcome import Admitted, Offered, Passed
from harness.model.feature import Feature
from tests.unit.calling.exchange.world import ALICE, ALICE_TOO, BOB, CEM, DORA, ERIN, World, other_tenant, tenant

USERS = {"alice": ALICE, "bob": BOB, "cem": CEM, "dora": DORA, ERIN: ERIN, ALICE_TOO: ALICE_TOO}
DEVICES = [f"{user}-{number}" for user in USERS for number in (1, 2)]
OF_CALL: dict[str, dict[str, Any]] = {
    "ringing": {},
    "accept": {},
    "decline": {},
    "cancel": {},
    "offer": {"sdp": "described"},
    "answer": {"sdp": "described"},
    "candidates": {"candidates": ["found"]},
    "hang-up": {},
}
DESCRIBES = {"offer", "answer", "candidates"}


@dataclass
class Book:
    """What is known of a call by what was said and told: who has been asked into it, by those who may ask."""

    caller: str
    asked: set[str]
    answered: str | None = None
    mode: str | None = None
    over: bool = False

    def everybody(self) -> set[str]:
        return {self.caller} | self.asked


users, devices, calls = st.sampled_from(sorted(USERS)), st.sampled_from(DEVICES), st.integers(0, 3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), devices, st.sampled_from(sorted(OF_CALL)), calls),
        st.tuples(
            st.just("feature"), devices, st.tuples(st.sampled_from(sorted(Feature)), st.booleans(), users), calls
        ),
        st.tuples(st.just("invite"), devices, users, st.none()),
        st.tuples(st.just("chat"), devices, users, st.none()),
        st.tuples(st.just("join"), devices, st.none(), st.none()),
        st.tuples(st.just("leave"), devices, st.none(), st.none()),
        st.tuples(st.just("tick"), st.none(), st.none(), st.integers(0, 40)),
        st.tuples(st.just("change"), st.booleans(), st.booleans(), st.none()),
    ),
    max_size=60,
)


class Watched:
    """A world whose every step is compared with the books."""

    def __init__(self, *, on: bool = True) -> None:
        self.world = World()
        self.books: dict[str, Book] = {}
        self.world.change(tenant(on=on), other_tenant(on=on))
        for one in DEVICES:
            self.world.join(one)

    def step(self, kind: str, who: Any, what: Any, number: Any) -> None:
        before = copy.deepcopy(self.world.exchange)
        self.world.told, self.world.deeds = [], ()
        answer = self._said(kind, who, what, number) or self._happened(kind, who, what, number)
        if "refused" in answer:
            assert self.world.exchange == before
            assert (self.world.told, self.world.deeds) == ([], ())
        self._read()
        self._hold()

    def _said(self, kind: str, who: str, what: Any, number: int) -> dict[str, Any]:
        if kind == "say":
            return self._of_call(who, what, OF_CALL[what], number)
        if kind == "feature":
            argument = None if what[0] is Feature.COMPANION else USERS[what[2]]
            return self._of_call(who, "feature", {"feature": what[0], "on": what[1], "argument": argument}, number)
        answer: dict[str, Any] = {}
        if kind == "invite":
            answer = self.world.say(who, kind, to=USERS[what], media=["audio"])
            if "call" in answer:
                self.books[answer["call"]] = Book(who, self._online(what))
        elif kind == "chat":
            answer = self.world.say(who, kind, to=USERS[what], text="secret")
            told = {self._user(one) for one, line in self.world.told if line["type"] == "chat"}
            assert told <= {self._user(who), what}
            assert "refused" in answer or _domain(who) == _domain(what)
        return answer

    def _happened(self, kind: str, who: Any, what: Any, number: Any) -> dict[str, Any]:
        match kind:
            case "join" if who not in self.world.exchange.sessions:
                self.world.join(who)
            case "leave":
                self.world.leave(who)
            case "tick":
                self.world.tick(self.world.now + number)
            case "change":
                self.world.change(tenant(allowed=who, on=what), other_tenant(allowed=what, on=who))
        return {}

    def _of_call(self, who: str, type_: str, fields: dict[str, Any], number: int) -> dict[str, Any]:
        known = [*reversed(self.books), "f" * 32]
        call = known[min(number, len(known) - 1)]
        book = self.books.get(call)
        answer = self.world.say(who, type_, call=call, **fields)
        if "refused" in answer:
            return answer
        assert book is not None
        assert not book.over
        assert who in book.everybody(), (who, type_)
        if type_ == "feature":
            assert book.mode != "e2ee"
            asked = self._user(who) if fields["argument"] is None else _short(fields["argument"])
            book.asked |= self._online(asked)
        if type_ in DESCRIBES and book.mode == "e2ee":
            assert who in (book.caller, book.answered)
            told = {one for one, line in self.world.told if line["type"] == type_}
            assert told == {book.caller, book.answered} - {who}
        if type_ == "accept" and book.answered is None and book.mode is None:
            book.answered, book.mode = who, answer["mode"]
        return answer

    def _read(self) -> None:
        """Frames and deeds of a call concern those who were asked into it; descriptions as they are only in `e2ee`.

        What is of no call stays in its tenant.
        """
        for session, line in self.world.told:
            if line["type"] in ("presence", "chat"):
                assert _domain(session) == _domain(_short(line.get("user") or line["from"]))
            if (call := line.get("call")) is None:
                continue
            book = self.books[call]
            assert session in book.everybody()
            assert not book.over, line
            if line["type"] == "accepted":
                assert session == book.caller
                book.mode = book.mode or line["mode"]
                assert line["mode"] == book.mode
            if line["type"] in DESCRIBES:
                assert book.mode == "e2ee"
            if line["type"] == "incoming" and book.answered is not None:
                assert _domain(session) == _domain(_short(line["from"])), "who is in the call brings in colleagues only"
        for deed in self.world.deeds:
            if isinstance(deed, Passed | Offered | Admitted):
                book = self.books[deed.call]
                assert book.mode == "service"
                concerned = {deed.session} if isinstance(deed, Admitted) else {deed.sender}
                assert concerned | ({deed.to} if isinstance(deed, Passed) else set()) <= book.everybody()

    def _hold(self) -> None:
        """What must be true of the state at any time."""
        exchange = self.world.exchange
        for call, book in self.books.items():
            found = exchange.calls.get(call)
            if found is None:
                book.over = True
                continue
            assert not book.over
            assert set(found.sessions) <= set(exchange.sessions) & book.everybody()
            assert (None if found.mode is None else found.mode.value) == book.mode
            assert found.ringing or len(found.parties) >= (1 if found.alone else 2)
            if book.mode == "e2ee":
                assert set(found.sessions) == {book.caller, book.answered}
                assert (found.guests, found.gone, found.alone) == ((), frozenset(), False)
        held = [session for call in exchange.calls.values() for session in call.parties]
        assert len(held) == len(set(held))

    def _online(self, user: str) -> set[str]:
        return {one for one in self.world.exchange.sessions if self._user(one) == user}

    def _user(self, session: str) -> str:
        return session.rpartition("-")[0]


def _domain(of: str) -> str:
    """Of a device or a short name: what stands there of the other tenant, and nothing of the first."""
    return of.partition("@")[2].partition("-")[0]


def _short(user: str) -> str:
    return user.removesuffix("@contoso.example")


@given(steps, st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_sequence_breaks_a_call(sequence: list[tuple[str, Any, Any, Any]], on: bool) -> None:
    watched = Watched(on=on)
    for step in sequence:
        watched.step(*step)


UP = (
    ("invite", "alice-1", "bob", None),
    ("say", "bob-1", "ringing", 0),
    ("say", "bob-1", "accept", 0),
    ("say", "alice-1", "offer", 0),
    ("say", "bob-1", "answer", 0),
)


@given(steps, st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_sequence_breaks_a_call_that_is_up(sequence: list[tuple[str, Any, Any, Any]], on: bool) -> None:
    watched = Watched(on=on)
    for step in (*UP, *sequence):
        watched.step(*step)


def test_the_sequences_reach_what_they_are_about() -> None:
    """An accepted call with media, and a third person who tries everything: the books see all of it."""
    watched = Watched()
    third = [("say", one, type_, 0) for type_ in OF_CALL for one in ("cem-1", "bob-2")]
    features = [("feature", one, (feature, True, "dora"), 0) for feature in Feature for one in ("cem-1", "bob-1")]
    for step in (*UP, *third, *features, ("say", "bob-1", "hang-up", 0)):
        watched.step(*step)
    (book,) = watched.books.values()
    assert (book.answered, book.mode, book.over) == ("bob-1", "e2ee", True)


def test_and_a_guest_who_takes_over() -> None:
    watched = Watched(on=False)
    for step in (
        *UP,
        ("feature", "bob-1", (Feature.TRANSFER, True, "cem"), 0),
        ("say", "cem-2", "accept", 0),
        ("say", "cem-2", "answer", 0),
    ):
        watched.step(*step)
    (call,) = watched.world.exchange.calls.values()
    assert call.parties == ("alice-1", "cem-2")


def test_and_a_call_to_another_tenant_into_which_nobody_of_a_third_side_is_brought() -> None:
    watched = Watched(on=False)
    device = f"{ERIN}-1"
    for step in (
        ("invite", "alice-1", ERIN, None),
        ("say", device, "accept", 0),
        ("say", "alice-1", "offer", 0),
        ("say", device, "answer", 0),
        ("feature", device, (Feature.ADD_PARTICIPANT, True, "cem"), 0),
        ("chat", device, "alice", None),
        ("feature", device, (Feature.ADD_PARTICIPANT, True, ALICE_TOO), 0),
        ("say", f"{ALICE_TOO}-2", "accept", 0),
        ("say", f"{ALICE_TOO}-2", "answer", 0),
    ):
        watched.step(*step)
    (call,) = watched.world.exchange.calls.values()
    assert call.parties == ("alice-1", device, f"{ALICE_TOO}-2")
