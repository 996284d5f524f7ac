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

  const axis = (more = {}) => ({
    stroke: dom.colour("ink-soft"), font: "12px system-ui, sans-serif", gap: 4,
    grid: { stroke: dom.colour("rule"), width: 1 },
    ticks: { stroke: dom.colour("rule"), width: 1, size: 5 }, ...more,
  });

  return { axis, place, when_seen, colour: (i) => dom.colour(COLOURS[i % COLOURS.length]),
    dash: (i) => DASHES[Math.floor(i) % DASHES.length] };
})();
