#include "actors/work_tally.hpp"

namespace troupe {

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

} // namespace troupe
