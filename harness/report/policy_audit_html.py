"""A tenant's policy as one HTML file: no script, no other file, nothing fetched, and small however large the tenant."""

from __future__ import annotations

from typing import Final

from ..model.policy_audit import Answer, PolicyAudit
from .page import page
from .policy_audit_console import WORDS

MOST_ROWS: Final = 200
"""Of one table; the JSON output holds them all."""
MOST_USERS: Final = 50
"""Names of one class."""


def headline(document: PolicyAudit) -> str:
    """The first thing to know, in a few words."""
    users = document.users
    total = users.possible + users.not_possible + users.undecided
    if total == 0:
        return "There is no user in it"
    if users.undecided:
        return f"{users.undecided:,} of {total:,} users are undecided: something is not given"
    return f"{users.possible:,} of {total:,} users can turn encrypted calls on"


def render(document: PolicyAudit) -> str:
    """The page."""
    return page("policy_audit.html", most=MOST_ROWS, most_users=MOST_USERS, words=WORDS, Answer=Answer).render(
        audit=document,
        headline=headline(document),
        good=not document.users.undecided and bool(document.classes),
    )
