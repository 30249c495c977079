// Elements out of data. Data becomes text or an attribute and never markup: innerHTML is not used anywhere.

/** The element of the page with this id; an Error names the one that is missing. */
export function find(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}

/** `el("p", { class: "hint" }, "text", child)`. Functions are listeners (`click`), true and false set or leave out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** A name that somebody chose, isolated: characters that turn the direction of writing end with it. */
export function name(text) {
  return el("bdi", {}, text);
}

/** An icon of icons.svg. What it means must be said beside it. */
export function icon(id) {
  const namespace = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(namespace, "svg");
  const use = document.createElementNS(namespace, "use");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `/web/common/icons.svg#${id}`);
  made.append(use);
  return made;
}

/** Everything inside `parent` becomes `children`. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children);
}

/** These become the children of `parent`. One that is a child already stays where it is: with the focus, with a press that has begun, unread to who listens. */
export function arrange(parent, elements) {
  const wanted = new Set(elements);
  for (const one of [...parent.children]) if (!wanted.has(one)) one.remove();
  elements.forEach((one, place) => {
    if (parent.children[place] !== one) parent.insertBefore(one, parent.children[place] ?? null);
  });
}

/** Show these elements of a map, by key, and hide the others. */
export function showOnly(elements, ...keys) {
  for (const [key, element] of Object.entries(elements)) element.hidden = !keys.includes(key);
}
