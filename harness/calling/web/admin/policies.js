// Other settings > Enhanced encryption policies: the list, and the form that adds or edits one.

import { warn } from "../common/announce.js";
import { open, prepare } from "../common/dialog.js";
import { el, fill, find, name } from "../common/dom.js";
import { hold, letGo } from "../common/held.js";
import { path } from "../common/service.js";
import { act, confirmed, plain, tellInstead } from "./forms.js";

const WORDS = new Map([["Disabled", "Off"], ["DisabledUserOverride", "Off, but users can turn it on"]]);

/** Fields, and how the service speaks of them when it refuses. */
const FIELDS = [
  { id: "policy-name", about: /^Identity|name of a policy|there is a policy|needs a name/i },
  { id: "policy-description", about: /^Description/i },
];

let service = null;
let change = null;
let edited = null;
let edits = 0;

export function preparePolicies(theService, theChange) {
  [service, change] = [theService, theChange];
  prepare("policy-dialog");
  find("policy-add").addEventListener("click", () => edit(null));
  find("policy-form").addEventListener("submit", save);
}

export function showPolicies({ policies }) {
  fill(find("policy-rows"), ...policies.map(row));
}

function row(policy) {
  const called = plain(policy.Identity);
  const buttons = [act("Edit", called, () => edit(policy))];
  if (called !== "Global") buttons.push(act("Delete", called, () => remove(called)));
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, name(called)),
    el("td", { "data-label": "Description" }, name(policy.Description ?? "")),
    setting("Calls", policy.CallingEndtoEndEncryptionEnabledType),
    setting("Meetings", policy.MeetingEndToEndEncryption),
    el("td", { class: "acts" }, ...buttons),
  );
}

function setting(label, value) {
  return el("td", { "data-label": label, class: value === "Disabled" ? null : "on" }, WORDS.get(value) ?? value);
}

function edit(policy) {
  edited = policy;
  edits += 1;
  letGo(find("policy-form").querySelector("[type=submit]"));
  complain({});
  find("policy-heading").textContent = policy === null ? "Add a policy" : `Edit ${plain(policy.Identity)}`;
  find("policy-name").value = policy === null ? "" : plain(policy.Identity);
  find("policy-name").readOnly = policy !== null;
  find("policy-description").value = policy?.Description ?? "";
  find("policy-calling").value = policy?.CallingEndtoEndEncryptionEnabledType ?? "DisabledUserOverride";
  find("policy-meeting").value = policy?.MeetingEndToEndEncryption ?? "Disabled";
  open(find("policy-dialog"));
}

async function save(event) {
  event.preventDefault();
  const edit = edits;
  const button = find("policy-form").querySelector("[type=submit]");
  if (!hold(button)) return;
  complain({});
  const called = find("policy-name").value;
  const fields = {
    Description: find("policy-description").value,
    CallingEndtoEndEncryptionEnabledType: find("policy-calling").value,
    MeetingEndToEndEncryption: find("policy-meeting").value,
  };
  try {
    if (called === "") throw new Error("A policy needs a name.");
    await change(() => send(called, fields), `The policy ${called} is saved.`);
    if (edit === edits) find("policy-dialog").close();
  } catch (error) {
    // The form may be open for another policy by now.
    if (edit === edits && find("policy-dialog").open) complain({ detail: error.message });
    else warn(error.message);
  } finally {
    if (edit === edits) letGo(button);
  }
}

/** Of a policy that is edited only what was changed here: somebody else may have changed the rest meanwhile. */
function send(called, fields) {
  if (edited !== null) {
    const changed = Object.entries(fields).filter(([key, value]) => value !== (edited[key] ?? ""));
    return service.send("PATCH", path("policies", plain(edited.Identity)), Object.fromEntries(changed));
  }
  return service.send("POST", "/api/policies", { Identity: called, ...fields });
}

/** A policy that is assigned is not deleted: whose it is, and where that is taken away, is said before anybody tries. */
async function remove(called) {
  try {
    const uses = usesOf(called, await service.get("/api/assignments"));
    if (uses.length === 0) askToDelete(called);
    else tellInstead({ heading: `${called} is assigned`, text: `It is assigned to ${uses.join(", ")}. A policy can be deleted when nobody has it: take that away first, under Assignments.` });
  } catch (error) {
    tellInstead({ heading: `Delete ${called}?`, text: error.message });
  }
}

function usesOf(called, { users, groups, tenant }) {
  const has = (policy) => policy !== null && policy.toLowerCase() === called.toLowerCase();
  const counted = ([word, all]) => {
    const count = all.filter(({ policy }) => has(policy)).length;
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? "" : "s"}`];
  };
  return [...[["user", users], ["group", groups]].flatMap(counted), ...(has(tenant) ? ["the whole tenant"] : [])];
}

function askToDelete(called) {
  confirmed({
    heading: `Delete ${called}?`,
    text: "It is assigned to nobody. It cannot be brought back.",
    yes: "Delete",
    action: () => change(() => service.remove(path("policies", called)), `The policy ${called} is deleted.`),
  });
}

/** Show an error of the service at the field that it is about, or below all of them. */
function complain({ detail = "" }) {
  const field = FIELDS.find(({ about }) => about.test(detail))?.id;
  for (const { id } of FIELDS) {
    find(`${id}-problem`).textContent = id === field ? detail.replace(/^(Identity|Description): /i, "") : "";
    if (id === field) find(id).setAttribute("aria-invalid", "true");
    else find(id).removeAttribute("aria-invalid");
  }
  find("policy-problem").textContent = field ? "" : detail;
  if (field) find(field).focus();
}
