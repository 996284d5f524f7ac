// SPDX-License-Identifier: MIT
// Channels: which pipe, listener or connection a step means, and who serves each connection.
#include "harness/base/text.h"
#include "harness/plan/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace procession::plan {

namespace {

using scenario::Verb;

scenario::Position at(const Step& step) {
  return {static_cast<int>(step.line), static_cast<int>(step.column)};
}

// Calls `use(step)` for each step of an instance, a handler's behind its `handle`.
template <class Use>
void for_each_step(Planned& planned, InstanceId id, Use use) {
  PlanBuilder& builder = planned.builder;
  const Range line = builder.instances[id].steps;
  for (StepId step = line.first; step < line.first + line.count; ++step) {
    use(builder.steps[step], step);
    const Range handler = builder.steps[step].handler;
    for (StepId inner = handler.first; inner < handler.first + handler.count; ++inner) {
      use(builder.steps[inner], inner);
    }
  }
}

// A pipe belongs to its maker and to what the maker starts later; so what a process begins with is
// what its starter has at the `start`.
class PipePlanner {
 public:
  explicit PipePlanner(Planned& planned) : planned_(planned), builder_(planned.builder) {
    begins_with_.resize(builder_.instances.size());
  }

  void plan() {
    for (InstanceId id = 0; id < begins_with_.size(); ++id) {
      has_ = begins_with_[id] ? begins_with_[id] : std::make_shared<const Pipes>();
      for_each_step(planned_, id, [&](Step& step, StepId) { look_at(step); });
    }
  }

 private:
  using Pipes = std::map<std::string, std::uint32_t>;

  void look_at(Step& step) {
    switch (step.verb) {
      case Verb::Pipe:
        make(step);
        break;
      case Verb::Start:
        if (!begins_with_[step.target]) {
          begins_with_[step.target] =
              builder_.instances[step.target].method == scenario::StartMethod::Forkserver
                  ? std::make_shared<const Pipes>()
                  : has_;
        }
        break;
      case Verb::Send:
      case Verb::Receive:
      case Verb::CloseEnd:
        use(step);
        break;
      default:
        break;
    }
  }

  void make(Step& step) {
    const std::string name(builder_.text_of(step.name));
    Pipes more = *has_;
    if (!more.try_emplace(name, static_cast<std::uint32_t>(builder_.pipes.size())).second) {
      planned_.found.add(at(step), fmt::format("there is a pipe `{}` already", name),
                         "give each pipe its own name");
      return;
    }
    step.channel = static_cast<std::uint32_t>(builder_.pipes.size());
    builder_.pipes.push_back({step.name, step.self});
    has_ = std::make_shared<const Pipes>(std::move(more));
  }

  void use(Step& step) {
    const std::string name(builder_.text_of(step.name));
    if (const auto known = has_->find(name); known != has_->end()) {
      step.channel = known->second;
      return;
    }
    planned_.found.add(at(step), fmt::format("no pipe `{}` here", name),
                       "`pipe` must come before, here or in the process that starts this one "
                       "(a child of the forkserver inherits none)");
  }

  Planned& planned_;
  PlanBuilder& builder_;
  std::vector<std::shared_ptr<const Pipes>> begins_with_;
  std::shared_ptr<const Pipes> has_;
};

class NetPlanner {
 public:
  explicit NetPlanner(Planned& planned) : planned_(planned), builder_(planned.builder) {}

  void plan() {
    const auto count = static_cast<InstanceId>(builder_.instances.size());
    for_all(count, [&](Step& step, StepId) { add_listener(step); });
    for (InstanceId id = 0; id < count; ++id) {
      add_program(id);
    }
    for_all(count, [&](Step& step, StepId id) { find_served(step, id); });
    planned_.listener_of = of_process_;
    for (const auto& [server, listener] : serves_) {
      planned_.listener_of[server] = listener;
    }
    for (InstanceId id = 0; id < count; ++id) {
      connections_ = 0;
      latest_.reset();
      by_label_.clear();
      for_each_step(planned_, id, [&](Step& step, StepId) { connect(step); });
    }
    add_talkers();
  }

