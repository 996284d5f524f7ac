// SPDX-License-Identifier: MIT
#include "harness/trace/record_file.h"

#include "harness/base/hash.h"

#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <type_traits>

namespace procession::trace {

namespace {

constexpr std::string_view kMagic = "PROCREC\n";

enum Kind : std::uint32_t { kHead = 1, kRun = 2, kEnd = 3 };
constexpr std::size_t kBlockFront = sizeof(std::uint32_t) + sizeof(std::uint64_t);
constexpr std::size_t kBlockBack = sizeof(std::uint64_t);

// No clock counts so far: with less, differences of stamps cannot overflow.
constexpr std::int64_t kLatest = std::int64_t{1} << 61;

template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

template <Number T>
T as_little_endian(T value) {
  if constexpr (std::endian::native == std::endian::big) {
    auto* const bytes = reinterpret_cast<unsigned char*>(&value);
    for (std::size_t i = 0; i < sizeof value / 2; ++i) {
      std::swap(bytes[i], bytes[sizeof value - 1 - i]);
    }
  }
  return value;
}

// ---- the fields, for both directions. Structured bindings: a new member does not compile until it
// ---- stands here, too; then the version rises.

template <class T, class Plain>
concept Is = std::same_as<std::remove_const_t<T>, Plain>;

template <class Archive, Is<Cause> T>
void fields(Archive& archive, T& cause) {
  auto& [instance, line] = cause;
  archive(instance, line);
}

template <class Archive, Is<Event> T>
void fields(Archive& archive, T& event) {
  auto& [kind, step, call, returned, error, answer, text, place, cause] = event;
  archive(kind, step, call, returned, error, answer, text, place, cause);
}

template <class Archive, Is<Process> T>
void fields(Archive& archive, T& process) {
  auto& [started, began, pid, ppid, begin, dead_seen, status, reaper, reaped_by, survived, left,
         parent_gone, left_behind, left_behind_name, output_cut, events] = process;
  archive(started, began, pid, ppid, begin, dead_seen, status, reaper, reaped_by, survived, left,
          parent_gone, left_behind, left_behind_name, output_cut, events);
}

template <class Archive, Is<CellCount> T>
void fields(Archive& archive, T& cell) {
  auto& [number, count] = cell;
  archive(number, count);
}

template <class Archive, Is<SeriesCounts> T>
void fields(Archive& archive, T& series) {
  auto& [min, max, cells] = series;
  archive(min, max, cells);
}

template <class Archive, Is<PhaseCounts> T>
void fields(Archive& archive, T& counts) {
  auto& [begin, end, due, sent, dropped, answered, unfinished, ended, failed, besides, bytes,
         population_ns, think_ns, at_least, least_unfinished] = counts;
  archive(begin, end, due, sent, dropped, answered, unfinished, ended, failed, besides, bytes,
          population_ns, think_ns, at_least, least_unfinished);
}

template <class Archive, Is<LoadPhase> T>
void fields(Archive& archive, T& phase) {
  auto& [counts, series] = phase;
  archive(counts, series);
}

template <class Archive, Is<Load> T>
void fields(Archive& archive, T& load) {
  auto& [connections, window_ns, windows, phases] = load;
  archive(connections, window_ns, windows, phases);
}

template <class Archive, Is<Record> T>
void fields(Archive& archive, T& record) {
  auto& [run, started, ended, timed_out, stopped, complete, damage, foreign, warden_pid, zygote_pid,
         processes, loads] = record;
  archive(run, started, ended, timed_out, stopped, complete, damage, foreign, warden_pid,
          zygote_pid, processes, loads);
}

template <class Archive, Is<RecordHead> T>
void fields(Archive& archive, T& head) {
  auto& [procession, started, command, machine, file, text, id, seed, runs_wanted, timeout, plan] =
      head;
  archive(procession, started, command, machine, file, text, id, seed, runs_wanted, timeout, plan);
}

template <class Archive, Is<RecordEnd> T>
void fields(Archive& archive, T& end) {
  auto& [how, reason, runs, left_out, wall] = end;
  archive(how, reason, runs, left_out, wall);
}

template <class Archive, Is<std::pair<std::string, std::string>> T>
void fields(Archive& archive, T& pair) {
  archive(pair.first, pair.second);
}

// The last of each enumeration.
constexpr Line::Kind last_of(Line::Kind) { return Line::Phase; }
constexpr Process::Reaper last_of(Process::Reaper) { return Process::Reaper::Zygote; }
constexpr RecordEnd::How last_of(RecordEnd::How) { return RecordEnd::How::Failed; }

// ---- writing

class Writer {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  template <Number T>
  void put(T value) {
    const T ordered = as_little_endian(value);
    bytes_.append(reinterpret_cast<const char*>(&ordered), sizeof ordered);
  }
  void put(bool value) { bytes_ += value ? '\1' : '\0'; }
  template <class T>
  requires std::is_enum_v<T>
  void put(T value) { put(static_cast<std::uint8_t>(value)); }
  void put(base::Instant value) { put(value.ns); }
  void put(base::Duration value) { put(std::int64_t{value.count()}); }
  void put(const std::string& text) {
    put(std::uint64_t{text.size()});
    bytes_ += text;
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }
  template <class T>
  void put(const std::vector<T>& items) {
    put(std::uint64_t{items.size()});
    for (const T& item : items) {
      put(item);
    }
  }
  template <class T, std::size_t kCount>
  void put(const std::array<T, kCount>& items) {
    for (const T& item : items) {
      put(item);
    }
  }
  template <class T>
  void put(const T& value) requires requires(Writer& writer) {
    fields(writer, value);
  }
  { fields(*this, value); }

