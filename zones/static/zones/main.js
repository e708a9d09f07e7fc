// Starts what the page holds. Every part works without the others.
import { all, find, notice, say, toast } from "./dom.js";
import * as level from "./level.js";
import * as shelf from "./shelf.js";
import { path, refresh, source } from "./store.js";
import * as tasks from "./tasks.js";
import * as track from "./track.js";

path("level", "me/level");
path("points", "me/points");
path("tasks", "me/tasks");
source("benefits", shelf.load);

level.start();
tasks.start();
shelf.start();
track.start();
if (document.body.dataset.page === "my") import("./my.js").then((my) => my.start());

// Links into the bank's app: its bridge opens them; elsewhere the page says so.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="app://"]');
  if (!link) return;
  const place = link.getAttribute("href").slice("app://".length);
  event.preventDefault();
  if (place.startsWith("settings/text")) return larger();
  if (typeof window.zone?.openNative === "function") window.zone.openNative(place);
  else toast(say("app_only"));
});

// Text size goes round through four steps, up to 30 px.
function larger() {
  const root = document.documentElement;
  root.setAttribute("data-large", "");
  const step = String((Number(root.dataset.scale || 0) % 4) + 1);
  root.dataset.scale = step;
  try { localStorage.setItem("zone.scale", step); } catch (_) { /* kept for this page only */ }
}
for (const button of all("[data-larger]")) button.addEventListener("click", larger);

// A language that is chosen here stays chosen: the customer's own setting, where there is one.
for (const link of all("a[data-language]")) link.addEventListener("click", async (event) => {
  if (!find("[data-points-chip]")) return;
  event.preventDefault();
  const { call } = await import("./api.js");
  await call("me/settings", { method: "PATCH", body: { language: link.dataset.language } }).catch(() => null);
  location.assign(link.href);
});

const online = () => notice(navigator.onLine === false ? say("offline") : "");
addEventListener("online", () => { online(); refresh("level", "points", "tasks", "benefits"); });
addEventListener("offline", online);
online();

// Back from another page or from the background: numbers may have moved.
let left = 0;
addEventListener("pageshow", (event) => event.persisted && refresh("level", "points", "tasks", "benefits", "vouchers", "entries"));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") left = Date.now();
  else if (left && Date.now() - left > 30000) refresh("level", "points", "tasks", "benefits");
});

// The tab of the part of the page that is being read.
const tabs = all("[data-tab]");
const places = tabs.map((tab) => [tab, tab.dataset.tab === "main" ? null : document.getElementById(tab.dataset.tab)]);
function mark() {
  const own = document.body.dataset.page === "my" ? "my" : null;
  let current = own || "main";
  if (!own) for (const [tab, place] of places) if (place && place.getBoundingClientRect().top < innerHeight / 2) current = tab.dataset.tab;
  for (const tab of tabs) if (tab.dataset.tab === current) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current");
}
if (document.body.dataset.zone) for (const [tab, place] of places) if (!place && ["tasks", "rewards"].includes(tab.dataset.tab)) tab.hidden = true;
let asked = false;
addEventListener("scroll", () => {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; mark(); });
}, { passive: true });
mark();
