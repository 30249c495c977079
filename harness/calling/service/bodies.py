"""What requests carry: one model a body, closed to unknown fields, bounded in every part."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, FailFast, Field

from ...model.base import Noun
from ...model.tenant import MOST_TEXT, Client, Encryption, Name
from ..exchange.words import MOST_NAME, UserName
from ..policy.powershell import MOST_TEXT as MOST_CONSOLE
from ..policy.transitions import Settings
from ..store.accounts import MOST_PASSWORD

MOST_MEMBERS = 10_000


def _whole(text: str) -> str:
    text.encode()
    return text


PolicyText = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
"""The name of a policy or a group; the policy core says what is wrong with it."""


class Nothing(Noun):
    """No body, or an empty object."""


class SignIn(Noun):
    user: UserName
    password: Annotated[str, Field(min_length=1, max_length=MOST_PASSWORD), AfterValidator(_whole)]
    device: Client


class Toggle(Noun):
    on: bool


class PolicySettings(Noun):
    """What may be said of a policy; what is absent stays as it is."""

    Description: Annotated[str, Field(max_length=MOST_TEXT)] | None = None
    CallingEndtoEndEncryptionEnabledType: Encryption | None = None
    MeetingEndToEndEncryption: Encryption | None = None

    def settings(self) -> Settings:
        return Settings(self.Description, self.CallingEndtoEndEncryptionEnabledType, self.MeetingEndToEndEncryption)


class NewPolicy(PolicySettings):
    Identity: PolicyText


class Grant(Noun):
    """`null` takes the assignment away."""

    policy: PolicyText | None


class GroupGrant(Grant):
    rank: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class Members(Noun):
    members: Annotated[tuple[UserName, ...], FailFast(), Field(max_length=MOST_MEMBERS)]


class Recording(Noun):
    on: bool
    user: UserName | None = None


class ConsoleText(Noun):
    text: Annotated[str, Field(max_length=MOST_CONSOLE)]


class FileName(Noun):
    """The query of an upload."""

    to: UserName
    name: Name
