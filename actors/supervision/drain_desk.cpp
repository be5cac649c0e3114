#include "actors/supervision/drain_desk.hpp"

#include "actors/caf_error.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

/// Blockers that an outcome names.
constexpr std::size_t blockers_max = 100;

std::string_view rest_name(drain_rest rest) {
  switch (rest) {
  case drain_rest::wait:
    return "wait";
  case drain_rest::requeue:
    return "requeue";
  case drain_rest::cancel:
    break;
  }
  return "cancel";
}

} // namespace

// -- the end ------------------------------------------------------------------

caf::typed_response_promise<drain_report>
drain_desk::shut_down(std::int64_t grace_ms) {
  floor_->forget_handed_back();
  floor_->close();
  end_.start(clock_->monotonic_ms(), grace_ms,
             tunables_.hand_back_within.count());
  if (taken_)
    fail({errc::refused, "drain: the node is ending"});
  auto promise = end_waiters_.admit(self_);
  go_on();
  return promise;
}

// -- an administrator's drain -------------------------------------------------

caf::result<drain_outcome> drain_desk::begin(const drain_request& request) {
  if (end_.running())
    return to_caf({errc::refused, "drain: the node is ending"});
  if (taken_)
    return to_caf(
      {errc::refused,
       fmt::format("drain: {} drains since {}; wait for it", request_.asker,
                   describe_span(clock_->now_us() - since_us_))});
  taken_ = true;
  request_ = request;
  since_us_ = clock_->now_us();
  outcome_ = {};
  asked_back_ = 0;
  auto promise = waiter_.admit(self_);
  librarian_->ask(live_atom_v, job_kinds{floor_->kinds()})
    .then([this](const live_jobs& x) { on_first_look(x); },
          [this](caf::error& why) { fail(from_caf(why)); });
  return promise;
}

/// Refuses what would never end, else puts the drain on record and starts it.
void drain_desk::on_first_look(const live_jobs& found) {
  if (!taken_)
    return;
  left_ = found;
  for (const auto& job : found.rows)
    if (const auto why = floor_->why_stands_still(job.kind); !why.empty())
      return fail(
        {errc::refused, fmt::format("drain: {}, and has jobs: that would not "
                                    "end; let it go on first",
                                    why)});
  const auto failed = [this](caf::error& why) {
    fail(from_caf(why));
  };
  if (!request_.hold) {
    librarian_->ask(note_atom_v, note())
      .then([this](bool) { start(); }, failed);
    return;
  }
  hold_order order{{}, note()};
  order.change.asker = request_.asker;
  order.change.target = {pause_scope::intake, {}};
  order.change.reason = "held after a drain";
  librarian_->ask(hold_atom_v, order)
    .then(
      [this](const hold_outcome& x) {
        floor_->adopt(x.held);
        start();
      },
      failed);
}

void drain_desk::start() {
  if (!taken_)
    return;
  watch_.begin(clock_->monotonic_ms(), request_.timeout_ms, request_.on_timeout,
               tunables_.hand_back_within.count());
  go_on();
}

void drain_desk::go_on() {
  const auto now_ms = clock_->monotonic_ms();
  if (end_.running()) {
    if (end_.ask_back(now_ms))
      floor_->cancel({}, true, false);
    if (end_.give_up(now_ms))
      abandoned_ += floor_->abandon_all();
    floor_->watch_after(tunables_.watch_every);
    if (floor_->at_rest())
      end_waiters_.answer(drain_report{floor_->handed_back(), abandoned_});
  }
  if (!watch_.running())
    return;
  refresh();
  look();
  if (!watch_.running())
    return;
  const std::chrono::milliseconds until_next{
    std::max<std::int64_t>(watch_.next_look_ms() - now_ms, 1)};
  floor_->watch_after(std::min(until_next, tunables_.watch_every));
}

