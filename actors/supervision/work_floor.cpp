#include "actors/supervision/work_floor.hpp"

#include "actors/caf_error.hpp"
#include "actors/tracing/message_ring.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe {

work_floor::work_floor(supervisor_actor::pointer self,
                       const supervisor_tunables& tunables,
                       std::vector<pool_plan> pools, librarian_link& link,
                       const wall_clock& clock, log_sink& log)
  : self_(self), tunables_(tunables), librarian_(&link), clock_(&clock),
    log_(&log), random_(tunables.seed), roster_(self, std::move(pools)),
    desk_(tunables.suspects_wait_max.count()) {}

// -- the start ----------------------------------------------------------------

void work_floor::begin(const epoch_report& report) {
  epoch_ = report.epoch;
  log(log_level::info, describe_epoch(report));
  adopt(report.held);
  if (tunables_.use_saved_scales)
    for (const auto& x : held_.scales)
      roster_.resize(x.pool, x.slots);
  roster_.fill_slots();
  cover();
  watch_soon();
}

// -- workers ------------------------------------------------------------------

void work_floor::ask(const worker_seat& seat) {
  auto* pool = roster_.pool(seat.kind);
  if (pool == nullptr || !pool->slots.ask(seat))
    return;
  roster_.retire_surplus();
  dispatch_soon();
}

void work_floor::beat(const worker_beat& x) {
  note_job(x.key.job);
  auto* pool = roster_.pool(x.seat.kind);
  if (pool == nullptr)
    return;
  pool->slots.beat(x.seat, x.key, x.media_s, x.duration_s,
                   clock_->monotonic_ms());
  pool->slots.weigh(x.seat, x.memory);
}

void work_floor::end(worker_end& x) {
  note_job(x.key.job);
  auto* pool = roster_.pool(x.seat.kind);
  if (pool == nullptr)
    return;
  const bool succeeded = x.outcome.outcome == attempt_outcome::succeeded;
  auto held = pool->slots.end(x.seat, x.key, succeeded);
  if (!held) {
    tally_.count_late_result();
    log(log_level::warning,
        "drop late result worker=" + roster_.worker_name(x.seat));
    return;
  }
  tally_.count_media(x.outcome.media_s);
  if (succeeded)
    pace_.note(x.seat.kind, clock_->monotonic_ms(),
               clock_->monotonic_ms() - held->started_ms, held->duration_s);
  end_attempt(roster_.worker_name(x.seat), *held, std::move(x.outcome));
  ask(x.seat);
}

void work_floor::bury(const caf::actor_addr& source) {
  std::vector<worker_roster::lost_job> lost;
  if (!roster_.bury(source, clock_->monotonic_ms(), lost))
    return;
  for (const auto& job : lost)
    end_attempt(job.worker, job.held,
                job.guilty ? worker_died() : returned_unfinished());
  if (!closed_)
    roster_.fill_slots();
  dispatch_soon();
}

// -- what people want ---------------------------------------------------------

void work_floor::adopt(const held_state& held) {
  if (held.revision < held_.revision)
    return;
  held_ = held;
  // Whatever was paused may go on.
  desk_.assume_supply();
  dispatch_soon();
  if (begun())
    watch_soon();
}

std::optional<int> work_floor::resize(const std::string& pool, int slots) {
  const auto before = roster_.resize(pool, slots);
  if (!before)
    return before;
  roster_.retire_surplus();
  if (!closed_)
    roster_.fill_slots();
  desk_.assume_supply();
  dispatch_soon();
  return before;
}

void work_floor::note_new_work(std::int64_t jobs) {
  if (jobs == 0)
    return;
  tally_.count_new_jobs(jobs);
  desk_.assume_supply();
  dispatch_soon();
}

int work_floor::cancel(const job_filter& filter, bool hand_back, bool dry_run) {
  return roster_.cancel(filter, hand_back, dry_run);
}

void work_floor::close() {
  closed_ = true;
}

void work_floor::open() {
  closed_ = false;
  roster_.fill_slots();
  desk_.assume_supply();
  dispatch_soon();
}

int work_floor::abandon_all() {
  const auto all = roster_.write_off_all();
  for (const auto& lost : all)
    end_attempt(lost.worker, lost.held, returned_unfinished());
  return static_cast<int>(all.size());
}

caf::typed_response_promise<work_progress> work_floor::wait_idle() {
  auto promise = idle_waiters_.admit(self_);
  ask_backlog();
  return promise;
}

// -- ticks --------------------------------------------------------------------

void work_floor::dispatch() {
  dispatch_on_its_way_ = false;
  if (!begun())
    return;
  auto orders = claim_orders();
  if (settlement_.has_ends() || !orders.empty())
    settle(std::move(orders));
  else
    see_whether_idle();
}

