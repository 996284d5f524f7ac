// SPDX-License-Identifier: MIT
// Logs and tables of percentiles, held against an independent implementation, in both directions.
// usage: node interop_test.js HDR_PEER     (in a folder with node_modules; run_interop_test does it)

"use strict";
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const { execFileSync } = require("node:child_process");
const hdr = require(require.resolve("hdr-histogram-js", { paths: [process.cwd()] }));

const PEER = process.argv[2];
const peer = (what, input) =>
  execFileSync(PEER, [what], { input, encoding: "utf8", maxBuffer: 1 << 26 });

const HIGHEST = 60_000_000_000;
const build = (highest = HIGHEST, digits = 3) =>
  hdr.build({ bitBucketSize: 64, lowestDiscernibleValue: 1, highestTrackableValue: highest,
              numberOfSignificantValueDigits: digits, useWebAssembly: false });

// A generator that gives the same values on each machine (Lehmer's, of 31 bits).
let state = 20251125;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const skewed = () => Math.floor(Math.exp(random() * random() * 24.8));  // 1 ns to about 59 s

const CASES = {
  empty: [],
  zero: [[0, 1]],
  one: [[1, 1]],
  greatest: [[HIGHEST, 3]],
  edges: [[2047, 1], [2048, 1], [4095, 1], [4096, 1], [4097, 1]],
  many_times: [[50_000, 2 ** 40], [51_000, 127], [52_000, 128]],
  skewed: Array.from({ length: 20_000 }, () => [skewed(), 1]),
  narrow: Array.from({ length: 20_000 }, () => [40_000 + Math.floor(random() * 20_000), 1]),
};

function theirs(values) {
  const histogram = build();
  for (const [value, times] of values) {
    histogram.recordValueWithCount(value, times);
  }
  return histogram;
}

// Lowest value and number of each cell that is not empty.
function cells_of(histogram) {
  const cells = [];
  for (let k = 0; k < histogram.countsArrayLength; ++k) {
    if (histogram.getCountAtIndex(k) !== 0) {
      cells.push(`${histogram.valueFromIndex(k)}:${histogram.getCountAtIndex(k)}`);
    }
  }
  return cells.join(" ");
}

const line_of = (tag, start, length, values) =>
  [tag, start, length, ...values.map(([value, times]) => `${value}:${times}`)].join(" ");

function our_log() {
  return peer("write", Object.entries(CASES).map(([tag, values], k) =>
    line_of(tag, 1000 * k, 500, values)).join("\n") + "\n");
}

function their_log() {
  let log = "";
  const writer = new hdr.HistogramLogWriter((text) => { log += text; });
  writer.outputLogFormatVersion();
  writer.outputStartTime(1764072000000);
  writer.outputLegend();
  Object.entries(CASES).forEach(([tag, values], k) => {
    const histogram = theirs(values);
    histogram.tag = tag;
    writer.outputIntervalHistogram(histogram, k, k + 0.5, 1e6);
  });
  return log;
}

function our_log_is_read_by_them() {
  const reader = new hdr.HistogramLogReader(our_log(), 64);
  for (const [k, [tag, values]] of Object.entries(CASES).entries()) {
    const read = reader.nextIntervalHistogram();
    assert.strictEqual(read.tag, tag);
    assert.strictEqual(read.startTimeStampMsec, 1764072000000 + 1000 * k);
    assert.strictEqual(read.endTimeStampMsec - read.startTimeStampMsec, 500);
    assert.strictEqual(cells_of(read), cells_of(theirs(values)), tag);
    assert.strictEqual(read.totalCount, theirs(values).totalCount, tag);
  }
  assert.strictEqual(reader.nextIntervalHistogram(), null);
}

function their_log_is_read_by_us() {
  const lines = peer("read", their_log()).trimEnd().split("\n");
  const expected = Object.entries(CASES).map(([tag, values], k) =>
    [tag, 1000 * k, 500, cells_of(theirs(values))].join(" ").trimEnd());
  assert.deepStrictEqual(lines, expected);
}

