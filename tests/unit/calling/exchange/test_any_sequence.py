"""Whatever anybody says in whatever order: what a call's messages may reach, and what a refusal may change.

The book of each call is kept here from what was answered and told, and knows nothing of the exchange's own state.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.calling.exchange.world import ALICE, BOB, CEM, World, tenant

USERS = {"alice": ALICE, "bob": BOB, "cem": CEM}
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
    "feature": {"feature": "recording", "on": True},
}
MEDIA = {"offer", "answer", "candidates", "feature"}
ENDS = {"cancelled", "declined", "hung-up"}


@dataclass
class Book:
    """What is known of a call by what was said and told."""

    caller: str
    callee: str
    rung: set[str]
    answered: str | None = None
    mode: str | None = None
    over: bool = False
    left: set[str] = field(default_factory=set)

    def parties(self) -> set[str]:
        return {self.caller} | (self.rung if self.answered is None else {self.answered})


steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(DEVICES), st.sampled_from(sorted(OF_CALL)), st.integers(0, 5)),
        st.tuples(st.just("invite"), st.sampled_from(DEVICES), st.sampled_from(sorted(USERS)), st.none()),
        st.tuples(st.just("chat"), st.sampled_from(DEVICES), st.sampled_from(sorted(USERS)), st.none()),
        st.tuples(st.just("join"), st.sampled_from(DEVICES), st.none(), st.none()),
        st.tuples(st.just("leave"), st.sampled_from(DEVICES), st.none(), st.none()),
        st.tuples(st.just("tick"), st.none(), st.none(), st.integers(0, 40)),
        st.tuples(st.just("change"), st.booleans(), st.booleans(), st.none()),
    ),
    max_size=60,
)


class Watched:
    """A world whose every step is compared with the books."""

    def __init__(self) -> None:
        self.world = World()
        self.books: dict[str, Book] = {}
        for one in DEVICES:
            self.world.join(one)

    def step(self, kind: str, who: Any, what: Any, number: Any) -> None:
        before = copy.deepcopy(self.world.exchange)
        answer: dict[str, Any] = {}
        match kind:
            case "say":
                answer = self._of_call(who, what, number)
            case "invite" | "chat":
                fields = {"media": ["audio"]} if kind == "invite" else {"text": "secret"}
                answer = self.world.say(who, kind, to=USERS[what], **fields)
                if "call" in answer:
                    self.books[answer["call"]] = Book(who, what, self._online(what))
                if kind == "chat":
                    self._only(
                        {one for one, line in self.world.told if line["type"] == "chat"}, {self._user(who), what}
                    )
            case "join" if who not in self.world.exchange.sessions:
                self.world.join(who)
            case "leave":
                self.world.leave(who)
            case "tick":
                self.world.tick(self.world.now + number)
            case "change":
                self.world.change(tenant(allowed=who, on=what))
            case _:
                return
        if "refused" in answer:
            assert self.world.exchange == before
            assert self.world.told == []
        self._read()
        self._hold()

    def _of_call(self, who: str, type_: str, number: int) -> dict[str, Any]:
        calls = [*reversed(self.books), "f" * 32]
        call = calls[min(number, len(calls) - 1)]
        book = self.books.get(call)
        known = set() if book is None or book.over else book.parties()
        answer = self.world.say(who, type_, call=call, **OF_CALL[type_])
        if who not in known:
            assert "refused" in answer, (who, type_)
        if type_ in MEDIA and "refused" not in answer:
            assert book is not None
            assert book.answered is not None
            assert who in (book.caller, book.answered)
            assert type_ != "feature" or book.mode == "service"
            sides = {book.caller, book.answered}
            told = {one for one, line in self.world.told if line["type"] == type_}
            assert told <= (sides if type_ == "feature" else sides - {who})
        if type_ == "accept" and "mode" in answer:
            assert book is not None
            book.answered, book.mode = who, answer["mode"]
        return answer

    def _read(self) -> None:
        """Frames of a call reach those whom it concerns, and none comes after its end."""
        ended: set[str] = set()
        for session, line in self.world.told:
            if (call := line.get("call")) is None:
                continue
            book = self.books[call]
            assert session in {book.caller} | book.rung
            assert not book.over, line
            if line["type"] == "accepted":
                assert (session, line["mode"]) == (book.caller, book.mode)
            if line["type"] in ENDS and line.get("why") != "answered-elsewhere":
                ended.add(call)
            elif line["type"] not in ("cancelled", "accepted", "incoming"):
                assert session in book.parties()
        for call in ended:
            self.books[call].over = True

    def _hold(self) -> None:
        """What must be true of the state at any time."""
        exchange = self.world.exchange
        for call, book in self.books.items():
            found = exchange.calls.get(call)
            if found is None:
                book.over = True
                continue
            assert not book.over
            assert (found.caller, found.answered) == (book.caller, book.answered)
            assert (None if found.mode is None else found.mode.value) == book.mode
            assert set(found.sessions()) <= set(exchange.sessions)
        held = [session for call in exchange.calls.values() for session in (call.caller, call.answered) if session]
        assert len(held) == len(set(held))

    def _online(self, user: str) -> set[str]:
        return {one for one in self.world.exchange.sessions if self._user(one) == user}

    def _user(self, session: str) -> str:
        return session.partition("-")[0]

    def _only(self, sessions: set[str], users: set[str]) -> None:
        assert {self._user(one) for one in sessions} <= users


@given(steps)
@settings(max_examples=300, deadline=None)
def test_no_sequence_breaks_a_call(sequence: list[tuple[str, Any, Any, Any]]) -> None:
    watched = Watched()
    for step in sequence:
        watched.step(*step)


def test_the_sequences_reach_what_they_are_about() -> None:
    """An accepted call with media, and a third person who tries everything: the books see all of it."""
    watched = Watched()
    for step in (
        ("invite", "alice-1", "bob", None),
        ("say", "bob-1", "ringing", 0),
        ("say", "bob-1", "accept", 0),
        ("say", "alice-1", "offer", 0),
        ("say", "bob-1", "answer", 0),
        *(("say", "cem-1", type_, 0) for type_ in OF_CALL),
        *(("say", "bob-2", type_, 0) for type_ in OF_CALL),
        ("say", "bob-1", "hang-up", 0),
    ):
        watched.step(*step)
    (book,) = watched.books.values()
    assert (book.answered, book.mode, book.over) == ("bob-1", "e2ee", True)
