#include "actors/caf_error.hpp"
#include "actors/workers/foreman.hpp"
#include "actors/workers/upscaler.hpp"
#include "io/openssl_content_hash.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/domain/network/made_weights.hpp"
#include "tests/fakes/memory_file_source.hpp"
#include "tests/fakes/memory_media_finder.hpp"
#include "tests/fakes/memory_weights_source.hpp"
#include "tests/io/image/image_files.hpp"
#include "tools/image_adapters.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <vector>

namespace troupe::testing {
namespace {

constexpr auto in_path = "/in/rgba.png";
constexpr auto out_path = "/out/rgba.png";

/// UPSCALERs whose SUPERVISOR only takes notes.
class upscaler_test : public actor_fixture {
protected:
  upscaler_test() {
    sets.put("made-x2", make_file({}).bytes());
    files.put(in_path, small_file("rgba.png"));
    finder.put(in_path, {stamp, 1, true, {}});
    // Bands of a few rows: a picture of 47 rows has several tiles then.
    tunables.scratch_bytes_max =
      network::upscale_scratch::bytes_for(*load_made(make_file({})))
      + (1U << 13U);
    tunables.where = placement::pooled;
    order.input = in_path;
    order.output = out_path;
    order.model = "made";
    order.stamp = stamp;
  }

  ~upscaler_test() override {
    for (const auto& worker : workers)
      caf::anon_send_exit(worker, caf::exit_reason::kill);
    caf::anon_send_exit(boss, caf::exit_reason::kill);
    caf::anon_send_exit(foreman, caf::exit_reason::kill);
    workers.clear();
    run();
  }

  void start(int count) {
    boss = system.spawn(
      [this](dispatcher_actor::pointer) -> dispatcher_actor::behavior_type {
        return {
          [this](ask_atom, const worker_seat&) { ++asks; },
          [this](beat_atom, const worker_beat& x) {
            beats.push_back(x);
            if (on_beat)
              on_beat();
          },
          [this](end_atom, const worker_end& x) { ends.push_back(x); },
        };
      });
    foreman =
      spawn_foreman(system, {&sets, hasher.get(), nullptr}, placement::pooled);
    const upscaler_ports ports{adapters.codec.get(),
                               adapters.profiles.get(),
                               adapters.encoder.get(),
                               &files,
                               &finder,
                               nullptr,
                               nullptr};
    for (int slot = 0; slot < count; ++slot)
      workers.push_back(spawn_upscaler(system, tunables, ports,
                                       {job_kind::image_upscale, slot, 1}, boss,
                                       foreman));
    run();
  }

  /// Gives the order to a worker, and delivers all that follows from it.
  void give(std::size_t worker = 0, std::int64_t claim = 1) {
    claimed_job job;
    job.key = {job_id{1}, claim};
    job.kind = job_kind::image_upscale;
    job.params = upscale::to_text(order);
    caf::anon_send(workers.at(worker), work_atom_v,
                   std::make_shared<const claimed_job>(job));
    run();
  }

  /// What one UPSCALER alone makes of the order.
  std::vector<std::uint8_t> made_alone() {
    start(1);
    give();
    EXPECT_EQ(ends.size(), 1U);
    return files.at(out_path);
  }

  /// It is lent to the first worker before that begins its first tile: on
  /// this scheduler an actor goes on until its mailbox is empty.
  void lend_at_once(const helper_actor& helper) {
    files.on_begin = [this, helper, before = files.on_begin] {
      if (before)
        before();
      caf::anon_send(workers.front(), lend_atom_v, helper);
    };
  }

  /// An idle worker as the FOREMAN sees one, which answers as the test says.
  helper_actor
  spawn_helper(std::function<caf::result<tile_pixels_ptr>(helper_actor::pointer,
                                                          const tile_task_ptr&)>
                 answer) {
    auto helper = system.spawn(
      [answer](helper_actor::pointer me) -> helper_actor::behavior_type {
        return {[me, answer](tile_atom, const tile_task_ptr& x) {
          return answer(me, x);
        }};
      });
    caf::anon_send(foreman, ask_atom_v, helper);
    run();
    return helper;
  }

