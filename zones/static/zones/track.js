// What was seen and touched, in batches; no identity in here, the session says whose it is.
import { bearer } from "./api.js";
import { all, uuid } from "./dom.js";

const BEAT = 5;
const AWAY = 120_000; // After so long the server holds a visit for over.
const zone = document.body.dataset.zone;
const seen = new Set();
const today = () => new Date(Date.now()).toDateString();
let view = uuid();
let came = null; // how, where not by loading the page
let began = today();
let left = Date.now();
let queue = [];
let beats = 0;
let watchAgain = () => {};

export function start() {
  if (!zone || document.documentElement.hasAttribute("data-sample")) return;
  document.addEventListener("click", clicked, { capture: true, passive: true });
  document.addEventListener("visibilitychange", turned);
  addEventListener("pagehide", () => flush(true));
  addEventListener("pageshow", (event) => event.persisted && comeBack());
  setInterval(beat, BEAT * 1000);
  if ("IntersectionObserver" in window) watchSections();
}

// A page that stays open is visited anew when its reader comes back to it, or the next day.
function turned() {
  if (document.visibilityState === "hidden") {
    left = Date.now();
    flush();
  } else if (Date.now() - left >= AWAY || today() !== began) comeBack();
}

function comeBack() {
  flush(true);
  view = uuid();
  came = "back";
  began = today();
  left = Date.now();
  beats = 0;
  seen.clear();
  watchAgain();
}

function watchSections() {
  const waiting = new Map();
  const watcher = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting, intersectionRatio, intersectionRect, rootBounds } of changes) {
      // Half of it, or half of the screen where it is taller than that.
      const enough = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height || innerHeight) / 2);
      if (!enough) {
        clearTimeout(waiting.get(target));
        waiting.delete(target);
      } else if (!waiting.has(target)) {
        waiting.set(target, setTimeout(() => {
          watcher.unobserve(target);
          impression(target);
        }, 1000));
      }
    }
  }, { threshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1] });
  let watched = new WeakSet();
  const observe = () => all("[data-block][data-track]").forEach((target) => {
    if (watched.has(target)) return;
    watched.add(target);
    watcher.observe(target);
  });
  watchAgain = () => {
    waiting.forEach(clearTimeout);
    waiting.clear();
    watcher.disconnect();
    watched = new WeakSet();
    observe();
  };
  observe();
  new MutationObserver(observe).observe(document.getElementById("main"), { childList: true, subtree: true });
}

const about = (target) => ({
  stage: target.closest("[data-stage]")?.dataset.stage || "",
  block: target.closest("[data-block]")?.dataset.block || "",
  track: target.dataset.track,
});

function impression(target) {
  const facts = about(target);
  const key = `${facts.block}|${facts.track}`;
  if (seen.has(key)) return;
  seen.add(key);
  add("impression", facts);
}

function clicked(event) {
  const target = event.target.closest?.("[data-track]");
  if (!target) return;
  add("click", about(target));
  if (target.closest("a[href]")) flush();
}

function beat() {
  if (document.visibilityState !== "visible") return;
  if (today() !== began) comeBack();
  beats += 1;
  add("visible_seconds", { seconds: BEAT });
  if (beats === 1 || beats % 3 === 0) flush();
}

function add(kind, facts) {
  queue.push({ kind, at: new Date().toISOString(), ...facts });
  if (queue.length >= 40) flush();
}

function entry() {
  if (came) return came;
  const [navigation] = performance.getEntriesByType?.("navigation") || [];
  if (navigation?.type === "back_forward") return "back";
  if (!document.referrer) return "direct";
  const from = new URL(document.referrer);
  if (from.origin !== location.origin) return "outside";
  return from.pathname.startsWith("/handoff") ? "app" : "site";
}

function flush(final = false) {
  if (!queue.length && !final) return;
  const body = JSON.stringify({ batch: uuid(), view, zone, entry: entry(), sent_at: new Date().toISOString(), final, events: queue });
  queue = [];
  const headers = { "Content-Type": "application/json" };
  if (bearer()) headers.Authorization = `Bearer ${bearer()}`;
  else if (navigator.sendBeacon?.("/api/v1/track", new Blob([body], { type: "application/json" }))) return;
  fetch("/api/v1/track", { method: "POST", body, headers, keepalive: true, credentials: "same-origin" }).catch(() => {});
}
