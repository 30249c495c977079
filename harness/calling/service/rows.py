"""The rows of the REST interface (docs/calling-service.md): who may ask what, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ...model.base import Noun
from ...model.tenant import Tenant, same
from ..policy import console, transitions
from ..policy.lookup import Refused, find_policy, find_user, policies_like
from ..store.accounts import Ticket
from . import bodies, shown
from .bodies import Nothing
from .shown import Shown
from .switchboard import Switchboard

MOST_BODY: Final = 16_384
MOST_LONG_BODY: Final = 262_144
"""Of members and pasted lines, which only administrators send."""


class Who(StrEnum):
    """Who may send a request."""

    ANYBODY = "anybody"
    USER = "user"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Request:
    """A request that may be sent: by whom, the words of its path and query, its body."""

    ticket: Ticket
    words: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Row:
    """`path` as in aiohttp. `answer` is called when the sender may ask and the body is what it should be.

    `most` is how many bytes that may have; of what is `slow` a device may ask less often.
    """

    method: str
    path: str
    who: Who
    body: type[Noun]
    answer: Callable[[Switchboard, Request], Shown]
    query: frozenset[str] = frozenset()
    most: int = MOST_BODY
    slow: bool = False


def _own(board: Switchboard, request: Request) -> Tenant:
    """The only tenant that a request is about: that of whoever sends it."""
    return board.directory.tenant_of(request.ticket.user)


def _changed(board: Switchboard, request: Request, transition: Callable[[Tenant], Tenant]) -> Tenant:
    return board.change(request.ticket.user, lambda tenant: ((after := transition(tenant)), after))


def _sign_out(board: Switchboard, request: Request) -> Shown:
    board.store.accounts.void(request.ticket.id)
    board.void((request.ticket.id,), "signed-out")
    return {}


def _me(board: Switchboard, request: Request) -> Shown:
    return shown.me(board.directory, request.ticket)


def _toggle(board: Switchboard, request: Request) -> Shown:
    _changed(board, request, lambda tenant: transitions.turn(tenant, request.ticket.user, request.body.on))
    return _me(board, request)


def _voicemail(board: Switchboard, request: Request) -> Shown:
    _changed(board, request, lambda tenant: transitions.take_unanswered(tenant, request.ticket.user, request.body.on))
    return _me(board, request)


def _directory(board: Switchboard, request: Request) -> Shown:
    return shown.people(board.directory, board.exchange, request.ticket)


def _chat(board: Switchboard, request: Request) -> Shown:
    peer = same(request.words["peer"])
    lines = board.store.chats.between(request.ticket.user, peer)
    if not lines:  # who is gone is still somebody to whom one has written
        board.directory.colleague(request.ticket.user, peer)
    return {"messages": [shown.line(board.directory, one) for one in lines]}


def _policies(board: Switchboard, request: Request) -> Shown:
    tenant, identity, pattern = _own(board, request), request.query.get("identity"), request.query.get("filter")
    if identity is not None and pattern is not None:
        raise Refused("identity or filter, not both")
    found = policies_like(tenant, pattern or "*") if identity is None else (find_policy(tenant, identity),)
    return {"policies": [dict(console.policy_object(one)) for one in found]}


def _policy(tenant: Tenant, name: str) -> Shown:
    return dict(console.policy_object(find_policy(tenant, name)))


def _new_policy(board: Switchboard, request: Request) -> Shown:
    body: bodies.NewPolicy = request.body
    after = _changed(board, request, lambda tenant: transitions.new_policy(tenant, body.Identity, body.settings()))
    return _policy(after, body.Identity)


def _set_policy(board: Switchboard, request: Request) -> Shown:
    name, settings = request.words["name"], request.body.settings()
    return _policy(_changed(board, request, lambda tenant: transitions.set_policy(tenant, name, settings)), name)


def _remove_policy(board: Switchboard, request: Request) -> Shown:
    _changed(board, request, lambda tenant: transitions.remove_policy(tenant, request.words["name"]))
    return {}


def _assignments(board: Switchboard, request: Request) -> Shown:
    return shown.assignments(_own(board, request))


def _grant_user(board: Switchboard, request: Request) -> Shown:
    user, policy = request.words["user"], request.body.policy
    return shown.assignments(_changed(board, request, lambda tenant: transitions.grant_user(tenant, user, policy)))


def _grant_group(board: Switchboard, request: Request) -> Shown:
    group, body = request.words["group"], request.body
    return shown.assignments(
        _changed(board, request, lambda tenant: transitions.grant_group(tenant, group, body.policy, body.rank))
    )


def _grant_tenant(board: Switchboard, request: Request) -> Shown:
    policy = request.body.policy
    return shown.assignments(_changed(board, request, lambda tenant: transitions.grant_tenant(tenant, policy)))


def _users(board: Switchboard, request: Request) -> Shown:
    return shown.users(board.directory, _own(board, request))


def _remove_user(board: Switchboard, request: Request) -> Shown:
    board.remove_user(request.ticket.user, request.words["user"])
    return _users(board, request)


def _effective(board: Switchboard, request: Request) -> Shown:
    user = find_user(_own(board, request), request.words["user"])
    return shown.in_force_fully(board.directory.effective(user))


def _groups(board: Switchboard, request: Request) -> Shown:
    return shown.groups(_own(board, request))


def _put_group(board: Switchboard, request: Request) -> Shown:
    group, members = request.words["group"], request.body.members
    return shown.groups(_changed(board, request, lambda tenant: transitions.put_group(tenant, group, members)))


def _record(board: Switchboard, request: Request) -> Shown:
    body: bodies.Recording = request.body

    def change(tenant: Tenant) -> Tenant:
        if body.user is None:
            return transitions.record_tenant(tenant, body.on)
        return transitions.record_user(tenant, body.user, body.on)

    _changed(board, request, change)
    return {}


def _console(board: Switchboard, request: Request) -> Shown:
    output = board.change(request.ticket.user, lambda tenant: console.run(tenant, request.body.text))
    return {"output": [{"text": one.text, "objects": [dict(item) for item in one.objects]} for one in output]}


_USER, _ADMINISTRATOR = Who.USER, Who.ADMINISTRATOR
ROWS: Final = (
    Row("POST", "/api/sign-out", _USER, Nothing, _sign_out),
    Row("GET", "/api/me", _USER, Nothing, _me),
    Row("PUT", "/api/me/toggle", _USER, bodies.Toggle, _toggle),
    Row("PUT", "/api/me/voicemail", _USER, bodies.Toggle, _voicemail),
    Row("GET", "/api/directory", _USER, Nothing, _directory),
    Row("GET", "/api/chats/{peer}", _USER, Nothing, _chat),
    Row("GET", "/api/policies", _ADMINISTRATOR, Nothing, _policies, frozenset({"identity", "filter"})),
    Row("POST", "/api/policies", _ADMINISTRATOR, bodies.NewPolicy, _new_policy),
    Row("PATCH", "/api/policies/{name}", _ADMINISTRATOR, bodies.PolicySettings, _set_policy),
    Row("DELETE", "/api/policies/{name}", _ADMINISTRATOR, Nothing, _remove_policy),
    Row("GET", "/api/assignments", _ADMINISTRATOR, Nothing, _assignments),
    Row("PUT", "/api/assignments/users/{user}", _ADMINISTRATOR, bodies.Grant, _grant_user),
    Row("PUT", "/api/assignments/groups/{group}", _ADMINISTRATOR, bodies.GroupGrant, _grant_group),
    Row("PUT", "/api/assignments/tenant", _ADMINISTRATOR, bodies.Grant, _grant_tenant),
    Row("GET", "/api/users", _ADMINISTRATOR, Nothing, _users),
    Row("DELETE", "/api/users/{user}", _ADMINISTRATOR, Nothing, _remove_user),
    Row("GET", "/api/users/{user}/effective", _ADMINISTRATOR, Nothing, _effective),
    Row("GET", "/api/groups", _ADMINISTRATOR, Nothing, _groups),
    Row("PUT", "/api/groups/{group}", _ADMINISTRATOR, bodies.Members, _put_group, most=MOST_LONG_BODY),
    Row("PUT", "/api/recording", _ADMINISTRATOR, bodies.Recording, _record),
    Row("POST", "/api/console", _ADMINISTRATOR, bodies.ConsoleText, _console, most=MOST_LONG_BODY, slow=True),
)
