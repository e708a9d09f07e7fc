/* Shows how far a back-test is, and loads the page again when it has ended. */
(() => {
  const place = document.querySelector('[data-gz-backtest]');
  if (!place) return;
  const bar = place.querySelector('progress');
  const text = place.querySelector('[data-gz-backtest-text]');
  const EVERY = 1000;
  const MOST_FAULTS = 10;
  let faults = 0;

  const look = async () => {
    try {
      const answer = await fetch(place.dataset.gzBacktest, { credentials: 'same-origin' });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const { state, percent } = await answer.json();
      if (state === 'done' || state === 'failed') {
        window.location.reload();
        return;
      }
      faults = 0;
      bar.value = percent;
      text.textContent = `${percent}%`;
    } catch {
      faults += 1;
      if (faults >= MOST_FAULTS) {
        text.textContent = place.dataset.gzLost;
        return;
      }
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
})();
