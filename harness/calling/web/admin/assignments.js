// To whom policies are assigned: users, groups with their rank, the whole tenant; and who is in which group.

import { el, fill, find, name } from "../common/dom.js";
import { path } from "../common/service.js";
import { act, onSubmit, options, plain } from "./forms.js";

let service = null;
let change = null;
/** The user has chosen something that is not saved yet: it stays chosen when the page is drawn again. */
const chosen = { members: false, policy: false };

export function prepareAssignments(theService, theChange) {
  [service, change] = [theService, theChange];
  const value = (id) => find(id).value;
  onSubmit("assign-user", () => assign("users", value("assign-user-name"), { policy: value("assign-user-policy") }));
  onSubmit("assign-group", () => assign("groups", value("assign-group-name"), { policy: value("assign-group-policy"), ...rank(value("assign-group-rank")) }));
  onSubmit("assign-tenant", () => change(async () => {
    await service.send("PUT", "/api/assignments/tenant", { policy: value("assign-tenant-policy") || null });
    chosen.policy = false;
  }, "The policy of the tenant is assigned."));
  find("assign-tenant-policy").addEventListener("change", () => { chosen.policy = true; });
  find("group-members").addEventListener("change", () => { chosen.members = true; });
  onSubmit("group-form", saveGroup);
  find("group-name").addEventListener("input", (event) => tickMembers(event.target.value));
}

export function showAssignments({ policies, assignments, users, groups }) {
  const names = policies.map(({ Identity }) => plain(Identity)).filter((one) => one !== "Global");
  const pairs = names.map((one) => [one, one]);
  for (const id of ["assign-user-policy", "assign-group-policy"]) options(id, pairs);
  options("assign-tenant-policy", [["", "Global"], ...pairs]);
  if (!chosen.policy) find("assign-tenant-policy").value = assignments.tenant ?? "";
  options("assign-user-name", users.map(({ user, display }) => [user, `${display} (${user})`]));
  options("assign-group-name", groups.map(({ group }) => [group, group]));
  rows("assigned-users", assignments.users.map(({ user, policy }) => [name(user), "→", name(policy), taken("users", user)]));
  rows("assigned-groups", assignments.groups.map(({ group, policy, rank: place }) => [
    el("span", { class: "rank" }, el("span", { class: "unseen" }, "Rank "), String(place)), name(group), "→", name(policy), taken("groups", group),
  ]));
  showGroups(groups, users);
}

function showGroups(groups, users) {
  rows("groups", groups.map(({ group, members }) => [
    name(group), el("span", { class: "hint" }, members.length === 1 ? "1 member" : `${members.length} members`), act("Edit", group, () => editGroup(group)),
  ]));
  fill(find("group-names"), ...groups.map(({ group, members }) => el("option", { value: group, "data-members": JSON.stringify(members) })));
  const box = ({ user, display }) => el("label", { class: "check" }, el("input", { type: "checkbox", value: user }), name(display || user));
  const ticked = boxes().filter((one) => one.checked).map((one) => one.value);
  fill(find("group-members"), ...users.map(box));
  for (const one of boxes()) one.checked = ticked.includes(one.value);
  if (!chosen.members) tickMembers(find("group-name").value);
}

function rows(id, all) {
  fill(find(id), ...(all.length ? all : [[el("span", { class: "hint" }, "None")]]).map((parts) => el("li", {}, ...parts)));
}

function taken(kind, who) {
  return act("Take away", who, () => assign(kind, who, { policy: null }).catch((error) => {
    find(kind === "users" ? "assign-user" : "assign-group").querySelector(".problem").textContent = error.message;
  }));
}

function assign(kind, who, body) {
  const done = body.policy === null ? `Nothing is assigned to ${who} any more.` : `${body.policy} is assigned to ${who}.`;
  return change(() => service.send("PUT", path("assignments", kind, who), body), done);
}

function rank(text) {
  return text === "" ? {} : { rank: Number(text) };
}

function editGroup(group) {
  find("group-name").value = group;
  tickMembers(group);
  find("group-name").focus();
}

/** Tick the members of a group that is known; leave the ticks of one that is about to be made. */
function tickMembers(group) {
  const known = [...find("group-names").children].find((one) => one.value === group);
  if (known === undefined) return;
  const members = JSON.parse(known.dataset.members);
  chosen.members = false;
  for (const box of boxes()) box.checked = members.includes(box.value);
}

function saveGroup() {
  const group = find("group-name").value.trim();
  const members = boxes().filter((box) => box.checked).map((box) => box.value);
  return change(async () => {
    await service.send("PUT", path("groups", group), { members });
    chosen.members = false;
  }, `The group ${group} is saved.`);
}

function boxes() {
  return [...find("group-members").querySelectorAll("input")];
}
