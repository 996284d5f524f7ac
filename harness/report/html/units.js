// SPDX-License-Identifier: MIT
// units: numbers as people read them: three digits, the unit that fits, a thin space before it.
const units = (() => {
  const THIN = "\u202f";
  const MINUS = "\u2212";

  function digits(value, wanted = 3) {
    const size = Math.abs(value);
    if (size === 0) return "0";
    if (size >= 10 ** wanted) return grouped(Math.round(value));
    const decimals = Math.max(0, wanted - 1 - Math.floor(Math.log10(size)));
    const text = value.toFixed(Math.min(decimals, 9));
    return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace("-", MINUS);
  }

  const grouped = (value) =>
    String(value).replace(/\B(?=(\d{3})+(?!\d))/g, THIN).replace("-", MINUS);

  const TIMES = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];

  function time(ns, wanted = 3) {
    const size = Math.abs(ns);
    if (size >= 120e9) {
      const seconds = Math.round(size / 1e9);
      return `${Math.floor(seconds / 60)}${THIN}min ${seconds % 60}${THIN}s`;
    }
    // 999.9 µs is 1 ms with three digits.
    const [factor, unit] =
      TIMES.find(([least]) => size >= least * (1 - 0.5 * 10 ** -wanted)) || TIMES[3];
    return digits(ns / factor, wanted) + THIN + unit;
  }

  // A value of a figure or a number in its unit.
  function value(number, unit) {
    if (number === null || number === undefined) return "–";
    if (unit === "ns") return time(number);
    return unit ? digits(number) + (unit.startsWith("/") ? "" : THIN) + unit : digits(number);
  }

  // For an axis: 1 200 000 as 1.2M.
  function compact(number) {
    const [factor, letter] = [[1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([least]) => Math.abs(number) >= least) || [1, ""];
    return digits(number / factor) + letter;
  }

  const plural = (count, word, words = word + "s") => `${grouped(count)} ${count === 1 ? word : words}`;

  function share(part, whole) {
    const percent = (100 * part) / whole;
    if (part > 0 && percent < 0.1) return "<" + THIN + "0.1" + THIN + "%";
    return digits(percent, percent > 99 && part < whole ? 4 : 3) + THIN + "%";
  }

  const MONTHS = "January February March April May June July August September October November December".split(" ");

  // Seconds since 1970 as "3 May" or "12:40", UTC.
  function moment(seconds, within) {
    const at = new Date(1000 * seconds);
    return within === "time" ? at.toISOString().slice(11, 16)
      : `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()].slice(0, 3)}`;
  }

  // "2024-05-01T12:00:00Z" → "1 May 2024, 12:00:00 UTC"; what is no such time stays.
  function date(iso) {
    const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d(?::\d\d)?)/.exec(iso);
    const month = found && MONTHS[Number(found[2]) - 1];
    return month ? `${Number(found[3])} ${month} ${found[1]}, ${found[4]} UTC` : iso;
  }

  // Round steps for an axis: 1, 2 or 5 times a power of ten, about `count` of them.
  function step(span, count) {
    const raw = span / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(raw));
    const lead = raw / power;
    return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
  }

  return { compact, date, digits, grouped, moment, plural, share, step, time, value };
})();
