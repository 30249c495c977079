// Who calls whom: calls begin here, are answered and end, one at a time.

import { tell, warn } from "../common/announce.js";
import { open } from "../common/dialog.js";
import { fill, find, name } from "../common/dom.js";
import { Call } from "./call.js";
import { announceCode, announceScreen, lasting, prepareFeatures, showCall, showState } from "./call_view.js";
import { prepareCode } from "./code_dialog.js";
import { choose, dismiss, prepareFeatureDialog } from "./feature_dialog.js";
import { presenceName } from "./people.js";
import { FEATURES } from "./words.js";

export class Telephone {
  /**
   * `say(type, fields)` speaks to the service, `notice(sentence)` tells the user, `changed()` draws the page; `devices()` gives the names
   * of the user's other devices.
   */
  constructor(say, conversation, notice, changed, devices) {
    Object.assign(this, { say, conversation, notice, changed, devices });
    this.call = null;
    this.waiting = [];
    this.watcher = {
      changed: (call) => this.became(call),
      coded: (call) => announceCode(call),
      showed: (call) => announceScreen(call),
      shared: (call, on) => tell(on ? "You are sharing your screen." : "You no longer share your screen."),
      featured: (call, news) => this.featured(news),
      recorded: () => this.notice("Your organisation records this call."),
      moved: (call, { display, there }) => tell(`${display} ${there ? "is in the call now" : "has left the call"}.`),
      unheeded: (call, feature) => this.unheeded(feature),
      refused: (call, error) => this.notice(error.message),
    };
    this.listen();
    setInterval(() => this.calling && showState(this.call), 1000);
  }

  /** Whether there is a call, or somebody asks for one. */
  get busy() {
    return this.call !== null;
  }

  /** Whether there is a call that the user has begun or accepted. */
  get calling() {
    return this.busy && this.call.phase !== "incoming";
  }

  heard(frame) {
    if (frame.type === "incoming") this.incoming(frame);
    else if (this.busy && frame.call === this.call.id) this.call.heard(frame);
    else if (frame.type === "cancelled") this.wait(this.waiting.filter(({ call }) => call !== frame.call));
  }

  lost() {
    this.wait([]);
    this.call?.lost();
  }

  async start(video) {
    const peer = this.conversation.chosen;
    if (this.busy || peer === null) return;
    this.begin({ peer, display: this.conversation.displayOf(peer), role: "caller", video });
    this.attend();
    await this.call.invite();
  }

  /** Somebody calls. Who calls while another call rings, or is up, is next. */
  incoming(frame) {
    this.say("ringing", { call: frame.call }).catch((error) => this.notice(error.message));
    if (!this.busy) return this.rings(frame);
    tell(`${frame.display} is calling, too.`);
    return this.wait([...this.waiting, frame]);
  }

  wait(frames) {
    this.waiting = frames;
    find("incoming-more").hidden = frames.length === 0;
    fill(find("incoming-more"), "Also calling: ", ...frames.flatMap(({ display }, place) => [place ? ", " : "", name(display)]));
  }

  rings({ call, from, display, media }) {
    const video = media.includes("video");
    this.begin({ id: call, peer: from, display, role: "callee", video });
    find("accept-video").hidden = !video;
    fill(find("incoming-heading"), name(display), video ? " is calling with video" : " is calling");
    fill(find("incoming-who"), name(from));
    find("incoming-problem").textContent = "";
    open(find("incoming"));
    tell(`${display} is calling.`);
  }

  async accept(video) {
    find("incoming").close();
    this.conversation.reach(this.call.peer);
    const accepted = this.call.accept(video);
    this.attend();
    await accepted;
  }

  begin(course) {
    this.call = new Call({ ...course, me: this.conversation.me, say: this.say, watcher: this.watcher });
    find("outcome").hidden = true;
    this.changed();
  }

  /** The stage is where things happen now. */
  attend() {
    this.changed();
    find("stage-heading").focus();
  }

