// The call window: who is signed in, the connection to the service, and what it tells to whom.

import { tell } from "../common/announce.js";
import { open, prepare } from "../common/dialog.js";
import { fill, find, name } from "../common/dom.js";
import { Service } from "../common/service.js";
import { forget } from "../common/session.js";
import { signedIn } from "../common/sign_in.js";
import { Conversation } from "./conversation.js";
import { showSettings } from "./settings.js";
import { Signalling } from "./signalling.js";
import { Telephone } from "./telephone.js";

const AGAIN_MS = [500, 1000, 2000, 5000];
const FAREWELL = "farewell";

/** Why the service ends the connection for good: the token is void, or somebody else has it now. */
const VOID = new Map([
  ["signed-out", "You have signed out."],
  ["expired", "You were signed in for long enough. Sign in again."],
  ["no-user", "This user is no longer known here."],
  ["no-tenant", "Your organisation is no longer known here."],
  ["replaced", "This session goes on in another window."],
]);

class CallWindow {
  constructor(session) {
    this.session = session;
    this.me = null;
    this.news = {};
    this.chosen = {};
    this.turning = Promise.resolve();
    this.attempts = 0;
    this.service = new Service(session.token, (error) => this.leave(error.message));
    // The connection may be another one by the time something is said.
    const say = (...words) => this.signalling.say(...words);
    this.conversation = new Conversation(this.service, say, () => this.draw());
    this.telephone = new Telephone(say, this.conversation, (sentence) => this.notice(sentence), () => this.draw(), () => this.otherDevices());
  }

  /** `asked`: the form, which is gone, had the focus. */
  async open(asked) {
    find("bar").hidden = find("home").hidden = false;
    if (asked) find("people-heading").focus();
    find("admin-link").hidden = !this.session.administrator;
    fill(find("me"), name(this.session.display));
    this.listen();
    this.connect();
    await this.refresh();
  }

  connect() {
    this.signalling = new Signalling(this.session.token, (frame) => this.heard(frame), (sentence) => this.lost(sentence));
  }

  /** The names of the devices on which this user has signed in, but for this one. */
  async otherDevices() {
    const { devices } = await this.service.get("/api/me");
    return devices.map((one) => one.name).filter((one) => one !== this.session.device.name);
  }

  welcomed() {
    if (this.attempts > 0) this.refresh();
    this.attempts = 0;
    find("notice").hidden = true;
  }

  /** What the service knows: at the start, and after a time without a connection. */
  async refresh() {
    // What is heard while the answer is on its way may be newer than that.
    const news = this.news = {};
    try {
      this.me = { ...await this.service.get("/api/me"), ...news };
      await this.conversation.refresh(this.me.user);
      this.draw();
    } catch (error) {
      this.notice(error.message);
    }
  }

  lost(sentence) {
    this.telephone.lost();
    this.notice(`${sentence} Trying again…`);
    const wait = AGAIN_MS[Math.min(this.attempts++, AGAIN_MS.length - 1)];
    setTimeout(() => this.session !== null && this.connect(), wait);
  }

  /** The token is void: back to the form, with the reason. */
  leave(sentence) {
    forget();
    this.session = null;
    this.telephone.lost();
    this.signalling?.close();
    sessionStorage.setItem(FAREWELL, sentence);
    location.reload();
  }

  heard(frame) {
    switch (frame.type) {
      case "welcome": return this.welcomed();
      case "bye": return VOID.has(frame.reason) && this.leave(VOID.get(frame.reason));
      case "chat": return this.conversation.wrote(frame);
      case "presence": return this.conversation.present(frame);
      case "toggle": return this.learned({ toggle: frame.on });
      case "policy": return this.learned({ may_turn_on: frame.may_turn_on, effective: frame });
      default: return this.telephone.heard(frame);
    }
  }

  learned(news) {
    Object.assign(this.news, news);
    if (this.me === null) return;
    this.me = { ...this.me, ...news };
    this.draw();
  }

  /**
   * `setting`: `toggle` or `voicemail`, which the service and the page call the same. What the user chose is shown until
   * the service has answered: other news that arrive before draw the page again, and would put the switch back. One
   * request follows the other, so that what was chosen last is what stays.
   */
  turn(setting, on) {
    const choice = this.chosen[setting] = { on };
    this.turning = this.turning.then(() => choice === this.chosen[setting] && this.turned(setting, choice));
  }

  async turned(setting, choice) {
    find(`${setting}-problem`).textContent = "";
    try {
      this.learned(await this.service.send("PUT", `/api/me/${setting}`, choice));
    } catch (error) {
      find(`${setting}-problem`).textContent = error.message;
    } finally {
      if (choice === this.chosen[setting]) delete this.chosen[setting];
      this.draw();
    }
  }

  draw() {
    if (this.me === null) return;
    this.conversation.draw();
    this.telephone.draw();
    const chosen = Object.fromEntries(Object.entries(this.chosen).map(([setting, { on }]) => [setting, on]));
    showSettings({ ...this.me, ...chosen }, this.session.device);
  }

  notice(sentence) {
    find("notice").textContent = sentence;
    find("notice").hidden = false;
    tell(sentence);
  }

  listen() {
    prepare("settings");
    find("settings-button").addEventListener("click", () => open(find("settings")));
    for (const setting of ["toggle", "voicemail"]) {
      find(setting).addEventListener("change", (event) => this.turn(setting, event.target.checked));
    }
    find("sign-out").addEventListener("click", () => this.service.send("POST", "/api/sign-out", {}).catch(() => {}).then(() => this.leave("")));
    find("presence").addEventListener("change", (event) => {
      this.signalling.say("presence", { presence: event.target.value }).catch((error) => this.notice(error.message));
    });
  }
}

function device() {
  return { name: find("device-name").value.trim(), kind: find("device-kind").value, recent: !find("device-old").checked };
}

find("sign-in-problem").textContent = sessionStorage.getItem(FAREWELL);
sessionStorage.removeItem(FAREWELL);
const { session, asked } = await signedIn(device);
await new CallWindow(session).open(asked);
