// SPDX-License-Identifier: MIT
// chart: what all plots share: uPlot in a place of any width, drawn when it comes into sight, and
// again when the width or the colours change.
const chart = (() => {
  const COLOURS = ["blue", "orange", "green", "purple", "red", "sky"];
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4]];

  function when_seen(element, act) {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      act();
    }, { rootMargin: "400px" });
    observer.observe(element);
  }

  // `make(width)` gives {options, data}.
  function place(element, make, name) {
    let plot = null;
    element.classList.add("chart");
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", name);
    const draw = () => {
      const width = Math.floor(element.clientWidth);
      if (width < 40) return;
      if (plot) plot.destroy();
      const { options, data: columns } = make(width);
      plot = new uPlot(options, columns, element);
    };
    let last = 0;
    new ResizeObserver(() => {
      if (Math.abs(element.clientWidth - last) < 2) return;
      last = element.clientWidth;
      draw();
    }).observe(element);
    theme.on_change(draw);
    return draw;
  }

  const dash = (i) => DASHES[i % DASHES.length];

  const axis = (more = {}) => ({
    stroke: dom.colour("ink-soft"), font: "12px system-ui, sans-serif", gap: 4,
    grid: { stroke: dom.colour("rule"), width: 1 },
    ticks: { stroke: dom.colour("rule"), width: 1, size: 5 }, ...more,
  });

  // Which line is which, where there are several. `more(i)`: what else is to be said of one.
  function key(names, more = () => null) {
    if (names.length < 2 && !more(0)) return null;
    return dom.el("ul", { class: "key" }, names.map((name, i) => {
      const line = dom.svg("svg", { width: 28, height: 8, "aria-hidden": "true" }, dom.svg("line", {
        x1: 0, x2: 28, y1: 4, y2: 4, class: "colour-" + i % COLOURS.length, "stroke-dasharray": dash(i).join(" ") }));
      return dom.el("li", {}, line, dom.theirs(name, "code"), more(i));
    }));
  }

  return { axis, key, place, when_seen, colour: (i) => dom.colour(COLOURS[i % COLOURS.length]), dash };
})();
