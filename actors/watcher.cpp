#include "actors/watcher.hpp"

#include "actors/caf_error.hpp"
#include "actors/poll_actor.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <utility>

namespace troupe {

namespace {

// -- state --------------------------------------------------------------------

/// Invariant: at most one rescan is scheduled or under way; a change that
/// comes meanwhile schedules one more.
class watcher_state {
public:
  static constexpr const char* name = "troupe.watcher";

  explicit watcher_state(watcher_actor::pointer self) : self_(self) {}

  watcher_actor::behavior_type make_behavior(const watcher_tunables& tunables,
                                             const finder_actor& finder,
                                             log_sink& log) {
    tunables_ = tunables;
    finder_ = finder;
    log_ = &log;
    return {[this](rescan_atom) {
      on_rescan();
    }};
  }

  /// What the folder watch drained.
  void on_change(const result<bool>& changed) {
    if (!changed)
      report(changed.failure());
    // A watch that failed has lost events: walk to be sure.
    if (!changed || *changed)
      schedule();
  }

private:
  void on_rescan() {
    scheduled_ = false;
    walking_ = true;
    find_request request;
    request.roots = tunables_.folders;
    // A walk may take hours; a FINDER that ends bounces the request.
    self_->request(finder_, caf::infinite, find_atom_v, std::move(request))
      .then([this](const find_report& x) { on_walked(x); },
            [this](caf::error& why) { on_failed(from_caf(why)); });
  }

  void on_failed(const error& why) {
    walking_ = false;
    report(why);
    const bool changed = std::exchange(changed_meanwhile_, false);
    if (why.code == errc::refused)
      schedule(tunables_.held_again_after);
    else if (changed)
      schedule();
  }

  void on_walked(const find_report& x) {
    walking_ = false;
    log_->write(log_level::info, "watcher",
                fmt::format("walk folders new={} changed={} missing={}",
                            x.counts.recorded.entries_new,
                            x.counts.recorded.entries_changed,
                            x.swept.entries_missing));
    if (std::exchange(changed_meanwhile_, false))
      schedule();
  }

  void schedule() {
    schedule(tunables_.settle_after);
  }

  void schedule(std::chrono::milliseconds after) {
    if (walking_) {
      changed_meanwhile_ = true;
      return;
    }
    if (!std::exchange(scheduled_, true))
      self_->delayed_send(self_, after, rescan_atom_v);
  }

  void report(const error& why) {
    log_->write(
      log_level::error, "watcher",
      fmt::format("watch failed code={} {}", to_string(why.code), why.detail));
  }

  /// The hosting actor; outlives this state.
  watcher_actor::pointer self_;

  watcher_tunables tunables_;
  finder_actor finder_;

  /// Borrowed. Never null after make_behavior.
  log_sink* log_ = nullptr;

  bool scheduled_ = false;
  bool walking_ = false;
  bool changed_meanwhile_ = false;
};

// -- host ---------------------------------------------------------------------

using watcher_base = poll_actor<watcher_actor::stateful_base<watcher_state>>;

/// Sleeps in poll(2) on the folder watch's descriptor.
class watcher_host final : public watcher_base {
public:
  watcher_host(caf::actor_config& cfg, const watcher_tunables& tunables,
               std::unique_ptr<folder_watch> watch, finder_actor finder,
               log_sink* log)
    : watcher_base(cfg), tunables_(tunables), watch_(std::move(watch)),
      finder_(std::move(finder)), log_(log) {}

  behavior_type make_behavior() override {
    return state.make_behavior(tunables_, finder_, *log_);
  }

protected:
  void on_thread_start() override {
    if (tunables_.threads != nullptr)
      tunables_.threads->name_thread("watcher");
  }

  int prepare_poll(std::vector<pollfd>& descriptors) override {
    descriptors.push_back({watch_->descriptor(), POLLIN, 0});
    return -1;
  }

  void on_poll(std::span<const pollfd> descriptors) override {
    if (descriptors.front().revents != 0)
      state.on_change(watch_->drain());
  }

private:
  watcher_tunables tunables_;
  std::unique_ptr<folder_watch> watch_;
  finder_actor finder_;
  log_sink* log_;
};

} // namespace

// -- spawn --------------------------------------------------------------------

watcher_actor spawn_watcher(caf::actor_system& system,
                            const watcher_tunables& tunables,
                            std::unique_ptr<folder_watch> watch,
                            const finder_actor& finder, log_sink& log) {
  return system.spawn<watcher_host>(tunables, std::move(watch), finder, &log);
}

} // namespace troupe
