// Who is signed in, in this tab only. The token is forgotten with the tab.

const KEY = "session";

/** `{token, expires, user, display, administrator, device}`, or null when nobody is, or no longer. */
export function load() {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY));
    return session !== null && session.expires * 1000 > Date.now() ? session : null;
  } catch {
    return null;
  }
}

export function save(session) {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

export function forget() {
  sessionStorage.removeItem(KEY);
}
