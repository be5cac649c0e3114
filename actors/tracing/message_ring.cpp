#include "actors/tracing/message_ring.hpp"

#include <algorithm>
#include <bit>

namespace troupe {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

} // namespace

message_ring::message_ring(const tick_counter& ticks)
  : ticks_(&ticks),
    arrivals_(std::make_unique<decltype(arrivals_)::element_type>()),
    cells_(std::make_unique<decltype(cells_)::element_type>()),
    jobs_(std::make_unique<decltype(jobs_)::element_type>()) {}

void message_ring::arrive(const void* message) noexcept {
  const auto number = arrived_.fetch_add(1, relaxed);
  auto& slot = (*arrivals_)[number % arrivals_kept];
  slot.at.store(ticks_->ticks(), relaxed);
  slot.message.store(message, std::memory_order_release);
}

void message_ring::begin(const void* message) noexcept {
  begun_ = ticks_->ticks();
  sent_ = begun_;
  const auto arrived = arrived_.load(relaxed);
  const auto behind = arrived - std::min(arrived, handled_);
  depth_ = behind;
  // Two senders may enter the mailbox in another order than here.
  const auto first = handled_ - std::min(handled_, arrivals_searched / 2);
  for (std::uint64_t i = 0; i < arrivals_searched; ++i) {
    auto& slot = (*arrivals_)[(first + i) % arrivals_kept];
    if (slot.message.load(std::memory_order_acquire) != message)
      continue;
    sent_ = std::min(slot.at.load(relaxed), begun_);
    slot.message.store(nullptr, relaxed);
    break;
  }
  ++handled_;
  first_job_ = noted_.load(relaxed);
}

void message_ring::note_job(job_id job) noexcept {
  const auto number = noted_.load(relaxed);
  (*jobs_)[number % jobs_kept].store(static_cast<std::int64_t>(job), relaxed);
  noted_.store(number + 1, std::memory_order_release);
}

void message_ring::end(ring_record record) noexcept {
  const auto jobs = noted_.load(relaxed) - first_job_;
  if (jobs == 0)
    return;
  const auto number = kept_.load(relaxed);
  auto& to = (*cells_)[number % records_kept];
  to.words[0].store(sent_, relaxed);
  to.words[1].store(begun_, relaxed);
  to.words[2].store(ticks_->ticks(), relaxed);
  to.words[3].store(depth_, relaxed);
  to.words[4].store(std::bit_cast<std::uint64_t>(record.sender), relaxed);
  to.words[5].store(record.sender_id, relaxed);
  to.words[6].store(record.type_number, relaxed);
  to.words[7].store(record.type_detail, relaxed);
  to.first_job.store(first_job_, relaxed);
  to.jobs.store(jobs, relaxed);
  kept_.store(number + 1, std::memory_order_release);
}

bool message_ring::collect(job_id job, std::uint64_t since,
                           std::vector<ring_record>& found) const {
  const auto wanted = static_cast<std::int64_t>(job);
  const auto kept = kept_.load(std::memory_order_acquire);
  const auto noted = noted_.load(std::memory_order_acquire);
  const auto first = kept - std::min(kept, records_kept);
  std::vector<std::pair<std::uint64_t, ring_record>> seen;
  for (auto number = first; number < kept; ++number) {
    const auto& from = (*cells_)[number % records_kept];
    const auto first_job = from.first_job.load(relaxed);
    const auto jobs = std::min(from.jobs.load(relaxed), jobs_kept);
    bool concerns = false;
    for (std::uint64_t i = 0; i < jobs && !concerns; ++i)
      concerns = (*jobs_)[(first_job + i) % jobs_kept].load(relaxed) == wanted
                 && noted - first_job <= jobs_kept;
    if (!concerns)
      continue;
    ring_record record;
    record.sent = from.words[0].load(relaxed);
    record.begun = from.words[1].load(relaxed);
    record.ended = from.words[2].load(relaxed);
    record.depth = from.words[3].load(relaxed);
    record.sender = std::bit_cast<const char*>(from.words[4].load(relaxed));
    record.sender_id = from.words[5].load(relaxed);
    record.type_number = from.words[6].load(relaxed);
    record.type_detail = from.words[7].load(relaxed);
    seen.emplace_back(number, record);
  }
  std::atomic_thread_fence(std::memory_order_acquire);
  // What may have been overwritten meanwhile is no record any more.
  const auto after = kept_.load(relaxed);
  const auto oldest = after + 1 - std::min(after + 1, records_kept);
  for (const auto& [number, record] : seen)
    if (number >= oldest)
      found.push_back(record);
  if (kept <= records_kept)
    return true;
  const auto& eldest = (*cells_)[first % records_kept];
  return eldest.words[1].load(relaxed) <= since;
}

} // namespace troupe