  became(call) {
    if (call !== this.call) return;
    const attended = find("stage").contains(document.activeElement) || find("code-dialog").open;
    if (call.phase === "over") this.ended(call);
    this.changed();
    if (!this.busy && attended) (this.conversation.chosen ? find("call-video") : find("people-list").querySelector("button"))?.focus();
    if (!this.busy && this.waiting.length > 0) {
      const [next, ...others] = this.waiting;
      this.wait(others);
      this.rings(next);
    }
  }

  ended(call) {
    this.call = null;
    find("incoming").close();
    dismiss();
    const length = call.since === null ? "" : ` It lasted ${lasting(call.since)}.`;
    fill(find("outcome"), name(call.display), `: ${call.ended}${length}`);
    find("outcome").hidden = false;
  }

  /**
   * Ask the service for a feature, after the question that it needs. One that does not last is asked for again each time. `refused(sentence)`
   * is told why it is not done.
   */
  async ask(known, refused) {
    const { call } = this;
    const on = !(known.lasts && call.features.has(known.feature));
    const takes = known.takes[on ? "on" : "off"];
    try {
      const argument = takes === undefined ? null : await choose(known, takes, await this.options(takes));
      if ((takes !== undefined && argument === null) || call !== this.call) return;
      await call.feature(known.feature, on, argument);
    } catch (error) {
      refused(error.message);
    }
  }

  /** What who is called can do with a call that rings, besides answering it. The page behind the question is not read out. */
  forward(feature) {
    find("incoming-problem").textContent = "";
    return this.ask(FEATURES.find((one) => one.feature === feature), (sentence) => { find("incoming-problem").textContent = sentence; });
  }

  refused(sentence) {
    this.notice(sentence);
    warn(sentence);
  }

  /** Who or what can be chosen for a feature. */
  async options(takes) {
    if (takes === "device") return (await this.devices()).map((one) => ({ value: one, label: one }));
    const others = [...this.conversation.people.values()].filter(({ user, outside }) => !outside && !this.call.people.has(user));
    return others.map(({ user, display, presence }) => ({ value: user, label: `${display} (${presenceName(presence)})` }));
  }

  unheeded(feature) {
    const sentence = `${labelOf(feature)}: the service says that it is on. This call is end-to-end encrypted and has none.`;
    this.notice(sentence);
    warn(sentence);
  }

  featured({ feature, on, by }) {
    tell(`${labelOf(feature)} was turned ${on ? "on" : "off"} by ${this.conversation.displayOf(by)}.`);
  }

  draw() {
    find("home").classList.toggle("in-call", this.calling);
    for (const id of ["call-audio", "call-video"]) find(id).hidden = this.calling;
    showCall(this.calling ? this.call : null);
  }

  listen() {
    prepareCode(() => this.call);
    prepareFeatures((known) => this.ask(known, (sentence) => this.refused(sentence)));
    prepareFeatureDialog();
    addEventListener("online", () => this.call?.restart());
    // Nobody answers a call by leaving the question.
    find("incoming").addEventListener("cancel", (event) => event.preventDefault());
    const clicks = {
      "call-audio": () => this.start(false),
      "call-video": () => this.start(true),
      "accept-audio": () => this.accept(false),
      "accept-video": () => this.accept(true),
      "decline": () => this.call?.decline(),
      "forward-voicemail": () => this.forward("voicemail"),
      "forward-ring": () => this.forward("simultaneous-ring"),
      "hang-up": () => this.call?.hangUp(),
      "mute": () => this.call?.send("audio", !this.call.exchange.sending("audio")),
      "share": () => this.call?.share(!this.call.sharing),
      "camera-off": () => this.call?.send("video", !this.call.exchange.sending("video")),
    };
    for (const [id, click] of Object.entries(clicks)) find(id).addEventListener("click", click);
  }
}

function labelOf(feature) {
  return FEATURES.find((one) => one.feature === feature)?.label ?? feature;
}
