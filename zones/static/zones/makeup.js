// A missed day of a streak, made up for: offered in the task, asked before points are spent.
import { Trouble, call } from "./api.js";
import { day, el, icon, say, toast } from "./dom.js";
import { close, open } from "./sheet.js";
import { refresh } from "./store.js";

const price = (task) => (task.make_up.points ? say("points", { n: task.make_up.points }) : say("free"));

export function makeUp(task) {
  const missed = task.make_up?.days?.[0];
  if (!missed) return null;
  return el("p", { class: "task__missed" }, icon("calendar-check"),
    el("span", {}, say("missed", { date: day(missed) })),
    el("button", { class: "button button--quiet", type: "button", data: { track: `make-up:${task.code}` },
      onclick: () => ask(task, missed) }, say("make_up", { points: price(task) })));
}

async function ask(task, missed) {
  const line = el("p", { class: "sheet__price", role: "status" },
    task.make_up.points ? say("make_up_price", { date: day(missed), points: price(task) }) : say("make_up_free", { date: day(missed) }));
  const button = el("button", { class: "button button--wide", type: "button", data: { track: `make-up-yes:${task.code}` },
    onclick: () => send(task, missed, button, line) }, say("make_up_yes"));
  open(task.name, line, button,
    el("button", { class: "button button--quiet button--wide", type: "button", onclick: close }, say("cancel")));
  if (!task.make_up.points) return;
  const points = await call("me/points").catch(() => null);
  if (points && button.getAttribute("aria-disabled") !== "true") {
    line.textContent = say("make_up_price_of", { date: day(missed), points: price(task), balance: say("points", { n: points.available }) });
  }
}

// The day itself is the key: however often this is sent, the points are taken once.
async function send(task, missed, button, line) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = say("claiming");
  try {
    await call(`me/tasks/${encodeURIComponent(task.code)}/make-ups`, { method: "POST", body: { day: missed } });
    close();
    toast(say("made_up", { date: day(missed) }));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    line.textContent = trouble.code === "limit_reached" ? say("make_up_limit") : trouble.wishText;
    button.removeAttribute("aria-disabled");
    button.textContent = say("retry");
    button.hidden = trouble.final;
    if (!trouble.final) return;
  }
  await refresh("tasks", "points", "level", "benefits", "entries");
}
