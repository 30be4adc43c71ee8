// Everything here is an extra: each page does its work without scripts.
"use strict";
(() => {
  document.documentElement.classList.add("scripts");
  const leave = document.getElementById("leave");

  // Leaving replaces this page in the history, and empties it before anybody can look. What is on its
  // way is stopped. A page that comes all the same leaves too; so does one that Back brings, and the
  // next one in this tab if the server could not be told.
  let tab = {};
  try { tab = sessionStorage ?? tab; } catch { /* stored nowhere: one try has to do */ }
  const out = () => location.replace(leave.dataset.to);
  const go = () => {
    stop();
    document.body.replaceChildren();
    try { tab.left = Infinity; } catch { /* the same */ }
    fetch(leave.action, { method: "POST", redirect: "manual", keepalive: true })
      .then(() => { tab.left = performance.timeOrigin + performance.now(); })
      .then(out, out);
    setTimeout(out, 800);
  };
  const came = performance.getEntriesByType("navigation")[0]?.type;
  if (tab.left && (came === "back_forward" || came === "reload" || performance.timeOrigin < tab.left)) go();
  else delete tab.left;
  leave.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  addEventListener("pagehide", () => document.body.replaceChildren());
  addEventListener("pageshow", (event) => {
    if (event.persisted) if (tab.left) go(); else location.reload();
  });

  // Three taps of Shift alone leave, and nothing else does: no capital letters, no shortcut, no
  // selection, no command of a screen reader. A key that is held counts for five seconds: some
  // systems never say that it was let go.
  let taps = [], clean = false, other = 0;
  const alone = (event) => event.key === "Shift" && event.timeStamp > other && !event.repeat
    && !event.isComposing
    && !["Control", "Alt", "Meta", "AltGraph"].some((key) => event.getModifierState(key));
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") other = event.timeStamp + 5000;
    clean = alone(event) && !clean;
    if (!clean) taps = [];
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") other = 0;
    taps = clean && alone(event) ? [...taps.slice(-2), event.timeStamp] : [];
    clean = false;
    if (taps[2] - taps[0] < 5000) go();
  });
  addEventListener("pointerdown", () => { taps = []; clean = false; });
})();
