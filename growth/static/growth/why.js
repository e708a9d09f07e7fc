/* Fetches why a task stands where it stands, when it is opened. */
(() => {
  for (const box of document.querySelectorAll('[data-gz-why]')) {
    const place = box.querySelector('div');
    box.addEventListener('toggle', async () => {
      if (!box.open || place.hasAttribute('aria-busy')) return;
      place.setAttribute('aria-busy', 'true');
      try {
        const answer = await fetch(box.dataset.gzWhy, { credentials: 'same-origin' });
        if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
        place.innerHTML = await answer.text();
      } catch {
        place.textContent = box.dataset.gzFailed;
      } finally {
        place.removeAttribute('aria-busy');
      }
    });
  }
})();
