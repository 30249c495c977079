"""A tenant as its administrator sees it: encryption policies, who they are assigned to, users with their clients.

Names of the cmdlets' properties and of the two settings are Microsoft's (learn.microsoft.com, module `teams`, pages
`new-csteamsenhancedencryptionpolicy` and `grant-…`). That the names of policies, users and groups are compared without
case is not documented there; it is the habit of PowerShell, and ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from .base import Noun

GLOBAL: Final = "Global"
TAG: Final = "Tag:"
FIRST: Final = ""
"""The domain of a store's first tenant: it has every user whose name is in no other tenant's domain."""
MOST_NAME: Final = 128
MOST_DOMAIN: Final = 64
MOST_TEXT: Final = 1024
MOST_POLICIES: Final = 1000
MOST_RANKS: Final = 64
"""Groups that a policy type can be assigned to (learn.microsoft.com, `new-csgrouppolicyassignment`)."""

_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_NO_DOMAIN: Final = f"a domain is letters a to z, digits, - and . as in fabrikam.example, at most {MOST_DOMAIN}"
_LOCAL: Final = re.compile(r"""[^\s@()<>\[\]:;,\\".]+(\.[^\s@()<>\[\]:;,\\".]+)*""")
"""What may stand before the @: a dot-atom of RFC 5322 section 3.2.3, in any script (RFC 6532)."""
_FORBIDDEN: Final = re.compile(r"[\s:*?\[\]]")


class Encryption(StrEnum):
    """What a policy says of one kind of call. There is no "Enabled": somebody must always turn it on."""

    DISABLED = "Disabled"
    USER_OVERRIDE = "DisabledUserOverride"


class ClientKind(StrEnum):
    """What a user calls with."""

    WINDOWS = "windows"
    MACOS = "macos"
    ANDROID = "android"
    IOS = "ios"
    WEB = "web"
    PSTN = "pstn"


def same(name: str) -> str:
    """Names that are the same have the same value here."""
    return name.casefold()


def domain_of(user: str) -> str:
    """What stands behind the @ of a sign-in name, comparable; FIRST where there is none."""
    return same(user).rpartition("@")[2] if "@" in user else FIRST


def home(domains: Container[str], user: str) -> str:
    """Which of these domains of tenants a sign-in name belongs to; FIRST where it is in none of them."""
    domain = domain_of(user)
    return domain if domain in domains else FIRST


def valid_user_name(name: str) -> str:
    """`name` itself; ValueError says why it is no sign-in name. Every user has one, whose domain says whose user it is.

    Stores of earlier versions can have users with other names, who stay until they are removed.
    """
    local, at, domain = name.rpartition("@")
    if not at or "@" in local:
        raise ValueError("a user is called NAME@DOMAIN, with one @, as in cem@contoso.example")
    if not _LOCAL.fullmatch(local):
        raise ValueError('before the @ stands a name without spaces, brackets and , : ; \\ ", and no dot at its ends')
    if not domain or not domain.isascii():
        raise ValueError(_NO_DOMAIN)
    _domain(domain.lower())
    return name


def policy_name(identity: str) -> str:
    """The name of a policy without its scope: `Tag:E2EE` and `E2EE` are `E2EE`."""
    return identity[len(TAG) :] if same(identity[: len(TAG)]) == same(TAG) else identity


def valid_policy_name(name: str) -> str:
    """`name` itself; ValueError says why it is none. Spaces are refused, and what would be a scope or a wildcard."""
    _printable(name, MOST_NAME)
    if not name:
        raise ValueError("the name of a policy is empty")
    if found := _FORBIDDEN.search(name):
        what = "a space" if found[0].isspace() else repr(found[0])
        raise ValueError(f"the name of a policy has no spaces, and none of : * ? [ ]; this one has {what}")
    return name


def _identity(identity: str) -> str:
    if identity == GLOBAL:
        return identity
    if not identity.startswith(TAG):
        raise ValueError(f"an identity is {GLOBAL!r}, or {TAG!r} and a name")
    if same(valid_policy_name(identity[len(TAG) :])) == same(GLOBAL):
        raise ValueError(f"{GLOBAL!r} is the policy of the tenant, and no name of another one")
    return identity


def _domain(domain: str) -> str:
    if domain != FIRST and (len(domain) > MOST_DOMAIN or not _DOMAIN.fullmatch(domain)):
        raise ValueError(_NO_DOMAIN)
    return domain


def _text(text: str) -> str:
    return _printable(text, MOST_TEXT)


def _name(name: str) -> str:
    if not name.strip() or name != name.strip():
        raise ValueError("a name is not empty, and begins and ends with something that can be seen")
    return _printable(name, MOST_NAME)


def _printable(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(f"at most {most} characters")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            raise ValueError(f"the character U+{ord(character):04X} cannot be seen")
    return text


Name = Annotated[str, AfterValidator(_name)]
Text = Annotated[str, AfterValidator(_text)]
PolicyName = Annotated[str, AfterValidator(valid_policy_name)]


class EncryptionPolicy(Noun):
    """One policy. `calling` is for one-to-one calls; `meeting` is kept and shown, and no call asks for it."""

    identity: Annotated[str, AfterValidator(_identity)]
    description: Text = ""
    calling: Encryption = Encryption.DISABLED
    meeting: Encryption = Encryption.DISABLED

    @property
    def name(self) -> str:
        return policy_name(self.identity)

    @property
    def allows_calls(self) -> bool:
        return self.calling is Encryption.USER_OVERRIDE


class Client(Noun):
    """One of a user's clients. `recent` is a version that knows end-to-end encryption."""

    name: Name
    kind: ClientKind
    recent: bool = True

    @property
    def can_encrypt(self) -> bool:
        """Desktop and mobile clients with a recent version can; web, PSTN and old versions cannot."""
        return self.recent and self.kind not in (ClientKind.WEB, ClientKind.PSTN)


