"""What administrator and users have set at the calling service before a call, and what they change during it."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field, model_validator

from .base import Noun, Party
from .tenant import Client, ClientKind

DOMAIN: Final = "contoso.example"
OTHER_DOMAIN: Final = "fabrikam.example"
"""Of Bob's organisation, where he is of another one."""
_APART: Final = {Party.ALICE: f"{Party.ALICE}@{DOMAIN}", Party.BOB: f"{Party.BOB}@{OTHER_DOMAIN}"}
MOST_STEPS: Final = 32
MOST_PEOPLE: Final = 4
_ALLOWED: Final = "Set-CsTeamsEnhancedEncryptionPolicy -Identity Global -CallingEndtoEndEncryptionEnabledType "


def names(party: Party) -> frozenset[str]:
    """What a screen may call the party: within an organisation by name, from another one by address."""
    return frozenset((party.value, _APART[party]))


class SentFile(Noun):
    """A file that a party sends the other one, so many seconds into the media. It carries a marker."""

    by: Party = Field(default=Party.ALICE, strict=False)
    after: float = Field(default=0.1, ge=0, le=600)


class Person(Noun):
    """A further device that is signed in: another one `of` a party, or one of a user who is called like it.

    It rings when it is told to. Whoever holds it `takes` the call so many seconds later; without a number, never.
    """

    name: str = Field(pattern=r"^[a-z]{1,32}$")
    of: Party | None = Field(default=None, strict=False)
    takes: float | None = Field(default=None, ge=0, le=60)


class TenantStep(Noun):
    """One thing that somebody sets: an administrator a cmdlet line, a group or recording, a user a toggle, or that
    the voicemail takes ordinary calls which nobody answers.

    Recording is of the whole tenant, or `of` one party. `at`: in whose organisation an administrator does it.
    """

    at: Party = Field(default=Party.ALICE, strict=False)
    cmdlet: str | None = Field(default=None, min_length=1, max_length=1000)
    recording: bool | None = None
    of: Party | None = Field(default=None, strict=False)
    group: str | None = Field(default=None, min_length=1, max_length=128)
    members: tuple[Party, ...] = Field(default=(), strict=False)
    toggle: Party | None = Field(default=None, strict=False)
    voicemail: Party | None = Field(default=None, strict=False)
    on: bool = True

    @model_validator(mode="after")
    def _is_one_thing(self) -> TenantStep:
        if sum(one is not None for one in self._things) != 1:
            raise ValueError("a step is a cmdlet, a recording, a group, a toggle or a voicemail: exactly one of them")
        return self

    @property
    def _things(self) -> tuple[object, ...]:
        return self.cmdlet, self.recording, self.group, self.toggle, self.voicemail


class LaterStep(TenantStep):
    """The same, so many seconds into the media."""

    after: float = Field(default=0.1, ge=0, le=600)


ALLOWED: Final = (
    TenantStep(cmdlet=f"{_ALLOWED}DisabledUserOverride"),
    TenantStep(toggle=Party.ALICE),
    TenantStep(toggle=Party.BOB),
)
"""Everybody may, and both have turned it on."""


def _allowed(known: dict[str, Any]) -> tuple[TenantStep, ...]:
    other = ALLOWED[0].model_copy(update={"at": Party.BOB})
    return (other, *ALLOWED) if known.get("organisations") == 2 else ALLOWED


class Tenancy(Noun):
    """A tenant of two users and an administrator at the real service: TLS, WebSocket, a database. With two
    `organisations` Bob is of another tenant, which has an administrator of its own.

    `set` is done in this order before the call; without it both are allowed to encrypt, and have turned it on. A call
    rings for so many seconds as `rings` says. `devices` are what they call with, `presence` what they have chosen that
    the directory says of them. `people` have further devices, which ring with the others. `later` and `files` come
    during the call, at most one file of each. Users are `alice` and `bob` @contoso.example, or
    `bob` @fabrikam.example.
    """

    organisations: Literal[1, 2] = 1
    set: tuple[TenantStep, ...] = Field(default_factory=_allowed, strict=False, max_length=MOST_STEPS)
    rings: float = Field(default=60.0, gt=0, le=60)
    people: tuple[Person, ...] = Field(default=(), strict=False, max_length=MOST_PEOPLE)
    later: tuple[LaterStep, ...] = Field(default=(), strict=False, max_length=MOST_STEPS)
    devices: dict[Party, Client] = Field(default={}, strict=False)
    presence: dict[Party, Literal["available", "busy", "away"]] = Field(default={}, strict=False)
    files: tuple[SentFile, ...] = Field(default=(), strict=False, max_length=2)

    @model_validator(mode="after")
    def _distinct_people(self) -> Tenancy:
        names = [one.name for one in self.people]
        if len(set(names)) != len(names) or {*Party, "admin"} & set(names):
            raise ValueError(
                "a further device has a name of its own, which is neither a party's nor the administrator's"
            )
        return self

    @model_validator(mode="after")
    def _one_file_each(self) -> Tenancy:
        if len({one.by for one in self.files}) != len(self.files):
            raise ValueError("a party sends at most one file")
        return self

    @model_validator(mode="after")
    def _only_calls_cross(self) -> Tenancy:
        if self.organisations == 2 and (self.files or self.presence):
            raise ValueError("between two organisations there are calls: no files, and no presence")
        return self

    @property
    def users(self) -> dict[Party, str]:
        """What the parties sign in as."""
        return dict(_APART) if self.organisations == 2 else {party: f"{party}@{DOMAIN}" for party in Party}

    def device(self, party: Party) -> Client:
        """What the party calls with: a desktop that can encrypt, unless the scenario says otherwise."""
        return self.devices.get(party) or Client(name="desktop", kind=ClientKind.WINDOWS)
