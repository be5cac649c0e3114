#include "tests/e2e/gate/gate_scene.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace troupe::testing {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

gate_scene::gate_scene() {
  const auto runtime = root_ / "run";
  fs::create_directory(runtime);
  fs::permissions(runtime, fs::perms::owner_all);
  environment_ = {{"XDG_RUNTIME_DIR", runtime.string()},
                  {"XDG_STATE_HOME", (root_ / "state").string()},
                  {"TROUPE_NODE_ANSWER_S", "5"}};
}

void gate_scene::start(int limit_files, bool misbehaving) {
  const std::vector<std::string> words{"node", "--listen", "127.0.0.1:0"};
  auto command = misbehaving ? doubles(words) : troupe(words);
  if (limit_files > 0) {
    const auto limit = std::to_string(limit_files);
    std::vector<std::string> limited{"/usr/bin/prlimit",
                                     "--nofile=" + limit + ":" + limit};
    limited.insert(limited.end(), command.begin(), command.end());
    command = limited;
  }
  node_ = std::make_unique<child_process>(command, environment_);
  ASSERT_TRUE(node_->wait_for("coverage=", 60s)) << node_->seen().err;
  const auto& line = node_->seen().out;
  const auto at = line.find("node=") + 5;
  address_ = line.substr(at, line.find(' ', at) - at);
  ASSERT_TRUE(address_.starts_with("127.0.0.1:")) << line;
  port_ = std::stoi(address_.substr(10));
}

std::string gate_scene::certificate(const std::string& role) const {
  const auto file = (root_ / (role + ".pem")).string();
  if (!fs::exists(file)) {
    const auto made = run(
      troupe({"certs", "issue", role + "-anna", "--role", role, "-o", file}),
      environment_);
    EXPECT_EQ(made.code, 0) << made.err;
  }
  return file;
}

process_end gate_scene::as(const std::string& role,
                           std::vector<std::string> words,
                           std::chrono::seconds longest) const {
  std::vector<std::string> command{TROUPE_BINARY, "--node", address_, "--cert",
                                   certificate(role)};
  command.insert(command.end(), words.begin(), words.end());
  return run(command, environment_, longest);
}

std::string gate_scene::audit() const {
  return run(troupe({"admin", "audit", "--json", "--limit", "1000"}),
             environment_)
    .out;
}

double gate_scene::cpu_s() const {
  std::ifstream file{"/proc/" + std::to_string(node_->pid()) + "/stat"};
  std::string text;
  std::getline(file, text);
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace troupe::testing
