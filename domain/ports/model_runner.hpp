#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe {

/// Numbers and their shape, row-major.
struct model_tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// A model in memory, ready to run.
///
/// Thread affinity: one thread at a time.
class loaded_model {
public:
  virtual ~loaded_model() = default;

  /// Runs it on one input; replies the output of that name.
  /// @returns `errc::invalid_argument` for a name or shape that it does not
  /// have, `errc::internal`
  [[nodiscard]] virtual result<model_tensor> run(const std::string& input,
                                                 const model_tensor& value,
                                                 const std::string& output) = 0;
};

/// Runs models that users bring along. Thread-safe.
class model_runner {
public:
  virtual ~model_runner() = default;

  /// Names the library and its version: "onnxruntime 1.17.1".
  [[nodiscard]] virtual std::string version() const = 0;

  /// Loads a model on one thread of its own caller.
  /// @returns `errc::unsupported` naming the operator, `errc::corrupt`,
  /// `errc::not_found`
  [[nodiscard]] virtual result<std::unique_ptr<loaded_model>>
  load(const std::string& file) const = 0;
};

} // namespace troupe
