// What the screen of a call shows of its encryption, and whether the user has compared the code that is there.

import { shown } from "./indicator.js";

const NOTHING = { indicator: "none", code: null, because: "" };

/** `confirmed`: "match" or "differ", for the code that is shown now. `changed`: it is another one than before. */
export class Shown {
  #last = null;
  #turn = 0;

  constructor() {
    this.screen = NOTHING;
    this.confirmed = null;
    this.changed = false;
  }

  /**
   * Take a proof. "same" when nothing is shown otherwise, "code" when there is another code than before or,
   * of a call that had one, what was proved is no longer proved; else "other".
   */
  async take(mode, role, proof) {
    const turn = ++this.#turn;
    const screen = await shown(mode, role, proof);
    // A later proof has been taken meanwhile, or the call is over.
    if (turn !== this.#turn || same(screen, this.screen)) return "same";
    this.screen = screen;
    if (screen.indicator === "plain" && this.#last !== null) return "code";
    return screen.code !== null && screen.code !== this.#last ? this.#coded(screen.code) : "other";
  }

  compared(result) {
    this.confirmed = result;
    this.changed = false;
  }

  /** The call is over: nothing is proved of it any more. */
  clear() {
    this.#turn += 1;
    this.screen = NOTHING;
  }

  #coded(code) {
    this.changed = this.#last !== null;
    this.confirmed = null;
    this.#last = code;
    return "code";
  }
}

function same(one, other) {
  return one.indicator === other.indicator && one.code === other.code && one.because === other.because;
}
