// A node and the commands that find it: they behave as without one, and none
// of them ever hangs.

#include "tests/e2e/node/fake_node.hpp"
#include "tests/e2e/node/node_scene.hpp"

#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <regex>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class node : public node_scene {
protected:
  /// The summary's own figures; times and speeds differ from run to run.
  static json facts_of(const process_end& end) {
    auto found = json::parse(end.out, nullptr, false);
    if (found.is_object())
      for (const auto* key : {"elapsed_s", "pools"})
        found.erase(key);
    return found;
  }

  /// A command under a patience of one second; its wall time in seconds.
  std::pair<process_end, double>
  impatient(const std::vector<std::string>& words) const {
    const auto begun = std::chrono::steady_clock::now();
    auto end = command(words, {{"TROUPE_NODE_ANSWER_S", "1"}});
    const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begun;
    return {std::move(end), took.count()};
  }
};

TEST_F(node, says_ready_as_the_contract_has_it) {
  const auto running = start_node();
  const std::regex line{R"(ready pid=[0-9]+ node=- socket=/\S+\.admin )"
                        R"(broker=- requeued=0 quarantined=0 coverage=100%\n)"};
  EXPECT_TRUE(std::regex_match(ready_, line)) << ready_;

  struct stat folder {};

  ASSERT_EQ(stat((runtime_ / "troupe").c_str(), &folder), 0);
  EXPECT_EQ(folder.st_mode & 07777U, 0700U);
  running->signal(SIGTERM);
  const auto end = running->end(60s);
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.err.find("stopped: "), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(socket_));
}

