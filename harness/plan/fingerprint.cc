// SPDX-License-Identifier: MIT
#include "harness/plan/fingerprint.h"

#include "harness/base/hash.h"
#include "harness/plan/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <type_traits>

namespace procession::plan {

namespace {

template <class T>
std::string bytes_of(const T& value) {
  static_assert(std::has_unique_object_representations_v<T>, "bytes between members mean nothing");
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

Step without_place(Step step) {
  step.line = step.column = 0;
  return step;
}

Instance without_expectations(Instance instance) {
  instance.line = 0;
  instance.watched = false;
  return instance;
}

Header without_expectations(Header header) {
  header.has_timing = header.watches_ends = 0;
  return header;
}

template <class T>
std::uint64_t hash_all(std::span<const T> items, std::uint64_t hash) {
  for (const T& item : items) {
    hash = base::hash_of(bytes_of(item), hash);
  }
  return hash;
}

Range all_of(Header::Array array) { return {0, static_cast<std::uint32_t>(array.count)}; }

// What a load is to do; empty for other steps.
std::string load_of(const Plan& plan, StepId id) {
  if (plan.step(id).load == kNone) {
    return "";
  }
  const Load& load = plan.loads()[plan.step(id).load];
  std::string all = bytes_of(load);
  for (const std::uint32_t size : plan.ids(load.sizes)) {
    all += fmt::format(" {}", size);
  }
  return all;
}

bool same_step(const Plan& played, StepId a, const Plan& asked, StepId b) {
  const auto texts = [](const Plan& plan, StepId id) {
    std::string all;
    for (const Range pieces : {plan.step(id).text, plan.step(id).expect}) {
      for (const Piece& piece : plan.pieces(pieces)) {
        all += plan.text(piece.literal);
        all += '\0';
      }
    }
    return all;
  };
  return bytes_of(without_place(played.step(a))) == bytes_of(without_place(asked.step(b))) &&
         texts(played, a) == texts(asked, b) && load_of(played, a) == load_of(asked, b);
}

std::string step_name(const Plan& plan, StepId id) {
  return plan.step(id).implicit ? "the end of its steps" : EventFinder(plan).name_of_step(id);
}

std::string place_of(const Plan& plan, StepId id) {
  return fmt::format("line {}", plan.step(id).line);
}

std::optional<std::string> difference_of(const Plan& played, const Plan& asked, InstanceId id) {
  const Instance& before = played.instance(id);
  const Instance& now = asked.instance(id);
  const std::string_view path = asked.text(now.path);
  if (played.text(before.path) != path) {
    return fmt::format("{} was played where {} is now", played.text(before.path), path);
  }
  if (before.survivor != now.survivor) {
    return fmt::format("`survivors` decides when a run is over, and {} {}", path,
                       now.survivor ? "was none" : "was one");
  }
  for (std::uint32_t k = 0; k < std::max(before.steps.count, now.steps.count); ++k) {
    if (k >= before.steps.count || k >= now.steps.count) {
      return fmt::format("{} had {} steps and has {}", path, before.steps.count, now.steps.count);
    }
    const StepId a = before.steps.first + k;
    const StepId b = now.steps.first + k;
    if (step_name(played, a) != step_name(asked, b)) {
      return fmt::format("{} played {} where {} is now ({})", path, step_name(played, a),
                         step_name(asked, b), place_of(asked, b));
    }
    if (!same_step(played, a, asked, b)) {
      return fmt::format("{}.{} was played otherwise ({})", path, step_name(asked, b),
                         place_of(asked, b));
    }
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t fingerprint(const Plan& plan) {
  const Header& header = plan.header();
  std::uint64_t hash = base::hash_of(bytes_of(without_expectations(header)));
  for (const Instance& instance : plan.instances()) {
    hash = base::hash_of(bytes_of(without_expectations(instance)), hash);
  }
  for (const Step& step : plan.steps()) {
    hash = base::hash_of(bytes_of(without_place(step)), hash);
  }
  hash = hash_all(plan.gates(), hash);
  hash = hash_all(plan.feeds(), hash);
  hash = hash_all(plan.pieces(all_of(header.pieces)), hash);
  hash = hash_all(plan.pipes(), hash);
  hash = hash_all(plan.listeners(), hash);
  hash = hash_all(plan.loads(), hash);
  hash = hash_all(plan.ids(all_of(header.ids)), hash);
  hash = hash_all(plan.symbols(all_of(header.symbols)), hash);
  hash = hash_all(plan.raised(), hash);
  hash = hash_all(plan.variables(all_of(header.variables)), hash);
  hash = hash_all(plan.programs(), hash);
  hash = hash_all(plan.texts(all_of(header.texts)), hash);
  return base::hash_of(plan.text({0, all_of(header.text).count}), hash);
}

std::optional<std::string> difference(const Plan& played, const Plan& asked) {
  if (fingerprint(played) == fingerprint(asked)) {
    return std::nullopt;
  }
  const std::size_t both = std::min(played.instances().size(), asked.instances().size());
  for (InstanceId id = 0; id < both; ++id) {
    if (auto found = difference_of(played, asked, id)) {
      return found;
    }
  }
  if (played.instances().size() != asked.instances().size()) {
    return fmt::format("there were {} processes and are {}", played.instances().size(),
                       asked.instances().size());
  }
  return "a value or an option was another one";
}

}  // namespace procession::plan
