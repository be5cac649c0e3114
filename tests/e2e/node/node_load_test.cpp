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
  /// What a process holds of the machine.
  struct footprint {
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    long resident_kib = 0;
  };

  static std::size_t entries_in(const std::string& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& each :
         std::filesystem::directory_iterator{folder})
      ++count;
    return count;
  }

  static footprint footprint_of(int pid) {
    const auto folder = "/proc/" + std::to_string(pid);
    footprint found;
    found.descriptors = entries_in(folder + "/fd");
    found.threads = entries_in(folder + "/task");
    std::ifstream status{folder + "/status"};
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmRSS:"))
        found.resident_kib = std::atol(line.c_str() + 6);
    return found;
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
      std::chrono::steady_clock::now() + (full_campaign() ? 30s : 600s);
    return options;
  }
};

TEST_F(node_load, of_64_clients_is_answered_while_two_workers_run) {
  // Enough work that both workers are busy all the time.
  const int files = full_campaign() ? 400 : 24;
  for (int i = 0; i < files; ++i)
    write_wav("tone" + std::to_string(i) + ".wav",
              full_campaign() ? 30'000 : 5'000);
  // What was freed is held back by the address sanitizer, up to this much.
  const auto running =
    start_node({{"TROUPE_ANALYZER_WORKERS", "2"},
                {"ASAN_OPTIONS", "quarantine_size_mb=1:thread_local_quarantine_"
                                 "size_kb=64"}});
  std::atomic<std::int64_t> acknowledged{0};
  child_process index{troupe({"index", media_.string()}), place_};
  ASSERT_TRUE(until([&] {
    return command({"jobs", "list", "--json", "--state", "running"})
             .out.find(".wav")
           != std::string::npos;
  }));
  // What visitors cost once is no growth; what as many cost again, is.
  const auto first = run_door_load(load(), acknowledged);
  const auto before = footprint_of(running->pid());
  const auto second = run_door_load(load(), acknowledged);
  const auto after = footprint_of(running->pid());
  for (const auto* report : {&first, &second}) {
    for (const auto& why : report->failures)
      ADD_FAILURE() << why.detail;
    std::printf("[ load     ] 64 clients: add p50 %.1f p99 %.1f ms (%zu), "
                "status p50 %.1f p99 %.1f ms (%zu)\n",
                quantile(report->add_ms, 0.5), quantile(report->add_ms, 0.99),
                report->add_ms.size(), quantile(report->status_ms, 0.5),
                quantile(report->status_ms, 0.99), report->status_ms.size());
  }
  std::printf("[ load     ] after the first and the second half: descriptors "
              "%zu, %zu; threads %zu, %zu; resident %ld, %ld KiB\n",
              before.descriptors, after.descriptors, before.threads,
              after.threads, before.resident_kib, after.resident_kib);
  // A visitor who stays leaves a descriptor. All have left.
  EXPECT_TRUE(until([&] {
    return footprint_of(running->pid()).descriptors <= before.descriptors;
  }));
  EXPECT_LE(after.threads, before.threads);
  // A tenth, and as much as allocators and SQLite's cache may still take.
  EXPECT_LE(after.resident_kib, before.resident_kib * 11 / 10 + 8 * 1'024);
  EXPECT_EQ(index.end(600s).code, 0);
  const auto stored = ids_in_library();
  for (const auto* report : {&first, &second})
    for (const auto& id : report->acknowledged)
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
