"""The exports of a real tenant, reduced to what decides. A field that is missing stays unknown and is named.

- policies: `Get-CsTeamsEnhancedEncryptionPolicy`: Identity, CallingEndtoEndEncryptionEnabledType.
- users: `Get-CsOnlineUser`: UserPrincipalName, SipAddress, Identity (the object id since module 3.0.0, before that
  ObjectId). A policy is an object `{Authority, Name}` since 3.0.0 and a text before ("the output format of Policies
  has now changed from String to JSON type UserPolicyDefinition", `get-csonlineuser`; the two fields are shown in
  MicrosoftDocs/office-docs-powershell issue 9476). That it is null where a policy comes through a group is reported
  (issue 9766) and not documented. That TeamsEnhancedEncryptionPolicy is among the properties follows from the rule
  that per-user policies are, and is not documented by name.
- groups: `Get-CsGroupPolicyAssignment`: GroupId, PolicyType, PolicyName, Rank (the examples of its page).
- members: neither module exports them beside the group. `Get-MgGroupMember` gives Id alone (learn.microsoft.com,
  `get-mggroupmember`), so the group must be put beside it: `{GroupId, Members: [Id, …]}` for each group, or one
  `{GroupId, Id}` for each member. Only direct members inherit (`new-csgrouppolicyassignment`).
- recording: `Get-CsTeamsComplianceRecordingPolicy`: Identity, Enabled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ...model.tenant import Encryption, policy_name, same
from .export_file import Item
from .notices import Notices

ENCRYPTION: Final = "TeamsEnhancedEncryptionPolicy"
RECORDING: Final = "TeamsComplianceRecordingPolicy"
CALLING: Final = "CallingEndtoEndEncryptionEnabledType"
MOST_TEXT: Final = 512
_SIP: Final = re.compile("^sip:", re.IGNORECASE)
"""A scheme is the same in capitals (RFC 3986 section 3.1)."""


@dataclass(frozen=True)
class Absent:
    """In place of a value that a file does not give; `why` goes into a sentence."""

    why: str


Assigned = str | None | Absent
"""The name of a policy, none, or not known."""


@dataclass(frozen=True)
class OnlineUser:
    """One user: the name to show, everything the user may be called (made comparable), and the policies assigned."""

    name: str
    keys: tuple[str, ...]
    encryption: Assigned
    recording: Assigned


@dataclass(frozen=True)
class Assignment:
    """A policy for enhanced encryption that is assigned to a group; `rank` is None when the file does not tell."""

    group: str
    policy: str
    rank: int | None


@dataclass
class GroupAssignments:
    """`incomplete`: a row could not be read. `recording`: names of compliance recording policies assigned to groups."""

    encryption: list[Assignment] = field(default_factory=list)
    recording: set[str] = field(default_factory=set)
    incomplete: str | None = None


def read_policies(items: Iterable[Item], notices: Notices) -> dict[str, Encryption | Absent]:
    """What each policy says of calls, by its name made comparable."""
    found: dict[str, Encryption | Absent] = {}
    unused: set[str] = set()
    for item in items:
        unused.update(item.fields)
        identity = _text(item, "Identity", notices)
        if identity is None:
            continue
        value, name = _encryption(item, notices), same(policy_name(identity))
        if name in found and found[name] != value:
            notices.add(item.line, f"the policy {identity[:80]} is given twice, and differently")
            value = Absent("it is given twice, and differently")
        found[name] = value
    notices.unused(unused - {"Identity", "Description", CALLING, "MeetingEndToEndEncryption"})
    return found


def read_users(items: Iterable[Item], notices: Notices) -> Iterator[OnlineUser]:
    """The users. One who is there twice counts once, and of what the rows say differently nothing is known."""
    found: dict[str, OnlineUser] = {}
    unused: set[str] = set()
    for number, item in enumerate(items, 1):
        fields = item.fields
        unused.update(fields)
        if fields.get("AccountType") not in (None, "User"):
            kind = _short(fields["AccountType"])
            notices.add(item.line, f"AccountType {kind}: counted as any other; what it can is not documented")
        if fields.get("SoftDeletionTimestamp"):
            notices.add(item.line, "SoftDeletionTimestamp: a deleted user, counted as any other")
        names = _names(fields)
        if not names:
            notices.add(item.line, "UserPrincipalName, SipAddress and Identity are missing: the user has no name")
            names = [f"user {number} of the file"]
        keys = tuple(dict.fromkeys(same(name) for name in names))
        user = OnlineUser(names[0], keys, _assigned(item, ENCRYPTION, notices), _assigned(item, RECORDING, None))
        before = found.get(keys[0])
        found[keys[0]] = user if before is None else _agreed(before, user, item, notices)
    known = {ENCRYPTION, RECORDING, "UserPrincipalName", "SipAddress", "Identity", "ObjectId", "AccountType"}
    notices.unused(unused - known - {"SoftDeletionTimestamp"})
    yield from found.values()


def read_groups(items: Iterable[Item], notices: Notices) -> GroupAssignments:
    """The assignments to groups; those of other policy types are passed over."""
    found = GroupAssignments()
    unused: set[str] = set()
    for item in items:
        unused.update(item.fields)
        kind, group, policy = (_text(item, name, notices) for name in ("PolicyType", "GroupId", "PolicyName"))
        if kind is not None and same(kind) == same(RECORDING) and policy is not None:
            found.recording.add(same(policy_name(policy)))
        elif kind is None or (same(kind) == same(ENCRYPTION) and (group is None or policy is None)):
            found.incomplete = found.incomplete or f"the row in line {item.line} could not be read"
        elif same(kind) == same(ENCRYPTION):
            assert group is not None
            assert policy is not None
            found.encryption.append(Assignment(group, policy_name(policy), _rank(item, notices)))
    notices.unused(unused - {"GroupId", "PolicyType", "PolicyName", "Rank", "Priority", "CreatedTime", "CreatedBy"})
    return found


def read_members(items: Iterable[Item], notices: Notices) -> dict[str, set[str] | Absent]:
    """The members of each group that the file names, all made comparable."""
    found: dict[str, set[str] | Absent] = {}
    unused: set[str] = set()
    for item in items:
        unused.update(item.fields)
        group = _text(item, "GroupId", notices)
        if group is None:
            notices.add(item.line, "a member without its GroupId: no group is known to be complete")
            found["*"] = Absent(f"line {item.line} does not say whose member it names")
            continue
        members = _members(item, notices)
        before = found.setdefault(same(group), set())
        if members is None:
            found[same(group)] = Absent(f"line {item.line} could not be read")
        elif not isinstance(before, Absent):
            before |= members
    if (fault := found.pop("*", None)) is not None:
        return dict.fromkeys(found, fault)
    notices.unused(unused - {"GroupId", "Members", "Id", "id", "UserPrincipalName"})
    return found


def read_recording(items: Iterable[Item], notices: Notices) -> dict[str, bool | Absent]:
    """Whether each compliance recording policy is active, by its name made comparable."""
    found: dict[str, bool | Absent] = {}
    for item in items:
        identity = _text(item, "Identity", notices)
        if identity is None:
            continue
        enabled = item.fields.get("Enabled")
        if not isinstance(enabled, bool):
            notices.add(item.line, f"Enabled is missing, or neither true nor false: {_short(enabled)}")
        active, name = (
            enabled if isinstance(enabled, bool) else Absent("Enabled is missing"),
            same(policy_name(identity)),
        )
        if found.setdefault(name, active) != active:
            notices.add(item.line, f"the policy {identity[:80]} is given twice, and differently")
            found[name] = Absent("it is given twice, and differently")
    return found


def _agreed(before: OnlineUser, again: OnlineUser, item: Item, notices: Notices) -> OnlineUser:
    """What two rows say of one user."""
    encryption = _same_or_absent(before.encryption, again.encryption)
    recording = _same_or_absent(before.recording, again.recording)
    known = not any(isinstance(one, Absent) for one in (encryption, recording))
    notices.add(item.line, f"a user who is there already, {'counted once' if known else 'with other policies'}")
    return OnlineUser(before.name, tuple(dict.fromkeys((*before.keys, *again.keys))), encryption, recording)


def _same_or_absent(one: Assigned, other: Assigned) -> Assigned:
    if one == other or (isinstance(one, str) and isinstance(other, str) and same(one) == same(other)):
        return one
    return Absent("the user is in the file twice, with different policies")


def _encryption(item: Item, notices: Notices) -> Encryption | Absent:
    if CALLING not in item.fields:
        notices.add(item.line, f"{CALLING} is missing")
        return Absent(f"{CALLING} is missing")
    value = item.fields[CALLING]
    for encryption in Encryption:
        if isinstance(value, str) and same(value) == same(encryption):
            return encryption
    more = "; export with -EnumsAsStrings" if isinstance(value, int) else ""
    notices.add(item.line, f"{CALLING} is unknown: {_short(value)}{more}")
    return Absent(f"{CALLING} is unknown: {_short(value)}")


def _names(fields: dict[str, Any]) -> list[str]:
    """Everything a user is called; the first is shown."""
    found = []
    for field_name in ("UserPrincipalName", "SipAddress", "Identity", "ObjectId"):
        value = fields.get(field_name)
        if isinstance(value, str) and value and len(value) <= MOST_TEXT:
            found.append(value)
            if field_name == "SipAddress":
                found.append(_SIP.sub("", value))
    return found


def _assigned(item: Item, field_name: str, notices: Notices | None) -> Assigned:
    if field_name not in item.fields:
        if notices is not None:
            notices.add(item.line, f"{field_name} is missing: the export was made without policies")
        return Absent(f"{field_name} is missing")
    value = item.fields[field_name]
    if isinstance(value, dict):
        value = value.get("Name", Absent("it has no Name"))
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= MOST_TEXT:
        return policy_name(value)
    if notices is not None:
        notices.add(item.line, f"{field_name} is neither null, nor a name, nor an object with a Name")
    return Absent(f"{field_name} could not be read")


def _rank(item: Item, notices: Notices) -> int | None:
    value = item.fields.get("Rank", item.fields.get("Priority"))
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    notices.add(item.line, f"Rank is missing, or no rank: {_short(value)}")
    return None


def _members(item: Item, notices: Notices) -> set[str] | None:
    """None when the row cannot be read. `Members` may be one text: ConvertTo-Json of a list of one, taken apart."""
    if "Members" not in item.fields:
        found = [item.fields.get(name) for name in ("Id", "id", "UserPrincipalName")]
        one = next((value for value in found if value is not None), None)
        values = [one]
    else:
        members = item.fields["Members"]
        values = members if isinstance(members, list) else [] if members is None else [members]
    texts = [value.get("Id", value.get("id")) if isinstance(value, dict) else value for value in values]
    found_texts = {same(text) for text in texts if isinstance(text, str) and 0 < len(text) <= MOST_TEXT}
    if all(isinstance(text, str) and same(text) in found_texts for text in texts):
        return found_texts
    notices.add(item.line, "Members (or Id) is missing, or holds something else than ids")
    return None


def _text(item: Item, name: str, notices: Notices) -> str | None:
    value = item.fields.get(name)
    if isinstance(value, str) and 0 < len(value) <= MOST_TEXT:
        return value
    notices.add(item.line, f"{name} is missing, or no text: {_short(value)}")
    return None


def _short(value: object) -> str:
    match value:
        case None:
            return "null"
        case str():
            return repr(value[:40])
        case bool() | int() | float():
            return str(value)[:40]
        case _:
            return "a list" if isinstance(value, list) else "an object"