  std::string bytes_;
};

template <class T>
std::string written(const T& value) {
  Writer writer;
  writer(value);
  return writer.take();
}

// ---- reading

// After the first thing that cannot be, nothing more is read.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  [[nodiscard]] bool read_all() const { return good_ && rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  bool require(bool holds) {
    good_ = good_ && holds;
    return good_;
  }
  template <Number T>
  void get(T& value) {
    if (require(rest_.size() >= sizeof value)) {
      std::memcpy(&value, rest_.data(), sizeof value);
      value = as_little_endian(value);
      rest_.remove_prefix(sizeof value);
    }
  }
  void get(bool& value) {
    std::uint8_t byte = 0;
    get(byte);
    require(byte <= 1);
    value = byte == 1;
  }
  template <class T>
  requires std::is_enum_v<T>
  void get(T& value) {
    std::uint8_t byte = 0;
    get(byte);
    if (require(byte <= static_cast<std::uint8_t>(last_of(T{})))) {
      value = static_cast<T>(byte);
    }
  }
  void get(base::Instant& value) {
    get(value.ns);
    require(value.ns >= 0 && value.ns < kLatest);
  }
  void get(base::Duration& value) {
    std::int64_t count = 0;
    get(count);
    require(count >= 0 && count < kLatest);
    value = base::Duration(count);
  }
  void get(std::string& text) {
    std::uint64_t size = 0;
    get(size);
    if (require(size <= rest_.size())) {
      text = rest_.substr(0, size);
      rest_.remove_prefix(size);
    }
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    if (there) {
      get(value.emplace());
    }
  }
  template <class T>
  void get(std::vector<T>& items) {
    static const std::size_t kLeast = written(T{}).size();
    std::uint64_t count = 0;
    get(count);
    if (!require(count <= rest_.size() / kLeast)) {
      return;
    }
    items.resize(count);
    for (std::size_t i = 0; i < count && good_; ++i) {
      get(items[i]);
    }
  }
  template <class T, std::size_t kCount>
  void get(std::array<T, kCount>& items) {
    for (T& item : items) {
      get(item);
    }
  }
  template <class T>
  void get(T& value) requires requires(Reader& reader) {
    fields(reader, value);
  }
  { fields(*this, value); }

  std::string_view rest_;
  bool good_ = true;
};

template <class T>
bool read_from(std::string_view bytes, T& value) {
  Reader reader(bytes);
  reader(value);
  return reader.read_all();
}

