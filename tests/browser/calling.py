"""A calling service of one tenant, in the process of the tests, and people at its pages."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.calling.service.app import Parts
from harness.calling.service.certificates import tls_context
from harness.calling.service.media import ServiceMedia
from harness.calling.service.serve import served
from harness.calling.store.accounts import Account as StoredAccount
from harness.calling.store.accounts import Work, hashed
from harness.calling.store.store import Store
from harness.endpoints.chromium import senses
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import DESKTOP, Account, CallWindow
from harness.endpoints.chromium.tab import DESK, Look, Tab
from harness.model.base import Asset
from harness.model.statement import Screen
from harness.model.tenant import Client, Encryption, EncryptionPolicy, Group, Tenant, User, same

QUICK: Final = Work(n=2, r=1, p=1)
"""What a password costs here: nothing."""

MEDIA_HOST: Final = "127.0.0.1"
"""Where the service ends the media of ordinary calls."""

ALICE: Final = Account("alice@contoso.example", "correct horse", "Alice Adler")
BOB: Final = Account("bob@contoso.example", "battery staple", "Bob Bauer")
CARLA: Final = Account("carla@contoso.example", "tr0ub4dor and 3", "Carla Costa")
FABRIKAM: Final = "fabrikam.example"
ERIN: Final = Account(f"erin@{FABRIKAM}", "another organisation", "Alice Adler")
"""She is called like Alice, in another organisation."""
EVERYBODY: Final = (ALICE, BOB, CARLA)

E2EE: Final = EncryptionPolicy(identity="Tag:E2EE", description="For everybody", calling=Encryption.USER_OVERRIDE)

SAID_BY_ALICE: Final = {Asset.AUDIO: 0xA11CE_0000_0001, Asset.VIDEO: 0xA11CE_0000_0002}
SAID_BY_BOB: Final = {Asset.AUDIO: 0xB0B_0000_0001, Asset.VIDEO: 0xB0B_0000_0002}
SAID_BY_CARLA: Final = {Asset.AUDIO: 0xCA21A_0000_0001, Asset.VIDEO: 0xCA21A_0000_0002}

PATIENCE: Final = 20.0
"""Seconds until what the service does must have come of it."""

COMPLAINTS: Final = """
addEventListener("securitypolicyviolation", (event) => {
  const line = `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`;
  sessionStorage.setItem("violations", (sessionStorage.getItem("violations") ?? "") + line + "\\n");
});
"""


def tenant(*, allowed: bool = True, on: bool = True) -> Tenant:
    """Three people. `allowed`: the tenant's policy lets them; `on`: they have turned it on."""
    return Tenant(
        policies=(EncryptionPolicy(identity="Global"), E2EE),
        users=tuple(User(name=one.user, display=one.display, toggle=on) for one in EVERYBODY),
        groups=(Group(name="sales", members=(BOB.user,)),),
        tenant_policy=E2EE.name if allowed else None,
    )


@dataclass(frozen=True)
class Service:
    """A running service. Alice is its administrator. `tabs` are all that were opened on it."""

    address: str
    store: Store
    chromium: Chromium
    tabs: list[Tab] = field(default_factory=list)

    async def blank(self, look: Look = DESK) -> Tab:
        """A tab that has not yet opened a page, and notes what violates the policy of its content."""
        tab = await self.chromium.tab(look, scripts=[senses.INSTRUMENTS])
        await tab.page.add_init_script(COMPLAINTS)
        self.tabs.append(tab)
        return tab

    async def window(self, account: Account, look: Look = DESK) -> CallWindow:
        """The call window of somebody, at its form."""
        tab = await self.blank(look)
        await tab.open(f"{self.address}/call")
        return CallWindow(tab, account)

    async def signed_in(
        self, account: Account, device: Client = DESKTOP, look: Look = DESK, tab: Tab | None = None
    ) -> CallWindow:
        """The call window of somebody who has been signed in before, in this tab."""
        at = tab or await self.blank(look)
        await self.remember(at, account, device)
        await at.open(f"{self.address}/call")
        await at.appears("#people-list button")
        return CallWindow(at, account)

    async def remember(self, tab: Tab, account: Account, device: Client) -> None:
        """What the page keeps in its tab of who is signed in."""
        token, ticket = self.store.accounts.issue(account.user, device, time.time())
        session: dict[str, Any] = {
            "token": token,
            "expires": ticket.expires,
            "user": account.user,
            "display": account.display,
            "administrator": ticket.administrator,
            "device": device.model_dump(mode="json"),
        }
        kept = json.dumps(json.dumps(session))
        # Once: when the page forgets it, it stays forgotten.
        await tab.page.add_init_script(
            f"if (!sessionStorage.getItem('known')) sessionStorage.setItem('session', {kept});"
            "sessionStorage.setItem('known', 'yes');"
        )

    async def close(self) -> None:
        for tab in self.tabs:
            await tab.close()


