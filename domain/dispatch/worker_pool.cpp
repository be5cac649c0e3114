#include "domain/dispatch/worker_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace troupe {

namespace {

std::vector<held_job>::iterator find_job(std::vector<held_job>& jobs,
                                         const claim_key& key) {
  return std::find_if(jobs.begin(), jobs.end(), [&key](const held_job& held) {
    return held.job.key == key;
  });
}

} // namespace

worker_pool::worker_pool(job_kind kind, const pool_limits& limits)
  : kind_(kind), limits_(limits), restarts_(limits.restarts),
    slots_(static_cast<std::size_t>(limits.slots)), wanted_(limits.slots) {
  assert(limits.slots >= 0 && limits.depth > 0);
}

// -- events -------------------------------------------------------------------

worker_seat worker_pool::occupy(int slot) {
  auto& state = slots_.at(static_cast<std::size_t>(slot));
  assert(!state.occupied);
  state.occupied = true;
  ++state.incarnation;
  return {kind_, slot, state.incarnation};
}

bool worker_pool::ask(const worker_seat& seat) {
  auto* state = current(seat);
  if (state == nullptr)
    return false;
  state->ready = true;
  return places(*state) > 0;
}

worker_seat worker_pool::assign(claimed_job job, std::int64_t now_us,
                                std::int64_t now_ms) {
  const auto chosen =
    std::max_element(slots_.begin(), slots_.begin() + meant(),
                     [this](const slot_state& a, const slot_state& b) {
                       return places(a) < places(b);
                     });
  assert(chosen != slots_.end() && places(*chosen) > 0);
  held_job held;
  held.job = std::move(job);
  held.started_us = now_us;
  held.started_ms = now_ms;
  held.deadline_ms = now_ms + limits_.time_limit_ms;
  chosen->jobs.push_back(std::move(held));
  return {kind_, static_cast<int>(chosen - slots_.begin()),
          chosen->incarnation};
}

bool worker_pool::beat(const worker_seat& seat, const claim_key& key,
                       double media_s, double duration_s, std::int64_t now_ms) {
  auto* state = current(seat);
  if (state == nullptr)
    return false;
  const auto found = find_job(state->jobs, key);
  if (found == state->jobs.end())
    return false;
  found->media_s = media_s;
  found->duration_s = duration_s;
  found->last_beat = ++state->beats;
  // The others wait for this one: its time is theirs too.
  const auto allowance =
    static_cast<std::int64_t>(limits_.per_media_s_ms * duration_s);
  for (auto& held : state->jobs)
    held.deadline_ms = now_ms + limits_.time_limit_ms + allowance;
  return true;
}

void worker_pool::weigh(const worker_seat& seat, const slot_memory& memory) {
  if (auto* state = current(seat))
    state->counters.memory = memory;
}

std::optional<held_job> worker_pool::end(const worker_seat& seat,
                                         const claim_key& key, bool succeeded) {
  auto* state = current(seat);
  if (state == nullptr)
    return std::nullopt;
  const auto found = find_job(state->jobs, key);
  if (found == state->jobs.end())
    return std::nullopt;
  if (succeeded)
    ++state->counters.succeeded;
  else
    ++state->counters.failed;
  std::optional ended{std::move(*found)};
  state->jobs.erase(found);
  state->ready = false;
  return ended;
}

