#include "tools/weights_folders.hpp"

#include "io/weights/mmap_weights_source.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace troupe {

std::unique_ptr<const weights_source> open_built_in_weights() {
  if (const auto* named = std::getenv("TROUPE_WEIGHTS");
      named != nullptr && *named != '\0')
    return io::open_mmap_weights_source({named});
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto folder = program.parent_path();
  return io::open_mmap_weights_source(
    {folder / "../share/troupe/weights", folder / "../../tools/weights"});
}

} // namespace troupe
