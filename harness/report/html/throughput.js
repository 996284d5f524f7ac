// SPDX-License-Identifier: MIT
// throughput: requests a second over the time of the shown run, with lines where phases began and
// numbers for what happened meanwhile: ends, stops, signals.
const throughput = (() => {
  const { el, theirs } = dom;
  const MOST_MARKS = 24;

  // An end in order is no news while there are many of them.
  function marks_of(json) {
    if (!json) return [];
    const { events, lanes, texts } = json;
    const found = [];
    for (let i = 0; i < events.kind.length; ++i) {
      const kind = events.kind[i];
      const lane = lanes[events.lane[i]];
      const word = { 2: texts[events.text[i]] || "got", 3: "end", 5: "stopped", 6: "continued" }[kind];
      if (!word) continue;
      const good = kind === 3 && (lane.status === "0" || lane.status === "");
      const what = kind === 3 ? `ended ${good ? "in order" : "with " + lane.status}` : word;
      found.push({ at: events.from_ns[i], who: lane.path, what, good });
    }
    const news = found.length > MOST_MARKS ? found.filter((mark) => !mark.good) : found;
    return news.sort((a, b) => a.at - b.at).slice(0, MOST_MARKS);
  }

  function lines(phases, marks) {
    return (plot) => {
      const { ctx, bbox } = plot;
      const ratio = devicePixelRatio;
      ctx.save();
      ctx.font = `${11 * ratio}px system-ui, sans-serif`;
      const line = (ns, colour, dash) => {
        const x = Math.round(plot.valToPos(ns / 1e9, "x", true));
        if (x < bbox.left || x > bbox.left + bbox.width) return null;
        ctx.strokeStyle = ctx.fillStyle = colour;
        ctx.setLineDash(dash.map((part) => part * ratio));
        ctx.lineWidth = ratio;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        return x;
      };
      for (const phase of phases) {
        const x = line(phase.at_ns, dom.colour("ink-soft"), [4, 3]);
        if (x === null) continue;
        const fits = x + ctx.measureText(phase.name).width + 8 * ratio < bbox.left + bbox.width;
        ctx.textAlign = fits ? "left" : "right";
        ctx.fillText(phase.name, x + (fits ? 4 : -4) * ratio, bbox.top + 12 * ratio);
      }
      ctx.textAlign = "center";
      let last = -Infinity;
      marks.forEach((mark, i) => {
        const x = line(mark.at, dom.colour(mark.good ? "ink-faint" : "red"), [1, 2]);
        if (x === null || x - last < 14 * ratio) return;
        last = x;
        ctx.fillText(String(i + 1), x, bbox.top + bbox.height - 4 * ratio);
      });
      ctx.restore();
    };
  }

  function plot(series, marks) {
    const place = el("div", {});
    const seconds = series.window_ns / 1e9;
    const xs = series.ended.map((_, i) => (series.begin_ns / 1e9) + i * seconds);
    const rates = series.ended.map((count) => count / seconds);
    xs.push((series.begin_ns / 1e9) + series.ended.length * seconds);
    rates.push(rates[rates.length - 1] ?? 0);
    const fallback = `Windows of ${units.time(series.window_ns)}; dashed: a phase begins.`;
    const below = el("p", { class: "note reading" }, fallback);
    chart.when_seen(place, () => chart.place(place, (width) => ({
      options: {
        width, height: width < 480 ? 200 : 240, legend: { show: false }, cursor: { y: false },
        scales: { x: { time: false }, y: { range: (_, __, high) => [0, (high || 1) * 1.1] } },
        axes: [chart.axis({ size: 34, values: (_, all) => all.map((s) => units.time(s * 1e9)) }),
          chart.axis({ size: 64, values: (_, all) => all.map((v) => units.compact(v) + "/s") })],
        series: [{}, { stroke: dom.colour("blue"), width: 1.5, fill: dom.colour("blue-soft"),
          paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } }],
        hooks: { draw: [lines(series.phases, marks)],
          setCursor: [(shown) => {
            const i = shown.cursor.idx;
            dom.replace(below, i === null || i === undefined || shown.cursor.left < 0 ? fallback
              : `at ${units.time(xs[i] * 1e9)}: ${units.value(rates[i], "/s")}`);
          }] },
      },
      data: [xs, rates],
    }), `Throughput of ${series.name} over time`));
    return el("figure", { class: "plot" },
      el("figcaption", {}, el("span", {}, theirs(series.name, "code"), ": requests a second")), place, below);
  }

  function section(scenario, course) {
    const all = (scenario.throughputs || []).filter((series) => series.ended.length > 0 && series.window_ns > 0);
    if (all.length === 0) return null;
    const marks = marks_of(course);
    return dom.section("Throughput", `of run ${scenario.shown_run}`, all.map((series) => plot(series, marks)),
      marks.length ? dom.fold(`What happened meanwhile (${marks.length})`, () => el("ol", { class: "marks" },
        marks.map((mark) => el("li", {}, el("span", { class: "when" }, units.time(mark.at)), " ",
          theirs(mark.who, "code"), " ", theirs(mark.what))))) : null);
  }

  return { section };
})();
