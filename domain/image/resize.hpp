#pragma once

#include "domain/image/filter_bank.hpp"
#include "domain/image/picture.hpp"
#include "domain/image/resize_kernels.hpp"

#include <optional>
#include <span>
#include <vector>

namespace troupe::image {

/// A rectangle of a resized picture, in its pixels.
struct crop_area {
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  image_size size;
};

/// What to make of a picture: `from` is resized to `to`, of which only `crop`
/// is computed.
struct resize_request {
  image_size from;
  image_size to;
  filter which = filter::bilinear;
  crop_area crop;

  /// Without a crop.
  [[nodiscard]] static resize_request whole(image_size from, image_size to,
                                            filter which) noexcept {
    return {from, to, which, {0, 0, to}};
  }
};

/// Resizes a picture whose rows arrive from top to bottom, so that the input
/// never has to be in memory as a whole.
///
/// Pillow's two passes, bit for bit: horizontal first, its result rounded to
/// 8 bits, then vertical; a pass that changes no length is left out. All four
/// channels are weighed alike, so alpha must have been composited before.
///
/// Thread affinity: one thread at a time.
class row_resizer {
public:
  /// Complexity: O(width + height) of the crop. Allocates.
  /// @pre no length is 0, and the crop lies inside `request.to`
  explicit row_resizer(const resize_request& request);

  /// Takes the next `count` rows of RGBA bytes. Multiples of `rows_together`
  /// are fastest. Rows that the crop does not need cost nothing.
  /// @pre `row_slack_bytes` behind each row may be read
  void push(const std::uint8_t* rows, std::size_t row_bytes,
            std::uint32_t count);

  /// The crop. @pre every row of the input was pushed
  [[nodiscard]] picture finish();

private:
  void push_needed(const std::uint8_t* rows, std::size_t row_bytes,
                   std::uint32_t count);

  resize_request request_;
  /// Absent where the pass changes nothing.
  std::optional<filter_bank> across_;
  std::optional<filter_bank> down_;
  /// Rows [needed_begin, needed_end) after the horizontal pass.
  std::vector<std::uint8_t> middle_;
  std::size_t middle_row_bytes_ = 0;
  std::uint32_t needed_begin_ = 0;
  std::uint32_t needed_end_ = 0;
  std::uint32_t seen_ = 0;
};

/// Resizes a picture that is in memory. Same bits as `row_resizer`.
[[nodiscard]] picture resize(const picture_view& from,
                             const resize_request& request);

/// Resizes one plane of floats, row-major: both passes summed in double and
/// stored as float, as Pillow does for its mode F.
/// @pre `from.size() == from_size.pixels()`, no length is 0
/// Complexity: O(pixels * taps) for each pass. Allocates.
[[nodiscard]] std::vector<float> resize_plane(std::span<const float> from,
                                              image_size from_size,
                                              image_size to, filter which);

} // namespace troupe::image
