/* Reads a form back in words while it is being filled in. Without it the page works the same. */
(() => {
  const target = document.querySelector('[data-gz-preview]');
  const form = target && target.closest('form');
  if (!form) return;
  const EVERY = 400;
  const PAUSE = 5000;
  // Whatever changes the form, typing or a widget's own script, changes what it would send.
  const filled = () => new URLSearchParams(new FormData(form)).toString();
  let told = null; // the state of the form that the words are about
  let before = null;
  let asking = false;

  const ask = async (state) => {
    asking = true;
    try {
      const answer = await fetch(target.dataset.gzPreview, {
        method: 'POST',
        body: new URLSearchParams(state),
        credentials: 'same-origin',
      });
      const html = await answer.text();
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      if (state !== filled()) return;
      target.innerHTML = html;
      told = state;
      target.removeAttribute('aria-busy');
    } catch {
      const hint = document.createElement('p');
      hint.className = 'gz-hint';
      hint.textContent = target.dataset.gzFailed;
      target.replaceChildren(hint);
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    } finally {
      asking = false;
    }
  };

  const look = () => {
    const state = filled();
    if (state !== told) target.setAttribute('aria-busy', 'true');
    else target.removeAttribute('aria-busy');
    if (state !== told && state === before && !asking) ask(state);
    before = state;
  };

  window.addEventListener('load', () => {
    // A refused form, or one that the browser has filled in again, is not what is stored.
    const [visit] = performance.getEntriesByType('navigation');
    if (!('gzChanged' in target.dataset) && visit && visit.type === 'navigate') told = filled();
    setInterval(look, EVERY);
  });
})();
