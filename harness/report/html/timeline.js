// SPDX-License-Identifier: MIT
// timeline: the picture of a course on a canvas: a lane for each process, spans of its steps, arrows
// of the causes, marks of what the kernel did. It draws what is visible and nothing else: one
// rectangle for each pixel column where many events lie in one. Zooms, pans, finds what is under the
// pointer. What is selected, and the range that is shown, stand in attributes of its element.
class Timeline {
  static AXIS = 26;
  static MOST_ARROWS = 300;

  constructor(course, { on_select }) {
    this.course = course;
    this.on_select = on_select;
    this.selected = -1;
    this.hovered = -1;
    this.chain = [];
    this.matches = null;  // of a search: by text, whether it matches
    this.family = Uint8Array.from(course.texts, (text) => families.of(text));
    this.lane_height = course.lanes.length <= 24 ? 30 : 20;
    const margin = 0.02 * (course.end - course.begin) + 10;
    this.whole = [course.begin - margin, course.end + 1.5 * margin];
    [this.low, this.high] = this.whole;
    this.#make_elements();
    this.#listen();
  }

  #make_elements() {
    const { el } = dom;
    const height = this.course.lanes.length * this.lane_height + Timeline.AXIS + 6;
    this.canvas = el("canvas", {});
    this.tip = el("div", { class: "tip", "aria-hidden": "true" });
    this.scroller = el("div", { class: "scroller", tabindex: "-1" },  // its keys are those of the timeline
      el("div", { class: "lanes" }, this.canvas));
    this.scroller.firstChild.style.height = height + "px";
    this.scroller.style.height = Math.min(height, 460) + "px";
    this.element = el("div", { class: "timeline", tabindex: "0", role: "application",
      "aria-roledescription": "timeline",
      "aria-label": `Timeline of ${units.plural(this.course.lanes.length, "process", "processes")} and `
        + `${units.plural(this.course.count, "event")}. Arrow keys move, plus and minus zoom, 0 shows all, `
        + "up and down change the process, comma and full stop the event, C goes to its cause." },
      this.scroller, this.tip);
  }

  // --- where things are ---

  get plot_width() { return Math.max(10, this.width - this.gutter); }
  x_of(ns) { return this.gutter + ((ns - this.low) / (this.high - this.low)) * this.plot_width; }
  ns_of(x) { return this.low + ((x - this.gutter) / this.plot_width) * (this.high - this.low); }
  y_of(lane) { return Timeline.AXIS + lane * this.lane_height - this.scroller.scrollTop; }
  lane_at(y) {
    const lane = Math.floor((y - Timeline.AXIS + this.scroller.scrollTop) / this.lane_height);
    return y >= Timeline.AXIS && lane >= 0 && lane < this.course.lanes.length ? lane : -1;
  }

  show(low, high) {
    const [least, most] = this.whole;
    const span = Math.min(Math.max(high - low, 20), most - least);
    this.low = Math.max(least, Math.min(low, most - span));
    this.high = this.low + span;
    this.redraw();
  }
  show_all() { this.show(...this.whole); }
  zoom(factor, x = this.gutter + this.plot_width / 2) {
    const at = this.ns_of(x);
    this.show(at - (at - this.low) * factor, at + (this.high - at) * factor);
  }
  pan(pixels) {
    const ns = (pixels / this.plot_width) * (this.high - this.low);
    this.show(this.low + ns, this.low + ns + (this.high - this.low));
  }

  // Brings an event into sight without more movement than that needs.
  reveal(event) {
    const { course } = this;
    const [from, to] = [course.from[event], course.done(event)];
    const span = this.high - this.low;
    if (to < this.low || from > this.high) {
      const middle = (from + Math.min(to, from + span)) / 2;
      this.show(middle - span / 2, middle + span / 2);
    }
    const y = course.lane[event] * this.lane_height;
    const room = this.scroller.clientHeight - Timeline.AXIS - this.lane_height;
    if (y < this.scroller.scrollTop) this.scroller.scrollTop = y;
    else if (y > this.scroller.scrollTop + room) this.scroller.scrollTop = y - room;
    this.redraw();
  }

  // Zooms so that an event is a third of the picture.
  focus(event) {
    const { course } = this;
    const length = Math.max(course.done(event) - course.from[event], 1000);
    const middle = (course.done(event) + course.from[event]) / 2;
    this.show(middle - 1.5 * length, middle + 1.5 * length);
    this.reveal(event);
  }

  select(event, { reveal = true } = {}) {
    this.selected = event;
    this.chain = event < 0 ? [] : this.course.chain(event);
    if (event >= 0 && reveal) this.reveal(event);
    this.redraw();
    this.on_select(event, this.chain);
  }

  search(text) {
    const wanted = text.trim().toLowerCase();
    const { course } = this;
    if (!wanted) {
      this.matches = null;
      this.redraw();
      return [];
    }
    const by_text = course.texts.map((t) => t.toLowerCase().includes(wanted));
    const by_lane = course.lanes.map((lane) => lane.path.toLowerCase().includes(wanted));
    this.matches = Uint8Array.from(course.kind, (_, e) =>
      by_text[course.text[e]] || by_text[course.error[e]] || by_text[course.answer[e]]
        || by_lane[course.lane[e]] || course.name(e).toLowerCase().includes(wanted) ? 1 : 0);
    this.redraw();
    return [...course.of_lane].filter((e) => this.matches[e]).sort((a, b) => course.from[a] - course.from[b]);
  }

  // --- drawing ---

  redraw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.#draw();
    });
  }

  resize() {
    this.width = Math.floor(this.scroller.clientWidth);
    this.height = Math.floor(this.scroller.clientHeight);
    this.gutter = this.width < 520 ? 84 : Math.min(190, 30 + 7 * this.course.lanes.reduce((most, lane) =>
      Math.max(most, lane.path.length), 0));
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = this.width + "px";
    this.canvas.style.height = this.height + "px";
    this.#draw();  // at once: another size has made the canvas blank
  }

  #colours() {
    const names = ["ink", "ink-soft", "ink-faint", "rule", "paper", "panel", "red", "accent", "lane", "on-colour",
      ...families.FAMILIES.map((family) => "span-" + family.colour)];
    this.colours = Object.fromEntries(names.map((name) => [name, dom.colour(name)]));
  }

  #draw() {
    if (!this.width) return;
    const began = performance.now();
    if (!this.colours) this.#colours();
    const ratio = devicePixelRatio || 1;
    const g = this.canvas.getContext("2d", { alpha: false });
    this.g = g;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.fillStyle = this.colours.panel;
    g.fillRect(0, 0, this.width, this.height);
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / this.lane_height));
    const last = Math.min(this.course.lanes.length,
      first + Math.ceil((this.height - Timeline.AXIS) / this.lane_height) + 1);
    g.save();
    g.beginPath();
    g.rect(this.gutter, Timeline.AXIS, this.plot_width, this.height);
    g.clip();
    this.#grid();
    for (let lane = first; lane < last; ++lane) this.#lane(lane);
    this.#arrows(first, last);
    for (let lane = first; lane < last; ++lane) this.#marks(lane);
    this.#highlight();
    g.restore();
    for (let lane = first; lane < last; ++lane) this.#label(lane);
    this.#axis();
    const { dataset } = this.element;
    dataset.fromNs = Math.round(this.low);
    dataset.toNs = Math.round(this.high);
    dataset.selected = this.selected;
    dataset.gutter = this.gutter;
    dataset.laneHeight = this.lane_height;
    dataset.axis = Timeline.AXIS;
    dataset.drawMs = (performance.now() - began).toFixed(2);
  }

  #ticks() {
    const step = units.step(this.high - this.low, this.plot_width / 110);
    const found = [];
    for (let t = Math.ceil(Math.max(0, this.low) / step) * step; t <= this.high; t += step) found.push(t);
    return { step, found };
  }

  #grid() {
    this.g.fillStyle = this.colours.rule;
    for (const t of this.#ticks().found) this.g.fillRect(Math.round(this.x_of(t)), 0, 1, this.height);
  }

  #axis() {
    const { g } = this;
    g.fillStyle = this.colours.panel;
    g.fillRect(0, 0, this.width, Timeline.AXIS);
    g.fillStyle = this.colours["ink-soft"];
    g.font = "12px system-ui, sans-serif";
    g.textAlign = "center";
    const { step, found } = this.#ticks();
    // As many digits as tell two neighbours apart.
    for (const t of found) {
      const wanted = t > 0 ? Math.min(9, Math.max(3, Math.floor(Math.log10(t / step)) + 2)) : 3;
      const x = Math.round(this.x_of(t));
      if (x > this.gutter - 4 && x < this.width - 24) g.fillText(units.time(Math.round(t), wanted), x, 17);
    }
    g.fillStyle = this.colours.rule;
    g.fillRect(0, Timeline.AXIS - 1, this.width, 1);
    g.fillRect(this.gutter - 1, 0, 1, this.height);
  }

  #label(lane) {
    const { g } = this;
    const { path, status } = this.course.lanes[lane];
    const y = this.y_of(lane);
    g.fillStyle = this.colours.panel;
    g.fillRect(0, y, this.gutter - 1, this.lane_height);
    g.font = (this.lane_height > 24 ? "13px" : "11px") + " system-ui, sans-serif";
    g.textAlign = "left";
    g.fillStyle = this.selected >= 0 && this.course.lane[this.selected] === lane
      ? this.colours.accent : this.colours.ink;
    const bad = status && status !== "0";
    const room = this.gutter - 16 - (bad ? 12 : 0);
    let text = dom.shown(path);
    if (g.measureText(text).width > room) {
      // The end of a path tells more than its beginning.
      let cut = Math.max(0, text.length - Math.floor(room / 5));
      while (cut < text.length && g.measureText("…" + text.slice(cut)).width > room) ++cut;
      text = "…" + text.slice(cut);
    }
    g.fillText(text, 8, y + this.lane_height / 2 + 4);
    if (bad) {
      g.fillStyle = this.colours.red;
      g.textAlign = "right";
      g.fillText("✗", this.gutter - 6, y + this.lane_height / 2 + 4);
    }
  }

  #lane(lane) {
    const { g, course } = this;
    const y = this.y_of(lane);
    const [begin, end, seen] = this.#life(lane);
    const [x0, x1] = [Math.max(this.gutter, this.x_of(begin)), Math.min(this.width, this.x_of(end))];
    g.fillStyle = this.colours.rule;
    g.fillRect(this.gutter, y + this.lane_height - 1, this.plot_width, 1);
    if (x1 > x0) {
      g.fillStyle = this.colours.lane;
      g.fillRect(x0, y + 4, x1 - x0, this.lane_height - 9);
      // Until somebody saw that it had ended.
      const x2 = Math.min(this.width, this.x_of(seen));
      if (x2 > x1) g.fillRect(x1, y + this.lane_height / 2 - 1.5, x2 - x1, 2);
    }
    g.font = "11px ui-monospace, \"DejaVu Sans Mono\", monospace";
    g.textAlign = "left";
    for (let depth = 0; depth < Course.ROWS; ++depth) {
      const [first, last] = course.row(lane, depth);
      if (first < last) this.#row(first, last, y + 4 + depth * 4, this.lane_height - 9 - depth * 4);
    }
  }

  #life(lane) {
    if (!this.lives) {
      const { course } = this;
      this.lives = course.lanes.map((_, l) => {
        const part = course.of_lane.subarray(course.lane_start[l], course.lane_start[l + 1]);
        if (part.length === 0) return [0, 0, 0];
        const end = part.findLast((e) => course.kind[e] === KIND.END);
        return end === undefined ? [course.from[part[0]], course.end, course.end]
          : [course.from[part[0]], course.from[end], course.to[end]];
      });
    }
    return this.lives[lane];
  }

  #colour_of(event) {
    return this.colours["span-" + families.FAMILIES[this.family[this.course.text[event]]].colour];
  }
  #alpha_of(event) { return this.matches && !this.matches[event] ? 0.18 : 1; }

  // The spans of a row that are visible.
  #row(first, last, y, height) {
    const { g, course, low, high } = this;
    const { row_from, row_to, in_row } = course;
    const pixel = (high - low) / this.plot_width;
    // Columns of pixels that look the same are one rectangle.
    const run = { colour: "", alpha: 1, from: 0, to: 0 };
    const flush = () => {
      if (run.to > run.from) {
        g.fillStyle = run.colour;
        g.globalAlpha = run.alpha;
        g.fillRect(run.from, y, run.to - run.from, height);
      }
      run.to = run.from;
    };
    let i = Course.lower_bound(first, last, (k) => row_to[k] >= low);
    while (i < last && row_from[i] <= high) {
      const event = in_row[i];
      const x0 = this.x_of(Math.max(row_from[i], low - pixel));
      const x1 = this.x_of(Math.min(row_to[i], high + pixel));
      if (x1 - x0 >= 1.5) {
        this.#span(event, x0, x1, y, height);
        ++i;
        continue;
      }
      // What begins in one column has the colour of the first that matches what is searched for.
      const column = Math.floor(x0);
      const next_at = this.ns_of(column + 1);
      let next = this.#gallop(i + 1, last, next_at);
      if (next - 1 > i && row_to[next - 1] > next_at + pixel / 2) --next;  // the last one is wider
      let shown = event;
      for (let k = i; this.matches && !this.matches[shown] && k < next; ++k) shown = in_row[k];
      const colour = this.#colour_of(shown), alpha = this.#alpha_of(shown);
      if (column !== run.to || colour !== run.colour || alpha !== run.alpha) {
        flush();
        [run.colour, run.alpha, run.from] = [colour, alpha, column];
      }
      run.to = column + 1;
      i = next;
    }
    flush();
    g.globalAlpha = 1;
  }

  // The first from `i` on that begins at `at` or later; near ones are found at once.
  #gallop(i, last, at) {
    const { row_from } = this.course;
    let reach = 1;
    while (i + reach < last && row_from[i + reach] < at) reach *= 2;
    return Course.lower_bound(i, Math.min(last, i + reach + 1), (k) => row_from[k] >= at);
  }

  #span(event, x0, x1, y, height) {
    const { g, course } = this;
    const width = x1 - x0;
    g.fillStyle = this.#colour_of(event);
    g.globalAlpha = this.#alpha_of(event);
    g.fillRect(x0, y, Math.max(1, width - 0.75), height);
    const open = course.to[event] < 0;
    if (open || course.error[event] !== 0) {
      g.strokeStyle = this.colours.red;
      g.lineWidth = 1.5;
      g.setLineDash(open ? [4, 3] : []);
      g.strokeRect(x0 + 0.75, y + 0.75, Math.max(1, width - 2), height - 1.5);
      g.setLineDash([]);
    }
    const left = Math.max(x0, this.gutter) + 4;
    const letters = Math.floor((Math.min(x1, this.width) - left - 3) / 6.7);
    if (letters >= 2 && height > 9) {
      g.fillStyle = this.colours["on-colour"];
      g.fillText(cut_to(dom.shown(course.name(event)), letters), left, y + height / 2 + 4);
    }
    g.globalAlpha = 1;
  }

  // Begin, end and what else the kernel did: shapes, each its own; a tick where there is no room.
  #marks(lane) {
    const { course, low, high } = this;
    const [first, last] = course.row(lane, Course.ROWS);
    const y = this.y_of(lane) + this.lane_height / 2 - 0.5;
    const margin = (8 / this.plot_width) * (high - low);
    let i = Course.lower_bound(first, last, (k) => course.row_from[k] >= low - margin);
    let drawn = -Infinity, ticked = -Infinity;
    while (i < last && course.row_from[i] <= high + margin) {
      const event = course.in_row[i];
      const x = this.x_of(course.row_from[i]);
      if (x - drawn >= 9 || event === this.selected || course.kind[event] === KIND.END) {
        this.#mark(event, x, y);
        drawn = x;
      } else if (x - ticked >= 1) {
        this.g.fillStyle = this.colours[course.kind[event] === KIND.GOT ? "red" : "ink"];
        this.g.fillRect(x, y + this.lane_height / 2 - 4, 1, 3);
        ticked = x;
      } else {  // on to the next pixel
        i = Math.max(i, this.#gallop(i + 1, last, this.ns_of(ticked + 1)) - 1);
      }
      ++i;
    }
    this.g.globalAlpha = 1;
  }

  #mark(event, x, y) {
    const { g, course, colours } = this;
    const kind = course.kind[event];
    const { status } = course.lane_of(event);
    g.globalAlpha = this.matches && !this.matches[event] ? 0.25 : 1;
    const bad = kind === KIND.END && status && status !== "0";
    g.strokeStyle = g.fillStyle = bad || kind === KIND.GOT ? colours.red : colours.ink;
    g.lineWidth = 1.75;
    const r = this.lane_height > 24 ? 5 : 4;
    g.beginPath();
    if (kind === KIND.BEGIN) {
      g.moveTo(x, y - r - 4); g.lineTo(x, y + r + 4);
      g.moveTo(x, y - r - 4); g.lineTo(x + 4, y - r - 4);
      g.moveTo(x, y + r + 4); g.lineTo(x + 4, y + r + 4);
    } else if (kind === KIND.END) {
      g.moveTo(x - 4, y - r - 4); g.lineTo(x, y - r - 4); g.lineTo(x, y + r + 4); g.lineTo(x - 4, y + r + 4);
      if (bad) { g.moveTo(x + 3, y - 4); g.lineTo(x + 10, y + 3); g.moveTo(x + 10, y - 4); g.lineTo(x + 3, y + 3); }
    } else if (kind === KIND.STOPPED) {
      g.fillRect(x - 4, y - r, 3, 2 * r); g.fillRect(x + 1, y - r, 3, 2 * r);
    } else if (kind === KIND.CONTINUED) {
      g.moveTo(x - 3, y - r); g.lineTo(x + 5, y); g.lineTo(x - 3, y + r); g.closePath(); g.fill();
    } else {  // Got, a bolt down; Orphaned, a rhombus
      g.moveTo(x, y - r - 1); g.lineTo(x + r, y); g.lineTo(x, y + r + 1);
      if (kind === KIND.ORPHANED) { g.lineTo(x - r, y); g.closePath(); } else g.lineTo(x, y - r - 1);
      g.fillStyle = kind === KIND.ORPHANED ? colours.panel : colours.red;
      g.fill();
    }
    g.stroke();
  }

  // --- arrows ---

  #arrows(first, last) {
    const { course, low, high } = this;
    const from = Course.lower_bound(0, course.arrow_times.length, (i) => course.arrow_times[i] >= low);
    const to = Course.lower_bound(from, course.arrow_times.length, (i) => course.arrow_times[i] > high);
    this.element.dataset.arrows = to - from;
    if (to - from > Timeline.MOST_ARROWS) return;
    // The more there are, the paler.
    this.g.globalAlpha = Math.min(this.selected >= 0 ? 0.3 : 0.8, Math.max(0.2, 30 / (to - from)));
    for (let i = from; i < to; ++i) {
      const arrow = course.arrows_by_time[i];
      const [a, b] = [course.arrow_from[arrow], course.arrow_to[arrow]];
      const lanes = [course.lane[a], course.lane[b]];
      if (Math.max(...lanes) < first || Math.min(...lanes) >= last) continue;
      this.#arrow(a, b, this.colours["ink-soft"], 1.1);
    }
    this.g.globalAlpha = 1;
  }

  // From a cause to what it caused: it leaves the cause when that was done, or earlier if what it
  // caused was.
  #arrow(cause, event, colour, width) {
    const { g, course } = this;
    const at = course.instant(event);
    const left = Math.max(course.from[cause], Math.min(course.instant(cause), at));
    const [x0, x1] = [this.x_of(left), this.x_of(at)].map((x) => Math.max(-2000, Math.min(x, this.width + 2000)));
    const half = this.lane_height / 2 - 0.5;
    const down = course.lane[event] > course.lane[cause] ? 1 : course.lane[event] < course.lane[cause] ? -1 : 0;
    const y0 = this.y_of(course.lane[cause]) + half + down * (half - 4);
    const y1 = this.y_of(course.lane[event]) + half - down * (half - 3);
    const bend = Math.min(40, Math.max(6, Math.abs(y1 - y0) / 2));
    g.strokeStyle = g.fillStyle = colour;
    g.lineWidth = width;
    g.beginPath();
    g.moveTo(x0, y0);
    if (down === 0) g.quadraticCurveTo((x0 + x1) / 2, y0 - this.lane_height * 0.7, x1, y1);
    else g.bezierCurveTo(x0, y0 + down * bend, x1, y1 - down * bend, x1, y1 - down * 4);
    g.stroke();
    const head = 3 + width;
    g.beginPath();
    g.moveTo(x1, y1);
    g.lineTo(x1 - head, y1 - (down || 1) * head * 1.7);
    g.lineTo(x1 + head, y1 - (down || 1) * head * 1.7);
    g.fill();
  }

  // The selected event, and the chain of its causes: of a long one the latest thousand.
  #highlight() {
    const { g, course, chain } = this;
    const shown = chain.slice(0, 1000);
    for (let i = 0; i + 1 < shown.length; ++i) {
      if (course.lane[shown[i]] !== course.lane[shown[i + 1]]) {
        this.#arrow(shown[i + 1], shown[i], this.colours.accent, 2.2);
      }
    }
    g.strokeStyle = this.colours.accent;
    shown.forEach((event, i) => this.#frame(event, i === 0 ? 2.5 : 1.25));
    if (this.hovered >= 0 && this.hovered !== this.selected) {
      g.strokeStyle = this.colours.ink;
      this.#frame(this.hovered, 1.25);
    }
  }

  #frame(event, width) {
    const { g, course } = this;
    const span = course.is_span(event);
    const x0 = this.x_of(course.from[event]), x1 = span ? this.x_of(course.done(event)) : x0;
    if (x1 < this.gutter - 8 || x0 > this.width + 8) return;
    const left = Math.max(this.gutter - 8, x0), right = Math.min(this.width + 8, x1);
    const y = this.y_of(course.lane[event]);
    const depth = span ? course.depth[event] * 4 : 0;
    g.lineWidth = width;
    if (span) g.strokeRect(left - 1, y + 3 + depth, Math.max(3, right - left + 1.25), this.lane_height - 7 - depth);
    else g.strokeRect(left - 7, y + 2, 14, this.lane_height - 5);
  }

  // --- what is under the pointer ---

  event_at(x, y) {
    const lane = this.lane_at(y);
    if (lane < 0 || x < this.gutter) return -1;
    const { course } = this;
    const reach = (this.high - this.low) / this.plot_width;
    const at = this.ns_of(x);
    const mark = this.#closest(course.row(lane, Course.ROWS), at, 6 * reach);
    if (mark >= 0) return mark;
    for (let depth = Course.ROWS - 1; depth >= 0; --depth) {
      if (y < this.y_of(lane) + 4 + depth * 4) continue;
      const span = this.#closest(course.row(lane, depth), at, 3 * reach);
      if (span >= 0) return span;
    }
    return -1;
  }

  // Of a row the event that is nearest to an instant, and within `reach` of it.
  #closest([first, last], at, reach) {
    const { row_from, row_to, in_row } = this.course;
    const i = Course.lower_bound(first, last, (k) => row_to[k] >= at);
    let best = -1, best_distance = reach;
    for (const k of [i - 1, i]) {
      if (k < first || k >= last) continue;
      const distance = Math.max(0, row_from[k] - at, at - row_to[k]);
      if (distance <= best_distance) [best, best_distance] = [in_row[k], distance];
    }
    return best;
  }

  #hover(event, x, y) {
    if (event !== this.hovered) {
      this.hovered = event;
      this.redraw();
    }
    this.canvas.style.cursor = event >= 0 ? "pointer" : "";
    if (event < 0) {
      this.tip.classList.remove("on");
      return;
    }
    const { course } = this;
    dom.replace(this.tip, dom.el("b", {}, course.name(event)), " ", course.lane_of(event).path, dom.el("br", {}),
      when_of(course, event));
    this.tip.classList.add("on");
    const left = Math.min(x + 12, this.width - this.tip.offsetWidth - 4);
    const above = y + this.tip.offsetHeight + 20 > this.height;
    this.tip.style.transform =
      `translate(${Math.max(0, left)}px, ${above ? y - this.tip.offsetHeight - 8 : y + 16}px)`;
  }

  // --- listening ---

  #listen() {
    const { element, scroller, canvas } = this;
    new ResizeObserver(() => this.resize()).observe(scroller);
    scroller.addEventListener("scroll", () => this.redraw());
    theme.on_change(() => { this.colours = null; this.#draw(); });  // at once: it may be for paper
    element.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => this.zoom(event.shiftKey ? 2 : 0.4, event.offsetX));
    canvas.addEventListener("pointerleave", () => this.#hover(-1));
    this.#listen_to_pointers(canvas);
  }

  // With ctrl, as a pinch of a touchpad comes, it zooms; sideways it pans; else the page scrolls.
  #wheel(event) {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      this.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.01), event.offsetX);
    } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      this.pan(sideways);
    } else {
      return;
    }
    event.preventDefault();
  }

  // One pointer drags, two of them pinch, one that has not moved selects.
  #listen_to_pointers(canvas) {
    const down = new Map();
    let moved = 0;
    const place = (event) => ({ x: event.offsetX, y: event.offsetY });
    const pair = () => {
      const [a, b] = [...down.values()];
      return { middle: (a.x + b.x) / 2, distance: Math.max(20, Math.abs(a.x - b.x)) };
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      down.set(event.pointerId, place(event));
      moved = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const now = place(event);
      const before = down.get(event.pointerId);
      if (!before) {
        this.#hover(this.event_at(now.x, now.y), now.x, now.y);
        return;
      }
      const was = down.size === 2 ? pair() : null;
      moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      down.set(event.pointerId, now);
      if (was) {
        const is = pair();
        this.zoom(was.distance / is.distance, is.middle);
        this.pan(was.middle - is.middle);
      } else if (moved > 4) {
        this.pan(before.x - now.x);
        if (event.pointerType === "mouse") scroller_by(this.scroller, before.y - now.y);
      }
    });
    const up = (event) => {
      const was_down = down.delete(event.pointerId);
      if (was_down && event.type === "pointerup" && moved <= 4 && down.size === 0) {
        const at = place(event);
        this.select(this.event_at(at.x, at.y), { reveal: false });
      }
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
  }

  // From the selected event to another one; without one, from what is in the middle.
  step(step) {
    const { course } = this;
    const event = this.selected < 0 ? course.nearest(0, (this.low + this.high) / 2)
      : course.neighbour(this.selected, step);
    if (event >= 0) this.select(event);
  }
  step_lane(step) {
    const { course } = this;
    if (this.selected < 0) return this.step(0);
    const at = course.from[this.selected];
    for (let lane = course.lane[this.selected] + step; lane >= 0 && lane < course.lanes.length; lane += step) {
      const event = course.nearest(lane, at);
      if (event >= 0) return this.select(event);
    }
  }
  to_cause() {
    const cause = this.selected < 0 ? -1 : this.course.latest_cause(this.selected);
    if (cause >= 0) this.select(cause);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowLeft: () => this.pan(-80), ArrowRight: () => this.pan(80),
      ArrowUp: () => this.step_lane(-1), ArrowDown: () => this.step_lane(1),
      "+": () => this.zoom(0.6), "=": () => this.zoom(0.6), "-": () => this.zoom(1 / 0.6),
      0: () => this.show_all(), Home: () => this.pan(-1e9), End: () => this.pan(1e9),
      ",": () => this.step(-1), ".": () => this.step(1), c: () => this.to_cause(),
      Enter: () => { if (this.selected >= 0) this.focus(this.selected); },
      Escape: () => this.select(-1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

// What fits into so many letters; those of Chinese and its like are nearly two wide.
function cut_to(text, letters) {
  let used = 0, kept = "";
  for (const letter of text) {
    used += letter.codePointAt(0) > 0x2e80 ? 1.8 : 1;
    if (used > letters) return [...kept].slice(0, -1).join("") + "…";
    kept += letter;
  }
  return text;
}

function scroller_by(scroller, pixels) {
  scroller.scrollTop += pixels;
}

// "at 120 µs, for 45 µs"; of what was seen between two stamps both.
function when_of(course, event) {
  const [from, to] = [course.from[event], course.to[event]];
  if (!course.is_span(event)) {
    return to > from ? `between ${units.time(from, 4)} and ${units.time(to, 4)}` : `at ${units.time(from, 4)}`;
  }
  return to < 0 ? `from ${units.time(from, 4)}, never returned`
    : `from ${units.time(from, 4)} to ${units.time(to, 4)}: ${units.time(to - from)}`;
}
