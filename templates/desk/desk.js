// Small comforts; every page works without them.
(() => {
  "use strict";
  const problem = document.getElementById("problem");
  if (problem) problem.focus();
  // One press, one form: a second press while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
})();
