"""The tenants as the exchange asks them: users by name, who may see whom, and what decides about their calls."""

from __future__ import annotations

from functools import cached_property

from ...model.mode import Mode
from ...model.tenant import Client, Tenant, User, home, same, valid_user_name
from ..policy.effective import Effective, effective
from ..policy.mode import Side, decide, side
from .refusal import refuse


class Directory:
    """The tenants of a service, the first one first. Where one of them is changed, it is another directory."""

    def __init__(self, *tenants: Tenant) -> None:
        self.tenants = tenants

    @cached_property
    def users(self) -> dict[str, User]:
        """By comparable name, of all tenants."""
        return {same(user.name): user for tenant in self.tenants for user in tenant.users}

    @cached_property
    def _by_domain(self) -> dict[str, Tenant]:
        return {tenant.domain: tenant for tenant in self.tenants}

    def tenant_of(self, user: str) -> Tenant:
        """The tenant that a user of this name belongs to, whether there is one or not."""
        return self._by_domain[home(self._by_domain, user)]

    def named(self, name: str) -> User:
        """By sign-in name, without regard to case. Refusal `unknown-user`."""
        user = self.users.get(same(name))
        return user if user is not None else refuse("unknown-user", f"There is no user {name!r}.")

    def colleague(self, user: str, name: str) -> str:
        """The comparable name of somebody in the tenant of `user`. Refusal `other-tenant`, `unknown-user`."""
        if not self.together(user, name):
            refuse("other-tenant", f"{name!r} is not of your organisation: only calls go from one to another.")
        return same(self.named(name).name)

    def address(self, user: str, name: str) -> str:
        """The comparable name of somebody whom `user` may call. Refusal `unknown-user`.

        Of another tenant that may be nobody: only who answers is there, and nobody can ask for its directory.
        """
        if self.together(user, name):
            return self.colleague(user, name)
        try:
            return same(valid_user_name(name))
        except ValueError as error:
            refuse("unknown-user", f"There is no user {name!r}: {error}.")

    def domains(self, *users: str) -> tuple[str, ...]:
        """Of the tenants of these users, each once."""
        return tuple(sorted({self.tenant_of(user).domain for user in users}))

    def together(self, one: str, other: str) -> bool:
        """Whether both names belong to the same tenant."""
        return self.tenant_of(one) is self.tenant_of(other)

    def display(self, user: str, to: str) -> str:
        """What the user (a comparable name) is called where `to` sees it: by address in another tenant, which could
        call its users as it likes. Somebody who is gone keeps the sign-in name."""
        found = self.users.get(user)
        return user if found is None or not self.together(user, to) else found.display or found.name

    def name(self, user: str) -> str:
        """The sign-in name as the tenant spells it."""
        found = self.users.get(user)
        return user if found is None else found.name

    def recorded(self, *users: str) -> bool:
        """Whether any of these users (comparable names) is under compliance recording."""
        return any(self.tenant_of(user).compliance_recording or self.named(user).recorded for user in users)

    def effective(self, user: User) -> Effective:
        return effective(self.tenant_of(user.name), user)

    def mode(self, caller: tuple[str, Client], callee: tuple[str, Client]) -> Mode:
        """The mode of a call between two users, each with the device that really talks and under its own tenant."""
        return decide(self._side(*caller), self._side(*callee)).mode

    def _side(self, user: str, client: Client) -> Side:
        return side(self.tenant_of(user), self.named(user), client)
