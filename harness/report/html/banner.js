// SPDX-License-Identifier: MIT
// banner: the answer first: did all come out as expected, and how many did not.
const banner = (() => {
  const { el } = dom;

  function sentence(session) {
    const { scenarios: total } = session.summary;
    const bad = session.scenarios.filter((short) => data.is_failure(short.outcome)).length;
    const good = session.summary.as_expected;
    if (total === 0) return "Nothing was selected";
    if (bad > 0) {
      return `${units.grouped(bad)} of ${units.plural(total, "scenario")} did not come out as expected`;
    }
    if (good === total) return total === 1 ? "The scenario came out as expected" : `All ${units.grouped(total)} scenarios came out as expected`;
    if (good === 0) return "No scenario was played to its end";
    return `${units.grouped(good)} of ${units.plural(total, "scenario")} came out as expected; the others were not played`;
  }

  function counts(session) {
    const seen = Object.entries(data.OUTCOMES).filter(([key]) => session.summary[key] > 0);
    const bar = el("div", { class: "share", "aria-hidden": "true" }, seen.map(([key]) => {
      const part = el("span", { class: "is-" + key });
      part.style.flexGrow = session.summary[key];
      return part;
    }));
    return [bar, el("ul", { class: "counts" }, seen.map(([key, [word, sign]]) =>
      el("li", { class: "is-" + key, "data-outcome": key }, el("span", { class: "sign", "aria-hidden": "true" }, sign),
        el("b", {}, units.grouped(session.summary[key])), " ", word)))];
  }

  function section(session) {
    const bad = session.scenarios.some((short) => data.is_failure(short.outcome));
    const runs = session.scenarios.reduce((sum, short) => sum + short.runs, 0);
    const facts = [units.date(session.started), `${units.plural(runs, "run")} in ${units.time(session.wall_ns)}`,
      `seed ${session.seed}`].filter(Boolean);
    return el("section", { class: "banner " + (bad ? "bad" : "good") }, el("h1", {}, sentence(session)),
      counts(session), el("p", { class: "note" }, facts.join(" · ")));
  }

  return { section };
})();
