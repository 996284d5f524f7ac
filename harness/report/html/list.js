// SPDX-License-Identifier: MIT
// list: all scenarios, to search and to filter; each opens where it stands. Details are made when
// somebody opens them, rows when they are wanted.
const list = (() => {
  const { el, theirs } = dom;
  const AT_ONCE = 200;

  const runs_text = (short) => (short.runs === short.runs_wanted || short.runs_wanted === 0
    ? units.plural(short.runs, "run") : `${units.grouped(short.runs)} of ${units.plural(short.runs_wanted, "run")}`);

  function row(short, number) {
    const [word, sign] = data.OUTCOMES[short.outcome];
    const body = el("div", { class: "body" });
    const made = el("details", { class: "scenario is-" + short.outcome, "data-number": String(number) },
      el("summary", {},
        el("span", { class: "badge is-" + short.outcome }, el("span", { "aria-hidden": "true" }, sign + " "), word),
        el("span", { class: "what" }, theirs(short.title || short.id, "span", { class: "title" }),
          theirs(short.id, "code", { class: "id" }),
          short.reason ? theirs(short.reason, "span", { class: "reason" }) : null),
        el("span", { class: "runs number" }, short.runs ? runs_text(short) : ""),
        el("span", { class: "wall number" }, short.runs ? units.time(short.wall_ns) : "")),
      body);
    made.addEventListener("toggle", () => {
      if (made.open && !body.hasChildNodes()) dom.append(body, [scenario_view.details(number)]);
      if (made.open) history.replaceState(null, "", "#" + encodeURIComponent(short.id));
    });
    return made;
  }

  class View {
    constructor(session) {
      this.all = session.scenarios.map((short, number) => ({
        number, short, haystack: [short.id, short.title, ...short.tags].join("\n").toLowerCase() }));
      this.rows = new Map();
      this.outcomes = new Set();  // wanted ones; none: all
      this.text = "";
      this.tag = "";
      this.room = AT_ONCE;
      this.place = el("div", { class: "rows" });
      this.status = el("p", { class: "note", role: "status" });
      this.more = el("button", { type: "button", click: () => { this.room += AT_ONCE; this.show(); } }, "Show more");
    }

    matching() {
      const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
      return this.all.filter(({ short, haystack }) =>
        (this.outcomes.size === 0 || this.outcomes.has(short.outcome))
        && (!this.tag || short.tags.includes(this.tag)) && words.every((word) => haystack.includes(word)));
    }

    row_of({ short, number }) {
      if (!this.rows.has(number)) this.rows.set(number, row(short, number));
      return this.rows.get(number);
    }

    show() {
      const found = this.matching();
      this.place.replaceChildren(...found.slice(0, this.room).map((item) => this.row_of(item)));
      this.more.hidden = found.length <= this.room;
      dom.replace(this.status, found.length === this.all.length ? units.plural(found.length, "scenario")
        : `${units.grouped(found.length)} of ${units.plural(this.all.length, "scenario")}`);
    }

    // Opens a scenario by its id, as a link names it.
    open(id) {
      const found = this.all.findIndex(({ short }) => short.id === id);
      if (found < 0) return;
      this.outcomes.clear();
      [this.text, this.tag] = ["", ""];
      this.room = Math.max(this.room, found + 1);
      this.show();
      const opened = this.row_of(this.all[found]);
      opened.open = true;
      opened.scrollIntoView();
    }
  }

  function filters(view, session) {
    const input = el("input", { type: "search", placeholder: "Search title, file or tag",
      "aria-label": "Search scenarios" });
    input.addEventListener("input", () => { view.text = input.value; view.show(); });
    const chips = Object.entries(data.OUTCOMES).filter(([key]) => session.summary[key] > 0).map(([key, [word, sign]]) =>
      el("button", { type: "button", class: "chip is-" + key, "aria-pressed": "false", click: (event) => {
        const on = !view.outcomes.delete(key);
        if (on) view.outcomes.add(key);
        event.currentTarget.setAttribute("aria-pressed", String(on));
        view.show();
      } }, el("span", { "aria-hidden": "true" }, sign + " "), `${word} `, el("b", {}, units.grouped(session.summary[key]))));
    const tags = [...new Set(session.scenarios.flatMap((short) => short.tags))].sort();
    const select = el("select", { "aria-label": "Tag" }, el("option", { value: "" }, "every tag"),
      tags.map((tag) => el("option", { value: tag }, tag)));
    select.addEventListener("change", () => { view.tag = select.value; view.show(); });
    return el("div", { class: "filters" }, input, tags.length ? select : null,
      chips.length > 1 ? el("div", { class: "chips", role: "group", "aria-label": "Outcomes" }, chips) : null);
  }

  function section(session) {
    const view = new View(session);
    const made = el("section", { id: "scenarios" }, el("h2", {}, "All scenarios"),
      view.all.length > 3 ? filters(view, session) : null, view.status, view.place, view.more);
    view.show();
    return { element: made, view };
  }

  return { runs_text, section };
})();
