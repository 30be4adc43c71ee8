// Single-key shortcuts, and drafts while somebody writes. Without scripts nothing is missing: each
// shortcut is also a link or a button, and the server keeps what was typed where it can be lost.
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

(() => {
  // A second press while the answer is on its way sends nothing more.
  // What is being saved of the text is stopped: it is older than what is sent.
  const sending = new WeakSet();
  let saving = new AbortController();
  addEventListener("submit", (event) => {
    if (sending.has(event.target)) { event.preventDefault(); return; }
    saving.abort();
    sending.add(event.target);
    setTimeout(() => sending.delete(event.target), 3000);
  });
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const area = form.querySelector("textarea");
  let saved = area.value;
  const save = () => {
    if (sending.has(form) || area.value === saved) return;
    const text = area.value;
    const body = new URLSearchParams(new FormData(form));
    const keepalive = String(body).length < 60000; // browsers send no more once a page is left
    saving.abort();
    saving = new AbortController();
    fetch(form.dataset.draft, { method: "POST", body, keepalive, signal: saving.signal })
      .then((answer) => { if (answer.status === 204) saved = text; })
      .catch(() => { /* tried again in a while */ });
  };
  setInterval(save, 5000);
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", save);
})();
