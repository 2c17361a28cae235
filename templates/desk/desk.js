// Small comforts; every page works without them.
(() => {
  "use strict";
  const problem = document.getElementById("problem");
  if (problem) problem.focus();
  // On a narrow screen the name of this page may stand outside the row of names.
  const here = document.querySelector("header nav [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });
  // One press, one form: a second press while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  // Say which number will be texted while it is typed.
  document.querySelectorAll("input[data-say]").forEach((field) => {
    const said = document.createElement("p");
    said.className = "hint";
    said.setAttribute("role", "status");
    field.after(said);
    let waiting;
    const ask = async () => {
      const typed = field.value.trim();
      if (typed.length < 5) { said.textContent = ""; return; }
      const answer = await fetch(`${field.dataset.say}?phone=${encodeURIComponent(typed)}`, { headers: { "x-part": "1" } });
      if (answer.ok && typed === field.value.trim()) said.textContent = (await answer.json()).words || "";
    };
    field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 250); });
    if (field.value) ask();
  });
  // Show fields only where the choice they belong to is made.
  document.querySelectorAll("[data-with]").forEach((part) => {
    const [name, value] = part.dataset.with.split("=");
    const choices = document.querySelectorAll(`input[name="${name}"]`);
    const look = () => { part.hidden = ![...choices].some((one) => one.checked && one.value === value); };
    choices.forEach((one) => one.addEventListener("change", look));
    look();
  });
  // On paper everything is open: it is the record.
  addEventListener("beforeprint", () => document.querySelectorAll("main details").forEach((one) => { one.open = true; }));
  // Copy what a field or a line of code holds.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const held = document.getElementById(button.dataset.copy);
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(held.value ?? held.textContent);
      button.textContent = document.body.dataset.copied;
    });
  });
  // Count the seconds in which something can be called back.
  document.querySelectorAll("[data-undo]").forEach((part) => {
    let left = Number(part.dataset.undo);
    const button = part.querySelector("button");
    const words = button.textContent;
    const count = setInterval(() => {
      left -= 1;
      button.textContent = `${words} (${left})`;
      if (left <= 0) { clearInterval(count); part.remove(); }
    }, 1000);
  });
  // What is shown once has an address of its own, so that looking again asks for no form twice.
  const shown = document.querySelector("[data-at]");
  if (shown) history.replaceState(null, "", shown.dataset.at);
  // Look again every half minute or as often as it says, unless somebody is in the middle of something.
  const part = document.querySelector("[data-refresh]");
  if (part) setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    const answer = await fetch(location.pathname, { headers: { still: "1" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.querySelector("[data-refresh]")) return location.reload();
    for (const found of ["[data-refresh]", ".head", "header nav"]) {
      const now = document.querySelector(found), then = fresh.querySelector(found);
      if (now && then) now.replaceChildren(...then.childNodes);
    }
    document.title = fresh.title;
    document.querySelector("link[rel=icon]").href = fresh.querySelector("link[rel=icon]").href;
  }, (part.dataset.refresh || 30) * 1000);
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
})();