std::vector<held_job> worker_pool::bury(const worker_seat& seat,
                                        std::int64_t now_ms) {
  auto* state = current(seat);
  if (state == nullptr)
    return {};
  auto jobs = vacate(*state);
  if (!restarts_.allow(now_ms) && broken_.empty())
    broken_ = fmt::format("{} workers died within {} s",
                          limits_.restarts.restarts_max + 1,
                          limits_.restarts.window_ms / 1'000);
  return jobs;
}

std::vector<held_job> worker_pool::write_off(int slot) {
  auto& state = slots_.at(static_cast<std::size_t>(slot));
  assert(!state.jobs.empty());
  ++state.counters.failed;
  auto jobs = vacate(state);
  ++stuck_;
  if (stuck_ > limits_.stuck_max && broken_.empty())
    broken_ =
      fmt::format("{} threads hang in the decoder; restart troupe", stuck_);
  return jobs;
}

void worker_pool::unstick() {
  assert(stuck_ > 0);
  --stuck_;
}

void worker_pool::fail(std::string reason) {
  if (broken_.empty())
    broken_ = std::move(reason);
}

void worker_pool::resize(int slots) {
  assert(slots >= 0);
  wanted_ = slots;
  if (static_cast<std::size_t>(slots) > slots_.size())
    slots_.resize(static_cast<std::size_t>(slots));
}

void worker_pool::retire(int slot) {
  auto& state = slots_.at(static_cast<std::size_t>(slot));
  assert(slot >= wanted_ && state.jobs.empty());
  static_cast<void>(vacate(state));
}

std::optional<worker_seat> worker_pool::cancel(job_id job) {
  for (std::size_t i = 0; i < slots_.size(); ++i)
    for (auto& held : slots_[i].jobs) {
      if (held.job.key.job != job || held.cancelling)
        continue;
      held.cancelling = true;
      return seat(static_cast<int>(i));
    }
  return std::nullopt;
}

// -- questions ----------------------------------------------------------------

int worker_pool::idle() const noexcept {
  if (!broken_.empty())
    return 0;
  return std::accumulate(
    slots_.begin(), slots_.begin() + meant(), 0,
    [this](int sum, const slot_state& state) { return sum + places(state); });
}

int worker_pool::busy() const noexcept {
  return std::accumulate(slots_.begin(), slots_.end(), 0,
                         [](int sum, const slot_state& state) {
                           return sum + static_cast<int>(state.jobs.size());
                         });
}

int worker_pool::live() const noexcept {
  return static_cast<int>(
    std::count_if(slots_.begin(), slots_.end(),
                  [](const slot_state& state) { return state.occupied; }));
}

std::vector<int> worker_pool::vacant() const {
  std::vector<int> found;
  if (!broken_.empty())
    return found;
  for (int slot = 0; slot < meant(); ++slot)
    if (!slots_[static_cast<std::size_t>(slot)].occupied)
      found.push_back(slot);
  return found;
}

std::vector<int> worker_pool::surplus() const {
  std::vector<int> found;
  for (int slot = wanted_; slot < slots(); ++slot) {
    const auto& state = slots_[static_cast<std::size_t>(slot)];
    if (state.occupied && state.jobs.empty())
      found.push_back(slot);
  }
  return found;
}

std::vector<int> worker_pool::overdue(std::int64_t now_ms) const {
  std::vector<int> found;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (std::any_of(slots_[i].jobs.begin(), slots_[i].jobs.end(),
                    [now_ms](const held_job& held) {
                      return held.deadline_ms <= now_ms;
                    }))
      found.push_back(static_cast<int>(i));
  return found;
}

std::optional<std::int64_t> worker_pool::next_deadline_ms() const noexcept {
  std::optional<std::int64_t> earliest;
  for (const auto& state : slots_)
    for (const auto& held : state.jobs)
      if (!earliest || held.deadline_ms < *earliest)
        earliest = held.deadline_ms;
  return earliest;
}

bool worker_pool::holds(const claim_key& key) const noexcept {
  return std::any_of(slots_.begin(), slots_.end(),
                     [&key](const slot_state& state) {
                       return std::any_of(state.jobs.begin(), state.jobs.end(),
                                          [&key](const held_job& held) {
                                            return held.job.key == key;
                                          });
                     });
}

worker_seat worker_pool::seat(int slot) const {
  return {kind_, slot, slots_.at(static_cast<std::size_t>(slot)).incarnation};
}

const std::vector<held_job>& worker_pool::held(int slot) const {
  return slots_.at(static_cast<std::size_t>(slot)).jobs;
}

const slot_counters& worker_pool::counters(int slot) const {
  return slots_.at(static_cast<std::size_t>(slot)).counters;
}

// -- helpers ------------------------------------------------------------------

std::ptrdiff_t worker_pool::meant() const noexcept {
  return std::min(static_cast<std::ptrdiff_t>(wanted_),
                  static_cast<std::ptrdiff_t>(slots_.size()));
}

worker_pool::slot_state*
worker_pool::current(const worker_seat& seat) noexcept {
  const auto index = static_cast<std::size_t>(seat.slot);
  if (seat.slot < 0 || index >= slots_.size())
    return nullptr;
  auto& state = slots_[index];
  const bool same = state.occupied && state.incarnation == seat.incarnation;
  return same ? &state : nullptr;
}

int worker_pool::places(const slot_state& slot) const noexcept {
  if (!slot.occupied || !slot.ready)
    return 0;
  return std::max(limits_.depth - static_cast<int>(slot.jobs.size()), 0);
}

std::vector<held_job> worker_pool::vacate(slot_state& slot) {
  slot.occupied = false;
  slot.ready = false;
  slot.beats = 0;
  slot.counters.memory = {};
  auto jobs = std::exchange(slot.jobs, {});
  const auto guilty = std::max_element(
    jobs.begin(), jobs.end(), [](const held_job& a, const held_job& b) {
      return a.last_beat < b.last_beat;
    });
  std::rotate(jobs.begin(), guilty, jobs.end());
  return jobs;
}

} // namespace troupe