// Of fewer digits: no value may be off by more than both sides know.
function coarser_logs_are_read_by_us() {
  for (const digits of [1, 2]) {
    const histogram = build(3_600_000_000_000, digits);
    CASES.skewed.forEach(([value]) => histogram.recordValue(value));
    let log = "";
    new hdr.HistogramLogWriter((text) => { log += text; })
      .outputIntervalHistogram(histogram, 0, 1, 1e6);
    const cells = peer("read", log).trim().split(" ").slice(2).map((cell) => cell.split(":").map(Number));
    assert.strictEqual(cells.reduce((sum, [, times]) => sum + times, 0), histogram.totalCount);
    const sorted = CASES.skewed.map(([value]) => value).sort((a, b) => a - b);
    let rank = 0;
    for (const [value, times] of cells) {
      rank += times;
      const exact = sorted[rank - 1];
      assert(Math.abs(value - exact) <= exact * (10 ** -digits + 0.001) + 1, `${value} for ${exact}`);
    }
  }
}

// Numbers may be rounded another way in the last digit: half up by them, by us to the even one.
function tables_are_the_same() {
  const numbers = (text) => text.split(/[\s,=\]]+/).filter((word) => /^[\d.]+$/.test(word)).map(Number);
  const words = (text) => text.replace(/[\d.]+/g, "#").replace(/ +/g, " ");
  for (const [tag, values] of Object.entries(CASES)) {
    if (tag === "empty") {
      continue;  // theirs have one row of no value then
    }
    const histogram = theirs(values);
    const their_table = histogram.outputPercentileDistribution(5, 1e6);
    const our_table = peer("table", peer("write", line_of(tag, 0, 1, values) + "\n"));
    assert.strictEqual(words(our_table), words(their_table), tag);
    const [ours, others] = [numbers(our_table), numbers(their_table)];
    // The greatest value that a log knows is that of its cell, not the one that was recorded.
    const off = ours.map((number, k) => Math.abs(number - others[k]) - others[k] * 0.0006);
    assert(Math.max(...off) <= 0.0011, `${tag}: ${Math.max(...off)}`);
    const rows = (table) => table.split("\n").slice(2).filter((row) => row && !row.startsWith("#"));
    rows(our_table).forEach((row, k) => {
      const [value, percentile, count] = numbers(row);
      const [their_value, their_percentile, their_count] = numbers(rows(their_table)[k]);
      assert.strictEqual(count, their_count, tag);
      assert(Math.abs(value - their_value) <= 0.00101 && Math.abs(percentile - their_percentile) < 1e-9);
    });
  }
}

// The log of a whole result, as the reports' golden test has it.
function log_of_a_result_is_read_by_them() {
  const golden = path.join(__dirname, "../../report/golden/full.hlog");
  const reader = new hdr.HistogramLogReader(fs.readFileSync(golden, "utf8"), 64);
  const read = new Map();
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) {
    assert.strictEqual(next.startTimeStampMsec, 1714564800000);
    read.set(next.tag, next);
  }
  const load = "servers/echo.yaml[handler=epoll%2Cn=8]/";
  assert.deepStrictEqual([...read.keys()],
    ["load.response", "load.service", "load.connect", "load.lag", "run.wall"].map((name) => load + name)
      .concat("ends/killed.yaml/run.wall"));
  const response = read.get(load + "load.response");
  assert.strictEqual(response.endTimeStampMsec - response.startTimeStampMsec, 930);
  assert.strictEqual(cells_of(response), cells_of(theirs([
    [21_500, 1], [88_000, 6000], [140_000, 4800], [812_000, 1080], [1_900_000, 118], [2_768_895, 1]])));
  assert.strictEqual(read.get(load + "run.wall").totalCount, 3);
}

for (const test of [our_log_is_read_by_them, log_of_a_result_is_read_by_them, their_log_is_read_by_us, coarser_logs_are_read_by_us,
                    tables_are_the_same]) {
  test();
  console.log(`ok ${test.name}`);
}
