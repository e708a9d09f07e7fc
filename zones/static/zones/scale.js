// Runs before the first paint, so that large text does not jump. Not a module for that reason.
(function () {
  var root = document.documentElement;
  if (!root.hasAttribute("data-large")) return;
  try {
    root.setAttribute("data-scale", localStorage.getItem("zone.scale") || "1");
  } catch (_) {
    root.setAttribute("data-scale", "1");
  }
})();
