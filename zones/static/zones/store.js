// What the page knows of the customer: fetched once, shown in every place that watches it.
import { Trouble, call } from "./api.js";
import { el, icon, notice, say } from "./dom.js";

const sources = {};
const watchers = {};
const known = {};
const broken = new Set();

export function source(name, load) {
  sources[name] = load;
}

export function path(name, address) {
  source(name, () => call(address));
}

export const peek = (name) => (known[name] ||= sources[name]());

// Calls render(data, box) now and after each refresh; shows what went wrong in the box, with a way to try again.
// One that waits for more than one source is busy until its render no longer says false; one that is quiet stays as it is.
export function watch(name, box, render) {
  (watchers[name] ||= []).push({ box, render });
  peek(name);
  return show(name, { box, render });
}

export function refresh(...names) {
  return Promise.all(names.filter((name) => watchers[name]).map((name) => {
    known[name] = sources[name]();
    return Promise.all(watchers[name].map((watcher) => show(name, watcher)));
  }));
}

async function show(name, { box, render }) {
  const asked = known[name];
  try {
    const data = await asked;
    if (asked !== known[name]) return;
    broken.delete(name);
    const held = box.contains(document.activeElement) && document.activeElement.closest("[data-block]").dataset.block;
    const complete = render(data, box) !== false;
    if (held) back(held);
    if (complete) box.removeAttribute("aria-busy");
  } catch (trouble) {
    if (asked !== known[name]) return;
    if (trouble.code === "session_over") return over(box);
    if (!(trouble instanceof Trouble)) throw trouble;
    broken.add(name);
    if (box.hasAttribute("aria-busy") && !box.hasAttribute("data-quiet")) box.replaceChildren(failed(trouble));
  }
}

// Who moves by keyboard stays at the same place when it is drawn again.
export function back(block) {
  const place = document.querySelector(`[data-block="${CSS.escape(block)}"]`);
  if (!place || place.contains(document.activeElement)) return;
  if (place.tabIndex < 0) place.setAttribute("tabindex", "-1");
  place.focus({ preventScroll: true });
}

function failed(trouble) {
  return el("div", { class: "trouble" }, el("p", {}, trouble.text),
    el("button", { class: "button button--tonal", type: "button", onclick: () => refresh(...broken) }, icon("refresh-cw"), say("retry")));
}

function over(box) {
  notice(say("session_over"));
  for (const waiting of box.querySelectorAll(".skeleton")) waiting.remove();
}
