#include "tools/node_reach.hpp"

#include "actors/client/node_client.hpp"
#include "domain/library/path_digest.hpp"
#include "io/posix_library_lock.hpp"
#include "io/sndfile_audio_decoder.hpp"
#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/system_wall_clock.hpp"
#include "tools/adapters.hpp"
#include "tools/command_adapters.hpp"
#include "tools/gate_adapters.hpp"
#include "tools/state_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

constexpr auto door_opens_within = 3s;
constexpr auto look_every = 10ms;

// -- the assembly -------------------------------------------------------------

/// A node's system, and the few adapters that a command uses itself.
class node_assembly final : public command_adapters {
public:
  result<void> open(const node_config& config, node_client_options options) {
    if (auto adapted = adapt(config, {}); !adapted)
      return adapted;
    auto system = connect_to_node(std::move(options));
    if (!system)
      return system.failure();
    system_ = std::move(system.value());
    return {};
  }

  [[nodiscard]] troupe_system& system() override {
    return *system_;
  }

  /// Nothing: the library is another process's.
  void withdraw_door() override {}

  [[nodiscard]] const std::string& door() const override {
    return door_;
  }

  [[nodiscard]] const std::string& gate() const override {
    return door_;
  }

  /// Nothing: what is logged, the node logs.
  void log_from(const std::string&) override {}

private:
  /// Empty.
  std::string door_;
  std::unique_ptr<troupe_system> system_;
};

/// The note of a node with an open door; else why there is none.
result<holder_note> note_with_door(const std::string& library,
                                   const error& locked) {
  const auto locker = io::open_posix_library_lock();
  const auto deadline = std::chrono::steady_clock::now() + door_opens_within;
  for (;;) {
    const auto holder = locker->holder(library);
    if (!holder)
      return holder.failure();
    if (*holder && !(*holder)->socket.empty())
      return **holder;
    const bool may_open = *holder && (*holder)->role == "node";
    if (!may_open || std::chrono::steady_clock::now() >= deadline)
      return locked;
    // Its start takes a fraction of a second and tells nobody when it is over.
    std::this_thread::sleep_for(look_every);
  }
}

} // namespace

namespace {

/// What every client of a node says of itself.
node_client_options client_options(const assembly_request& request,
                                   const node_config& config) {
  node_client_options options;
  options.role = request.role;
  options.pid = getpid();
  std::error_code ignored;
  options.folder = std::filesystem::current_path(ignored).string();
  options.patience = std::chrono::seconds{config.node.answer_s};
  return options;
}

result<std::unique_ptr<assembly>> assemble_client(const node_config& config,
                                                  node_client_options options) {
  auto made = std::make_unique<node_assembly>();
  if (auto opened = made->open(config, std::move(options)); !opened)
    return opened.failure();
  return std::unique_ptr<assembly>{std::move(made)};
}

} // namespace

result<std::unique_ptr<assembly>> reach_node(const assembly_request& request,
                                             const node_config& config,
                                             const error& locked) {
  const auto note = note_with_door(request.library, locked);
  if (!note)
    return note.failure();
  auto options = client_options(request, config);
  options.socket = note->socket;
  options.open_reader = [library = request.library] {
    return io::open_sqlite_library_reader(
      library, recipes_under(*io::open_sndfile_audio_decoder()));
  };
  return assemble_client(config, std::move(options));
}

result<std::unique_ptr<assembly>>
reach_node_elsewhere(const assembly_request& request, const node_config& config,
                     const std::string& node, const std::string& certificate) {
  auto options = client_options(request, config);
  // The folders of this host are not the node's.
  options.folder = {};
  options.open_line = [node, certificate](std::chrono::milliseconds patience) {
    const auto now_s = io::open_system_wall_clock()->now_us() / 1'000'000;
    return open_gate_line(node, certificate, now_s, patience);
  };
  options.open_reader = [node]() -> result<std::unique_ptr<library_reader>> {
    return error{errc::unsupported,
                 fmt::format("node: {}: this reads the library's own file, "
                             "which is on the node's host; run it there",
                             node)};
  };
  return assemble_client(config, std::move(options));
}

std::string door_path(const std::string& library) {
  return fmt::format("{}/{:016x}.admin", runtime_folder(),
                     digest_path(library).high);
}

} // namespace troupe
