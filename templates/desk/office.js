// The live preview of wording, and placeholders at a press; the page works without them.
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const preview = document.getElementById("preview");
  if (!form || !preview) return;
  let last = form.elements.sms;
  let wait;
  let asked = 0;
  const look = async () => {
    const number = ++asked;
    const answer = await fetch("/words/try", { method: "POST", headers: { "X-Part": "preview" }, body: new FormData(form) });
    if (answer.ok && number === asked) preview.innerHTML = await answer.text();
  };
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, input:not([type=hidden])")) last = event.target;
  });
  form.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(() => look().catch(() => {}), 350);
  });
  form.addEventListener("click", (event) => {
    const words = event.target.dataset.insert;
    if (!words) return;
    last.setRangeText(words, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
