/* Reads a form back in words while it is being filled in. Without it the page works the same. */
(() => {
  const target = document.querySelector('[data-gz-preview]');
  const form = target && target.closest('form');
  if (!form) return;
  let timer = 0;
  let latest = 0;

  const refresh = async () => {
    const turn = ++latest;
    try {
      const answer = await fetch(target.dataset.gzPreview, {
        method: 'POST',
        body: new FormData(form),
        credentials: 'same-origin',
      });
      const html = await answer.text();
      if (answer.ok && turn === latest) target.innerHTML = html;
    } catch {
      // The next change tries again.
    }
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 600);
  };

  form.addEventListener('input', soon);
  form.addEventListener('change', soon);
  form.addEventListener('click', (event) => {
    if (event.target.closest('button[type="button"]')) soon();
  });
})();
