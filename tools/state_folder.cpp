#include "tools/state_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

namespace troupe {

namespace {

/// An absolute path from the environment; nothing when unset or relative, as
/// the XDG base directory specification has it.
std::optional<std::string> folder_from(const char* variable) {
  const auto* value = std::getenv(variable);
  if (value == nullptr || *value != '/')
    return std::nullopt;
  return std::string{value};
}

} // namespace

std::string state_folder() {
  if (const auto state = folder_from("XDG_STATE_HOME"))
    return *state + "/troupe";
  return folder_from("HOME").value_or("/tmp") + "/.local/state/troupe";
}

std::string runtime_folder() {
  std::error_code ignored;
  if (const auto runtime = folder_from("XDG_RUNTIME_DIR");
      runtime && std::filesystem::is_directory(*runtime, ignored))
    return *runtime + "/troupe";
  return state_folder();
}

} // namespace troupe
