// The customer's own page: vouchers, points in and out, settings.
import { Trouble, call } from "./api.js";
import { day, el, find, icon, number, safeImage, safeLink, say, toast } from "./dom.js";
import { open } from "./sheet.js";
import { items } from "./shelf.js";
import { path, refresh, source, watch } from "./store.js";
import { voucher } from "./vouchers.js";

const HELPERS = 5;
const MONTHS = 3;
const OVER = ["used", "cancelled", "expired"];

export function start() {
  source("entries", () => call("me/points/entries"));
  source("vouchers", () => call("me/redemptions"));
  path("me", "me");
  path("badges", "me/badges");
  watch("level", find("[data-privileges]"), showPrivileges);
  watch("level", find("[data-growth]"), showGrowth);
  watch("tasks", find("[data-growth]"), showHelpers);
  watch("badges", find("[data-badges]"), showBadges);
  watch("vouchers", find("[data-vouchers]"), showVouchers);
  watch("points", find("[data-expiries]"), showExpiries);
  watch("entries", find("[data-entries]"), showEntries);
  watch("me", find("[data-settings]"), showSettings);
}

// How long the level is sure, and the open tasks that bring growth value.
const grown = { said: null, helpers: null };

function showGrowth(level, box) {
  const { keep, next, name } = level;
  grown.said = [
    keep && say(keep.needs ? "keep_needs" : "keep_change", { n: keep.needs, date: day(keep.by), level: name }),
    !keep && say("keep_sure", { level: name }),
    next && say("to_next_plain", { n: next.needs, level: next.name }),
  ].filter(Boolean);
  return drawGrowth(box);
}

function showHelpers(tasks, box) {
  grown.helpers = tasks.filter((task) => task.reward?.growth > 0 && !task.paused && !task.used_up && ["open", "claimable"].includes(task.status)).slice(0, HELPERS);
  return drawGrowth(box);
}

function drawGrowth(box) {
  const { said, helpers } = grown;
  if (said?.length) {
    box.replaceChildren(
      ...said.map((line) => el("p", { class: "growth__line" }, icon("calendar-check"), el("span", {}, line))),
      helpers?.length ? el("h3", {}, say("helpers")) : "",
      helpers?.length ? el("ul", { class: "growth__tasks" }, ...helpers.map(helper)) : "");
  }
  return Boolean(said && helpers);
}

function helper(task) {
  const gained = say(task.kind === "activity" ? "growth_a_day" : "growth", { n: task.reward.growth });
  const link = safeLink(task.link);
  const name = link ? el("a", { href: link, data: { track: `growth:${task.code}` } }, task.name) : el("span", {}, task.name);
  return el("li", {}, icon(task.icon), name, el("span", { class: "meta" }, `+${gained}`), link ? icon("chevron-right") : null);
}

function showBadges(badges, box) {
  box.replaceChildren(...badges.map(({ image, name, description, granted_at: at }) => el("figure", { class: "badge" },
    el("img", { src: safeImage(image.src), srcset: image.srcset, width: 72, height: 72, alt: "", loading: "lazy" }),
    el("figcaption", {}, el("strong", {}, name), el("span", { class: "meta" }, description || say("since", { date: day(at) }))))));
  box.closest("section").hidden = !badges.length;
}

// What the level brings, and what the next one would.
function showPrivileges(level, box) {
  const { next } = level;
  const groups = [
    privileges("check", say("privileges_have", { level: level.name }), level.privileges),
    next && privileges("lock", say("privileges_next", { level: next.name }), next.privileges),
  ].filter(Boolean);
  box.replaceChildren(...groups);
  box.closest("section").hidden = !groups.length;
}

const privileges = (sign, title, lines) => (lines?.length
  ? el("div", { class: `privileges privileges--${sign}` }, el("h3", {}, title),
    el("ul", {}, ...lines.map((line) => el("li", {}, icon(sign), el("span", {}, line)))))
  : null);

// By month, as each day of a year may have its own; the first of all is on the card.
function showExpiries({ expiring }, box) {
  const months = {};
  for (const lot of expiring) (months[lot.on.slice(0, 7)] ||= []).push(lot);
  const rows = Object.values(months).map(expiry);
  const more = rows.splice(MONTHS);
  box.replaceChildren(...rows, more.length ? el("details", {}, el("summary", { class: "button button--quiet button--wide" }, say("more")), ...more) : "");
  box.closest("section").hidden = expiring.length < 2;
}

function expiry(lots) {
  return el("div", { class: "entry" }, el("span", {}, day(lots[0].on, lots[lots.length - 1].on)),
    el("span", { class: "entry__points" }, number(lots.reduce((sum, lot) => sum + lot.points, 0))));
}

const title = (redemption) => redemption.name || redemption.benefit?.name || redemption.benefit || "";
const status = (redemption) => say(`status_${redemption.status}`) || redemption.status;

