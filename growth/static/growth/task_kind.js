/* Shows of the task form what the chosen kind of task has. Without it everything shows. */
(() => {
  const kind = document.querySelector('select[name="kind"]');
  if (!kind) return;
  const show = () => {
    for (const part of document.querySelectorAll('[data-gz-kinds]')) {
      part.hidden = !part.dataset.gzKinds.split(' ').includes(kind.value);
    }
  };
  kind.addEventListener('change', show);
  show();
})();
