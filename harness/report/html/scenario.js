// SPDX-License-Identifier: MIT
// scenario: all that is told of one: its verdicts, how it is meant, how it went, what was measured.
const scenario_view = (() => {
  const { el, theirs } = dom;

  function printed(scenario) {
    if (!scenario.printed || scenario.printed.length === 0) return null;
    const MOST = 500;
    return dom.section("Printed", `in run ${scenario.shown_run}`, el("div", { class: "wide printed", tabindex: "0",
      role: "group", "aria-label": "Printed lines" }, el("table", {},
      el("tbody", {}, scenario.printed.slice(0, MOST).map((line) => el("tr", {},
        el("td", { class: "number when" }, units.time(line.at_ns)), el("th", { scope: "row" }, theirs(line.process)),
        el("td", {}, theirs(line.text, "code"))))))),
    scenario.printed.length > MOST
      ? el("p", { class: "note" }, `… and ${units.plural(scenario.printed.length - MOST, "line")} more`) : null);
  }

  const story = (scenario) => (scenario.story && scenario.story.length
    ? dom.section("When its time was up", null,
      el("ul", { class: "story" }, scenario.story.map((line) => theirs(line, "li")))) : null);

  function runs(scenario) {
    const walls = scenario.run_wall_ns || [];
    if (walls.length < 2) return null;
    const sorted = [...walls].sort((a, b) => a - b);
    return el("p", { class: "note" }, `${units.plural(scenario.runs, "run")}; the middle one took `
      + `${units.time(sorted[Math.floor(sorted.length / 2)])}, the shortest ${units.time(sorted[0])}, `
      + `the longest ${units.time(sorted[sorted.length - 1])}.`);
  }

  function placed(number, scenario) {
    const { tags } = data.session.scenarios[number];
    const kept = Object.entries(scenario.placement || {});
    return [tags.length ? el("p", { class: "note" }, "Tags: ", tags.map((tag, i) => [i ? ", " : null, theirs(tag)])) : null,
      kept.length ? el("p", { class: "note" }, "CPUs: ", kept.map(([process, cpus], i) =>
        [i ? ", " : null, theirs(process, "code"), " keeps to ", theirs(cpus)])) : null];
  }

  const source = (scenario) => (scenario.lines && scenario.lines.length
    ? dom.fold("The scenario file", () => el("pre", { class: "source", tabindex: "0", "aria-label": "The scenario file" },
      scenario.lines.map((line, i) => el("span", { class: "line" }, el("span", { class: "number" }, String(i + 1)),
        theirs(line, "span"))))) : null);

  const diagnostics = (scenario) => (scenario.diagnostics && scenario.diagnostics.length
    ? el("pre", { class: "diagnostics", tabindex: "0" }, scenario.diagnostics.join("\n")) : null);

  const verdict_list = (scenario) => {
    if (!scenario.verdicts || scenario.verdicts.length === 0) return null;
    const held = scenario.verdicts.filter((verdict) => verdict.as_expected).length;
    return dom.section("Verdicts", `${held} of ${scenario.verdicts.length} as expected`, verdicts.list(scenario));
  };

  // What explains a scenario beside its verdicts.
  function pictures(number, scenario) {
    const course = data.course(number);
    return [graph.section(scenario), events.section(scenario, course), outcomes.histogram(scenario),
      curves.section(scenario), throughput.section(scenario, course), figures.table(scenario),
      printed(scenario), story(scenario),
      el("div", {}, runs(scenario), placed(number, scenario), source(scenario))];
  }

  // The whole; a failure that stands above with its verdicts has only the rest.
  function details(number) {
    const scenario = data.scenario(number);
    return el("div", { class: "details" }, diagnostics(scenario), verdict_list(scenario), pictures(number, scenario));
  }

  function failure(number) {
    const scenario = data.scenario(number);
    const short = data.session.scenarios[number];
    const [word, sign] = data.OUTCOMES[short.outcome];
    return el("article", { class: "failure is-" + short.outcome, id: "failure-" + number },
      el("header", {}, el("span", { class: "badge is-" + short.outcome },
        el("span", { "aria-hidden": "true" }, sign + " "), word),
      el("h3", {}, theirs(short.title || short.id)), el("p", { class: "id" }, theirs(short.id, "code"),
        ` · ${list.runs_text(short)} · ${units.time(short.wall_ns)}`)),
      short.reason ? el("p", { class: "reason" }, theirs(short.reason)) : null,
      diagnostics(scenario),
      scenario.verdicts && scenario.verdicts.some((v) => !v.as_expected)
        ? verdicts.list(scenario, { only_bad: true }) : null,
      short.runs > 0 ? dom.fold("How it ran", () => el("div", { class: "details" }, pictures(number, scenario)), { class: "fold how" })
        : null);
  }

  return { details, failure };
})();