@dataclass(frozen=True)
class Pair:
    """Alice and Bob, who both want encrypted calls."""

    service: Service
    alice: CallWindow
    bob: CallWindow

    async def talk(self) -> None:
        """Alice has called and Bob has accepted, and both see an indicator."""
        await self.alice.call(BOB, SAID_BY_ALICE)
        await self.bob.rings()
        await self.bob.accept(SAID_BY_BOB)
        up = await asyncio.gather(self.alice.settled(), self.bob.settled())
        assert all(up), [await one.tab.text("main") for one in (self.alice, self.bob)]

    async def screens(self) -> tuple[Screen, Screen]:
        alice, bob = await asyncio.gather(self.alice.screen(), self.bob.screen())
        return alice, bob


@asynccontextmanager
async def running(
    folder: Path, people: Tenant, chromium: Chromium, furnish: Callable[[Store], None] = lambda _: None
) -> AsyncIterator[Service]:
    """The service on a port of its own, until the end of the block. Tabs are closed first. `furnish`: what is done to
    the store before."""
    with closing(store_of(folder, people)) as store:
        furnish(store)
        async with serving(store) as port:
            service = Service(f"https://127.0.0.1:{port}", store, chromium)
            try:
                yield service
            finally:
                await service.close()


def store_of(folder: Path, people: Tenant) -> Store:
    """A store with everybody's accounts."""
    store = Store(folder)
    store.tenants.change(lambda _: (people, None))
    for one in EVERYBODY:
        store.accounts.put(StoredAccount(same(one.user), one is ALICE, hashed(one.password, QUICK)))
    return store


def with_fabrikam(store: Store, *, allowed: bool) -> None:
    """Another organisation, with Erin, who has turned it on if she may."""
    store.add_tenant(FABRIKAM, StoredAccount(f"admin@{FABRIKAM}", True, hashed(ERIN.password, QUICK)))
    erin = User(name=ERIN.user, display=ERIN.display, toggle=allowed)
    policies = (EncryptionPolicy(identity="Global", calling=E2EE.calling if allowed else Encryption.DISABLED),)

    def change(one: Tenant) -> tuple[Tenant, None]:
        return one.model_copy(update={"users": (*one.users, erin), "policies": policies}), None

    store.tenants.change(change, FABRIKAM)
    store.accounts.put(StoredAccount(ERIN.user, False, hashed(ERIN.password, QUICK)))


@asynccontextmanager
async def serving(store: Store, port: int = 0) -> AsyncIterator[int]:
    """The service over a store; gives its port."""
    parts = Parts(processor=lambda tell: ServiceMedia(MEDIA_HOST, store.recordings, tell), work=QUICK)
    async with served(store, tls_context(store.folder, "127.0.0.1"), ("127.0.0.1", port), parts) as found:
        yield found


async def hears(window: CallWindow, said: dict[Asset, int]) -> None:
    """Wait until the person hears, and sees, what another one says: what was before may still be in the ears."""
    async with asyncio.timeout(PATIENCE):
        while await window.heard(said, PATIENCE / 4) != said:
            pass


async def ask(tab: Tab, feature: str, choice: str | None = None) -> None:
    """Select the feature, and answer the question that it asks."""
    if not await tab.sees("#features"):
        await tab.press("More")
    await tab.page.locator(f"#feature-{feature}").click()
    if choice is not None:
        await tab.page.locator("#feature-choice").select_option(choice)
        await tab.page.locator("#feature-go").click()


async def hears_voices(window: CallWindow, wanted: set[int]) -> None:
    """Wait until all of these voices were in front: the service mixes them by turns."""
    heard: set[int] = set()
    async with asyncio.timeout(PATIENCE):
        while not heard >= wanted:
            heard |= set((await window.heard({Asset.AUDIO}, PATIENCE / 4)).values())


async def violations(tab: Tab) -> list[str]:
    """What the page did against the policy of its content, since its first load, and what it wrote as an error."""
    told = await tab.evaluate("sessionStorage.getItem('violations') ?? ''")
    return [*str(told).splitlines(), *tab.complaints]
