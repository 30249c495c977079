"""The admin centre: what an administrator does there is what the service decides by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Route

from harness.calling.policy.lookup import find_policy, find_user
from harness.calling.policy.transitions import Settings, set_policy
from harness.endpoints.chromium.browser import Chromium
from harness.endpoints.chromium.call_window import DESKTOP
from harness.endpoints.chromium.tab import Tab
from harness.model.tenant import Encryption, Tenant

from .calling import ALICE, BOB, CARLA, Service, running, tenant, violations
from .conftest import Shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")


GRANT = """async ([user, policy]) => (await fetch(`/api/assignments/users/${user}`, {
  method: "PUT", body: JSON.stringify({ policy }),
  headers: { "Content-Type": "application/json", Authorization: `Bearer ${JSON.parse(sessionStorage.session).token}` },
})).status"""


@dataclass(frozen=True)
class Centre:
    """Alice at the admin centre."""

    service: Service
    tab: Tab

    @property
    def tenant(self) -> Tenant:
        """As the service has it."""
        return self.service.store.tenants.load()

    async def turn_to(self, section: str) -> None:
        await self.tab.page.locator(f'.side a[href="#{section}"]').click()
        await self.tab.appears(f"#{section}")

    async def select(self, field: str, value: str) -> None:
        await self.tab.page.locator(field).select_option(value)

    async def type(self, field: str, text: str) -> None:
        await self.tab.page.locator(field).fill(text)

    async def add(self, name: str, description: str = "") -> None:
        await self.turn_to("policies")
        await self.tab.press("Add")
        await self.type("#policy-name", name)
        await self.type("#policy-description", description)
        await self.tab.press("Save")

    async def closed(self) -> None:
        """The form has been taken."""
        await self.tab.page.locator("#policy-dialog").wait_for(state="hidden")

    async def grant(self, user: str, policy: str | None) -> None:
        """As another administrator does, elsewhere: the page is not told."""
        assert await self.tab.evaluate(GRANT, [user, policy]) == 200

    def row(self, name: str) -> str:
        return f"#policy-rows tr:has(th bdi:text-is('{name}'))"

    async def press_in(self, name: str, button: str) -> None:
        await self.tab.page.locator(self.row(name)).get_by_role("button", name=f"{button} {name}", exact=True).click()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    async with running(tmp_path_factory.mktemp("service"), tenant(), chromium) as service:
        tab = await service.blank()
        await service.remember(tab, ALICE, DESKTOP)
        await tab.open(f"{service.address}/admin")
        await tab.appears("#policy-rows tr")
        yield Centre(service, tab)


@pytest_asyncio.fixture(loop_scope="session")
async def centre(opened: Centre) -> AsyncIterator[Centre]:
    yield opened
    refused = "Failed to load resource: the server responded with a status of 4"
    assert [line for line in await violations(opened.tab) if not line.startswith(refused)] == []


async def test_policies_are_listed_with_what_they_allow(centre: Centre, shoot: Shoot) -> None:
    await shoot(centre.tab, "admin-policies")
    assert "Off" in await centre.tab.text(centre.row("Global"))
    assert "users can turn it on" in await centre.tab.text(centre.row("E2EE"))
    assert "For everybody" in await centre.tab.text(centre.row("E2EE"))


async def test_a_policy_is_added(centre: Centre) -> None:
    await centre.add("Pilot", "For the pilot")
    await centre.closed()
    assert "For the pilot" in await centre.tab.text(centre.row("Pilot"))
    added = next(one for one in centre.tenant.policies if one.name == "Pilot")
    assert (added.description, added.calling) == ("For the pilot", Encryption.USER_OVERRIDE)
    assert await centre.tab.page.locator("#polite p").last.text_content() == "The policy Pilot is saved."


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("Two words", "has no spaces"),
        ("E2EE", "there is a policy"),
        ("a*b", "none of"),
        ("x" * 150, "at most 128"),
        ("", "needs a name"),
    ],
)
async def test_a_bad_name_is_refused_at_its_field(centre: Centre, shoot: Shoot, name: str, because: str) -> None:
    before = centre.tenant
    await centre.add(name)
    await centre.tab.appears(f"#policy-name-problem:has-text('{because}')")
    await shoot(centre.tab, "admin-refused")
    field = centre.tab.page.locator("#policy-name")
    assert await field.get_attribute("aria-invalid") == "true"
    assert await field.evaluate("element => element === document.activeElement")
    assert await centre.tab.text("#policy-problem") == ""
    assert centre.tenant == before
    await centre.tab.press("Cancel")


async def test_a_bad_description_is_refused_at_its_field(centre: Centre) -> None:
    await centre.add("Bell", "a\u0007b")
    await centre.tab.appears("#policy-description-problem:has-text('cannot be seen')")
    assert await centre.tab.text("#policy-name-problem") == ""
    await centre.tab.press("Cancel")


async def test_a_policy_is_edited(centre: Centre) -> None:
    await centre.add("Edited")
    await centre.closed()
    await centre.press_in("Edited", "Edit")
    assert await centre.tab.page.locator("#policy-name").get_attribute("readonly") is not None
    await centre.select("#policy-calling", "Disabled")
    await centre.type("#policy-description", "No longer")
    await centre.tab.press("Save")
    await centre.closed()
    found = next(one for one in centre.tenant.policies if one.name == "Edited")
    assert (found.description, found.calling) == ("No longer", Encryption.DISABLED)


async def test_a_policy_is_deleted_after_a_question(centre: Centre, shoot: Shoot) -> None:
    await centre.add("Deleted")
    await centre.closed()
    await centre.press_in("Deleted", "Delete")
    await shoot(centre.tab, "admin-delete")
    await centre.tab.press("Cancel")
    assert await centre.tab.sees(centre.row("Deleted"))
    await centre.press_in("Deleted", "Delete")
    await centre.tab.press("Delete")
    await centre.tab.page.locator(centre.row("Deleted")).wait_for(state="detached")
    assert "Deleted" not in [one.name for one in centre.tenant.policies]


async def test_of_what_is_assigned_the_page_says_whose_it_is_and_offers_no_deletion(
    centre: Centre, shoot: Shoot
) -> None:
    """The dialog promised what the service refuses."""
    for user in (BOB.user, CARLA.user):
        await centre.grant(user, "E2EE")
    await centre.turn_to("policies")
    await centre.press_in("E2EE", "Delete")
    await centre.tab.appears("#confirm-text:has-text('assigned to 2 users, the whole tenant.')")
    assert "A policy can be deleted when nobody has it" in await centre.tab.text("#confirm-text")
    await shoot(centre.tab, "admin-assigned")
    assert not await centre.tab.sees("#confirm-yes")
    await centre.tab.press("Close")
    for user in (BOB.user, CARLA.user):
        await centre.grant(user, None)


async def test_what_is_assigned_while_the_question_is_open_is_not_deleted_and_the_page_says_why(centre: Centre) -> None:
    await centre.add("Late")
    await centre.closed()
    await centre.press_in("Late", "Delete")
    await centre.tab.appears("#confirm-text:has-text('It is assigned to nobody')")
    await centre.grant(BOB.user, "Late")
    await centre.tab.press("Delete")
    await centre.tab.appears("#confirm-problem:has-text('still assigned')")
    await centre.tab.press("Cancel")
    assert any(one.name == "Late" for one in centre.tenant.policies)
    await centre.grant(BOB.user, None)


async def test_the_keyboard_stays_where_something_was_done(centre: Centre) -> None:
    """Rows are drawn anew with each change, and what has been removed has no button any more."""
    page = centre.tab.page
    await centre.add("Kept")
    await centre.closed()
    await page.locator(centre.row("Kept")).get_by_role("button", name="Edit Kept").focus()
    await page.keyboard.press("Enter")
    await centre.type("#policy-description", "Changed")
    await page.locator("#policy-form [type=submit]").focus()
    await page.keyboard.press("Enter")
    await centre.tab.appears(f"{centre.row('Kept')}:has-text('Changed')")
    await centre.tab.appears(f"{centre.row('Kept')} button:focus:has-text('Edit')")

    await page.locator(centre.row("Kept")).get_by_role("button", name="Delete Kept").focus()
    await page.keyboard.press("Enter")
    await centre.tab.appears("#confirm-text:has-text('assigned to nobody')")
    await page.locator("#confirm-yes").focus()
    await page.keyboard.press("Enter")
    await centre.tab.appears("#policies-heading:focus")

    await centre.turn_to("assignments")
    await page.locator("#assign-user [type=submit]").focus()
    await page.keyboard.press("Enter")
    await centre.tab.appears("#assigned-users button")
    assert await centre.tab.sees("#assign-user [type=submit]:focus")
    await page.locator("#assigned-users button").focus()
    await page.keyboard.press("Enter")
    await centre.tab.appears("#assignments-heading:focus")


async def test_the_policy_of_the_tenant_is_never_deleted(centre: Centre) -> None:
    await centre.turn_to("policies")
    buttons = centre.tab.page.locator(centre.row("Global")).get_by_role("button")
    assert [text.split() for text in await buttons.all_inner_texts()] == [["Edit", "Global"]]


async def test_direct_before_group_before_tenant_and_the_deciding_rule_is_told(centre: Centre, shoot: Shoot) -> None:
    for name in ("Direct", "First", "Second"):
        await centre.add(name)
        await centre.closed()
    await centre.turn_to("assignments")
    for group, policy, rank in (("sales", "Second", ""), ("Everybody", "First", "1")):
        await make_group(centre, group)
        await centre.select("#assign-group-name", group)
        await centre.select("#assign-group-policy", policy)
        await centre.type("#assign-group-rank", rank)
        await centre.tab.press("Assign to group")
        await centre.tab.appears(f"#assigned-groups li:has-text('{policy}')")
    ranks = await centre.tab.page.locator("#assigned-groups li").all_inner_texts()
    assert ["First" in ranks[0], "Second" in ranks[1]] == [True, True]
    assert await told(centre, BOB.user) == "Assigned to a group (rank 1)"

    await centre.turn_to("assignments")
    await centre.select("#assign-user-name", BOB.user)
    await centre.select("#assign-user-policy", "Direct")
    await centre.tab.press("Assign to user")
    await centre.tab.appears("#assigned-users li:has-text('Direct')")
    await shoot(centre.tab, "admin-assignments")
    assert await told(centre, BOB.user) == "Assigned to the user"
    assert await told(centre, CARLA.user) == "Assigned to the tenant"
    await shoot(centre.tab, "admin-users")
    assert find_user(centre.tenant, BOB.user).policy == "Direct"

    await centre.turn_to("assignments")
    await centre.select("#assign-tenant-policy", "")
    await centre.tab.press("Assign to tenant")
    await centre.tab.page.locator("#polite p:last-child:has-text('policy of the tenant')").wait_for(state="attached")
    assert await told(centre, CARLA.user) == "Global"

    await centre.turn_to("assignments")
    await centre.tab.press(f"Take away {BOB.user}")
    await centre.tab.appears("#assigned-users:has-text('None')")
    assert find_user(centre.tenant, BOB.user).policy is None


async def make_group(centre: Centre, group: str) -> None:
    """A group with Bob in it, and nobody else."""
    await centre.type("#group-name", group)
    await centre.tab.page.locator(f"#group-members input[value='{BOB.user}']").check()
    await centre.tab.press("Save group")
    await centre.tab.appears(f"#groups li:has-text('{group}')")


async def told(centre: Centre, user: str) -> str:
    """The deciding rule, as the page tells it."""
    await centre.turn_to("users")
    await centre.type("#effective-user", user)
    await centre.tab.press("Look up")
    await centre.tab.appears("#effective")
    return (await centre.tab.text("#effective")).split("Deciding rule: ")[1].split(". ")[0]


async def test_a_user_that_is_not_there_is_told_at_the_form(centre: Centre) -> None:
    await centre.turn_to("users")
    await centre.type("#effective-user", "nobody@contoso.example")
    await centre.tab.press("Look up")
    await centre.tab.appears("#effective-form .problem:has-text('nobody@contoso.example')")
    assert not await centre.tab.sees("#effective")


async def test_compliance_recording_is_turned_on_and_off(centre: Centre) -> None:
    await centre.turn_to("users")
    await centre.tab.press(f"Record {CARLA.display}")
    await centre.tab.appears("#recording-state:has-text('1 of 3')")
    assert find_user(centre.tenant, CARLA.user).recorded
    await centre.tab.press(f"Stop {CARLA.display}")
    await centre.tab.appears("#recording-state:has-text('Nobody')")
    assert not find_user(centre.tenant, CARLA.user).recorded


async def test_recording_of_everybody_is_shown_and_can_be_ended(centre: Centre) -> None:
    await centre.turn_to("users")
    await centre.tab.press("Record everybody")
    await centre.tab.appears("#recording-state:has-text('Everybody is recorded')")
    assert centre.tenant.compliance_recording
    await centre.tab.press("Stop recording everybody")
    await centre.tab.appears("#recording-state:has-text('Nobody')")
    assert not centre.tenant.compliance_recording


async def test_a_user_is_removed_after_a_question_and_the_last_administrator_is_not(
    centre: Centre, shoot: Shoot
) -> None:
    await centre.turn_to("users")
    await centre.tab.press(f"Remove {CARLA.display}")
    await shoot(centre.tab, "admin-remove-user")
    await centre.tab.press("Cancel")
    assert await centre.tab.sees(f"#user-rows tr:has-text('{CARLA.display}')")
    await centre.tab.press(f"Remove {CARLA.display}")
    await centre.tab.press("Remove")
    await centre.tab.page.locator(f"#user-rows tr:has-text('{CARLA.display}')").wait_for(state="detached")
    assert CARLA.user not in [one.name for one in centre.tenant.users]
    before = centre.tenant
    await centre.tab.press(f"Remove {ALICE.display}")
    await centre.tab.press("Remove")
    await centre.tab.appears("#confirm-problem:has-text('last administrator')")
    assert centre.tenant == before
    await centre.tab.press("Cancel")


async def test_the_console_takes_pasted_lines(centre: Centre, shoot: Shoot) -> None:
    await centre.turn_to("console")
    await centre.type("#console-text", "New-CsTeamsEnhancedEncryptionPolicy Pasted -Description 'By hand'")
    await centre.tab.press("Run")
    await centre.tab.appears("#console-output:has-text('Tag:Pasted')")
    await shoot(centre.tab, "admin-console")
    await centre.type("#console-text", "Remove-CsTeamsEnhancedEncryptionPolicy Global")
    await centre.tab.press("Run")
    await centre.tab.appears("#console-form .problem:has-text('Global')")
    await centre.turn_to("policies")
    assert "By hand" in await centre.tab.text(centre.row("Pasted"))


async def test_a_description_is_text_and_nothing_more(centre: Centre) -> None:
    hostile = "<img src=x onerror=alert(1)><b>bold</b>"
    await centre.add("Hostile", hostile)
    await centre.closed()
    assert hostile in await centre.tab.text(centre.row("Hostile"))
    assert await centre.tab.page.locator(f"{centre.row('Hostile')} :is(img, b)").count() == 0


async def test_only_administrators_get_in(centre: Centre) -> None:
    tab = await centre.service.blank()
    await tab.open(f"{centre.service.address}/admin")
    await tab.write("Sign-in name", BOB.user)
    await tab.write("Password", BOB.password)
    await tab.press("Sign in")
    await tab.appears("#sign-in-problem:has-text('Bob Bauer is no administrator')")
    assert not await tab.sees("#centre")
    await tab.close()


async def test_who_edits_a_policy_changes_nothing_that_was_not_edited(centre: Centre) -> None:
    """Somebody else has turned it off while the form was open: a new description does not turn it on again."""
    await centre.add("Shared", "of two")
    await centre.closed()
    await centre.press_in("Shared", "Edit")
    off = Settings(calling=Encryption.DISABLED)
    centre.service.store.tenants.change(lambda tenant: (set_policy(tenant, "Shared", off), None))
    await centre.type("#policy-description", "of both")
    await centre.tab.press("Save")
    await centre.closed()
    found = find_policy(centre.tenant, "Shared")
    assert (found.description, found.calling) == ("of both", Encryption.DISABLED)


async def test_a_form_that_is_open_again_is_not_closed_by_what_was_sent_from_it_before(centre: Centre) -> None:
    answer = asyncio.Event()

    async def late(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await centre.add("Unhurried")
    await centre.closed()
    await centre.tab.page.route("**/api/policies", late)
    try:
        await centre.add("Slow")
        await centre.tab.page.keyboard.press("Escape")
        await centre.closed()
        await centre.press_in("Unhurried", "Edit")
        await centre.type("#policy-description", "being written")
        answer.set()
        await centre.tab.appears(centre.row("Slow"))
    finally:
        await centre.tab.page.unroute("**/api/policies")
    assert await centre.tab.sees("#policy-dialog")
    assert await centre.tab.page.locator("#policy-description").input_value() == "being written"
    await centre.tab.press("Save")
    await centre.closed()
    assert find_policy(centre.tenant, "Unhurried").description == "being written"


async def test_what_is_ticked_stays_ticked_when_something_else_is_done_meanwhile(centre: Centre) -> None:
    answer = asyncio.Event()

    async def late(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await centre.turn_to("assignments")
    await centre.tab.page.route("**/api/assignments/users/**", late)
    try:
        await centre.select("#assign-user-name", BOB.user)
        await centre.tab.page.locator("#assign-user [type=submit]").click()
        await centre.type("#group-name", "night shift")
        for box in await centre.tab.page.locator("#group-members input").all():
            await box.set_checked(await box.get_attribute("value") == ALICE.user)
        answer.set()
        await centre.tab.appears(f"#assigned-users:has-text('{BOB.user}')")
    finally:
        await centre.tab.page.unroute("**/api/assignments/users/**")
    await centre.tab.page.locator("#group-form [type=submit]").click()
    await centre.tab.appears("#groups:has-text('night shift')")
    (group,) = [one for one in centre.tenant.groups if one.name == "night shift"]
    assert group.members == (ALICE.user,)


async def test_what_was_in_force_before_a_change_is_not_shown_after_it(centre: Centre) -> None:
    await centre.turn_to("users")
    await centre.type("#effective-user", BOB.user)
    await centre.tab.page.locator("#effective-form [type=submit]").click()
    await centre.tab.appears("#effective")
    await centre.tab.page.locator("#recording").click()
    await centre.tab.appears("#recording-state:has-text('Everybody is')")
    assert not await centre.tab.sees("#effective")
    await centre.tab.page.locator("#recording").click()
    await centre.tab.appears("#recording-state:has-text('Nobody is')")
