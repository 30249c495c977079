"""Signing in and out, the user's own setting on all devices, and a service that goes away and comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Route

from harness.calling.policy.lookup import find_user
from harness.calling.policy.transitions import grant_user
from harness.calling.store.tenants import update
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import DESKTOP, Account
from harness.model.tenant import Client, ClientKind

from .calling import ALICE, BOB, CARLA, E2EE, Service, running, serving, store_of, tenant, violations
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOGGLE = "#toggle"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The policy of the tenant allows nothing; nobody has turned anything on."""
    people = tenant(allowed=False, on=False)
    async with running(tmp_path_factory.mktemp("service"), people, chromium) as running_service:
        yield running_service


async def test_a_wrong_password_is_told_at_the_form_and_the_right_one_lets_in(service: Service, shoot: Shoot) -> None:
    window = await service.window(ALICE)
    await window.tab.write("Sign-in name", ALICE.user)
    await window.tab.write("Password", "something else")
    await window.tab.press("Sign in")
    await window.tab.appears("#sign-in-problem:has-text('password')")
    await shoot(window.tab, "sign-in")
    assert not await window.tab.sees("#home")
    await window.sign_in()
    assert await window.tab.text("#me") == ALICE.display
    assert await window.tab.page.locator("#password").input_value() == ""
    await window.close()


async def test_who_has_signed_in_stays_so_in_this_tab_until_signing_out(service: Service) -> None:
    window = await service.window(BOB)
    await window.sign_in()
    await window.tab.page.reload()
    await window.tab.appears("#people-list button")
    token = await window.tab.evaluate("() => JSON.parse(sessionStorage.getItem('session')).token")
    await window.tab.press("Sign out")
    await window.tab.appears("#sign-in")
    assert await window.tab.evaluate("() => sessionStorage.getItem('session')") is None
    status = "async (token) => (await fetch('/api/me', { headers: { Authorization: `Bearer ${token}` } })).status"
    assert await window.tab.evaluate(status, token) == 401
    await window.close()


async def test_a_token_that_is_void_leads_back_to_the_form_with_the_reason(service: Service) -> None:
    window = await service.window(BOB)
    await window.sign_in()
    await window.tab.evaluate(
        """() => sessionStorage.setItem('session', JSON.stringify(
            { ...JSON.parse(sessionStorage.getItem('session')), token: 'void' }))"""
    )
    await window.tab.page.reload()
    await window.tab.appears("#sign-in-problem:has-text('not valid')")
    await window.close()


async def test_where_the_policy_forbids_it_the_setting_is_greyed_out_with_the_reason(
    service: Service, shoot: Shoot
) -> None:
    window = await service.signed_in(CARLA)
    await window.tab.press("Settings")
    toggle = window.tab.page.locator(TOGGLE)
    assert await toggle.is_disabled()
    assert "does not allow this" in await window.tab.text("#toggle-why")
    assert "Global" in await window.tab.text("#toggle-why")
    assert await toggle.get_attribute("aria-describedby") == "toggle-why"
    await shoot(window.tab, "setting-forbidden")

    # The administrator changes the policy meanwhile: the page is told.
    allow(service, CARLA)
    await window.tab.page.locator(f"{TOGGLE}:enabled").wait_for()
    assert "does not allow" not in await window.tab.text("#toggle-why")
    await window.close()


async def test_the_setting_is_the_same_on_all_devices(service: Service, shoot: Shoot) -> None:
    allow(service, BOB)
    desk = await service.signed_in(BOB)
    phone = await service.signed_in(BOB, Client(name="Phone", kind=ClientKind.ANDROID))
    for window in (desk, phone):
        await window.tab.press("Settings")
        assert not await window.tab.page.locator(TOGGLE).is_checked()
    await desk.tab.page.locator(TOGGLE).check()
    await phone.tab.page.locator(f"{TOGGLE}:checked").wait_for()
    await shoot(phone.tab, "setting")
    await phone.tab.page.locator(TOGGLE).uncheck()
    await desk.tab.page.locator(f"{TOGGLE}:not(:checked)").wait_for()
    assert await violations(desk.tab) == []
    for window in (desk, phone):
        await window.close()


async def test_a_user_wants_a_voicemail_and_the_service_keeps_that(service: Service) -> None:
    window = await service.signed_in(BOB)
    await window.tab.press("Settings")
    switch = window.tab.page.locator("#voicemail")
    assert not await switch.is_checked()
    async with window.tab.page.expect_response("**/api/me/voicemail") as answered:
        await switch.check()
    assert (await answered.value).ok
    assert find_user(service.store.tenants.load(), BOB.user).voicemail
    await window.tab.page.reload()
    await window.tab.press("Settings")
    await window.tab.page.locator("#voicemail:checked").wait_for()
    await window.close()