function showVouchers(page, box) {
  const found = items(page);
  box.replaceChildren(...(found.length
    ? [el("div", { class: "vouchers" }, ...found.map(voucherRow))]
    : [el("p", { class: "empty panel" }, say("no_vouchers"))]));
  if (page?.next) box.append(moreButton(page.next, (next) => showVouchers({ ...next, results: [...found, ...items(next)] }, box)));
}

function voucherRow(redemption) {
  const over = OVER.includes(redemption.status);
  return el("article", { class: `voucher${over ? " voucher--over" : ""}`, data: { block: "voucher", track: "voucher" } },
    el("div", {}, el("strong", {}, title(redemption)),
      facts(status(redemption), !over && redemption.valid_until ? say("valid_until", { date: day(redemption.valid_until) }) : null)),
    over ? null : el("button", { class: "button button--tonal", type: "button", data: { track: "voucher:show" }, onclick: () => details(redemption) }, say(redemption.code ? "show_code" : "details")));
}

// Each fact keeps its words together; a line breaks between two.
const facts = (...texts) => el("span", { class: "meta dotted" }, ...texts.filter(Boolean).map((text) => el("span", {}, text)));

async function details(redemption) {
  let full = redemption;
  try {
    full = { ...redemption, ...(await call(`me/redemptions/${encodeURIComponent(redemption.id)}`)) };
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    if (!redemption.code) return toast(trouble.text);
  }
  const cancellable = full.can_cancel;
  const line = el("p", { class: "fine", role: "status" }, status(full));
  const sure = el("button", { class: "button button--wide", type: "button", hidden: true, data: { track: "voucher:cancel" }, onclick: () => giveBack(full, line, sure) }, say("give_back"));
  const ask = el("button", { class: "button button--quiet button--wide", type: "button", onclick: () => {
    line.textContent = say("give_back_sure", { points: say("points", { n: full.points || 0 }) });
    ask.hidden = true;
    sure.hidden = false;
  } }, say("give_back"));
  open(title(full), ...voucher(full), line, cancellable ? ask : null, cancellable ? sure : null);
}

async function giveBack(redemption, line, button) {
  button.disabled = true;
  try {
    await call(`me/redemptions/${encodeURIComponent(redemption.id)}/cancel`, { method: "POST", body: {} });
    open(title(redemption), el("p", { class: "sheet__done" }, icon("check"), say("given_back")));
    await refresh("vouchers", "points", "entries");
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    line.textContent = trouble.text;
    button.disabled = false;
  }
}

function showEntries(page, box) {
  const found = items(page);
  if (!found.length) return box.replaceChildren(el("p", { class: "empty" }, say("no_entries")));
  box.replaceChildren(...found.map(entry));
  if (page.next) box.append(moreButton(page.next, (next) => showEntries({ ...next, results: [...found, ...items(next)] }, box)));
}

const BY_THE_BANK = ["grant", "deduct", "expire"]; // What they are for is their kind.

function entry(row) {
  const gained = row.points > 0;
  const repaid = row.kind === "reverse" && row.reason === "repaid";
  const kind = say(repaid ? "kind_repaid" : `kind_${row.kind}`);
  const what = repaid || BY_THE_BANK.includes(row.kind) ? null : row.title || row.reason;
  const on = (row.kind === "earn" && row.source?.day) || row.at; // Earned that day, posted perhaps later.
  return el("div", { class: "entry" },
    el("span", {}, el("span", {}, what || kind), facts(what && kind, day(on))),
    el("span", { class: `entry__points${gained ? " entry__points--in" : ""}` }, `${gained ? "+" : "−"}${number(Math.abs(row.points))}`));
}

function moreButton(next, show) {
  const button = el("button", { class: "button button--quiet button--wide", type: "button", onclick: async () => {
    button.disabled = true;
    const address = new URL(next, location.href);
    try {
      show(await call(address.pathname + address.search));
    } catch (trouble) {
      button.disabled = false;
      toast(trouble.text || say("error"));
    }
  } }, say("more"));
  return button;
}

function showSettings(me, form) {
  const { personalised, large_text: large, language } = me.settings;
  const fields = form.elements;
  fields.personalised.checked = personalised;
  if (fields.large_text) fields.large_text.checked = large;
  fields.language.value = language || "";
  for (const field of fields) field.disabled = false;
  form.onsubmit = (event) => event.preventDefault();
  form.onchange = async ({ target }) => {
    const value = target.type === "checkbox" ? target.checked : target.value;
    target.disabled = true;
    try {
      await call("me/settings", { method: "PATCH", body: { [target.name]: value } });
      if (target.name === "personalised") toast(say("saved"));
      else location.replace("/my/#settings"), location.reload();
    } catch (trouble) {
      toast(trouble.text || say("error"));
      if (target.type === "checkbox") target.checked = !value;
    }
    target.disabled = false;
  };
}
