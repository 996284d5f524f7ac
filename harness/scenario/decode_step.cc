// SPDX-License-Identifier: MIT
#include "harness/scenario/decode_step.h"

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/scenario/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace procession::scenario {

namespace {

constexpr std::int64_t kLargestRequest = 1 << 20;

std::string suggest_verb(std::string_view word) {
  std::vector<std::string_view> verbs;
  for (const VerbRow& row : verb_rows()) {
    verbs.push_back(row.operand.name);
  }
  const auto nearest = base::nearest_word(word, verbs);
  return nearest ? fmt::format("did you mean `{}`?", *nearest)
                 : std::string("a step is a verb with its operand, such as `- start: child`");
}

bool has_option(const VerbRow& row, std::string_view option) {
  return std::ranges::find(row.options, option, &Key::name) != row.options.end();
}

// The keys of a step that can be its verb: those that are verbs, but not an option of another one
// that is there (`send` beside `signal`).
std::vector<const VerbRow*> verbs_of(const Node& step) {
  std::vector<const VerbRow*> verbs;
  for (const Entry& entry : step.entries) {
    if (const VerbRow* row = verb_row(entry.key.text)) {
      verbs.push_back(row);
    }
  }
  const std::vector<const VerbRow*> all = verbs;
  std::erase_if(verbs, [&](const VerbRow* row) {
    return std::ranges::any_of(
        all, [&](const VerbRow* other) { return has_option(*other, row->operand.name); });
  });
  return verbs;
}

const VerbRow* verb_of_map(const Node& step, Diagnostics& problems) {
  const std::vector<const VerbRow*> verbs = verbs_of(step);
  if (verbs.size() == 1) {
    return verbs.front();
  }
  if (verbs.size() > 1) {
    problems.add(step.at,
                 fmt::format("a step with two verbs, `{}` and `{}`", verbs[0]->operand.name,
                             verbs[1]->operand.name),
                 "write two steps, each after its own `- `");
  } else if (step.entries.empty()) {
    problems.add(step.at, "a step without a verb", suggest_verb({}));
  } else {
    const Node& key = step.entries.front().key;
    problems.add(key.at, fmt::format("unknown verb {}", quote(key.text)), suggest_verb(key.text));
  }
  return nullptr;
}

// `- disconnect`; also `- join child`, whose colon was forgotten.
const VerbRow* verb_of_word(const Node& step, Diagnostics& problems) {
  const std::string first_word = step.text.substr(0, step.text.find_first_of(" :"));
  const VerbRow* row = verb_row(first_word);
  if (row == nullptr) {
    problems.add(step.at, fmt::format("unknown verb {}", quote(first_word)),
                 suggest_verb(first_word));
  } else if (first_word != step.text) {
    problems.add(
        step.at,
        fmt::format("`{}` and its operand need a colon and a space between them", first_word),
        fmt::format("as in `- {}`", row->example));
    return nullptr;
  } else if (row->operand.required) {
    problems.add(step.at, fmt::format("`{}` needs an operand", first_word),
                 fmt::format("as in `- {}`", row->example));
    return nullptr;
  }
  return row;
}

// The operand as the file writes it, for verbs whose operand is read as something else.
std::string as_written(const Node& operand) {
  std::vector<std::string> items = {operand.text};
  if (operand.is_list()) {
    items.clear();
    for (const Node& item : operand.items) {
      items.push_back(item.text);
    }
  }
  return base::join_words(items, ", ");
}

void decode_operand(const Field& operand, const VerbRow& row, Step& step, Diagnostics& problems) {
  const Node& node = operand.node();
  step.operand = {as_written(node), node.text_at};
  if (node.is_empty() && !row.operand.required) {
    return;  // `{active_children: , as: x}`
  }
  switch (row.operand.type) {
    case Type::Text:
      step.operand = operand.text().value_or(Text{});
      break;
    case Type::Name:
      step.operand = operand.name().value_or(Text{});
      break;
    case Type::Label:
      step.operand = operand.label().value_or(Text{});
      step.label = step.operand.value;
      break;
    case Type::Integer:
      step.number = operand.integer().value_or(0);
      break;
    case Type::Size:
      step.number = operand.size().value_or(0);
      break;
    case Type::Duration:
      step.duration = operand.duration();
      break;
    case Type::DurationOrForever:
      step.duration = operand.duration_or_forever();
      break;
    case Type::Signal:
      step.signal = operand.signal().value_or(0);
      break;
    case Type::Word:
      step.service = operand.word() == "echo" ? Service::Echo : Service::Upper;
      break;
    case Type::Process:
      if (auto process = operand.process()) {
        step.processes = {std::move(*process)};
      }
      break;
    case Type::Processes:
      step.processes = operand.processes();
      break;
    case Type::Event:
      step.event = operand.event();
      break;
    case Type::Nothing:
      problems.add(node.at, fmt::format("`{}` takes no operand", row.operand.name));
      break;
    default:
      base::check(false, "every type of operand is decoded");
  }
}

Failures decode_failures(const Field& field) {
  Failures failures;
  if (!field) {
    return failures;
  }
  failures.symbols = field.symbols();
  failures.may_succeed =
      std::erase_if(failures.symbols, [](const Text& word) { return word.value == "ok"; }) > 0;
  return failures;
}

SendOrder send_order(std::string_view word) {
  return word == "reverse" ? SendOrder::Reverse : SendOrder::Random;
}

// Every option has one home in the model, whichever verb takes it; one that the verb does not take
// has been reported and is absent here.
void decode_options(const Fields& fields, Step& step, Diagnostics& problems) {
  if (auto label = fields["as"].label()) {
    step.label = label->value;
  }
  step.fails = decode_failures(fields["fails"]);
  step.timeout = fields["timeout"].duration();
  if (auto word = fields["order"].word()) {
    step.order = send_order(*word);
  }
  if (step.verb == Verb::SetDaemon) {
    const Field to = fields["to"];
    step.to = {to.flag().value_or(false) ? "true" : "false", to ? to.node().at : step.at};
  } else if (step.verb == Verb::SetName) {
    step.to = fields["to"].text().value_or(Text{});
  } else if (step.verb == Verb::Send) {
    step.to = fields["to"].name().value_or(Text{});
  }
  if (step.verb == Verb::Signal) {
    step.signal = fields["send"].signal().value_or(0);
    step.group = fields["group"].flag().value_or(false);
  }
  if (auto letter = fields["index"].letter()) {
    step.index = letter->value;
  }
  if (const Field steps = fields["steps"]) {
    step.steps = decode_steps(steps.node(), "steps", problems);
  }
  if (auto action = fields["action"].word()) {
    step.action = action == "ignore" ? SignalAction::Ignore : SignalAction::Default;
  }
  step.on = fields["on"].name().value_or(Text{});
  if (auto word = fields["handler"].word()) {
    step.handler = handler_named(*word).value_or(Handler::Process);
  }
  if (auto workers = fields["workers"].integer()) {
    step.workers = static_cast<std::uint32_t>(*workers);
  }
  if (auto word = fields["start_method"].word()) {
    step.start_method = start_method_named(*word).value_or(StartMethod::Fork);
  }
  if (auto backlog = fields["backlog"].integer()) {
    step.backlog = static_cast<int>(*backlog);
  }
  if (auto until = fields["until"].event()) {
    step.event = std::move(until);
  }
  step.expect = fields["expect"].text();
  step.write_end = fields["end"].word() == "write";
}

void check_handler(const Fields& fields, const Step& step, Diagnostics& problems) {
  const bool has_action = static_cast<bool>(fields["action"]);
  const bool has_steps = static_cast<bool>(fields["steps"]);
  if (has_action == has_steps) {
    problems.add(step.at,
                 has_steps ? "`handle` with both `action` and `steps`"
                           : "`handle` without `action` and without `steps`",
                 "write `action: ignore`, `action: default`, or the handler's `steps`");
  }
}

// signal(7): neither can be caught, blocked or ignored.
void check_can_wait(const Step& step, Diagnostics& problems) {
  if (step.signal == SIGKILL || step.signal == SIGSTOP) {
    problems.add(step.operand.at, fmt::format("`{}` cannot be blocked", signal_name(step.signal)),
                 "SIGKILL and SIGSTOP always come at once, see signal(7)");
  }
}

// Options that say something of processes which this handler does not have.
void check_server(const Fields& fields, const Step& step, Diagnostics& problems) {
  const auto needs = [&](std::string_view option, Handler handler) {
    if (const Field field = fields[option]; field && step.handler != handler) {
      problems.add(field.node().at,
                   fmt::format("`{}` with `handler: {}`", option, to_string(step.handler)),
                   fmt::format("it belongs to `handler: {}`", to_string(handler)));
    }
  };
  needs("workers", Handler::Prefork);
  needs("start_method", Handler::Process);
}

template <class T, std::size_t kCount>
T value_named(std::string_view word, const std::array<std::string_view, kCount>& names) {
  return static_cast<T>(std::ranges::find(names, word) - names.begin());
}

// Options of the one loop mean nothing in the other.
void check_loop(const Fields& fields, const Load& load, const Step& step, Diagnostics& problems) {
  const bool open = load.loop == Loop::Open;
  if (open && !fields["rate"]) {
    problems.add(step.at, "an open loop without `rate`", "as in `rate: 1000/s`");
  }
  const std::vector<std::string_view> foreign =
      open ? std::vector<std::string_view>{"think"}
           : std::vector<std::string_view>{"arrivals", "rate", "when_busy"};
  for (const std::string_view name : foreign) {
    if (const Field field = fields[name]) {
      problems.add(field.node().at,
                   fmt::format("`{}` belongs to {}", name, open ? "a closed loop" : "an open loop"),
                   open ? "an open loop sends as its schedule says" : "write `loop: open`");
    }
  }
}

void check_lengths(const Fields& fields, const Load& load, const Step& step,
                   Diagnostics& problems) {
  if (fields["for"] && fields["requests"]) {
    problems.add(step.at, "`load` with both `for` and `requests`", "it ends with one of them");
  } else if (!fields["for"] && !fields["requests"]) {
    problems.add(step.at, "`load` without `for` and without `requests`",
                 "say how long it lasts, as in `for: 2s` or `requests: 1000`");
  }
  if (load.measure && load.measure->count() == 0) {
    problems.add(fields["for"].node().at, "`for`: nothing is measured in no time");
  }
  if (load.arrivals == Arrivals::Ramp && fields["requests"]) {
    problems.add(step.at, "a ramp needs `for`", "its rate rises until then");
  }
  if (fields["timeout"] && load.timeout.count() == 0) {
    problems.add(fields["timeout"].node().at, "`timeout`: no reply comes in no time");
  }
  for (const char* option : {"size", "text", "reply"}) {
    if (const Field field = fields[option]; field && load.protocol == Protocol::Http) {
      problems.add(field.node().at, fmt::format("`{}` with `protocol: http`", option),
                   "what is got is the server's");
    }
  }
  for (const std::int64_t size : load.sizes) {
    if (size < 1 || size > kLargestRequest) {
      problems.add(fields["size"].node().at,
                   fmt::format("`size`: a request has from 1B to 1MiB, not {}", size_text(size)));
    }
  }
}

void decode_load(const Fields& fields, Step& step, Diagnostics& problems) {
  Load& load = step.load;
  const auto take = [&](std::string_view name, base::Duration& into) {
    into = fields[name].duration().value_or(into);
  };
  load.connections = static_cast<std::uint32_t>(fields["connections"].integer().value_or(1));
  load.loop = fields["loop"].word() == "open" ? Loop::Open : Loop::Closed;
  if (const auto word = fields["arrivals"].word()) {
    load.arrivals = value_named<Arrivals>(*word, kArrivalsNames);
  }
  if (const auto word = fields["when_busy"].word()) {
    load.when_busy = value_named<WhenBusy>(*word, kWhenBusyNames);
  }
  if (const auto word = fields["protocol"].word()) {
    load.protocol = value_named<Protocol>(*word, kProtocolNames);
  }
  if (const auto word = fields["reply"].word()) {
    load.reply = *word == "upper" ? Service::Upper : Service::Echo;
  }
  load.rate = fields["rate"].rate().value_or(0);
  load.seed = static_cast<std::uint32_t>(fields["seed"].integer().value_or(load.seed));
  take("think", load.think);
  take("warmup", load.warmup);
  take("drain", load.drain);
  load.measure = fields["for"].duration();
  if (const auto requests = fields["requests"].integer()) {
    load.requests = static_cast<std::uint64_t>(*requests);
  }
  if (fields["size"]) {
    load.sizes = fields["size"].sizes();
  }
  load.utf8 = fields["text"].word() == "utf8";
  load.reconnect_every =
      static_cast<std::uint64_t>(fields["reconnect_every"].integer().value_or(0));
  load.timeout = step.timeout.value_or(load.timeout);
  step.timeout.reset();  // it is each request's, not the step's
  check_loop(fields, load, step, problems);
  check_lengths(fields, load, step, problems);
}

std::optional<Step> decode_map(const Node& node, Diagnostics& problems) {
  const VerbRow* row = verb_of_map(node, problems);
  if (row == nullptr) {
    return std::nullopt;
  }
  const std::string owner = fmt::format("`{}`", row->operand.name);
  const Fields fields(node, row->keys, owner, problems);
  Step step;
  step.verb = row->verb;
  step.at = node.at;
  decode_operand(fields[row->operand.name], *row, step, problems);
  decode_options(fields, step, problems);
  if (step.verb == Verb::Handle) {
    check_handler(fields, step, problems);
  } else if (step.verb == Verb::Serve) {
    check_server(fields, step, problems);
  } else if (step.verb == Verb::Block || step.verb == Verb::Unblock) {
    check_can_wait(step, problems);
  } else if (step.verb == Verb::Load) {
    decode_load(fields, step, problems);
  }
  return step;
}

std::optional<Step> decode_word(const Node& node, Diagnostics& problems) {
  const VerbRow* row = verb_of_word(node, problems);
  if (row == nullptr) {
    return std::nullopt;
  }
  Step step;
  step.verb = row->verb;
  step.at = node.at;
  return step;
}

std::optional<Step> decode_step(const Node& node, const Site& site) {
  if (node.is_map()) {
    return decode_map(node, site.problems);
  }
  if (node.is_scalar()) {
    return decode_word(node, site.problems);
  }
  site.problems.add(node.at, fmt::format("a step cannot be {}", describe(node)), suggest_verb({}));
  return std::nullopt;
}

}  // namespace

std::vector<Step> decode_steps(const Node& node, std::string_view key, Diagnostics& problems) {
  const Site site{key, problems};
  return read_each(list_items(node, site), site, decode_step);
}

}  // namespace procession::scenario
