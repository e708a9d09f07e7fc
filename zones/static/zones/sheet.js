// The one dialog: a sheet that slides over the page.
import { el, find, icon, say } from "./dom.js";
import { back } from "./store.js";

const sheet = find("[data-sheet]");
let opener = null;

export function open(title, ...content) {
  const inner = find("[data-sheet-in]", sheet);
  inner.replaceChildren(
    el("div", { class: "sheet__top" }, el("h2", { id: "sheet-title" }, title),
      el("button", { class: "round", type: "button", "aria-label": say("close"), onclick: close }, icon("x"))),
    ...content.filter(Boolean));
  if (sheet.open) return find("button", inner).focus();
  opener = document.activeElement?.closest("[data-block]")?.dataset.block;
  if (sheet.showModal) sheet.showModal();
  else sheet.setAttribute("open", "");
}

export function close() {
  if (sheet.close) sheet.close();
  else sheet.removeAttribute("open");
}

// The browser gives the focus back to what opened it, unless that was drawn anew meanwhile.
sheet?.addEventListener("close", () => {
  const now = document.activeElement;
  if (opener && (now === document.body || sheet.contains(now))) back(opener);
});

sheet?.addEventListener("click", (event) => {
  if (event.target === sheet) close();
});
