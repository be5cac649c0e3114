#include "actors/caf_error.hpp"
#include "actors/workers/batch_desk.hpp"
#include "actors/workers/embedder.hpp"
#include "domain/image/descriptors/picture_print.hpp"
#include "domain/text/text_features.hpp"
#include "io/fftw_fourier.hpp"
#include "io/image/nlohmann_image_document.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/fakes/memory_media_finder.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <vector>

namespace troupe::testing {
namespace {

/// EMBEDDERs behind a BATCH DESK, whose SUPERVISOR only takes notes.
class embedder_test : public actor_fixture {
protected:
  embedder_test() {
    boss = system.spawn(
      [this](dispatcher_actor::pointer) -> dispatcher_actor::behavior_type {
        return {
          [this](ask_atom, const worker_seat&) { ++asks; },
          [](beat_atom, const worker_beat&) {},
          [this](end_atom, const worker_end& x) { ends.push_back(x); },
        };
      });
    desk = spawn_batch_desk(system, 30s);
  }

  ~embedder_test() override {
    for (const auto& worker : workers)
      caf::anon_send_exit(worker, caf::exit_reason::kill);
    workers.clear();
    caf::anon_send_exit(desk, caf::exit_reason::kill);
    caf::anon_send_exit(boss, caf::exit_reason::kill);
    run();
  }

  void start() {
    const embedder_ports ports{transforms.get(), documents.get(), &files,
                               nullptr, nullptr};
    workers.push_back(spawn_embedder(system, ports,
                                     {job_kind::text_embed, 0, 1}, boss, desk,
                                     placement::pooled));
    run();
  }

  /// The outcome of one text job.
  work_outcome embed(claimed_job job) {
    job.kind = job_kind::text_embed;
    caf::anon_send(workers.at(0), work_atom_v,
                   std::make_shared<const claimed_job>(std::move(job)));
    run();
    EXPECT_FALSE(ends.empty());
    return ends.empty() ? work_outcome{} : ends.back().outcome;
  }

  static picture_batch_ptr batch_of(int pictures) {
    auto batch = std::make_shared<picture_batch>();
    for (int i = 0; i < pictures; ++i) {
      auto job = std::make_shared<claimed_job>();
      job->key = {job_id{i}, 1};
      image::seen_picture seen;
      seen.size = {900, 600};
      seen.pixels = image::picture::blank({90, 60});
      for (std::size_t at = 0; at < seen.pixels.rgba.size(); ++at)
        seen.pixels.rgba[at] = static_cast<std::uint8_t>(at * 7 % 251);
      batch->items.push_back({job, std::move(seen)});
    }
    return batch;
  }

  std::shared_ptr<const square_fourier_source> transforms =
    io::open_fftw_square_fourier();
  std::unique_ptr<image_document> documents =
    io::open_nlohmann_image_document();
  memory_media_finder files;
  dispatcher_actor boss;
  batch_desk_actor desk;
  std::vector<embedder_actor> workers;
  std::vector<worker_end> ends;
  int asks = 0;
};

TEST_F(embedder_test, embeds_a_text_of_the_library) {
  start();
  EXPECT_EQ(asks, 1);
  claimed_job job;
  job.text = "Slow, warm";
  const auto outcome = embed(job);
  EXPECT_EQ(outcome.outcome, attempt_outcome::succeeded);
  ASSERT_TRUE(outcome.output);
  EXPECT_EQ(outcome.output->document,
            R"({"text":{"bytes":10,"words":2,"excerpt":"Slow, warm"},)"
            R"("embedding":{"space":"text256-1","dim":256}})");
  EXPECT_EQ(outcome.output->fingerprint, text::features_of("slow warm"));
  EXPECT_EQ(outcome.output->body, "Slow, warm");
}

TEST_F(embedder_test, embeds_a_text_file_unless_it_changed) {
  start();
  memory_media_finder::file file;
  file.stamp = {5, 1};
  file.bytes = {'w', 'a', 'r', 'm', '!'};
  files.put("/a.txt", file);
  claimed_job job;
  job.path = "/a.txt";
  job.stamp = file.stamp;
  EXPECT_EQ(embed(job).output->body, "warm!");
  job.stamp = {6, 1};
  const auto outcome = embed(job);
  EXPECT_EQ(outcome.outcome, attempt_outcome::failed);
  EXPECT_EQ(outcome.stage, "embed");
  EXPECT_NE(outcome.message.find("changed since"), std::string::npos);
}

TEST_F(embedder_test, embeds_the_batches_of_the_desk) {
  start();
  const auto made = ask<embedded_batch_ptr>(desk, work_atom_v, batch_of(3));
  ASSERT_TRUE(made) << made.failure().detail;
  ASSERT_EQ((*made)->size(), 3U);
  const auto& output = (*made)->front().value();
  EXPECT_NE(output.document.find(R"("width":900,"height":600)"),
            std::string::npos);
  EXPECT_EQ(output.space, "scene353-1/exact");
  EXPECT_EQ(output.vector.size(), image::scene_numbers);
  EXPECT_EQ(output.fingerprint_method, image::picture_print_method);
  EXPECT_TRUE(image::print_of(output.fingerprint));
  EXPECT_EQ((*made)->back().value().vector, output.vector);
}

TEST_F(embedder_test, has_batches_wait_until_somebody_is_free) {
  std::optional<std::size_t> pictures;
  auto asker = system.spawn([&](caf::event_based_actor* me) {
    me->request(desk, caf::infinite, work_atom_v, batch_of(2))
      .then([&](const embedded_batch_ptr& x) { pictures = x->size(); });
  });
  run();
  EXPECT_FALSE(pictures);
  start();
  EXPECT_EQ(pictures, 2U);
}

TEST_F(embedder_test, tells_of_a_batch_whose_embedder_hangs) {
  // An EMBEDDER that never answers.
  auto stuck = system.spawn(
    [this](embedder_actor::pointer me) -> embedder_actor::behavior_type {
      me->send(desk, ask_atom_v);
      return {
        [](work_atom, const claimed_job_ptr&) {},
        [](cancel_atom, const claim_key&, bool) {},
        [](step_atom) {},
        [me](work_atom,
             const picture_batch_ptr&) -> caf::result<embedded_batch_ptr> {
          return me->make_response_promise<embedded_batch_ptr>();
        },
      };
    });
  run();
  std::optional<error> why;
  auto asker = system.spawn([&](caf::event_based_actor* me) {
    me->request(desk, caf::infinite, work_atom_v, batch_of(1))
      .then([](const embedded_batch_ptr&) {},
            [&](const caf::error& x) { why = from_caf(x); });
  });
  run();
  advance(29s);
  EXPECT_FALSE(why);
  advance(2s);
  ASSERT_TRUE(why);
  start();
  const auto made = ask<embedded_batch_ptr>(desk, work_atom_v, batch_of(1));
  EXPECT_TRUE(made) << "the other one works on";
  caf::anon_send_exit(stuck, caf::exit_reason::kill);
  run();
}

} // namespace
} // namespace troupe::testing
