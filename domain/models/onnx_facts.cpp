#include "domain/models/onnx_facts.hpp"

#include "domain/network/import/wire_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace troupe::models {

namespace {

using network::read_message;
using network::wire_field;

// Field numbers of onnx.proto, by message.
namespace model {
constexpr std::uint64_t producer = 2;
constexpr std::uint64_t graph = 7;
constexpr std::uint64_t opset_import = 8;
} // namespace model

namespace opset {
constexpr std::uint64_t domain = 1;
constexpr std::uint64_t version = 2;
} // namespace opset

namespace graph {
constexpr std::uint64_t node = 1;
constexpr std::uint64_t initializer = 5;
constexpr std::uint64_t input = 11;
constexpr std::uint64_t output = 12;
} // namespace graph

constexpr std::uint64_t node_operator = 4;

namespace tensor {
constexpr std::uint64_t dims = 1;
constexpr std::uint64_t name = 8;
constexpr std::uint64_t external_data = 13;
} // namespace tensor

constexpr std::array<std::string_view, 17> element_names{
  "",       "float32", "uint8",     "int8",       "uint16",  "int16",
  "int32",  "int64",   "text",      "bool",       "float16", "float64",
  "uint32", "uint64",  "complex64", "complex128", "bfloat16"};

error no_model(std::string_view what) {
  return {
    errc::corrupt,
    fmt::format("it is no ONNX model: {}; is the download complete?", what)};
}

/// Calls `take` for each field; false when the bytes are no message.
template <class Take>
bool for_each_field(std::span<const std::byte> bytes, Take take) {
  std::vector<wire_field> fields;
  if (!read_message(bytes, fields))
    return false;
  for (const auto& field : fields)
    if (!take(field))
      return false;
  return true;
}

bool read_side(std::span<const std::byte> bytes, tensor_side& side) {
  return for_each_field(bytes, [&side](const wire_field& field) {
    if (field.number == 1
        && field.value <= static_cast<std::uint64_t>(
             std::numeric_limits<std::int64_t>::max()))
      side.size = static_cast<std::int64_t>(field.value);
    if (field.number == 2)
      side.name = field.text();
    return true;
  });
}

bool read_shape(std::span<const std::byte> bytes, tensor_port& port) {
  return for_each_field(bytes, [&port](const wire_field& field) {
    return field.number != 1
           || read_side(field.bytes, port.sides.emplace_back());
  });
}

/// TypeProto, of which only tensors are of use.
bool read_type(std::span<const std::byte> bytes, tensor_port& port) {
  return for_each_field(bytes, [&port](const wire_field& field) {
    if (field.number != 1)
      return true;
    return for_each_field(field.bytes, [&port](const wire_field& inner) {
      if (inner.number == 1)
        port.element = inner.value < element_names.size()
                         ? std::string{element_names[inner.value]}
                         : fmt::format("type {}", inner.value);
      return inner.number != 2 || read_shape(inner.bytes, port);
    });
  });
}

bool read_port(std::span<const std::byte> bytes, tensor_port& port) {
  return for_each_field(bytes, [&port](const wire_field& field) {
    if (field.number == 1)
      port.name = field.text();
    return field.number != 2 || read_type(field.bytes, port);
  });
}

/// Sides of a stored tensor: one varint a field, or packed in one.
std::int64_t product_of(const wire_field& field) {
  if (field.bytes.empty())
    return static_cast<std::int64_t>(
      std::min<std::uint64_t>(field.value, 1U << 31U));
  auto rest = field.bytes;
  std::int64_t product = 1;
  std::uint64_t side = 0;
  while (!rest.empty() && network::take_varint(rest, side))
    product *=
      static_cast<std::int64_t>(std::min<std::uint64_t>(side, 1U << 20U));
  return product;
}

/// What is gathered from a graph.
class graph_reader {
public:
  explicit graph_reader(model_facts& facts) : facts_(&facts) {}

  bool read(std::span<const std::byte> bytes) {
    const bool sound = for_each_field(
      bytes, [this](const wire_field& field) { return take(field); });
    // Older files name their weights among the inputs.
    std::erase_if(facts_->inputs, [this](const tensor_port& port) {
      return weights_.contains(port.name);
    });
    for (const auto& [name, count] : operators_)
      facts_->operators.push_back({name, count});
    facts_->external_files.assign(external_.begin(), external_.end());
    return sound;
  }

private:
  bool take(const wire_field& field) {
    if (field.number == graph::input)
      return read_port(field.bytes, facts_->inputs.emplace_back());
    if (field.number == graph::output)
      return read_port(field.bytes, facts_->outputs.emplace_back());
    if (field.number == graph::initializer)
      return read_weights(field.bytes);
    if (field.number != graph::node)
      return true;
    return for_each_field(field.bytes, [this](const wire_field& inner) {
      if (inner.number == node_operator)
        ++operators_[std::string{inner.text()}];
      return true;
    });
  }

  bool read_weights(std::span<const std::byte> bytes) {
    std::int64_t numbers = 1;
    const bool sound = for_each_field(bytes, [&](const wire_field& field) {
      if (field.number == tensor::dims
          && numbers < std::numeric_limits<std::int32_t>::max())
        numbers *= product_of(field);
      if (field.number == tensor::name)
        weights_.emplace(field.text());
      return field.number != tensor::external_data
             || read_external(field.bytes);
    });
    facts_->parameters += numbers;
    return sound;
  }

  /// A key and its value; "location" names the file.
  bool read_external(std::span<const std::byte> bytes) {
    std::string key;
    std::string value;
    const bool sound = for_each_field(bytes, [&](const wire_field& field) {
      if (field.number == 1)
        key = field.text();
      if (field.number == 2)
        value = field.text();
      return true;
    });
    if (key == "location")
      external_.insert(value);
    return sound;
  }

  model_facts* facts_;
  std::set<std::string, std::less<>> weights_;
  std::set<std::string> external_;
  std::map<std::string, std::int64_t> operators_;
};

bool read_opset(std::span<const std::byte> bytes, model_facts& facts) {
  std::string_view domain;
  std::uint64_t version = 0;
  const bool sound = for_each_field(bytes, [&](const wire_field& field) {
    if (field.number == opset::domain)
      domain = field.text();
    if (field.number == opset::version)
      version = field.value;
    return true;
  });
  if (domain.empty() || domain == "ai.onnx")
    facts.opset = static_cast<std::int64_t>(version & 0xffffU);
  return sound;
}

} // namespace

result<model_facts> read_onnx_facts(std::span<const std::byte> file) {
  model_facts facts;
  facts.format = "onnx";
  bool has_graph = false;
  const bool sound = for_each_field(file, [&](const wire_field& field) {
    if (field.number == model::producer)
      facts.producer = field.text();
    if (field.number == model::opset_import)
      return read_opset(field.bytes, facts);
    if (field.number != model::graph)
      return true;
    has_graph = true;
    return graph_reader{facts}.read(field.bytes);
  });
  if (!sound)
    return no_model("its bytes end in the middle of a field");
  if (!has_graph || facts.outputs.empty())
    return no_model("it has no graph with an output");
  return facts;
}

} // namespace troupe::models
