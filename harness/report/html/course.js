// SPDX-License-Identifier: MIT
// course: what happened in one run, in arrays that are quick to search. Pure; knows no picture.
//
// Events of a lane are sorted by when they began. Spans of one lane may overlap (a handler interrupts
// a step), so each lane has rows: within a row none overlaps, and both ends grow. So the visible part
// of a row is found by halving.
const KIND = { BEGIN: 0, STEP: 1, GOT: 2, END: 3, ORPHANED: 4, STOPPED: 5, CONTINUED: 6 };

class Course {
  static ROWS = 3;  // of each lane; what is nested deeper lies in the last

  constructor(json) {
    const { events, arrows } = json;
    this.lanes = json.lanes;
    this.texts = json.texts;
    this.run = json.run;
    this.wall = json.wall_ns;
    this.left_out = json.left_out;
    this.count = events.kind.length;
    this.kind = Uint8Array.from(events.kind);
    this.lane = Uint32Array.from(events.lane);
    this.from = Float64Array.from(events.from_ns);
    this.to = Float64Array.from(events.to_ns);  // below 0: never returned
    this.text = Uint32Array.from(events.text);
    this.line = Uint32Array.from(events.line);
    this.error = Uint32Array.from(events.error);
    this.answer = Uint32Array.from(events.answer);
    // When anything happened; an end may have been seen much later than it was.
    this.begin = Infinity;
    this.end = 1;
    for (let e = 0; e < this.count; ++e) {
      this.begin = Math.min(this.begin, this.from[e]);
      this.end = Math.max(this.end, this.from[e], this.is_span(e) ? this.to[e] : 0);
    }
    this.#sort_lanes();
    this.#make_rows();
    this.#index_arrows(arrows);
  }

  is_span(event) { return this.kind[event] === KIND.STEP; }
  // When it was done; one that never returned lasts to the end.
  done(event) { return this.to[event] < 0 ? this.end : this.to[event]; }
  // When a cause of it, or it as a cause, counts: a step when it returned, a fact when it was.
  instant(event) {
    return this.is_span(event) && this.to[event] >= 0 ? this.to[event] : this.from[event];
  }
  lane_of(event) { return this.lanes[this.lane[event]]; }

  name(event) {
    const text = this.texts[this.text[event]];
    return text || ["begin", "step", "got", "end", "orphaned", "stopped", "continued"][this.kind[event]];
  }

