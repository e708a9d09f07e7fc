// The customer's API: ten seconds, one problem class, one quiet renewal of the session.
import { has, say } from "./dom.js";

const BASE = "/api/v1/";
const PATIENCE = 10000;
let token = null; // Only where the app cannot keep cookies; in memory and nowhere else.

export const bearer = () => token;

export class Trouble extends Error {
  constructor(code, problem = {}) {
    super(code);
    this.code = code;
    this.problem = problem;
  }
  // Whether the server has decided: if not, the same key must be used again.
  get final() {
    return Boolean(this.problem.status) && this.problem.status < 500 && ![401, 409, 429].includes(this.problem.status)
      || (this.problem.status === 409 && this.code !== "in_progress");
  }
  get text() {
    if (["slow", "offline", "session_over"].includes(this.code)) return say(this.code);
    return has(`error_${this.code}`) ? say(`error_${this.code}`) : say("error");
  }
  // Of a wish whose fate is not known: however often it is sent, the server grants it once.
  get wishText() {
    if (this.final || ["session_over", "rate_limited"].includes(this.code)) return this.text;
    return say(this.code === "offline" ? "wish_offline" : "wish_unsure");
  }
}

export async function call(path, options = {}) {
  if (document.documentElement.hasAttribute("data-sample")) return (await import("./preview/sample.js")).answer(path);
  const answer = await attempt(path, options);
  if (answer.status !== 401) return read(answer);
  const renewed = await renew();
  if (!renewed) throw new Trouble("session_over");
  const again = await attempt(path, options);
  if (again.status === 401) throw new Trouble("session_over");
  return read(again);
}

async function attempt(path, { method = "GET", body, key } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (token) headers.Authorization = `Bearer ${token}`;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const address = path.startsWith("/") ? path : BASE + path;
    return await fetch(address, {
      method, headers, signal: stop.signal, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (_) {
    throw new Trouble(navigator.onLine === false ? "offline" : "slow");
  } finally {
    clearTimeout(timer);
  }
}

async function read(answer) {
  if (answer.status === 204) return null;
  let data = {};
  try {
    data = await answer.json();
  } catch (_) {
    if (answer.ok) throw new Trouble("error");
  }
  if (answer.ok) return data;
  throw new Trouble(data.code || "error", { ...data, status: answer.status });
}

// The bank's app may offer window.zone.reauth(): it opens a new session, or hands over a token.
async function renew() {
  const bridge = window.zone?.reauth;
  if (typeof bridge !== "function") return false;
  try {
    const given = await bridge.call(window.zone);
    if (typeof given === "string") token = given;
    return given !== false;
  } catch (_) {
    return false;
  }
}
