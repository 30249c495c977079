// Requests to the calling service (docs/calling-service.md, "REST").

/** What the service refused: `reason` is a word, `detail` a sentence for a person, `status` the HTTP status or 0. */
export class Refused extends Error {
  constructor(reason, detail, status = 0) {
    super(detail);
    this.reason = reason;
    this.detail = detail;
    this.status = status;
  }
}

export class Service {
  /** `lost` is called when the token is no longer valid. */
  constructor(token, lost) {
    this.token = token;
    this.lost = lost;
  }

  get(path) {
    return this.#json("GET", path);
  }

  send(method, path, body) {
    return this.#json(method, path, JSON.stringify(body), "application/json");
  }

  remove(path) {
    return this.#json("DELETE", path);
  }

  upload(path, blob) {
    return this.#json("POST", path, blob, "application/octet-stream");
  }

  /** The bytes of a file as a Blob. */
  async download(path) {
    return (await this.#request("GET", path)).blob();
  }

  async #json(...request) {
    return (await this.#request(...request)).json();
  }

  async #request(method, path, body, type) {
    const headers = { ...(type && { "Content-Type": type }), ...(this.token && { Authorization: `Bearer ${this.token}` }) };
    const answer = await reach(path, { method, headers, body, credentials: "omit", cache: "no-store" });
    if (answer.ok) return answer;
    const error = await refusal(answer);
    if (answer.status === 401 && this.token) this.lost(error);
    throw error;
  }
}

/** A path of words that may hold any character. */
export function path(...words) {
  return `/api/${words.map(encodeURIComponent).join("/")}`;
}

async function reach(where, request) {
  try {
    return await fetch(where, request);
  } catch {
    throw new Refused("unreachable", "The calling service cannot be reached.");
  }
}

async function refusal(answer) {
  try {
    const { reason, detail } = await answer.json();
    return new Refused(String(reason), String(detail), answer.status);
  } catch {
    return new Refused("unclear", `The calling service answered with status ${answer.status} and no reason.`, answer.status);
  }
}
