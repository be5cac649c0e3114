#pragma once

#include "domain/image/picture.hpp"
#include "domain/network/network_weights.hpp"
#include "domain/ports/content_hash.hpp"
#include "domain/ports/weights_source.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::upscale {

using weights_ptr = std::shared_ptr<const network::network_weights>;

/// The networks in memory: each loaded once, then shared by whoever asks.
///
/// A model is a family of built-in sets (`natural-default` is there at x2, x3,
/// x4; `natural` means it), or a file: .safetensors, .onnx, or ncnn's .param
/// with its .bin beside. Thread affinity: one thread at a time.
class weights_shelf {
public:
  /// Both are borrowed.
  weights_shelf(const weights_source& source, const content_hasher& hasher)
    : source_{&source}, hasher_{&hasher} {}

  /// The set of `model` whose factor is nearest to what is wanted; null where
  /// `to` is no larger than `from`, and no network is needed.
  /// @pre no side of both is 0
  /// @returns `errc::not_found` naming the models that there are,
  /// `errc::corrupt`, `errc::unsupported`, `errc::newer_version`,
  /// `errc::too_large`, `errc::permission_denied`
  [[nodiscard]] result<weights_ptr>
  take(const std::string& model, image::image_size from, image::image_size to);

  /// Sets in memory, and their numbers' bytes.
  [[nodiscard]] std::size_t sets() const noexcept {
    return loaded_.size();
  }

  [[nodiscard]] std::size_t bytes() const noexcept;

private:
  [[nodiscard]] result<weights_ptr> keep(const std::string& name);

  const weights_source* source_;
  const content_hasher* hasher_;
  /// By the name of a set or the path of a file.
  std::map<std::string, weights_ptr> loaded_;
};

/// Whether `model` names a file: it has a slash or a dot.
[[nodiscard]] bool is_model_file(const std::string& model) noexcept;

/// The factors that a built-in model has, rising.
/// @returns `errc::not_found` naming the models that there are
[[nodiscard]] result<std::vector<std::size_t>>
factors_of(const weights_source& source, const std::string& model);

/// Loads one set or file, whatever its format.
[[nodiscard]] result<weights_ptr> load_weights(const weights_source& source,
                                               const content_hasher& hasher,
                                               const std::string& name);

} // namespace troupe::upscale
