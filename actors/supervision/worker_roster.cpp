#include "actors/supervision/worker_roster.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

bool concerns(const job_filter& filter, const claimed_job& job) {
  if (filter.why || (filter.state && *filter.state != job_state::running))
    return false;
  return (filter.ulid.empty() || filter.ulid == job.ulid)
         && (!filter.kind || *filter.kind == job.kind);
}

} // namespace

worker_roster::worker_roster(supervisor_actor::pointer self,
                             std::vector<pool_plan> plans)
  : self_(self) {
  for (auto& plan : plans)
    pools_.emplace_back(std::move(plan));
}

worker_roster::~worker_roster() {
  for (const auto& pool : pools_)
    for (const auto& [slot, worker] : pool.workers)
      if (worker)
        caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
}

// -- events -------------------------------------------------------------------

void worker_roster::fill_slots() {
  const auto me = caf::actor_cast<dispatcher_actor>(supervisor_actor{self_});
  for (auto& pool : pools_)
    for (const auto slot : pool.slots.vacant()) {
      const auto seat = pool.slots.occupy(slot);
      auto worker = pool.plan.spawn(self_->home_system(), seat, me);
      self_->monitor(worker);
      seats_.emplace(worker.address(), seat);
      pool.workers[slot] = std::move(worker);
    }
}

bool worker_roster::give_out(const claimed_job& job, std::int64_t now_us,
                             std::int64_t now_ms) {
  auto* found = pool(job.kind);
  if (found == nullptr || found->slots.idle() == 0)
    return false;
  const auto seat = found->slots.assign(job, now_us, now_ms);
  self_->send(found->workers.at(seat.slot), work_atom_v,
              std::make_shared<const claimed_job>(job));
  return true;
}

bool worker_roster::bury(const caf::actor_addr& source, std::int64_t now_ms,
                         std::optional<lost_job>& lost) {
  const auto found = seats_.find(source);
  if (found == seats_.end())
    return false;
  const auto seat = found->second;
  seats_.erase(found);
  auto& slots = pool(seat.kind)->slots;
  if (written_off_.erase(source) > 0) {
    slots.unstick();
    return true;
  }
  if (auto held = slots.bury(seat, now_ms))
    lost = lost_job{worker_name(seat), std::move(*held)};
  return true;
}

std::vector<worker_roster::lost_job>
worker_roster::write_off_overdue(std::int64_t now_ms) {
  std::vector<lost_job> lost;
  for (auto& pool : pools_)
    for (const auto slot : pool.slots.overdue(now_ms))
      lost.push_back(write_off(pool, slot));
  return lost;
}

std::vector<worker_roster::lost_job> worker_roster::write_off_all() {
  std::vector<lost_job> lost;
  for (auto& pool : pools_)
    for (int slot = 0; slot < pool.slots.slots(); ++slot)
      if (pool.slots.held(slot) != nullptr)
        lost.push_back(write_off(pool, slot));
  return lost;
}

std::optional<int> worker_roster::resize(const std::string& name, int slots) {
  std::optional<int> before;
  for (auto& pool : pools_) {
    if (pool.plan.worker_name + 's' != name)
      continue;
    before = pool.slots.wanted();
    pool.slots.resize(slots);
  }
  return before;
}

void worker_roster::retire_surplus() {
  for (auto& pool : pools_)
    for (const auto slot : pool.slots.surplus()) {
      pool.slots.retire(slot);
      auto worker = std::exchange(pool.workers[slot], worker_actor{});
      self_->send_exit(worker, caf::exit_reason::user_shutdown);
    }
}

int worker_roster::cancel(const job_filter& filter, bool hand_back,
                          bool dry_run) {
  int count = 0;
  for (auto& pool : pools_)
    for (int slot = 0; slot < pool.slots.slots(); ++slot) {
      const auto* held = pool.slots.held(slot);
      if (held == nullptr || !concerns(filter, held->job))
        continue;
      ++count;
      if (!dry_run && pool.slots.cancel(held->job.key.job))
        self_->send(pool.workers.at(slot), cancel_atom_v, held->job.key,
                    hand_back);
    }
  return count;
}

