// SPDX-License-Identifier: MIT
// theme: dark or light: as the system says, until somebody says otherwise; on paper always light. It
// stands in an attribute of the root. What is drawn on a canvas is drawn again when it changes.
const theme = (() => {
  const KEY = "procession-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const listeners = new Set();

  // A browser may refuse to keep anything for a file.
  function remembered() {
    try { return localStorage.getItem(KEY); } catch { return null; }
  }
  function remember(name) {
    try { localStorage.setItem(KEY, name); } catch { /* then it lasts as long as the page */ }
  }

  let chosen = remembered();
  let on_paper = false;

  function apply() {
    const name = on_paper ? "light" : ["dark", "light"].includes(chosen) ? chosen : system.matches ? "dark" : "light";
    if (root.dataset.theme === name) return;
    root.dataset.theme = name;
    listeners.forEach((listener) => listener());
  }

  function printing(now) {
    on_paper = now;
    apply();
  }

  apply();
  system.addEventListener("change", apply);
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));

  function button() {
    const other = () => (root.dataset.theme === "dark" ? "light" : "dark");
    const made = dom.el("button", { class: "quiet", type: "button", click: () => {
      chosen = other();
      remember(chosen);
      apply();
    } });
    const label = () => {
      dom.replace(made, other() === "dark" ? "☾ Dark" : "☀ Light");
      made.setAttribute("aria-label", `Change to the ${other()} colours`);
    };
    label();
    listeners.add(label);
    return made;
  }

  return { button, on_change: (listener) => listeners.add(listener) };
})();
