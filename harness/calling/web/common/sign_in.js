// The form that both pages begin with.

import { find } from "./dom.js";
import { hold, letGo } from "./held.js";
import { Service } from "./service.js";
import { load, save } from "./session.js";

/** `{session, asked}`: who is signed in, from this tab's memory or `asked` by the form. `device` reads the device of the form. */
export async function signedIn(device) {
  const known = load();
  if (known !== null) return { session: known, asked: false };
  const form = find("sign-in");
  form.hidden = false;
  find("user").focus();
  const session = await new Promise((resolve) => {
    form.addEventListener("submit", (event) => submit(event, device, resolve));
  });
  form.hidden = true;
  return { session, asked: true };
}

async function submit(event, device, resolve) {
  event.preventDefault();
  const [user, password, problem, button] = ["user", "password", "sign-in-problem", "sign-in-button"].map(find);
  if (!hold(button)) return;
  try {
    const chosen = device();
    const body = { user: user.value.trim(), password: password.value, device: chosen };
    const session = { ...(await new Service(null, () => {}).send("POST", "/api/sign-in", body)), device: chosen };
    password.value = "";
    problem.textContent = "";
    save(session);
    resolve(session);
  } catch (error) {
    problem.textContent = error.message;
    password.select();
  } finally {
    letGo(button);
  }
}
