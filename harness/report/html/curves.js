// SPDX-License-Identifier: MIT
// curves: how long how many took. The axis below is −log10(1 − p), so each further nine has the same
// width. A percentile p needs ln 0.05 / ln p samples before it can be bounded from above with a
// confidence of 95 %; what lies beyond is greyed, and its line is thin.
const curves = (() => {
  const { el, theirs } = dom;

  const place_of = (fraction) => -Math.log10(1 - fraction);
  const supported = (n) => (n < 1 ? 0 : place_of(0.05 ** (1 / n)));
  // The last of n values has no place on this axis; it stands where 1 − 1/2n is.
  const last_of = (n) => place_of(1 - 1 / (2 * n));

  const LABELS = ["0", "90\u202f%", "99\u202f%", "99.9\u202f%", "99.99\u202f%", "99.999\u202f%",
    "99.9999\u202f%", "99.99999\u202f%"];
  const MIDDLE = place_of(0.5);

  function splits(most) {
    const found = [0, MIDDLE];
    for (let nines = 1; nines <= Math.min(most, 7); ++nines) found.push(nines);
    return found;
  }
  // Those that have room: the later nines are longer.
  function labels(all, width, most) {
    let free = -Infinity;
    return all.map((split) => {
      const text = split === MIDDLE ? "50\u202f%" : LABELS[Math.round(split)];
      const x = (split / most) * (width - 90), half = text.length * 3.4;
      if (x - half < free) return "";
      free = x + half + 6;
      return text;
    });
  }

  // Figures that belong together stand in one plot: those of one load, and those of the file.
  function groups_of(scenario) {
    const groups = new Map();
    for (const figure of scenario.figures || []) {
      if (!figure.curve || figure.curve.value.length === 0) continue;
      const dot = figure.name.lastIndexOf(".");
      const key = `${dot > 0 ? figure.name.slice(0, dot) : ""} ${figure.unit}`;
      groups.set(key, [...(groups.get(key) || []), figure]);
    }
    return [...groups.values()];
  }

  // uPlot wants one column of places for all series: the union, with gaps (undefined) between.
  function columns_of(group, positive) {
    const rows = new Map();
    const at = (x) => {
      if (!rows.has(x)) rows.set(x, new Array(2 * group.length));
      return rows.get(x);
    };
    group.forEach((figure, i) => {
      const end = supported(figure.n);
      let before = null;
      figure.curve.value.forEach((value, k) => {
        const fraction = figure.curve.fraction[k];
        const x = fraction < 1 ? Math.min(place_of(fraction), last_of(figure.n)) : last_of(figure.n);
        const y = positive ? Math.max(value, 1) : value;
        at(x)[2 * i + (x <= end ? 0 : 1)] = y;
        if (before && before.x <= end && x > end) at(before.x)[2 * i + 1] = before.y;  // no gap
        before = { x, y };
      });
    });
    const xs = [...rows.keys()].sort((a, b) => a - b);
    return [xs, ...Array.from({ length: 2 * group.length }, (_, s) => xs.map((x) => rows.get(x)[s]))];
  }

  function grey_beyond(end) {
    return (plot) => {
      const { ctx, bbox } = plot;
      const x = Math.max(bbox.left, plot.valToPos(end, "x", true));
      const right = bbox.left + bbox.width;
      if (x >= right) return;
      ctx.save();
      ctx.fillStyle = dom.colour("unsupported");
      ctx.fillRect(x, bbox.top, right - x, bbox.height);
      ctx.restore();
    };
  }

  // Vertical bars: the intervals of the percentiles.
  function intervals_of(group) {
    return (plot) => {
      const { ctx } = plot;
      ctx.save();
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.setLineDash([]);
      group.forEach((figure, i) => {
        ctx.strokeStyle = chart.colour(i);
        for (const percent of [50, 90, 99, 99.9]) {
          const ends = figure.ci95 && figure.ci95["p" + percent];
          if (!ends || ends[0] === null || ends[1] === null) continue;
          const x = plot.valToPos(place_of(percent / 100), "x", true);
          ctx.beginPath();
          ctx.moveTo(x, plot.valToPos(Math.max(1, ends[0]), "y", true));
          ctx.lineTo(x, plot.valToPos(Math.max(1, ends[1]), "y", true));
          ctx.stroke();
        }
      });
      ctx.restore();
    };
  }

  // Of the lines of a logarithmic axis those of 1, 2 and 5.
  const round_ones = (_, all) => all.map((v) => (/^[125]/.test(v.toPrecision(1)) ? v : null));

  function options_of(group, width, logarithmic, most) {
    const end = Math.max(...group.map((figure) => supported(figure.n)));
    const unit = group[0].unit;
    const narrow = width < 480;
    return {
      width, height: narrow ? 240 : 300, legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      scales: { x: { time: false, range: [0, most] }, y: logarithmic ? { distr: 3 } : {} },
      axes: [
        chart.axis({ size: 34, splits: () => splits(most), values: (_, all) => labels(all, width, most) }),
        chart.axis({ size: 68, values: (_, all) => all.map((v) => (v === null ? "" : units.value(v, unit))),
          ...(logarithmic ? { filter: round_ones, grid: { ...chart.axis().grid, filter: round_ones } } : {}) }),
      ],
      series: [{}, ...group.flatMap((figure, i) => [
        { stroke: chart.colour(i), width: 2, dash: chart.dash(i), points: { show: false } },
        { stroke: chart.colour(i), width: 1, dash: [2, 2], points: { show: false } }])],
      hooks: { drawAxes: [grey_beyond(end)], draw: [intervals_of(group)] },
    };
  }

  // What lies under the pointer, in words below the plot.
  function reading(group, place, fallback) {
    if (place === null || place === undefined || place < 0) return fallback;
    const fraction = 1 - 10 ** -place;
    const parts = group.map((figure) => {
      const k = figure.curve.fraction.findIndex((f) => f >= fraction);
      return [theirs(figure.name, "code"), " ",
        units.value(figure.curve.value[k < 0 ? figure.curve.value.length - 1 : k], figure.unit), "  "];
    });
    const nines = Math.max(1, Math.ceil(place) - 1);
    return [`${(100 * fraction).toFixed(nines)}\u202f% took no longer than: `, parts];
  }

  const key_of = (group) => chart.key(group.map((figure) => figure.name),
    (i) => ` n ${units.grouped(group[i].n)}`);

  function plot(group) {
    const most = Math.max(...group.map((figure) => last_of(figure.n)), 1);
    const top = Math.max(...group.map((figure) => figure.curve.value[figure.curve.value.length - 1]));
    const middle = Math.min(...group.map((figure) => figure.p50 ?? top));
    const place = el("div", {});
    const fallback = "Greyed: too few samples for such a percentile. Bars: 95 % intervals.";
    const below = el("p", { class: "note reading" }, fallback);
    const log = el("input", { type: "checkbox" });
    log.checked = middle > 0 && top / middle > 20;
    const make = (width) => {
      const options = options_of(group, width, log.checked, most);
      options.hooks.setCursor = [(shown) => dom.replace(below,
        reading(group, shown.cursor.left >= 0 ? shown.posToVal(shown.cursor.left, "x") : null, fallback))];
      return { options, data: columns_of(group, log.checked) };
    };
    let redraw = () => {};
    chart.when_seen(place, () => {
      redraw = chart.place(place, make,
        `Percentile curves of ${group.map((figure) => figure.name).join(", ")}; the table of figures has the numbers`);
    });
    log.addEventListener("change", () => redraw());
    return el("figure", { class: "plot" },
      el("figcaption", {}, key_of(group), el("label", { class: "switch" }, log, " logarithmic")),
      place, below);
  }

  function section(scenario) {
    const groups = groups_of(scenario);
    return groups.length ? dom.section("Percentiles", "how many took no longer than that", groups.map(plot)) : null;
  }

  return { section };
})();
