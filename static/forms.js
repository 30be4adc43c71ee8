// Extras for pages with something to fill in, to copy or to print; each works without them.
"use strict";
(() => {
  // Questions that only fit an answer on the same page appear with it.
  const later = [...document.querySelectorAll("[data-when]")];
  const fit = () => later.forEach((box) => {
    const named = document.getElementsByName(box.dataset.when);
    const any = box.dataset.any.split(" ");
    box.hidden = ![...named].some((input) => input.checked && any.includes(input.value));
  });
  if (later.length) { addEventListener("change", fit); fit(); }

  // For browsers without :has(), which shows the emergency block by itself.
  const ticked = document.querySelectorAll(".when-ticked");
  if (ticked.length) addEventListener("change", () => {
    const shown = document.querySelector("[data-danger]:checked") !== null;
    ticked.forEach((part) => part.classList.toggle("shown", shown));
  });

  // A second press while the first one travels sends nothing.
  addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "1";
    setTimeout(() => { delete event.target.dataset.sent; }, 8000);
  });

  const summary = document.getElementById("summary");
  if (summary) summary.focus();
  const copy = document.getElementById("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById("receipt").textContent);
      copy.textContent = copy.dataset.done;
    });
  }
  const print = document.getElementById("print");
  if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
})();
