// SPDX-License-Identifier: MIT
#include "harness/cli/environment.h"

#include "harness/cli/app.h"
#include "harness/report/printable.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <utility>

namespace procession::cli {

namespace {

using Words = std::vector<std::string>;

constexpr const char* kOptions = "PROCESSION_OPTS";

std::string variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value != nullptr ? value : "";
}

base::Error wrong(const std::string& name, const std::string& value, std::string_view why) {
  return {base::ErrorKind::BadInput,
          fmt::format("the environment's {}={}: {}", name, report::printable(value), why)};
}

// A command line of its own that no variable speaks into: so it is known which one is wrong.
class Trial {
 public:
  explicit Trial(const std::string& command) : app_(make_app(chosen_)), command_(command) {
    for (CLI::App* other : app_->get_subcommands({})) {  // the library asks for those of all
      for (CLI::Option* option : other->get_options()) {
        option->envname("");
      }
    }
  }

  // Empty, or why the command does not take these options.
  std::string reject(const Words& options) {
    Words words = {command_, "."};
    words.insert(words.end(), options.begin(), options.end());
    try {
      parse(*app_, words);
    } catch (const CLI::CallForHelp&) {
      return "--help is for the command line";
    } catch (const CLI::ParseError& problem) {
      return problem.what();
    }
    return {};
  }

  [[nodiscard]] std::size_t paths() const { return app().get_option("PATHS")->count(); }

 private:
  [[nodiscard]] CLI::App& app() const { return *app_->get_subcommand(command_); }

  Command chosen_;
  std::unique_ptr<CLI::App> app_;
  std::string command_;
};

// The variables of single options.
base::Result<> check_variables(const std::string& command) {
  Command chosen;
  const auto app = make_app(chosen);
  for (const CLI::Option* option : app->get_subcommand(command)->get_options()) {
    const std::string value = option->get_envname().empty() ? "" : variable(option->get_envname());
    if (value.empty()) {
      continue;
    }
    if (const std::string why = Trial(command).reject({option->get_name() + "=" + value});
        !why.empty()) {
      return wrong(option->get_envname(), value, why);
    }
  }
  return {};
}

base::Result<Words> common_options(const std::string& command) {
  const std::string value = variable(kOptions);
  base::Result<Words> words = shell_words(value);
  if (!words) {
    return wrong(kOptions, value, words.error().message);
  }
  if (words->empty()) {
    return words;
  }
  Trial trial(command);
  if (const std::string why = trial.reject(*words); !why.empty()) {
    return wrong(kOptions, value, why);
  }
  if (trial.paths() != 1) {
    return wrong(kOptions, value, "it may hold options, no paths");
  }
  return words;
}

}  // namespace

base::Result<Words> with_environment(Words arguments) {
  if (arguments.empty() || arguments.front() != "run") {
    return arguments;
  }
  if (base::Result<> checked = check_variables("run"); !checked) {
    return std::move(checked).error();
  }
  base::Result<Words> options = common_options("run");
  if (!options) {
    return options;
  }
  arguments.insert(arguments.begin() + 1, options->begin(), options->end());
  return arguments;
}

base::Result<Words> shell_words(std::string_view text) {
  Words words;
  bool inside = false;  // of a word, perhaps an empty one
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      inside = false;
      continue;
    }
    if (!inside) {
      words.emplace_back();
      inside = true;
    }
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) {
    return base::Error{base::ErrorKind::BadInput, fmt::format("a {} has no end", quote)};
  }
  return words;
}

}  // namespace procession::cli
