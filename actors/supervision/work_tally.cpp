#include "actors/supervision/work_tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe {

bool work_tally::count(const settle_request& request,
                       const settle_report& report) {
  for (std::size_t i = 0; i < request.ends.size(); ++i)
    count(request.ends[i], report.verdicts.at(i));
  return std::any_of(
    request.ends.begin(), request.ends.end(),
    [](const attempt_end& end) { return end.next == job_state::ready; });
}

void work_tally::count(const attempt_end& end, end_verdict verdict) {
  if (verdict == end_verdict::refused) {
    ++progress_.refused;
    return;
  }
  switch (end.next) {
  case job_state::done:
    ++progress_.done;
    break;
  case job_state::failed:
    ++progress_.failed;
    break;
  case job_state::quarantined:
    ++progress_.quarantined;
    break;
  case job_state::cancelled:
    ++progress_.cancelled;
    break;
  case job_state::retry:
    ++progress_.retried;
    break;
  default:
    ++handed_back_;
    break;
  }
}

void work_tally::note_backlog(const backlog& x) {
  progress_.waiting = x.waiting;
  progress_.next_due_us = x.next_due_us;
  if (backlog_known_)
    return;
  backlog_known_ = true;
  progress_.total = x.ready + x.waiting + x.running;
}

void work_tally::note_due(std::int64_t due_us) {
  if (progress_.next_due_us == 0 || due_us < progress_.next_due_us)
    progress_.next_due_us = due_us;
}

void work_tally::note_trouble(const error& why) {
  progress_.trouble = why.code;
  progress_.trouble_detail = why.detail;
}

void work_tally::clear_trouble() {
  progress_.trouble = errc::none;
  progress_.trouble_detail.clear();
}

work_progress work_tally::shown(std::vector<work_in_hand> running,
                                std::string broken) const {
  auto all = progress_;
  all.running = std::move(running);
  all.broken = std::move(broken);
  return all;
}

std::string describe_epoch(const epoch_report& begun) {
  return fmt::format("begin epoch={} requeued={} quarantined={}", begun.epoch,
                     begun.requeued, begun.quarantined);
}

std::string describe_end(const claimed_job& job, const attempt_end& end) {
  return fmt::format("end attempt job={} state={} worker={} ms={} {}", job.ulid,
                     to_string(end.next), end.worker,
                     (end.ended_us - end.started_us) / 1'000, end.message);
}

log_level level_of(const attempt_end& end) noexcept {
  return end.next == job_state::done ? log_level::debug : log_level::warning;
}

} // namespace troupe