/// Asks the store what is left; nobody waits for the answer at the deadline.
void drain_desk::refresh() {
  if (std::exchange(left_asked_, true))
    return;
  librarian_->ask(live_atom_v, job_kinds{floor_->kinds()})
    .then(
      [this](const live_jobs& x) {
        left_asked_ = false;
        left_ = x;
        if (watch_.running())
          look();
      },
      [this](caf::error&) {
        // The next tick asks again; the floor knows of the trouble.
        left_asked_ = false;
      });
}

void drain_desk::look() {
  const bool resting = floor_->at_rest();
  const bool nothing_left = resting && left_.total == 0;
  switch (watch_.look(clock_->monotonic_ms(), nothing_left, resting)) {
  case drain_step::go_on:
    return;
  case drain_step::drained:
    return finish(true);
  case drain_step::ask_back:
    return ask_back();
  case drain_step::timed_out:
    return finish(false);
  }
}

void drain_desk::ask_back() {
  outcome_.blockers = blockers();
  outcome_.left = left_.total;
  floor_->close();
  const bool cancels = watch_.rest() == drain_rest::cancel;
  asked_back_ = floor_->cancel({}, !cancels, false);
  if (!cancels)
    return;
  for (const auto kind : floor_->kinds()) {
    job_verb verb;
    verb.filter.kind = kind;
    verb.note = note();
    verb.note.action = "cancel";
    librarian_->ask(cancel_atom_v, verb)
      .then([this](std::int64_t x) { outcome_.cancelled += x; },
            [](caf::error&) {
              // Unknown; the outcome counts what is known.
            });
  }
}

void drain_desk::finish(bool drained) {
  const bool asked_back = watch_.asked_back();
  if (!drained && !asked_back) {
    outcome_.blockers = blockers();
    outcome_.left = left_.total;
  }
  watch_.end();
  taken_ = false;
  outcome_.drained = drained;
  outcome_.held = request_.hold;
  if (asked_back) {
    const auto came = std::max<std::int64_t>(asked_back_ - floor_->busy(), 0);
    if (request_.on_timeout == drain_rest::cancel)
      outcome_.cancelled += came;
    else
      outcome_.handed_back = came;
    floor_->open();
  }
  waiter_.answer(outcome_);
}

void drain_desk::fail(const error& why) {
  taken_ = false;
  watch_.end();
  waiter_.answer(to_caf(why));
}

// -- questions ----------------------------------------------------------------

error drain_desk::why_intake_is_held(const std::string& token) const {
  const auto now_us = clock_->now_us();
  auto why = troupe::why_intake_is_held(floor_->held(), token, now_us);
  const auto& import = floor_->held().import;
  const bool imports = holds_intake(import, now_us) && token == import.token;
  if (why.code != errc::none || !taken_ || imports)
    return why;
  return {errc::refused,
          fmt::format(
            "intake is held: {} drains since {}; it opens again "
            "within {}",
            request_.asker, describe_span(now_us - since_us_),
            describe_span(since_us_ + request_.timeout_ms * 1'000 - now_us))};
}

void drain_desk::describe(supervision_status& status) const {
  status.shutting_down = end_.running();
  status.draining = taken_;
  if (!taken_)
    return;
  status.drained_by = request_.asker;
  status.drain_since_us = since_us_;
}

std::vector<drain_blocker> drain_desk::blockers() const {
  std::vector<drain_blocker> found;
  for (const auto& x : floor_->in_hand())
    found.push_back(
      {x.job, x.kind, job_state::running, x.path, x.worker, x.elapsed_ms});
  for (const auto& x : left_.rows) {
    const bool runs =
      std::any_of(found.begin(), found.end(),
                  [&x](const drain_blocker& y) { return y.job == x.ulid; });
    if (!runs && found.size() < blockers_max)
      found.push_back({x.ulid, x.kind, x.state, x.path, {}, 0});
  }
  return found;
}

audit_note drain_desk::note() const {
  return {request_.asker,
          "drain",
          {},
          fmt::format("timeout={} ms on_timeout={}{}", request_.timeout_ms,
                      rest_name(request_.on_timeout),
                      request_.hold ? " hold" : "")};
}

} // namespace troupe
