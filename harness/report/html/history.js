// SPDX-License-Identifier: MIT
// history: how a figure has been in earlier results. It is for looking; nothing is judged by it.
const past = (() => {
  const { el, theirs } = dom;

  const classes_of = (points) => [...new Set(points.map((point) => point.class))];

  const value_of = (point, series) => (point.at_least ? "≥\u202f" : "") + units.value(point.value, series.unit);

  // Upright bars: the intervals.
  function intervals(points, xs, classes) {
    return (plot) => {
      const { ctx } = plot;
      ctx.save();
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash([]);
      points.forEach((point, i) => {
        if (point.low === null || point.high === null) return;
        ctx.strokeStyle = chart.colour(classes.indexOf(point.class));
        const x = plot.valToPos(xs[i], "x", true);
        ctx.beginPath();
        ctx.moveTo(x, plot.valToPos(point.low, "y", true));
        ctx.lineTo(x, plot.valToPos(point.high, "y", true));
        ctx.stroke();
      });
      ctx.restore();
    };
  }

  // Machines of different classes are lines of their own.
  function plot(series, place) {
    const { points } = series;
    const classes = classes_of(points);
    const times = points.map((point) => Date.parse(point.started) / 1000);
    const known = times.every((time) => Number.isFinite(time));
    const xs = known ? times : points.map((_, i) => i);
    const within = known && times[times.length - 1] - times[0] < 2 * 86400 ? "time" : "day";
    const when = (_, splits) => splits.map((s) => known ? units.moment(s, within) : s % 1 ? "" : String(s + 1))
      .map((text, i, all) => (text === all[i - 1] ? "" : text));
    const ends = points.flatMap((point) => [point.value, point.low ?? point.value, point.high ?? point.value]);
    const [least, most] = [Math.min(...ends), Math.max(...ends)];
    const margin = 0.08 * (most - least) || Math.abs(most) * 0.1 || 1;
    chart.place(place, (width) => ({
      options: {
        width, height: 160, legend: { show: false }, cursor: { y: false },
        scales: { x: { time: known }, y: { range: [least - margin, most + margin] } },
        axes: [chart.axis({ size: 34, values: when }),
          chart.axis({ size: 64, values: (_, splits) => splits.map((s) => units.value(s, series.unit)) })],
        series: [{}, ...classes.map((_, i) => ({ stroke: chart.colour(i), width: 1.5, dash: chart.dash(i), spanGaps: true,
          points: { show: true, size: 6, fill: dom.colour("paper") } }))],
        hooks: { draw: [intervals(points, xs, classes)] },
      },
      data: [xs, ...classes.map((name) => points.map((point) => point.class === name ? point.value : undefined))],
    }), `${series.figure} of ${series.scenario} over time`);
  }

  function section(all) {
    const history = (all || [])
      .map((series) => ({ ...series, points: series.points.filter((point) => point.value !== null) }))
      .filter((series) => series.points.length > 0);
    if (history.length === 0) return null;
    return el("section", { id: "history" }, el("h2", {}, "History"),
      el("p", { class: "note" }, "For looking, not for judging: machines change, too."),
      history.map((series) => {
        const place = el("div", {});
        const last = series.points[series.points.length - 1];
        chart.when_seen(place, () => plot(series, place));
        return el("figure", { class: "plot" }, el("figcaption", {}, el("span", {}, theirs(series.figure, "code"), " of ",
          theirs(series.scenario)), el("span", { class: "note" }, `now ${value_of(last, series)}`)),
          place, chart.key(classes_of(series.points)),
          dom.fold("As a table", () => el("div", { class: "wide" }, el("table", {},
            el("thead", {}, el("tr", {}, ["when", "machine", "version", "value"].map((name, i) =>
              el("th", { scope: "col", class: i === 3 ? "number" : null }, name)))),
            el("tbody", {}, series.points.map((point) => el("tr", {},
              el("td", {}, units.date(point.started)), el("td", {}, theirs(point.class)), el("td", {}, theirs(point.version)),
              el("td", { class: "number" }, value_of(point, series)))))))));
      }));
  }

  return { section };
})();
