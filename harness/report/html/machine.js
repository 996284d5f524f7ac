// SPDX-License-Identifier: MIT
// machine: on what, with which seed, and the command that does it again.
const machine = (() => {
  const { el, theirs } = dom;

  function copy_button(text, code) {
    const button = el("button", { type: "button" }, "Copy");
    const said = el("span", { class: "hidden", role: "status" });
    const done = (word) => {
      dom.replace(button, word);
      dom.replace(said, word);
      setTimeout(() => dom.replace(button, "Copy"), 2000);
    };
    // Without a clipboard the text is at least selected.
    const select = () => {
      getSelection().selectAllChildren(code);
      done(document.execCommand("copy") ? "Copied" : "Selected");
    };
    button.addEventListener("click", () => {
      if (!navigator.clipboard) return select();
      navigator.clipboard.writeText(text).then(() => done("Copied"), select);
    });
    return [button, said];
  }

  function panel(session) {
    const facts = [["started", units.date(session.started)], ["took", units.time(session.wall_ns)],
      ["seed", String(session.seed)], session.round > 1 ? ["round", String(session.round)] : null,
      ...Object.entries(session.machine)].filter(Boolean);
    const code = theirs(session.command, "code");
    return el("section", { id: "machine" },
      el("h2", {}, "How to do it again"),
      session.command ? el("div", { class: "command" }, el("pre", { tabindex: "0" }, code),
        copy_button(session.command, code)) : null,
      el("dl", { class: "facts" }, facts.map(([name, value]) =>
        el("div", {}, el("dt", {}, name.replaceAll("_", " ")), theirs(value, "dd")))));
  }

  return { panel };
})();
