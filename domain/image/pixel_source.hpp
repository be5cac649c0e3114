#pragma once

#include "domain/image/picture.hpp"
#include "domain/image/recipe.hpp"
#include "domain/ports/colour_profiles.hpp"

#include <functional>
#include <string>
#include <vector>

namespace troupe::image {

/// What a picture's pixels go through before anyone sees them.
struct pixel_rules {
  image_limits limits;
  decode_mode mode = decode_mode::exact;
  /// Turn the picture as its EXIF orientation says.
  bool turn_upright = true;
  /// Convert an embedded colour profile to sRGB.
  bool convert_colours = true;
  /// Lay transparent pixels on white; else their hidden colour is shown.
  bool lay_on_white = true;
};

/// The ports that decoding needs; borrowed.
struct pixel_ports {
  const image_codec& codec;
  const colour_profiles& profiles;
};

/// What is known of a picture besides its pixels.
struct source_facts {
  image_format format = image_format::jpeg;
  /// As stored, before it is turned upright.
  image_size stored;
  int orientation = 1;
  bool has_alpha = false;
  /// What a person should know: "animated: only the first frame is used".
  std::vector<std::string> notes;
};

/// Takes rows of the upright picture, from top to bottom; `row_slack_bytes`
/// behind each may be read.
using row_sink = std::function<void(
  const std::uint8_t* rows, std::size_t row_bytes, std::uint32_t count)>;

/// One picture as opaque sRGB rows, upright, of 8 bits a sample. Only a strip
/// is in memory, unless the picture has to be turned.
///
/// Thread affinity: one thread at a time.
class pixel_source {
public:
  /// Reads the header.
  /// @param bytes the whole file; borrowed until the source is gone
  /// @returns the codec's errors
  [[nodiscard]] static result<pixel_source>
  open(const pixel_ports& ports, std::span<const std::uint8_t> bytes,
       const pixel_rules& rules);

  /// Of the upright picture that `stream` gives.
  [[nodiscard]] image_size size() const noexcept;

  /// Of the upright picture before any `shrink_towards`.
  [[nodiscard]] image_size full_size() const noexcept;

  /// In mode fast, lets the decoder shrink as long as the shorter side stays
  /// at least three times `short_side`. In mode exact, nothing.
  void shrink_towards(std::uint32_t short_side);

  /// Decodes everything into `sink`; once.
  /// @returns the codec's errors
  result<void> stream(const row_sink& sink);

  /// Complete once `stream` is over.
  [[nodiscard]] const source_facts& facts() const noexcept {
    return facts_;
  }

private:
  pixel_source() = default;

  void choose_colours(const colour_profiles& profiles);
  void correct(std::uint8_t* row) const;
  result<void> stream_stored(const row_sink& sink);
  result<void> stream_turned(const row_sink& sink);

  std::unique_ptr<image_reader> reader_;
  pixel_rules rules_;
  std::shared_ptr<const colour_transform> transform_;
  source_facts facts_;
};

/// The whole upright picture in memory.
[[nodiscard]] result<picture> read_picture(const pixel_ports& ports,
                                           std::span<const std::uint8_t> bytes,
                                           const pixel_rules& rules);

} // namespace troupe::image