bool work_floor::watch() {
  const auto now_ms = clock_->monotonic_ms();
  if (!watch_timer_.fired(now_ms) || !begun())
    return false;
  for (auto& lost : roster_.write_off_overdue(now_ms))
    time_out(lost);
  if (!closed_)
    roster_.fill_slots();
  check_claims_ = true;
  find_lost_claims();
  note_ended_pauses();
  const auto due_us = tally_.next_due_us();
  if (tally_.in_trouble() || (due_us != 0 && due_us <= clock_->now_us()))
    ask_backlog();
  const auto every_ms = tunables_.reconcile_every.count();
  if (every_ms > 0 && now_ms - last_cover_ms_ >= every_ms)
    cover();
  dispatch_soon();
  watch_soon();
  return true;
}

void work_floor::watch_after(std::chrono::milliseconds wait) {
  if (watch_timer_.wish(clock_->monotonic_ms() + wait.count()))
    self_->delayed_send(self_, wait, watch_atom_v);
}

void work_floor::dispatch_soon() {
  if (std::exchange(dispatch_on_its_way_, true))
    return;
  self_->send(self_, dispatch_atom_v);
}

void work_floor::cover() {
  last_cover_ms_ = clock_->monotonic_ms();
  librarian_->ask(cover_atom_v, cover_order{})
    .then([this](std::int64_t) { ask_backlog(); },
          [this](caf::error& why) { note_trouble(from_caf(why)); });
}

// -- questions ----------------------------------------------------------------

bool work_floor::at_rest() const {
  return roster_.busy() == 0 && settlement_.quiet() && !settlement_.has_ends();
}

std::vector<job_kind> work_floor::kinds() const {
  std::vector<job_kind> found;
  for (const auto& pool : roster_.statuses().pools)
    found.push_back(pool.kind);
  return found;
}

std::string work_floor::why_stands_still(job_kind kind) const {
  const auto now_us = clock_->now_us();
  const auto holders = pause_ledger{held_.pauses}.holders(kind, now_us);
  if (!holders.empty())
    return fmt::format("{} is paused by {}", to_string(kind),
                       describe_pause(holders.front(), now_us));
  return roster_.why_gives_nothing(kind);
}

std::vector<work_in_hand> work_floor::in_hand() const {
  auto found = roster_.in_hand(clock_->monotonic_ms());
  for (auto& x : found)
    x.usual_ms = pace_.usual_ms(x.kind, x.duration_s);
  return found;
}

std::vector<kind_pace> work_floor::paces() const {
  return pace_.paces(clock_->monotonic_ms());
}

work_progress work_floor::progress() const {
  auto shown = tally_.shown(in_hand(), roster_.broken());
  for (const auto kind : kinds())
    if (is_paused(kind))
      shown.paused = why_stands_still(kind);
  return shown;
}

bool work_floor::is_paused(job_kind kind) const {
  return !pause_ledger{held_.pauses}.holders(kind, clock_->now_us()).empty();
}

/// Kinds with a pool that gives out work, and that nobody paused.
std::vector<job_kind> work_floor::claimable_kinds() const {
  auto found = roster_.working_kinds();
  std::erase_if(found, [this](job_kind kind) { return is_paused(kind); });
  return found;
}

// -- settling and claiming ----------------------------------------------------

std::vector<claim_order> work_floor::claim_orders() {
  if (closed_ || tally_.in_trouble())
    return {};
  auto credits = roster_.credits(settlement_);
  std::erase_if(credits,
                [this](const pool_credit& x) { return is_paused(x.kind); });
  const bool quiet = roster_.busy() == 0 && settlement_.quiet();
  return desk_.orders(credits,
                      {quiet, roster_.runs_alone(), clock_->monotonic_ms()});
}

void work_floor::settle(std::vector<claim_order> orders) {
  const auto sent =
    settlement_.send(epoch_, clock_->now_us(), std::move(orders));
  const auto number = sent.number;
  librarian_->ask(settle_atom_v, sent.request)
    .then([this, number](settle_report& x) { on_settled(number, x); },
          [this, number](caf::error& why) {
            settlement_.unanswered(number);
            note_trouble(from_caf(why));
          });
}

void work_floor::on_settled(std::int64_t number, settle_report& report) {
  const auto request = settlement_.answered(number);
  if (!request)
    return;
  tally_.clear_trouble();
  for (const auto& end : request->ends)
    note_job(end.key.job);
  for (const auto& job : report.claimed)
    note_job(job.key.job);
  // Handed back: ready again, and we may claim it ourselves.
  if (tally_.count(*request, report))
    desk_.assume_supply();
  tell_ends(*request, report);
  desk_.note_suspects(report.suspects_ready, clock_->monotonic_ms());
  for (const auto& order : request->claims)
    desk_.note_supply(order, report.claimed);
  for (const auto& job : report.claimed)
    if (closed_ || is_paused(job.kind)
        || !roster_.give_out(job, clock_->now_us(), clock_->monotonic_ms()))
      hand_back(job);
  find_lost_claims();
  watch_soon();
  dispatch_soon();
}