// -- questions ----------------------------------------------------------------

worker_roster::live_pool* worker_roster::pool(job_kind kind) noexcept {
  for (auto& pool : pools_)
    if (pool.plan.kind == kind)
      return &pool;
  return nullptr;
}

std::vector<job_kind> worker_roster::working_kinds() const {
  std::vector<job_kind> kinds;
  for (const auto& pool : pools_)
    if (pool.slots.broken().empty() && pool.slots.wanted() > 0)
      kinds.push_back(pool.plan.kind);
  return kinds;
}

std::vector<pool_credit>
worker_roster::credits(const settlement& underway) const {
  std::vector<pool_credit> found;
  for (const auto& pool : pools_)
    found.push_back(
      {pool.plan.kind, pool.slots.idle() - underway.asked(pool.plan.kind)});
  return found;
}

std::string worker_roster::worker_name(const worker_seat& seat) const {
  for (const auto& pool : pools_)
    if (pool.plan.kind == seat.kind)
      return fmt::format("{}-{}", pool.plan.worker_name, seat.slot);
  return "worker";
}

int worker_roster::busy() const noexcept {
  int count = 0;
  for (const auto& pool : pools_)
    count += pool.slots.busy();
  return count;
}

bool worker_roster::runs_alone() const noexcept {
  for (const auto& pool : pools_)
    for (int slot = 0; slot < pool.slots.slots(); ++slot) {
      const auto* held = pool.slots.held(slot);
      if (held != nullptr && held->job.alone)
        return true;
    }
  return false;
}

bool worker_roster::holds(const claim_key& key) const noexcept {
  return std::any_of(
    pools_.begin(), pools_.end(),
    [&key](const live_pool& pool) { return pool.slots.holds(key); });
}

std::string worker_roster::why_gives_nothing(job_kind kind) const {
  for (const auto& pool : pools_) {
    if (pool.plan.kind != kind)
      continue;
    if (!pool.slots.broken().empty())
      return fmt::format("the {} pool is broken: {}", pool.plan.worker_name,
                         pool.slots.broken());
    if (pool.slots.wanted() == 0)
      return fmt::format("the pool of {}s is scaled to 0",
                         pool.plan.worker_name);
  }
  return {};
}

std::string worker_roster::broken() const {
  for (const auto& pool : pools_)
    if (!pool.slots.broken().empty())
      return fmt::format("the {} pool is broken: {}", pool.plan.worker_name,
                         pool.slots.broken());
  return {};
}

std::vector<work_in_hand> worker_roster::in_hand(std::int64_t now_ms) const {
  std::vector<work_in_hand> found;
  for (const auto& pool : pools_)
    for (int slot = 0; slot < pool.slots.slots(); ++slot)
      if (const auto* held = pool.slots.held(slot))
        found.push_back({worker_name(pool.slots.seat(slot)), held->job.ulid,
                         held->job.path, held->job.kind,
                         now_ms - held->started_ms, 0, held->media_s,
                         held->duration_s, held->job.alone});
  return found;
}

pool_statuses worker_roster::statuses() const {
  pool_statuses found;
  for (const auto& pool : pools_) {
    pool_status status;
    status.kind = pool.plan.kind;
    status.name = pool.plan.worker_name + 's';
    status.slots = pool.slots.wanted();
    status.live = pool.slots.live();
    status.stuck = pool.slots.stuck();
    status.broken = pool.slots.broken();
    for (int slot = 0; slot < pool.slots.slots(); ++slot)
      status.workers.push_back(pool.slots.counters(slot));
    found.pools.push_back(std::move(status));
  }
  return found;
}

// -- helpers ------------------------------------------------------------------

worker_roster::lost_job worker_roster::write_off(live_pool& pool, int slot) {
  const auto seat = pool.slots.seat(slot);
  auto held = pool.slots.write_off(slot);
  auto worker = std::exchange(pool.workers[slot], worker_actor{});
  written_off_.insert(worker.address());
  // It ends when its decoder returns, if ever; nothing waits for it.
  self_->send_exit(worker, caf::exit_reason::kill);
  return {worker_name(seat), std::move(held)};
}

} // namespace troupe
