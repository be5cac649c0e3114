#pragma once

#include <cstdint>
#include <string>

namespace troupe {

/// Section `[upscaler]`: small pictures to large ones.
struct upscaler_config {
  /// UPSCALERs, in [0, 1024]; 0 = the cores that this process may use.
  std::int64_t workers = 0;
  /// Name or file of the weights; not empty.
  std::string model = "natural";
  /// Scratch memory of one UPSCALER in MiB, in [1, 65536]; it sets the tile
  /// size.
  std::int64_t scratch_mib_max = 64;
};

} // namespace troupe
