#include "tools/commands/index_run.hpp"

#include "tools/terminal/interruption.hpp"
#include "tools/terminal/shown_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

bool stops_the_run(errc trouble) {
  return trouble == errc::no_space || trouble == errc::io_failure
         || trouble == errc::corrupt || trouble == errc::permission_denied;
}

/// One run; `step` by `step` until it ended.
class index_run {
public:
  index_run(assembly& open, progress_line& line, std::int64_t grace_ms)
    : system_(open.system()), clock_(open.clock()), line_(line),
      grace_ms_(grace_ms) {}

  run_outcome run(std::optional<find_request> request) {
    const auto begun_ms = clock_.monotonic_ms();
    walk_over_ = !request;
    if (request)
      system_.begin_find(std::move(*request));
    else
      system_.begin_idle_watch();
    while (!ended_)
      step();
    line_.hide();
    outcome_.elapsed_s =
      static_cast<double>(clock_.monotonic_ms() - begun_ms) / 1e3;
    return std::move(outcome_);
  }

private:
  void step() {
    switch (system_.wait(100ms)) {
    case troupe_system::event::found:
      on_found();
      break;
    case troupe_system::event::idle:
      // A broken or a paused pool is idle as well.
      look();
      tell_pause();
      if (!ended_)
        end(run_end::idle);
      break;
    case troupe_system::event::spine_ended:
      outcome_.why = system_.end_why();
      end(run_end::broken_library);
      break;
    case troupe_system::event::nothing:
    case troupe_system::event::shutdown_wanted:
      look();
      break;
    }
    if (!ended_ && interruption_asked())
      drain();
  }

  void on_found() {
    const auto& found = system_.found();
    if (!found) {
      outcome_.why = found.failure();
      end(stops_the_run(found.failure().code) ? run_end::broken_library
                                              : run_end::not_walked);
      return;
    }
    outcome_.found = *found;
    walk_over_ = true;
    system_.begin_idle_watch();
  }

  /// Asks how things stand, shows it, and notices what ends a run.
  void look() {
    if (!walk_over_)
      if (const auto finding = system_.finding())
        outcome_.found.counts = *finding;
    const auto work = system_.progress();
    if (!work)
      return;
    outcome_.work = *work;
    show();
    if (stops_the_run(work->trouble)) {
      outcome_.why = {work->trouble, work->trouble_detail};
      end(run_end::broken_library);
    } else if (walk_over_ && !work->broken.empty() && work->running.empty()) {
      outcome_.why = {errc::internal, work->broken};
      end(run_end::broken_pool);
    }
  }

  void tell_pause() {
    if (outcome_.work.paused.empty())
      return;
    line_.hide();
    fmt::print(stderr, "notice: {}; its jobs wait\n",
               shown_text(outcome_.work.paused));
  }

  void show() {
    const auto& work = outcome_.work;
    progress_view view;
    view.files_seen = outcome_.found.counts.files_seen;
    view.walk_over = walk_over_;
    view.done = work.done;
    view.failed = work.failed + work.quarantined + work.cancelled;
    view.total = work.total;
    view.media_s = work.media_s;
    view.waiting = work.waiting;
    view.current = work.running.empty() ? outcome_.found.counts.current
                                        : work.running.front().path;
    for (const auto& held : work.running)
      if (held.kind != job_kind::image_upscale)
        view.media_s += held.media_s;
    // One picture alone is shown by its tiles.
    if (work.total == 1 && !work.running.empty()
        && work.running.front().kind == job_kind::image_upscale) {
      view.done = static_cast<std::int64_t>(work.running.front().media_s);
      view.total = static_cast<std::int64_t>(work.running.front().duration_s);
    }
    line_.show(view, clock_.monotonic_ms());
  }

  void drain() {
    line_.hide();
    if (system_.is_elsewhere())
      fmt::print(stderr, "stopping: the node goes on with what is queued\n");
    else if (grace_ms_ > 0)
      fmt::print(stderr,
                 "stopping: finishing what is running (at most {} s); "
                 "Ctrl-C again stops at once\n",
                 grace_ms_ / 1'000);
    else
      fmt::print(stderr, "stopping: what is unfinished goes away\n");
    if (const auto drained = system_.drain(grace_ms_); !drained)
      outcome_.why = drained.failure();
    if (const auto work = system_.progress())
      outcome_.work = *work;
    const auto& work = outcome_.work;
    outcome_.left = std::max<std::int64_t>(
      work.total - work.done - work.failed - work.quarantined - work.cancelled,
      0);
    end(run_end::interrupted);
  }

  void end(run_end how) {
    if (const auto pools = system_.pools())
      outcome_.pools = *pools;
    outcome_.end = how;
    ended_ = true;
  }

  troupe_system& system_;
  const wall_clock& clock_;
  progress_line& line_;
  std::int64_t grace_ms_;
  run_outcome outcome_;
  bool walk_over_ = false;
  bool ended_ = false;
};

} // namespace

run_outcome run_until_idle(assembly& open, std::optional<find_request> request,
                           progress_line& line, std::int64_t grace_ms) {
  return index_run{open, line, grace_ms}.run(std::move(request));
}

} // namespace troupe
