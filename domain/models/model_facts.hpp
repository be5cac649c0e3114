#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::models {

/// One side of a tensor: a number, or a name where any number will do.
struct tensor_side {
  /// -1 where it is free.
  std::int64_t size = -1;
  /// Empty unless the file gives it one, such as "batch".
  std::string name;
};

/// An input or output of a model.
struct tensor_port {
  std::string name;
  /// "float32", "int64", …; "type 20" for what has no name here.
  std::string element;
  std::vector<tensor_side> sides;
};

/// How often a model uses an operator.
struct operator_use {
  std::string name;
  std::int64_t count = 0;
};

/// What a model file says of itself.
struct model_facts {
  /// "onnx".
  std::string format;
  std::string producer;
  /// Version of the operators it is written in; 0 = not said.
  std::int64_t opset = 0;
  std::vector<tensor_port> inputs;
  std::vector<tensor_port> outputs;
  /// By name.
  std::vector<operator_use> operators;
  /// Numbers of its weights within the file.
  std::int64_t parameters = 0;
  /// Names of further files that hold weights.
  std::vector<std::string> external_files;
};

} // namespace troupe::models