TEST_F(node, indexes_for_a_command_as_the_command_would) {
  for (int i = 0; i < 5; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  std::ofstream{media_ / "bad.wav"} << "RIFF....WAVEfmt nothing";
  const auto alone = run(troupe({"index", "--json", media_.string()}), place_);
  ASSERT_EQ(alone.code, 5) << alone.err;
  std::filesystem::remove(library_);
  const auto running = start_node();
  const auto served = command({"index", "--json", media_.string()});
  EXPECT_EQ(served.code, alone.code) << served.err;
  auto expected = facts_of(alone);
  auto found = facts_of(served);
  for (auto* each : {&expected, &found})
    for (auto& failure : (*each)["failures"])
      failure.erase("id");
  EXPECT_EQ(found, expected);
  // Nothing is left to do, and the counts begin anew.
  const auto again = command({"index", "--json", media_.string()});
  EXPECT_EQ(facts_of(again)["jobs"]["total"], 0) << again.out;
}

TEST_F(node, takes_relative_paths_from_the_commands_folder) {
  write_wav("here.wav");
  const auto running = start_node();
  const auto end = run({"/usr/bin/env", "-C", root_.string(), TROUPE_BINARY,
                        "--library", library_.string(), "index", "media"},
                       place_);
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(entry_of("here.wav")["state"], "done");
}

TEST_F(node, writes_for_every_command_that_writes) {
  const auto path = write_wav("tone.wav");
  const auto running = start_node();
  EXPECT_EQ(command({"index", path}).code, 0);
  const auto added = command({"add", "--text", "slow", "--id", "mood"});
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(added.out.size(), 27U);
  // Nobody needs to ask for it: new text is work for an EMBEDDER at once.
  EXPECT_TRUE(until([&] {
    return command({"list", "--kind", "text", "--state", "done"})
             .out.find("mood")
           != std::string::npos;
  }));
  const auto clash = command({"add", "--text", "fast", "--id", "mood"});
  EXPECT_EQ(clash.code, 2) << clash.err;
  EXPECT_EQ(command({"forget", path}).code, 0);
  EXPECT_EQ(command({"show", path}).code, 3);
  const auto cancelled = command({"jobs", "cancel", "--kind", "image.embed"});
  EXPECT_EQ(cancelled.code, 0) << cancelled.err;
  EXPECT_EQ(cancelled.out, "cancel: 0 jobs\n");
}

TEST_F(node, is_left_alone_with_no_node) {
  const auto running = start_node();
  const auto end = command({"--no-node", "add", "--text", "slow"});
  EXPECT_EQ(end.code, 75);
  EXPECT_NE(end.err.find("pid " + std::to_string(running->pid())),
            std::string::npos)
    << end.err;
}

TEST_F(node, is_no_one_shot_command) {
  write_wav("stall.wav");
  child_process one_shot{doubles({"index", media_.string()}), place_};
  ASSERT_TRUE(until([&] {
    return run(troupe({"jobs", "list", "--json", "--state", "running"}))
             .out.find("stall.wav")
           != std::string::npos;
  }));
  const auto end = command({"add", "--text", "slow"});
  EXPECT_EQ(end.code, 75);
  EXPECT_NE(end.err.find("pid " + std::to_string(one_shot.pid())),
            std::string::npos)
    << end.err;
}

TEST_F(node, lets_a_command_stop_and_goes_on) {
  write_wav("stall.wav");
  const auto running = start_node_with_doubles();
  auto environment = place_;
  child_process index{troupe({"index", media_.string()}), environment};
  ASSERT_TRUE(until([&] {
    return command({"jobs", "list", "--json", "--state", "running"})
             .out.find("stall.wav")
           != std::string::npos;
  }));
  index.signal(SIGINT);
  const auto end = index.end(60s);
  EXPECT_EQ(end.code, 130) << end.err;
  EXPECT_NE(end.err.find("the node goes on"), std::string::npos) << end.err;
  EXPECT_EQ(command({"add", "--text", "still there"}).code, 0);
}

// -- whatever the node does ---------------------------------------------------

TEST_F(node, gone_silent_does_not_hold_a_command) {
  const auto running = start_node();
  running->signal(SIGSTOP);
  const std::vector<std::vector<std::string>> commands = {
    {"add", "--text", "slow"},
    {"index", media_.string()},
    {"jobs", "cancel", "--state", "ready"}};
  for (const auto& words : commands) {
    const auto [end, took_s] = impatient(words);
    EXPECT_EQ(end.code, 69) << words.front() << ": " << end.err;
    // Two patiences, and what a process under ASan takes to start and end.
    EXPECT_LT(took_s, 30.0) << words.front();
  }
  running->signal(SIGCONT);
}

TEST_F(node, replaces_the_socket_that_a_killed_one_left) {
  start_node()->signal(SIGKILL);
  const auto first = socket_;
  EXPECT_TRUE(std::filesystem::exists(first));
  const auto running = start_node();
  EXPECT_EQ(socket_, first);
  EXPECT_EQ(command({"add", "--text", "slow"}).code, 0);
}

TEST_F(node, behind_a_strange_socket_is_told_from_a_node) {
  struct strange {
    fake_node::manner manner;
    int code;
    const char* said;
  };

  const std::vector<strange> cases = {
    {fake_node::manner::silent, 69, "nobody answers"},
    {fake_node::manner::hangs_up, 69, "nobody answers"},
    {fake_node::manner::babbles, 69, "no troupe node"},
    {fake_node::manner::greets_and_hangs_up, 69, "hangs up"},
    {fake_node::manner::greets_and_falls_silent, 69, "node: "},
    {fake_node::manner::other_version, 4, "version 999"},
  };
  for (const auto& one : cases) {
    const fake_node fake{library_, runtime_ / "fake.sock", one.manner};
    const auto [end, took_s] = impatient({"add", "--text", "slow"});
    EXPECT_EQ(end.code, one.code) << one.said << ": " << end.err;
    EXPECT_NE(end.err.find(one.said), std::string::npos) << end.err;
    EXPECT_LT(took_s, 30.0) << one.said;
  }
}

TEST_F(node, names_a_socket_path_that_is_too_long) {
  const auto deep = runtime_ / std::string(100, 'x');
  std::filesystem::create_directory(deep);
  const auto end =
    run(troupe({"node"}), {{"XDG_RUNTIME_DIR", deep.string()}}, 60s);
  EXPECT_NE(end.code, 0);
  EXPECT_NE(end.err.find("XDG_RUNTIME_DIR"), std::string::npos) << end.err;
}

TEST_F(node, refuses_a_folder_that_is_open_to_others) {
  std::filesystem::create_directory(runtime_ / "troupe");
  std::filesystem::permissions(runtime_ / "troupe",
                               std::filesystem::perms::all);
  const auto end = run(troupe({"node"}), place_, 60s);
  EXPECT_EQ(end.code, 4);
  EXPECT_NE(end.err.find("chmod 700"), std::string::npos) << end.err;
}

TEST_F(node, ends_with_70_when_its_core_died) {
  const auto running = start_node_with_doubles({{"TROUPE_BREAK", "add_text"}});
  const auto added = command({"add", "--text", "slow"});
  EXPECT_TRUE(added.code == 69 || added.code == 70) << added.code << added.err;
  const auto end = running->end(60s);
  EXPECT_EQ(end.code, 70);
  EXPECT_NE(end.err.find("start the node again"), std::string::npos) << end.err;
  // The next one finds a library in order, without the text.
  const auto next = start_node();
  EXPECT_EQ(count("pending"), 0U);
  EXPECT_EQ(command({"add", "--text", "slow"}).code, 0);
}

TEST_F(node, ends_at_once_when_it_is_asked_to) {
  const auto running = start_node();
  ASSERT_EQ(command({"admin", "shutdown"}).code, 0);
  // The line comes from the thread that otherwise looks once a minute.
  EXPECT_TRUE(running->wait_for("ending, as uid:", 20s));
  EXPECT_EQ(running->end(60s).code, 0);
}

// -- signals ------------------------------------------------------------------

TEST_F(node, reads_its_configuration_again_on_sighup) {
  const auto file = root_ / "node.toml";
  std::ofstream{file} << "[log]\nlevel = \"info\"\n";
  auto words = troupe({"--config", file.string(), "node"});
  child_process running{words, place_};
  ASSERT_TRUE(running.wait_for("coverage=", 60s));
  std::ofstream{file} << "[log]\nlevel = \"debug\"\n[analyzer]\nworkers = 3\n";
  running.signal(SIGHUP);
  EXPECT_TRUE(running.wait_for("reload: log.level = \"debug\"", 60s));
  EXPECT_TRUE(running.wait_for("only after a new start: analyzer.workers", 1s));
  std::ofstream{file} << "[log]\nlevel = \"loud\"\n";
  running.signal(SIGHUP);
  EXPECT_TRUE(running.wait_for("the node goes on as it is", 60s));
  running.signal(SIGTERM);
  EXPECT_EQ(running.end(60s).code, 0);
}

TEST_F(node, stops_at_once_at_the_second_signal) {
  write_wav("stall.wav");
  const auto running =
    start_node_with_doubles({{"TROUPE_SUPERVISOR_GRACE_S", "600"}});
  child_process index{troupe({"index", media_.string()}), place_};
  ASSERT_TRUE(until([&] {
    return command({"jobs", "list", "--json", "--state", "running"})
             .out.find("stall.wav")
           != std::string::npos;
  }));
  running->signal(SIGTERM);
  // The door is closed first, and only then is the grace period waited for.
  ASSERT_TRUE(until([&] { return !std::filesystem::exists(socket_); }));
  running->signal(SIGTERM);
  EXPECT_EQ(running->end(60s).code, 130);
  EXPECT_EQ(index.end(60s).code, 69);
}

TEST_F(node, tells_the_host_that_started_it) {
  const fake_service_host host{runtime_ / "notify"};
  const auto running =
    start_node({{"NOTIFY_SOCKET", (runtime_ / "notify").string()},
                {"WATCHDOG_USEC", "200000"}});
  EXPECT_TRUE(host.hears("READY=1"));
  EXPECT_TRUE(host.hears("WATCHDOG=1"));
  running->signal(SIGTERM);
  EXPECT_TRUE(host.hears("STOPPING=1"));
  EXPECT_EQ(running->end(60s).code, 0);
}

} // namespace

} // namespace troupe::testing
