// The shelf of benefits: what points buy, why not yet, and redeeming.
import { Trouble, call } from "./api.js";
import { all, el, has, icon, number, safeImage, say, uuid } from "./dom.js";
import { close, open } from "./sheet.js";
import { peek, refresh, watch } from "./store.js";
import { voucher } from "./vouchers.js";

export const items = (page) => (Array.isArray(page) ? page : page?.results || page?.items || []);

export function start() {
  for (const shelf of all("[data-shelf]")) watch("benefits", shelf, show);
}

// Every page of the catalogue, up to what a shelf can need.
export async function load() {
  const found = [];
  let address = "benefits?page_size=100";
  for (let pages = 0; address && pages < 5; pages += 1) {
    const page = await call(address);
    found.push(...items(page));
    const next = page?.next ? new URL(page.next, location.href) : null;
    address = next ? next.pathname + next.search : null;
  }
  const points = await peek("points").catch(() => null);
  if (points) for (const one of found) if (one.price > points.available) one.short_by = one.price - points.available;
  return found;
}

function show(benefits, shelf) {
  const codes = shelf.dataset.shelf.split(" ").filter(Boolean);
  const found = codes.length ? codes.map((code) => benefits.find((one) => one.code === code)).filter(Boolean) : benefits;
  const limit = Number(shelf.dataset.limit) || 6;
  const shown = shelf.dataset.whole ? found : found.slice(0, limit);
  shelf.replaceChildren(...(shown.length ? shown.map(card) : [el("p", { class: "empty panel" }, say("no_benefits"))]));
  if (found.length > shown.length) {
    const more = el("button", { class: "button button--tonal", type: "button", onclick: () => {
      shelf.dataset.whole = "1";
      show(benefits, shelf);
    } }, say("more"));
    shelf.append(more);
  }
}

const address = (image) => safeImage(typeof image === "string" ? image : image?.url);
const price = (benefit) => (benefit.price ? say("points", { n: benefit.price }) : say("free"));
const merchant = (benefit) => (typeof benefit.merchant === "string" ? benefit.merchant : benefit.merchant?.name);
const art = (benefit) => address(benefit.picture || benefit.image);

function why(benefit) {
  if (benefit.can_redeem) return null;
  const code = benefit.why_not?.code || benefit.why_not || "not_on_sale";
  if (code === "insufficient_points") return benefit.short_by ? say("why_insufficient_points", { n: benefit.short_by }) : say("why_insufficient_points_plain");
  return has(`why_${code}`) ? say(`why_${code}`) : say("why_not_on_sale");
}

function card(benefit) {
  const image = art(benefit);
  return el("button", { class: `benefit${benefit.can_redeem ? "" : " benefit--no"}`, type: "button",
    data: { block: `benefit-${benefit.code}`, track: `benefit:${benefit.code}` }, onclick: () => details(benefit) },
    el("span", { class: "benefit__art" }, image ? el("img", { src: image, alt: "", loading: "lazy", width: 360, height: 270 }) : icon("gift")),
    el("span", { class: "benefit__text" },
      el("span", { class: "benefit__name" }, benefit.name),
      merchant(benefit) ? el("span", { class: "meta" }, merchant(benefit)) : null,
      el("span", { class: "benefit__price" }, icon("coins"), benefit.price ? number(benefit.price) : say("free"),
        benefit.price ? el("span", { class: "visually-hidden" }, price(benefit)) : null),
      why(benefit) ? el("span", { class: "benefit__why" }, why(benefit)) : null));
}

async function details(benefit) {
  const image = art(benefit);
  const button = el("button", { class: "button button--wide", type: "button", disabled: !benefit.can_redeem,
    data: { track: `redeem:${benefit.code}` }, onclick: () => redeem(benefit, button, line) }, say("redeem"));
  const line = el("p", { class: "sheet__price", role: "status" }, why(benefit) || (benefit.price ? price(benefit) : say("confirm_free")));
  open(benefit.name,
    image ? el("div", { class: "sheet__art" }, el("img", { src: image, alt: "" })) : null,
    merchant(benefit) ? el("p", { class: "meta" }, merchant(benefit)) : null,
    benefit.description ? el("p", {}, benefit.description) : null,
    benefit.terms ? el("p", { class: "fine" }, benefit.terms) : null,
    line, button, el("button", { class: "button button--quiet button--wide", type: "button", onclick: close }, say("cancel")));
  if (benefit.can_redeem && benefit.price) {
    const points = await call("me/points").catch(() => null);
    if (points && !button.disabled) line.textContent = say("confirm_price", { points: price(benefit), balance: say("points", { n: points.available }) });
  }
}

// One key for one wish: it outlives a time-out, a reload and a renewed session.
const keyName = (benefit) => `redeem:${benefit.code}:${benefit.price}`;
const keys = {}; // Also here, for browsers that store nothing.
const keep = (benefit) => {
  const name = keyName(benefit);
  try {
    keys[name] ||= sessionStorage.getItem(name) || uuid();
    sessionStorage.setItem(name, keys[name]);
  } catch (_) {
    keys[name] ||= uuid();
  }
  return keys[name];
};
const forget = (benefit) => {
  delete keys[keyName(benefit)];
  try { sessionStorage.removeItem(keyName(benefit)); } catch (_) { /* nothing was kept */ }
};

async function redeem(benefit, button, line) {
  button.disabled = true;
  button.textContent = say("redeeming");
  try {
    const made = await call(`benefits/${encodeURIComponent(benefit.code)}/redemptions`,
      { method: "POST", key: keep(benefit), body: { expected_points: benefit.price } });
    forget(benefit);
    open(benefit.name, el("p", { class: "sheet__done" }, icon("check"), say("redeemed")), ...voucher(made),
      el("a", { class: "button button--tonal button--wide", href: "/my/#vouchers", data: { track: "redeemed:vouchers" } }, say("show_voucher")));
    await refresh("points", "benefits", "vouchers", "entries");
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    line.textContent = trouble.wishText;
    if (trouble.final) {
      forget(benefit);
      button.hidden = true;
      await refresh("points", "benefits");
    } else {
      button.disabled = trouble.code === "session_over";
      button.textContent = say("retry");
    }
  }
}
