// SPDX-License-Identifier: MIT
#include "harness/cli/recording.h"

#include "harness/base/hash.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace procession::cli {

namespace {

namespace fs = std::filesystem;

bool stands_for_itself(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("-_.,=[]").find(c) != std::string_view::npos;
}

}  // namespace

std::string record_file_name(std::string_view id) {
  constexpr std::size_t kMost = 200;  // file systems take 255 bytes, and a temporary name is longer
  std::string name;
  for (const char c : id) {
    const bool hides = c == '.' && name.empty();
    if (c == '/') {
      name += '+';
    } else if (stands_for_itself(c) && !hides) {
      name += c;
    } else {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (name.size() > kMost) {
    name = fmt::format("{}%{:016x}", name.substr(0, kMost), base::hash_of(id));
  }
  return name + ".record";
}

base::Result<> make_record_folder(const std::string& folder) {
  std::error_code problem;
  std::error_code ignored;
  fs::create_directories(folder, problem);
  if (problem && !fs::is_directory(folder, ignored)) {
    return base::system_error("make the folder " + folder, problem.value());
  }
  return {};
}

base::Result<Recording> Recording::begin(const RecordOptions& options,
                                         const trace::RecordHead& head) {
  base::Result<ResultFile> file =
      ResultFile::open((fs::path(options.folder) / record_file_name(head.id)).string());
  if (!file) {
    return std::move(file).error();
  }
  Recording recording(*std::move(file), options.limit);
  recording.write(recording.writer_.head(head));
  return recording;
}

Recording::Recording(ResultFile file, std::uint64_t limit)
    : file_(std::move(file)), limit_(limit) {}

void Recording::add(trace::Record record) {
  ++runs_;
  if (written_ >= limit_) {
    last_ = std::move(record);
    return;
  }
  write(writer_.run(record));
  ++kept_;
}

base::Result<> Recording::finish(trace::RecordEnd end) {
  if (last_) {
    write(writer_.run(*last_));
    ++kept_;
  }
  end.runs = runs_;
  end.left_out = runs_ - kept_;
  write(writer_.end(end));
  return trouble_ ? file_.commit() : std::move(trouble_);
}

// What cannot be written is told at the end: the scenario is played all the same.
void Recording::write(std::string_view bytes) {
  if (trouble_) {
    trouble_ = file_.append(bytes);
    written_ += bytes.size();
  }
}

}  // namespace procession::cli
