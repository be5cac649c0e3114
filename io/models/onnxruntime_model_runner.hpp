#pragma once

#include "domain/ports/model_runner.hpp"

#include <memory>

namespace troupe::io {

/// Models by ONNX Runtime on the processor, one thread each.
[[nodiscard]] std::unique_ptr<const model_runner>
open_onnxruntime_model_runner();

} // namespace troupe::io
