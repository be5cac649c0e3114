// Commands of other hosts, on real processes: who may do what through the
// GATE, and what all others get.

#include "tests/e2e/gate/gate_scene.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace troupe::testing {
namespace {

using namespace std::chrono_literals;

class gate_test : public gate_scene {};

TEST_F(gate_test, serves_commands_of_another_host_by_certificate) {
  start();
  const auto added = as("operator", {"add", "--text", "hello from afar"});
  EXPECT_EQ(added.code, 0) << added.err;
  const auto status = as("viewer", {"admin", "status", "--json"});
  ASSERT_EQ(status.code, 0) << status.err;
  const auto document = nlohmann::json::parse(status.out, nullptr, false);
  EXPECT_EQ(document["coverage"].size(), 1U) << status.out;
  write_wav("a.wav");
  const auto indexed = as("operator", {"index", media_.string()});
  EXPECT_TRUE(indexed.code == 0) << indexed.code << indexed.err;
  EXPECT_EQ(count("done"), 2U);
  const auto paused = as("operator", {"admin", "pause", "--reason", "test"});
  EXPECT_EQ(paused.code, 0) << paused.err;
  // In the name of the certificate, whatever the command would say.
  const auto record = audit();
  EXPECT_NE(record.find("cert:operator-anna"), std::string::npos) << record;
  EXPECT_NE(record.find("gate.text"), std::string::npos) << record;
  node_->signal(SIGTERM);
  EXPECT_EQ(node_->end(60s).code, 0) << node_->seen().err;
}

TEST_F(gate_test, allows_each_role_its_verbs_and_no_other) {
  start();
  const auto backup = (root_ / "copy.db").string();

  struct row {
    int least;
    std::vector<std::string> words;
  };

  // 0 viewer, 1 operator, 2 admin (CONTRACT).
  const std::vector<row> rows = {
    {0, {"admin", "status"}},
    {0, {"admin", "workers"}},
    {0, {"admin", "audit"}},
    {0, {"admin", "quarantine", "list"}},
    {0, {"jobs", "why", "/nowhere"}},
    {1, {"add", "--text", "x"}},
    {1, {"index", media_.string()}},
    {1, {"admin", "pause", "audio.analyze"}},
    {1, {"admin", "resume", "audio.analyze"}},
    {1, {"jobs", "retry", "--state", "failed"}},
    {2, {"jobs", "cancel", "--state", "failed"}},
    {2, {"admin", "drain", "--timeout", "5s"}},
    {2, {"admin", "scale", "analyzers", "1"}},
    {2, {"admin", "import", "begin", "--ttl", "1m"}},
    {2, {"admin", "import", "extend", "TOKEN"}},
    {2, {"admin", "import", "end", "TOKEN"}},
    {2, {"admin", "quarantine", "release", "0123abcd"}},
    {2, {"admin", "reconcile", "--dry-run"}},
    {2, {"admin", "backup", backup}},
    {2, {"admin", "check"}},
    {2, {"admin", "prune", "--dry-run"}},
    {2, {"admin", "shutdown"}},
  };
  const std::vector<std::string> roles = {"viewer", "operator", "admin"};
  for (const auto& row : rows)
    for (int role = 0; role < 3; ++role) {
      const auto end = as(roles.at(static_cast<std::size_t>(role)), row.words);
      const auto what = roles.at(static_cast<std::size_t>(role)) + ": "
                        + row.words.at(0) + " " + row.words.at(1) + "\n"
                        + end.err;
      if (role < row.least)
        EXPECT_EQ(end.code, 77) << what;
      else
        EXPECT_TRUE(end.code >= 0 && end.code <= 5) << end.code << what;
    }
  // The last verb, by the admin, ended it.
  EXPECT_EQ(node_->end(60s).code, 0) << node_->seen().err;
  EXPECT_NE(audit().find("may not ask for"), std::string::npos);
}

TEST_F(gate_test, has_nothing_for_a_worker_but_a_word) {
  start();
  const auto end = as("worker", {"admin", "status"});
  EXPECT_EQ(end.code, 4) << end.err;
  EXPECT_NE(end.err.find("takes no workers"), std::string::npos) << end.err;
  EXPECT_NE(audit().find("cert:worker-anna"), std::string::npos);
}

TEST_F(gate_test, says_what_is_wrong_with_a_certificate) {
  start();
  certificate("viewer");
  // Another user's authority.
  auto foreign = environment_;
  foreign["XDG_STATE_HOME"] = (root_ / "foreign").string();
  const auto eve = (root_ / "eve.pem").string();
  ASSERT_EQ(run(troupe({"certs", "issue", "eve", "--role", "admin", "-o", eve}),
                foreign)
              .code,
            0);
  const auto ask = [&](const std::string& file) {
    return run(
      {TROUPE_BINARY, "--node", address_, "--cert", file, "admin", "status"},
      environment_);
  };
  const auto refused = ask(eve);
  EXPECT_EQ(refused.code, 77) << refused.err;
  EXPECT_NE(refused.err.find("not trusted"), std::string::npos) << refused.err;
  EXPECT_EQ(ask((root_ / "none.pem").string()).code, 3);
  std::ofstream{root_ / "odd.pem"} << "odd";
  std::filesystem::permissions(root_ / "odd.pem",
                               std::filesystem::perms::owner_all);
  EXPECT_EQ(ask((root_ / "odd.pem").string()).code, 1);
  const auto without =
    run({TROUPE_BINARY, "--node", address_, "admin", "status"}, environment_);
  EXPECT_EQ(without.code, 2) << without.err;
  EXPECT_NE(audit().find("gate.refuse"), std::string::npos);
}

TEST_F(gate_test, never_lets_a_command_hang) {
  start();
  certificate("operator");
  // Stopped, as by a debugger: it takes connections and says nothing.
  node_->signal(SIGSTOP);
  const auto silent = as("operator", {"admin", "status"}, 60s);
  EXPECT_EQ(silent.code, 69) << silent.err;
  node_->signal(SIGCONT);
  EXPECT_EQ(as("operator", {"admin", "status"}).code, 0);
  node_->signal(SIGKILL);
  node_->end(20s);
  const auto gone = as("operator", {"admin", "status"}, 60s);
  EXPECT_EQ(gone.code, 69) << gone.err;
}

TEST_F(gate_test, ends_a_command_whose_node_is_killed_meanwhile) {
  // A decoder that never returns: the walk ends, the work does not.
  start(0, true);
  write_wav("stall.wav");
  child_process index{{TROUPE_BINARY, "--node", address_, "--cert",
                       certificate("operator"), "index", media_.string()},
                      environment_};
  ASSERT_TRUE(until([&] {
    return as("viewer", {"admin", "workers"}).out.find("stall.wav")
           != std::string::npos;
  }));
  node_->signal(SIGKILL);
  const auto end = index.end(60s);
  EXPECT_TRUE(end.code == 69 || end.code == 70) << end.code << end.err;
}

TEST_F(gate_test, is_looked_at_by_the_doctor) {
  start();
  const auto well = as("viewer", {"doctor"});
  EXPECT_EQ(well.code, 0) << well.out;
  EXPECT_NE(well.out.find("lets us in"), std::string::npos) << well.out;
  const auto worker = as("worker", {"doctor"});
  EXPECT_EQ(worker.code, 1);
  EXPECT_NE(worker.out.find("takes no workers"), std::string::npos);
  node_->signal(SIGTERM);
  EXPECT_EQ(node_->end(60s).code, 0);
  const auto gone = as("viewer", {"doctor"});
  EXPECT_EQ(gone.code, 1);
  EXPECT_NE(gone.out.find("Connection refused"), std::string::npos) << gone.out;
}

TEST_F(gate_test, is_not_there_unless_it_is_asked_for) {
  child_process node{troupe({"node"}), environment_};
  ASSERT_TRUE(node.wait_for("coverage=", 60s)) << node.seen().err;
  EXPECT_NE(node.seen().out.find(" node=- "), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(root_ / "state/troupe/gate"));
}

} // namespace
} // namespace troupe::testing