 private:
  struct Served {
    StepId serve = kNone;
    std::uint32_t connections = 0;
  };
  struct Connection {
    std::uint32_t number = 0;
    std::uint32_t listener = kNone;
  };

  template <class Use>
  void for_all(InstanceId count, Use use) {
    for (InstanceId id = 0; id < count; ++id) {
      for_each_step(planned_, id, use);
    }
  }

  void add_listener(Step& step) {
    if (step.verb != Verb::Listen) {
      return;
    }
    const std::string name(builder_.text_of(step.name));
    const auto [known, is_new] =
        listeners_.try_emplace(name, static_cast<std::uint32_t>(builder_.listeners.size()));
    if (is_new) {
      builder_.listeners.push_back({step.name, builder_.new_word(), {}});
      served_.emplace_back();
    }
    step.channel = known->second;
    of_process_.try_emplace(step.self, known->second);
  }

  // A program with a port is taken to listen there.
  void add_program(InstanceId id) {
    const Instance& instance = builder_.instances[id];
    if (instance.kind != Instance::Kind::Program) {
      return;
    }
    const scenario::Process& process = *planned_.draft.instances[id].process;
    if (!has_port(process)) {
      return;
    }
    Program& program = builder_.programs[instance.program];
    program.port = static_cast<std::uint32_t>(process.program->port);
    program.listener = static_cast<std::uint32_t>(builder_.listeners.size());
    builder_.listeners.push_back({instance.path, builder_.new_word(), {}, id});
    served_.emplace_back();
    of_process_[id] = program.listener;
  }

  // If the file gives it one, or it is told one.
  static bool has_port(const scenario::Process& process) {
    const scenario::Program& program = *process.program;
    const auto tells = [](const scenario::Text& text) {
      return text.value.find("${port}") != std::string::npos;
    };
    return program.port != 0 || program.ready.kind == scenario::Readiness::Kind::Port ||
           std::ranges::any_of(program.words, tells) ||
           std::ranges::any_of(process.env,
                               [&](const auto& variable) { return tells(variable.second); });
  }

  void find_served(Step& step, StepId id) {
    if (step.verb != Verb::Serve) {
      return;
    }
    if (step.name.size == 0) {
      step.channel = of_process_.at(step.self);  // there is one: plan_lines has seen to it
      step.name = builder_.listeners[step.channel].name;
    } else if (const auto named = listeners_.find(std::string(builder_.text_of(step.name)));
               named != listeners_.end()) {
      step.channel = named->second;
    } else {
      planned_.found.add(at(step),
                         fmt::format("nothing listens as `{}`", builder_.text_of(step.name)),
                         "`on` names the operand of a `listen`");
      return;
    }
    if (served_[step.channel].serve != kNone) {
      planned_.found.add(at(step),
                         fmt::format("`{}` is served twice", builder_.text_of(step.name)));
      return;
    }
    served_[step.channel].serve = id;
    serves_.insert_or_assign(step.self, step.channel);
  }

  void connect(Step& step) {
    switch (step.verb) {
      case Verb::Connect: {
        step.connection = connections_++;
        step.channel = listener_of(step);
        latest_ = Connection{step.connection, step.channel};
        if (step.label.size != 0) {
          by_label_[std::string(builder_.text_of(step.label))] = *latest_;
        }
        if (step.channel != kNone) {
          ++served_[step.channel].connections;
        }
        break;
      }
      case Verb::Load:
        load(step);
        break;
      case Verb::Request:
        use(step, std::string(planned_.origins[&step - builder_.steps.data()]->asked->on.value));
        if (step.channel != kNone && served_[step.channel].serve != kNone) {
          step.service = builder_.steps[served_[step.channel].serve].service;
        }
        if (step.channel != kNone && builder_.listeners[step.channel].program != kNone &&
            !planned_.origins[&step - builder_.steps.data()]->asked->expect) {
          planned_.found.add(at(step), "what a program answers is not known here",
                             "give the `request` an `expect`: what the reply must begin with");
        }
        break;
      case Verb::Disconnect:
        use(step, std::string(builder_.text_of(step.name)));
        break;
      default:
        break;
    }
  }

