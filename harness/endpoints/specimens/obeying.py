"""Clients that do what the service says where only their user may say it."""

from __future__ import annotations

from typing import ClassVar

from ...model.mode import Mode
from ..aiortc import AiortcEndpoint
from ..rules import CallRules, Progress


class _Eager(CallRules):
    """Sets up while it rings, so that there is sound as soon as the user accepts."""

    def describing(self, now: Progress) -> Mode | None:
        return super().describing(now) or Mode.E2EE


class AnswersWhileRinging(AiortcEndpoint):
    """Answers an offer while it rings. Whoever calls can hear its user, who has not accepted and may never do so."""

    rules: ClassVar[CallRules] = _Eager()
