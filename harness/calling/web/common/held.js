// A button whose work is being done does nothing meanwhile. It is not disabled: that would take the focus from it.

const HELD = "aria-disabled";

/** Whether the button is free; from now on it is not. */
export function hold(button) {
  if (button.hasAttribute(HELD)) return false;
  button.setAttribute(HELD, "true");
  return true;
}

export function letGo(button) {
  button.removeAttribute(HELD);
}