  // Its connections are its own: no other step can name them.
  void load(Step& step) {
    const DraftStep& drafted = *planned_.origins[&step - builder_.steps.data()];
    const scenario::Load& asked = drafted.asked->load;
    step.channel = listener_of(step);
    step.load = static_cast<std::uint32_t>(builder_.loads.size());
    step.service = asked.reply.value_or(scenario::Service::Echo);
    if (step.channel != kNone) {
      served_[step.channel].connections += connections_of(asked);
      if (served_[step.channel].serve != kNone) {
        const Step& serve = builder_.steps[served_[step.channel].serve];
        step.service = serve.service;
        check_load(step, asked, serve);
      }
    }
    Load load;
    load.step = static_cast<StepId>(&step - builder_.steps.data());
    load.client = step.load;
    load.member = members_[drafted.asked]++;
    load.connections = asked.connections;
    load.loop = asked.loop;
    load.arrivals = asked.arrivals;
    load.when_busy = asked.when_busy;
    load.protocol = asked.protocol;
    load.utf8 = asked.utf8 ? 1 : 0;
    load.seed = asked.seed;
    load.think_ns = asked.think.count();
    load.rate = asked.rate;
    load.warmup_ns = asked.warmup.count();
    load.measure_ns = asked.measure ? asked.measure->count() : 0;
    load.requests = asked.requests.value_or(0);
    load.drain_ns = asked.drain.count();
    load.timeout_ns = asked.timeout.count();
    load.reconnect_every = asked.reconnect_every;
    load.sizes = builder_.id_range({asked.sizes.begin(), asked.sizes.end()});
    builder_.loads.push_back(load);
  }

  // How many it makes if none is lost.
  static std::uint32_t connections_of(const scenario::Load& asked) {
    const std::uint64_t every = asked.reconnect_every;
    if (every == 0 || !asked.requests) {
      return asked.connections;
    }
    std::uint64_t made = 0;
    for (std::uint64_t k = 0; k < asked.connections; ++k) {
      const std::uint64_t share =
          *asked.requests / asked.connections + (k < *asked.requests % asked.connections ? 1 : 0);
      made += std::max<std::uint64_t>(1, (share + every - 1) / every);
    }
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(made, kMostInstances));
  }

  void check_load(const Step& step, const scenario::Load& asked, const Step& serve) {
    if (asked.protocol != scenario::Protocol::Echo) {
      planned_.found.add(
          at(step),
          fmt::format("a server of this file does not speak `{}`",
                      scenario::kProtocolNames[static_cast<std::size_t>(asked.protocol)]),
          "leave `protocol` out");
    }
    if (asked.reply && *asked.reply != serve.service) {
      planned_.found.add(at(step), "the server of this file answers otherwise",
                         "leave `reply` out: it is for programs");
    }
    const bool is_counted =
        asked.loop == scenario::Loop::Closed && asked.requests && asked.warmup.count() == 0;
    if (serve.served_by == scenario::Handler::Process && asked.reconnect_every != 0 &&
        !is_counted) {
      planned_.found.add(at(step),
                         "how often a connection is made anew, and so how many processes serve, is "
                         "not known before",
                         "with `handler: process`, `reconnect_every` needs a closed loop with "
                         "`requests` and without `warmup`");
    }
  }

  std::uint32_t listener_of(const Step& connect) {
    if (connect.target == kNone) {
      return kNone;
    }
    if (const auto serves = serves_.find(connect.target); serves != serves_.end()) {
      return serves->second;
    }
    if (const auto listens = of_process_.find(connect.target); listens != of_process_.end()) {
      return listens->second;
    }
    const Instance& target = builder_.instances[connect.target];
    planned_.found.add(at(connect),
                       fmt::format("`{}` does not listen", builder_.text_of(target.path)),
                       target.kind == Instance::Kind::Program
                           ? "give it a `port`, or tell it one: `${port}` in its `exec`"
                           : "give it a `serve` or a `listen`");
    return kNone;
  }

