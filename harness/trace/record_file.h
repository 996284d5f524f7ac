// SPDX-License-Identifier: MIT
#pragma once
// The Record file: Records of one scenario instance as bytes that can be kept, and judged again
// anywhere: with the scenario's text, what it was played with, and every run. Written by `run
// --record`, read by `check`. Pure: bytes in, values out; who opens files is elsewhere.
//
//   "PROCREC\n" · version (4 bytes) · blocks
//   block = kind (4) · size of the body (8) · body · hash of all that (8)
//   the first block is the head, then one for each run, the last one is the end
//
// Integers are little-endian; a text is its size (8 bytes) and its bytes; a flag is one byte, 0 or
// 1. The hash (base/hash.h) goes on from block to block, so blocks cannot change places. Nothing in
// the file is believed before it has been held against what is there: a size never makes the reader
// take memory that the file does not have.
//
// Version 3. Whatever changes in the layout, or in trace::Record, is another version: the fields
// are listed in one place (record_file.cc) for writing and reading, and a new member that is not
// listed there does not compile.

#include "harness/base/result.h"
#include "harness/trace/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::trace {

inline constexpr std::uint32_t kRecordVersion = 3;

// What the runs are of.
struct RecordHead {
  std::string procession;  // the version that played it
  std::string started;     // ISO 8601, UTC
  std::string command;
  std::vector<std::pair<std::string, std::string>> machine;  // as in results
  std::string file;                                          // name of the scenario file
  std::string text;                                          // and what stands in it
  std::string id;                                            // the instance
  std::uint32_t seed = 0;
  std::uint32_t runs_wanted = 0;
  base::Duration timeout{};  // of one run
  std::uint64_t plan = 0;    // fingerprint of what was played (plan/fingerprint.h)

  friend bool operator==(const RecordHead&, const RecordHead&) = default;
};

// How it ended.
struct RecordEnd {
  enum class How : std::uint8_t {
    Played,   // to its end, or until it could no longer come out as its file wants
    Stopped,  // before that
    Failed,   // the machine or the harness could not
  };
  How how = How::Played;
  std::string reason;      // unless Played
  std::uint32_t runs = 0;  // that were played; as many are in the file, or `left_out` fewer
  std::uint32_t left_out = 0;
  base::Duration wall{};  // how long all runs together took

  friend bool operator==(const RecordEnd&, const RecordEnd&) = default;
};

// Makes the file piece by piece: what each call returns is to be written behind the last.
class RecordWriter {
 public:
  [[nodiscard]] std::string head(const RecordHead& head);
  // In the order of their numbers.
  [[nodiscard]] std::string run(const Record& record);
  [[nodiscard]] std::string end(const RecordEnd& end);

 private:
  std::string block(std::uint32_t kind, std::string body);

  std::uint64_t hash_ = 0;
};

// Reads the file: `open` looks at every byte of it once, so that all that can be wrong with the
// file as a whole is known before the first run is used. Holds a view of the bytes.
class RecordReader {
 public:
  // BadInput: no Record file, of a newer version, cut off, or damaged: says which.
  [[nodiscard]] static base::Result<RecordReader> open(std::string_view bytes);

  [[nodiscard]] const RecordHead& head() const { return head_; }
  [[nodiscard]] const RecordEnd& end() const { return end_; }
  [[nodiscard]] std::size_t runs() const { return runs_.size(); }
  // The next run; none after the last. BadInput: the run is not what a run can be.
  [[nodiscard]] base::Result<std::optional<Record>> next();

 private:
  RecordReader() = default;

  RecordHead head_;
  RecordEnd end_;
  std::vector<std::string_view> runs_;  // bodies
  std::size_t next_ = 0;
};

}  // namespace procession::trace
