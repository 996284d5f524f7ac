// SPDX-License-Identifier: MIT
// main: the page from top to bottom.
(() => {
  const { el } = dom;
  const AT_ONCE = 20;  // failures
  const { session } = data;

  function failures() {
    const numbers = [...session.scenarios.keys()].filter((i) => data.is_failure(session.scenarios[i].outcome));
    if (numbers.length === 0) return null;
    const place = el("div", {});
    const more = el("button", { type: "button", click: () => show() }, "Show more");
    const show = () => {
      dom.append(place, numbers.splice(0, AT_ONCE).map(scenario_view.failure));
      more.hidden = numbers.length === 0;
    };
    show();
    return el("section", { id: "failures" }, el("h2", {}, "What failed"), place, more);
  }

  const head = el("header", { class: "head" },
    el("span", { class: "brand" }, session.title || "Procession"), theme.button());
  const all = list.section(session);
  const page = document.getElementById("page");
  dom.replace(page, head, el("main", {}, banner.section(session), failures(), all.element,
    comparison.table(session.comparison), past.section(session.history), machine.panel(session)));
  document.title = `${session.title || "Procession"}: ${document.querySelector("h1").textContent}`;

  const wanted = () => {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; }
  };
  if (session.scenarios.length === 1 && !data.is_failure(session.scenarios[0].outcome)) {
    all.view.open(session.scenarios[0].id);
    scrollTo(0, 0);
  }
  if (wanted()) all.view.open(wanted());
  addEventListener("hashchange", () => all.view.open(wanted()));
  page.dataset.ready = "yes";
})();
