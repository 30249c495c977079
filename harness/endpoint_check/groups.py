"""Everything that a program is asked, in groups that start it once each."""

from __future__ import annotations

from typing import Final

from ..model.ability import Ability
from ..model.base import Party
from .abilities import chat, first_sequence, keys, ordinary_call, restart, screen_sharing
from .checks import Group, before_acceptance, first_words, hung_up, unreadable, whole_call, wrong_fingerprint


def _of(role: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{name}, as {role}" for name in names)


_CALL: Final = ("the call comes up", "media", "screen", "certificates", "packets", "close")
GROUPS: Final = (
    Group(("hello", "unknown operation", "operations before open", "end of standard input"), first_words),
    Group(("offer before the call is accepted",), before_acceptance(Party.ALICE)),
    Group(("answer before the call is accepted",), before_acceptance(Party.BOB)),
    Group(("offer", *_of("caller", *_CALL)), whole_call(Party.ALICE)),
    Group(("answer", *_of("callee", *_CALL)), whole_call(Party.BOB)),
    Group(("wrong fingerprint in the answer",), wrong_fingerprint(Party.ALICE)),
    Group(("wrong fingerprint in the offer",), wrong_fingerprint(Party.BOB)),
    Group(("unreadable answer",), unreadable(Party.ALICE)),
    Group(("unreadable offer",), unreadable(Party.BOB)),
    Group(("hang-up",), hung_up),
    Group(("shared screens",), screen_sharing, Ability.SCREEN),
    Group(("chat",), chat, Ability.CHAT),
    Group(("restart of ICE, as caller",), restart(Party.ALICE), Ability.RESTART),
    Group(("restart of ICE, as callee",), restart(Party.BOB), Ability.RESTART),
    Group(("ordinary call",), ordinary_call, Ability.ORDINARY_CALLS),
    Group(("first sequence number",), first_sequence, Ability.FIRST_SEQUENCE),
    Group(("keys",), keys, Ability.KEYS),
)
"""What it may lack comes last: whoever says so is not asked for it."""
