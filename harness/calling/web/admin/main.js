// The admin centre: who is signed in, which section is open, and one picture of the tenant that all sections show.

import { tell } from "../common/announce.js";
import { prepare } from "../common/dialog.js";
import { fill, find, name } from "../common/dom.js";
import { Service } from "../common/service.js";
import { forget } from "../common/session.js";
import { signedIn } from "../common/sign_in.js";
import { prepareAssignments, showAssignments } from "./assignments.js";
import { prepareConsole } from "./console.js";
import { prepareRows, refocus } from "./forms.js";
import { preparePolicies, showPolicies } from "./policies.js";
import { prepareUsers, showUsers } from "./users.js";

const SECTIONS = ["policies", "assignments", "users", "console"];
const DEVICE = { name: "Admin centre", kind: "web", recent: true };

class AdminCentre {
  constructor(session) {
    this.service = new Service(session.token, (error) => this.leave(error.message));
    this.tenant = null;
    this.looks = 0;
    fill(find("me"), name(session.display));
  }

  /** `asked`: the form, which is gone, had the focus. */
  async open(asked) {
    find("bar").hidden = find("centre").hidden = false;
    prepare("confirm");
    prepareRows();
    const change = (action, done) => this.change(action, done);
    preparePolicies(this.service, change);
    prepareAssignments(this.service, change);
    prepareUsers(this.service, change);
    prepareConsole(this.service, change);
    find("sign-out").addEventListener("click", () => this.service.send("POST", "/api/sign-out", {}).catch(() => {}).then(() => this.leave("")));
    addEventListener("hashchange", () => this.turn(true));
    this.turn(asked);
    await this.refresh();
  }

  /** Do something to the tenant, say that it is done, and show the tenant as it is then. Refused: what the action throws. */
  async change(action, done) {
    await action();
    await this.refresh();
    tell(done);
  }

  async refresh() {
    const look = ++this.looks;
    try {
      const [policies, assignments, users, groups] = await Promise.all(["policies", "assignments", "users", "groups"].map((one) => this.service.get(`/api/${one}`)));
      // A later look has begun: what this one saw is old.
      if (look !== this.looks) return;
      this.tenant = { policies: policies.policies, assignments, recording: users.recording, users: users.users, groups: groups.groups };
      find("problem").hidden = true;
    } catch (error) {
      find("problem").textContent = error.message;
      find("problem").hidden = false;
      return;
    }
    showPolicies(this.tenant);
    showAssignments(this.tenant);
    showUsers(this.tenant);
    refocus();
  }

  turn(byUser) {
    const asked = location.hash.slice(1);
    const section = SECTIONS.includes(asked) ? asked : SECTIONS[0];
    for (const one of SECTIONS) find(one).hidden = one !== section;
    for (const link of document.querySelectorAll(".side a")) {
      if (link.hash === `#${section}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = `${find(`${section}-heading`).textContent} · Admin centre`;
    if (byUser) find(`${section}-heading`).focus();
  }

  leave(sentence) {
    forget();
    sessionStorage.setItem("farewell", sentence);
    location.reload();
  }
}

find("sign-in-problem").textContent = sessionStorage.getItem("farewell");
sessionStorage.removeItem("farewell");
const { session, asked } = await signedIn(() => DEVICE);
if (session.administrator) {
  await new AdminCentre(session).open(asked);
} else {
  forget();
  sessionStorage.setItem("farewell", `${session.display} is no administrator.`);
  location.reload();
}
