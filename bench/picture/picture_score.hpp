#pragma once

#include "bench/picture/reference_resize.hpp"

#include <cstddef>

namespace troupe::bench {

/// How near a picture comes to the original.
struct picture_score {
  double psnr_db = 0;
  double ssim = 0;
};

/// Y-PSNR and Y-SSIM as the super-resolution literature prints them: luma of
/// BT.601 in studio swing (grey pictures as they are), `shave` pixels of border
/// left out, peak 255; SSIM with an 11 x 11 Gaussian of sigma 1.5, valid region
/// only. @pre both have the same size, larger than 2 * shave + 11 each way
/// @see Wang et al., "Image Quality Assessment: From Error Visibility to
/// Structural Similarity", 2004
[[nodiscard]] picture_score score(const plane_stack& original,
                                  const plane_stack& other, std::size_t shave);

} // namespace troupe::bench
