/* Shows of the task form what the chosen kind of task has, and an example of each choice.
   Without it everything shows, and the examples are those of what is stored. */
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
  for (const example of document.querySelectorAll('[data-gz-example-of]')) {
    const choice = document.querySelector(`select[name="${example.dataset.gzExampleOf}"]`);
    choice?.addEventListener('change', () => {
      example.textContent = choice.selectedOptions[0]?.dataset.gzExample ?? '';
    });
  }
})();
