// SPDX-License-Identifier: MIT
// history: how a figure has been in earlier results. It is for looking; nothing is judged by it.
const past = (() => {
  const { el, theirs } = dom;

  function plot(series, place) {
    const points = series.points;
    const times = points.map((point) => Date.parse(point.time) / 1000);
    const known = times.every((time) => Number.isFinite(time));
    const within = known && times[times.length - 1] - times[0] < 2 * 86400 ? "time" : "day";
    const when = (_, splits) => splits.map((s) => known ? units.moment(s, within) : s % 1 ? "" : String(s + 1));
    chart.place(place, (width) => ({
      options: {
        width, height: 160, legend: { show: false }, cursor: { y: false },
        scales: { x: { time: known } },
        axes: [chart.axis({ size: 34, values: when }),
          chart.axis({ size: 64, values: (_, splits) => splits.map((s) => units.value(s, series.unit)) })],
        series: [{}, { stroke: dom.colour("blue"), width: 1.5, points: { show: true, size: 6, fill: dom.colour("paper") } }],
      },
      data: [known ? times : points.map((_, i) => i), points.map((point) => point.value)],
    }), `${series.figure} of ${series.scenario} over time`);
  }

  function section(history) {
    if (!history || history.length === 0) return null;
    return el("section", { id: "history" }, el("h2", {}, "History"),
      el("p", { class: "note" }, "For looking, not for judging: machines change, too."),
      history.map((series) => {
        const place = el("div", {});
        const last = series.points[series.points.length - 1];
        chart.when_seen(place, () => plot(series, place));
        return el("figure", { class: "plot" }, el("figcaption", {}, el("span", {}, theirs(series.figure, "code"), " of ",
          theirs(series.scenario)), last ? el("span", { class: "note" }, `now ${units.value(last.value, series.unit)}`) : null),
          place,
          dom.fold("As a table", () => el("div", { class: "wide" }, el("table", {},
            el("thead", {}, el("tr", {}, ["when", "version", "value"].map((name, i) =>
              el("th", { scope: "col", class: i === 2 ? "number" : null }, name)))),
            el("tbody", {}, series.points.map((point) => el("tr", {},
              el("td", {}, units.date(point.time)), el("td", {}, theirs(point.version)),
              el("td", { class: "number" }, units.value(point.value, series.unit)))))))));
      }));
  }

  return { section };
})();
