// SPDX-License-Identifier: MIT
// graph: who starts, joins, signals and feeds whom, before anything runs: each process a box, each line
// of steps a column in it. What needs something stands below it. Which boxes stand side by side, so that
// few arrows cross, says dagre. Of instances that are alike one is drawn when there are many; its name
// says how many it stands for.
const graph = (() => {
  const { el, svg, theirs } = dom;
  const MANY = 120;     // nodes: then one of those alike stands for all
  const TOO_MANY = 400; // even so: then there is the list alone
  const KINDS = {
    order: "then", cause: "cannot happen without it", alternative: "needs one of several", relation: "acts on it",
  };
  const HEIGHT = 26, ROW = 42, LETTER = 7.3, PADDING = 14, GAP = 56;

  const template_of = (path) => path.replace(/\[\d+\]/g, "[]");

  // Which processes to draw: {process, alike}.
  function chosen(json) {
    const some = json.processes.map((process) => ({ ...process, lines: process.lines.filter((line) => line.length) }))
      .filter((process) => process.lines.length);
    if (json.nodes.length <= MANY) return some.map((process) => ({ process, alike: 1 }));
    const by_template = new Map();
    for (const process of some) {
      const key = template_of(process.path);
      const found = by_template.get(key);
      if (found) ++found.alike;
      else by_template.set(key, { process, alike: 1 });
    }
    return [...by_template.values()];
  }

  const short = (text) => (text.length > 34 ? text.slice(0, 33) + "…" : text);
  const width_of = (text) => {
    let columns = 0;
    for (const c of text) columns += c.codePointAt(0) > 0x2e80 ? 1.75 : 1;
    return Math.max(46, columns * LETTER + 20);
  };

  // A step is one node, though its call lets things happen and its return waits for others: so there are
  // circles. Going along the lines first, what leads back to where one comes from is left out.
  function without_circles(nodes, edges) {
    const out = new Map(nodes.map((node) => [node, []]));
    for (const edge of edges) out.get(edge.from).push(edge);
    for (const list of out.values()) list.sort((a, b) => (b.kind === "order") - (a.kind === "order"));
    const state = new Map();  // undefined, "open", "done"
    const kept = [];
    const visit = (node) => {
      state.set(node, "open");
      for (const edge of out.get(node)) {
        if (state.get(edge.to) === "open") continue;
        kept.push(edge);
        if (!state.has(edge.to)) visit(edge.to);
      }
      state.set(node, "done");
    };
    for (const node of nodes) if (!state.has(node)) visit(node);
    return kept;
  }

  // How far down each node is: below all that it needs.
  function rows_of(json, nodes) {
    const drawn = new Set(nodes);
    const edges = without_circles(nodes, json.edges.filter((edge) =>
      edge.kind !== "relation" && drawn.has(edge.from) && drawn.has(edge.to)));
    const row = new Map(nodes.map((node) => [node, 0]));
    const needs = new Map(nodes.map((node) => [node, 0]));
    const out = new Map(nodes.map((node) => [node, []]));
    for (const { from, to } of edges) {
      needs.set(to, needs.get(to) + 1);
      out.get(from).push(to);
    }
    const free = nodes.filter((node) => needs.get(node) === 0);
    while (free.length) {
      const node = free.pop();
      for (const to of out.get(node)) {
        row.set(to, Math.max(row.get(to), row.get(node) + 1));
        needs.set(to, needs.get(to) - 1);
        if (needs.get(to) === 0) free.push(to);
      }
    }
    return row;
  }

  // The processes from left to right.
  function side_by_side(json, picked) {
    const layout = new dagre.graphlib.Graph();
    layout.setGraph({ rankdir: "TB" });
    const owner = new Map();
    picked.forEach(({ process }, p) => {
      layout.setNode(String(p), { width: 100, height: 50 });
      for (const node of process.lines.flat()) owner.set(node, String(p));
    });
    for (const { from, to } of json.edges) {
      const [a, b] = [owner.get(from), owner.get(to)];
      if (a === undefined || b === undefined || a === b) continue;
      layout.setEdge(a, b, { weight: (layout.edge(a, b)?.weight ?? 0) + 1, minlen: 1 });
    }
    dagre.layout(layout);
    return picked.map((one, p) => ({ ...one, at: layout.node(String(p)).x })).sort((a, b) => a.at - b.at);
  }

  // Boxes, columns and rows: {boxes, places: node → {x, y, width}, width, height}.
  function laid_out(json, picked) {
    const rows = rows_of(json, picked.flatMap(({ process }) => process.lines.flat()));
    const used = [...new Set(rows.values())].sort((a, b) => a - b);
    const row_of = new Map(used.map((row, i) => [row, i]));
    const places = new Map();
    const boxes = [];
    let x = 4;
    for (const { process, alike } of side_by_side(json, picked)) {
      const left = x;
      const name = process.path + (process.about ? ` · ${process.about}` : "") + (alike > 1 ? ` · one of ${alike}` : "");
      for (const line of process.lines) {
        const width = Math.max(...line.map((node) => width_of(short(json.nodes[node].text))));
        for (const node of line) {
          places.set(node, { x: x + PADDING + width / 2, y: row_of.get(rows.get(node)) * ROW + 44,
            width: width_of(short(json.nodes[node].text)) });
        }
        x += width + 1.5 * PADDING;
      }
      x += 0.5 * PADDING;
      const ys = process.lines.flat().map((node) => places.get(node).y);
      x = Math.max(x, left + 0.9 * width_of(name));
      boxes.push({ name, x: left, width: x - left, y: Math.min(...ys) - HEIGHT, height: Math.max(...ys) - Math.min(...ys) + 2 * HEIGHT });
      x += GAP;
    }
    return { boxes, places, width: x - GAP + 4, height: used.length * ROW + 34 };
  }

  // Down a line it is straight; elsewhere it leaves and arrives at the sides.
  function path_of(from, to, kind) {
    if (kind === "order" && from.x === to.x) return `M${from.x},${from.y + HEIGHT / 2}L${to.x},${to.y - HEIGHT / 2}`;
    const side = Math.sign(to.x - from.x) || 1;
    const x0 = from.x + (side * from.width) / 2;
    const x1 = to.x === from.x ? to.x + to.width / 2 : to.x - (side * to.width) / 2;
    const bend = to.x === from.x ? 30 : Math.max(24, Math.abs(x1 - x0) * 0.45);
    const end = to.x === from.x ? x1 + bend : x1 - side * bend;
    return `M${x0},${from.y}C${x0 + side * bend},${from.y} ${end},${to.y} ${x1},${to.y}`;
  }

  let drawings = 0;

  function drawing(json, picked) {
    const { boxes, places, width, height } = laid_out(json, picked);
    const id = "head-" + drawings++;
    const picture = svg("svg", { class: "graph", viewBox: `0 0 ${width} ${height}`, width: Math.round(width),
      height: Math.round(height), role: "img",
      "aria-label": `The processes with ${json.nodes.length} events; the list below has the same as text` },
    svg("defs", {}, svg("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7,
      markerUnits: "userSpaceOnUse", orient: "auto" }, svg("path", { d: "M0,0L8,4L0,8z", class: "head" }))),
    boxes.map((box) => [
      svg("rect", { class: "box", x: box.x, y: box.y, width: box.width, height: box.height, rx: 8 }),
      svg("text", { class: "name", x: box.x + 4, y: box.y - 5 }, box.name)]),
    json.edges.filter((edge) => places.has(edge.from) && places.has(edge.to)).map((edge) =>
      svg("path", { class: "edge " + edge.kind, d: path_of(places.get(edge.from), places.get(edge.to), edge.kind),
        "marker-end": `url(#${id})` }, svg("title", {}, `${json.nodes[edge.from].text} → ${json.nodes[edge.to].text}: `
          + KINDS[edge.kind] + (edge.label ? ` (${edge.label})` : "")))),
    [...places].map(([number, place]) => {
      const node = json.nodes[number];
      return svg("g", { class: "node " + node.kind },
        svg("rect", { x: place.x - place.width / 2, y: place.y - HEIGHT / 2, width: place.width, height: HEIGHT,
          rx: node.kind === "step" ? 4 : HEIGHT / 2 }),
        svg("text", { x: place.x, y: place.y + 4, "text-anchor": "middle" }, short(node.text)),
        svg("title", {}, node.text + (node.line ? ` (line ${node.line})` : "")));
    }));
    picture.style.maxWidth = "100%";
    picture.style.minWidth = Math.round(0.6 * width) + "px";
    picture.style.height = "auto";
    return picture;
  }

  // The same in words, for those who cannot see it and for graphs that are too large to draw.
  function listing(json) {
    const owner = new Map();
    for (const process of json.processes) {
      for (const node of process.lines.flat()) owner.set(node, process.path);
    }
    const name = (node) => theirs(`${owner.get(node) ?? "?"}.${json.nodes[node].text}`, "code");
    const told = json.edges.filter((edge) => edge.kind !== "order").slice(0, 1000);
    return el("ul", { class: "edges" }, told.map((edge) => el("li", {}, name(edge.from), " → ", name(edge.to),
      ": ", KINDS[edge.kind], edge.label ? [" (", theirs(edge.label), ")"] : null)));
  }

  function legend() {
    const line = (kind) => el("li", {}, svg("svg", { width: 30, height: 10, class: "graph", "aria-hidden": "true" },
      svg("path", { class: "edge " + kind, d: "M0,5L30,5" })), KINDS[kind]);
    return el("ul", { class: "key" }, Object.keys(KINDS).map(line));
  }

  function section(scenario) {
    const json = scenario.graph;
    if (!json || json.nodes.length === 0) return null;
    const picked = chosen(json);
    if (picked.length === 0) return null;
    const drawn = picked.reduce((sum, { process }) => sum + process.lines.flat().length, 0);
    const place = el("div", { class: "picture", tabindex: "0", role: "group", "aria-label": "Process graph" });
    const note = picked.length < json.processes.length
      ? `${picked.length} of ${json.processes.length} processes; the others are like one of these` : null;
    if (drawn > TOO_MANY) {
      dom.append(place, [el("p", { class: "note" },
        `${units.grouped(drawn)} events are too many for a picture; the list has the causes.`)]);
    } else {
      chart.when_seen(place, () => dom.append(place, [drawing(json, picked)]));
    }
    return dom.section("Process graph", note, place, drawn > TOO_MANY ? null : legend(),
      dom.fold("As a list", () => listing(json)));
  }

  return { section };
})();
