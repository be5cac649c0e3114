#include "actors/workers/preprocessor.hpp"
#include "io/posix_thread_placement.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/fakes/memory_media_finder.hpp"
#include "tests/fakes/memory_picture_decoder.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <sched.h>

#include <deque>
#include <future>
#include <new>
#include <set>
#include <vector>

namespace troupe::testing {
namespace {

/// A PREPROCESSOR whose SUPERVISOR and BATCH DESK only take notes; the test
/// answers batches in the desk's place.
class preprocessor_test : public actor_fixture {
protected:
  preprocessor_test() {
    tunables.batches = {2, 20};
    tunables.in_flight = 2;
    tunables.where = placement::pooled;
  }

  ~preprocessor_test() override {
    caf::anon_send_exit(worker, caf::exit_reason::kill);
    caf::anon_send_exit(desk, caf::exit_reason::kill);
    caf::anon_send_exit(boss, caf::exit_reason::kill);
    worker = preprocessor_actor{};
    run();
    answers.clear();
  }

  void start() {
    boss = system.spawn(
      [this](dispatcher_actor::pointer) -> dispatcher_actor::behavior_type {
        return {
          [this](ask_atom, const worker_seat& x) { asks.push_back(x); },
          [this](beat_atom, const worker_beat& x) { beats.push_back(x); },
          [this](end_atom, const worker_end& x) { ends.push_back(x); },
        };
      });
    desk = system.spawn([this](caf::event_based_actor* me) -> caf::behavior {
      return {
        [this, me](work_atom, const picture_batch_ptr& x) {
          batches.push_back(x);
          answers.push_back(me->make_response_promise());
          return answers.back();
        },
        [this](step_atom, bool well) { answer_oldest(well); },
      };
    });
    const preprocessor_ports ports{
      [this] { return std::make_unique<memory_picture_decoder>(record); },
      &files,
      &clock,
      &log,
      nullptr,
      nullptr};
    worker = spawn_preprocessor(system, tunables, ports, seat, boss,
                                caf::actor_cast<batch_desk_actor>(desk));
    run();
  }

  static std::string path_of(int number) {
    return "/pictures/" + std::to_string(number);
  }

  /// Gives the job of a file with these bytes; delivers nothing.
  void give(int number, std::vector<std::uint8_t> bytes, int priority = 4) {
    memory_media_finder::file file;
    file.stamp = {static_cast<std::int64_t>(bytes.size()), 1};
    file.bytes = std::move(bytes);
    claimed_job job;
    job.key = {job_id{number}, 1};
    job.kind = job_kind::image_embed;
    job.priority = priority;
    job.path = path_of(number);
    job.stamp = file.stamp;
    files.put(job.path, file);
    caf::anon_send(worker, work_atom_v,
                   std::make_shared<const claimed_job>(job));
  }

  /// The desk answers its oldest batch: all went well, or nothing.
  void answer(bool well = true) {
    caf::anon_send(desk, step_atom_v, well);
    run();
  }

  /// On the desk's thread: a promise is kept by the actor that gave it.
  void answer_oldest(bool well) {
    auto promise = std::move(answers.front());
    answers.pop_front();
    const auto& items = batches.at(answered++)->items;
    if (well)
      promise.deliver(embedded_batch_ptr{std::make_shared<embedded_batch>(
        items.size(), result<job_output>{job_output{"{}"}})});
    else
      promise.deliver(caf::make_error(caf::sec::request_receiver_down));
  }

  [[nodiscard]] std::vector<int> in_batch(std::size_t index) const {
    std::vector<int> numbers;
    for (const auto& item : batches.at(index)->items)
      numbers.push_back(static_cast<int>(item.job->key.job));
    return numbers;
  }

  [[nodiscard]] const work_outcome* outcome_of(int number) const {
    for (const auto& end : ends)
      if (end.key.job == job_id{number})
        return &end.outcome;
    return nullptr;
  }

