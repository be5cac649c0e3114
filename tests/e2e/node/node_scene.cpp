#include "tests/e2e/node/node_scene.hpp"

#include "actors/client/node_client.hpp"

#include <unistd.h>

#include <stdexcept>

namespace troupe::testing {

using namespace std::chrono_literals;

node_scene::node_scene() : runtime_(root_ / "run") {
  std::filesystem::create_directory(runtime_);
  place_ = {{"XDG_RUNTIME_DIR", runtime_.string()}};
}

std::unique_ptr<child_process>
node_scene::start_node(std::map<std::string, std::string> environment) {
  return start(troupe({"node"}), std::move(environment));
}

std::unique_ptr<child_process> node_scene::start_node_with_doubles(
  std::map<std::string, std::string> environment) {
  return start(doubles({"node"}), std::move(environment));
}

std::unique_ptr<child_process>
node_scene::start(const std::vector<std::string>& words,
                  std::map<std::string, std::string> environment) {
  environment.insert(place_.begin(), place_.end());
  auto node = std::make_unique<child_process>(words, environment);
  if (!node->wait_for("coverage=", 120s) || !node->wait_for("%\n", 10s))
    throw std::runtime_error("no ready line: " + node->seen().err);
  ready_ = node->seen().out;
  const auto from = ready_.find("socket=") + 7;
  socket_ = ready_.substr(from, ready_.find(' ', from) - from);
  return node;
}

process_end
node_scene::command(std::vector<std::string> words,
                    std::map<std::string, std::string> environment) const {
  environment.insert(place_.begin(), place_.end());
  return run(troupe(std::move(words)), environment);
}

std::unique_ptr<troupe_system> node_scene::connect() const {
  node_client_options options;
  options.socket = socket_;
  options.role = "test";
  options.pid = getpid();
  options.folder = media_.string();
  auto client = connect_to_node(std::move(options));
  return client ? std::move(client.value()) : nullptr;
}

} // namespace troupe::testing
