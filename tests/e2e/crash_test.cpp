#include "tests/e2e/troupe_scene.hpp"

#include <csignal>
#include <cstdlib>
#include <random>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class crash : public troupe_scene {
protected:
  /// ASan would take the signals that the crash notes need.
  const std::map<std::string, std::string> plain_signals_{
    {"ASAN_OPTIONS", "handle_segv=0:handle_abort=0:detect_leaks=0:"
                     "allow_user_segv_handler=1"}};
};

TEST_F(crash, names_the_file_and_quarantines_it_at_its_second_death) {
  for (int i = 0; i < 4; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  write_wav("crash.wav");
  const auto index = doubles({"index", media_.string()});
  const auto first = run(index, plain_signals_);
  EXPECT_EQ(first.code, 128 + SIGSEGV) << first.err;
  const auto second = run(index, plain_signals_);
  EXPECT_NE(second.err.find("crash.wav"), std::string::npos) << second.err;
  EXPECT_EQ(second.code, 128 + SIGSEGV);
  const auto third = run(index, plain_signals_);
  EXPECT_NE(third.err.find("quarantined: "), std::string::npos) << third.err;
  EXPECT_EQ(entry_of("crash.wav")["state"], "quarantined");
  EXPECT_EQ(count("done"), 4U);
  const auto listed =
    json::parse(run(troupe({"admin", "quarantine", "list", "--json"})).out);
  ASSERT_EQ(listed["items"].size(), 1U);
  EXPECT_EQ(listed["items"][0]["class"], "crash");
}

TEST_F(crash, times_out_what_spins_or_sleeps_and_does_the_rest) {
  for (int i = 0; i < 6; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  write_wav("spin.wav");
  write_wav("stall.wav");
  const auto end = run(doubles({"index", "--workers", "2", media_.string()}),
                       {{"TROUPE_ANALYZER_TIMEOUT_S", "1"},
                        {"TROUPE_SUPERVISOR_ATTEMPTS_MAX", "1"}});
  EXPECT_EQ(end.code, 5) << end.err << end.out;
  EXPECT_EQ(count("done"), 6U);
  const auto jobs = json::parse(
    run(troupe({"jobs", "list", "--json", "--class", "timeout"})).out);
  EXPECT_EQ(jobs["items"].size(), 2U);
}

// -- the campaign -------------------------------------------------------------

TEST_F(crash, loses_nothing_to_kill_9_at_random_moments) {
  const bool full = std::getenv("TROUPE_CAMPAIGN") != nullptr
                    && std::string{std::getenv("TROUPE_CAMPAIGN")} == "full";
  const int files = full ? 500 : 60;
  const int kills = full ? 200 : 10;
  for (int i = 0; i < files; ++i)
    write_wav("slow" + std::to_string(i) + ".wav", 300 + i);
  // 40 ms per file, so that most kills come in the middle of the work.
  const auto index = doubles({"index", media_.string()});
  std::mt19937 random{20240501};
  for (int i = 0; i < kills; ++i) {
    child_process process{index};
    process.wait_for("words that never come",
                     std::chrono::milliseconds{random() % 600U});
    process.signal(SIGKILL);
    process.end(30s);
  }
  const auto last = run(index, {}, 600s);
  EXPECT_EQ(last.code, 0) << last.err << last.out;
  const auto status =
    json::parse(run(troupe({"admin", "status", "--json"})).out);
  EXPECT_EQ(count("done"), static_cast<std::size_t>(files));
  EXPECT_EQ(status["library"]["results_accepted"], files);
  EXPECT_EQ(run(troupe({"admin", "check"})).code, 0);
}

} // namespace

} // namespace troupe::testing
