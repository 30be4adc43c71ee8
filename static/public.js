// Everything here is an extra: each page does its work without scripts.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripts");
  const leave = document.getElementById("leave");

  // Leaving replaces this page in the history, and empties it before anybody can look. Where that
  // did not get through, it is made up for before a page is shown in this tab again.
  let tab = {};
  try { tab = sessionStorage ?? tab; } catch { /* stored nowhere: one try has to do */ }
  const end = () => {
    document.body.hidden = true;
    try { tab.left = 1; } catch { /* the same */ }
    return fetch(leave.action, { method: "POST", redirect: "manual", keepalive: true })
      .then(() => { delete tab.left; });
  };
  const out = () => location.replace(leave.dataset.to);
  const go = () => {
    end().then(out, out);
    setTimeout(out, 800);
    document.body.replaceChildren();
  };
  if (tab.left) end().then(() => location.replace(location.pathname), out);
  leave.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  let presses = [];
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") { presses = []; return; }
    presses = [...presses.filter((at) => event.timeStamp - at < 5000), event.timeStamp];
    if (presses.length >= 3) go();
  });
  addEventListener("pointerdown", () => { presses = []; });
  addEventListener("pagehide", () => document.body.replaceChildren());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

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
