// Task lists: status, progress, reward, and claiming.
import { Trouble, call } from "./api.js";
import { all, day, el, icon, safeLink, say, sentences, toast } from "./dom.js";
import { makeUp } from "./makeup.js";
import { refresh, watch } from "./store.js";

export function start() {
  for (const list of all("[data-tasks]")) watch("tasks", list, show);
}

function show(tasks, list) {
  const codes = list.dataset.tasks.split(" ").filter(Boolean);
  const found = codes.length
    ? codes.map((code) => tasks.find((task) => task.code === code)).filter(Boolean)
    : [...tasks].sort((a, b) => rank(a) - rank(b));
  const shown = found.slice(0, Number(list.dataset.limit) || 6);
  list.replaceChildren(...(shown.length ? shown.map(row) : [el("p", { class: "empty" }, say("no_tasks"))]));
}

const rank = (task) => ["claimable", "open", "locked", "completed"].indexOf(task.status);

function row(task) {
  return el("article", { class: `task task--${task.status}`, data: { block: `task-${task.code}`, track: `task:${task.code}` } },
    el("span", { class: "task__icon" }, icon(task.icon)),
    el("div", {}, el("h4", { class: "task__name" }, task.name), reward(task)),
    action(task), progress(task), makeUp(task), ...notes(task), details(task));
}

// What to know before one tries for it, or claims.
function notes(task) {
  const unmet = task.status !== "completed" || !task.completions;
  return [
    task.paused ? say("paused") : null,
    task.used_up && unmet ? say(`used_up_${task.used_up}`) : null,
    task.held ? held(task.held) : null,
  ].filter(Boolean).map((text) => el("p", { class: "task__note" }, text));
}

function held({ points: n, until }) {
  const points = say("points", { n });
  return until ? say("held_until", { points, date: day(until) }) : say("held", { points });
}

function reward(task) {
  const { points, growth, benefit } = task.reward || {};
  const gains = [
    points ? say("points", { n: points }) : null,
    growth ? say(task.kind === "activity" ? "growth_a_day" : "growth", { n: growth }) : null,
    benefit ? say("reward_benefit") : null,
  ].filter(Boolean);
  return gains.length ? el("span", { class: "task__reward dotted" }, ...gains.map((gain, at) =>
    el("span", points && !at ? {} : { class: "meta" }, !at && (points || growth) ? `+${gain}` : gain))) : null;
}

function action(task) {
  const link = safeLink(task.link);
  if (task.status === "claimable") {
    const button = el("button", { class: "button", type: "button", data: { track: `claim:${task.code}` }, onclick: () => claim(task, button) }, say("claim"));
    return button;
  }
  if (task.status === "completed") return el("span", { class: "task__state task__state--done" }, icon("check"), say("done"));
  if (task.status === "locked") return el("span", { class: "task__state" }, icon("lock"), say("locked"));
  if (link && !task.paused) return el("a", { class: "button button--tonal", href: link, "aria-label": `${say("go")}: ${task.name}`, data: { track: `task-go:${task.code}` } }, say("go"));
  return el("span");
}

function progress(task) {
  const { current, target } = task.progress || {};
  if (!(target > 1) || task.status !== "open") return null;
  const reached = Math.min(Number(current) || 0, target);
  const label = say("progress", { current: reached, target });
  return el("div", { class: "task__progress" },
    el("progress", { class: "bar-progress", max: target, value: reached, "aria-label": label }), el("span", {}, label));
}

// One quiet line under the task: how it works, and where the customer stands, which is asked for when it is opened.
function details(task) {
  const text = task.description || task.how_to;
  const lines = [
    text,
    task.ends ? say("until", { date: day(task.ends) }) : null,
    task.claim_by ? say("claim_by", { date: day(task.claim_by) }) : null,
    ...(task.milestones || []).map(milestone),
    task.lapsed > 0 ? say("lapsed", { n: task.lapsed }) : null,
    task.completions > 0 && task.status !== "completed" ? say("times", { n: task.completions }) : null,
  ].filter(Boolean);
  const place = el("div", { class: "task__why", role: "status" });
  const box = el("details", { class: "task__how", data: { track: `task-how:${task.code}` } },
    el("summary", { "aria-label": `${say("details")}: ${task.name}` }, say("details"), icon("chevron-right")),
    ...lines.map((line) => el("p", {}, line)), place);
  box.addEventListener("toggle", async () => box.open && (await import("./why.js")).tell(task.code, place));
  return box;
}

function milestone({ target, reached, reward: { points, growth } }) {
  const gains = [points ? say("points", { n: points }) : null, growth ? say("growth", { n: growth }) : null].filter(Boolean).join(" · ");
  return say(reached ? "milestone_reached" : "milestone", { target, gains: gains || say("reward_benefit") });
}

async function claim(task, button) {
  // Not "disabled": that would take the focus away from who moves by keyboard.
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = say("claiming");
  try {
    const given = await call(`me/tasks/${encodeURIComponent(task.code)}/claim`, { method: "POST", body: {} });
    toast(outcome(given));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    toast(trouble.wishText);
    button.removeAttribute("aria-disabled");
    button.textContent = trouble.final ? say("claim") : say("retry");
    if (!trouble.final) return;
  }
  await refresh("tasks", "points", "level", "benefits", "entries");
}

// What a claim came to, and all of it: what is given, what still comes, and what was refused, and why.
function outcome({ posted, held, refused, points, reasons = [] }) {
  const given = points && !held ? say("claimed", { points: say("points", { n: points }), n: points })
    : posted || held ? say("claimed_plain") : null;
  return sentences(given, refused && say("refused", { n: refused }), ...reasons.map((reason) => say(`refused_${reason}`)));
}
