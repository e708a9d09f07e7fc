// Example numbers for the editors' preview. Customers never load this file.
import { say } from "../dom.js";

const zh = document.documentElement.lang.startsWith("zh");
const name = (en, cn) => (zh ? cn : en);
const names = JSON.parse(document.body.dataset.sampleNames || "{}");
const codes = (attribute) => [...document.querySelectorAll(`[${attribute}]`)].flatMap((box) => box.getAttribute(attribute).split(" ").filter(Boolean));

const answers = {
  "me/level": () => ({ code: "silver", name: name("Silver", "银级"), growth_value: 260, next: { code: "gold", name: name("Gold", "金级"), needs: 140 } }),
  "me/points": () => ({ available: 1280, pending: 0, expiring: [] }),
  "me/notices": () => [],
  "me/tasks": () => (codes("data-tasks").length ? codes("data-tasks") : ["task"]).map((code, at) => ({
    code, name: names[code] || code, status: ["claimable", "open", "completed", "locked"][at % 4], progress: { current: 2, target: 5 }, reward: { points: 50 }, completions: 0,
  })),
  benefits: () => (codes("data-shelf").length ? codes("data-shelf") : ["benefit"]).map((code, at) => ({
    code, name: names[code] || code, price: 300 + 100 * at, can_redeem: at % 2 === 0, why_not: "insufficient_points",
  })),
};

export function answer(path) {
  if (path.endsWith("/claim")) return { posted: 1, held: 0, refused: 0, points: 50 };
  const make = answers[path.split("?")[0]];
  return make ? make() : { results: [], settings: { personalised: true, large_text: false, language: "" }, code: say("code") };
}
