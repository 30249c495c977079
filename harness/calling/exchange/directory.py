"""A tenant as the exchange asks it: users by name, and what decides about their calls."""

from __future__ import annotations

from functools import cached_property

from ...model.scenario import Mode
from ...model.tenant import Client, Tenant, User, same
from ..policy.effective import Effective, effective
from ..policy.mode import decide, side
from .refusal import refuse


class Directory:
    """One tenant. A changed tenant is another directory."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    @cached_property
    def users(self) -> dict[str, User]:
        """By comparable name."""
        return {same(user.name): user for user in self.tenant.users}

    def named(self, name: str) -> User:
        """By sign-in name, without regard to case. Refusal `unknown-user`."""
        user = self.users.get(same(name))
        return user if user is not None else refuse("unknown-user", f"There is no user {name!r}.")

    def display(self, user: str) -> str:
        """What the user (a comparable name) is called; somebody who is gone keeps the sign-in name."""
        found = self.users.get(user)
        return user if found is None else found.display or found.name

    def name(self, user: str) -> str:
        """The sign-in name as the tenant spells it."""
        found = self.users.get(user)
        return user if found is None else found.name

    def recorded(self, *users: str) -> bool:
        """Whether any of these users (comparable names) is under compliance recording."""
        return self.tenant.compliance_recording or any(self.named(user).recorded for user in users)

    def effective(self, user: User) -> Effective:
        return effective(self.tenant, user)

    def mode(self, caller: tuple[str, Client], callee: tuple[str, Client]) -> Mode:
        """The mode of a call between two users, each with the device that really talks."""
        near, far = (side(self.tenant, self.named(user), client) for user, client in (caller, callee))
        return decide(near, far).mode
