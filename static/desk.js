// Single-key shortcuts. Each is also a link or a button; without scripts nothing is missing.
"use strict";
(() => {
  const root = document.documentElement;
  const toggle = document.getElementById("keys");
  const store = { get: () => { try { return localStorage.getItem("keys"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("keys", value); } catch { /* private window */ } } };
  let on = store.get() !== "off";
  const show = () => {
    root.classList.toggle("keys", on);
    toggle.textContent = on ? toggle.dataset.on : toggle.dataset.off;
    toggle.setAttribute("aria-pressed", String(on));
  };
  toggle.hidden = false;
  toggle.addEventListener("click", () => { on = !on; store.set(on ? "on" : "off"); show(); });
  show();
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select");
    if (!on || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!found) return;
    event.preventDefault();
    if (found.matches("textarea")) found.focus(); else found.click();
  });
})();
