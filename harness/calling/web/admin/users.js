// The policy in force for each user and the rule that decides; compliance recording; users who are to go.

import { el, fill, find, name } from "../common/dom.js";
import { path } from "../common/service.js";
import { act, confirmed, onSubmit } from "./forms.js";

const RULES = new Map([["direct", "Assigned to the user"], ["group", "Assigned to a group"], ["tenant", "Assigned to the tenant"], ["global", "Global"]]);

let service = null;
let change = null;

export function prepareUsers(theService, theChange) {
  [service, change] = [theService, theChange];
  onSubmit("effective-form", async () => {
    find("effective").hidden = true;
    showEffective(await service.get(path("users", find("effective-user").value.trim(), "effective")));
  });
}

export function showUsers({ recording, users }) {
  find("effective").hidden = true; // it was true of the tenant before
  fill(find("user-names"), ...users.map(({ user, display }) => el("option", { value: user }, display)));
  fill(find("user-rows"), ...users.map(row));
  const recorded = users.filter((one) => one.recorded).length;
  const who = recording ? "Everybody is" : recorded ? `${recorded} of ${users.length} users are` : null;
  find("recording-state").textContent = who === null
    ? "Nobody is recorded for compliance."
    : `${who} recorded for compliance: this tenant has no end-to-end encrypted calls.`;
  const button = find("recording");
  button.textContent = recording ? "Stop recording everybody" : "Record everybody";
  button.onclick = () => record(!recording, null);
}

function row({ user, display, toggle, recorded, effective }) {
  const press = el("button", { type: "button", "aria-pressed": String(recorded), "data-row": `Record ${user}`, click: () => record(!recorded, user) }, recorded ? "Stop" : "Record", el("span", { class: "unseen" }, " ", name(display)));
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, name(display), el("br"), el("span", { class: "hint" }, name(user))),
    el("td", { "data-label": "Policy" }, name(effective.policy)),
    el("td", { "data-label": "Because" }, `${RULES.get(effective.rule) ?? effective.rule}: ${effective.because}`),
    el("td", { "data-label": "Turned on", class: toggle ? "on" : null }, toggle ? "Yes" : "No"),
    el("td", { "data-label": "Recorded" }, recorded ? "Yes " : "No ", press),
    el("td", { class: "acts" }, act("Remove", display, () => remove(user, display))),
  );
}

function remove(user, display) {
  confirmed({
    heading: `Remove ${display}?`,
    text: `${user} is signed out everywhere, and a call that is up ends. Others keep their chats.`,
    yes: "Remove",
    action: () => change(() => service.remove(path("users", user)), `${display} is removed.`),
  });
}

function showEffective({ policy, rule, because, rank, allows_calls: allows }) {
  const deciding = `${RULES.get(rule) ?? rule}${rank ? ` (rank ${rank})` : ""}`;
  fill(
    find("effective"),
    el("p", {}, el("strong", {}, name(policy)), allows ? ": users can turn it on." : ": end-to-end encrypted calls are off."),
    el("p", {}, `Deciding rule: ${deciding}. ${because}.`),
  );
  find("effective").hidden = false;
}

async function record(on, user) {
  const done = on ? "Compliance recording is on." : "Compliance recording is off.";
  try {
    await change(() => service.send("PUT", "/api/recording", { on, ...(user === null ? {} : { user }) }), done);
  } catch (error) {
    find("recording-state").textContent = error.message;
  }
}
