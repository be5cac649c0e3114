#include "tools/node_reach.hpp"

#include "actors/client/node_client.hpp"
#include "domain/library/path_digest.hpp"
#include "io/posix_library_lock.hpp"
#include "io/sndfile_audio_decoder.hpp"
#include "io/sqlite/sqlite_library_reader.hpp"
#include "tools/adapters.hpp"
#include "tools/command_adapters.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

constexpr auto door_opens_within = 3s;
constexpr auto look_every = 10ms;

/// An absolute path from the environment; nothing when unset or relative, as
/// the XDG base directory specification has it.
std::optional<std::string> folder_from(const char* variable) {
  const auto* value = std::getenv(variable);
  if (value == nullptr || *value != '/')
    return std::nullopt;
  return std::string{value};
}

std::string door_folder() {
  std::error_code ignored;
  if (const auto runtime = folder_from("XDG_RUNTIME_DIR");
      runtime && std::filesystem::is_directory(*runtime, ignored))
    return *runtime + "/troupe";
  if (const auto state = folder_from("XDG_STATE_HOME"))
    return *state + "/troupe";
  return folder_from("HOME").value_or("/tmp") + "/.local/state/troupe";
}

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

  /// Nothing: what is logged, the node logs.
  void log_from(const std::string&) override {}

private:
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

result<std::unique_ptr<assembly>> reach_node(const assembly_request& request,
                                             const node_config& config,
                                             const error& locked) {
  const auto note = note_with_door(request.library, locked);
  if (!note)
    return note.failure();
  node_client_options options;
  options.socket = note->socket;
  options.role = request.role;
  options.pid = getpid();
  std::error_code ignored;
  options.folder = std::filesystem::current_path(ignored).string();
  options.patience = std::chrono::seconds{config.node.answer_s};
  options.open_reader = [library = request.library] {
    return io::open_sqlite_library_reader(
      library, recipes_under(*io::open_sndfile_audio_decoder()));
  };
  auto made = std::make_unique<node_assembly>();
  if (auto opened = made->open(config, std::move(options)); !opened)
    return opened.failure();
  return std::unique_ptr<assembly>{std::move(made)};
}

std::string door_path(const std::string& library) {
  return fmt::format("{}/{:016x}.admin", door_folder(),
                     digest_path(library).high);
}

} // namespace troupe
