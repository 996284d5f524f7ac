// SPDX-License-Identifier: MIT
#include "harness/scenario/reader.h"

#include "harness/base/result.h"
#include "harness/scenario/decode_expect.h"
#include "harness/scenario/decode_process.h"
#include "harness/scenario/decode_step.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/matrix.h"
#include "harness/scenario/source_text.h"
#include "harness/scenario/tree.h"
#include "harness/scenario/whole_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace procession::scenario {

namespace {

Requires decode_requires(const Field& field, Diagnostics& problems) {
  Requires requirements;
  if (!field) {
    return requirements;
  }
  const Fields fields(field.node(), keys_of(Level::Requires), "`requires`", problems);
  requirements.cpus = static_cast<int>(fields["cpus"].integer().value_or(0));
  requirements.programs = fields["program"].texts();
  requirements.features = fields["feature"].texts();
  return requirements;
}

void decode_head(const Fields& fields, Scenario& scenario, Diagnostics& problems) {
  if (const auto title = fields["scenario"].text()) {
    scenario.title = title->value;
    if (title->value.empty()) {
      problems.add(title->at, "`scenario` is empty", "write what the scenario shows");
    }
  }
  scenario.about = fields["about"].text().value_or(Text{}).value;
  for (Text& tag : fields["tags"].texts()) {
    scenario.tags.push_back(std::move(tag.value));
  }
  scenario.requirements = decode_requires(fields["requires"], problems);
  scenario.runs = static_cast<std::uint32_t>(fields["runs"].integer().value_or(scenario.runs));
  scenario.timeout = fields["timeout"].duration().value_or(scenario.timeout);
  if (scenario.timeout == base::Duration::zero()) {
    problems.add(fields["timeout"].node().at, "a run needs a `timeout` longer than 0s");
  }
}

Scenario decode_scenario(const Node& root, Diagnostics& problems) {
  const Fields fields(root, keys_of(Level::File), "the file", problems);
  Scenario scenario;
  decode_head(fields, scenario, problems);
  if (const Field module = fields["module"]) {
    scenario.module = decode_steps(module.node(), "module", problems);
  }
  if (const Field processes = fields["processes"]) {
    scenario.processes = decode_processes(processes.node(), problems);
  }
  if (const Field figures = fields["figures"]) {
    scenario.figures = decode_figures(figures.node(), problems);
  }
  const Field expect = fields["expect"];
  if (expect) {
    scenario.expect = decode_expect(expect.node(), problems);
  }
  if (const Field verdict = fields["verdict"]) {
    scenario.verdict = decode_verdict(verdict.node(), expect ? &expect.node() : nullptr, problems);
  }
  return scenario;
}

// Takes the matrix out of the tree: the values in it are no part of any instance.
std::vector<MatrixRow> take_matrix(Node& root, Diagnostics& problems) {
  const auto found =
      std::ranges::find(root.entries, "matrix", [](const Entry& entry) { return entry.key.text; });
  if (found == root.entries.end()) {
    return {{}};
  }
  std::vector<MatrixRow> rows = read_matrix(found->value, problems);
  root.entries.erase(found);
  return rows;
}

Scenario read_instance(Node root, const MatrixRow& row, Diagnostics& problems) {
  replace_keys(root, row);
  check_facts(root, row, problems);
  Scenario scenario = decode_scenario(root, problems);
  scenario.matrix = matrix_id(row);
  check_labels(scenario, problems);
  check_symbols(scenario, problems);
  return scenario;
}

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) {
    count += count_nodes(item);
  }
  for (const Entry& entry : node.entries) {
    count += count_nodes(entry.value);
  }
  return count;
}

// Every instance has its own copy of all that the file says.
bool fits(const Node& root, const SourceText& source, std::size_t instances) {
  constexpr std::size_t kMostNodes = 500'000;
  constexpr std::size_t kMostBytes = 256 << 20;
  return count_nodes(root) * instances <= kMostNodes &&
         source.text().size() * instances <= kMostBytes;
}

// The one thing that is looked up: the directory that this program is in.
std::string folder_of(const std::string& file) {
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::absolute(file, failed);
  return failed ? "" : path.lexically_normal().parent_path().string();
}

void read_instances(Node root, const SourceText& source, const std::string& file,
                    Reading& reading) {
  Diagnostics& problems = reading.diagnostics;
  const std::size_t before = problems.found().size();
  const std::vector<MatrixRow> rows = take_matrix(root, problems);
  if (!fits(root, source, rows.size())) {
    problems.add({}, fmt::format("the file is too large for a matrix of {} instances", rows.size()),
                 "split it, or make the matrix smaller");
  }
  if (problems.found().size() > before) {
    return;  // without its values every `${key}` would be reported once more
  }
  for (const MatrixRow& row : rows) {
    Scenario scenario = read_instance(root, row, problems);
    scenario.file = file;
    scenario.folder = folder_of(file);
    scenario.lines = reading.lines;
    reading.scenarios.push_back(std::move(scenario));
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

base::Error cannot_read(std::string_view why) {
  return {base::ErrorKind::BadInput, std::string(why)};
}

// The bytes of a regular file, at most one more than the limit. Asks before it reads: a pipe would
// block, and the size of a large file is known.
base::Result<std::string> bytes_of(const std::string& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (fd.get() < 0) {
    return base::system_error("open the file", errno);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    return base::system_error("look at the file", errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return cannot_read(S_ISDIR(status.st_mode) ? "this is a directory, no scenario file"
                                               : "this is no regular file");
  }
  if (status.st_size > static_cast<off_t>(SourceText::kMaxBytes)) {
    return cannot_read("the file is larger than 1024 KiB");
  }
  std::string bytes(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno != EINTR) {
      return base::system_error("read the file", errno);
    }
    if (got == 0) {
      break;
    }
    size += got > 0 ? static_cast<std::size_t>(got) : 0;
    if (size == bytes.size()) {
      bytes.resize(SourceText::kMaxBytes + 1);  // it has grown
    }
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Reading read_text(std::string_view text, const std::string& file) {
  Reading reading;
  const SourceText source(text);
  reading.lines = source.lines();
  if (source.check(reading.diagnostics)) {
    if (std::optional<Node> root = read_tree(source, reading.diagnostics)) {
      read_instances(std::move(*root), source, file, reading);
    }
  }
  reading.diagnostics.sort_by_position();
  if (!reading.diagnostics.empty()) {
    reading.scenarios.clear();
  }
  return reading;
}

Reading read_file(const std::string& file) {
  const base::Result<std::string> bytes = bytes_of(file);
  if (bytes) {
    return read_text(*bytes, file);
  }
  Reading reading;
  reading.diagnostics.add({}, bytes.error().message);
  return reading;
}

}  // namespace procession::scenario
