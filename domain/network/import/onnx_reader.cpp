#include "domain/network/import/onnx_reader.hpp"

#include "domain/network/import/wire_message.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace troupe::network {

namespace {

using fields = std::vector<wire_field>;

/// Operators that are read, by their names in the file.
const std::map<std::string_view, node_kind> known{
  {"Conv", node_kind::convolution},
  {"ConvTranspose", node_kind::transposed_convolution},
  {"PRelu", node_kind::prelu},
  {"LeakyRelu", node_kind::prelu},
  {"Relu", node_kind::prelu},
  {"Add", node_kind::add},
  {"DepthToSpace", node_kind::pixel_shuffle},
  {"Resize", node_kind::repeat},
  {"Upsample", node_kind::repeat},
  {"Identity", node_kind::pass},
  {"Dropout", node_kind::pass},
  {"Constant", node_kind::pass},
};

// Field numbers of onnx.proto.
constexpr std::uint64_t model_graph = 7;
constexpr std::uint64_t graph_node = 1;
constexpr std::uint64_t graph_initializer = 5;
constexpr std::uint64_t graph_input = 11;

error broken(std::string detail) {
  return {errc::corrupt, "model: " + std::move(detail)};
}

struct array {
  std::vector<std::size_t> dims;
  std::vector<float> numbers;
};

/// An attribute: whichever of its values was set.
struct attribute {
  float number = 0;
  std::int64_t whole = 0;
  std::string text;
  std::vector<std::int64_t> wholes;
  array tensor;
};

float float_of(std::span<const std::byte> bytes) {
  float value = 0;
  if (bytes.size() >= sizeof value)
    std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// Repeated integers, packed or one by one.
void add_wholes(const wire_field& field, std::vector<std::int64_t>& to) {
  auto bytes = field.bytes;
  if (bytes.empty()) {
    to.push_back(static_cast<std::int64_t>(field.value));
    return;
  }
  std::uint64_t value = 0;
  while (take_varint(bytes, value))
    to.push_back(static_cast<std::int64_t>(value));
}

void add_floats(std::span<const std::byte> bytes, std::vector<float>& to) {
  for (; bytes.size() >= sizeof(float); bytes = bytes.subspan(sizeof(float)))
    to.push_back(float_of(bytes));
}

/// A TensorProto of 32- or 16-bit floats; other types stay empty, for a node
/// that needs them will say so.
bool read_tensor(std::span<const std::byte> bytes, std::string& name,
                 array& read) {
  fields parts;
  if (!read_message(bytes, parts))
    return false;
  std::uint64_t type = 1;
  std::span<const std::byte> raw;
  std::vector<std::int64_t> dims;
  for (const auto& part : parts)
    switch (part.number) {
    case 1:
      add_wholes(part, dims);
      break;
    case 2:
      type = part.value;
      break;
    case 4:
      add_floats(part.bytes, read.numbers);
      break;
    case 8:
      name = part.text();
      break;
    case 9:
      raw = part.bytes;
      break;
    default:
      break;
    }
  if (type == 1)
    add_floats(raw, read.numbers);
  for (; type == 10 && raw.size() >= 2; raw = raw.subspan(2)) {
    std::uint16_t half = 0;
    std::memcpy(&half, raw.data(), sizeof half);
    read.numbers.push_back(half_value(half));
  }
  std::size_t elements = 1;
  for (const auto side : dims) {
    if (side < 0 || side > 1 << 24
        || elements
             > (std::size_t{1} << 40U) / (static_cast<std::size_t>(side) + 1))
      return false;
    elements *= static_cast<std::size_t>(side);
    read.dims.push_back(static_cast<std::size_t>(side));
  }
  return read.numbers.empty() || read.numbers.size() == elements;
}

bool read_attribute(std::span<const std::byte> bytes,
                    std::map<std::string, attribute, std::less<>>& to) {
  fields parts;
  if (!read_message(bytes, parts))
    return false;
  std::string name;
  attribute read;
  for (const auto& part : parts) {
    std::string unused;
    switch (part.number) {
    case 1:
      name = part.text();
      break;
    case 2:
      read.number = float_of(part.bytes);
      break;
    case 3:
      read.whole = static_cast<std::int64_t>(part.value);
      break;
    case 4:
      read.text = part.text();
      break;
    case 5:
      if (!read_tensor(part.bytes, unused, read.tensor))
        return false;
      break;
    case 8:
      add_wholes(part, read.wholes);
      break;
    default:
      break;
    }
  }
  to[name] = std::move(read);
  return true;
}

/// A NodeProto.
struct proto_node {
  std::string name;
  std::string type;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, attribute, std::less<>> attributes;

  [[nodiscard]] const attribute* find(std::string_view key) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::string text(std::string_view key,
                                 std::string otherwise) const {
    const auto found = find(key);
    return found == nullptr ? otherwise : found->text;
  }

  /// Whether all of a list's members are equal to `value`, or it is absent
  /// and `value` is the default.
  [[nodiscard]] bool all_are(std::string_view key, std::int64_t value,
                             std::int64_t otherwise) const {
    const auto found = find(key);
    if (found == nullptr)
      return value == otherwise;
    for (const auto whole : found->wholes)
      if (whole != value)
        return false;
    return true;
  }

  /// The first of a list, or the default.
  [[nodiscard]] std::int64_t first(std::string_view key,
                                   std::int64_t otherwise) const {
    const auto found = find(key);
    return found == nullptr || found->wholes.empty() ? otherwise
                                                     : found->wholes.front();
  }
};

bool read_proto_node(std::span<const std::byte> bytes, proto_node& node) {
  fields parts;
  if (!read_message(bytes, parts))
    return false;
  for (const auto& part : parts)
    switch (part.number) {
    case 1:
      node.inputs.emplace_back(part.text());
      break;
    case 2:
      node.outputs.emplace_back(part.text());
      break;
    case 3:
      node.name = part.text();
      break;
    case 4:
      node.type = part.text();
      break;
    case 5:
      if (!read_attribute(part.bytes, node.attributes))
        return false;
      break;
    default:
      break;
    }
  return true;
}

/// Walks a GraphProto.
class onnx_walk {
public:
  result<std::vector<model_node>> run(std::span<const std::byte> file) {
    fields model;
    if (!read_message(file, model))
      return broken("no ONNX model (not a protobuf message)");
    for (const auto& field : model)
      if (field.number == model_graph)
        if (auto read = read_graph_parts(field.bytes); !read)
          return read.failure();
    if (nodes_.empty())
      return broken("no ONNX model (there is no graph in it)");
    if (auto types = check_types(); !types)
      return types.failure();
    std::vector<model_node> read;
    for (const auto& input : inputs_)
      if (!arrays_.contains(input)) {
        model_node node;
        node.kind = node_kind::input;
        node.name = input;
        node.outputs = {input};
        read.push_back(std::move(node));
      }
    for (const auto& node : nodes_) {
      if (node.type == "Constant")
        continue;
      auto converted = convert(node);
      if (!converted)
        return converted.failure();
      read.push_back(*std::move(converted));
    }
    return read;
  }

private:
  result<void> read_graph_parts(std::span<const std::byte> bytes) {
    fields graph;
    if (!read_message(bytes, graph))
      return broken("the graph is damaged");
    for (const auto& field : graph) {
      std::string name;
      array numbers;
      if (field.number == graph_node
          && !read_proto_node(field.bytes, nodes_.emplace_back()))
        return broken("a node is damaged");
      if (field.number == graph_initializer) {
        if (!read_tensor(field.bytes, name, numbers))
          return broken("an initialiser is damaged");
        arrays_[name] = std::move(numbers);
      }
      if (field.number == graph_input) {
        fields input;
        if (!read_message(field.bytes, input))
          return broken("an input is damaged");
        for (const auto& part : input)
          if (part.number == 1)
            inputs_.emplace_back(part.text());
      }
    }
    for (const auto& node : nodes_)
      if (node.type == "Constant" && !node.outputs.empty())
        if (const auto value = node.find("value"))
          arrays_[node.outputs.front()] = value->tensor;
    return {};
  }

  result<void> check_types() const {
    std::set<std::string_view> unknown;
    for (const auto& node : nodes_)
      if (!known.contains(node.type))
        unknown.insert(node.type);
    if (unknown.empty())
      return {};
    return error{
      errc::unsupported,
      fmt::format("model: operators not known: {}", fmt::join(unknown, ", "))};
  }

  static error unknown(const model_node& node, std::string_view why) {
    return {errc::unsupported,
            fmt::format("model: node {}: {}", node.name, why)};
  }

  /// The constant that is a node's input; null if it is none.
  [[nodiscard]] const array* constant(const proto_node& node,
                                      std::size_t input) const {
    if (input >= node.inputs.size())
      return nullptr;
    const auto found = arrays_.find(node.inputs[input]);
    return found == arrays_.end() ? nullptr : &found->second;
  }

  result<model_node> convert(const proto_node& node) const {
    model_node made;
    made.kind = known.find(node.type)->second;
    made.name = fmt::format("{} ({})", node.name, node.type);
    made.outputs = node.outputs;
    for (const auto& input : node.inputs)
      if (!input.empty() && !arrays_.contains(input))
        made.inputs.push_back(input);
    switch (made.kind) {
    case node_kind::convolution:
    case node_kind::transposed_convolution:
      return convert_convolution(node, std::move(made));
    case node_kind::prelu:
      return convert_activation(node, std::move(made));
    case node_kind::pixel_shuffle:
      if (node.text("mode", "DCR") != "CRD")
        return unknown(made, "only mode CRD is known");
      if (const auto size = node.find("blocksize"))
        made.factor = static_cast<std::size_t>(size->whole);
      return made;
    case node_kind::repeat:
      return convert_repeat(node, std::move(made));
    default:
      return made;
    }
  }

  result<model_node> convert_convolution(const proto_node& node,
                                         model_node made) const {
    const auto weights = constant(node, 1);
    if (weights == nullptr || weights->dims.size() != 4
        || weights->dims[2] != weights->dims[3] || weights->numbers.empty())
      return unknown(made, "its weights are no constant square kernels of "
                           "floats");
    const auto transposed = made.kind == node_kind::transposed_convolution;
    made.kernel = weights->dims[2];
    made.planes = weights->dims[transposed ? 1 : 0];
    const auto stride = node.first("strides", 1);
    const auto padding = node.first("pads", 0);
    const auto grouped = node.find("group");
    if (!node.all_are("strides", stride, 1) || !node.all_are("pads", padding, 0)
        || !node.all_are("dilations", 1, 1)
        || !node.all_are("output_padding", 0, 0) || stride < 1 || padding < 0
        || (grouped != nullptr && grouped->whole != 1)
        || node.text("auto_pad", "NOTSET") != "NOTSET")
      return unknown(made, "groups, dilation or uneven padding are not known");
    made.stride = static_cast<std::size_t>(stride);
    made.padding = static_cast<std::size_t>(padding);
    made.weights = weights->numbers;
    if (transposed)
      made.weights = swapped(*weights);
    if (const auto bias = constant(node, 2))
      made.bias = bias->numbers;
    return made;
  }

  /// [in][out][k][k] -> [out][in][k][k]
  static std::vector<float> swapped(const array& weights) {
    const auto inputs = weights.dims[0];
    const auto outputs = weights.dims[1];
    const auto square = weights.dims[2] * weights.dims[3];
    std::vector<float> to(weights.numbers.size());
    for (std::size_t i = 0; i < inputs; ++i)
      for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t k = 0; k < square; ++k)
          to[(o * inputs + i) * square + k] =
            weights.numbers[(i * outputs + o) * square + k];
    return to;
  }

  result<model_node> convert_activation(const proto_node& node,
                                        model_node made) const {
    if (node.type == "Relu") {
      made.slope = {0.0F};
    } else if (node.type == "LeakyRelu") {
      const auto alpha = node.find("alpha");
      made.slope = {alpha == nullptr ? 0.01F : alpha->number};
    } else {
      const auto slope = constant(node, 1);
      if (slope == nullptr || slope->numbers.empty())
        return unknown(made, "its slopes are no constant floats");
      made.slope = slope->numbers;
    }
    return made;
  }

  result<model_node> convert_repeat(const proto_node& node,
                                    model_node made) const {
    const auto last = node.inputs.empty() ? 0 : node.inputs.size() - 1;
    const auto scales = constant(node, last);
    const auto sound = scales != nullptr && scales->numbers.size() == 4
                       && scales->numbers[0] == 1 && scales->numbers[1] == 1
                       && scales->numbers[2] == scales->numbers[3]
                       && scales->numbers[2] >= 2 && scales->numbers[2] <= 4;
    if (!sound || node.text("mode", "nearest") != "nearest")
      return unknown(made, "only repeated pixels by a constant factor are "
                           "known");
    made.factor = static_cast<std::size_t>(scales->numbers[2]);
    return made;
  }

  std::vector<proto_node> nodes_;
  std::vector<std::string> inputs_;
  std::map<std::string, array, std::less<>> arrays_;
};

} // namespace

result<std::vector<model_node>> read_onnx(std::span<const std::byte> file) {
  return onnx_walk{}.run(file);
}

} // namespace troupe::network