class User(Noun):
    """`name` is the sign-in name; `policy` the name of the policy assigned directly, if any.

    `toggle` is Settings > Privacy > End-to-end encrypted calls. It belongs to the user, so that all clients show the
    same. `recorded`: a compliance recording policy is assigned to this user. `voicemail`: it takes ordinary calls that
    the user does not answer.
    """

    name: Name
    display: Text = ""
    policy: PolicyName | None = None
    toggle: bool = False
    clients: tuple[Client, ...] = (Client(name="desktop", kind=ClientKind.WINDOWS),)
    recorded: bool = False
    voicemail: bool = False


class Group(Noun):
    """Direct members only: assignments do not reach nested groups."""

    name: Name
    members: tuple[Name, ...] = ()


class GroupAssignment(Noun):
    """A policy assigned to a group. Its rank is its place in the tenant's `ranking`, counted from 1."""

    group: Name
    policy: PolicyName


class Tenant(Noun):
    """Everything that decides about encryption. `tenant_policy`: granted to the whole tenant (`-Global`).

    Users of a `domain` are called NAME@DOMAIN.
    """

    schema_version: Literal[1] = 1
    domain: Annotated[str, AfterValidator(_domain)] = FIRST
    policies: Annotated[tuple[EncryptionPolicy, ...], Field(max_length=MOST_POLICIES)] = (
        EncryptionPolicy(identity=GLOBAL),
    )
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    tenant_policy: PolicyName | None = None
    ranking: Annotated[tuple[GroupAssignment, ...], Field(max_length=MOST_RANKS)] = ()
    compliance_recording: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Tenant:
        policies = _distinct("policy", (one.name for one in self.policies))
        users = _distinct("user", (one.name for one in self.users))
        groups = _distinct("group", (one.name for one in self.groups))
        if same(GLOBAL) not in policies:
            raise ValueError("a tenant has a policy Global")
        _distinct("assignment to the group", (one.group for one in self.ranking))
        _known("policy", self._assigned(), policies - {same(GLOBAL)})
        _known("group", (one.group for one in self.ranking), groups)
        for group in self.groups:
            _distinct(f"member of {group.name!r}", group.members)
            _known("user", group.members, users)
        for user in self.users:
            if self.domain != FIRST and domain_of(user.name) != self.domain:
                raise ValueError(f"the user {user.name!r} is not of the domain {self.domain!r}")
            _distinct(f"client of {user.name!r}", (client.name for client in user.clients))
        return self

    def _assigned(self) -> Iterator[str]:
        yield from (user.policy for user in self.users if user.policy is not None)
        yield from (one.policy for one in self.ranking)
        if self.tenant_policy is not None:
            yield self.tenant_policy


def _distinct(noun: str, names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for name in names:
        if same(name) in seen:
            raise ValueError(f"the {noun} {name!r} is there twice")
        seen.add(same(name))
    return seen


def _known(noun: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if same(name) not in known:
            raise ValueError(f"no {noun} that could be meant is called {name!r}")