base::Error bad(std::string why) { return {base::ErrorKind::BadInput, std::move(why)}; }
base::Error cut_off() { return bad("is cut off: it has no end"); }
base::Error damaged(std::string_view what) {
  return bad("is damaged: " + std::string(what) + " is not what was written");
}

struct Block {
  std::uint32_t kind = 0;
  std::string_view body;
};

// Takes the blocks off the front, one after the other.
class Blocks {
 public:
  Blocks(std::string_view bytes, std::uint64_t hash) : rest_(bytes), hash_(hash) {}

  base::Result<Block> next() {
    Block block;
    std::uint64_t size = 0;
    Reader front(rest_);
    front(block.kind, size);
    if (!front.good() || size > front.rest().size() || front.rest().size() - size < kBlockBack) {
      return cut_off();
    }
    block.body = front.rest().substr(0, size);
    hash_ = base::hash_of(rest_.substr(0, kBlockFront + size), hash_);
    std::uint64_t told = 0;
    Reader back(front.rest().substr(size));
    back(told);
    if (told != hash_) {
      return damaged("a part of it");
    }
    rest_ = back.rest();
    return block;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  std::uint64_t hash_;
};

std::string front_of_file() { return std::string(kMagic) + written(kRecordVersion); }

base::Result<> check_version(std::string_view bytes) {
  const std::string_view magic = bytes.substr(0, kMagic.size());
  if (!kMagic.starts_with(magic) || magic.empty()) {
    return bad("is no Record file");
  }
  std::uint32_t version = 0;
  Reader reader(bytes.substr(magic.size()));
  reader(version);
  if (magic.size() < kMagic.size() || !reader.good()) {
    return cut_off();
  }
  if (version != kRecordVersion) {
    return bad("has format version " + std::to_string(version) +
               "; this procession reads version " + std::to_string(kRecordVersion));
  }
  return {};
}

}  // namespace

std::string RecordWriter::head(const RecordHead& head) {
  const std::string front = front_of_file();
  hash_ = base::hash_of(front);
  return front + block(kHead, written(head));
}

std::string RecordWriter::run(const Record& record) { return block(kRun, written(record)); }

std::string RecordWriter::end(const RecordEnd& end) { return block(kEnd, written(end)); }

std::string RecordWriter::block(std::uint32_t kind, std::string body) {
  Writer front;
  front(kind, std::uint64_t{body.size()});
  std::string bytes = front.take() + std::move(body);
  hash_ = base::hash_of(bytes, hash_);
  return bytes + written(hash_);
}

base::Result<RecordReader> RecordReader::open(std::string_view bytes) {
  if (base::Result<> checked = check_version(bytes); !checked) {
    return std::move(checked).error();
  }
  const std::size_t front = front_of_file().size();
  Blocks blocks(bytes.substr(front), base::hash_of(bytes.substr(0, front)));
  RecordReader reader;
  for (std::uint32_t expected = kHead;;) {
    const base::Result<Block> block = blocks.next();
    if (!block) {
      return block.error();
    }
    const auto [kind, body] = *block;
    if (expected == kHead ? kind != kHead : kind != kRun && kind != kEnd) {
      return damaged("the order of its parts");
    }
    expected = kRun;
    if (kind == kRun) {
      reader.runs_.push_back(body);
    } else if (kind == kHead ? !read_from(body, reader.head_) : !read_from(body, reader.end_)) {
      return damaged(kind == kHead ? "its head" : "its end");
    }
    if (kind == kEnd) {
      break;
    }
  }
  if (!blocks.at_end()) {
    return damaged("what follows its end");
  }
  if (reader.end_.left_out > reader.end_.runs ||
      reader.runs_.size() != reader.end_.runs - reader.end_.left_out) {
    return damaged("the number of its runs");
  }
  return reader;
}

base::Result<std::optional<Record>> RecordReader::next() {
  if (next_ == runs_.size()) {
    return std::optional<Record>();
  }
  Record record;
  if (!read_from(runs_[next_++], record)) {
    return damaged("a run");
  }
  return std::optional<Record>(std::move(record));
}

}  // namespace procession::trace