void work_floor::tell_ends(const settle_request& request,
                           const settle_report& report) {
  if (!listener_)
    return;
  for (std::size_t i = 0; i < request.ends.size(); ++i) {
    const auto& end = request.ends[i];
    if (!is_live(end.next) && report.verdicts.at(i) != end_verdict::refused)
      self_->send(
        listener_, ended_atom_v,
        job_news{end.ulid, end.kind, end.hash, end.next, end.why, end.message});
  }
}

void work_floor::hand_back(const claimed_job& job) {
  const auto now_us = clock_->now_us();
  settlement_.add(decide_end(job, returned_unfinished(),
                             {"supervisor", now_us, now_us}, tunables_.retry,
                             0.0));
  dispatch_soon();
}

void work_floor::end_attempt(const std::string& worker, const held_job& held,
                             work_outcome outcome) {
  auto end = decide_end(held.job, std::move(outcome),
                        {worker, held.started_us, clock_->now_us()},
                        tunables_.retry, jitter_(random_));
  log(level_of(end), describe_end(held.job, end));
  if (end.next == job_state::retry)
    tally_.note_due(end.not_before_us);
  settlement_.add(std::move(end));
  dispatch_soon();
}

void work_floor::time_out(const worker_roster::lost_job& lost) {
  if (!lost.guilty)
    return end_attempt(lost.worker, lost.held, returned_unfinished());
  const auto held_ms = clock_->monotonic_ms() - lost.held.started_ms;
  end_attempt(lost.worker, lost.held,
              timed_out(lost.held.job, static_cast<double>(held_ms) / 1'000.0,
                        lost.held.media_s));
}

void work_floor::note_ended_pauses() {
  const auto now_us = clock_->now_us();
  const auto ended = pause_ledger{held_.pauses}.next_end_us(pauses_seen_us_);
  pauses_seen_us_ = now_us;
  if (ended != 0 && ended <= now_us)
    desk_.assume_supply();
}

// -- lost replies -------------------------------------------------------------

/// Compares the store's running jobs with ours. Only while nothing is on its
/// way: the LIBRARIAN answers in order, so that every claim asked for before
/// has then arrived or is lost.
void work_floor::find_lost_claims() {
  if (!check_claims_ || !settlement_.quiet())
    return;
  check_claims_ = false;
  librarian_->ask(running_atom_v, epoch_)
    .then([this](const claim_keys& x) { return_lost_claims(x); },
          [this](caf::error& why) { note_trouble(from_caf(why)); });
}

void work_floor::return_lost_claims(const claim_keys& stored) {
  for (const auto& key : stored.keys) {
    if (roster_.holds(key) || settlement_.covers(key))
      continue;
    log(log_level::warning, "return a job whose claim got lost");
    claimed_job job;
    job.key = key;
    hand_back(job);
  }
}

// -- idling -------------------------------------------------------------------

void work_floor::ask_backlog() {
  if (!begun() || backlog_asked_)
    return;
  backlog_asked_ = true;
  librarian_->ask(wake_atom_v, job_kinds{claimable_kinds()})
    .then([this](const backlog& x) { on_backlog(x); },
          [this](caf::error& why) {
            backlog_asked_ = false;
            note_trouble(from_caf(why));
          });
}

void work_floor::on_backlog(const backlog& x) {
  backlog_asked_ = false;
  tally_.clear_trouble();
  tally_.note_backlog(x);
  if (x.ready > 0)
    desk_.assume_supply();
  const bool over = x.ready + x.waiting + x.running == 0;
  if (over && at_rest())
    idle_waiters_.answer(progress());
  watch_soon();
  if (x.ready > 0)
    dispatch_soon();
}

void work_floor::see_whether_idle() {
  if (!idle_waiters_.empty() && at_rest())
    ask_backlog();
}

// -- helpers ------------------------------------------------------------------

void work_floor::note_trouble(const error& why) {
  tally_.note_trouble(why);
  check_claims_ = true;
  watch_soon();
}

/// The next look: soon while work is in hand, else when something is due.
void work_floor::watch_soon() {
  using std::chrono::milliseconds;
  const auto wait_until = [this](std::int64_t at_us) {
    const auto span_us = std::max<std::int64_t>(at_us - clock_->now_us(), 0);
    watch_after(milliseconds{span_us / 1'000 + 1});
  };
  const auto pause_end_us =
    pause_ledger{held_.pauses}.next_end_us(clock_->now_us());
  if (pause_end_us != 0)
    wait_until(pause_end_us);
  if (tally_.in_trouble())
    return watch_after(tunables_.ask_again_after);
  if (!at_rest())
    return watch_after(tunables_.watch_every);
  if (tally_.next_due_us() != 0)
    wait_until(tally_.next_due_us());
  if (tunables_.reconcile_every > milliseconds{0})
    watch_after(tunables_.reconcile_every);
}

void work_floor::log(log_level level, std::string_view text) {
  log_->write(level, "supervisor", text);
}

} // namespace troupe
