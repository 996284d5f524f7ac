// SPDX-License-Identifier: MIT
// events: the timeline with what belongs to it: its buttons and its search, the panel that says what
// an event is and why it happened when it did, and the events as a table.
const events = (() => {
  const { el, theirs } = dom;
  const FACTS = {
    [KIND.BEGIN]: "the process began", [KIND.GOT]: "a signal arrived; its handler began",
    [KIND.END]: "the process ended", [KIND.ORPHANED]: "its parent was gone: it had another one",
    [KIND.STOPPED]: "it was stopped", [KIND.CONTINUED]: "it went on",
  };
  const FIRST = 12;  // links of a chain that show at once

  const link_to = (course, timeline, event, text) => el("button", { class: "link", type: "button",
    click: () => timeline.select(event) }, theirs(text || course.name(event), "code"));

  // One line of the chain: how long after its cause, what, where.
  function link_row(course, timeline, chain, times, i) {
    const event = chain[i];
    const cause = chain[i + 1];
    return el("li", {}, el("span", { class: "when" }, units.time(times[i], 4)),
      link_to(course, timeline, event), theirs(course.lane_of(event).path, "span", { class: "who" }),
      el("span", { class: "after" }, cause === undefined ? "where it all began"
        : `${units.time(times[i] - times[i + 1])} after `
          + (course.lane[cause] === course.lane[event] ? "what it did before" : "what another process did")));
  }

  // Runs of steps of one process that nobody else caused are one line.
  function chain_list(course, timeline, chain) {
    const list = el("ol", { class: "chain" });
    const times = course.times_of(chain);
    const folded = (from, to) => el("li", { class: "folded" },
      `… ${units.plural(to - from, "step")} of `, theirs(course.lane_of(chain[from]).path));
    let shown = 0;
    let i = 1;
    const more = (count) => {
      for (const end = shown + count; i < chain.length && shown < end; ++shown) {
        let j = i;
        while (j + 1 < chain.length && course.lane[chain[j + 1]] === course.lane[chain[i]]) ++j;
        dom.append(list, [link_row(course, timeline, chain, times, i)]);
        if (j - i > 6) {
          dom.append(list, [folded(i + 1, j)]);
          i = j;
        } else ++i;
      }
    };
    more(FIRST);
    const button = el("button", { type: "button", click: () => {
      more(100);
      button.hidden = i >= chain.length;
    } }, "Further back");
    button.hidden = i >= chain.length;
    return [list, button];
  }

  function describe(course, scenario, event) {
    const lane = course.lane_of(event);
    const answer = course.texts[course.answer[event]], error = course.texts[course.error[event]];
    const line = course.line[event];
    const text = line > 0 && scenario.lines ? scenario.lines[line - 1] : null;
    const fact = FACTS[course.kind[event]];
    const rows = [
      ["when", when_of(course, event)],
      ["process", [theirs(lane.path, "code"), lane.about ? [" · ", theirs(lane.about)] : null,
        lane.pid > 0 ? ` · pid ${lane.pid}` : null]],
      fact ? ["what", [fact, course.kind[event] === KIND.END && lane.status ? ` with ${lane.status}` : null]] : null,
      answer ? ["answer", theirs(answer, "code")] : null,
      error ? ["error", el("b", { class: "wrong" }, theirs(error, "code"))] : null,
      text !== null && text !== undefined ? ["line " + line, theirs(text.trim(), "code")] : null,
    ].filter(Boolean);
    return [el("h5", {}, theirs(course.name(event), "code")),
      el("dl", { class: "about" }, rows.map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, value))))];
  }

  function panel(course, scenario, timeline, event, chain) {
    if (event < 0) {
      return el("p", { class: "note" },
        "Click an event to see what it is and why it happened when it did.");
    }
    const effects = course.led_to(event);
    return [el("div", {}, describe(course, scenario, event),
      effects.length ? el("p", { class: "effects" }, "It let happen: ", [...effects.slice(0, 5)].map((e, i) =>
        [i ? ", " : null, link_to(course, timeline, e, `${course.lane_of(e).path}.${course.name(e)}`)]),
      effects.length > 5 ? ` and ${effects.length - 5} more` : null) : null),
    el("div", {}, el("h5", {}, "Why then?"), chain.length > 1
      ? [el("p", { class: "note" },
        `${units.time(course.instant(event) - course.times_of(chain)[1])} after the last of its causes, which came after the last of its own, and so on:`),
        chain_list(course, timeline, chain)]
      : el("p", { class: "note" }, "Nothing before it is known to have caused it."))];
  }

  // The events round the selected one, in the order of time.
  function table_of(course, timeline) {
    const place = el("div", { class: "wide" });
    let order = null;
    const update = () => {
      order ||= Uint32Array.from(course.of_lane).sort((a, b) => course.from[a] - course.from[b]);
      const at = timeline.selected < 0 ? 0 : order.indexOf(timeline.selected);
      const first = Math.max(0, Math.min(at - 10, order.length - 25));
      const rows = [...order.slice(first, first + 25)].map((e) =>
        el("tr", { class: e === timeline.selected ? "here" : null, "aria-current": e === timeline.selected ? "true" : null },
          el("td", { class: "number" }, units.time(course.from[e], 4)),
          el("td", {}, theirs(course.lane_of(e).path)), el("td", {}, link_to(course, timeline, e)),
          el("td", { class: "number" }, course.is_span(e) && course.to[e] >= 0
            ? units.time(course.to[e] - course.from[e]) : "–"),
          el("td", {}, theirs(course.texts[course.error[e]] || course.texts[course.answer[e]]))));
      dom.replace(place, el("table", { class: "events" },
        el("caption", {}, `Events ${first + 1} to ${first + rows.length} of ${units.grouped(order.length)}`),
        el("thead", {}, el("tr", {}, ["when", "process", "event", "took", "answer"].map((name, i) =>
          el("th", { scope: "col", class: i === 0 || i === 3 ? "number" : null }, name)))),
        el("tbody", {}, rows)));
    };
    return { place, update };
  }

  function tools(timeline) {
    const button = (text, name, act) => el("button", { type: "button", "aria-label": name, title: name, click: act }, text);
    const found = el("span", { class: "note found", role: "status" });
    let matches = [], at = -1;
    const input = el("input", { type: "search", placeholder: "Find events", "aria-label": "Find events" });
    input.addEventListener("input", () => {
      matches = timeline.search(input.value);
      at = -1;
      dom.replace(found, input.value.trim() ? `${units.grouped(matches.length)} found` : "");
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        input.value = "";
        input.dispatchEvent(new Event("input"));
      }
      if (event.key !== "Enter" || matches.length === 0) return;
      at = (at + (event.shiftKey ? matches.length - 1 : 1)) % matches.length;
      timeline.select(matches[at]);
      dom.replace(found, `${units.grouped(at + 1)} of ${units.grouped(matches.length)}`);
    });
    return el("div", { class: "tools" },
      el("div", { class: "group" }, button("−", "Zoom out", () => timeline.zoom(1 / 0.6)),
        button("+", "Zoom in", () => timeline.zoom(0.6)), button("Whole run", "Show the whole run", () => timeline.show_all())),
      el("div", { class: "group" }, button("‹", "The event before", () => timeline.step(-1)),
        button("›", "The next event", () => timeline.step(1)),
        button("Its cause", "To its latest cause", () => timeline.to_cause())),
      input, found);
  }

  function legend(course) {
    const kinds = new Set(course.kind);
    const used = new Set([...new Set(course.text)].map((text) => families.of(course.texts[text])));
    const marks = [[KIND.BEGIN, "[", "begin"], [KIND.END, "]", "end"], [KIND.GOT, "▸", "signal"],
      [KIND.ORPHANED, "◇", "orphaned"], [KIND.STOPPED, "‖", "stopped"], [KIND.CONTINUED, "▶", "continued"]];
    return el("ul", { class: "key" },
      families.FAMILIES.filter((_, i) => used.has(i) && kinds.has(KIND.STEP)).filter((f) => f.name !== "other")
        .map((family) => el("li", {}, el("span", { class: "swatch swatch-" + family.colour, "aria-hidden": "true" }), family.name)),
      marks.filter(([kind]) => kinds.has(kind)).map(([, sign, word]) =>
        el("li", {}, el("b", { "aria-hidden": "true" }, sign + " "), word)));
  }

  function section(scenario, json) {
    if (!json || json.events.kind.length === 0) return null;
    const course = new Course(json);
    const live = el("p", { class: "hidden", role: "status", "aria-live": "polite" });
    const told = el("div", { class: "panel" });
    let table = null;
    const timeline = new Timeline(course, { on_select: (event, chain) => {
      dom.replace(told, panel(course, scenario, timeline, event, chain));
      dom.replace(live, event < 0 ? "" : `${course.lane_of(event).path}: ${course.name(event)}, ${when_of(course, event)}`
        + (chain.length > 1 ? `, after ${course.lane_of(chain[1]).path}: ${course.name(chain[1])}` : ""));
      if (table) table.update();
    } });
    dom.append(told, [panel(course, scenario, timeline, -1, [])]);
    const folded = dom.fold("Events as a table", () => {
      table = table_of(course, timeline);
      table.update();
      return table.place;
    });
    const note = `run ${course.run}: ${units.time(course.wall)}, ${units.plural(course.lanes.length, "process", "processes")}, `
      + units.plural(course.count, "event");
    return dom.section("Timeline", note,
      course.left_out ? el("p", { class: "warning" }, `${units.plural(course.left_out, "later event")} are left out.`) : null,
      tools(timeline), timeline.element, legend(course), live, told, folded,
      el("p", { class: "note keys" }, "Arrows are causes; where there are too many to see, zoom in or select an event. Drag to move; ", el("kbd", {}, "Ctrl"), " + wheel, pinch, double click, ",
        el("kbd", {}, "+"), el("kbd", {}, "−"), " to zoom; ", el("kbd", {}, "←"), el("kbd", {}, "→"), " move, ",
        el("kbd", {}, "↑"), el("kbd", {}, "↓"), " change the process, ", el("kbd", {}, ","), el("kbd", {}, "."),
        " the event, ", el("kbd", {}, "C"), " goes to its cause, ", el("kbd", {}, "0"), " shows all."));
  }

  return { section };
})();
