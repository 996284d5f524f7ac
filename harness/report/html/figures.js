// SPDX-License-Identifier: MIT
// figures: a table of what was measured, each statistic above the interval that holds the true value
// with a confidence of 95 %. A lower bound shows as "≥"; what is invalid says why.
const figures = (() => {
  const { el, theirs } = dom;
  const STATISTICS = ["p50", "p90", "p99", "p99.9", "max", "mean"];

  function interval(figure, name) {
    const ends = figure.ci95 && figure.ci95[name];
    if (!ends || (ends[0] === null && ends[1] === null)) return null;
    const side = (end, open) => (end === null ? open : units.value(end, figure.unit));
    return el("span", { class: "interval" },
      ends[0] === null ? `up to ${side(ends[1])}` : ends[1] === null ? `from ${side(ends[0])}`
        : `${side(ends[0])} – ${side(ends[1])}`);
  }

  function cell(figure, name) {
    const value = figure[name];
    if (value === null || value === undefined) {
      return el("td", { class: "number none", title: "not enough samples" }, "–");
    }
    const bound = (figure.at_least || []).includes(name) ? "≥" + "\u202f" : "";
    return el("td", { class: "number" }, bound + units.value(value, figure.unit),
      interval(figure, name));
  }

  function row(figure) {
    const made = [el("tr", { class: figure.invalid ? "invalid" : null },
      el("th", { scope: "row" }, theirs(figure.name, "code")),
      el("td", { class: "number" }, units.grouped(figure.n)),
      STATISTICS.map((name) => cell(figure, name)))];
    if (figure.invalid) {
      made.push(el("tr", { class: "why" }, el("td", { colspan: String(STATISTICS.length + 2) },
        el("span", { class: "sign", "aria-hidden": "true" }, "! "), "invalid: ", theirs(figure.invalid))));
    }
    return made;
  }

  function numbers(scenario) {
    return (scenario.numbers || []).map((number) => el("div", { class: number.invalid ? "invalid" : null },
      el("dt", {}, theirs(number.name, "code")),
      el("dd", {}, units.value(number.value, number.unit),
        number.invalid ? el("span", { class: "interval" }, "invalid: ", theirs(number.invalid)) : null)));
  }

  function table(scenario) {
    const all = scenario.figures || [];
    const single = numbers(scenario);
    if (all.length === 0 && single.length === 0) return null;
    return dom.section("Figures", all.length ? "with the 95 % interval of each" : null,
      single.length ? el("dl", { class: "numbers" }, single) : null,
      all.length ? el("div", { class: "wide" }, el("table", {},
        el("thead", {}, el("tr", {}, ["figure", "n", ...STATISTICS].map((name, i) =>
          el("th", { scope: "col", class: i ? "number" : null }, name)))),
        el("tbody", {}, all.map(row)))) : null);
  }

  return { table };
})();
