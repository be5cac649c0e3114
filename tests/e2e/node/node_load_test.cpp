// Many clients at one node: all are answered, and when it is killed under
// them, all learn it and nothing acknowledged is lost. Set TROUPE_CAMPAIGN=full
// for a minute of load and 50 kills.

#include "tests/e2e/node/door_load.hpp"
#include "tests/e2e/node/node_scene.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

bool full_campaign() {
  const auto* wanted = std::getenv("TROUPE_CAMPAIGN");
  return wanted != nullptr && std::string{wanted} == "full";
}

class node_load : public node_scene {
protected:
  static std::size_t descriptors_of(int pid) {
    const auto folder = "/proc/" + std::to_string(pid) + "/fd";
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each :
         std::filesystem::directory_iterator{folder})
      ++count;
    return count;
  }

  static long resident_kib(int pid) {
    std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmRSS:"))
        return std::atol(line.c_str() + 6);
    return 0;
  }

  [[nodiscard]] std::set<std::string> ids_in_library() const {
    const auto listed =
      run(troupe({"list", "--jsonl", "--kind", "text", "--limit", "1000000"}));
    std::set<std::string> ids;
    std::istringstream lines{listed.out};
    for (std::string line; std::getline(lines, line);)
      ids.insert(json::parse(line)["id"].get<std::string>());
    return ids;
  }

  door_load_options load() const {
    door_load_options options;
    options.socket = socket_;
    options.calls_each = full_campaign() ? 1'000'000 : 24;
    options.until =
      std::chrono::steady_clock::now() + (full_campaign() ? 60s : 600s);
    return options;
  }
};

TEST_F(node_load, of_64_clients_is_answered_while_two_workers_run) {
  // Enough work that both workers are busy all the time.
  const int files = full_campaign() ? 400 : 24;
  for (int i = 0; i < files; ++i)
    write_wav("tone" + std::to_string(i) + ".wav",
              full_campaign() ? 30'000 : 5'000);
  const auto running = start_node({{"TROUPE_ANALYZER_WORKERS", "2"}});
  std::atomic<std::int64_t> acknowledged{0};
  // What the first visitors cost once is no growth.
  auto first = load();
  first.calls_each = 8;
  ASSERT_TRUE(run_door_load(first, acknowledged).failures.empty());
  child_process index{troupe({"index", media_.string()}), place_};
  ASSERT_TRUE(until([&] {
    return command({"jobs", "list", "--json", "--state", "running"})
             .out.find(".wav")
           != std::string::npos;
  }));
  const auto descriptors = descriptors_of(running->pid());
  const auto resident = resident_kib(running->pid());
  const auto report = run_door_load(load(), acknowledged);
  for (const auto& why : report.failures)
    ADD_FAILURE() << why.detail;
  std::printf("[ load     ] 64 clients: add p50 %.1f p99 %.1f ms (%zu), status "
              "p50 %.1f p99 %.1f ms (%zu); descriptors %zu -> %zu, resident "
              "%ld -> %ld KiB\n",
              quantile(report.add_ms, 0.5), quantile(report.add_ms, 0.99),
              report.add_ms.size(), quantile(report.status_ms, 0.5),
              quantile(report.status_ms, 0.99), report.status_ms.size(),
              descriptors, descriptors_of(running->pid()), resident,
              resident_kib(running->pid()));
  EXPECT_EQ(index.end(600s).code, 0);
  // All have left: the door holds nothing of theirs.
  EXPECT_TRUE(
    until([&] { return descriptors_of(running->pid()) <= descriptors; }));
  const auto stored = ids_in_library();
  for (const auto& id : report.acknowledged)
    EXPECT_TRUE(stored.contains(id)) << id;
  running->signal(SIGTERM);
  EXPECT_EQ(running->end(120s).code, 0);
}

TEST_F(node_load, loses_nothing_acknowledged_when_the_node_is_killed) {
  const int kills = full_campaign() ? 50 : 3;
  const int clients = full_campaign() ? 64 : 16;
  std::set<std::string> acknowledged_ids;
  for (int kill = 0; kill < kills; ++kill) {
    // A file that is new each time, and never done: what waits for it is at
    // the node for certain when that is killed.
    write_wav("stall.wav", 500 + 10 * kill);
    auto running = start_node_with_doubles({{"TROUPE_LOG_LEVEL", "debug"}});
    std::vector<std::unique_ptr<child_process>> commands;
    for (int i = 0; i < 4; ++i) {
      commands.push_back(std::make_unique<child_process>(
        troupe({"index", media_.string()}), place_));
      const auto pid = std::to_string(commands.back()->pid());
      EXPECT_TRUE(running->wait_for("let in pid=" + pid + " ", 60s));
    }
    auto options = load();
    options.clients = clients;
    options.calls_each = 1'000'000;
    std::atomic<std::int64_t> acknowledged{0};
    door_load_report report;
    std::thread clients_run{[&] {
      report = run_door_load(options, acknowledged);
    }};
    // Another moment each time: after 1, 38, 75, … acknowledged texts.
    const bool busy =
      until([&] { return acknowledged.load() > kill * 37 % 400; });
    running->signal(SIGKILL);
    running.reset();
    clients_run.join();
    EXPECT_TRUE(busy);
    EXPECT_EQ(report.failures.size(), static_cast<std::size_t>(clients));
    for (const auto& why : report.failures)
      EXPECT_EQ(why.code, errc::unreachable) << why.detail;
    for (auto& each : commands) {
      const auto end = each->end(60s);
      EXPECT_EQ(end.code, 69) << end.err << end.out;
    }
    acknowledged_ids.insert(report.acknowledged.begin(),
                            report.acknowledged.end());
  }
  const auto stored = ids_in_library();
  std::size_t lost = 0;
  for (const auto& id : acknowledged_ids)
    lost += stored.contains(id) ? 0 : 1;
  std::printf("[ kills    ] %d: %zu acknowledged, %zu lost\n", kills,
              acknowledged_ids.size(), lost);
  EXPECT_EQ(lost, 0U);
  const auto checked = command({"admin", "check"});
  EXPECT_EQ(checked.code, 0) << checked.err;
}

} // namespace

} // namespace troupe::testing
