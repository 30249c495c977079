// Cmdlet lines as an administrator pastes them; the service reads and runs them.

import { find } from "../common/dom.js";
import { onSubmit } from "./forms.js";

export function prepareConsole(service, change) {
  onSubmit("console-form", async () => {
    const text = find("console-text").value;
    let output = [];
    await change(async () => { ({ output } = await service.send("POST", "/api/console", { text })); }, "The lines were run.");
    find("console-output").textContent = output.map(shown).filter((text) => text !== "").join("\n\n") || "No output.";
    find("console-output").hidden = false;
  });
}

/** What a line put out: its text, or its objects as PowerShell lists them. */
function shown({ text, objects }) {
  return text || objects.map(listed).join("\n\n");
}

function listed(object) {
  const widest = Math.max(...Object.keys(object).map((key) => key.length));
  return Object.entries(object).map(([key, value]) => `${key.padEnd(widest)} : ${value ?? ""}`).join("\n");
}
