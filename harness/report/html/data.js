// SPDX-License-Identifier: MIT
// data: what the report is about, as JSON in elements of the page. The session is read at once;
// a scenario, and the course of its shown run, when somebody looks at it.
const data = (() => {
  const read = (id) => {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  };
  const kept = new Map();
  const once = (id) => {
    if (!kept.has(id)) kept.set(id, read(id));
    return kept.get(id);
  };

  // What became of a scenario: a word, and a sign, since colour alone tells not everybody.
  const OUTCOMES = {
    broken: ["broken", "✗"],
    invalid: ["invalid", "!"],
    inconclusive: ["inconclusive", "?"],
    unreadable: ["unreadable", "¶"],
    failed: ["failed", "⚠"],
    stopped: ["stopped", "◼"],
    skipped: ["skipped", "–"],
    as_expected: ["as expected", "✓"],
  };
  const FAILURES = new Set(["broken", "invalid", "inconclusive", "unreadable", "failed"]);

  return {
    OUTCOMES,
    session: read("session"),
    scenario: (number) => once("scenario-" + number),
    course: (number) => read("course-" + number),  // its arrays are kept by who asks
    is_failure: (outcome) => FAILURES.has(outcome),
  };
})();
