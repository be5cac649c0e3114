#pragma once

#include "domain/network/tensor_view.hpp"

namespace troupe::network {

/// How far colour spreads below transparent pixels; more than any built-in
/// network or Lanczos looks.
inline constexpr int bleed_reach = 16;

/// Gives fully transparent pixels the mean colour of their visible neighbours,
/// step by step up to `bleed_reach` pixels away, so that whatever hides under
/// alpha 0 does not shine through enlarged edges.
///
/// Changes colour under alpha 0 only; does nothing to pictures without alpha,
/// or with nothing visible. Works on the whole picture, once, before it is cut
/// into tiles. O(pixels), allocates two bits a pixel.
void bleed_colour(const pixel_target& picture);

} // namespace troupe::network
