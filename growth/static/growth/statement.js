// The statement's tools: another month, and the printer.
document.querySelector("[data-statement-month]")?.addEventListener("change", ({ target }) => location.assign(target.value));
for (const button of document.querySelectorAll("[data-statement-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
