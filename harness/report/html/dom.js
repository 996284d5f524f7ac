// SPDX-License-Identifier: MIT
// dom: makes elements. Text of scenarios and processes is hostile until shown as text: everything
// here goes through textContent and setAttribute, nothing is ever parsed as HTML.
const dom = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  // Control characters and those that turn the direction of text, made visible.
  function shown(text) {
    return String(text)
      .replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
      .replace(/[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
        (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  }

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (typeof value === "function") element.addEventListener(name, value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    append(element, children);
    return element;
  }

  function append(element, children) {
    for (const child of children.flat(Infinity)) {
      if (child === undefined || child === null || child === false) continue;
      element.append(child instanceof Node ? child : shown(child));
    }
    return element;
  }

  // el("p", {class: "note", click: act}, "text", other): functions become listeners.
  const el = (tag, attributes, ...children) =>
    fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) =>
    fill(document.createElementNS(SVG, tag), attributes, children);
  // Text of a file or a process inside a sentence of ours: its direction stays its own.
  const theirs = (text, tag = "bdi", attributes = {}, ...more) =>
    el(tag, { dir: "auto", ...attributes }, text, more);

  function replace(element, ...children) {
    element.replaceChildren();
    return append(element, children);
  }

  // A part of a scenario's details, with a heading that screen readers can jump to.
  const section = (title, note, ...children) =>
    el("section", { class: "part" },
      el("h4", {}, title, note ? el("span", { class: "note" }, note) : null), children);

  const fold = (title, make, attributes = {}) => {
    const body = el("div", {});
    const details = el("details", { class: "fold", ...attributes }, el("summary", {}, title), body);
    details.addEventListener("toggle", () => {
      if (details.open && !body.hasChildNodes()) append(body, [make()]);
    });
    return details;
  };

  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  return { append, colour, el, fold, replace, section, shown, svg, theirs };
})();
