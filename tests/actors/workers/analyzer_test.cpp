#include "actors/workers/analyzer.hpp"
#include "domain/audio/likeness/embedding.hpp"
#include "io/fftw_fourier.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/fakes/memory_audio_decoder.hpp"
#include "tests/fakes/memory_audio_fingerprint.hpp"
#include "tests/fakes/memory_media_finder.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <new>
#include <stdexcept>
#include <vector>

namespace troupe::testing {
namespace {

constexpr auto path = "/music/a.wav";

/// An ANALYZER whose SUPERVISOR only takes notes.
class analyzer_test : public actor_fixture {
protected:
  analyzer_test() {
    files.put(path, {{1'000, 1}, 1, true, {}});
  }

  ~analyzer_test() override {
    caf::anon_send_exit(worker, caf::exit_reason::kill);
    caf::anon_send_exit(boss, caf::exit_reason::kill);
    worker = worker_actor{};
    run();
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
    const analyzer_ports ports{&decoders, &tags,   fourier.get(), &documents,
                               &files,    nullptr, nullptr,       &prints};
    tunables.where = placement::pooled;
    worker = spawn_analyzer(system, tunables, ports, seat, boss);
    run();
  }

  void give(std::int64_t claim = 1) {
    claimed_job job;
    job.key = {job_id{1}, claim};
    job.path = path;
    job.stamp = {1'000, 1};
    caf::anon_send(worker, work_atom_v,
                   std::make_shared<const claimed_job>(job));
    run();
  }

  /// Gives the job and expects exactly one end.
  work_outcome outcome() {
    start();
    give();
    EXPECT_EQ(ends.size(), 1U);
    return ends.empty() ? work_outcome{} : ends.back().outcome;
  }

  const worker_seat seat{job_kind::audio_analyze, 2, 5};
  analyzer_tunables tunables;
  memory_audio_decoder_source decoders;
  memory_tag_reader tags;
  memory_audio_document documents;
  memory_audio_fingerprint_source prints;
  memory_media_finder files;
  std::shared_ptr<const fourier_source> fourier = io::open_fftw_fourier();
  dispatcher_actor boss;
  worker_actor worker;
  std::vector<worker_seat> asks;
  std::vector<worker_beat> beats;
  std::vector<worker_end> ends;
};

TEST_F(analyzer_test, asks_once_for_work_when_it_starts) {
  start();
  ASSERT_EQ(asks.size(), 1U);
  EXPECT_EQ(asks[0], seat);
}

TEST_F(analyzer_test, analyses_a_file_and_beats_per_block) {
  tags.tags.title = "Air";
  decoders.scripts[path] = {};
  const auto done = outcome();
  EXPECT_EQ(done.outcome, attempt_outcome::succeeded);
  EXPECT_EQ(done.media_s, 0.2);
  ASSERT_TRUE(done.output);
  EXPECT_EQ(done.output->document,
            R"({"duration_s":0.2,"invalid":0,"title":"Air"})");
  EXPECT_EQ(ends[0].key, (claim_key{job_id{1}, 1}));
  EXPECT_EQ(ends[0].seat, seat);
  // On opening and after each of two blocks.
  ASSERT_EQ(beats.size(), 3U);
  EXPECT_EQ(beats[0].media_s, 0.0);
  EXPECT_EQ(beats[0].duration_s, 0.2);
  EXPECT_EQ(beats[2].media_s, 0.2);
  EXPECT_EQ(asks.size(), 1U) << "its end asks for the next job";
}

TEST_F(analyzer_test, gives_a_vector_and_a_fingerprint_with_its_result) {
  decoders.scripts[path].blocks = 20;
  decoders.scripts[path].claimed_frames = 96'000;
  const auto done = outcome();
  ASSERT_TRUE(done.output);
  EXPECT_EQ(done.output->space, audio::embedding_space);
  EXPECT_EQ(done.output->vector.size(), audio::embedding_numbers);
  EXPECT_EQ(done.output->fingerprint_method, "memory-1");
  EXPECT_EQ(done.output->fingerprint, std::vector<std::uint32_t>(20, 4'800));
}

TEST_F(analyzer_test, gives_no_vector_for_a_moment_of_sound) {
  const auto done = outcome();
  ASSERT_TRUE(done.output);
  EXPECT_EQ(done.output->space, "");
  EXPECT_TRUE(done.output->vector.empty());
}

TEST_F(analyzer_test, does_without_a_fingerprint_that_fails) {
  prints.fails_at = 1;
  const auto done = outcome();
  EXPECT_EQ(done.outcome, attempt_outcome::succeeded);
  ASSERT_TRUE(done.output);
  EXPECT_EQ(done.output->fingerprint_method, "");
  EXPECT_TRUE(done.output->fingerprint.empty());
}

TEST_F(analyzer_test, does_without_a_fingerprint_that_is_refused) {
  prints.refuses = true;
  const auto done = outcome();
  ASSERT_TRUE(done.output);
  EXPECT_TRUE(done.output->fingerprint.empty());
}

TEST_F(analyzer_test, passes_on_how_many_samples_were_invalid) {
  decoders.scripts[path].invalid_samples = 7;
  EXPECT_NE(outcome().output->document.find("\"invalid\":7"),
            std::string::npos);
}

TEST_F(analyzer_test, succeeds_without_tags) {
  tags.fails = error{errc::corrupt, "torn tag"};
  EXPECT_EQ(outcome().outcome, attempt_outcome::succeeded);
}

TEST_F(analyzer_test, names_stage_class_and_reason_of_a_failure) {
  struct row {
    const char* name;
    audio_script script;
    const char* stage;
    error_class why;
    const char* message;
    double media_s;
  };

  audio_script closed;
  closed.open_fails = error{errc::unsupported, "no audio stream"};
  audio_script torn;
  torn.fails_at = 1;
  audio_script stalled;
  stalled.fails_at = 0;
  stalled.failure = {errc::io_failure, "read error"};
  audio_script starved;
  starved.before_block = [](int) {
    throw std::bad_alloc{};
  };
  audio_script broken;
  broken.before_block = [](int index) {
    if (index == 1)
      throw std::runtime_error{"surprise"};
  };
  start();
  std::int64_t claim = 0;
  for (const auto& x : {
         row{"open", closed, "open", error_class::permanent, "no audio stream",
             0.0},
         row{"mid-stream", torn, "decode", error_class::permanent, "damaged",
             0.1},
         row{"device", stalled, "decode", error_class::transient, "read error",
             0.0},
         row{"memory", starved, "analyze", error_class::resource,
             "not enough memory", 0.0},
         row{"library", broken, "analyze", error_class::transient, "surprise",
             0.1},
       }) {
    decoders.scripts[path] = x.script;
    ends.clear();
    give(++claim);
    ASSERT_EQ(ends.size(), 1U) << x.name;
    const auto& outcome = ends[0].outcome;
    EXPECT_EQ(outcome.outcome, attempt_outcome::failed) << x.name;
    EXPECT_EQ(outcome.stage, x.stage) << x.name;
    EXPECT_EQ(outcome.why, x.why) << x.name;
    EXPECT_NE(outcome.message.find(x.message), std::string::npos) << x.name;
    EXPECT_DOUBLE_EQ(outcome.media_s, x.media_s) << x.name;
    EXPECT_FALSE(outcome.output) << x.name;
  }
}

TEST_F(analyzer_test, refuses_a_file_that_changed_before_it_began) {
  files.put(path, {{2'000, 1}, 1, true, {}});
  const auto end = outcome();
  EXPECT_EQ(end.stage, "open");
  EXPECT_EQ(end.why, error_class::permanent);
  EXPECT_NE(end.message.find("1000 bytes then, 2000 now"), std::string::npos);
  EXPECT_NE(end.message.find("troupe index"), std::string::npos);
}

TEST_F(analyzer_test, throws_its_result_away_when_the_file_changed_meanwhile) {
  decoders.scripts[path].before_block = [this](int index) {
    if (index == 1)
      files.put(path, {{1'000, 2}, 1, true, {}});
  };
  const auto end = outcome();
  EXPECT_EQ(end.outcome, attempt_outcome::failed);
  EXPECT_EQ(end.stage, "decode");
  EXPECT_NE(end.message.find("changed since"), std::string::npos);
}

TEST_F(analyzer_test, fails_for_good_when_the_file_is_gone) {
  files.drop(path);
  EXPECT_EQ(outcome().why, error_class::permanent);
}

TEST_F(analyzer_test, refuses_media_longer_than_allowed) {
  tunables.duration_s_max = 60;
  decoders.scripts[path].claimed_frames = 61 * 48'000;
  const auto end = outcome();
  EXPECT_EQ(end.stage, "open");
  EXPECT_EQ(end.why, error_class::permanent);
  EXPECT_NE(end.message.find("longer than"), std::string::npos);
  EXPECT_NE(end.message.find("duration_s_max = 60"), std::string::npos);
}

TEST_F(analyzer_test, stops_between_two_blocks_when_cancelled_or_recalled) {
  for (const bool hand_back : {false, true}) {
    ends.clear();
    int decoded = 0;
    decoders.scripts[path].blocks = 100;
    decoders.scripts[path].before_block = [&, this](int index) {
      decoded = index + 1;
      if (index == 3)
        caf::anon_send(worker, cancel_atom_v, claim_key{job_id{1}, 1},
                       hand_back);
    };
    if (!worker)
      start();
    give();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].outcome.outcome, hand_back ? attempt_outcome::returned
                                                 : attempt_outcome::cancelled);
    EXPECT_EQ(decoded, 4);
  }
  // The step left behind by a cancelled file harms no later one.
  ends.clear();
  decoders.scripts[path] = {};
  give(2);
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].outcome.outcome, attempt_outcome::succeeded);
}

TEST_F(analyzer_test, ignores_a_cancel_that_means_another_claim) {
  decoders.scripts[path].before_block = [this](int index) {
    if (index == 0)
      caf::anon_send(worker, cancel_atom_v, claim_key{job_id{1}, 9}, false);
  };
  EXPECT_EQ(outcome().outcome, attempt_outcome::succeeded);
  caf::anon_send(worker, cancel_atom_v, claim_key{job_id{1}, 1}, false);
  run();
  EXPECT_EQ(ends.size(), 1U) << "it holds nothing any more";
}

} // namespace
} // namespace troupe::testing