async def test_news_that_arrive_before_the_answer_do_not_put_a_switch_back(service: Service) -> None:
    window, answer = await service.signed_in(BOB), asyncio.Event()
    await window.tab.press("Settings")
    switch, drawn = window.tab.page.locator("#voicemail"), window.tab.page.locator("#devices li")
    before = await switch.is_checked()

    async def late(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await window.tab.page.route("**/api/me/voicemail", late)
    async with window.tab.page.expect_response("**/api/me/voicemail") as answered:
        await switch.set_checked(not before)
        await drawn.first.evaluate("row => { row.id = 'of-before'; }")
        alice = await service.signed_in(ALICE)
        await window.tab.page.locator("#of-before").wait_for(state="detached")
        assert await switch.is_checked() is not before
        answer.set()
    assert (await answered.value).ok
    assert find_user(service.store.tenants.load(), BOB.user).voicemail is not before
    for one in (window, alice):
        await one.close()


async def test_what_was_chosen_last_is_what_stays(service: Service) -> None:
    """Three presses while the first request is on its way: one more follows it, with the last choice."""
    window, answer = await service.signed_in(BOB), asyncio.Event()
    await window.tab.press("Settings")
    switch = window.tab.page.locator("#voicemail")
    before, sent = await switch.is_checked(), list[bool]()

    async def late(route: Route) -> None:
        sent.append(bool((route.request.post_data_json or {})["on"]))
        await answer.wait()
        await route.continue_()

    await window.tab.page.route("**/api/me/voicemail", late)
    for on in (not before, before, not before, before):
        await switch.set_checked(on)
    async with window.tab.page.expect_response(lambda one: one.ok and len(sent) == 2):
        answer.set()
    assert sent == [not before, before]
    assert await switch.is_checked() is before
    assert find_user(service.store.tenants.load(), BOB.user).voicemail is before
    await window.close()


@pytest.mark.parametrize(
    ("device", "told"),
    [
        (DESKTOP, False),
        (Client(name="Web", kind=ClientKind.WEB), True),
        (Client(name="Old", kind=ClientKind.IOS, recent=False), True),
    ],
    ids=["desktop", "web", "old"],
)
async def test_a_device_that_cannot_is_told(service: Service, device: Client, told: bool) -> None:
    window = await service.signed_in(BOB, device)
    await window.tab.press("Settings")
    assert await window.tab.sees("#toggle-device") is told
    await window.close()


async def test_presence_is_seen_by_others(service: Service) -> None:
    alice, bob = await service.signed_in(ALICE), await service.signed_in(BOB)
    row = f'#people-list button[data-user="{BOB.user}"]'
    await alice.tab.appears(f"{row}:has-text('Available')")
    await bob.tab.choose("Your presence", "away")
    await alice.tab.appears(f"{row}:has-text('Away')")
    await bob.close()
    await alice.tab.appears(f"{row}:has-text('Offline')")
    await alice.close()


async def test_a_service_that_starts_again_is_found_again(chromium: Chromium, tmp_path: Path) -> None:
    with closing(store_of(tmp_path / "service", tenant())) as store:
        async with serving(store) as port:
            service = Service(f"https://127.0.0.1:{port}", store, chromium)
            window = await service.signed_in(ALICE)
        await window.tab.appears("#notice:has-text('Trying again')")
        async with serving(store, port):
            await window.tab.page.locator("#notice").wait_for(state="hidden")
            await window.choose(BOB)
            await window.tab.page.locator("#text").fill("Still there?")
            await window.tab.page.keyboard.press("Enter")
            await window.tab.appears(".message:has-text('Still there?')")
            await service.close()


async def test_a_session_that_goes_on_in_another_window_ends_in_the_first(service: Service) -> None:
    window, other = await service.signed_in(ALICE), await service.blank()
    session = await window.tab.evaluate("() => sessionStorage.getItem('session')")
    await other.page.add_init_script(f"sessionStorage.setItem('session', {json.dumps(session)})")
    await other.open(f"{service.address}/call")
    await window.tab.appears("#sign-in-problem:has-text('goes on in another window')")
    await window.close()
    await other.close()


def allow(service: Service, who: Account) -> None:
    """An administrator grants a policy, at a command line beside the service."""
    update(service.store.folder, lambda before: (grant_user(before, who.user, E2EE.name), None))
