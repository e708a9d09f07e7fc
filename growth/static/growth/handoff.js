// Takes the ticket out of the address, then posts it: a ticket never stands in a request line.
(() => {
  const ticket = location.hash.slice(1);
  const form = document.querySelector("[data-handoff]");
  history.replaceState(null, "", location.pathname);
  if (!form || !/^[A-Za-z0-9_-]{20,128}$/.test(ticket)) return;
  document.querySelector("[data-handoff-missing]").hidden = true;
  document.querySelector("[data-handoff-waiting]").hidden = false;
  form.elements.ticket.value = ticket;
  form.submit();
})();
