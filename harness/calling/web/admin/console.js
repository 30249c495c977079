// Cmdlet lines as an administrator pastes them; the service reads and runs them.

import { find } from "../common/dom.js";
import { onSubmit } from "./forms.js";

export function prepareConsole(service, change) {
  onSubmit("console-form", async () => {
    const text = find("console-text").value;
    let output = [];
    await change(async () => { ({ output } = await service.send("POST", "/api/console", { text })); }, "The lines were run.");
    find("console-output").textContent = output.map((one) => one.text).join("\n\n") || "No output.";
    find("console-output").hidden = false;
  });
}
