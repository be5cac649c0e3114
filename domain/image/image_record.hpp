#pragma once

#include "domain/image/descriptors/perceptual_hash.hpp"
#include "domain/image/descriptors/scene_embedding.hpp"
#include "domain/image/recipe.hpp"
#include "domain/ports/image_codec.hpp"

#include <string>
#include <vector>

namespace troupe::image {

/// The vector of a picture and the space in which it may be compared.
struct image_embedding {
  /// "scene353-1/exact": algorithm, version, decode mode.
  std::string space;
  std::vector<float> values;
};

/// Everything that the description of one picture gives.
struct image_record {
  /// As shown: upright.
  image_size size;
  image_format format = image_format::jpeg;
  /// As the file states it, in [1, 8].
  int orientation = 1;
  pdq_hash pdq;
  std::uint64_t phash = 0;
  image_embedding embedding;
  /// What a person should know: "animated: only the first frame is used".
  std::vector<std::string> notes;
};

/// Names what computed an `image_record`: results of another version are
/// recomputed. Raise it whenever a figure changes.
inline constexpr const char* image_record_version = "image-1";

/// The space of scene embeddings made in this mode.
[[nodiscard]] constexpr std::string_view scene_space(decode_mode mode) {
  return mode == decode_mode::exact ? "scene353-1/exact" : "scene353-1/fast";
}

} // namespace troupe::image
