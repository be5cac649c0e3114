#include "io/spdlog_log_sink.hpp"
#include "io/system_wall_clock.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <sstream>
#include <thread>

namespace troupe::io {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class spdlog_log_sink_test : public ::testing::Test {
protected:
  ~spdlog_log_sink_test() override {
    ::close(number);
  }

  std::unique_ptr<log_sink> sink(log_level level, log_format format) {
    return std::move(open_spdlog_log_sink({level, format, number},
                                          open_system_wall_clock()))
      .value();
  }

  std::vector<std::string> lines() {
    std::ifstream in{file};
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);)
      all.push_back(line);
    return all;
  }

  fakes::scratch_folder folder;
  std::string file = folder.write("log", "");
  int number = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
};

TEST_F(spdlog_log_sink_test, drops_what_is_below_its_level) {
  const auto log = sink(log_level::warning, log_format::text);
  log->write(log_level::info, "node", "no");
  log->write(log_level::warning, "node", "yes");
  log->write(log_level::error, "node", "and {braces} %s");
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0], HasSubstr("warning node: yes"));
  EXPECT_THAT(all[1], HasSubstr("error   node: and {braces} %s"));
}

TEST_F(spdlog_log_sink_test, writes_json_to_what_is_no_terminal) {
  const auto log = sink(log_level::debug, log_format::automatic);
  log->write(log_level::debug, "node", "x");
  EXPECT_THAT(lines().at(0), StartsWith(R"({"schema":1,"time":")"));
}

TEST_F(spdlog_log_sink_test, keeps_lines_whole_when_threads_write_at_once) {
  const auto log = sink(log_level::info, log_format::text);
  constexpr int threads_count = 4;
  constexpr int lines_each = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < threads_count; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < lines_each; ++i)
        log->write(log_level::info, "node", std::string(500, 'x'));
    });
  for (auto& thread : threads)
    thread.join();
  const auto all = lines();
  ASSERT_EQ(all.size(), static_cast<std::size_t>(threads_count * lines_each));
  for (const auto& line : all)
    EXPECT_THAT(line, ::testing::EndsWith("node: " + std::string(500, 'x')));
}

TEST_F(spdlog_log_sink_test, goes_on_when_nothing_can_be_written) {
  auto log = open_spdlog_log_sink({log_level::info, log_format::text, -1},
                                  open_system_wall_clock());
  log.value()->write(log_level::error, "node", "x");
  EXPECT_FALSE(open_spdlog_log_sink({}, nullptr));
}

TEST(system_wall_clock, tells_the_time_and_never_goes_back) {
  const auto clock = open_system_wall_clock();
  // 2024-01-01 in microseconds: the code was written after it.
  EXPECT_GT(clock->now_us(), 1'704'067'200'000'000);
  const auto before = clock->monotonic_ms();
  EXPECT_GE(clock->monotonic_ms(), before);
}

} // namespace
} // namespace troupe::io
