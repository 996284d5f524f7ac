// SPDX-License-Identifier: MIT
// verdicts: what was expected, what is to be said of it, and why: the message, the line of the file
// marked where it stands, and the evidence (a chain of causes, a way round, or what contradicts).
const verdicts = (() => {
  const { el, theirs } = dom;
  const SIGNS = { held: "✓", broken: "✗", invalid: "!", inconclusive: "?", skipped: "–" };

  // A line of the file, from a column on underlined.
  function marked(line, column) {
    const letters = [...line];
    const from = column > 0 && column <= letters.length ? column - 1 : letters.length - line.trimStart().length;
    return theirs("", "span", {}, letters.slice(0, from).join(""), el("mark", {}, letters.slice(from).join("")));
  }

  function excerpt(verdict, lines) {
    const at = verdict.line;
    if (!at || !lines || at > lines.length) return null;
    const code = el("pre", { class: "source", tabindex: "0", "aria-label": `Line ${at} of the file` });
    for (let line = Math.max(1, at - 1); line <= Math.min(lines.length, at + 1); ++line) {
      dom.append(code, [el("span", { class: line === at ? "line here" : "line" },
        el("span", { class: "number" }, String(line)),
        line === at ? marked(lines[line - 1], verdict.column) : theirs(lines[line - 1], "span"))]);
    }
    return code;
  }

  // "main.begin → main.start(child) → main.print" as steps that may wrap anywhere between them.
  function chained(text) {
    const parts = text.split(" → ");
    if (parts.length < 3) return [theirs(text)];
    return parts.flatMap((part, i) => i === 0 ? [theirs(part)]
      : [el("span", { class: "arrow" }, " → "), theirs(part)]);
  }

  function one(verdict, lines) {
    const good = verdict.as_expected;
    const word = verdict.wanted === verdict.verdict || verdict.wanted === "held" ? verdict.verdict
      : `${verdict.verdict}, wanted ${verdict.wanted}`;
    // What was found, in few words, needs no line of its own.
    const brief = good && verdict.message.length <= 36;
    return el("li", { class: `verdict ${good ? "good" : "bad"} is-${verdict.verdict}` },
      el("div", { class: "expectation" },
        el("span", { class: "sign", "aria-hidden": "true" },
          good ? "✓" : SIGNS[verdict.verdict] || "✗"),
        el("span", { class: "key" }, verdict.key === "left" ? "always" : verdict.key),
        theirs(verdict.text, "code"),
        el("span", { class: "said" }, brief && verdict.message ? [theirs(verdict.message), " · "] : null, word)),
      verdict.message && !brief ? el("p", { class: "message" }, chained(verdict.message)) : null,
      good ? null : excerpt(verdict, lines),
      evidence(verdict, good));
  }

  function evidence(verdict, good) {
    if (!verdict.evidence || verdict.evidence.length === 0) return null;
    const list = () => el("ul", { class: "evidence" },
      verdict.evidence.map((line) => el("li", {}, chained(line))));
    return good ? dom.fold("Evidence", list) : list();
  }

  // Those that matter first; those that held and say nothing more stay in the file's order.
  function list(scenario, { only_bad = false } = {}) {
    const all = scenario.verdicts.filter((verdict) => !only_bad || !verdict.as_expected);
    const sorted = [...all.filter((v) => !v.as_expected), ...all.filter((v) => v.as_expected)];
    return el("ul", { class: "verdicts" }, sorted.map((verdict) => one(verdict, scenario.lines)));
  }

  return { list };
})();
