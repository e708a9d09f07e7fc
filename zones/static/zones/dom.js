// Elements, words and numbers. Text is only ever set as text, so data cannot become markup.
const root = document.documentElement;
const language = root.lang || "en";
const words = JSON.parse(document.getElementById("zone-words")?.dataset.words || "{}");
const icons = document.getElementById("zone-icons");
const plural = new Intl.PluralRules(language);
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });

export const find = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

export function icon(name, fallback = "sparkles") {
  const known = (key) => icons?.content.querySelector(`[data-icon="${CSS.escape(key || "-")}"]`);
  const found = known(name) || known(fallback);
  return found ? found.cloneNode(true) : "";
}

export const has = (key) => key in words;
export const number = (value) => whole.format(value ?? 0);

// say("points", {n: 5}): the phrase, in the singular where it has one and the number asks for it.
export function say(key, values = {}) {
  const singular = "n" in values && plural.select(Number(values.n)) === "one" ? words[`${key}_one`] : null;
  const phrase = singular || words[key] || "";
  return phrase.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : values[name] ?? "");
}

// Sentences after one another; Chinese puts no space between them.
export const sentences = (...said) => said.filter(Boolean).join(language.startsWith("zh") ? "" : " ");

// A day, or the days from one to another.
export function day(iso, until = iso) {
  const [date, last] = [iso, until].map((one) => new Date(one.length === 10 ? `${one}T12:00:00` : one));
  const options = { month: "long", day: "numeric" };
  if (date.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
  return new Intl.DateTimeFormat(language, options).formatRange(date, last);
}

export function toast(text) {
  const box = find("[data-toast]");
  if (!box || !text) return;
  box.textContent = text;
  box.dataset.shown = "";
  clearTimeout(toast.timer);
  // Long enough to be read.
  toast.timer = setTimeout(() => delete box.dataset.shown, Math.max(4000, 60 * text.length));
}

export function notice(text) {
  const box = find("[data-notice]");
  if (!box) return;
  box.textContent = text || "";
  box.hidden = !text;
}

// Only this site's paths, this page's places, the app and https may be opened from data.
export const safeLink = (link) => (/^(\/(?![/\\])|#|app:\/\/|https:\/\/|tel:)/.test(link || "") ? link : null);
export const safeImage = (link) => (/^(\/(?![/\\])|https:\/\/)/.test(link || "") ? link : null);

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