  static constexpr file_stamp stamp{1'000, 1};
  upscaler_tunables tunables;
  troupe::image_adapters adapters = open_image_adapters();
  std::unique_ptr<content_hasher> hasher =
    std::move(io::open_openssl_content_hash()).value();
  memory_weights_source sets;
  memory_file_source files;
  memory_media_finder finder;
  upscale::upscale_order order;
  dispatcher_actor boss;
  foreman_actor foreman;
  std::vector<upscaler_actor> workers;
  int asks = 0;
  std::vector<worker_beat> beats;
  std::vector<worker_end> ends;
  std::function<void()> on_beat;
};

// -- one picture --------------------------------------------------------------

TEST_F(upscaler_test, writes_the_picture_and_beats_per_tile) {
  start(1);
  EXPECT_EQ(asks, 1);
  give();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outcome.outcome, attempt_outcome::succeeded)
    << ends[0].outcome.message;
  EXPECT_TRUE(ends[0].outcome.output);
  EXPECT_TRUE(files.has(out_path));
  ASSERT_GT(beats.size(), 4U);
  // On opening, and after each tile.
  const auto tiles = beats.back().duration_s;
  EXPECT_EQ(static_cast<double>(beats.size()), tiles + 1);
  EXPECT_EQ(beats.front().media_s, 0.0);
  EXPECT_EQ(beats.back().media_s, tiles);
}

TEST_F(upscaler_test, says_what_scratch_it_has_and_what_weights_it_shares) {
  start(1);
  give();
  const auto weights = load_made(make_file({}));
  ASSERT_FALSE(beats.empty());
  EXPECT_EQ(
    beats.back().memory.scratch,
    static_cast<std::int64_t>(network::upscale_scratch::bytes_for(*weights)));
  EXPECT_EQ(beats.back().memory.weights,
            static_cast<std::int64_t>(weights->bytes()));
}

TEST_F(upscaler_test, loads_a_set_once_whoever_needs_it) {
  start(3);
  order.force = true;
  for (std::size_t i = 0; i < 3; ++i)
    give(i, static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(ends.size(), 3U);
  EXPECT_EQ(sets.opened, 1);
}

// -- several on one picture ---------------------------------------------------

TEST_F(upscaler_test, several_make_the_file_that_one_makes) {
  const auto alone = made_alone();
  ASSERT_FALSE(alone.empty());
  for (const int count : {2, 4}) {
    order.output = "/out/by" + std::to_string(count);
    ends.clear();
    start(count);
    give(workers.size() - 1);
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(files.at(order.output), alone) << count;
  }
}

TEST_F(upscaler_test, an_idle_helper_gets_tiles_and_they_count) {
  const auto alone = made_alone();
  int helped = 0;
  upscale::tile_maker maker;
  lend_at_once(
    spawn_helper([&](helper_actor::pointer, const tile_task_ptr& task) {
      ++helped;
      return std::make_shared<const upscale::tile_pixels>(maker.make(*task));
    }));
  order.force = true;
  give();
  EXPECT_GT(helped, 1);
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(files.at(out_path), alone);
}

TEST_F(upscaler_test, a_tile_that_a_helper_loses_is_made_again) {
  const auto alone = made_alone();
  const auto refusing =
    spawn_helper([](helper_actor::pointer,
                    const tile_task_ptr&) -> caf::result<tile_pixels_ptr> {
      return caf::make_error(caf::sec::runtime_error);
    });
  const auto dying =
    spawn_helper([](helper_actor::pointer me,
                    const tile_task_ptr&) -> caf::result<tile_pixels_ptr> {
      me->quit(caf::exit_reason::kill);
      return me->make_response_promise<tile_pixels_ptr>();
    });
  lend_at_once(refusing);
  lend_at_once(dying);
  order.force = true;
  give();
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(ends[1].outcome.outcome, attempt_outcome::succeeded);
  EXPECT_EQ(files.at(out_path), alone);
  caf::anon_send_exit(refusing, caf::exit_reason::kill);
}

TEST_F(upscaler_test, one_with_a_picture_of_its_own_helps_nobody) {
  start(1);
  const auto task = std::make_shared<const upscale::tile_task>();
  const auto ask = [&] {
    return self->request(workers[0], caf::infinite, tile_atom_v, task);
  };
  std::optional<decltype(ask())> pending;
  files.on_begin = [&] {
    pending.emplace(ask());
  };
  give();
  ASSERT_TRUE(pending);
  std::optional<errc> answer;
  pending->receive([](const tile_pixels_ptr&) {},
                   [&](const caf::error& why) { answer = from_caf(why).code; });
  EXPECT_EQ(answer, errc::overloaded);
}

// -- cancel -------------------------------------------------------------------

class upscaler_cancel_test : public upscaler_test,
                             public ::testing::WithParamInterface<bool> {};

TEST_P(upscaler_cancel_test, between_two_tiles_leaves_nothing) {
  start(1);
  int helped = 0;
  upscale::tile_maker maker;
  lend_at_once(
    spawn_helper([&](helper_actor::pointer, const tile_task_ptr& task) {
      if (++helped == 2)
        caf::anon_send(workers[0], cancel_atom_v, claim_key{job_id{1}, 1},
                       GetParam());
      return std::make_shared<const upscale::tile_pixels>(maker.make(*task));
    }));
  give();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outcome.outcome, GetParam() ? attempt_outcome::returned
                                                : attempt_outcome::cancelled);
  EXPECT_FALSE(files.has(out_path));
  EXPECT_GT(beats.back().media_s, 0.0);
  EXPECT_LT(beats.back().media_s, beats.back().duration_s);
}

INSTANTIATE_TEST_SUITE_P(both, upscaler_cancel_test, ::testing::Bool());

TEST_F(upscaler_test, a_cancel_of_another_claim_changes_nothing) {
  start(1);
  on_beat = [&] {
    caf::anon_send(workers[0], cancel_atom_v, claim_key{job_id{1}, 7}, false);
  };
  give();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outcome.outcome, attempt_outcome::succeeded);
}

// -- what goes wrong ----------------------------------------------------------

TEST_F(upscaler_test, failures_say_where_and_why_and_leave_nothing) {
  struct row {
    std::string named;
    std::string stage;
    error_class why;
    std::function<void()> spoil;
  };

  const std::vector<row> rows{
    {"there are: made", "open", error_class::permanent,
     [this] {
       order.model = "natural";
     }},
    {"/in/gone.png", "open", error_class::permanent,
     [this] {
       order.input = "/in/gone.png";
       order.stamp.reset();
     }},
    {"changed", "open", error_class::permanent,
     [this] {
       order.stamp = file_stamp{999, 1};
     }},
    {"image:", "decode", error_class::permanent,
     [this] {
       files.put(in_path, {});
     }},
    {"no space", "encode", error_class::resource,
     [this] {
       files.room = 300;
     }},
    {"exists", "open", error_class::permanent,
     [this] {
       files.put("/out/there", {1});
       order.output = "/out/there";
     }},
    {"scratch_mib_max", "open", error_class::permanent,
     [this] {
       tunables.scratch_bytes_max = 1'000;
     }},
    {"pixels", "decode", error_class::permanent,
     [this] {
       tunables.limits.pixels_max = 100;
     }},
  };
  for (const auto& each : rows) {
    const auto order_before = order;
    const auto tunables_before = tunables;
    each.spoil();
    ends.clear();
    start(1);
    give(workers.size() - 1);
    ASSERT_EQ(ends.size(), 1U) << each.named;
    const auto& outcome = ends[0].outcome;
    EXPECT_EQ(outcome.outcome, attempt_outcome::failed) << each.named;
    EXPECT_EQ(outcome.why, each.why) << outcome.message;
    EXPECT_EQ(outcome.stage, each.stage) << outcome.message;
    EXPECT_NE(outcome.message.find(each.named), std::string::npos)
      << outcome.message;
    EXPECT_FALSE(files.has(out_path)) << each.named;
    order = order_before;
    tunables = tunables_before;
    files.room = SIZE_MAX;
    files.put(in_path, small_file("rgba.png"));
  }
}

TEST_F(upscaler_test, a_pool_without_foreman_ends) {
  start(1);
  self->monitor(workers[0]);
  caf::anon_send_exit(foreman, caf::exit_reason::kill);
  run();
  bool down = false;
  self->receive([&](const caf::down_msg&) { down = true; },
                caf::after(0ms) >> [] {});
  EXPECT_TRUE(down);
}

} // namespace
} // namespace troupe::testing