  // `of_lane`: all events, lane by lane; those of lane l from lane_start[l] to lane_start[l + 1].
  #sort_lanes() {
    const lanes = this.lanes.length;
    this.lane_start = new Uint32Array(lanes + 1);
    for (let e = 0; e < this.count; ++e) ++this.lane_start[this.lane[e] + 1];
    for (let l = 0; l < lanes; ++l) this.lane_start[l + 1] += this.lane_start[l];
    this.of_lane = new Uint32Array(this.count);
    this.rank = new Uint32Array(this.count);  // of an event: its place in of_lane
    const next = this.lane_start.slice();
    for (let e = 0; e < this.count; ++e) this.of_lane[next[this.lane[e]]++] = e;
    const earlier = (a, b) => this.from[a] - this.from[b]
      || (this.kind[b] === KIND.BEGIN) - (this.kind[a] === KIND.BEGIN)
      || (this.kind[a] === KIND.END) - (this.kind[b] === KIND.END) || this.done(b) - this.done(a) || a - b;
    for (let l = 0; l < lanes; ++l) {
      const part = this.of_lane.subarray(this.lane_start[l], this.lane_start[l + 1]);
      if (part.some((e, i) => i > 0 && earlier(part[i - 1], e) > 0)) part.sort(earlier);
    }
    this.of_lane.forEach((e, i) => { this.rank[e] = i; });
  }

  // `in_row`: the spans, row by row, with their ends beside them for the search; then the marks.
  #make_rows() {
    const rows = this.lanes.length * (Course.ROWS + 1);  // the last row of a lane has its marks
    const row_of = new Uint32Array(this.count);
    this.depth = new Uint8Array(this.count);
    this.row_start = new Uint32Array(rows + 1);
    for (let l = 0; l < this.lanes.length; ++l) {
      const ends = new Array(Course.ROWS).fill(-1);
      for (let i = this.lane_start[l]; i < this.lane_start[l + 1]; ++i) {
        const e = this.of_lane[i];
        let depth = Course.ROWS;
        if (this.is_span(e)) {
          depth = ends.findIndex((end) => end <= this.from[e]);
          if (depth < 0) depth = Course.ROWS - 1;
          ends[depth] = Math.max(ends[depth], this.done(e));
        }
        this.depth[e] = depth;
        row_of[e] = l * (Course.ROWS + 1) + depth;
        ++this.row_start[row_of[e] + 1];
      }
    }
    for (let r = 0; r < rows; ++r) this.row_start[r + 1] += this.row_start[r];
    const next = this.row_start.slice();
    this.in_row = new Uint32Array(this.count);
    this.row_from = new Float64Array(this.count);
    this.row_to = new Float64Array(this.count);
    for (const e of this.of_lane) {
      const at = next[row_of[e]]++;
      this.in_row[at] = e;
      this.row_from[at] = this.from[e];
      this.row_to[at] = this.is_span(e) ? this.done(e) : this.from[e];
    }
  }

  row(lane, depth) {
    const r = lane * (Course.ROWS + 1) + depth;
    return [this.row_start[r], this.row_start[r + 1]];
  }

  // Causes of an event from elsewhere: into_from[into_start[e] … into_start[e + 1]]; and likewise what
  // it caused. `arrows_by_time`: by when their ends were.
  #index_arrows(arrows) {
    const count = arrows.from.length;
    this.arrow_from = Uint32Array.from(arrows.from);
    this.arrow_to = Uint32Array.from(arrows.to);
    const index = (ends, others) => {
      const start = new Uint32Array(this.count + 1);
      for (const end of ends) ++start[end + 1];
      for (let e = 0; e < this.count; ++e) start[e + 1] += start[e];
      const next = start.slice();
      const found = new Uint32Array(count);
      ends.forEach((end, i) => { found[next[end]++] = others[i]; });
      return { start, found };
    };
    this.into = index(this.arrow_to, this.arrow_from);
    this.out_of = index(this.arrow_from, this.arrow_to);
    const when = Float64Array.from(this.arrow_to, (e) => this.instant(e));
    this.arrows_by_time = Uint32Array.from(when.keys()).sort((a, b) => when[a] - when[b]);
    this.arrow_times = Float64Array.from(this.arrows_by_time, (a) => when[a]);
  }

  #listed(index, event) { return index.found.subarray(index.start[event], index.start[event + 1]); }
  caused_by(event) { return this.#listed(this.into, event); }
  led_to(event) { return this.#listed(this.out_of, event); }

  // The event before it on its own line: the last of its lane that was done when it began.
  before(event) {
    const first = this.lane_start[this.lane[event]];
    for (let i = this.rank[event] - 1; i >= first && i > this.rank[event] - 64; --i) {
      const other = this.of_lane[i];
      if (this.done(other) <= this.from[event] || !this.is_span(other)) return other;
    }
    return this.rank[event] > first ? this.of_lane[this.rank[event] - 1] : -1;
  }

  neighbour(event, step) {
    const lane = this.lane[event];
    const i = this.rank[event] + step;
    return i >= this.lane_start[lane] && i < this.lane_start[lane + 1] ? this.of_lane[i] : -1;
  }

  // Why an event happened when it did: of its causes the one that came last.
  latest_cause(event) {
    const limit = this.instant(event);
    let best = this.before(event);
    let best_at = best < 0 ? -Infinity : Math.min(this.instant(best), limit);
    for (const cause of this.caused_by(event)) {
      const at = Math.min(this.instant(cause), limit);
      if (cause !== event && at >= best_at) [best, best_at] = [cause, at];
    }
    return best;
  }

  // The chain of latest causes, backwards, from the event to the first of all.
  chain(event, most = 100000) {
    const found = [event];
    const seen = new Set(found);
    for (let e = this.latest_cause(event); e >= 0 && !seen.has(e) && found.length < most;
      e = this.latest_cause(e)) {
      found.push(e);
      seen.add(e);
    }
    return found;
  }

  // When each link of a chain was; a cause that returned only after what it caused counts from its call.
  times_of(chain) {
    let limit = Infinity;
    return chain.map((event) => {
      limit = this.instant(event) <= limit ? this.instant(event) : Math.min(this.from[event], limit);
      return limit;
    });
  }

  // The event of a lane that is nearest to an instant.
  nearest(lane, at) {
    const [first, last] = [this.lane_start[lane], this.lane_start[lane + 1]];
    if (first === last) return -1;
    const i = Course.lower_bound(first, last, (k) => this.from[this.of_lane[k]] >= at);
    const candidates = [i - 1, i].filter((k) => k >= first && k < last).map((k) => this.of_lane[k]);
    return candidates.reduce((a, b) => Math.abs(this.from[b] - at) < Math.abs(this.from[a] - at) ? b : a);
  }

  // The first index from `low` to `high` of which `holds` is true; it stays true.
  static lower_bound(low, high, holds) {
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
