// SPDX-License-Identifier: MIT
// outcomes: how often each result of a race came out, against the lists of the file.
const outcomes = (() => {
  const { el, theirs } = dom;
  const LISTS = {
    required: ["required", "●"], allowed: ["allowed", "○"],
    forbidden: ["forbidden", "✗"], "": ["in no list", "✗"],
  };

  function values_of(outcome) {
    const pairs = Object.entries(outcome.values);
    if (pairs.length === 0) return "(nothing to observe)";
    return pairs.flatMap(([name, value], i) =>
      [i ? ", " : null, theirs(name, "span"), " = ", theirs(value, "b")]);
  }

  function histogram(scenario) {
    const seen = scenario.outcomes;
    if (!seen || seen.length === 0) return null;
    const total = seen.reduce((sum, outcome) => sum + outcome.count, 0);
    const most = Math.max(...seen.map((outcome) => outcome.count));
    const rows = seen.map((outcome) => {
      const [word, sign] = LISTS[outcome.listed] || LISTS[""];
      const bar = el("span", { class: "bar" });
      bar.style.width = `${Math.max(0.4, (100 * outcome.count) / most)}%`;
      return el("tr", { class: "outcome list-" + (outcome.listed || "none") },
        el("th", { scope: "row" }, values_of(outcome)),
        el("td", { class: "list" }, el("span", { "aria-hidden": "true" }, sign + " "), word),
        el("td", { class: "number" }, units.grouped(outcome.count)),
        el("td", { class: "number" }, units.share(outcome.count, total)),
        el("td", { class: "bars", "aria-hidden": "true" }, bar));
    });
    return dom.section("Outcomes", `of ${units.plural(total, "run")}`,
      el("div", { class: "wide" }, el("table", { class: "histogram" },
        el("thead", {}, el("tr", {}, ["Outcome", "List", "Runs", "Share", ""].map((name, i) =>
          el("th", { scope: "col", class: i === 2 || i === 3 ? "number" : null }, name)))),
        el("tbody", {}, rows))));
  }

  return { histogram };
})();
