#pragma once

#include "domain/models/model_card.hpp"
#include "domain/ports/model_runner.hpp"
#include "domain/result.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What runs models; null where this program was built without it.
[[nodiscard]] std::unique_ptr<const model_runner> open_model_runner();

/// Why there is none, and what to do.
inline constexpr const char* no_model_runner =
  "this troupe was built without ONNX Runtime, which Debian 12 does not have; "
  "on Debian 13: apt-get install libonnxruntime-dev, then build again";

/// Where a user's models lie: TROUPE_MODELS, else
/// `$XDG_DATA_HOME/troupe/models`.
[[nodiscard]] std::string models_folder();

/// The model files (NAME.onnx) of that folder, sorted; none is no failure.
[[nodiscard]] std::vector<std::string>
model_files_in(const std::string& folder);

/// Reads a model and the sheet beside it.
/// @returns `errc::not_found`, `errc::corrupt`, …, naming the file
[[nodiscard]] result<models::model_card> read_model(const std::string& file);

} // namespace troupe
