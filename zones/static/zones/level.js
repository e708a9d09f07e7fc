// Level, progress and points: on the card, in the header, and on the customer's own page.
import { call } from "./api.js";
import { all, day, el, find, icon, number, safeImage, say } from "./dom.js";
import { path, watch } from "./store.js";

const SOON = 30 * 86400000;
const told = { kinds: new Set(), points: null };

export function start() {
  for (const card of all("[data-level]")) watch("level", card, showLevel);
  for (const place of all("[data-points]")) watch("points", place, showAvailable);
  const places = all("[data-notices]");
  if (places.length) path("notices", "me/notices");
  for (const place of places) watch("notices", place, showNotices);
  if (document.body.dataset.page !== "my") return;
  watch("points", find("[data-expiring]"), showExpiring);
  watch("points", find("[data-withheld]"), showWithheld);
}

function showAvailable(points, place) {
  place.classList.remove("skeleton", "skeleton--chip");
  place.textContent = number(points.available);
}

function showLevel(level, card) {
  find("[data-level-name]", card).textContent = level.name || "–";
  showBadge(level.badge, find("[data-level-badge]", card));
  const bar = find("[data-level-progress]", card);
  const line = find("[data-level-next]", card);
  if (!level.next) {
    bar.value = 100;
    line.textContent = say("top_level");
    return;
  }
  const { needs, name } = level.next;
  bar.value = Math.round((100 * level.growth_value) / Math.max(1, level.growth_value + needs));
  line.replaceChildren(say("to_next", { n: needs, level: name }));
  // What ends soon is said by a notice.
  if (level.keeps_until && new Date(level.keeps_until) - Date.now() > SOON) line.append(el("br"), say("keeps_until", { date: day(level.keeps_until) }));
}

function showBadge(badge, image) {
  const src = safeImage(badge?.src);
  image.hidden = !src;
  if (src) Object.assign(image, { src, srcset: badge.srcset });
}

// In good time before a level or points end: what stays until when, and what to do.
function showNotices(notices, box) {
  box.replaceChildren(...notices.map(({ title, text }) => line("calendar-check", title, text)));
  box.hidden = !notices.length;
  told.kinds = new Set(notices.map((one) => one.kind));
  if (told.points) for (const line of all("[data-expiring]")) showExpiring(told.points, line);
  const ids = notices.filter((one) => !one.seen).map((one) => one.id);
  if (ids.length) call("me/notices/seen", { method: "POST", body: { ids } }).catch(() => {});
}

const line = (sign, title, text) => el("p", { class: "level__notice" }, icon(sign),
  el("span", {}, el("strong", {}, title), el("span", {}, text)));

// Why there is less to spend than there is, or nothing.
function showWithheld(points, box) {
  const parts = [["owed", points.owed], ["withheld", points.held]].filter(([, n]) => n);
  box.replaceChildren(...parts.map(([what, n]) => line("lock", say(what, { n, points: say("points", { n }) }), say(`${what}_why`))));
  box.hidden = !parts.length;
}

function showExpiring(points, line) {
  told.points = points;
  const [first] = told.kinds.has("points_expiring") ? [] : points.expiring || [];
  const texts = [];
  if (first) texts.push(say("expiring", { n: first.points, points: say("points", { n: first.points }), date: day(first.on) }));
  if (points.pending) texts.push(say("pending", { points: say("points", { n: points.pending }) }));
  line.replaceChildren(...(texts.length ? texts : [say("nothing_expires")]).map((text) => el("span", {}, text)));
  line.hidden = !texts.length && (!points.available || told.kinds.has("points_expiring"));
}
