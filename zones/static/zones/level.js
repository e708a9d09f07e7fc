// Level, progress and points: on the card, in the header, and on the customer's own page.
import { all, day, el, find, number, say } from "./dom.js";
import { watch } from "./store.js";

export function start() {
  for (const card of all("[data-level]")) {
    card.setAttribute("data-quiet", "");
    watch("level", card, showLevel);
  }
  for (const place of all("[data-points]")) {
    place.setAttribute("data-quiet", "");
    watch("points", place, (points) => {
      place.classList.remove("skeleton", "skeleton--chip");
      place.textContent = number(points.available);
    });
  }
  if (document.body.dataset.page === "my") for (const line of all("[data-expiring]")) {
    line.setAttribute("data-quiet", "");
    watch("points", line, showExpiring);
  }
}

function showLevel(level, card) {
  find("[data-level-name]", card).textContent = level.name || "–";
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
  if (level.keeps_until) line.append(el("br"), say("keeps_until", { date: day(level.keeps_until) }));
}

function showExpiring(points, line) {
  const [first] = points.expiring || [];
  const texts = [];
  if (first) texts.push(say("expiring", { n: first.points, points: say("points", { n: first.points }), date: day(first.on) }));
  if (points.pending) texts.push(say("pending", { points: say("points", { n: points.pending }) }));
  line.textContent = texts.join(" · ") || say("nothing_expires");
  line.hidden = false;
}