  const worker_seat seat{job_kind::image_embed, 0, 3};
  preprocessor_tunables tunables;
  picture_decoder_record record;
  memory_media_finder files;
  dispatcher_actor boss;
  caf::actor desk;
  preprocessor_actor worker;
  std::vector<worker_seat> asks;
  std::vector<worker_beat> beats;
  std::vector<worker_end> ends;
  std::vector<picture_batch_ptr> batches;
  std::deque<caf::response_promise> answers;
  std::size_t answered = 0;
};

TEST_F(preprocessor_test, closes_a_batch_that_is_full) {
  start();
  ASSERT_EQ(asks, std::vector{seat});
  give(1, {10});
  give(2, {20});
  run();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(in_batch(0), (std::vector{1, 2}));
  EXPECT_EQ(batches[0]->decoder, "memory-1");
  EXPECT_EQ(batches[0]->items[1].picture.size, (image::image_size{16, 16}));
  EXPECT_EQ(batches[0]->items[1].picture.pixels.rgba[0], 20);
  EXPECT_TRUE(ends.empty());
  answer();
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(ends[0].seat, seat);
  EXPECT_EQ(outcome_of(2)->output->document, "{}");
}

TEST_F(preprocessor_test, closes_a_batch_whose_delay_is_over) {
  start();
  give(1, {10});
  run();
  EXPECT_TRUE(batches.empty());
  advance(100ms);
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(in_batch(0), std::vector{1});
}

TEST_F(preprocessor_test, keeps_priorities_apart) {
  start();
  give(1, {10}, 4);
  give(2, {20}, 9);
  give(3, {30}, 4);
  run();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(in_batch(0), (std::vector{1, 3}));
  EXPECT_EQ(batches[0]->priority, 4);
  advance(100ms);
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[1]->priority, 9);
}

TEST_F(preprocessor_test, lets_a_poisoned_picture_fail_alone) {
  start();
  give(1, {10});
  give(2, {memory_image_reader::poison});
  give(3, {30});
  run();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(in_batch(0), (std::vector{1, 3}));
  ASSERT_NE(outcome_of(2), nullptr);
  EXPECT_EQ(outcome_of(2)->outcome, attempt_outcome::failed);
  EXPECT_EQ(outcome_of(2)->why, error_class::permanent);
  EXPECT_EQ(outcome_of(2)->stage, "decode");
  EXPECT_EQ(outcome_of(2)->message, "/pictures/2: damaged");
  answer();
  EXPECT_EQ(outcome_of(1)->outcome, attempt_outcome::succeeded);
  EXPECT_EQ(outcome_of(3)->outcome, attempt_outcome::succeeded);
}

TEST_F(preprocessor_test, decodes_no_more_pictures_than_may_exist) {
  start();
  for (int number = 1; number <= 12; ++number)
    give(number, {10});
  run();
  // Two batches of two: the first is embedded before the last is decoded.
  EXPECT_EQ(record.threads().size(), 4U);
  EXPECT_EQ(batches.size(), 2U);
  answer();
  EXPECT_EQ(record.threads().size(), 6U);
  while (!answers.empty())
    answer();
  EXPECT_EQ(record.threads().size(), 12U);
  EXPECT_EQ(ends.size(), 12U);
}

TEST_F(preprocessor_test, goes_on_after_an_embedder_died_with_a_batch) {
  start();
  for (int number = 1; number <= 6; ++number)
    give(number, {10});
  run();
  answer(false);
  ASSERT_NE(outcome_of(1), nullptr);
  EXPECT_EQ(outcome_of(1)->why, error_class::transient);
  EXPECT_EQ(outcome_of(1)->stage, "embed");
  EXPECT_EQ(record.threads().size(), 6U) << "its place is free again";
}

TEST_F(preprocessor_test, names_the_job_it_is_at) {
  start();
  give(1, {10});
  give(2, {20});
  run();
  ASSERT_EQ(beats.size(), 2U);
  EXPECT_EQ(beats[0].key.job, job_id{1});
  EXPECT_EQ(beats[1].key.job, job_id{2});
}

TEST_F(preprocessor_test, shows_life_while_it_waits_and_none_when_idle) {
  start();
  give(1, {10});
  give(2, {20});
  run();
  const auto before = beats.size();
  advance(20s);
  EXPECT_EQ(beats.size(), before + 4);
  answer();
  advance(5s);
  const auto after = beats.size();
  advance(60s);
  EXPECT_EQ(beats.size(), after);
}

TEST_F(preprocessor_test, gives_back_what_it_has_not_begun) {
  tunables.batches.items_max = 10;
  start();
  give(1, {10});
  run();
  give(2, {20});
  caf::anon_send(worker, cancel_atom_v, claim_key{job_id{2}, 1}, true);
  caf::anon_send(worker, cancel_atom_v, claim_key{job_id{1}, 1}, false);
  run();
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(outcome_of(1)->outcome, attempt_outcome::cancelled);
  EXPECT_EQ(outcome_of(2)->outcome, attempt_outcome::returned);
  advance(100ms);
  EXPECT_TRUE(batches.empty());
}

TEST_F(preprocessor_test, takes_no_bytes_that_are_not_the_jobs) {
  start();
  give(1, {10});
  files.put(path_of(1), {{7, 9}, 1, true, {}, {10}});
  run();
  ASSERT_NE(outcome_of(1), nullptr);
  EXPECT_EQ(outcome_of(1)->stage, "open");
  EXPECT_NE(outcome_of(1)->message.find("changed since"), std::string::npos);
}

TEST_F(preprocessor_test, survives_a_picture_that_takes_all_memory) {
  record.before_picture = [](std::uint8_t grey) {
    if (grey == 10)
      throw std::bad_alloc{};
  };
  start();
  give(1, {10});
  give(2, {20});
  run();
  EXPECT_EQ(outcome_of(1)->why, error_class::resource);
  advance(100ms);
  EXPECT_EQ(in_batch(0), std::vector{2});
}

// -- its own thread -----------------------------------------------------------

/// Passes everything on and notes what was done on which core.
TEST(preprocessor_thread_test, decodes_everything_on_one_thread_and_core) {
  constexpr int pictures = 50;
  caf::actor_system_config config;
  config.add_message_types<caf::id_block::troupe>();
  const auto threads = io::open_posix_thread_placement();
  const auto allowed = threads->cores();
  picture_decoder_record record;
  std::mutex mutex;
  std::set<int> cores;
  record.before_picture = [&](std::uint8_t) {
    const std::lock_guard guard{mutex};
    cores.insert(::sched_getcpu());
  };
  memory_media_finder files;
  manual_clock clock;
  memory_log_sink log;
  std::promise<void> done;
  {
    caf::actor_system system{config};
    int left = pictures;
    auto boss = system.spawn(
      [&](dispatcher_actor::pointer me) -> dispatcher_actor::behavior_type {
        return {
          [](ask_atom, const worker_seat&) {},
          [](beat_atom, const worker_beat&) {},
          [&, me](end_atom, const worker_end&) {
            if (--left > 0)
              return;
            done.set_value();
            me->quit();
          },
        };
      });
    // Every picture fails in its rows: no EMBEDDER is needed.
    const preprocessor_ports ports{
      [&] { return std::make_unique<memory_picture_decoder>(record); },
      &files,
      &clock,
      &log,
      threads.get(),
      nullptr};
    auto worker =
      spawn_preprocessor(system, {}, ports, {job_kind::image_embed, 0, 1}, boss,
                         batch_desk_actor{});
    for (int number = 1; number <= pictures; ++number) {
      claimed_job job;
      job.key = {job_id{number}, 1};
      job.path = "/p" + std::to_string(number);
      job.stamp = {1, 1};
      files.put(job.path,
                {job.stamp, 1, true, {}, {memory_image_reader::poison}});
      caf::anon_send(worker, work_atom_v,
                     std::make_shared<const claimed_job>(job));
    }
    done.get_future().wait();
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
  }
  const auto seen = record.threads();
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(pictures));
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 1U);
  EXPECT_EQ(seen.front() == std::this_thread::get_id(), false);
  EXPECT_EQ(cores, std::set{allowed.at(0)});
  EXPECT_EQ(threads->cores(), allowed) << "only its own thread is pinned";
}

} // namespace
} // namespace troupe::testing
