// SPDX-License-Identifier: MIT
// families: what kind of step it is, by its verb: each has a colour and a word in the legend.
const families = (() => {
  const FAMILIES = [
    ["life", "blue", "start join is_alive exitcode active_children set_name set_daemon close run exit exit_now raise end_by"],
    ["signals", "red", "signal terminate kill interrupt suspend resume handle block unblock parent_death_signal"],
    ["waiting", "yellow", "await barrier sleep"],
    ["work", "green", "print spin allocate repeat mark setsid setpgid subreaper"],
    ["bytes and net", "purple",
      "pipe send receive close_end listen serve connect request disconnect load accept reply phase"],
    ["other", "grey", ""],
  ].map(([name, colour, verbs]) => ({ name, colour, verbs: verbs.split(" ") }));
  const by_verb = new Map(FAMILIES.flatMap((family, i) => family.verbs.map((verb) => [verb, i])));
  const OTHER = FAMILIES.length - 1;

  return {
    FAMILIES,
    of: (text) => by_verb.get(/^[a-z_]*/.exec(text)[0]) ?? OTHER,
  };
})();
