// SPDX-License-Identifier: MIT
#include "harness/run/play.h"

#include "harness/os/unique_fd.h"
#include "harness/run/job.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace procession::run {

namespace {

constexpr base::Duration kTick = std::chrono::milliseconds(100);

// SIGINT and SIGTERM as long as it lives: they no longer end this process, they can be read. What
// the user has this process ignore (nohup, a job in the background) stays ignored.
class UserSignals {
 public:
  UserSignals() {
    sigset_t taken;
    ::sigemptyset(&taken);
    for (const int signal : {SIGINT, SIGTERM}) {
      struct sigaction action {};
      if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
        ::sigaddset(&taken, signal);
      }
    }
    ::sigprocmask(SIG_BLOCK, &taken, &before_);
    fd_.reset(::signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC));
  }
  UserSignals(const UserSignals&) = delete;
  UserSignals& operator=(const UserSignals&) = delete;
  ~UserSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  [[nodiscard]] int fd() const { return fd_.get(); }
  // The signal that has come, 0 if none.
  [[nodiscard]] int take() const {
    signalfd_siginfo heard{};
    const bool got = ::read(fd_.get(), &heard, sizeof heard) == ssize_t{sizeof heard};
    return got ? static_cast<int>(heard.ssi_signo) : 0;
  }

 private:
  sigset_t before_;
  os::UniqueFd fd_;
};

base::Result<os::UniqueFd> open_player(const std::string& path) {
  os::UniqueFd player(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!player) {
    return base::system_error("open " + path, errno);
  }
  return player;
}

// Beside this program, as it is built, or where `cmake --install` puts what nobody calls by hand.
std::string players_path() {
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string self(path, static_cast<std::size_t>(std::max(size, ssize_t{0})));
  const std::string folder = self.substr(0, self.rfind('/') + 1);
  const std::string installed = folder + PROCESSION_INSTALLED_PLAYER;
  return ::access(installed.c_str(), X_OK) == 0 ? installed : folder + "procession-player";
}

base::Error interrupted(int signal) {
  return {base::ErrorKind::Interrupted, std::string("stopped by SIG") + ::sigabbrev_np(signal),
          signal};
}

class Session {
 public:
  using Next = std::function<std::optional<Work>()>;

  Session(const Next& next, Observer& observer, const Options& options, os::UniqueFd player)
      : next_(next), observer_(observer), options_(options), player_(std::move(player)) {}

  base::Result<> play() {
    for (;;) {
      if (auto assigned = assign(); !assigned) {
        return assigned;
      }
      if (std::all_of(jobs_.begin(), jobs_.end(), is_idle)) {
        return stop_ ? base::Result<>(*stop_) : base::Result<>();
      }
      wait();
      obey_user();
      for (const auto& job : jobs_) {
        job->check_progress();
      }
      std::erase_if(jobs_, [](const auto& job) { return job->is_broken(); });
    }
  }

 private:
  // Gives out work as long as there is some and somebody has none.
  base::Result<> assign() {
    while (!stop_ && has_room() && has_work()) {
      auto job = job_for(size_for(work_->plan));
      if (job) {
        (*job)->begin(works_++, *std::exchange(work_, std::nullopt), observer_);
      } else if (jobs_.empty()) {
        observer_.done(works_++, job.error());
        return std::move(job).error();
      } else {
        most_jobs_ = jobs_.size();  // no room for one more: those that there are will do
      }
    }
    return {};
  }

  bool has_work() {
    if (!work_ && !no_more_work_) {
      work_ = next_();
      no_more_work_ = !work_;
    }
    return work_.has_value();
  }

  [[nodiscard]] bool has_room() const {
    return jobs_.size() < most_jobs_ || std::any_of(jobs_.begin(), jobs_.end(), is_idle);
  }

  // An idle one with an arena of that size; else a new one, if need be in the place of an idle one.
  base::Result<Job*> job_for(ArenaSize size) {
    for (const auto& job : jobs_) {
      if (is_idle(job) && job->arena_size() == size) {
        return job.get();
      }
    }
    if (jobs_.size() >= most_jobs_) {
      jobs_.erase(std::find_if(jobs_.begin(), jobs_.end(), is_idle));
    }
    auto job = Job::start(player_.get(), options_.containment, size);
    if (!job) {
      return std::move(job).error();
    }
    jobs_.push_back(*std::move(job));
    return jobs_.back().get();
  }

  static bool is_idle(const std::unique_ptr<Job>& job) { return !job->is_busy(); }

  void wait() {
    std::vector<pollfd> entries;
    entries.push_back({signals_.fd(), POLLIN, 0});
    for (const auto& job : jobs_) {
      entries.push_back({job->socket(), POLLIN, 0});
    }
    ::poll(entries.data(), entries.size(), static_cast<int>(kTick / std::chrono::milliseconds(1)));
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (entries[i + 1].revents != 0) {
        jobs_[i]->hear(observer_);
      }
    }
    if (base::now() - ticked_ >= kTick) {
      ticked_ = base::now();
      observer_.tick();
    }
  }

  // Once ends it in order, twice at once.
  void obey_user() {
    const int signal = signals_.take();
    if (signal == 0) {
      return;
    }
    const bool again = stop_.has_value();
    stop_ = interrupted(signal);
    for (const auto& job : jobs_) {
      if (again) {
        job->abandon(observer_);
      } else {
        job->stop(*stop_);
      }
    }
  }

  const Next& next_;
  Observer& observer_;
  const Options& options_;
  os::UniqueFd player_;
  UserSignals signals_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::size_t most_jobs_ = std::max(options_.jobs, 1u);
  std::optional<Work> work_;  // taken and not yet begun
  std::size_t works_ = 0;     // begun
  bool no_more_work_ = false;
  std::optional<base::Error> stop_;
  base::Instant ticked_ = base::now();
};

}  // namespace

base::Result<> play(const std::function<std::optional<Work>()>& next, Observer& observer,
                    const Options& options) {
  auto player = open_player(options.player.empty() ? players_path() : options.player);
  if (!player) {
    return std::move(player).error();
  }
  return Session(next, observer, options, *std::move(player)).play();
}

}  // namespace procession::run
