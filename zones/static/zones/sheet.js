// The one dialog: a sheet that slides over the page.
import { el, find, icon, say } from "./dom.js";

const sheet = find("[data-sheet]");

export function open(title, ...content) {
  const inner = find("[data-sheet-in]", sheet);
  inner.replaceChildren(
    el("div", { class: "sheet__top" }, el("h2", { id: "sheet-title" }, title),
      el("button", { class: "round", type: "button", "aria-label": say("close"), onclick: close }, icon("x"))),
    ...content.filter(Boolean));
  if (sheet.open) return;
  if (sheet.showModal) sheet.showModal();
  else sheet.setAttribute("open", "");
}

export function close() {
  if (sheet.close) sheet.close();
  else sheet.removeAttribute("open");
}

sheet?.addEventListener("click", (event) => {
  if (event.target === sheet) close();
});
