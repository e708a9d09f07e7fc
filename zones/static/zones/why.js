// Why a task stands where it stands: asked for when the customer opens it, and not before.
import { Trouble, call } from "./api.js";
import { el, say } from "./dom.js";

export async function tell(code, place) {
  const show = (...lines) => place.replaceChildren(...lines.map((line) => el("p", {}, line)));
  place.setAttribute("aria-busy", "true");
  show(say("claiming"));
  try {
    const { lines = [] } = await call(`me/tasks/${encodeURIComponent(code)}/why`);
    show(...(lines.length ? lines : [say("why_nothing")]));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    show(trouble.text);
  } finally {
    place.removeAttribute("aria-busy");
  }
}
