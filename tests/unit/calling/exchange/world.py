"""An exchange with people in it, for transcripts: who says what, what is answered, who is told what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harness.calling.exchange import exchange as rules
from harness.calling.exchange.directory import Directory
from harness.calling.exchange.outcome import Deed, Outcome
from harness.calling.exchange.refusal import Refusal
from harness.calling.exchange.said import SAID
from harness.calling.exchange.state import NOBODY, Exchange, Session
from harness.model.tenant import Client, ClientKind, Encryption, EncryptionPolicy, Tenant, User

ALICE, BOB, CEM, DORA = (f"{name}@contoso.example" for name in ("alice", "bob", "cem", "dora"))
FABRIKAM = "fabrikam.example"
ERIN, ALICE_TOO = f"erin@{FABRIKAM}", f"alice@{FABRIKAM}"
EXPIRES = 10_000.0
Line = tuple[str, dict[str, Any]]
"""Who is told, and the frame."""


def tenant(*, allowed: bool = True, on: bool = True) -> Tenant:
    """Four users; whether the policy allows encrypted calls, and whether everybody has turned them on."""
    calling = Encryption.USER_OVERRIDE if allowed else Encryption.DISABLED
    return Tenant(
        policies=(EncryptionPolicy(identity="Global", calling=calling),),
        users=tuple(
            User(name=name, display=name.partition("@")[0].title(), toggle=on, clients=())
            for name in (ALICE, BOB, CEM, DORA)
        ),
    )


def other_tenant(*, allowed: bool = True, on: bool = True) -> Tenant:
    """Another organisation, in which there is an Alice too."""
    users = tuple(User(name=name, display=name.partition("@")[0].title(), toggle=on) for name in (ERIN, ALICE_TOO))
    return Tenant(domain=FABRIKAM, policies=tenant(allowed=allowed).policies, users=users)


@dataclass
class World:
    """The state, and what the last thing that happened came to."""

    directory: Directory = field(default_factory=lambda: Directory(tenant()))
    exchange: Exchange = NOBODY
    now: float = 0.0
    told: list[Line] = field(default_factory=list)
    deeds: tuple[Deed, ...] = ()
    refused: str = ""
    _last: int = 0

    def join(self, session: str, kind: ClientKind = ClientKind.WINDOWS, *, recent: bool = True) -> None:
        """A device `alice-pc` is Alice's, and `erin@fabrikam.example-pc` Erin's of the other tenant."""
        name = session.rpartition("-")[0]
        user = name if "@" in name else f"{name}@contoso.example"
        client = Client(name=session, kind=kind, recent=recent)
        self.happens(lambda: rules.joined(self.exchange, self.directory, Session(session, user, client, EXPIRES)))

    def leave(self, session: str) -> None:
        self.happens(lambda: rules.left(self.exchange, self.directory, session))

    def tick(self, now: float) -> None:
        self.now = now
        self.happens(lambda: rules.ticked(self.exchange, self.directory, now))

    def change(self, *tenants: Tenant) -> None:
        before, self.directory = self.directory, Directory(*tenants)
        self.happens(lambda: rules.changed(self.exchange, before, self.directory))

    def say(self, session: str, type_: str, **fields: Any) -> dict[str, Any]:
        """The answer: fields of `ok`, or `{"refused": reason}`, which changes nothing."""
        self._last += 1
        said = SAID.validate_python({"type": type_, "id": 1, **fields}, strict=False)
        fresh = f"{self._last:032x}"
        before = self.exchange
        try:
            return self.happens(lambda: rules.say(self.exchange, self.directory, session, said, fresh, self.now)).answer
        except Refusal as refusal:
            assert self.exchange is before
            self.told, self.deeds = [], ()
            assert refusal.detail
            self.refused = refusal.detail
            return {"refused": refusal.reason}

    def happens(self, event: Callable[[], Outcome]) -> Outcome:
        outcome = event()
        self.exchange = outcome.exchange
        self.deeds = outcome.deeds
        self.told = [(one, _plain(told.frame)) for told in outcome.told for one in told.to]
        everybody = outcome.exchange.sessions.values()
        self.told += [
            (one.id, _plain(news))
            for news in outcome.news
            for one in everybody
            if self.directory.together(one.user, news.user)
        ]
        return outcome

    def heard(self, *types: str) -> list[Line]:
        """What was told of these types; without presence when no type is named."""
        return [line for line in self.told if (line[1]["type"] in types if types else line[1]["type"] != "presence")]


def _plain(frame: Any) -> dict[str, Any]:
    return dict(frame.model_dump(mode="json", by_alias=True))


def ringing(*devices: str) -> tuple[World, str]:
    """Alice has called Bob from her only device; `devices` are Bob's."""
    world = World()
    for one in ("alice-pc", *(devices or ("bob-pc",)), "cem-pc"):
        world.join(one)
    return world, str(world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"])


def up(*devices: str) -> tuple[World, str]:
    """The call is accepted, by the first of Bob's devices."""
    world, call = ringing(*devices)
    assert world.say((devices or ("bob-pc",))[0], "accept", call=call)["mode"] == "e2ee"
    return world, call


def ordinary(*devices: str) -> tuple[World, str]:
    """Alice's call to Bob is up and ordinary, and its media are described. `devices` are connected besides."""
    world = World(Directory(tenant(on=False)))
    for one in ("alice-pc", "bob-pc", *devices):
        world.join(one)
    call = world.say("alice-pc", "invite", to=BOB, media=["audio"])["call"]
    assert world.say("bob-pc", "accept", call=call)["mode"] == "service"
    assert world.say("alice-pc", "offer", call=call, sdp="keys") == {}
    assert world.say("bob-pc", "answer", call=call, sdp="keys") == {}
    return world, str(call)
