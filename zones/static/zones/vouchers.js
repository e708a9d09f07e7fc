// What a redemption gives: a code to show, with its QR.
import { day, el, icon, safeImage, say, toast } from "./dom.js";

export function voucher(redemption) {
  const { id, code, valid_until: until } = redemption;
  const parts = [];
  const qr = safeImage(redemption.qr === undefined ? `/api/v1/me/redemptions/${encodeURIComponent(id)}/qr.svg` : redemption.qr);
  if (code) {
    if (qr) parts.push(el("div", { class: "qr" }, el("img", { src: qr, alt: say("qr_alt"), width: 176, height: 176 })));
    parts.push(el("div", { class: "code" }, el("span", {}, code),
      el("button", { class: "round", type: "button", "aria-label": say("copy"), onclick: () => copy(code) }, icon("copy"))));
  }
  if (until) parts.push(el("p", { class: "fine" }, say("valid_until", { date: day(until) })));
  return parts;
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code);
    toast(say("copied"));
  } catch (_) {
    toast(code);
  }
}
