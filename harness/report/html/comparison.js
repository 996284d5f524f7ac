// SPDX-License-Identifier: MIT
// comparison: this result beside a baseline. Each row has the ratio with its interval, drawn on one
// scale with a line at 1; a figure that is only shown, and not judged, says why.
const comparison = (() => {
  const { el, svg, theirs } = dom;
  const WIDTH = 180, HEIGHT = 20;

  // The ratio and its interval on a logarithmic scale from 1/reach to reach.
  function drawing(row, reach) {
    if (!(row.ratio > 0)) return null;
    const x = (ratio) => WIDTH / 2 + (Math.max(-1, Math.min(1, Math.log(Math.max(ratio, 1e-9)) / Math.log(reach)))
      * (WIDTH / 2 - 6));
    const interval = row.low === null && row.high === null ? null : svg("line", { class: "range",
      x1: x(row.low ?? 1 / reach), x2: x(row.high ?? reach), y1: HEIGHT / 2, y2: HEIGHT / 2 });
    return svg("svg", { width: WIDTH, height: HEIGHT, "aria-hidden": "true" },
      svg("line", { class: "one", x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: HEIGHT }),
      interval,
      svg("circle", { cx: x(row.ratio), cy: HEIGHT / 2, r: 4 }));
  }

  function reach_of(rows) {
    const ratios = rows.flatMap((row) => [row.ratio, row.low, row.high]).filter((r) => r > 0);
    const furthest = Math.max(0.02, ...ratios.map((ratio) => Math.abs(Math.log(ratio))));
    return Math.exp(Math.min(furthest * 1.1, Math.log(8)));
  }

  function ratio_text(row) {
    if (row.ratio === null) return "–";
    const range = row.low !== null && row.high !== null
      ? el("span", { class: "interval" }, `${row.low.toFixed(3)} – ${row.high.toFixed(3)}`) : null;
    return [row.ratio.toFixed(3), range];
  }

  function table(compared) {
    if (!compared || compared.rows.length === 0) return null;
    const reach = reach_of(compared.rows);
    const percent = units.digits(100 * (reach - 1), 2);
    return el("section", { id: "comparison" },
      el("h2", {}, "Comparison"),
      el("p", { class: "note" }, "New divided by base, with its interval; the line is 1, the drawing reaches to ",
        `+${percent}\u202f%. `, compared.base ? ["Base: ", theirs(compared.base), "."] : null),
      el("div", { class: "wide" }, el("table", { class: "comparison" },
        el("thead", {}, el("tr", {}, ["scenario", "figure", "base", "new", "ratio", "", "verdict"]
          .map((name, i) => el("th", { scope: "col", class: i > 1 && i < 5 ? "number" : null }, name)))),
        el("tbody", {}, compared.rows.map((row) => el("tr", { class: row.judged ? "judged" : "shown-only" },
          el("td", {}, theirs(row.scenario)), el("td", {}, theirs(row.figure, "code")),
          el("td", { class: "number" }, units.value(row.base, row.unit)),
          el("td", { class: "number" }, units.value(row.new, row.unit)),
          el("td", { class: "number" }, ratio_text(row)),
          el("td", {}, drawing(row, reach)),
          el("td", {}, el("b", {}, theirs(row.verdict)),
            row.why ? el("span", { class: "interval" },
              row.judged || row.verdict === "not judged" ? null : "shown, not judged: ", theirs(row.why)) : null)))))));
  }

  return { table };
})();