  void use(Step& step, const std::string& label) {
    std::optional<Connection> connection = latest_;
    if (!label.empty()) {
      const auto named = by_label_.find(label);
      connection = named == by_label_.end() ? std::nullopt : std::optional(named->second);
    }
    if (!connection) {
      planned_.found.add(
          at(step), label.empty() ? "no `connect` comes before"
                                  : fmt::format("no `connect` before is labelled `{}`", label));
      return;
    }
    step.connection = connection->number;
    step.channel = connection->listener;
  }

  void add_talkers() {
    for (std::uint32_t channel = 0; channel < served_.size(); ++channel) {
      if (served_[channel].serve == kNone) {
        continue;
      }
      const std::uint32_t count = talkers_of(served_[channel]);
      std::vector<std::uint32_t> talkers;
      for (std::uint32_t k = 0; k < count; ++k) {
        talkers.push_back(add_talker(builder_.steps[served_[channel].serve], channel, k));
      }
      builder_.listeners[channel].talkers = builder_.id_range(talkers);
    }
  }

  // One for each connection that a step of the file makes, or as many as share them.
  [[nodiscard]] std::uint32_t talkers_of(const Served& served) const {
    switch (builder_.steps[served.serve].served_by) {
      case scenario::Handler::Process:
        return served.connections;
      case scenario::Handler::Prefork:
        return planned_.origins[served.serve]->asked->workers;
      default:
        return 0;
    }
  }

  InstanceId add_talker(const Step& serve, std::uint32_t channel, std::uint32_t k) {
    const std::string name = fmt::format("talker[{}]", k);
    Instance talker;
    talker.kind = Instance::Kind::Talker;
    talker.method = serve.method;
    // Who serves until it is told to stop must not be waited for by an exit that tells it nothing.
    talker.daemon = serve.served_by == scenario::Handler::Prefork;
    talker.path = builder_.text(
        fmt::format("{}/{}", builder_.text_of(builder_.instances[serve.self].path), name));
    talker.name = builder_.text(name);
    talker.template_name = builder_.text("talker");
    talker.starter = serve.self;
    talker.index = k;
    talker.cpus = builder_.instances[serve.self].cpus;
    talker.line = serve.line;
    Step talk;
    talk.verb = Verb::Talk;
    talk.service = serve.service;
    talk.served_by = serve.served_by;
    talk.channel = channel;
    return add_implicit_instance(planned_, talker, {talk});
  }

  Planned& planned_;
  PlanBuilder& builder_;
  std::map<std::string, std::uint32_t> listeners_;  // by name
  std::map<InstanceId, std::uint32_t> of_process_;  // its first listener
  std::map<InstanceId, std::uint32_t> serves_;      // its last served listener
  std::vector<Served> served_;                      // by listener
  std::uint32_t connections_ = 0;
  std::optional<Connection> latest_;
  std::map<std::string, Connection> by_label_;
  std::map<const scenario::Step*, std::uint32_t> members_;  // of each written `load`, so far
};

// The program that children of the method `forkserver` are forked from.
void add_forkserver(Planned& planned) {
  PlanBuilder& builder = planned.builder;
  const bool needed = std::ranges::any_of(builder.instances, [](const Instance& instance) {
    return instance.method == scenario::StartMethod::Forkserver;
  });
  if (!needed) {
    return;
  }
  Instance forkserver;
  forkserver.kind = Instance::Kind::Forkserver;
  forkserver.method = scenario::StartMethod::Spawn;
  forkserver.path = forkserver.name = forkserver.template_name = builder.text("forkserver");
  builder.header.forkserver = add_implicit_instance(planned, forkserver, {});
}

}  // namespace

void plan_channels(Planned& planned) {
  PipePlanner(planned).plan();
  NetPlanner(planned).plan();
  add_forkserver(planned);
}

}  // namespace procession::plan
